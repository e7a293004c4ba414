//! Messages of many runs: the newest run first, and of each run the newest message first. A bounded window at a time,
//! which says how far it got.

use std::collections::HashMap;

use super::dictionary::Dictionary;
use super::page::{Log, MessageFilter, of_few, page};
use crate::access::{Grant, verbs};
use crate::domain::message::StoredMessage;
use crate::domain::paging::{PageRequest, Start};
use crate::ids::{RunId, Seq};
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::runs::RunListRow;

/// How many messages one search looks at.
const WINDOW: i64 = 20_000;
/// How many messages are read at a time.
const CHUNK: i64 = 2_000;

/// What a search found.
#[derive(Debug, Clone, Default)]
pub struct AcrossPage {
    /// Each message with the place of its run among those that were searched.
    pub rows: Vec<(usize, StoredMessage)>,
    /// The place of the run where it stopped, and the message before which it continues there; none for the run after
    /// that. None: it has examined all.
    pub stopped: Option<(usize, Option<Seq>)>,
}

/// Which messages are looked for, and where.
pub struct AcrossQuestion<'a> {
    pub words: &'a Dictionary,
    pub grant: &'a Grant<verbs::ReadLogs>,
    /// Newest first.
    pub runs: &'a [RunListRow],
    pub filter: &'a MessageFilter,
    /// The first of these runs is searched before this message only.
    pub before: Option<Seq>,
    pub limit: usize,
}

struct Search<'a, F> {
    asked: &'a AcrossQuestion<'a>,
    fits: F,
    found: AcrossPage,
    looked_at: i64,
}

/// Up to `limit` messages for which `fits` says yes.
pub fn search_runs(
    db: &mut Db,
    asked: &AcrossQuestion<'_>,
    fits: impl Fn(&StoredMessage) -> bool,
) -> Result<AcrossPage> {
    let mut search = Search { asked, fits, found: AcrossPage::default(), looked_at: 0 };
    let mut place = 0;
    while let Some(run) = asked.runs.get(place) {
        let before = asked.before.filter(|_seq| place == 0);
        let next = if before.is_some() || search.most(run) > CHUNK {
            search.one(db, place, run, before)?;
            place + 1
        } else {
            search.some(db, place)?
        };
        if search.found.stopped.is_some() {
            break;
        }
        if search.looked_at >= WINDOW && next < asked.runs.len() {
            search.found.stopped = Some((next - 1, None));
            break;
        }
        place = next;
    }
    Ok(search.found)
}

impl<F: Fn(&StoredMessage) -> bool> Search<'_, F> {
    /// How many messages of a run are read at most.
    fn most(&self, run: &RunListRow) -> i64 {
        let counts = run.listed.totals.counts;
        self.asked.filter.category.map_or(counts.total(), |category| counts.of(category))
    }

    /// Looks at a message; whether the search stops with it.
    fn look(&mut self, place: usize, message: StoredMessage) -> bool {
        self.looked_at += 1;
        let seq = Seq(message.seq);
        if (self.fits)(&message) {
            self.found.rows.push((place, message));
        }
        let is_full = self.found.rows.len() >= self.asked.limit;
        if is_full {
            self.found.stopped = Some((place, Some(seq)));
        }
        is_full
    }

    /// A run with many messages, in pieces from its end.
    fn one(&mut self, db: &mut Db, place: usize, run: &RunListRow, before: Option<Seq>) -> Result<()> {
        let of_run = run.run();
        let log = Log { words: self.asked.words, grant: self.asked.grant, run: &of_run };
        let mut start = before.map_or(Start::Last, Start::Before);
        loop {
            let piece = page(db, log, self.asked.filter, &PageRequest::new(start, CHUNK))?;
            let first = piece.rows.first().map(|message| Seq(message.seq));
            for message in piece.rows.into_iter().rev() {
                if self.look(place, message) {
                    return Ok(());
                }
            }
            match first.filter(|_first| piece.previous.is_some()) {
                None => return Ok(()),
                Some(first) if self.looked_at >= WINDOW => {
                    self.found.stopped = Some((place, Some(first)));
                    return Ok(());
                }
                Some(first) => start = Start::Before(first),
            }
        }
    }

    /// The runs from `place` on that have few messages together, in one statement; returns the place after them.
    fn some(&mut self, db: &mut Db, place: usize) -> Result<usize> {
        let mut room = CHUNK;
        let fits = |run: &&RunListRow| {
            room -= self.most(run);
            room >= 0
        };
        let few: Vec<&RunListRow> = self.asked.runs.iter().skip(place).take_while(fits).collect();
        let ids: Vec<RunId> = few.iter().filter(|run| self.most(run) > 0).map(|run| run.listed.run.id).collect();
        let next = place + few.len();
        let mut by_run: HashMap<RunId, Vec<StoredMessage>> = HashMap::new();
        if !ids.is_empty() {
            for (run, message) in of_few(db, self.asked.words, &ids, self.asked.filter)? {
                by_run.entry(run).or_default().push(message);
            }
        }
        for (run, at) in few.iter().zip(place..) {
            for message in by_run.remove(&run.listed.run.id).unwrap_or_default().into_iter().rev() {
                if self.look(at, message) {
                    return Ok(next);
                }
            }
        }
        Ok(next)
    }
}
