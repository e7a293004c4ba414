//! The addresses of Logs: runs, messages and connection checks of all systems; and where the counts of the overview lead.

use chrono_tz::Tz;

use super::query::{LogsQuery, filter_text};
use super::{Cursor, LOGS, PageSize, ROWS, with_query};
use crate::clock::Stamp;
use crate::domain::hours::HOUR;
use crate::domain::run::RunResult;
use crate::ids::SystemKey;

pub const MESSAGES: &str = "/logs/messages";
pub const CHECKS: &str = "/logs/checks";

/// Which messages are meant, of the runs of all systems.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct MessagesQuery {
    /// Words in text, arguments, item key or foreign text; empty for any.
    #[serde(deserialize_with = "filter_text")]
    pub q: String,
    /// Of which runs. Category and code are those of the messages.
    #[serde(flatten)]
    pub runs: LogsQuery,
}

impl MessagesQuery {
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        !self.q.is_empty() || self.runs.is_narrow()
    }
}

/// Which connection checks are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct ChecksQuery {
    /// Part of the system's name.
    #[serde(deserialize_with = "filter_text")]
    pub system: String,
    #[serde(deserialize_with = "filter_text")]
    pub group: String,
    /// `ok` or `error`.
    #[serde(deserialize_with = "filter_text")]
    pub result: String,
    /// A word of [`super::Since`].
    #[serde(deserialize_with = "filter_text")]
    pub since: String,
    #[serde(rename = "rows")]
    pub size: PageSize,
}

impl ChecksQuery {
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        self.query().iter().any(|(_name, value)| !value.is_empty())
    }

    fn query(&self) -> Vec<(&'static str, &str)> {
        vec![("system", &self.system), ("group", &self.group), ("result", &self.result), ("since", &self.since)]
    }
}

/// A page of the runs of all systems.
#[must_use]
pub fn logs(query: &LogsQuery, cursor: &Cursor) -> String {
    with_query(LOGS, &paged(query.query(), query.size, cursor))
}

#[must_use]
pub fn logs_csv(query: &LogsQuery) -> String {
    with_query("/logs.csv", &query.query())
}

/// A page of the messages of all systems.
#[must_use]
pub fn logs_messages(query: &MessagesQuery, cursor: &Cursor) -> String {
    let mut pairs = vec![("q", query.q.as_str())];
    pairs.extend(query.runs.query());
    with_query(MESSAGES, &paged(pairs, query.runs.size, cursor))
}

/// A page of the connection checks of all systems.
#[must_use]
pub fn logs_checks(query: &ChecksQuery, cursor: &Cursor) -> String {
    with_query(CHECKS, &paged(query.query(), query.size, cursor))
}

fn paged<'a>(
    mut pairs: Vec<(&'static str, &'a str)>,
    size: PageSize,
    cursor: &'a Cursor,
) -> Vec<(&'static str, &'a str)> {
    pairs.push((ROWS, size.as_query()));
    pairs.extend(cursor.pairs());
    pairs
}

/// A minute as the filter of the logs reads it.
fn minute(at: Stamp, zone: Tz) -> String {
    at.to_utc().with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

/// The runs of all systems requested since then that ended with a result, or all of them.
#[must_use]
pub fn runs_since(from: Stamp, zone: Tz, result: Option<RunResult>) -> String {
    let result = result.map_or("", RunResult::as_str).to_owned();
    logs(&LogsQuery { result, from: minute(from, zone), ..LogsQuery::default() }, &Cursor::default())
}

/// The runs of one system requested since then.
#[must_use]
pub fn runs_of_system_since(key: &SystemKey, from: Stamp, zone: Tz) -> String {
    logs(&LogsQuery { of: key.to_string(), from: minute(from, zone), ..LogsQuery::default() }, &Cursor::default())
}

/// The runs of one system requested in the hour that begins then.
#[must_use]
pub fn runs_of_hour(key: &SystemKey, hour: Stamp, zone: Tz) -> String {
    // The minute in To belongs to the range.
    let to = minute(Stamp(hour.plus(HOUR).0 - 1), zone);
    logs(&LogsQuery { of: key.to_string(), from: minute(hour, zone), to, ..LogsQuery::default() }, &Cursor::default())
}
