//! One system: what it is, how it is, and its runs.

mod facts;
mod view;

pub(super) use view::run_in_a_sentence;
pub use view::{Hold, LastFailure, May, SystemView, view};

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};

use crate::access::{Grant, Permission, Template, Verb, verbs};
use crate::domain::run::{RunState, Trigger};
use crate::domain::status::Overall;
use crate::ids::{CheckNo, GroupId, SystemKey};
use crate::queries::runs::Totals;
use crate::queries::systems::System;
use crate::queries::systems::{SystemOverview, system_overview};
use crate::queries::{Db, PageRequest};
use crate::sync::registry;
use crate::web::error::WebError;
use crate::web::extract::{Loaded, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::present::{self, Busy};
use crate::web::response;
use crate::web::state::App;
use crate::web::ui::runs::LogAccess;
use crate::web::ui::{Nav, PageLinks, Refresh};
use crate::web::urls::{self, Cursor, PageSize};

/// How the page is shown.
#[derive(Debug, Default, serde::Deserialize)]
pub struct RunsQuery {
    /// `off`: the page does not load itself again.
    refresh: Option<String>,
    /// The connection check that follows a save: its page comes first.
    check: Option<i64>,
    #[serde(default, rename = "rows")]
    size: PageSize<25>,
}

/// The interval of the page while a run or a check is in process, in seconds.
const SECONDS: u32 = 5;

/// Reads a system; nothing where a connection check is asked for, which has its own page.
///
/// # Errors
/// When the system is out of reach or the database cannot be read.
pub fn load(reading: &Reading, db: &mut Db) -> Result<Option<SystemOverview>, LoadError> {
    let (key, query, cursor): (SystemKey, RunsQuery, Cursor) = (reading.path()?, reading.query()?, reading.query()?);
    if query.check.is_some() {
        return Ok(None);
    }
    let request = PageRequest::new(cursor.start(), query.size.rows());
    let times = (reading.app.kept(reading.now), reading.now);
    Ok(Some(system_overview(db, (&reading.grant()?, &reading.actor), &key, &request, times)?))
}

/// The page of a system.
///
/// # Errors
/// When the system is out of reach or the database cannot be read.
pub async fn show(
    Loaded(overview): Loaded<Option<SystemOverview>>,
    grant: Grant<verbs::SeeSystem>,
    viewer: Viewer,
    path: Path<SystemKey>,
    query: Query<RunsQuery>,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let key = path.into_inner();
    let wanted = query.refresh.as_deref() != Some("off");
    if let Some(no) = query.check {
        return super::check::answer(grant, &viewer, key, CheckNo(no), wanted, &app).await;
    }
    let (size, overview) = (query.size, overview.ok_or_else(WebError::not_found)?);
    let loaded = Shown { busy: Busy::of(overview.open.iter().map(|(run, _totals)| run)), size, overview };
    let moves = loaded.busy.is_at(loaded.system(), viewer.now) || loaded.overview.open_check.is_some();
    let stop = urls::system_still(&loaded.system().key, size);
    let refresh = (wanted && moves).then_some(Refresh { seconds: SECONDS, stop });
    let shown = to_view(&loaded, &viewer, &app);
    Ok(response::refreshing(viewer.page_context(Some(Nav::Systems)), refresh, |context| view(context, &shown)))
}

struct Shown {
    overview: SystemOverview,
    busy: Busy,
    size: PageSize<25>,
}

impl Shown {
    fn system(&self) -> &System {
        &self.overview.details.system
    }

    /// How far the running run is.
    fn progress(&self) -> Option<&Totals> {
        self.overview.open.iter().find(|(run, _totals)| run.state == RunState::Running).map(|(_run, totals)| totals)
    }
}

fn to_view(loaded: &Shown, viewer: &Viewer, app: &App) -> SystemView {
    let (system, details) = (loaded.system(), &loaded.overview.details);
    let may = |verb: Verb| viewer.may(&[verb], system.group_id);
    let held = system.hold_since.is_some();
    SystemView {
        key: system.key.clone(),
        name: system.name.clone(),
        kind: registry::of_kind(&system.kind).map_or(system.kind.clone(), |kind| kind.title().to_owned()),
        production: system.production,
        group: details.group.clone(),
        parent: details.parent.clone(),
        lanes: view::family::lane_rows(&details.lanes),
        children: loaded.overview.children.iter().map(|child| view::family::child_row(child)).collect(),
        has_more_children: loaded.overview.has_more_children,
        overall: present::overall(system),
        bad_since: matches!(system.overall, Overall::Error | Overall::Warning).then_some(system.overall_since),
        exposed: super::check::exposed(system, &details.slots),
        sources: present::sources(system, loaded.overview.children.first().map(|child| &**child)),
        hold: hold_of(system),
        last_failure: last_failure(loaded, &may),
        busy: facts::busy(loaded, viewer.now),
        times: facts::times(loaded, viewer),
        connection: facts::connection(loaded),
        queue: facts::queue(loaded, viewer),
        bars: loaded.overview.recent.iter().map(|recent| facts::bar(recent, viewer, loaded)).collect(),
        runs: loaded.overview.runs.rows.iter().map(|listed| present::run_row(listed, viewer.now)).collect(),
        links: PageLinks::sized(&loaded.overview.runs, loaded.size, |size, cursor| {
            urls::runs(&system.key, size, cursor)
        }),
        log: if may(Verb::ReadLogs) {
            LogAccess::Granted
        } else {
            LogAccess::Missing(Template::to_ask_for(Verb::ReadLogs).as_str())
        },
        messages_days: app.portal.message_days,
        headers_days: app.portal.header_days,
        admin_url: system.admin_url.clone().filter(|_url| may(Verb::SeeSettings)),
        settings: if may(Verb::SeeSettings) { present::settings_in_groups(details) } else { Vec::new() },
        may: May {
            open_runs: may_open_runs(viewer, system.group_id),
            synchronize: may(Verb::RequestRun) && !held && system.paused_since.is_none(),
            cancel: may(Verb::CancelRun),
            check: may(Verb::CheckConnection),
            hold: may(Verb::HoldSystem),
            edit: may(Verb::SpecifySystems),
            delete: may(Verb::SpecifySystems),
            see_replica: details.has_replica && may(Verb::ReadLogs),
        },
    }
}

/// The hold that a system is on, if any.
pub(super) fn hold_of(system: &System) -> Option<Hold> {
    system.hold_since.map(|since| Hold {
        reason: system.hold_reason.clone().unwrap_or_default(),
        since,
        by: system.hold_by.clone().unwrap_or_default(),
    })
}

/// Whether the reader may open the pages of a group's runs: people who only specify systems may not.
pub(super) fn may_open_runs(viewer: &Viewer, group: GroupId) -> bool {
    viewer.may(verbs::SeeRun::ANY_OF, group)
}

fn last_failure(loaded: &Shown, may: &impl Fn(Verb) -> bool) -> Option<LastFailure> {
    let (run, totals) = loaded.overview.decided.as_ref()?;
    let failure = loaded.overview.failure.as_ref()?;
    let retry = loaded.busy.queued.as_ref().filter(|queued| queued.trigger == Trigger::Retry);
    Some(LastFailure {
        run: run.no,
        at: run.ended_at.unwrap_or(run.queued_at),
        failure: present::run_failure(failure, may(Verb::SeeSettings).then(|| loaded.system())),
        retry_at: retry.map(|queued| queued.not_before),
        errors: totals.counts.error,
        has_plan: loaded.overview.awaits_confirmation && may(Verb::ConfirmDeletions),
    })
}
