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
    /// Settings file (TOML); its keys are the names of these settings with underscores instead of hyphens
    #[arg(long, value_name = "FILE", help_heading = "Settings")]
    pub config: Option<PathBuf>,

    /// Database URL: `sqlite://PATH` or `postgres://USER:PASSWORD@HOST/NAME`; default: syncdesk.db in the data folder.
    /// Set a URL with a password in the environment: command lines are visible to other users of the machine
    #[arg(long, value_name = "URL", help_heading = "Data")]
    pub database_url: Option<DatabaseUrl>,

    /// Folder for the database, the key file and the local files; accessible only to its owner
    #[arg(long, value_name = "FOLDER", default_value = "data", help_heading = "Data")]
    pub data_dir: PathBuf,

    /// File with the keys that encrypt credentials; default: keys.toml in the data folder. Required with Postgres
    #[arg(long, value_name = "FILE", help_heading = "Data")]
    pub key_file: Option<PathBuf>,

    /// Create what is missing: a SQLite database that is not at the default path, or a key file for an existing
    /// database
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(default_value = "false", action = clap::ArgAction::Set, help_heading = "Data")]
    pub create: bool,

    /// Database connections for reading, per process
    #[arg(long, value_name = "COUNT", value_parser = count::<1, 256>, default_value = "4", help_heading = "Data")]
    pub read_connections: u32,

    /// Postgres connections for writing, per process; SQLite always has one
    #[arg(long, value_name = "COUNT", value_parser = count::<1, 256>, default_value = "6", help_heading = "Data")]
    pub write_connections: u32,

    /// Days to keep the messages of a run after it has ended
    #[arg(long, value_name = "DAYS", value_parser = days, default_value = "30", help_heading = "Data")]
    pub keep_messages_days: Duration,

    /// Days to keep a run, without its messages, after it has ended
    #[arg(long, value_name = "DAYS", value_parser = days, default_value = "365", help_heading = "Data")]
    pub keep_runs_days: Duration,

    /// Address and port that the portal listens on
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = listen, default_value = "127.0.0.1:8080")]
    #[arg(help_heading = "Portal")]
    pub listen: SocketAddr,

    /// Public URL of the portal, such as `https://desk.example.org`; with https, cookies are sent over https only
    #[arg(long, value_name = "URL", value_parser = public_url, help_heading = "Portal")]
    pub public_url: Option<Url>,

    /// Contact for security reports, as a URI such as `mailto:security@example.org`; published in
    /// `/.well-known/security.txt` (RFC 9116), which does not exist without it
    #[arg(long, value_name = "URI", value_parser = security_contact, help_heading = "Portal")]
    pub security_contact: Option<Url>,

    /// Networks of trusted reverse proxies, separated by commas; X-Forwarded-For is accepted from these only
    #[arg(long, value_name = "NETWORKS", default_value = "", hide_default_value = true, help_heading = "Portal")]
    pub trusted_proxies: Networks,

    /// Hours without a request after which a session ends
    #[arg(long, value_name = "HOURS", value_parser = hours, default_value = "8", help_heading = "Portal")]
    pub session_idle_hours: Duration,

    /// Hours after which a session ends in any case
    #[arg(long, value_name = "HOURS", value_parser = hours, default_value = "24", help_heading = "Portal")]
    pub session_hours: Duration,

    /// Maximum number of concurrent live logs, per process
    #[arg(long, value_name = "COUNT", value_parser = count::<1, 10_000>, default_value = "50", help_heading = "Portal")]
    pub live_log_readers: u32,

    /// Maximum duration of a live log, in minutes; it can then be continued
    #[arg(long, value_name = "MINUTES", value_parser = minutes, default_value = "30", help_heading = "Portal")]
    pub live_log_minutes: Duration,

    /// Time zone of people who have not chosen one; default: TZ, the time zone of the machine, or UTC
    #[arg(long, value_name = "ZONE", value_parser = time_zone, help_heading = "Portal")]
    pub house_time_zone: Option<Tz>,

    /// Maximum number of concurrent runs in this process; 0: none
    #[arg(long, value_name = "COUNT", value_parser = count::<0, 256>, default_value = "4", help_heading = "Runs")]
    pub workers: u32,

    /// Minutes without progress after which a run is stopped with an error, unless its system has another timeout
    #[arg(long, value_name = "MINUTES", value_parser = minutes, default_value = "60", help_heading = "Runs")]
    pub run_timeout_minutes: Duration,

    /// Maximum timeout without progress for all systems, in minutes; also limits systems that have a longer one
    #[arg(long, value_name = "MINUTES", value_parser = count::<1, 10_080>, default_value = "10080", help_heading = "Runs")]
    pub max_run_timeout_minutes: u32,

    /// Maximum service timeout for all systems, in seconds; also limits systems that have a longer one
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "3600", help_heading = "Runs")]
    pub max_service_timeout_seconds: Duration,

    /// Maximum number of concurrent connection checks in this process
    #[arg(long, value_name = "COUNT", value_parser = count::<1, 256>, default_value = "16", help_heading = "Runs")]
    pub checks_at_once: u32,

    /// Minutes between connection checks while they succeed
    #[arg(long, value_name = "MINUTES", value_parser = minutes, default_value = "180", help_heading = "Runs")]
    pub check_minutes: Duration,

    /// Minutes between connection checks while they fail, as DAYS=MINUTES for the time up to DAYS after the first
    /// failure, separated by commas, with MINUTES alone for the time after that
    #[arg(long, value_name = "STEPS", value_parser = back_off, help_heading = "Runs")]
    #[arg(default_value = "1=15,2=60,6=120,13=240,20=480,30=720,1440")]
    pub failing_check_minutes: BackOff,

    /// Minutes within which a connection is checked again after a run has failed to connect
    #[arg(long, value_name = "MINUTES", value_parser = minutes, default_value = "15", help_heading = "Runs")]
    pub extra_check_minutes: Duration,

    /// Minutes of failing checks after which a system is paused until a check succeeds
    #[arg(long, value_name = "MINUTES", value_parser = minutes, default_value = "180", help_heading = "Runs")]
    pub pause_minutes: Duration,

    /// Seconds without a heartbeat after which the runs of a worker count as lost; must be the same for all processes
    /// on a database. A worker sends two heartbeats a second
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "30", hide = true)]
    #[arg(help_heading = "Runs")]
    pub lease_seconds: Duration,

    /// Seconds that runs have to finish when Syncdesk is shut down
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "20", hide = true)]
    #[arg(help_heading = "Runs")]
    pub grace_seconds: Duration,

    /// Maximum memory for the responses of all services together, in MiB, per process
    #[arg(long, value_name = "MIB", value_parser = count::<16, 65_536>, default_value = "72", help_heading = "Runs")]
    pub response_memory: u32,

    /// Networks that connectors can reach in addition to public addresses, separated by commas; link-local addresses
    /// are never allowed
    #[arg(long, value_name = "NETWORKS", default_value = "", hide_default_value = true, help_heading = "Runs")]
    pub allow_networks: Networks,

    /// Folders for local sources and destinations, as GROUP=/PATH separated by commas; default: a separate folder for
    /// each group in files/ in the data folder
    #[arg(long, value_name = "ROOTS", default_value = "", hide_default_value = true, help_heading = "Runs")]
    pub file_roots: FileRoots,

    /// Log level on standard error: off, error, warn, info, debug, trace, or levels by module such as
    /// warn,syncdesk=debug; libraries never log below info
    #[arg(long, value_name = "FILTER", default_value = "info", help_heading = "Settings")]
    pub log: LogFilter,
}
