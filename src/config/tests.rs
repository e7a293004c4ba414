//! What the settings mean together, through the command line as a person types it.

use std::ffi::OsString;
use std::path::Path;

use rstest::rstest;

use super::*;
use crate::cli::{self, Invocation};

fn read(line: &str, variables: &[(&str, &str)]) -> Result<Invocation, ConfigError> {
    let args: Vec<OsString> = std::iter::once("syncdesk").chain(line.split_whitespace()).map(Into::into).collect();
    cli::read(&args, &Environment::new(variables.iter().map(|(name, value)| (name.into(), value.into())))?)
}

fn config(line: &str, variables: &[(&str, &str)]) -> Config {
    read(line, variables).unwrap().config
}

fn sentence(line: &str, variables: &[(&str, &str)]) -> String {
    read(line, variables).unwrap_err().to_string()
}

#[test]
fn without_any_setting() {
    let config = config("", &[]);
    assert_eq!(config.database.to_string(), "sqlite://data/syncdesk.db");
    assert_eq!(config.key_file, Path::new("data/keys.toml"));
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!((config.workers, config.read_connections, config.write_connections), (4, 4, 6));
    assert_eq!((config.run_timeout.as_secs(), config.keep_messages.as_secs()), (3_600, 2_592_000));
    assert_eq!((config.max_run_timeout.as_secs(), config.max_service_timeout.as_secs()), (604_800, 3_600));
    assert_eq!((config.session_idle.as_secs(), config.session_absolute.as_secs()), (28_800, 86_400));
    assert_eq!(config.cadence, Cadence::default());
    assert_eq!(config.house_time_zone, Tz::UTC);
    assert!(config.trusted_proxies.is_empty() && config.allow_networks.is_empty() && !config.is_https());
    let here = std::env::current_dir().unwrap();
    assert_eq!(config.file_root("Finance"), here.join("data/files/Finance"));
}

#[test]
fn the_nearer_source_wins() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("desk.toml");
    std::fs::write(&file, "workers = 1\nlisten = '0.0.0.0:1'\nread_connections = 9\n").unwrap();
    let file = file.to_str().unwrap();
    let variables = [("SYNCDESK_WORKERS", "2"), ("SYNCDESK_LISTEN", "0.0.0.0:2"), ("SYNCDESK_CONFIG", file)];
    let read = read("serve --workers 3", &variables).unwrap();
    assert_eq!((read.config.workers, read.config.listen.port(), read.config.read_connections), (3, 2, 9));

    let source = |name: &str| read.shown.iter().find(|line| line.name == name).unwrap().source.to_string();
    assert_eq!(source("workers"), "flag");
    assert_eq!(source("listen"), "SYNCDESK_LISTEN");
    assert_eq!(source("read_connections"), file);
    assert_eq!(source("log"), "default");
}

#[test]
fn an_empty_variable_is_not_set() {
    assert_eq!(config("", &[("SYNCDESK_WORKERS", ""), ("DATABASE_URL", "")]).workers, 4);
}

#[rstest]
#[case("Europe/Berlin", "Europe/Berlin")]
#[case(":America/Lima", "America/Lima")]
#[case("/etc/localtime", "UTC")]
fn the_default_zone_may_come_from_tz(#[case] tz: &str, #[case] expected: &str) {
    assert_eq!(config("", &[("TZ", tz)]).house_time_zone.name(), expected);
    assert_eq!(config("--house-time-zone Asia/Tokyo", &[("TZ", tz)]).house_time_zone, Tz::Asia__Tokyo);
}

#[rstest]
#[case("", &[("SYNCDESK_LISTN", "x")], "SYNCDESK_LISTN is not a setting of Syncdesk. `syncdesk --help` lists all settings.")]
#[case("", &[("SYNCDESK_LISTEN", "80")], "SYNCDESK_LISTEN: `80` is not an IP address with a port; use a format such as 127.0.0.1:8080.")]
#[case("--listen 80", &[], "--listen: `80` is not an IP address with a port; use a format such as 127.0.0.1:8080.")]
#[case("work --workers 999", &[("SYNCDESK_WORKERS", "2")], "--workers: `999` is not a whole number from 0 to 256.")]
#[case("", &[("DATABASE_URL", "pg://a:secret@h/d")], "DATABASE_URL: the database type `pg` is not supported: use sqlite:// or postgres://.")]
#[case("--database-url a:secret@h/d", &[], "--database-url: enter a URL such as sqlite://data/syncdesk.db or postgres://user@host/name.")]
#[case("", &[("DATABASE_URL", "sqlite:///")], "DATABASE_URL: / is a folder, not a database file.")]
#[case("", &[("DATABASE_URL", "postgres://h/d")], "With Postgres, --key-file (SYNCDESK_KEY_FILE) is required: every process needs the same keys.")]
#[case("--allow-networks 169.254.169.254", &[], "169.254.169.254/32 contains link-local or metadata addresses, which connectors must never reach.")]
#[case("--data-dir /srv/desk --file-roots Finance=/srv", &[], "The folder /srv for local files contains /srv/desk/keys.toml, which must not be readable by systems.")]
#[case("--data-dir /srv/desk --file-roots Finance=/srv/desk/mine", &[], "The folder /srv/desk/mine for local files \
    is in the data folder /srv/desk: only files/GROUP is allowed there, and only for that group.")]
