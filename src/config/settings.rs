//! Every setting there is: its flag, type, unit and default. The variable and the key in the settings file
//! follow from the field's name (`config::sources`); `--help`, `check-config` and the README show this list.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono_tz::Tz;
use url::Url;

use super::database_url::DatabaseUrl;
use super::values::{
    FileRoots, LogFilter, Networks, back_off, count, days, hours, listen, minutes, public_url, seconds,
    security_contact, time_zone,
};
use crate::domain::cadence::BackOff;

/// The settings as given, before those that follow from others are filled in.
#[derive(Debug, Clone, clap::Args)]
pub struct Settings {
    /// Settings file in TOML; its keys are the names of these settings with underscores
    #[arg(long, value_name = "FILE", help_heading = "Settings")]
    pub config: Option<PathBuf>,

    /// Database: `sqlite://PATH` or `postgres://USER:PASSWORD@HOST/NAME`; without it, syncdesk.db in the data folder.
    /// A password is better given in the environment, as others on this machine can read command lines
    #[arg(long, value_name = "URL", help_heading = "Data")]
    pub database_url: Option<DatabaseUrl>,

    /// Folder for the database, the key file and the local files; only its owner may enter it
    #[arg(long, value_name = "FOLDER", default_value = "data", help_heading = "Data")]
    pub data_dir: PathBuf,

    /// File with the keys that encrypt credentials; without it, keys.toml in the data folder. Required with Postgres
    #[arg(long, value_name = "FILE", help_heading = "Data")]
    pub key_file: Option<PathBuf>,

