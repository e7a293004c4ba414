//! The runs of Logs as CSV.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};

use super::LogsQuery;
use super::filter::{filter, label};
use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::domain::catalogue::cause;
use crate::domain::run::RunState;
use crate::queries::groups_in_reach;
use crate::queries::logs::{RunListCursor, RunListFilter, RunListRow, business_logs_part};
use crate::queries::{Db, PageRequest, Result as Read};
use crate::web::error::WebError;
use crate::web::export::{self, Export, Part};
use crate::web::extract::Viewer;
use crate::web::state::App;
use crate::web::ui::Badge;
use crate::web::ui::time::rfc3339;

struct RunsExport(RunListFilter);

/// The runs that the filter finds.
///
/// # Errors
/// When too many exports are written, or the database cannot be read.
pub async fn show(
    grant: Grant<verbs::ReadLogs>,
    viewer: Viewer,
    query: Query<LogsQuery>,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let reach = grant.clone();
    let groups = app.store.read(move |db| groups_in_reach(db, &reach)).await?;
    let (filter, wrong) = filter(&app, (viewer.zone, viewer.now), &query, &groups);
    if !wrong.is_empty() {
        // Without it, the file would have more than was asked for.
        let said: Vec<String> =
            wrong.iter().map(|(name, wrong)| format!("{}: {}", label(name), wrong.sentence())).collect();
        return Err(WebError::unprocessable(said.join(" ")));
    }
    export::csv(&app, &viewer, grant, RunsExport(filter))
}

impl Export for RunsExport {
    type Permission = verbs::ReadLogs;
    type Row = RunListRow;
    type Key = RunListCursor;

    const PART: i64 = 500;

    fn name(&self) -> &'static str {
        "runs"
    }

    fn columns(&self) -> Vec<&str> {
        vec![
            "system",
            "name",
            "group",
            "kind",
            "run",
            "state",
            "result",
            "end_reason",
            "error_source",
            "error_category",
            "error_code",
            "trigger",
            "principal",
            "queued",
            "started",
            "ended",
            "errors",
            "warnings",
            "successes",
            "information",
        ]
    }

    fn read(
        &self,
        db: &mut Db,
        grant: &Grant<verbs::ReadLogs>,
        request: &PageRequest<RunListCursor>,
    ) -> Read<Part<Self>> {
        business_logs_part(db, grant, &self.0, request)
    }

    fn cells(&self, row: &RunListRow) -> Vec<String> {
        let at = |stamp: Option<Stamp>| stamp.map(rfc3339).unwrap_or_default();
        let (run, counts) = (&row.listed.run, row.listed.totals.counts);
        let error = row.listed.error.as_deref();
        vec![
            row.key.to_string(),
            row.name.clone(),
            row.group.clone(),
            row.kind.clone(),
            run.no.to_string(),
            Badge::of_run(run.state, None).word.to_lowercase(),
            run.result
                .map(|result| Badge::of_run(RunState::Ended, Some(result)).word.to_lowercase())
                .unwrap_or_default(),
            run.end_reason.map_or("", crate::domain::run::EndReason::as_str).to_owned(),
            error.map_or("", |code| cause::source(code).as_str()).to_owned(),
            error.map_or("", |code| cause::category(code).as_str()).to_owned(),
            error.unwrap_or_default().to_owned(),
            run.trigger.as_str().to_owned(),
            run.principal.clone(),
            rfc3339(run.queued_at),
            at(run.started_at),
            at(run.ended_at),
            counts.error.to_string(),
            counts.warning.to_string(),
            counts.success.to_string(),
            counts.information.to_string(),
        ]
    }
}
