//! Parses the system form into typed values, with an error per field that cannot be used.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use secrecy::SecretString;

use super::super::objection::{Objection, Objections, name_objection};
use super::unused::{Typing, unused};
use crate::clock::micros;
use crate::config::Config;
use crate::domain::invisible::check_name;
use crate::domain::kind::{ConnectorKind, Typed};
use crate::domain::schedule::Schedule;

/// A system as a person specified it. While anything is `wrong`, other values may be defaults instead of what was
/// typed: enough to check the rest, so that all errors are reported together.
pub struct Specified {
    pub name: String,
    pub group: String,
    pub production: bool,
    /// The person confirms that a production system becomes a test system, or the other way round.
    pub confirms_role: bool,
    /// The administration page of the system itself.
    pub admin_url: Option<String>,
    pub settings: serde_json::Value,
    pub schedule: Schedule,
    pub time_zone: chrono_tz::Tz,
    pub timeout_us: i64,
    pub max_attempts: i64,
    /// Its own freshness budget; none: what follows from the schedule.
    pub freshness_us: Option<i64>,
    /// Secrets by slot: those that were typed, and those that were kept from the last attempt. Empty ones are not here.
    pub secrets: BTreeMap<String, SecretString>,
    /// Of these, the slots whose secret was kept from the last attempt.
    pub(super) kept: BTreeSet<String>,
    /// The reference to secrets that were kept from the last attempt; empty for none.
    pub(super) reference: String,
    pub wrong: Objections,
    /// The kind's fields that could not be read.
    pub(super) unread: Vec<&'static str>,
    /// The choice that a text was typed for while another one was selected, if it is the only one.
    pub schedule_meant: Option<&'static str>,
}

impl Specified {
    /// Whether a field has an error so far.
    pub(super) fn is_wrong(&self, fields: &[&str]) -> bool {
        self.wrong.iter().any(|(field, _)| fields.contains(&field.as_str()))
    }
}

/// The input by which a change of the role is confirmed.
pub const CONFIRMS_ROLE: &str = "confirms_role";

/// Longest URL, in characters.
const MAX_URL: usize = 2_000;

/// Longest freshness budget: a leap year.
const MAX_FRESHNESS_HOURS: u64 = 366 * 24;

/// Reads the form. `typed` has the general fields and the kind's; `before` is what the form showed when it was opened;
/// `config` has the operator's limits.
#[must_use]
pub fn read(kind: &dyn ConnectorKind, typed: &Typed, before: &Typed, config: &Config) -> Specified {
    let mut wrong = Objections::new();
    let value = |name: &str| typed.get(name).map(|text| text.trim()).unwrap_or_default();
    let mut note = |field: &str, objection| wrong.push((field.to_owned(), objection));

    let name = value("name").to_owned();
    if let Some(objection) = name_objection(&name, Objection::NoSystemName) {
        note("name", objection);
    }
    // Each choice has a separate input, and the error is shown next to it.
    let (input, line) = match value("schedule") {
        "every" => ("every_minutes", format!("every {}", value("every_minutes"))),
        "daily" => ("daily_at", format!("daily {}", value("daily_at"))),
        "cron" => ("cron", format!("cron {}", value("cron"))),
        mode => ("schedule", mode.to_owned()),
    };
    let schedule = line.parse().unwrap_or_else(|error| {
        note(input, Objection::Schedule(error));
        Schedule::None
    });
    let time_zone = value("time_zone").parse().unwrap_or_else(|_unknown| {
        note("time_zone", Objection::NoTimeZone);
        chrono_tz::UTC
    });
    let most = config.max_run_timeout.as_secs() / 60;
    let minutes = value("timeout_minutes").parse::<u64>().ok().filter(|minutes| (1..=most).contains(minutes));
    if minutes.is_none() {
        note("timeout_minutes", Objection::Minutes(most));
    }
    let max_attempts = value("max_attempts").parse::<i64>().ok().filter(|attempts| (1..=20).contains(attempts));
    if max_attempts.is_none() {
        note("max_attempts", Objection::Attempts);
    }
    let hours = Some(value("freshness_hours")).filter(|text| !text.is_empty()).map(str::parse::<u64>);
    let freshness_us = match hours {
        None => None,
        Some(Ok(hours)) if (1..=MAX_FRESHNESS_HOURS).contains(&hours) => Some(micros(Duration::from_hours(hours))),
        Some(_) => {
            note("freshness_hours", Objection::FreshnessHours);
            None
        }
    };
    let admin_url = admin_url(value("admin_url")).unwrap_or_else(|objection| {
        note("admin_url", objection);
        None
    });
    let reading = kind.read(typed);
    let mut unread: Vec<&'static str> = reading.errors.iter().map(|error| error.field).collect();
    for error in reading.errors {
        note(error.field, Objection::Setting(error.message));
    }
    let most = config.max_service_timeout;
    let timeout = kind.service_timeout(&reading.settings).filter(|(field, _)| !unread.contains(field));
    if let Some((field, _timeout)) = timeout.filter(|(_field, timeout)| *timeout > most) {
        note(field, Objection::Seconds(most.as_secs()));
        unread.push(field);
    }
    let left = unused(kind, Typing { typed, before }, &reading.settings, &wrong);
    wrong.extend(left.errors);
    Specified {
        name,
        group: value("group").to_owned(),
        production: value("production") == "yes",
        confirms_role: value(CONFIRMS_ROLE) == "yes",
        admin_url,
        settings: reading.settings,
        schedule,
        time_zone,
        timeout_us: micros(Duration::from_mins(minutes.unwrap_or(1))),
        max_attempts: max_attempts.unwrap_or(1),
        freshness_us,
        secrets: secrets(kind, typed),
        kept: BTreeSet::new(),
        reference: String::new(),
        wrong,
        unread,
        schedule_meant: left.schedule_meant,
    }
}

/// A link for people: neither a script nor a place for secrets, which everyone who sees the settings would read.
fn admin_url(typed: &str) -> Result<Option<String>, Objection> {
    if typed.is_empty() {
        return Ok(None);
    }
    if typed.chars().count() > MAX_URL {
        return Err(Objection::TooLong(MAX_URL));
    }
    check_name(typed).map_err(Objection::Invisible)?;
    let url = reqwest::Url::parse(typed).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url.ok_or(Objection::NoWebAddress)?;
    if url.username().is_empty() && url.password().is_none() { Ok(Some(url.into())) } else { Err(Objection::UserInUrl) }
}

/// The secrets that were typed. They are not trimmed: white space may belong to a secret.
fn secrets(kind: &dyn ConnectorKind, typed: &Typed) -> BTreeMap<String, SecretString> {
    let slots = kind.fields().iter().filter(|field| field.input.is_secret());
    slots
        .filter_map(|field| {
            let secret = typed.get(field.name).filter(|secret| !secret.is_empty())?;
            Some((field.name.to_owned(), SecretString::from(secret.as_str())))
        })
        .collect()
}
