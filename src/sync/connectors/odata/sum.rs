//! What the pages of one reading have in common: counts, and whether they bring anything new.

use std::collections::{BTreeSet, HashSet};

use super::record::Absent;
use crate::sync::replica::{Reading, Tally};

/// Maximum number of pages in a row that bring only what came before: new records move others to a later page.
const MOST_REPEATED: usize = 3;

/// The same of changes: a record may change again and again while they are read.
const MOST_REPEATED_CHANGES: usize = 20;

/// Maximum number of pages in a row that have nothing: some services filter after they have cut the pages.
const MOST_EMPTY: usize = 20;

/// Maximum number of unclear things that are reported; a page more may be added.
const MOST_UNCLEAR: usize = 10;

/// Why records that did not come may still be there: none of them becomes orphaned.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// The number of records whose key could not be read: each could be any record.
    Unkeyed(usize),
    /// Something in the answers is unclear, in words.
    Unclear(String),
    /// The service says that it has more than came.
    Short { announced: i64, read: i64 },
}

/// What a page had besides its records.
#[derive(Debug, Default)]
pub(super) struct Ended {
    pub(super) rows: usize,
    pub(super) count: Option<i64>,
    pub(super) delta: Option<String>,
    pub(super) etag: Option<String>,
    pub(super) unknown: BTreeSet<String>,
    /// What leaves open which records there are, in words.
    pub(super) unclear: BTreeSet<String>,
    /// Names of members that look as if more records followed.
    pub(super) more: BTreeSet<String>,
    /// The largest count in a member that means nothing to Syncdesk, and its name.
    pub(super) counted: Option<(i64, String)>,
    /// An earlier attempt had handed on a part of it: which of the two readings counts, nobody knows.
    pub(super) was_reread: bool,
}

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
    /// What leaves open which records there are, in words.
    unclear: BTreeSet<String>,
    /// Records that came more than once in a complete reading.
    repeats: usize,
    /// Of the last page only: members that look as if more records followed. Those of others are right, more came.
    more: BTreeSet<String>,
    /// The largest count in a member that means nothing to Syncdesk, and its name.
    counted: Option<(i64, String)>,
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
        self.repeats += keys;
    }

    /// A page has ended; returns whether there may be another.
    pub(super) fn ended(&mut self, reading: Reading, page: Ended) -> bool {
        let OfPage { keyed, before, keys } = std::mem::take(&mut self.page);
        self.pages += 1;
        self.rows += page.rows;
        (self.delta, self.etag, self.more) = (page.delta, page.etag, page.more);
        if self.unclear.len() < MOST_UNCLEAR {
            self.unclear.extend(page.unclear);
        }
        self.counted = self.counted.take().max(page.counted);
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
    pub(super) fn is_whole(&self) -> bool {
        self.left_out == 0 && !self.was_reread && self.doubt().is_none()
    }

    /// Why records that did not come may still be there.
    pub(super) fn doubt(&self) -> Option<Doubt> {
        if self.unkeyed > 0 {
            return Some(Doubt::Unkeyed(self.unkeyed));
        }
        let mut unclear: Vec<String> = self.unclear.iter().cloned().collect();
        unclear.extend(self.more.iter().map(|name| format!("“{name}” suggests that there are more records")));
        if let Some((count, name)) = self.counted.as_ref().filter(|(count, _)| *count > self.read) {
            unclear.push(format!("“{name}” is {count}, but {} arrived", self.read));
        }
        if self.repeats > 0 {
            unclear.push(format!(
                "{} records arrived more than once, so records may have moved between pages",
                self.repeats
            ));
        }
        if !unclear.is_empty() {
            return Some(Doubt::Unclear(unclear.join("; ")));
        }
        (self.announced > self.read).then_some(Doubt::Short { announced: self.announced, read: self.read })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pages: Vec<Ended>, read: i64) -> Sum {
        let mut sum = Sum { read, ..Sum::default() };
        for page in pages {
            sum.ended(Reading::Whole, page);
        }
        sum
    }

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn of_members_that_look_like_more_only_those_of_the_last_page_count() {
        let page = |more: &[&str]| Ended { more: names(more), ..Ended::default() };
        assert_eq!(of(vec![page(&["hasMore"]), page(&[])], 2).doubt(), None);
        let doubt = of(vec![page(&[]), page(&["hasMore", "next_page"])], 2).doubt();
        let said = "“hasMore” suggests that there are more records; “next_page” suggests that there are more records";
        assert_eq!(doubt, Some(Doubt::Unclear(said.to_owned())));
    }

    #[test]
    fn counts_are_compared_with_all_that_came() {
        let page = |count| Ended { counted: Some((count, "total".to_owned())), ..Ended::default() };
        assert_eq!(of(vec![page(4), page(4)], 4).doubt(), None);
        let doubt = of(vec![page(4), Ended::default()], 3).doubt();
        assert_eq!(doubt, Some(Doubt::Unclear("“total” is 4, but 3 arrived".to_owned())));
        assert_eq!(
            Sum { announced: 4, read: 3, ..Sum::default() }.doubt(),
            Some(Doubt::Short { announced: 4, read: 3 })
        );
    }

    #[test]
    fn nothing_is_built_on_what_is_unclear() {
        let page = Ended { unclear: names(&["x"]), ..Ended::default() };
        let sum = of(vec![page, Ended::default()], 1);
        assert_eq!((sum.doubt(), sum.is_whole()), (Some(Doubt::Unclear("x".to_owned())), false));
        assert!(of(vec![Ended::default()], 1).is_whole());
    }
}
