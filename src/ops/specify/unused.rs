//! Text that was typed into a field which the chosen option does not use: never dropped silently.

use super::super::objection::{Objection, Objections};
use crate::domain::kind::{ConnectorKind, Field, Input, Typed};

/// What was typed, and what the form showed when it was opened: text that was there already and belongs to an option
/// that the person has left is not typed.
#[derive(Clone, Copy)]
pub(super) struct Typing<'a> {
    pub typed: &'a Typed,
    pub before: &'a Typed,
}

impl<'a> Typing<'a> {
    /// What was typed into a field now; empty for none.
    fn new_text(self, field: &str) -> &'a str {
        let of = |form: &'a Typed| form.get(field).map_or("", |text| text.trim());
        let (now, before) = (of(self.typed), of(self.before));
        // Browsers send line ends as CRLF.
        if now.lines().eq(before.lines()) { "" } else { now }
    }
}

/// What would be lost.
#[derive(Default)]
pub(super) struct Unused {
    pub errors: Objections,
    pub schedule_meant: Option<&'static str>,
}

/// The choices of the schedule that have an input, and the input.
const SCHEDULES: [(&str, &str); 3] = [("every", "every_minutes"), ("daily", "daily_at"), ("cron", "cron")];

/// The fields whose text neither `settings` nor the schedule have taken up. Fields that have an error already, and those
/// whose choice has one, are not reported.
pub(super) fn unused(
    kind: &dyn ConnectorKind,
    typing: Typing<'_>,
    settings: &serde_json::Value,
    wrong: &[(String, Objection)],
) -> Unused {
    let mut unused = schedule(typing);
    let owners = kind.owners(settings);
    let is_wrong = |name: &str| wrong.iter().any(|(field, _)| field == name);
    let is_open = |field: &Field| {
        is_wrong(field.name) || choice_of(kind.fields(), field).is_some_and(|choice| is_wrong(choice.name))
    };
    for field in kind.fields().iter().filter(|field| !is_open(field)) {
        let is_used = match field.input {
            Input::Choice(_) => true,
            // With errors in other fields it can be unknown what uses it.
            Input::Secret | Input::SecretLines => {
                owners.contains_key(field.name) || (owners.is_empty() && !wrong.is_empty())
            }
            Input::Line | Input::Lines | Input::Number => !is_empty(settings.get(field.name)),
        };
        if !is_used && !typing.new_text(field.name).is_empty() {
            unused.errors.push((field.name.to_owned(), why(kind.fields(), field, typing.typed)));
        }
    }
    unused
}

fn is_empty(value: Option<&serde_json::Value>) -> bool {
    use serde_json::Value;
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(lines)) => lines.is_empty(),
        Some(Value::Bool(_) | Value::Number(_) | Value::Object(_)) => false,
    }
}

/// The option that does not use the field: the choice of its section.
fn why(fields: &'static [Field], field: &Field, typed: &Typed) -> Objection {
    let Some(choice) = choice_of(fields, field) else { return Objection::Unused };
    let chosen = typed.get(choice.name).map_or(choice.default, String::as_str);
    let label = match choice.input {
        Input::Choice(options) => {
            options.iter().find(|(value, _)| *value == chosen).map_or(chosen, |(_, label)| *label)
        }
        Input::Line | Input::Lines | Input::Number | Input::Secret | Input::SecretLines => chosen,
    };
    Objection::UnusedBy { option: label.to_owned(), choice: choice.label }
}

