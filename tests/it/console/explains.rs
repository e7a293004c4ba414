//! Help, and the settings as they hold.

use std::path::Path;

use crate::database::{Database, TestDatabase};
use crate::program::{Home, files, said};

fn console() -> Home {
    Home::new(TestDatabase::on(Database::Sqlite))
}

/// By hand: each command that there is, and a word of what it does.
const COMMANDS: [(&[&str], &str); 10] = [
    (&["serve"], "Serve the portal"),
    (&["work"], "Execute runs only"),
    (&["migrate"], "Migrate the database to this version"),
    (&["user"], "Manage user accounts"),
    (&["user", "add"], "reads it from standard input"),
    (&["user", "password"], "Set a new password"),
    (&["group", "add"], "Create a group of systems"),
    (&["key", "rotate"], "re-encrypt all credentials with it"),
    (&["setup-token"], "Create a new one-time setup token"),
    (&["check-config"], "Print all settings"),
];

/// --help explains every command and setting.
#[test]
fn every_command_is_explained() {
    let console = console();
    let overview = said(console.bare(&["--help"]), "").worked();
    for (command, words) in COMMANDS {
        let help = said(console.bare(&[command, &["--help"]].concat()), "").worked();
        assert!(help.contains(words), "{command:?}: {help}");
        assert!(help.contains("[env: DATABASE_URL]"), "{command:?} takes every setting: {help}");
        if let [only] = command {
            assert!(overview.contains(only), "{only} in {overview}");
        }
    }
    let help = said(console.bare(&["user", "add", "--help"]), "").worked();
    let collections = ["Administrator", "Auditor", "Delegate", "Operator", "Watcher"];
    for option in ["--collection", "--group", "--all", "--time-zone"].into_iter().chain(collections) {
        assert!(help.contains(option), "{option} in {help}");
    }
    let version = said(console.bare(&["--version"]), "").worked();
    assert_eq!(version, format!("syncdesk {}\n", env!("CARGO_PKG_VERSION")));
}

/// An unknown command is refused, with a hint at the help.
#[test]
fn what_is_no_command_is_said_with_help() {
    for args in [&["srve"][..], &["user"], &["user", "add"], &["serve", "--lisen=x"], &["group", "add"]] {
        let said = said(console().bare(args), "");
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{args:?}: {}", said.err);
        assert!(said.err.contains("Usage:") || said.err.contains("--help"), "{args:?}: {}", said.err);
    }
}

/// Check-config prints the settings with secrets masked.
#[test]
fn check_config_prints_every_setting_and_no_secret() {
    let console = console();
    let url = "postgres://desk:s3cr3t%2Fword@db.example.org:5433/desk?sslpassword=s3cr3t2";
    std::fs::write(console.path.join("desk.toml"), "workers = 7\n").expect("a file");
    let mut command = console.bare(&["check-config", "--listen=127.0.0.1:9999", "--config=desk.toml"]);
    command.env("DATABASE_URL", url).env("SYNCDESK_KEEP_RUNS_DAYS", "90").env("SYNCDESK_KEY_FILE", "/srv/keys.toml");
    let table = said(command, "").worked();
    let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    for expected in [
        ["database_url", "postgres://desk:***@db.example.org:5433/desk?sslpassword=***", "DATABASE_URL"],
        ["listen", "127.0.0.1:9999", "flag"],
        ["keep_runs_days", "90", "SYNCDESK_KEEP_RUNS_DAYS"],
        ["workers", "7", "desk.toml"],
        ["keep_messages_days", "30", "default"],
        ["key_file", "/srv/keys.toml", "SYNCDESK_KEY_FILE"],
        ["public_url", "-", "default"],
    ] {
        assert!(lines.iter().any(|line| line[..] == expected), "{expected:?} in {table}");
    }
    assert!(!table.contains("s3cr3t"), "{table}");
    assert!(!Path::new("data").exists() && !console.data().exists(), "it looks, and makes nothing");
    assert_eq!(files(&console.path).len(), 1, "the settings file");
}
