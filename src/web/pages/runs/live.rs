//! The live log: a page that is sent while the run writes it.

mod latest;
mod reader;
mod view;

use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use futures_util::{Stream, stream};
use maud::Markup;

use self::reader::LogReader;
use super::show::system_ref;
use crate::access::{Grant, verbs};
use crate::clock::{Stamp, since_boot};
use crate::domain::progress::RunProgress;
use crate::domain::run::{RunResult, RunState};
use crate::ids::{RunNo, Seq, SystemKey};
use crate::queries::StoreError;
use crate::queries::runs::LogPart;
use crate::web::concurrency_limit::Permit;
use crate::web::error::WebError;
use crate::web::extract::Viewer;
use crate::web::present;
use crate::web::state::App;
use crate::web::stream::Parts;
use crate::web::ui::{Nav, PageContext};

pub use latest::{LatestView, latest};
pub use view::{LiveEnd, LiveView, end, head, progress_row, row};

/// How many rows one page has at most.
const MAX_ROWS: i64 = 10_000;
/// How many rows are read at a time.
const PART: i64 = 500;
/// How often the log is looked at for new rows.
const LOOK: Duration = Duration::from_millis(400);
/// How long nothing is sent at most: only who is written to is seen to be gone.
const QUIET: Duration = Duration::from_secs(5);
/// How often progress is reported at most while no message comes.
const REPORT: Duration = Duration::from_secs(2);
/// The permit ends this much later than the page; a page that is being read has ended by then.
const SLACK: Duration = Duration::from_secs(30);

/// Where the page begins.
#[derive(Debug, serde::Deserialize)]
pub struct LiveQuery {
    #[serde(default)]
    after: i64,
    /// Anything but empty: not streamed, for browsers that show a page only once it is whole. `off`: nor does it load
    /// itself again.
    #[serde(default)]
    refresh: String,
}

/// The log as it is written, also by another process.
///
/// # Errors
/// When the run is out of reach or the database cannot be read.
pub async fn show(
    grant: Grant<verbs::ReadLogs>,
    viewer: Viewer,
    path: Path<(SystemKey, RunNo)>,
    query: Query<LiveQuery>,
    request: HttpRequest,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let after = query.after.max(0);
    let mut reader = LogReader::open(&app, grant, &viewer, path.into_inner(), Seq(after)).await?;
    if !query.refresh.is_empty() {
        return latest::answer(&mut reader, &viewer, query.refresh != "off").await;
    }
    let Some(permit) = app.live_logs.enter(reader.person(), app.portal.live_log_life + SLACK) else {
        let why = "Too many live logs are open. Close one, or read the messages in the run details.";
        return Err(WebError::conflict(why, None));
    };
    let shown = LiveView {
        system: system_ref(&reader.system, &viewer),
        no: reader.run.no,
        is_over: reader.run.state == RunState::Ended,
        from_seq: after.saturating_add(1),
        max_rows: MAX_ROWS,
        max_time: app.portal.live_log_life,
    };
    let parts = Parts::accepted(request.headers());
    let encoding = HeaderValue::from_static(parts.encoding());
    let began = since_boot();
    let stream = Live {
        reader,
        context: viewer.page_context(Some(Nav::Systems)),
        view: shown,
        parts,
        began,
        rows: 0,
        last_at: None,
        reported: (began, RunProgress::default()),
        step: Step::Head,
        app: app.get_ref().clone(),
        _permit: permit,
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_ENCODING, encoding))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(stream.parts()))
}

/// What is sent next.
enum Step {
    Head,
    Rows,
    End(LiveEnd),
    Done,
}

/// A live log on its way.
struct Live {
    reader: LogReader,
    context: PageContext,
    view: LiveView,
    parts: Parts,
    began: Duration,
    rows: i64,
    last_at: Option<Stamp>,
    /// When progress was reported last (since boot), and what.
    reported: (Duration, RunProgress),
    step: Step,
    app: App,
    _permit: Permit,
}

impl Live {
    fn parts(self) -> impl Stream<Item = std::io::Result<Bytes>> {
        stream::unfold(self, |mut live| async move {
            let part = match std::mem::replace(&mut live.step, Step::Done) {
                Step::Done => return None,
                Step::Head => {
                    live.step = Step::Rows;
                    live.parts.part(head(&live.context, &live.view).into_string().as_bytes())
                }
                Step::Rows => live.rows().await,
                Step::End(how) => live.last(&how),
            };
            Some((part, live))
        })
    }

    /// The next rows; waits until there are some, or the end.
    async fn rows(&mut self) -> std::io::Result<Bytes> {
        let asked = since_boot();
        loop {
            let part = match self.reader.next(PART).await {
                Ok(part) => part,
                Err(StoreError::NotFound) => return self.last(&LiveEnd::Refused),
                Err(error) => {
                    log::warn!("a live log broke off: {error}");
                    return Err(std::io::Error::other("the database did not respond"));
                }
            };
            let full = self.rows >= MAX_ROWS || since_boot().saturating_sub(self.began) > self.view.max_time;
            self.step = if part.is_last() {
                Step::End(over(&part))
            } else if self.app.ending.is_cancelled() {
                Step::End(LiveEnd::ShutDown)
            } else if full {
                Step::End(LiveEnd::Full { last_seq: self.reader.position.0 })
            } else {
                Step::Rows
            };
            if part.page.rows.is_empty() {
                if let Step::End(how) = std::mem::replace(&mut self.step, Step::Done) {
                    return self.last(&how);
                }
                if let Some(line) = self.progress(&part) {
                    self.step = Step::Rows;
                    return self.parts.part(line.into_string().as_bytes());
                }
                if since_boot().saturating_sub(asked) > QUIET {
                    self.step = Step::Rows;
                    return self.parts.part(b"\n");
                }
                tokio::select! {
                    () = tokio::time::sleep(LOOK) => {}
                    () = self.app.ending.cancelled() => {}
                }
                continue;
            }
            let mut html = String::new();
            for message in part.page.rows {
                let at = message.at;
                html.push_str(
                    &row(&self.context, &self.view, &present::message_row(message), self.last_at).into_string(),
                );
                self.last_at = Some(at);
                self.rows += 1;
            }
            return self.parts.part(html.as_bytes());
        }
    }

    /// A line about the progress, if there is any since the last one.
    fn progress(&mut self, part: &LogPart) -> Option<Markup> {
        let (at, before) = &self.reported;
        let now = part.totals.progress.clone();
        let is_due = since_boot().saturating_sub(*at) >= REPORT;
        if part.run.state != RunState::Running || !is_due || !now.has_begun() || now == *before {
            return None;
        }
        let line = progress_row(&self.context, &now, self.app.clock.now());
        self.reported = (since_boot(), now);
        Some(line)
    }

    fn last(&mut self, how: &LiveEnd) -> std::io::Result<Bytes> {
        self.step = Step::Done;
        let html = end(&self.context, &self.view, how).into_string();
        let mut bytes = self.parts.part(html.as_bytes())?.to_vec();
        bytes.extend_from_slice(&self.parts.end()?);
        Ok(bytes.into())
    }
}

fn over(part: &LogPart) -> LiveEnd {
    LiveEnd::Over {
        result: part.run.result.unwrap_or(RunResult::Error),
        counts: part.totals.counts,
        took: present::duration_of(&part.run, part.run.ended_at.unwrap_or(part.run.queued_at)),
        phases: present::phases(&part.run, &part.totals.phases, part.run.queued_at),
    }
}
