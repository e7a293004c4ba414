//! What the pages of one reading have in common: counts, and whether they bring anything new.

use std::collections::{BTreeSet, HashSet};

use super::fetch::Ended;
use super::record::Absent;
use crate::sync::publish::{Reading, Tally};

/// Maximum number of pages in a row that bring only what came before: new records move others to a later page.
const MOST_REPEATED: usize = 3;

/// The same of changes: a record may change again and again while they are read.
const MOST_REPEATED_CHANGES: usize = 20;

/// Maximum number of pages in a row that have nothing: some services filter after they have cut the pages.
const MOST_EMPTY: usize = 20;

/// What came of one reading.
#[derive(Default)]
pub(super) struct Sum {
    pub(super) tally: Tally,
    /// Records that could not be taken over.
    pub(super) left_out: usize,
    /// Those of them whose key could not be read: each could be any record of the set.
    pub(super) unkeyed: usize,
    /// Properties that records of the set may lack, and do.
    pub(super) absent: Absent,
    /// Names of members beside the records that mean nothing to Syncdesk.
    pub(super) unknown: BTreeSet<String>,
    /// Records whose key could be read.
    pub(super) keyed: usize,
    /// Records that came, and that the service says it has.
    pub(super) read: i64,
    pub(super) announced: i64,
    pub(super) pages: usize,
    pub(super) rows: usize,
    pub(super) delta: Option<String>,
    pub(super) etag: Option<String>,
    /// A page was read twice: there is nothing to build on.
    pub(super) was_reread: bool,
    page: OfPage,
    /// Pages in a row that had nothing, and that had nothing new.
    empty: usize,
    repeated: usize,
    /// Which keys came together, as fingerprints: what came before in a reading of changes is not stored.
    together: HashSet<u64>,
}

/// The page that is being read.
#[derive(Default)]
struct OfPage {
    keyed: usize,
    before: usize,
    /// The sum of the fingerprints of its keys.
    keys: u64,
}

impl Sum {
    /// A key came.
    pub(super) const fn came(&mut self, key: u64) {
        self.page.keyed += 1;
        self.page.keys = self.page.keys.wrapping_add(key);
    }

    /// This number of keys had come before.
    pub(super) const fn came_before(&mut self, keys: usize) {
        self.page.before += keys;
    }

    /// A page has ended; returns whether there may be another.
    pub(super) fn ended(&mut self, reading: Reading, page: Ended) -> bool {
        let OfPage { keyed, before, keys } = std::mem::take(&mut self.page);
        self.pages += 1;
        self.rows += page.rows;
        (self.delta, self.etag) = (page.delta, page.etag);
        self.was_reread |= page.was_reread;
        self.keyed += keyed;
        let (before, most_repeated) = match reading {
            Reading::Whole => (before, MOST_REPEATED),
            Reading::Changes if self.together.insert(keys) => (0, MOST_REPEATED_CHANGES),
            Reading::Changes => (keyed, MOST_REPEATED_CHANGES),
        };
        // Of a page that was read twice only the rest was handed on.
        let is_empty = keyed == 0 && !page.was_reread;
        self.empty = if is_empty { self.empty + 1 } else { 0 };
        self.repeated = if keyed > 0 && keyed == before { self.repeated + 1 } else { 0 };
        self.empty < MOST_EMPTY && self.repeated < most_repeated
    }

    /// Whether the next run can build on this reading: all of it was taken over, as it was when it was read once.
    pub(super) const fn is_whole(&self) -> bool {
        self.left_out == 0 && !self.was_reread && !self.is_short()
    }

    /// Whether the service says that it has more records than came.
    pub(super) const fn is_short(&self) -> bool {
        self.announced > self.read
    }
}
