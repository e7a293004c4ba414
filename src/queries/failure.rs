//! Why a run failed, as far as its reader may know it.

use crate::access::{Actor, verbs};
use crate::domain::run::{RunResult, Stage};
use crate::domain::team_note::TeamNote;
use crate::ids::GroupId;
use crate::queries::KeptSince;
use crate::store::messages::{FirstError, first_error};
use crate::store::runs::{Run, first_error_code};
use crate::store::systems::OfSystem;
use crate::store::{Db, Result, team_notes};

/// Why a run failed.
#[derive(Debug, Clone)]
pub struct RunFailure {
    pub code: String,
    pub stage: Option<Stage>,
    /// Of the first Error of the log, if that has the same code. Arguments and the service's words need `ReadLogs`.
    pub args: Vec<String>,
    pub foreign_text: Option<String>,
    /// The note of the organization on the code.
    pub note: Option<TeamNote>,
}

/// Why a run of a system in this group failed; none for a run that did not.
///
/// # Errors
/// As the store.
pub fn run_failure(
    db: &mut Db,
    reader: &Actor,
    group: GroupId,
    run: &OfSystem<Run>,
    kept: KeptSince,
) -> Result<Option<RunFailure>> {
    if run.result != Some(RunResult::Error) {
        return Ok(None);
    }
    let has_messages = kept.has_messages(run);
    let mut code = run.end_code.clone();
    if let Some(grant) = reader.grant_in::<verbs::ReadLogs>(group).filter(|_grant| has_messages) {
        let first = first_error(db, &grant, run)?;
        if let Some(first) = first.filter(|first| code.as_ref().is_none_or(|code| *code == first.code)) {
            let FirstError { code, args, foreign_text, note } = first;
            return Ok(Some(RunFailure { code, stage: run.end_stage, args, foreign_text, note }));
        }
    }
    if code.is_none() {
        code = first_error_code(db, run.as_id())?;
    }
    let Some(code) = code else { return Ok(None) };
    let note = team_notes::find(db, &code)?;
    Ok(Some(RunFailure { code, stage: run.end_stage, args: Vec::new(), foreign_text: None, note }))
}