    /// May make what is missing: a SQLite file that is not at the default path, a key file for a database that is there
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(default_value = "false", action = clap::ArgAction::Set, help_heading = "Data")]
    pub create: bool,

    /// Connections to the database for reading, per process
    #[arg(long, value_name = "COUNT", value_parser = count::<1, 256>, default_value = "4", help_heading = "Data")]
    pub read_connections: u32,

    /// Connections to Postgres for writing, per process; SQLite always has one
    #[arg(long, value_name = "COUNT", value_parser = count::<1, 256>, default_value = "6", help_heading = "Data")]
    pub write_connections: u32,

    /// Messages of runs are kept for this number of days after the end of their run
    #[arg(long, value_name = "DAYS", value_parser = days, default_value = "30", help_heading = "Data")]
    pub keep_messages_days: Duration,

    /// Runs, without their messages, are kept for this number of days after their end
    #[arg(long, value_name = "DAYS", value_parser = days, default_value = "365", help_heading = "Data")]
    pub keep_runs_days: Duration,

    /// Address and port that the portal listens on
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = listen, default_value = "127.0.0.1:8080")]
    #[arg(help_heading = "Portal")]
    pub listen: SocketAddr,

    /// Address under which people reach the portal, such as `https://desk.example.org`; with https, cookies are
    /// sent over https only
    #[arg(long, value_name = "URL", value_parser = public_url, help_heading = "Portal")]
    pub public_url: Option<Url>,

    /// Where to report security problems, as a URI such as `mailto:security@example.org`; shown in
    /// `/.well-known/security.txt` (RFC 9116), which does not exist without it
    #[arg(long, value_name = "URI", value_parser = security_contact, help_heading = "Portal")]
    pub security_contact: Option<Url>,

    /// Networks of the proxies in front of the portal, whose X-Forwarded-For is believed, separated by commas
    #[arg(long, value_name = "NETWORKS", default_value = "", hide_default_value = true, help_heading = "Portal")]
    pub trusted_proxies: Networks,

    /// Hours without a request after which one is signed out
    #[arg(long, value_name = "HOURS", value_parser = hours, default_value = "8", help_heading = "Portal")]
    pub session_idle_hours: Duration,

    /// Hours after signing in after which one is signed out in any case
    #[arg(long, value_name = "HOURS", value_parser = hours, default_value = "24", help_heading = "Portal")]
    pub session_hours: Duration,

    /// Live logs that may be read at the same time, per process
    #[arg(long, value_name = "COUNT", value_parser = count::<1, 10_000>, default_value = "50", help_heading = "Portal")]
    pub live_log_readers: u32,

    /// Minutes after which a live log ends and offers to go on
    #[arg(long, value_name = "MINUTES", value_parser = minutes, default_value = "30", help_heading = "Portal")]
    pub live_log_minutes: Duration,

    /// Time zone of people who have not chosen one; without it, the one in TZ, that of the machine, or UTC
    #[arg(long, value_name = "ZONE", value_parser = time_zone, help_heading = "Portal")]
    pub house_time_zone: Option<Tz>,

    /// Runs that this process executes at once; 0 leaves them to others
    #[arg(long, value_name = "COUNT", value_parser = count::<0, 256>, default_value = "4", help_heading = "Runs")]
    pub workers: u32,

    /// Minutes without progress after which a run ends with an error, unless its system says otherwise
    #[arg(long, value_name = "MINUTES", value_parser = minutes, default_value = "60", help_heading = "Runs")]
    pub run_timeout_minutes: Duration,

    /// Longest timeout without progress that a system may have, in minutes; also limits systems that have a longer one
    #[arg(long, value_name = "MINUTES", value_parser = count::<1, 10_080>, default_value = "10080", help_heading = "Runs")]
    pub max_run_timeout_minutes: u32,

    /// Longest timeout of a system for its service, in seconds; also limits systems that have a longer one
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "3600", help_heading = "Runs")]
    pub max_service_timeout_seconds: Duration,

    /// Connections that this process checks at once
    #[arg(long, value_name = "COUNT", value_parser = count::<1, 256>, default_value = "16", help_heading = "Runs")]
    pub checks_at_once: u32,

    /// Minutes between checks of a good connection
    #[arg(long, value_name = "MINUTES", value_parser = minutes, default_value = "180", help_heading = "Runs")]
    pub check_minutes: Duration,

    /// Minutes between checks of a bad connection, as DAYS=MINUTES: up to DAYS after the first failure, separated
    /// by commas, and as minutes alone for later
    #[arg(long, value_name = "STEPS", value_parser = back_off, help_heading = "Runs")]
    #[arg(default_value = "1=15,2=60,6=120,13=240,20=480,30=720,1440")]
    pub failing_check_minutes: BackOff,

    /// Minutes within which a connection is checked once more when a run fails for it
    #[arg(long, value_name = "MINUTES", value_parser = minutes, default_value = "15", help_heading = "Runs")]
    pub extra_check_minutes: Duration,

    /// Minutes after the first failed check after which a system pauses until a check succeeds
    #[arg(long, value_name = "MINUTES", value_parser = minutes, default_value = "180", help_heading = "Runs")]
    pub pause_minutes: Duration,

    /// Seconds without a heartbeat after which a worker's runs count as lost, the same for all processes on
    /// a database; a worker gives one twice a second
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "30", hide = true)]
    #[arg(help_heading = "Runs")]
    pub lease_seconds: Duration,

    /// Seconds that runs have to end when the program is asked to stop
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "20", hide = true)]
    #[arg(help_heading = "Runs")]
    pub grace_seconds: Duration,

    /// Mebibytes of memory that this process may use for the responses of all services together
    #[arg(long, value_name = "MIB", value_parser = count::<16, 65_536>, default_value = "72", help_heading = "Runs")]
    pub response_memory: u32,

    /// Networks that connectors may reach besides public addresses, separated by commas; never link-local ones
    #[arg(long, value_name = "NETWORKS", default_value = "", hide_default_value = true, help_heading = "Runs")]
    pub allow_networks: Networks,

    /// Folders that local file ends may use, as GROUP=/PATH separated by commas; a group without one has a
    /// separate folder in files/ in the data folder
    #[arg(long, value_name = "ROOTS", default_value = "", hide_default_value = true, help_heading = "Runs")]
    pub file_roots: FileRoots,

    /// What is logged on standard error: off, error, warn, info, debug, trace, or levels by module such as
    /// warn,syncdesk=debug; libraries never log below info
    #[arg(long, value_name = "FILTER", default_value = "info", help_heading = "Settings")]
    pub log: LogFilter,
}
