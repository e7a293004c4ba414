//! Codes as pages show them: texts of the catalogue, filled with what was stored.

use super::command::command;
use crate::domain::catalogue;
use crate::domain::message::StoredMessage;
use crate::domain::run::Stage;
use crate::domain::team_note::{Placing, TeamNote};
use crate::queries::RunFailure;
use crate::queries::systems::System;
use crate::sync::registry;
use crate::web::ui::failure::FailureView;
use crate::web::ui::message_row::MessageRow;

/// A message with its text.
#[must_use]
pub fn message_row(message: StoredMessage) -> MessageRow {
    MessageRow { text: catalogue::text(&message.code, &message.args), message }
}

/// Why a run failed. `of`: the system, for readers who may see its settings.
#[must_use]
pub fn run_failure(why: &RunFailure, of: Option<&System>) -> FailureView {
    failure((&why.code, why.note.as_ref()), why.stage, &why.args, why.foreign_text.clone(), of)
}

/// Why a check or a run failed, with what to do about it: from the catalog, the team note and the settings.
#[must_use]
pub fn failure(
    (code, note): (&str, Option<&TeamNote>),
    stage: Option<Stage>,
    args: &[String],
    foreign_text: Option<String>,
    of: Option<&System>,
) -> FailureView {
    let entry = catalogue::by_code(code);
    FailureView {
        code: code.to_owned(),
        stage,
        meaning: catalogue::text(code, args),
        to_do: if note.is_some_and(|note| note.placing == Placing::Instead) {
            String::new()
        } else {
            entry.to_do_in_short()
        },
        team_note: note.map(TeamNote::in_short).unwrap_or_default(),
        heals: entry.healing.of_ended_run().to_owned(),
        foreign_text,
        command: of.zip(stage).and_then(|(system, stage)| command(stage, code, args, &addresses(system))),
    }
}

/// What the connection of a system reaches.
fn addresses(system: &System) -> Vec<(&'static str, String)> {
    let settings = serde_json::from_str(&system.settings).ok();
    registry::kind(&system.kind).zip(settings).map(|(kind, settings)| kind.addresses(&settings)).unwrap_or_default()
}
