//! The stages of a connection, as far as a check has come: of a system, and of one that is being connected.

use std::time::Duration;

use maud::{Markup, html};

use crate::clock::Stamp;
use crate::domain::catalogue;
use crate::domain::run::{RunState, Stage};
use crate::domain::team_note::TeamNote;
use crate::queries::systems::System;
use crate::web::present;
use crate::web::ui::failure::FailureView;
use crate::web::ui::{Badge, Tone};

/// The interval of a page that waits for a check, in seconds: a check mostly takes less.
pub(super) const SECONDS: u32 = 2;

/// Where the check is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckState {
    Queued,
    Running,
    Good { at: Stamp, took: Duration },
    Failed { at: Stamp, took: Duration, failure: FailureView },
}

/// A check as it is stored.
pub(super) struct Stored<'a> {
    pub(super) state: RunState,
    pub(super) ok: Option<bool>,
    pub(super) queued_at: Stamp,
    pub(super) ended_at: Option<Stamp>,
    pub(super) duration_us: Option<i64>,
    pub(super) stage: Option<Stage>,
    pub(super) code: Option<&'a str>,
    pub(super) detail: Option<&'a str>,
}

/// Where a check is. While nothing is checked automatically, a failure does not resolve automatically. `of`: the system
/// whose settings the reader sees.
pub(super) fn state(
    check: &Stored<'_>,
    note: Option<&TeamNote>,
    is_checked_again: bool,
    of: Option<&System>,
) -> CheckState {
    let at = check.ended_at.unwrap_or(check.queued_at);
    let took = Duration::from_micros(check.duration_us.and_then(|took| u64::try_from(took).ok()).unwrap_or(0));
    match (check.state, check.ok) {
        (RunState::Queued, _) => CheckState::Queued,
        (RunState::Running, _) => CheckState::Running,
        (RunState::Ended, Some(true)) => CheckState::Good { at, took },
        (RunState::Ended, Some(false) | None) => {
            let detail: (Vec<String>, Option<String>) =
                check.detail.and_then(|detail| serde_json::from_str(detail).ok()).unwrap_or_default();
            let code = check.code.unwrap_or("RUN-INTERNAL");
            let heals = if is_checked_again { catalogue::by_code(code).healing.of_check() } else { "" };
            let failure = present::failure((code, note), check.stage, &detail.0, detail.1, of);
            CheckState::Failed { at, took, failure: FailureView { heals: heals.to_owned(), ..failure } }
        }
    }
}

pub(super) const fn is_over(state: &CheckState) -> bool {
    matches!(state, CheckState::Good { .. } | CheckState::Failed { .. })
}

pub(super) fn badge(state: &CheckState) -> Badge {
    match state {
        CheckState::Queued | CheckState::Running => Badge::new(Tone::Busy, "Checking…"),
        CheckState::Good { .. } => Badge::new(Tone::Ok, "OK"),
        CheckState::Failed { .. } => Badge::new(Tone::Error, "Error"),
    }
}

/// How a check that has begun or ended went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckEnd<'a> {
    /// It has not ended.
    Open,
    Good,
    /// At which stage, and with which code.
    Failed(Option<Stage>, &'a str),
}

/// A stage and how it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageRow {
    pub stage: Stage,
    result: StageResult,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StageResult {
    Good,
    Failed,
    NotReached,
    NotNeeded,
    Open,
}

/// All stages, where the connection has these.
#[must_use]
pub fn stage_rows(end: CheckEnd<'_>, has: &[Stage]) -> Vec<StageRow> {
    Stage::ALL.iter().map(|stage| StageRow { stage: *stage, result: result(end, has, *stage) }).collect()
}

fn result(end: CheckEnd<'_>, has: &[Stage], at: Stage) -> StageResult {
    match end {
        CheckEnd::Failed(Some(failed), _code) if failed == at => StageResult::Failed,
        _ if !has.contains(&at) => StageResult::NotNeeded,
        CheckEnd::Open => StageResult::Open,
        CheckEnd::Good => StageResult::Good,
        CheckEnd::Failed(failed, code) if at == Stage::SignIn && is_unanswered(failed, code) => StageResult::NotReached,
        CheckEnd::Failed(Some(failed), _code) if at < failed => StageResult::Good,
        CheckEnd::Failed(..) => StageResult::NotReached,
    }
}

/// Whether the service sent no response, which would have shown whether it accepts the credentials.
fn is_unanswered(failed: Option<Stage>, code: &str) -> bool {
    failed == Some(Stage::Protocol) && matches!(code, "PEER-SLOW" | "PEER-CROWDED")
}

#[must_use]
pub fn stages(rows: &[StageRow]) -> Markup {
    html! {
        ol.stages {
            @for StageRow { stage, result } in rows {
                @let (tone, word) = match result {
                    StageResult::Good => (Tone::Ok, "passed"),
                    StageResult::Failed => (Tone::Error, "failed"),
                    StageResult::NotReached => (Tone::Neutral, "not reached"),
                    StageResult::NotNeeded => (Tone::Neutral, "not needed"),
                    StageResult::Open => (Tone::Neutral, "pending"),
                };
                li.(tone.class()) { span.stage { (stage.title()) } " " (Badge::new(tone, word)) }
            }
        }
    }
}

const fn end_of(state: &CheckState) -> CheckEnd<'_> {
    match state {
        CheckState::Queued | CheckState::Running => CheckEnd::Open,
        CheckState::Good { .. } => CheckEnd::Good,
        CheckState::Failed { failure, .. } => CheckEnd::Failed(failure.stage, failure.code.as_str()),
    }
}

/// The stages of a check.
pub(super) fn stages_of(state: &CheckState, has: &[Stage]) -> Markup {
    stages(&stage_rows(end_of(state), has))
}
