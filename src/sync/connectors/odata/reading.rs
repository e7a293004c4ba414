//! Reading one entity set into the replica.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use reqwest::Url;
use reqwest::header::HeaderMap;

use super::codes;
use super::fetch::Records;
use super::metadata::EntitySet;
use super::select::Selected;
use super::service::Trouble;
use super::settings::Paging;
use super::shared::Shared;
use super::state::State;
use crate::domain::message::{Category, Message, Operation};
use crate::domain::run::{Failure, Stage};
use crate::sync::connector::Halt;
use crate::sync::publish::{PublishedSet, Reading, Tally};

/// A set that is being read.
pub(super) struct SetReader {
    pub(super) shared: Shared,
    pub(super) selected: Selected,
    pub(super) model: Arc<EntitySet>,
    pub(super) published: PublishedSet,
}

/// What came of it.
pub(super) struct Outcome {
    pub(super) tally: Tally,
    pub(super) state: State,
}

/// What the pages of one reading had in common.
#[derive(Default)]
pub(super) struct Sum {
    pub(super) tally: Tally,
    /// Records that could not be taken over.
    pub(super) left_out: usize,
    pages: usize,
    rows: usize,
    delta: Option<String>,
    etag: Option<String>,
}

impl SetReader {
    pub(super) async fn read(&self) -> Result<Outcome, Halt> {
        let root = &self.shared.settings.root;
        let known = State::read(&self.published.state, root, &self.model).filter(|_| self.published.read);
        let mut state = State::new(root, &self.model);
        if let Some(delta) = known.as_ref().and_then(|known| known.delta.clone()) {
            match self.changes(&delta).await {
                Ok(sum) => {
                    state.delta = Some(sum.delta.unwrap_or(delta)).filter(|_| sum.left_out == 0);
                    return Ok(Outcome { tally: sum.tally, state });
                }
                Err(Trouble::Refused(_, words)) => {
                    self.shared
                        .log(about_set(Category::Warning, codes::STARTED_OVER, self.name()).quoting(words))
                        .await?;
                }
                Err(other) => return Err(self.halt(other)),
            }
        }
        let etag = known.and_then(|known| known.etag);
        match self.whole(etag.as_deref()).await {
            Ok(sum) => {
                // What was left out has to come again, also when it has not changed.
                state.delta = sum.delta.filter(|_| sum.left_out == 0);
                state.etag = sum.etag.filter(|_| sum.pages == 1 && sum.left_out == 0);
                Ok(Outcome { tally: sum.tally, state })
            }
            Err(Trouble::NotModified) => {
                state.etag = etag;
                Ok(Outcome { tally: Tally { unchanged: self.published.active, ..Tally::default() }, state })
            }
            Err(other) => Err(self.halt(other)),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.selected.name
    }

    fn halt(&self, trouble: Trouble) -> Halt {
        let code = self.selected.role.of(codes::UNREADABLE);
        trouble.halt(self.shared.service.host(), |words| {
            Failure::new(Stage::Content, code).arg(self.name()).quoting(words)
        })
    }

    /// Only what has changed since the last time.
    async fn changes(&self, delta: &str) -> Result<Sum, Trouble> {
        let url = self.link(self.shared.service.root(), delta)?;
        self.pages(url, Reading::Changes, &self.asking(None, false)).await
    }

    /// Everything.
    async fn whole(&self, etag: Option<&str>) -> Result<Sum, Trouble> {
        let first = self.shared.service.root().join(self.name()).map_err(|error| self.nonsense(error.to_string()))?;
        let plain = self.asking(etag, false);
        let mut sum = match self.shared.settings.paging {
            Paging::Server => match self.pages(first.clone(), Reading::Whole, &self.asking(etag, true)).await {
                // Some services refuse what they should ignore where they cannot do it.
                Err(Trouble::Refused(..)) => self.pages(first, Reading::Whole, &plain).await?,
                other => other?,
            },
            Paging::Client => self.windows(&first, &plain).await?,
        };
        let mut after = None;
        loop {
            let (orphaned, next) = self.shared.replica.orphan_unmet(self.published.id, after).await.map_err(halted)?;
            sum.tally.orphaned += orphaned;
            if next.is_none() {
                return Ok(sum);
            }
            after = next;
        }
    }

    /// After the first page a refusal ends the run: what was staged cannot be read once more.
    fn halfway(&self, trouble: Trouble) -> Trouble {
        match trouble {
            Trouble::Refused(..) => halted(self.halt(trouble)),
            other => other,
        }
    }

    /// Windows of `$top` records each, until one is not full.
    async fn windows(&self, first: &Url, headers: &HeaderMap) -> Result<Sum, Trouble> {
        let size = self.shared.settings.page_size as usize;
        let order = self.model.key.join(",");
        let (mut sum, mut skip) = (Sum::default(), 0);
        loop {
            let mut url = first.clone();
            url.set_query(Some(&format!("$orderby={order}&$top={size}&$skip={skip}")));
            let window = self.pages(url, Reading::Whole, headers).await?;
            sum.tally.add(&window.tally);
            sum.pages += window.pages;
            sum.left_out += window.left_out;
            if window.rows < size {
                return Ok(sum);
            }
            skip += window.rows;
        }
    }

    /// Follows the pages from `url` on. While one is stored, the next is on its way.
    async fn pages(&self, url: Url, reading: Reading, headers: &HeaderMap) -> Result<Sum, Trouble> {
        let mut sum = Sum::default();
        let mut visited = HashSet::from([fingerprint(&url)]);
        let mut records: Records = self.fetch(&url, headers).await?;
        loop {
            sum.pages += 1;
            sum.rows += records.rows;
            sum.delta = records.delta.take();
            sum.etag = records.etag.take();
            let next = records.next.take();
            if let Some(next) = &next
                && !visited.insert(fingerprint(next))
            {
                return Err(Failure::new(Stage::Content, codes::LOOP).arg(self.name()).into());
            }
            let rest = async {
                match &next {
                    Some(next) => self.fetch(next, headers).await.map(Some).map_err(|trouble| self.halfway(trouble)),
                    None => Ok(None),
                }
            };
            let (stored, fetched) = tokio::join!(self.store(records, reading, &mut sum), rest);
            stored.map_err(halted)?;
            match fetched? {
                Some(next) => records = next,
                None => return Ok(sum),
            }
        }
    }
}

/// Addresses are long and pages many: so much of one tells it from the others.
fn fingerprint(url: &Url) -> u64 {
    let mut hasher = DefaultHasher::new();
    url.as_str().hash(&mut hasher);
    hasher.finish()
}

/// Of the store.
pub(super) fn halted(halt: Halt) -> Trouble {
    match halt {
        Halt::Failed(failure) => Trouble::Whole(failure),
        Halt::Stopped(stopped) => Trouble::Stopped(stopped),
        Halt::Braked => Trouble::Whole(Failure::new(Stage::Content, "RUN-INTERNAL")),
    }
}

/// A message about a set as a whole.
pub(super) fn about_set(category: Category, code: &'static str, set: &str) -> Message {
    Message::of_item(category, code, Operation::None, "entity set", set.as_bytes()).arg(set)
}
