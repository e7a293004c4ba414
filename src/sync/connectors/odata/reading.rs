//! Reading one entity set into the replica.

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use reqwest::Url;
use reqwest::header::{HeaderMap, IF_NONE_MATCH};

use super::codes;
use super::fetch::Records;
use super::metadata::EntitySet;
use super::record::Absent;
use super::select::Selected;
use super::service::Trouble;
use super::settings::{Emptied, Paging};
use super::shared::Shared;
use super::state::State;
use crate::domain::message::{Category, Message, Operation};
use crate::domain::run::{Failure, Stage};
use crate::sync::connector::Halt;
use crate::sync::publish::{PublishedSet, Reading, Tally};

/// So many pages in a row may bring only what came before: what is new meanwhile moves others to a later page.
const MOST_REPEATED: usize = 3;

/// The same of changes: a record may change again and again while they are read.
const MOST_REPEATED_CHANGES: usize = 20;

/// So many pages in a row may have nothing: some services filter after they have cut the pages.
const MOST_EMPTY: usize = 20;

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
    pub(super) absent: Absent,
}

/// What the pages of one reading had in common.
#[derive(Default)]
pub(super) struct Sum {
    pub(super) tally: Tally,
    /// Records that could not be taken over.
    pub(super) left_out: usize,
    /// What the records of the set may leave out, and do.
    pub(super) absent: Absent,
    /// Records whose key could be read.
    pub(super) keyed: usize,
    pages: usize,
    rows: usize,
    /// Pages in a row that had nothing, and that had nothing new.
    empty: usize,
    repeated: usize,
    /// Which keys came together, as fingerprints: of changes it is not stored what came before.
    together: HashSet<u64>,
    delta: Option<String>,
    etag: Option<String>,
}

impl Sum {
    /// A page with so many keys is stored, of which so many had come before; whether there may be a further one.
    pub(super) const fn stored(&mut self, reading: Reading, keyed: usize, before: usize) -> bool {
        let most_repeated = match reading {
            Reading::Whole => MOST_REPEATED,
            Reading::Changes => MOST_REPEATED_CHANGES,
        };
        self.keyed += keyed;
        self.empty = if keyed == 0 { self.empty + 1 } else { 0 };
        self.repeated = if keyed > 0 && keyed == before { self.repeated + 1 } else { 0 };
        self.empty < MOST_EMPTY && self.repeated < most_repeated
    }

    /// Whether no page before had just these keys.
    pub(super) fn is_new_page(&mut self, keys: &BTreeSet<&[u8]>) -> bool {
        self.together.insert(fingerprint(keys))
    }
}

