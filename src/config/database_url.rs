//! `DATABASE_URL` as a type: which database, and whether a new SQLite file may be made.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};

/// Where the data is kept.
#[derive(Debug, Clone)]
pub enum DatabaseUrl {
    Sqlite {
        path: PathBuf,
        /// A missing file is made: at the default path, or with `--create`.
        create: bool,
    },
    Postgres {
        /// As libpq takes it; it may hold a password.
        url: SecretString,
    },
}

/// What is wrong with a `DATABASE_URL`. No text here repeats the password that it may contain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseUrlError {
    #[error("enter a URL such as sqlite://data/syncdesk.db or postgres://user@host/name")]
    NoScheme,
    #[error("the database type `{0}` is not supported: use sqlite:// or postgres://")]
    UnknownScheme(String),
    #[error("sqlite:// needs the path of a file")]
    NoPath,
    #[error("in-memory databases are not supported: enter the path of a file")]
    InMemory,
    #[error("sqlite:// has no parameters; write a question mark in a file name as %3F")]
    Parameters,
    #[error("the percent-decoded path is not valid UTF-8")]
    NotUtf8,
    #[error("postgres:// needs a server or a database name")]
    NoServer,
    #[error("{} is a folder, not a database file", .0.display())]
    IsFolder(PathBuf),
    #[error("the folder {} does not exist", .0.display())]
    NoFolder(PathBuf),
    #[error("there is no database file at {}; use --create to create it", .0.display())]
    NoFile(PathBuf),
    #[error(
        "there is no database at {}; check the data folder, or create the database with `syncdesk serve` or `syncdesk \
         migrate`",
        .0.display()
    )]
    NotStarted(PathBuf),
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, DatabaseUrlError> {
        let (scheme, rest) = text.split_once(':').ok_or(DatabaseUrlError::NoScheme)?;
        let rest = rest.strip_prefix("//");
        match (scheme.to_ascii_lowercase().as_str(), rest) {
            ("sqlite", Some(path)) => sqlite(path),
            ("sqlite", None) if text.ends_with(":memory:") => Err(DatabaseUrlError::InMemory),
            ("postgres" | "postgresql", Some("" | "/")) => Err(DatabaseUrlError::NoServer),
            ("postgres" | "postgresql", Some(_)) => Ok(Self::Postgres { url: SecretString::from(text) }),
            (other, Some(_)) if is_scheme(other) => Err(DatabaseUrlError::UnknownScheme(other.to_owned())),
            (_, Some(_) | None) => Err(DatabaseUrlError::NoScheme),
        }
    }
}

fn is_scheme(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn sqlite(path: &str) -> Result<DatabaseUrl, DatabaseUrlError> {
    if path.contains(":memory:") {
        return Err(DatabaseUrlError::InMemory);
    }
    if path.contains('?') {
        return Err(DatabaseUrlError::Parameters);
    }
    let Ok(path) = percent_decode_str(path).decode_utf8() else {
        return Err(DatabaseUrlError::NotUtf8);
    };
    if path.is_empty() {
        return Err(DatabaseUrlError::NoPath);
    }
    Ok(DatabaseUrl::Sqlite { path: PathBuf::from(path.as_ref()), create: false })
}

impl DatabaseUrl {
    /// The file in the data folder that is used, and made, when nothing else is said.
    #[must_use]
    pub fn in_data_dir(data_dir: &Path) -> Self {
        Self::Sqlite { path: data_dir.join("syncdesk.db"), create: true }
    }

    /// The same database with leave to make its file if that is at the default path, or if `create` says so.
    #[must_use]
    pub fn allow_creation(self, data_dir: &Path, create: bool) -> Self {
        match self {
            Self::Sqlite { path, create: already } => {
                let is_default = path == data_dir.join("syncdesk.db");
                Self::Sqlite { path, create: already || create || is_default }
            }
            Self::Postgres { url } => Self::Postgres { url },
        }
    }

    /// # Errors
    /// The file of an SQLite database is missing.
    pub fn check_exists(&self) -> Result<(), DatabaseUrlError> {
        match self {
            Self::Sqlite { path, .. } if !path.exists() => Err(DatabaseUrlError::NotStarted(path.clone())),
            Self::Sqlite { .. } | Self::Postgres { .. } => Ok(()),
        }
    }

    /// Looks whether the file can be there, before anything is opened: nothing here makes one.
    ///
    /// # Errors
    /// It is a folder, its folder is missing, or it is missing and must not be made.
    pub fn check_place(&self, data_dir: &Path) -> Result<(), DatabaseUrlError> {
        let Self::Sqlite { path, create } = self else { return Ok(()) };
        if path.is_dir() {
            return Err(DatabaseUrlError::IsFolder(path.clone()));
        }
        if path.exists() {
            return Ok(());
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !create {
            return Err(DatabaseUrlError::NoFile(path.clone()));
        }
        if folder != data_dir && !folder.is_dir() {
            return Err(DatabaseUrlError::NoFolder(folder.to_owned()));
        }
        Ok(())
    }
}

/// As it may be shown: the password of a Postgres address is masked, in the address as in its parameters.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { path, create: _ } => write!(f, "sqlite://{}", path.display()),
            Self::Postgres { url } => f.write_str(&masked(url.expose_secret())),
        }
    }
}

