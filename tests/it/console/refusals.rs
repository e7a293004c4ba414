//! What keeps the program from starting: one clear sentence, a non-zero exit, and nothing left behind.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use crate::database::{Database, TestDatabase, both_databases};
use crate::peers::Folder;
use crate::program::{Home, files, own, said};

fn console() -> Home {
    Home::new(TestDatabase::on(Database::Sqlite))
}

/// Refused with a sentence that has these words; nothing was made in the home but what was there.
#[track_caller]
fn leaves_nothing(console: &Home, args: &[&str], environment: &[(&str, &str)], words: &[&str]) {
    let before = files(&console.path);
    let mut command = console.bare(args);
    command.envs(environment.iter().copied());
    let sentence = said(command, "").refused();
    for word in words {
        assert!(sentence.contains(word), "“{word}” in: {sentence}");
    }
    assert_eq!(files(&console.path), before, "nothing is left behind: {sentence}");
}

/// A wrong database URL is reported with the setting that has it.
#[test]
fn a_wrong_database_address() {
    let console = console();
    fs::write(console.path.join("notes.txt"), "no database ".repeat(100)).expect("a file");
    fs::create_dir(console.path.join("folder")).expect("a folder");
    for (url, words) in [
        ("mysql://localhost/desk", &["DATABASE_URL", "mysql"][..]),
        ("desk.db", &["DATABASE_URL", "sqlite://"]),
        ("sqlite://", &["DATABASE_URL"]),
        ("sqlite://:memory:", &["DATABASE_URL"]),
        ("sqlite://mistyped.db", &["mistyped.db", "--create"]),
        ("sqlite://nowhere/desk.db", &["nowhere/desk.db"]),
        ("sqlite://folder", &["folder"]),
    ] {
        for command in [&["serve"][..], &["migrate"], &["work"], &["group", "add", "X"]] {
            leaves_nothing(&console, command, &[("DATABASE_URL", url)], words);
        }
    }
    let environment = [("DATABASE_URL", "sqlite://nowhere/desk.db"), ("SYNCDESK_CREATE", "true")];
    leaves_nothing(&console, &["serve"], &environment, &["nowhere"]);
}

/// A command that changes a database creates none in a wrong folder.
#[test]
fn commands_that_change_a_database_make_none() {
    let console = console();
    let eve = ["user", "add", "eve", "--collection", "Auditor", "--all"];
    let words = ["there is no database at data/syncdesk.db", "`syncdesk serve`"];
    for command in
        [&eve[..], &["user", "password", "eve"], &["group", "add", "X"], &["key", "rotate"], &["setup-token"]]
    {
        leaves_nothing(&console, command, &[], &words);
    }
    said(console.bare(&["migrate"]), "").worked();
    assert_eq!(said(console.bare(&eve), "a phrase that is long enough").worked(), "Account eve created.\n");
}

/// A file that is not a database is refused and stays as it is.
#[test]
fn a_file_that_is_no_database() {
    let console = console();
    let file = console.path.join("notes.txt");
    fs::write(&file, "no database ".repeat(100)).expect("a file");
    own(&file);
    said(console.bare(&["migrate"]), "").worked();
    let keys = console.data().join("keys.toml").display().to_string();
    for create in ["false", "true"] {
        let mut command = console.bare(&["serve", "--listen=127.0.0.1:0"]);
        command
            .env("DATABASE_URL", "sqlite://notes.txt")
            .env("SYNCDESK_KEY_FILE", &keys)
            .env("SYNCDESK_CREATE", create);
        let sentence = said(command, "").refused();
        let expected = "Cannot use the database: the database is damaged: notes.txt: file is not a database";
        assert_eq!(sentence, expected, "the file itself was opened");
        assert_eq!(fs::read_to_string(&file).expect("the file"), "no database ".repeat(100));
    }
}

/// An unavailable database server, and one that refuses the account, are reported.
#[test]
fn a_server_that_is_away_or_refuses() {
    let console = console();
    let keys = console.path.join("keys.toml").display().to_string();
    let create = [("SYNCDESK_KEY_FILE", keys.as_str()), ("SYNCDESK_CREATE", "true")];
    let away = [&[("DATABASE_URL", "postgres://desk:s3cr3t@127.0.0.1:1/desk")][..], &create].concat();
    for command in [&["serve"][..], &["migrate"], &["work"]] {
        let mut away_command = console.bare(command);
        away_command.envs(away.iter().copied());
        let sentence = said(away_command, "").refused();
        assert!(sentence.contains("refused") && !sentence.contains("s3cr3t"), "{sentence}");
    }
    let TestDatabase::Postgres(database) = TestDatabase::on(Database::Postgres) else { panic!("it is Postgres") };
    let missing = format!("{}_that_is_missing", database.url);
    let mut command = console.bare(&["migrate"]);
    command.envs(create).env("DATABASE_URL", &missing);
    let sentence = said(command, "").refused();
    assert!(sentence.contains("does not exist"), "{sentence}");
    // Without its key file Postgres is not used at all: what it holds could not be read.
    leaves_nothing(&console, &["serve"], &[("DATABASE_URL", &database.url)], &["key"]);
}

/// If the port is taken, nothing is created.
#[test]
fn a_taken_port() {
    let console = console();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    leaves_nothing(&console, &[&format!("--listen={address}")], &[], &[&address, "in use"]);
    leaves_nothing(&console, &["--listen=192.0.2.1:80"], &[], &["192.0.2.1:80"]);
    leaves_nothing(&console, &["--listen=8080"], &[], &["8080", "127.0.0.1:8080"]);
}

