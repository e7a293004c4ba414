//! Where settings come from: a flag, else the environment, else the settings file, else the default.
//!
//! One rule names a setting everywhere: the field `keep_runs_days` is the flag `--keep-runs-days`, the variable
//! `SYNCDESK_KEEP_RUNS_DAYS` and the key `keep_runs_days`. Only `database_url` has its own variable.
//! What the environment and the file say is given to clap as the default of the flag, so that one parser reads
//! all. (Clap's own `env` reads the environment of the process, which a test cannot set.)

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use super::error::ConfigError;
use super::file;

/// Where the value of a setting was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Flag,
    /// The variable of this name.
    Environment(String),
    /// The settings file.
    File(PathBuf),
    /// What this machine has.
    Machine,
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Environment(name) => f.write_str(name),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Machine => f.write_str("this machine"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// The variables of the environment that concern Syncdesk.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    machine_zone: Option<Tz>,
}

impl Environment {
    /// From the environment of this process, or of a test. Empty variables count as not set.
    ///
    /// # Errors
    /// A variable of ours that is not UTF-8.
    pub fn new(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Self, ConfigError> {
        let ours = |name: &str| name.starts_with("SYNCDESK_") || ["DATABASE_URL", "TZ", "PGSSLMODE"].contains(&name);
        let mut kept = BTreeMap::new();
        for (name, value) in variables {
            let Some(name) = name.to_str().filter(|name| ours(name)) else { continue };
            let value = value.into_string().ok().ok_or_else(|| ConfigError::NotUtf8(name.to_owned()))?;
            if !value.is_empty() {
                kept.insert(name.to_owned(), value);
            }
        }
        Ok(Self { variables: kept, machine_zone: None })
    }

    /// With the time zone of this machine.
    #[must_use]
    pub fn on_this_machine(self) -> Self {
        let zone = iana_time_zone::get_timezone().ok().and_then(|name| name.parse().ok());
        Self { machine_zone: zone, ..self }
    }

    /// The time zone of the machine, if it is known.
    #[must_use]
    pub const fn machine_zone(&self) -> Option<Tz> {
        self.machine_zone
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }
}

/// The variable of a setting.
#[must_use]
pub fn variable(setting: &str) -> String {
    match setting {
        "database_url" => "DATABASE_URL".to_owned(),
        other => format!("SYNCDESK_{}", other.to_ascii_uppercase()),
    }
}

/// What was read, and where each setting came from.
#[derive(Debug)]
pub struct Layered {
    pub matches: ArgMatches,
    pub sources: BTreeMap<String, Source>,
}

/// Reads the command line, the environment and the settings file. The arguments of `command` itself are the
/// settings; they may stand before or after a subcommand.
///
/// # Errors
/// Whatever is not a setting, cannot be read, or does not fit its type.
pub fn read(command: &Command, args: &[OsString], environment: &Environment) -> Result<Layered, ConfigError> {
    let settings: Vec<String> = command.get_arguments().map(|arg| arg.get_id().to_string()).collect();
    let command = command.clone().mut_args(|arg| with_variable(arg).global(true));
    let flags = command.clone().try_get_matches_from(args).map_err(|error| to_error(error, &BTreeMap::new()))?;

    let mut below = BTreeMap::new();
    if let Some(file) = config_file(&flags, environment) {
        let known = |key: &str| key != "config" && settings.iter().any(|setting| setting == key);
        for (key, value) in file::read(&file, known)? {
            below.insert(key, (value, Source::File(file.clone())));
        }
    }
    for (name, value) in &environment.variables {
        match settings.iter().find(|setting| variable(setting) == *name) {
            Some(setting) => {
                below.insert(setting.clone(), (value.clone(), Source::Environment(name.clone())));
            }
            None if ["TZ", "PGSSLMODE"].contains(&name.as_str()) => {}
            None => return Err(ConfigError::UnknownVariable(name.clone())),
        }
    }
    below.retain(|setting, _| flags.value_source(setting) != Some(ValueSource::CommandLine));

    let layered = below.iter().fold(command, |command, (setting, (value, _))| {
        let value = value.clone();
        command.mut_arg(setting, |arg| arg.default_value(value))
    });
    let matches = layered.try_get_matches_from(args).map_err(|error| to_error(error, &below))?;
    let source = |setting: &String| match below.get(setting) {
        Some((_, source)) => source.clone(),
        None if matches.value_source(setting) == Some(ValueSource::CommandLine) => Source::Flag,
        None => Source::Default,
    };
    let sources = settings.iter().map(|setting| (setting.clone(), source(setting))).collect();
    Ok(Layered { matches, sources })
}

fn config_file(flags: &ArgMatches, environment: &Environment) -> Option<PathBuf> {
    let flag = flags.get_one::<PathBuf>("config").cloned();
    flag.or_else(|| environment.get("SYNCDESK_CONFIG").map(PathBuf::from))
}

fn with_variable(arg: Arg) -> Arg {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let variable = variable(arg.get_id().as_str());
    arg.help(format!("{help} [env: {variable}]"))
}

/// A value that does not fit becomes one sentence, which names the place and does not repeat a password.
fn to_error(error: clap::Error, below: &BTreeMap<String, (String, Source)>) -> ConfigError {
    let unfit = matches!(error.kind(), ErrorKind::ValueValidation | ErrorKind::InvalidValue);
    let Some(ContextValue::String(arg)) = error.get(ContextKind::InvalidArg).filter(|_| unfit) else {
        return ConfigError::Usage(error);
    };
    let flag = arg.split([' ', '=', '[']).next().unwrap_or(arg);
    let setting = flag.trim_start_matches('-').replace('-', "_");
    let place = match below.get(&setting) {
        Some((_, Source::Environment(name))) => name.clone(),
        Some((_, Source::File(file))) => in_file(&setting, file),
        Some((_, Source::Flag | Source::Machine | Source::Default)) | None => flag.to_owned(),
    };
    let reason =
        std::error::Error::source(&error).map_or_else(|| "the value is not valid".to_owned(), ToString::to_string);
    ConfigError::Setting { place, reason }
}

fn in_file(setting: &str, file: &Path) -> String {
    format!("`{setting}` in {}", file.display())
}