/// Everything from the first colon of the user part to its last `@` is masked, so that a password with
/// a slash or an `@` in it that nobody escaped does not show either; then every password parameter.
fn masked(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let address = match rest.rsplit_once('@') {
        Some((user, host)) => match user.split_once([':', '?']) {
            Some((name, _)) => format!("{name}:***@{host}"),
            None => rest.to_owned(),
        },
        None => rest.to_owned(),
    };
    let parameters: Vec<String> = address.split_inclusive(['?', '&']).map(masked_parameter).collect();
    format!("{scheme}://{}", parameters.concat())
}

fn masked_parameter(parameter: &str) -> String {
    let end = if parameter.ends_with('&') { "&" } else { "" };
    match parameter.split_once('=') {
        Some((name, _)) if name.to_ascii_lowercase().contains("password") => format!("{name}=***{end}"),
        Some(_) | None => parameter.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("sqlite://data/syncdesk.db", "data/syncdesk.db")]
    #[case("sqlite:///var/lib/syncdesk/desk.db", "/var/lib/syncdesk/desk.db")]
    #[case("SQLITE://a%20b.db", "a b.db")]
    fn sqlite_addresses(#[case] text: &str, #[case] expected: &str) {
        match text.parse() {
            Ok(DatabaseUrl::Sqlite { path, create }) => {
                assert_eq!((path.as_path(), create), (Path::new(expected), false));
            }
            other => panic!("{other:?}"),
        }
    }

    #[rstest]
    #[case("", DatabaseUrlError::NoScheme)]
    #[case("data/syncdesk.db", DatabaseUrlError::NoScheme)]
    #[case("host=db password=x", DatabaseUrlError::NoScheme)]
    #[case("user:secret@host/db", DatabaseUrlError::NoScheme)]
    #[case("mysql://host/db", DatabaseUrlError::UnknownScheme("mysql".into()))]
    #[case("sqlite://", DatabaseUrlError::NoPath)]
    #[case("sqlite::memory:", DatabaseUrlError::InMemory)]
    #[case("sqlite://:memory:", DatabaseUrlError::InMemory)]
    #[case("sqlite://a.db?mode=rwc", DatabaseUrlError::Parameters)]
    #[case("sqlite://%ff.db", DatabaseUrlError::NotUtf8)]
    #[case("postgres://", DatabaseUrlError::NoServer)]
    fn wrong_addresses(#[case] text: &str, #[case] expected: DatabaseUrlError) {
        assert_eq!(text.parse::<DatabaseUrl>().err(), Some(expected));
    }

    #[rstest]
    #[case("postgres://desk:pa55@db.example/desk", "postgres://desk:***@db.example/desk")]
    #[case("postgresql://desk@db/desk", "postgresql://desk@db/desk")]
    #[case("postgres:///desk?host=/run/postgresql", "postgres:///desk?host=/run/postgresql")]
    #[case("postgres://db/desk?user=a&PassWord=pa55", "postgres://db/desk?user=a&PassWord=***")]
    #[case("postgres://db/desk?sslmode=require&sslpassword=x", "postgres://db/desk?sslmode=require&sslpassword=***")]
    #[case("postgres://a:p/a@5?5@h1:1,h2:2/desk", "postgres://a:***@h1:1,h2:2/desk")]
    #[case("postgres://db/desk?user=a@b&password=pa55&x=1", "postgres://db/desk:***@b&password=***&x=1")]
    fn a_password_is_not_shown(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(text.parse::<DatabaseUrl>().unwrap().to_string(), expected);
    }

    #[test]
    fn only_the_default_path_or_leave_makes_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let at = |path: &Path| format!("sqlite://{}", path.display()).parse::<DatabaseUrl>().unwrap();
        let check = |url: DatabaseUrl, create| url.allow_creation(&data, create).check_place(&data);

        assert_eq!(check(at(&data.join("syncdesk.db")), false), Ok(()));
        let typo = data.join("syncdsk.db");
        assert_eq!(check(at(&typo), false), Err(DatabaseUrlError::NoFile(typo.clone())));
        assert_eq!(check(at(&typo), true), Ok(()));
        let away = dir.path().join("away");
        assert_eq!(check(at(&away.join("a.db")), true), Err(DatabaseUrlError::NoFolder(away)));
        assert_eq!(check(at(dir.path()), true), Err(DatabaseUrlError::IsFolder(dir.path().to_owned())));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "looking makes nothing");
    }
}
