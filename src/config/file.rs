//! The settings file: TOML, one key per setting, its values as the text that a flag would have.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use toml::{Table, Value};

use super::database_url::DatabaseUrl;
use super::error::ConfigError;

/// The settings in a file, by name. `known` says which names there are.
pub fn read(file: &Path, known: impl Fn(&str) -> bool) -> Result<BTreeMap<String, String>, ConfigError> {
    let unreadable = |reason: String| ConfigError::UnreadableFile { file: file.to_owned(), reason };
    let failed = |error: std::io::Error| unreadable(error.to_string());
    let opened = File::open(file).map_err(failed)?;
    let mode = opened.metadata().map_err(failed)?.permissions().mode();
    let text = std::io::read_to_string(opened).map_err(failed)?;
    let table = text.parse::<Table>().map_err(|error| unreadable(complaint(&text, &error)))?;
    let has_secret = table.get("database_url").and_then(Value::as_str).is_some_and(may_hold_password);
    if has_secret && mode & 0o077 != 0 {
        return Err(ConfigError::OpenFile(file.to_owned()));
    }
    table.into_iter().map(|(key, value)| setting(file, key, &value, &known)).collect()
}

/// Whether a database URL may have a password in it: one for a user, or one in a parameter.
fn may_hold_password(url: &str) -> bool {
    let is_sqlite = url.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("sqlite:"));
    let shown = url.parse::<DatabaseUrl>().map(|url| url.to_string());
    !is_sqlite && shown.map_or(true, |shown| shown != url)
}

fn setting(
    file: &Path,
    key: String,
    value: &Value,
    known: impl Fn(&str) -> bool,
) -> Result<(String, String), ConfigError> {
    if !known(&key) {
        return Err(ConfigError::UnknownKey { file: file.to_owned(), key });
    }
    match as_text(value) {
        Some(text) => Ok((key, text)),
        None => Err(ConfigError::Setting {
            place: format!("`{key}` in {}", file.display()),
            reason: format!("a setting cannot be a {}", value.type_str()),
        }),
    }
}

/// As it would stand after a flag: lists and tables with commas.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Boolean(choice) => Some(choice.to_string()),
        Value::Array(list) => joined(list.iter().map(|item| item.as_str().map(ToOwned::to_owned))),
        Value::Table(table) => joined(table.iter().map(|(name, item)| Some(format!("{name}={}", item.as_str()?)))),
        Value::Float(_) | Value::Datetime(_) => None,
    }
}

fn joined(items: impl Iterator<Item = Option<String>>) -> Option<String> {
    items.collect::<Option<Vec<_>>>().map(|list| list.join(","))
}

/// In one line and without the lines of the file, which may hold a password.
fn complaint(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    format!("line {line}: {}", error.message().replace('\n', ", "))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn read_text(text: &str) -> Result<BTreeMap<String, String>, String> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("syncdesk.toml");
        std::fs::write(&file, text).unwrap();
        let known = |key: &str| ["listen", "workers", "allow_networks", "file_roots", "create"].contains(&key);
        read(&file, known).map_err(|error| error.to_string().replace(&file.display().to_string(), "FILE"))
    }

    #[test]
    fn values_become_the_text_of_a_flag() {
        let text = r#"
            listen = "0.0.0.0:80"
            workers = 2
            create = true
            allow_networks = ["10.0.0.0/8", "192.0.2.0/24"]
            [file_roots]
            Finance = "/srv/finance"
            "Sales East" = "/srv/sales"
        "#;
        let expected = [
            ("allow_networks", "10.0.0.0/8,192.0.2.0/24"),
            ("create", "true"),
            ("file_roots", "Finance=/srv/finance,Sales East=/srv/sales"),
            ("listen", "0.0.0.0:80"),
            ("workers", "2"),
        ];
        assert_eq!(read_text(text), Ok(expected.map(|(key, value)| (key.to_owned(), value.to_owned())).into()));
    }

    #[test]
    fn what_is_wrong_is_one_sentence() {
        let sentence = |text| read_text(text).unwrap_err();
        assert_eq!(
            sentence("listn = 1"),
            "`listn` in FILE is not a setting of Syncdesk. `syncdesk --help` lists all settings."
        );
        assert_eq!(sentence("workers = 1.5"), "`workers` in FILE: a setting cannot be a float.");
        let broken = sentence("workers = 1\nlisten = \"secret");
        assert!(broken.starts_with("The settings file FILE cannot be read: line 2: "), "{broken}");
        assert!(!broken.contains('\n') && !broken.contains("secret"), "{broken}");
    }

    #[rstest]
    #[case("postgres://desk:pa55@db/desk", 0o644, false)]
    #[case("postgres://desk:pa55@db/desk", 0o640, false)]
    #[case("postgres://desk:pa55@db/desk", 0o604, false)]
    #[case("postgres://desk:pa55@db/desk", 0o600, true)]
    #[case("postgres://desk:pa55@db/desk", 0o400, true)]
    #[case("postgres://db/desk?user=a&password=pa55", 0o644, false)]
    #[case("nonsense with a pa55word", 0o644, false)]
    #[case("postgres://desk@db/desk", 0o644, true)]
    #[case("postgres:///desk?host=/run/postgresql", 0o644, true)]
    #[case("sqlite://desk.db", 0o644, true)]
    fn a_password_needs_a_closed_file(#[case] url: &str, #[case] mode: u32, #[case] fits: bool) {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("syncdesk.toml");
        std::fs::write(&file, format!("database_url = '{url}'")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        match read(&file, |_| true) {
            Ok(_) => assert!(fits, "{url} {mode:o}"),
            Err(error) => {
                let said = error.to_string();
                assert!(!fits && said.contains("chmod 600") && !said.contains("pa55"), "{url} {mode:o}: {said}");
            }
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read(Path::new("/nowhere/syncdesk.toml"), |_| true).unwrap_err().to_string();
        assert!(error.starts_with("The settings file /nowhere/syncdesk.toml cannot be read: No such file"), "{error}");
    }
}