impl SetReader {
    pub(super) async fn read(&self) -> Result<Outcome, Halt> {
        let settings = &self.shared.settings;
        let known = State::read(&self.published.state, settings, &self.model).filter(|_| self.published.read);
        let mut state = State::new(settings, &self.model);
        if let Some(delta) = known.as_ref().and_then(|known| known.delta.clone()) {
            match self.changes(&delta).await {
                Ok(sum) => {
                    state.delta = Some(sum.delta.unwrap_or(delta)).filter(|_| sum.left_out == 0);
                    return Ok(Outcome { tally: sum.tally, state, absent: sum.absent });
                }
                Err(Trouble::Refused(_, words)) => {
                    self.shared
                        .log(about_set(Category::Warning, codes::STARTED_OVER, self.name()).quoting(words))
                        .await?;
                }
                Err(other) => {
                    // Else each later run would fail in the same way.
                    if matches!(&other, Trouble::Whole(failure) if failure.stage == Stage::Content && !failure.transient)
                    {
                        self.shared.replica.forget(self.published.id).await?;
                    }
                    return Err(self.halt(other));
                }
            }
        }
        let etag = known.and_then(|known| known.etag);
        match self.whole(etag.as_deref()).await {
            Ok(sum) => {
                // What was left out has to come again, also when it has not changed.
                state.delta = sum.delta.filter(|_| sum.left_out == 0);
                state.etag = sum.etag.filter(|_| sum.pages == 1 && sum.left_out == 0);
                Ok(Outcome { tally: sum.tally, state, absent: sum.absent })
            }
            Err(Trouble::NotModified) if etag.is_some() => {
                state.etag = etag;
                let tally = Tally { unchanged: self.published.active, ..Tally::default() };
                Ok(Outcome { tally, state, absent: Absent::new() })
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
        let mut sum = Sum::default();
        self.pages(url, Reading::Changes, self.asking(None, false), &mut sum).await?;
        Ok(sum)
    }

    /// Everything.
    async fn whole(&self, etag: Option<&str>) -> Result<Sum, Trouble> {
        let first = self.link(self.shared.service.root(), self.name())?;
        let mut sum = Sum::default();
        match self.shared.settings.paging {
            Paging::Server => {
                let tracking = self.asking(etag, true);
                match self.pages(first.clone(), Reading::Whole, tracking, &mut sum).await {
                    // Some services refuse what they should ignore where they cannot do it.
                    Err(Trouble::Refused(..)) => {
                        self.pages(first, Reading::Whole, self.asking(etag, false), &mut sum).await?;
                    }
                    other => other?,
                }
            }
            Paging::Client => self.windows(&first, &mut sum).await?,
        }
        self.brake(&sum)?;
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

    /// An answer without records is more likely a fault than the truth when there were some before.
    fn brake(&self, sum: &Sum) -> Result<(), Failure> {
        if sum.keyed > 0 || self.published.active == 0 || self.shared.settings.emptied == Emptied::Orphan {
            return Ok(());
        }
        Err(Failure::new(Stage::Content, codes::EMPTIED).arg(self.name()).arg(self.published.active.to_string()))
    }

    /// After the first page a refusal ends the run: what was staged cannot be read once more.
    fn halfway(&self, trouble: Trouble) -> Trouble {
        match trouble {
            Trouble::Refused(..) | Trouble::NotModified => halted(self.halt(trouble)),
            other => other,
        }
    }

    /// Windows of `$top` records each, until one is empty: a service may give less than it was asked for.
    async fn windows(&self, first: &Url, sum: &mut Sum) -> Result<(), Trouble> {
        let size = self.shared.settings.page_size;
        let order = self.model.key.join(",");
        loop {
            let (mut url, before) = (first.clone(), sum.rows);
            url.set_query(Some(&format!("$orderby={order}&$top={size}&$skip={before}")));
            self.pages(url, Reading::Whole, self.asking(None, false), sum).await?;
            // Of one window only.
            (sum.delta, sum.etag) = (None, None);
            if sum.rows == before {
                return Ok(());
            }
        }
    }

    /// Follows the pages from `url` on. While one is stored, the next is on its way.
    async fn pages(&self, url: Url, reading: Reading, headers: HeaderMap, sum: &mut Sum) -> Result<(), Trouble> {
        let mut visited = HashSet::from([fingerprint(url.as_str())]);
        let mut records: Records = self.fetch(&url, &headers).await?;
        // The etag is that of the first answer.
        let mut headers = headers;
        headers.remove(IF_NONE_MATCH);
        loop {
            sum.pages += 1;
            sum.rows += records.rows;
            sum.delta = records.delta.take();
            sum.etag = records.etag.take();
            let next = records.next.take();
            if let Some(next) = &next
                && !visited.insert(fingerprint(next.as_str()))
            {
                return Err(self.endless().into());
            }
            let rest = async {
                match &next {
                    Some(next) => self.fetch(next, &headers).await.map(Some).map_err(|trouble| self.halfway(trouble)),
                    None => Ok(None),
                }
            };
            let (stored, fetched) = tokio::join!(self.store(records, reading, sum), rest);
            stored.map_err(halted)?;
            match fetched? {
                Some(next) => records = next,
                None => return Ok(()),
            }
        }
    }

    pub(super) fn endless(&self) -> Failure {
        Failure::new(Stage::Content, codes::LOOP).arg(self.name())
    }
}

/// Addresses are long, keys and pages many: so much of one tells it from the others.
fn fingerprint(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
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