/// The choice of the section that a field is in.
fn choice_of(fields: &'static [Field], field: &Field) -> Option<&'static Field> {
    fields.iter().find(|other| other.section == field.section && matches!(other.input, Input::Choice(_)))
}

fn schedule(typing: Typing<'_>) -> Unused {
    let chosen = typing.typed.get("schedule").map_or("", |mode| mode.trim());
    let left = SCHEDULES.iter().filter(|(mode, input)| *mode != chosen && !typing.new_text(input).is_empty());
    let left: Vec<_> = left.collect();
    // The first choice of an untouched form is to have no schedule.
    let meant = match left.as_slice() {
        [(mode, _input)] if matches!(chosen, "" | "none") => Some(*mode),
        _ => None,
    };
    let said = if meant.is_some() { Objection::ChoiceSelected } else { Objection::UnusedBySchedule };
    let errors = left.iter().map(|(_mode, input)| ((*input).to_owned(), said.clone())).collect();
    Unused { errors, schedule_meant: meant }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::sync::registry;

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    /// The names of the fields with an error, of a form that is good without `changes`.
    fn wrong(kind: &str, changes: &[(&str, &str)], before: &[(&str, &str)]) -> Vec<String> {
        let kind = registry::kind(kind).unwrap();
        let mut form: Typed =
            kind.fields().iter().map(|field| (field.name.to_owned(), field.default.to_owned())).collect();
        form.extend(typed(&[
            ("schedule", "none"),
            ("root", "https://sap.example/odata"),
            ("source_path", "/data/files/in"),
            ("destination_path", "/data/files/out"),
        ]));
        form.extend(typed(changes));
        let reading = kind.read(&form);
        let wrong: Vec<_> = reading
            .errors
            .into_iter()
            .map(|error| (error.field.to_owned(), Objection::Setting(error.message)))
            .collect();
        let before = typed(before);
        let left = unused(kind, Typing { typed: &form, before: &before }, &reading.settings, &wrong);
        wrong.into_iter().chain(left.errors).map(|(field, _)| field).collect()
    }

    #[rstest]
    #[case::nothing(&[], &[])]
    #[case::cron_while_manual(&[("cron", "30 6 * * *")], &["cron"])]
    #[case::broken_cron_while_manual(&[("cron", "nonsense")], &["cron"])]
    #[case::minutes_while_daily(&[("schedule", "daily"), ("daily_at", "06:00"), ("every_minutes", "5")], &["every_minutes"])]
    #[case::all_three(&[("every_minutes", "5"), ("daily_at", "06:00"), ("cron", "* * * * *")], &["every_minutes", "daily_at", "cron"])]
    #[case::blank(&[("cron", "  ")], &[])]
    #[case::of_another_end(
        &[("source_bucket", "b"), ("source_endpoint", "https://x"), ("source_region", "r"), ("source_account", "a"), ("source_secret", "s")],
        &["source_bucket", "source_endpoint", "source_region", "source_account", "source_secret"]
    )]
    #[case::a_bucket_of_a_share(
        &[("destination_kind", "webdav"), ("destination_path", ""), ("destination_endpoint", "https://x"), ("destination_bucket", "b")],
        &["destination_bucket"]
    )]
    #[case::a_token_of_a_share(
        &[("destination_kind", "webdav"), ("destination_path", ""), ("destination_endpoint", "https://x"), ("destination_secret", "s")],
        &[]
    )]
    #[case::with_an_error_beside(&[("source_bucket", "b"), ("transfers", "0")], &["transfers", "source_bucket"])]
    fn of_files(#[case] changes: &[(&str, &str)], #[case] expected: &[&str]) {
        assert_eq!(wrong("files", changes, &[]), expected);
    }

    #[rstest]
    #[case::none(&[("account", "a"), ("token_url", "https://t"), ("scope", "s"), ("header_name", "h"), ("secret", "x"),
        ("certificate", "c"), ("key", "k")], &["account", "token_url", "scope", "header_name", "secret", "certificate", "key"])]
    #[case::basic(&[("auth", "basic"), ("account", "a"), ("secret", "x"), ("token_url", "https://t"), ("key", "k")], &["token_url", "key"])]
    #[case::header(&[("auth", "header"), ("header_name", "APIKey"), ("secret", "x"), ("account", "a")], &["account"])]
    #[case::with_an_error_beside(&[("auth", "basic"), ("account", "a"), ("secret", "x"), ("headers", "no colon here")], &["headers"])]
    #[case::unknown_method(&[("auth", "ntlm"), ("secret", "x")], &["auth"])]
    fn of_odata(#[case] changes: &[(&str, &str)], #[case] expected: &[&str]) {
        assert_eq!(wrong("odata", changes, &[]), expected);
    }

    /// Switching from cron to manual types nothing; another cron expression does.
    #[test]
    fn what_was_there_before_is_not_typed() {
        let cron = [("cron", "30 6 * * *"), ("source_bucket", "reports"), ("source_account", "one\r\ntwo")];
        let before = [("cron", "30 6 * * *"), ("source_bucket", "reports"), ("source_account", "one\ntwo")];
        assert_eq!(wrong("files", &cron, &before), Vec::<String>::new());
        assert_eq!(wrong("files", &cron, &[("cron", "30 7 * * *")]), ["cron", "source_bucket", "source_account"]);
    }

    #[test]
    fn the_choice_that_was_meant() {
        let of = |form: &[(&str, &str)]| {
            let (form, before) = (typed(form), Typed::new());
            schedule(Typing { typed: &form, before: &before }).schedule_meant
        };
        assert_eq!(of(&[("schedule", "none"), ("cron", "* * * * *")]), Some("cron"));
        assert_eq!(of(&[("schedule", "none"), ("cron", "* * * * *"), ("every_minutes", "5")]), None);
        assert_eq!(of(&[("schedule", "every"), ("every_minutes", "5"), ("cron", "* * * * *")]), None);
        assert_eq!(of(&[("schedule", "cron"), ("cron", "* * * * *")]), None);
    }
}
