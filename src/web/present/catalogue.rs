//! Codes as pages show them: texts of the catalogue, filled with what was stored.

use crate::domain::catalogue;
use crate::domain::message::StoredMessage;
use crate::domain::run::Stage;
use crate::domain::team_note::{Placing, TeamNote};
use crate::queries::RunFailure;
use crate::web::ui::failure::FailureView;
use crate::web::ui::message_row::MessageRow;

/// A message with its text.
#[must_use]
pub fn message_row(message: StoredMessage) -> MessageRow {
    MessageRow { text: catalogue::text(&message.code, &message.args), message }
}

/// Why a run failed.
#[must_use]
pub fn run_failure(why: &RunFailure) -> FailureView {
    failure((&why.code, why.note.as_ref()), why.stage, &why.args, why.foreign_text.clone())
}

/// Why a check or a run failed, with what to do about it: from the catalog and the team note.
#[must_use]
pub fn failure(
    (code, note): (&str, Option<&TeamNote>),
    stage: Option<Stage>,
    args: &[String],
    foreign_text: Option<String>,
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
    }
}