/// A folder without write permission is reported.
#[test]
fn a_folder_that_cannot_be_written() {
    let console = console();
    let folder = Folder::new();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).expect("a folder");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).expect("its mode");
    let data = closed.join("data").display().to_string();
    for command in ["serve", "migrate", "work"] {
        leaves_nothing(&console, &[command, "--listen=127.0.0.1:0", &format!("--data-dir={data}")], &[], &[&data]);
        assert!(files(&closed).is_empty());
    }
    // The folder is there and belongs to somebody else.
    let data = closed.display().to_string();
    leaves_nothing(&console, &["migrate", &format!("--data-dir={data}")], &[], &[&data]);
    leaves_nothing(&console, &["migrate", "--data-dir=/dev/null"], &[], &["/dev/null"]);
}

/// A command reports a read-only database file, and leaves it as it is.
#[test]
fn a_database_that_cannot_be_written() {
    let console = console();
    said(console.bare(&["migrate"]), "").worked();
    let file = console.path.join("closed.db");
    fs::copy(console.data().join("syncdesk.db"), &file).expect("a copy");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).expect("its mode");
    let mut command = console.bare(&["group", "add", "Finance"]);
    command.env("DATABASE_URL", "sqlite://closed.db");
    command.env("SYNCDESK_KEY_FILE", console.data().join("keys.toml"));
    let sentence = said(command, "").refused();
    assert_eq!(sentence, "the database is read-only: attempt to write a readonly database");
    assert_eq!(fs::metadata(&file).expect("the file").permissions().mode() & 0o777, 0o444, "it stays as it is");
}

/// A command reports a data folder that belongs to another user.
#[test]
fn a_data_folder_that_cannot_be_written() {
    let console = console();
    said(console.bare(&["migrate"]), "").worked();
    fs::set_permissions(console.data(), fs::Permissions::from_mode(0o555)).expect("its mode");
    if rustix::process::geteuid().is_root() {
        // The program tidies up the modes of what is its own.
        rustix::fs::chown(console.data(), Some(rustix::fs::Uid::ROOT), None).expect("root's");
        let sentence = said(console.bare(&["group", "add", "Finance"]), "").refused();
        assert!(sentence.starts_with("The data folder data cannot be used: "), "{sentence}");
    } else {
        said(console.bare(&["group", "add", "Finance"]), "").worked();
    }
}

/// A key file that is missing, or readable by others, is refused.
#[test]
fn keys_that_are_gone_or_open_to_others() {
    let console = console();
    said(console.bare(&["migrate"]), "").worked();
    let keys = console.data().join("keys.toml");
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o644)).expect("its mode");
    leaves_nothing(&console, &["migrate"], &[], &["keys.toml", "chmod 600"]);
    fs::remove_file(&keys).expect("it goes");
    leaves_nothing(&console, &["migrate"], &[], &["keys.toml", "missing", "Restore"]);
    fs::write(&keys, "nonsense").expect("a file");
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o600)).expect("its mode");
    own(&keys);
    leaves_nothing(&console, &["migrate"], &[], &["keys.toml"]);
}

/// As the key file: others must not read a password.
#[test]
fn a_password_in_a_settings_file_that_others_can_read() {
    let console = console();
    let file = console.path.join("desk.toml");
    fs::write(&file, "database_url = 'postgres://desk:s3cr3t@127.0.0.1:1/desk'\nkey_file = 'keys.toml'\n")
        .expect("a file");
    own(&file);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("its mode");
    leaves_nothing(&console, &["serve", "--config=desk.toml"], &[], &["desk.toml", "chmod 600"]);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("its mode");
    let sentence = said(console.bare(&["migrate", "--config=desk.toml"]), "").refused();
    assert!(sentence.contains("key file") && sentence.contains("missing"), "it is read: {sentence}");
}

/// L5: roots in the data folder (but a group's own), below another group's folder, or on a file system of the
/// kernel are refused.
#[test]
fn folders_for_local_files_that_are_none() {
    let console = console();
    for root in ["/proc", "/sys", "/dev"] {
        leaves_nothing(&console, &["migrate", &format!("--file-roots=General={root}")], &[], &[root, "kernel"]);
    }
    let inside = console.path.join("data/elsewhere").display().to_string();
    leaves_nothing(&console, &["migrate", &format!("--file-roots=General={inside}")], &[], &[&inside, "data folder"]);
}

/// Unknown and unreadable settings are reported by name.
#[test]
fn settings_that_are_none() {
    let console = console();
    for (args, environment, words) in [
        (&["serve"][..], &[("SYNCDESK_LISTN", "x")][..], &["SYNCDESK_LISTN"][..]),
        (&["serve"], &[("SYNCDESK_WORKERS", "many")], &["SYNCDESK_WORKERS", "many"]),
        (&["serve", "--workers=999"], &[], &["--workers", "256"]),
        (&["serve", "--config=missing.toml"], &[], &["missing.toml"]),
        (&["serve", "--house-time-zone=Mars"], &[], &["Mars"]),
    ] {
        leaves_nothing(&console, args, environment, words);
    }
}

both_databases! {
    /// A database of a newer version is refused.
    /// It is not touched.
    async fn a_newer_database(console: Home) {
        console.say(&["migrate"]).worked();
        console.database.connect().execute(
            "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('99990101000000', '2026-01-01 00:00:00')",
        );
        let tables = || console.database.connect().texts("SELECT version AS value FROM __diesel_schema_migrations ORDER BY version");
        let before = tables();
        for command in [&["serve", "--listen=127.0.0.1:0"][..], &["migrate"], &["work"], &["group", "add", "Finance"]] {
            let sentence = console.say(command).refused();
            assert!(sentence.contains("newer version of Syncdesk") && sentence.contains("99990101000000"), "{sentence}");
        }
        assert_eq!(tables(), before);
        assert_eq!(console.database.connect().texts("SELECT name AS value FROM system_groups"), ["General"]);
    }
}
