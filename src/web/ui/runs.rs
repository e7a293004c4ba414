//! What several pages say about runs.

use maud::{Markup, html};

use super::text::number;
use super::{Tone, failure};
use crate::domain::catalogue::cause::{self, ErrorCategory, ErrorSource};
use crate::domain::message::{Category, Counts};
use crate::domain::run::{EndReason, Trigger};
use crate::ids::{RunNo, SystemKey};
use crate::queries::Start;
use crate::web::urls::{self, MessageQuery};

/// Whether the reader may read messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogAccess {
    Granted,
    /// The role template that is missing.
    Missing(&'static str),
}

/// What set a run going.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub trigger: Trigger,
    /// The person behind it.
    pub person: Option<String>,
    /// Of a retry: which attempt it is, and of which run.
    pub attempt: i32,
    pub retries: Option<RunNo>,
}

/// What set a run going, in words.
#[must_use]
pub const fn trigger(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Manual => "Manual",
        Trigger::Schedule => "Schedule",
        Trigger::Retry => "Retry",
        Trigger::CatchUp => "Catch-up after a missed start",
        Trigger::Confirmed => "Confirmed plan",
    }
}

/// `Manual, r.keller`; `Retry 1, after run 1202`; `Manual, retry 1, after run 1202, r.keller`.
#[must_use]
pub fn origin(origin: &Origin) -> Markup {
    html! {
        (trigger(origin.trigger))
        @if let Some(retry) = retry_number(origin.attempt.into()) {
            // A person may have started it before its time.
            @if origin.trigger == Trigger::Retry { " " (retry) } @else { ", retry " (retry) }
        }
        @if let Some(run) = origin.retries { ", after run " (run) }
        @if let Some(person) = &origin.person { ", " bdi { (person) } }
    }
}

/// The number of a retry, everywhere: 1 for the second attempt; none for the first attempt.
#[must_use]
pub const fn retry_number(attempt: i64) -> Option<i64> {
    if attempt > 1 { Some(attempt - 1) } else { None }
}

/// `retry 1 of 4`. The limit of the system may be lower by now.
#[must_use]
pub fn retry_of_all(attempt: i64, max_attempts: i64) -> String {
    let retry = retry_number(attempt).unwrap_or_default();
    format!("retry {retry} of {}", retry_number(max_attempts).unwrap_or_default().max(retry))
}

/// Where the error of a run comes from, and of which sort it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorCause {
    pub source: ErrorSource,
    pub category: ErrorCategory,
    pub code: String,
}

impl ErrorCause {
    #[must_use]
    pub fn of(code: &str) -> Self {
        Self { source: cause::source(code), category: cause::category(code), code: code.to_owned() }
    }
}

/// `Service · Authorization · PEER-SIGN-IN`.
#[must_use]
pub fn error_cause(cause: &ErrorCause) -> Markup {
    html! {
        span.vh { "Error source: " } (cause.source.title()) " · "
        span.vh { "Error category: " } (cause.category.title()) " · "
        (failure::code(&cause.code))
    }
}

/// Why a run ended in error, as a sentence.
#[must_use]
pub const fn end_reason(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Failed => "It failed.",
        EndReason::NoProgress => "Stopped: no progress within the timeout.",
        EndReason::LostWorker => "The worker process stopped responding.",
        EndReason::ShutDown => "Stopped because Syncdesk was shut down.",
        EndReason::Brake => "Stopped by the deletion limit before the first deletion.",
    }
}

/// A number of messages of a category, in a sentence.
#[must_use]
pub const fn noun(category: Category, n: i64) -> &'static str {
    match (category, n) {
        (Category::Error, 1) => "error",
        (Category::Error, _) => "errors",
        (Category::Warning, 1) => "warning",
        (Category::Warning, _) => "warnings",
        (Category::Success, 1) => "success",
        (Category::Success, _) => "successes",
        (Category::Information, _) => "information",
    }
}

/// The four cells with a count; each that is not zero leads to that category only.
#[must_use]
pub fn count_cells(key: &SystemKey, no: RunNo, counts: Counts, log: &LogAccess) -> Markup {
    html! {
        @for category in Category::ALL.iter().copied() {
            td.n.count.lo[category == Category::Information] data-l=(category.title()) {
                @let n = counts.of(category);
                @if n == 0 {
                    span.zero { "0" }
                } @else if *log == LogAccess::Granted {
                    a.is.(Tone::from(category).class())
                        href=(urls::messages(key, no, &MessageQuery::of(category), Start::First)) {
                        (number(n)) span.vh { " " (noun(category, n)) " of run " (no) }
                    }
                } @else {
                    span.is.(Tone::from(category).class()) { (number(n)) }
                }
            }
        }
    }
}

/// What stands where messages would be when the reader may not read them.
#[must_use]
pub fn no_log_access(template: &str) -> Markup {
    html! {
        "You can see counts only. To read messages, you need the role "
        a.mono href=(urls::help_role(template)) { (template) }
        "; an administrator can assign it."
    }
}
