//! Reading one entity set into the replica. Whatever goes wrong with it costs only this set: what was staged of it is
//! discarded, and the set stays as it was.

mod fetch;
mod signs;
mod stage;

use std::pin::pin;
use std::sync::Arc;

use reqwest::{StatusCode, Url};
use tokio::sync::mpsc;

use self::fetch::Ask;
use super::codes;
use super::metadata::EntitySet;
use super::record::Absent;
use super::request_error::RequestError;
use super::select::Selected;
use super::settings::{Emptied, Gone, Paging};
use super::shared::Shared;
use super::state::State;
use super::sum::{Doubt, Sum};
use crate::domain::message::{Category, Message, Operation};
use crate::domain::run::{PeerFailure, Stage};
use crate::sync::replica::{Reading, ReplicaSet, Tally};
use crate::sync::stop::StopReason;

/// A set that is being read.
pub(super) struct SetReader {
    pub(super) shared: Shared,
    pub(super) selected: Selected,
    pub(super) model: Arc<EntitySet>,
    pub(super) published: ReplicaSet,
}

/// What was read of a set.
pub(super) struct ReadResult {
    pub(super) tally: Tally,
    pub(super) state: State,
    pub(super) absent: Absent,
}

/// What became of a set.
pub(super) enum Fate {
    Read(ReadResult),
    /// The service does not have it any more: it stays as it was.
    Gone,
    /// It could not be read: it stays as it was.
    Failed(PeerFailure),
}

impl SetReader {
    /// Reads the set.
    ///
    /// # Errors
    /// What ends the run: it was stopped, its database fails, or nothing can be read from this service.
    pub(super) async fn read(&self) -> Result<Fate, StopReason> {
        self.begins().await?;
        let read = Box::pin(self.outcome()).await;
        let done = self.shared.sets.add();
        match read {
            Ok((outcome, records)) => {
                self.ends(records, done).await?;
                Ok(Fate::Read(outcome))
            }
            Err(trouble) => self.failed(trouble).await,
        }
    }

    async fn failed(&self, trouble: RequestError) -> Result<Fate, StopReason> {
        let is_gone = matches!(trouble, RequestError::Refused(status, _) if is_gone(status));
        if is_gone && self.shared.settings.gone == Gone::Warning {
            self.shared.log(about_set(Category::Warning, codes::SET_GONE, self.name())).await?;
            return Ok(Fate::Gone);
        }
        if is_gone {
            return Err(PeerFailure::new(Stage::Content, codes::SET_MISSING).arg(self.name()).into());
        }
        let failure = self.failure(trouble)?;
        if is_of_connection(&failure) {
            return Err(failure.into());
        }
        self.shared.replica.discard(self.published.id).await?;
        Ok(Fate::Failed(failure))
    }