#[case("--data-dir /srv/desk --file-roots Finance=/srv/desk/files/Sales", &[], "The folder /srv/desk/files/Sales for \
    local files is in the data folder /srv/desk: only files/GROUP is allowed there, and only for that group.")]
#[case("--data-dir /srv/desk --file-roots Finance=/srv/desk/files/Sales/east", &[], "The folder \
    /srv/desk/files/Sales/east for local files is in the data folder /srv/desk: only files/GROUP is allowed there, and \
    only for that group.")]
#[case("--data-dir /srv/desk --file-roots Finance=/srv/desk/files", &[], "The folders /srv/desk/files and /srv/desk/files for local files overlap: each group needs a separate folder.")]
#[case("--file-roots Finance=/proc", &[], "The folder /proc for local files is on, or contains, /proc, which belongs to the kernel.")]
#[case("--file-roots Finance=/proc/self/root/srv/x", &[], "The folder /proc/self/root/srv/x for local files is on, or contains, /proc, which belongs to the kernel.")]
#[case("--file-roots Finance=/sys/class", &[], "The folder /sys/class for local files is on, or contains, /sys, which belongs to the kernel.")]
#[case("--file-roots Finance=/dev/disk", &[], "The folder /dev/disk for local files is on, or contains, /dev, which belongs to the kernel.")]
fn what_is_wrong_is_one_sentence(#[case] line: &str, #[case] variables: &[(&str, &str)], #[case] expected: &str) {
    assert_eq!(sentence(line, variables), expected);
}

#[test]
fn a_wrong_value_in_the_file_names_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("desk.toml");
    std::fs::write(&file, "log = 'loud'").unwrap();
    let expected =
        format!("`log` in {}: `loud` is not a log level; use off, error, warn, info, debug or trace.", file.display());
    assert_eq!(sentence(&format!("--config {}", file.display()), &[]), expected);
}

#[test]
fn the_file_cannot_name_another_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("desk.toml");
    std::fs::write(&file, "config = 'other.toml'").unwrap();
    assert!(sentence(&format!("--config {}", file.display()), &[]).starts_with("`config` in "));
}

#[test]
fn a_password_shows_nowhere() {
    let url = "postgres://desk:pa55word@db/desk";
    let read = read("check-config --key-file /k", &[("DATABASE_URL", url)]).unwrap();
    let shown = show::table(&read.shown);
    assert!(shown.contains("postgres://desk:***@db/desk") && !shown.contains("pa55word"), "{shown}");
    assert!(!format!("{:?}", read.config).contains("pa55word"));
    assert!(!sentence("--help", &[("DATABASE_URL", url)]).contains("pa55word"));
}

#[test]
fn keys_are_made_with_a_new_database_or_with_leave() {
    let postgres = [("DATABASE_URL", "postgres://h/d")];
    assert!(!config("--key-file /k", &postgres).create_keys);
    assert!(config("--key-file /k --create", &postgres).create_keys);

    let dir = tempfile::tempdir().unwrap();
    let data = format!("--data-dir {}", dir.path().display());
    assert!(config(&data, &[]).create_keys);
    std::fs::write(dir.path().join("syncdesk.db"), "").unwrap();
    assert!(!config(&data, &[]).create_keys, "its keys are lost, not missing");
    assert!(config(&format!("{data} --create"), &[]).create_keys);
}

#[test]
fn a_group_may_name_its_own_folder() {
    let config = config("--data-dir /srv/desk --file-roots Finance=/srv/desk/files/Finance", &[]);
    assert_eq!(config.file_root("Finance"), Path::new("/srv/desk/files/Finance"));
}

#[test]
fn the_zone_of_the_machine_comes_last() {
    let zone = |variables: &[(&str, &str)]| {
        let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let environment = Environment::new(variables).unwrap().on_this_machine();
        let machine = environment.machine_zone();
        (crate::cli::read(&["syncdesk".into()], &environment).unwrap().config.house_time_zone, machine)
    };
    let (found, machine) = zone(&[]);
    assert_eq!(found, machine.unwrap_or(Tz::UTC));
    assert_eq!(zone(&[("TZ", "America/Lima")]).0, Tz::America__Lima);
}

#[test]
fn the_default_timeout_keeps_to_its_limit() {
    let config = config("--max-run-timeout-minutes 30", &[]);
    assert_eq!((config.run_timeout.as_secs(), config.max_run_timeout.as_secs()), (1_800, 1_800));
}

#[test]
fn roots_of_groups() {
    let config = config("--data-dir /d --file-roots Finance=/srv/finance", &[]);
    assert_eq!(config.file_root("Finance"), Path::new("/srv/finance"));
    assert_eq!(config.file_root("../keys"), Path::new("/d/files/%2E.%2Fkeys"));
}

#[test]
fn https_makes_cookies_secure() {
    assert!(config("--public-url https://desk.example.org", &[]).is_https());
    assert!(!config("--public-url http://desk.example.org", &[]).is_https());
}
