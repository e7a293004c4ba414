//! The settings as they hold: for `check-config`, and as the table of the README.

use std::fmt::Write as _;

#[cfg(test)]
use super::sources::variable;
use super::sources::{Environment, Layered, Source};
use super::{Config, Settings};

/// One setting as it holds, with secrets masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingLine {
    pub name: String,
    pub value: String,
    pub source: Source,
}

/// Every setting, in the order of `--help`.
pub(crate) fn setting_lines(layered: &Layered, config: &Config, environment: &Environment) -> Vec<SettingLine> {
    names().into_iter().map(|name| one(name, layered, config, environment)).collect()
}

fn one(name: String, layered: &Layered, config: &Config, environment: &Environment) -> SettingLine {
    let source = layered.sources.get(&name).cloned().unwrap_or(Source::Default);
    let (value, source) = match name.as_str() {
        "database_url" => (config.database.to_string(), source),
        "key_file" => (config.key_file.display().to_string(), source),
        "house_time_zone" => {
            let source = match source {
                Source::Default if environment.get("TZ").is_some() => Source::Environment("TZ".to_owned()),
                Source::Default if environment.machine_zone().is_some() => Source::Machine,
                other => other,
            };
            (config.house_time_zone.name().to_owned(), source)
        }
        _ => (given(&name, layered), source),
    };
    SettingLine { name, value, source }
}

/// The text that was parsed. Only settings without secrets come here.
fn given(name: &str, layered: &Layered) -> String {
    let raw = layered.matches.get_raw(name).and_then(|mut values| values.next());
    raw.map(|text| text.to_string_lossy().into_owned()).unwrap_or_default()
}

fn names() -> Vec<String> {
    <Settings as clap::Args>::augment_args(clap::Command::new("settings"))
        .get_arguments()
        .map(|arg| arg.get_id().to_string())
        .collect()
}

/// Lines of name, value and source for a terminal.
#[must_use]
pub fn table(shown: &[SettingLine]) -> String {
    let width = |length: fn(&SettingLine) -> usize| shown.iter().map(length).max().unwrap_or(0);
    let (names, values) = (width(|line| line.name.chars().count()), width(|line| line.value.chars().count().max(1)));
    let mut text = String::new();
    for SettingLine { name, value, source } in shown {
        let value = if value.is_empty() { "-" } else { value };
        let _ = writeln!(text, "{name:names$}  {value:values$}  {source}");
    }
    text
}

/// A Markdown table of flag, variable, default and meaning, for the README.
#[cfg(test)]
pub(crate) fn markdown(command: &clap::Command) -> String {
    let mut text = String::from("| Flag | Variable | Default | Meaning |\n|---|---|---|---|\n");
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
        let name = arg.get_id().as_str();
        let defaults =
            arg.get_default_values().first().and_then(|value| value.to_str()).filter(|value| !value.is_empty());
        let default = defaults.map_or_else(|| "-".to_owned(), |value| format!("`{value}`"));
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let flag = name.replace('_', "-");
        let _ = writeln!(text, "| `--{flag}` | `{}` | {default} | {help} |", variable(name));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_name_value_and_source() {
        let line = |name: &str, value: &str, source| SettingLine { name: name.into(), value: value.into(), source };
        let shown = [
            line("listen", "127.0.0.1:8080", Source::Default),
            line("public_url", "", Source::Default),
            line("workers", "2", Source::Environment("SYNCDESK_WORKERS".into())),
        ];
        let expected = "\
listen      127.0.0.1:8080  default
public_url  -               default
workers     2               SYNCDESK_WORKERS
";
        assert_eq!(table(&shown), expected);
    }
}
