//! The command line: what can be asked of the program, and the settings that every command shares.

use std::ffi::OsString;

use chrono_tz::Tz;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::{Config, ConfigError, Environment, Settings, show, sources, values};

/// One admin portal for every synchronization your organization depends on
#[derive(Debug, Parser)]
#[command(name = "syncdesk", version, after_help = AFTER_HELP)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

const AFTER_HELP: &str = "Precedence: command-line flag, environment variable, settings file, default. In the \
    settings file, --keep-runs-days is keep_runs_days. Relative paths are relative to the current folder.";

/// What the program is asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Serve the portal and execute runs (the default)
    Serve,
    /// Execute runs only; several processes can share a database
    Work,
    /// Migrate the database to this version and exit
    Migrate,
    /// Manage user accounts
    #[command(subcommand)]
    User(UserCommand),
    /// Manage groups of systems
    #[command(subcommand)]
    Group(GroupCommand),
    /// Manage the keys that encrypt credentials
    #[command(subcommand)]
    Key(KeyCommand),
    /// Create a new one-time setup token and print it
    SetupToken,
    /// Print all settings and where they come from, with secrets masked
    CheckConfig,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum UserCommand {
    /// Create an account; prompts for the password, or reads it from standard input
    Add(NewUser),
    /// Set a new password and end all sessions of the account; prompts for it, or reads it from standard input
    Password {
        /// User name
        name: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[command(group = clap::ArgGroup::new("reach").required(true))]
pub struct NewUser {
    /// User name
    pub name: String,
    /// Role collection: Administrator, Auditor, Delegate, Operator, Watcher, or a custom one
    #[arg(long, value_name = "COLLECTION")]
    pub collection: String,
    /// Assign the role collection for this group
    #[arg(long, value_name = "GROUP", group = "reach")]
    pub group: Option<String>,
    /// Assign the role collection for all systems
    #[arg(long, group = "reach")]
    pub all: bool,
    /// Time zone in which times are displayed, such as Europe/Berlin
    #[arg(long, value_name = "ZONE", value_parser = values::time_zone)]
    pub time_zone: Option<Tz>,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum GroupCommand {
    /// Create a group of systems
    Add {
        /// Unique name of the group
        name: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum KeyCommand {
    /// Create a new key, re-encrypt all credentials with it, and remove the old keys
    Rotate,
}

/// A command with everything that it needs to begin.
#[derive(Debug)]
pub struct Invocation {
    pub command: Command,
    pub config: Config,
    /// Every setting as it holds, for `check-config`.
    pub shown: Vec<show::SettingLine>,
}

/// Reads the command line (with the name of the program as its first word), the environment and the settings file.
///
/// # Errors
/// Help to print, or what is wrong, as one sentence.
pub fn read(args: &[OsString], environment: &Environment) -> Result<Invocation, ConfigError> {
    let layered = sources::read(&CommandLine::command(), args, environment)?;
    let line = CommandLine::from_arg_matches(&layered.matches).map_err(ConfigError::Usage)?;
    let config = Config::resolve(line.settings, environment)?;
    let shown = show::setting_lines(&layered, &config, environment);
    Ok(Invocation { command: line.command.unwrap_or(Command::Serve), config, shown })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(line: &str) -> Result<Command, String> {
        let args: Vec<OsString> = std::iter::once("syncdesk").chain(line.split_whitespace()).map(Into::into).collect();
        read(&args, &Environment::default()).map(|read| read.command).map_err(|error| error.to_string())
    }

    #[test]
    fn the_definition_holds_together() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn commands_are_read() {
        assert_eq!(command(""), Ok(Command::Serve));
        assert_eq!(command("serve --listen 127.0.0.1:9090"), Ok(Command::Serve));
        assert_eq!(command("--workers 2 work"), Ok(Command::Work));
        assert_eq!(command("migrate"), Ok(Command::Migrate));
        let password = UserCommand::Password { name: "mona".into() };
        assert_eq!(command("user password mona"), Ok(Command::User(password)));
        assert_eq!(command("group add Finance"), Ok(Command::Group(GroupCommand::Add { name: "Finance".into() })));
        assert_eq!(command("key rotate"), Ok(Command::Key(KeyCommand::Rotate)));
        assert_eq!(command("setup-token"), Ok(Command::SetupToken));
        assert_eq!(command("check-config --create"), Ok(Command::CheckConfig));
    }

    #[test]
    fn a_person_is_added_with_one_reach() {
        let mona = NewUser {
            name: "mona".into(),
            collection: "Operator".into(),
            group: Some("Finance".into()),
            all: false,
            time_zone: Some(Tz::Europe__Berlin),
        };
        let line = "user add mona --collection Operator --group Finance --time-zone Europe/Berlin";
        assert_eq!(command(line), Ok(Command::User(UserCommand::Add(mona))));
        let ada =
            NewUser { name: "ada".into(), collection: "Administrator".into(), group: None, all: true, time_zone: None };
        let line = "user add ada --collection Administrator --all";
        assert_eq!(command(line), Ok(Command::User(UserCommand::Add(ada))));
        assert!(command("user add wim --collection Watcher").is_err(), "no reach goes without saying");
        assert!(command("user add wim --collection Watcher --all --group Finance").is_err());
        assert!(command("user add wim --all").is_err());
    }

    #[test]
    fn the_readme_lists_every_setting() {
        let table = show::markdown(&CommandLine::command());
        assert!(include_str!("../README.md").contains(&table), "README.md should have this table:\n{table}");
    }

    #[test]
    fn every_setting_is_explained() {
        let mut program = CommandLine::command();
        for setting in program.get_arguments() {
            let help = setting.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.len() > 20, "{} has no help", setting.get_id());
        }
        let error = command("--help").unwrap_err();
        for word in ["[env: DATABASE_URL]", "[env: SYNCDESK_LISTEN]", "[default: 127.0.0.1:8080]", "setup-token"] {
            assert!(error.contains(word), "{word} in {error}");
        }
        assert!(program.render_help().to_string().contains("--keep-messages-days <DAYS>"));
    }
}