    /// What was read, and how many records came.
    async fn outcome(&self) -> Result<(ReadResult, i64), RequestError> {
        let settings = &self.shared.settings;
        let known =
            State::read(&self.published.state, settings, &self.model).filter(|_| self.published.read_run.is_some());
        let mut state = State::new(settings, &self.model);
        if let Some(delta) = known.as_ref().and_then(|known| known.delta.clone()) {
            match self.changes(&delta).await {
                Ok(sum) => {
                    let is_whole = sum.is_whole();
                    state.delta = Some(sum.delta.unwrap_or(delta)).filter(|_| is_whole);
                    return Ok((ReadResult { tally: sum.tally, state, absent: sum.absent }, sum.read));
                }
                Err(RequestError::Refused(_, words)) => {
                    let message = about_set(Category::Warning, codes::STARTED_OVER, self.name());
                    self.shared.log(message.quoting(words)).await?;
                }
                Err(other) => {
                    // Otherwise each later run would fail in the same way.
                    if matches!(&other, RequestError::Failed(failure) if failure.stage == Stage::Content && !failure.transient)
                    {
                        self.shared.replica.forget(self.published.id).await?;
                    }
                    return Err(other);
                }
            }
        }
        let etag = known.and_then(|known| known.etag);
        match Box::pin(self.whole(etag.as_deref())).await {
            Ok(sum) => {
                // What was skipped has to come again, also when it has not changed.
                let is_whole = sum.is_whole();
                state.delta = sum.delta.filter(|_| is_whole);
                state.etag = sum.etag.filter(|_| sum.pages == 1 && is_whole);
                Ok((ReadResult { tally: sum.tally, state, absent: sum.absent }, sum.read))
            }
            Err(RequestError::NotModified) if etag.is_some() => {
                state.etag = etag;
                let tally = Tally { unchanged: self.published.active, ..Tally::default() };
                Ok((ReadResult { tally, state, absent: Absent::new() }, 0))
            }
            Err(other) => Err(other),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.selected.name
    }

    /// A trouble with this set as a failure, unless it is not the service's.
    pub(super) fn failure(&self, trouble: RequestError) -> Result<PeerFailure, StopReason> {
        let code = self.selected.role.of(codes::UNREADABLE);
        trouble.failure(self.shared.service.host(), |words| {
            PeerFailure::new(Stage::Content, code).arg(self.name()).quoting(words)
        })
    }

    /// Only what has changed since the last time.
    async fn changes(&self, delta: &str) -> Result<Sum, RequestError> {
        let url = self.link(self.shared.service.root(), delta)?;
        let mut sum = Sum::default();
        self.pages(url, Reading::Changes, Ask::default(), &mut sum).await?;
        if let Some(doubt @ Doubt::Unclear(_)) = sum.doubt() {
            self.report(doubt).await?;
        }
        Ok(sum)
    }

    /// Says why records that did not come do not become orphaned. Where there were none, what is unclear matters still:
    /// not all may have come.
    async fn report(&self, doubt: Doubt) -> Result<(), StopReason> {
        let about = |code| about_set(Category::Warning, code, self.name());
        let message = match doubt {
            Doubt::Unclear(what) => about(codes::UNCLEAR).arg(what),
            Doubt::Unkeyed(_) | Doubt::Short { .. } if self.published.active == 0 => return Ok(()),
            Doubt::Unkeyed(records) => about(codes::NOT_ORPHANED).arg(records.to_string()),
            Doubt::Short { announced, read } => about(codes::SHORT).arg(announced.to_string()).arg(read.to_string()),
        };
        self.shared.log(message).await
    }

    /// Everything.
    async fn whole(&self, etag: Option<&str>) -> Result<Sum, RequestError> {
        let first = self.link(self.shared.service.root(), self.name())?;
        let mut sum = Sum::default();
        match self.shared.settings.paging {
            Paging::Server => {
                let ask = Ask { etag: etag.map(str::to_owned), tracking: true };
                match self.pages(first.clone(), Reading::Whole, ask.clone(), &mut sum).await {
                    // Some services refuse what they should ignore where they cannot do it.
                    Err(RequestError::Refused(status, _)) if !is_gone(status) => {
                        let ask = Ask { tracking: false, ..ask };
                        self.pages(first, Reading::Whole, ask, &mut sum).await?;
                    }
                    other => other?,
                }
            }
            Paging::Client => self.windows(&first, &mut sum).await?,
        }
        self.brake(&sum)?;
        if let Some(doubt) = sum.doubt() {
            // None of those that did not come is known to be gone.
            self.report(doubt).await?;
            return Ok(sum);
        }
        let mut after = None;
        loop {
            let (orphaned, next) = self.shared.replica.orphan_unmet(self.published.id, after).await?;
            sum.tally.orphaned += orphaned;
            if next.is_none() {
                return Ok(sum);
            }
            after = next;
        }
    }

    /// An answer without records is more likely a fault than the truth when there were some before.
    fn brake(&self, sum: &Sum) -> Result<(), PeerFailure> {
        if sum.keyed > 0 || self.published.active == 0 || self.shared.settings.emptied == Emptied::Orphan {
            return Ok(());
        }
        Err(PeerFailure::new(Stage::Content, codes::EMPTIED).arg(self.name()).arg(self.published.active.to_string()))
    }

    /// Windows of `$top` records each, until one is empty: a service may give less than it was asked for.
    async fn windows(&self, first: &Url, sum: &mut Sum) -> Result<(), RequestError> {
        let size = self.shared.settings.page_size;
        let order = self.model.key.join(",");
        loop {
            let (mut url, before) = (first.clone(), sum.rows);
            url.set_query(Some(&format!("$orderby={order}&$top={size}&$skip={before}")));
            let read = self.pages(url, Reading::Whole, Ask::default(), sum).await;
            read.map_err(|trouble| if before == 0 { trouble } else { self.halfway(trouble) })?;
            // Of one window only.
            (sum.delta, sum.etag) = (None, None);
            if sum.rows == before {
                return Ok(());
            }
        }
    }

    /// Follows the pages from `url` on. While one is staged, the next is on its way.
    async fn pages(&self, url: Url, reading: Reading, ask: Ask, sum: &mut Sum) -> Result<(), RequestError> {
        let (out, steps) = mpsc::channel(1);
        let mut follow = pin!(self.follow(url, ask, reading, out));
        let mut stage = pin!(self.stage(steps, reading, sum));
        tokio::select! {
            // What is on its way then is of no use.
            staged = &mut stage => {
                staged?;
                follow.await
            }
            followed = &mut follow => {
                stage.await?;
                followed
            }
        }
    }

    pub(super) fn endless(&self) -> PeerFailure {
        PeerFailure::new(Stage::Content, codes::LOOP).arg(self.name())
    }
}

/// Whether a status says that there is no such set.
fn is_gone(status: StatusCode) -> bool {
    matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE)
}

/// Whether a failure concerns all sets of a service: no connection, or no sign-in. Missing rights concern one set.
fn is_of_connection(failure: &PeerFailure) -> bool {
    match failure.stage {
        Stage::Protocol | Stage::Content => false,
        Stage::Settings | Stage::NameLookup | Stage::Tcp | Stage::Tls | Stage::SignIn => failure.code != codes::DENIED,
    }
}

/// A message about a set as a whole.
pub(super) fn about_set(category: Category, code: &'static str, set: &str) -> Message {
    Message::of_item(category, code, Operation::None, "entity set", set.as_bytes()).arg(set)
}
