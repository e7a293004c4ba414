//! What was typed to specify a system, read into types; every field that cannot stand says why.

use std::collections::BTreeMap;
use std::time::Duration;

use secrecy::SecretString;

use super::super::error::{OpError, Result};
use crate::clock::micros;
use crate::config::Config;
use crate::domain::invisible::check_name;
use crate::domain::kind::{Kind, Typed};
use crate::domain::schedule::Schedule;

/// A system as somebody specified it.
pub struct Specified {
    pub name: String,
    pub group: String,
    pub production: bool,
    pub settings: serde_json::Value,
    pub schedule: Schedule,
    pub time_zone: chrono_tz::Tz,
    pub timeout_us: i64,
    pub max_attempts: i64,
    /// Its own freshness budget; none: what follows from the schedule.
    pub freshness_us: Option<i64>,
    /// Secrets that were typed, by slot. What was left empty is not here.
    pub secrets: BTreeMap<String, SecretString>,
}

/// Longest name, in characters.
const MAX_NAME: usize = 120;

/// Longest freshness budget: a leap year.
const MAX_FRESHNESS_HOURS: u64 = 366 * 24;

/// Reads the form. `typed` has the general fields and the kind's; `config` the operator's limits.
///
/// # Errors
/// [`OpError::Invalid`] with one entry for each field that cannot stand.
pub fn read(kind: &dyn Kind, typed: &Typed, config: &Config) -> Result<Specified> {
    let mut wrong: Vec<(String, String)> = Vec::new();
    let value = |name: &str| typed.get(name).map(|text| text.trim()).unwrap_or_default();
    let mut note = |field: &str, said: String| wrong.push((field.to_owned(), said));

    let name = value("name").to_owned();
    if name.is_empty() {
        note("name", "Give the system a name.".to_owned());
    } else if name.chars().count() > MAX_NAME {
        note("name", format!("Use at most {MAX_NAME} characters."));
    } else if let Err(said) = check_name(&name) {
        note("name", said);
    }
    // Each mode has an input of its own, and what is wrong stands beside it.
    let (input, line) = match value("schedule") {
        "every" => ("every_minutes", format!("every {}", value("every_minutes"))),
        "daily" => ("daily_at", format!("daily {}", value("daily_at"))),
        "cron" => ("cron", format!("cron {}", value("cron"))),
        mode => ("schedule", mode.to_owned()),
    };
    let schedule = line.parse::<Schedule>().map_err(|said| note(input, said.to_string())).ok();
    let time_zone = value("time_zone")
        .parse::<chrono_tz::Tz>()
        .map_err(|_unknown| note("time_zone", "Use a zone such as Europe/Berlin or UTC.".to_owned()))
        .ok();
    let most = config.max_run_timeout.as_secs() / 60;
    let minutes = value("timeout_minutes").parse::<u64>().ok().filter(|minutes| (1..=most).contains(minutes));
    if minutes.is_none() {
        note("timeout_minutes", format!("A number of minutes from 1 to {}.", grouped(most)));
    }
    let timeout_us = minutes.map(|minutes| micros(Duration::from_mins(minutes)));
    let max_attempts = value("max_attempts").parse::<i64>().ok().filter(|attempts| (1..=20).contains(attempts));
    if max_attempts.is_none() {
        note("max_attempts", "A number from 1 (no retry) to 20.".to_owned());
    }
    let hours = Some(value("freshness_hours")).filter(|text| !text.is_empty()).map(str::parse::<u64>);
    let freshness_us = match hours {
        None => None,
        Some(Ok(hours)) if (1..=MAX_FRESHNESS_HOURS).contains(&hours) => Some(micros(Duration::from_hours(hours))),
        Some(_) => {
            note("freshness_hours", "A number of hours from 1 to 8 784 (a year), or nothing.".to_owned());
            None
        }
    };
    let mut secrets = BTreeMap::new();
    let mut settings = None;
    let slots = kind.fields().iter().filter(|field| field.input.is_secret());
    for field in slots {
        // Not trimmed: white space may belong to a secret.
        if let Some(secret) = typed.get(field.name).filter(|secret| !secret.is_empty()) {
            secrets.insert(field.name.to_owned(), SecretString::from(secret.as_str()));
        }
    }
    match kind.parse(typed) {
        Ok(parsed) => {
            let most = config.max_service_timeout;
            if let Some((field, _timeout)) = kind.service_timeout(&parsed).filter(|(_field, timeout)| *timeout > most) {
                note(field, format!("A number of seconds from 1 to {}.", grouped(most.as_secs())));
            }
            settings = Some(parsed);
        }
        Err(errors) => errors.into_iter().for_each(|error| note(error.field, error.message)),
    }
    match (settings, schedule, time_zone, timeout_us, max_attempts) {
        (Some(settings), Some(schedule), Some(time_zone), Some(timeout_us), Some(max_attempts)) if wrong.is_empty() => {
            Ok(Specified {
                name,
                group: value("group").to_owned(),
                production: value("production") == "yes",
                settings,
                schedule,
                time_zone,
                timeout_us,
                max_attempts,
                freshness_us,
                secrets,
            })
        }
        _ => Err(OpError::Invalid(wrong)),
    }
}

/// With a space between thousands, as other numbers of forms have it; for numbers below a million.
fn grouped(number: u64) -> String {
    match (number / 1_000, number % 1_000) {
        (0, below) => below.to_string(),
        (thousands, rest) => format!("{thousands} {rest:03}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_a_space_between_thousands() {
        assert_eq!([7, 999, 1_000, 10_080].map(grouped), ["7", "999", "1 000", "10 080"]);
    }
}
