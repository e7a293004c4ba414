//! A page of the log of a run.

use crate::access::{Actor, Grant, verbs};
use crate::clock::{Stamp, micros};
use crate::domain::catalogue::mentions;
use crate::domain::comparison::{Group, Items};
use crate::domain::message::StoredMessage;
use crate::domain::paging::{Page, PageRequest, Start};
use crate::domain::run::{RunResult, RunState};
use crate::domain::typed_time;
use crate::ids::Seq;
use crate::queries::KeptSince;
use crate::store::messages::{self, Dictionary, MessageFilter};
use crate::store::runs::{Counted, ItemKeys, Run, RunDetails, RunDigest, counts_by, digest, examples};
use crate::store::systems::OfSystem;
use crate::store::{Db, Result};

/// How many messages are shown before and after one.
const AROUND: i64 = 20;

/// What is asked of a log.
#[derive(Debug, Clone)]
pub struct LogQuestion<'a> {
    pub filter: MessageFilter,
    /// Words that messages must contain; empty for all.
    pub words: &'a str,
    pub request: PageRequest<Seq>,
    /// A message number or a time of day in `zone`, as it was typed.
    pub at: &'a str,
    pub zone: chrono_tz::Tz,
    /// A message that is shown with the ones before and after it.
    pub around: Option<i64>,
    /// The log is read from its beginning, unfiltered: the digest belongs to it.
    pub is_whole: bool,
}

/// The log, as far as its reader may have it.
#[derive(Debug)]
pub enum RunLog {
    /// It needs `ReadLogs`.
    NoAccess,
    /// Past retention.
    Expired,
    Page(Box<LogPage>),
}

/// A page of messages.
#[derive(Debug)]
pub struct LogPage {
    pub messages: Page<StoredMessage, Seq>,
    /// For a search: the message after which it began, and the one after which it continues, if it did not reach the end.
    pub searched: Option<(Seq, Option<Seq>)>,
    /// Why the page does not begin where `at` says.
    pub misplaced: Option<Misplaced>,
    /// The messages of the whole log by category, code, item type and operation.
    pub counted: Vec<Counted>,
    /// Of the whole log, at its beginning.
    pub digest: Option<(RunDigest, ComparedItems)>,
}

/// The items that the comparison with the run before names, by their place in the log of either run.
#[derive(Debug, Default)]
pub struct ComparedItems {
    pub here: ItemKeys,
    pub there: ItemKeys,
}

/// Why there is no message at a place that was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misplaced {
    /// Neither a number nor a time.
    Unreadable,
    /// Beyond the last message, which has this number.
    BeyondLast(i64),
    /// Nothing was logged at or after that time.
    NothingSince,
}

/// Reads a page of the log, if the reader may read it.
pub(super) fn run_log(
    db: &mut Db,
    reader: &Actor,
    words: &Dictionary,
    of: &RunDetails,
    question: &LogQuestion<'_>,
    kept: KeptSince,
) -> Result<RunLog> {
    let Some(grant) = reader.grant_in::<verbs::ReadLogs>(of.system.group_id) else { return Ok(RunLog::NoAccess) };
    if !kept.has_messages(&of.run) {
        return Ok(RunLog::Expired);
    }
    let log = messages::Log { words, grant: &grant, run: &of.run };
    let mut page = question.read(db, log, of)?;
    page.counted = counts_by(db, of.run.as_id())?;
    if question.is_whole {
        let digest = digest(db, &of.run, kept.runs_since)?;
        let items = compared_items(db, &grant, &of.run, &digest, kept)?;
        page.digest = Some((digest, items));
    }
    Ok(RunLog::Page(Box::new(page)))
}

fn compared_items(
    db: &mut Db,
    grant: &Grant<verbs::ReadLogs>,
    run: &OfSystem<Run>,
    digest: &RunDigest,
    kept: KeptSince,
) -> Result<ComparedItems> {
    let compared = digest.comparison.as_ref().filter(|_| run.result != Some(RunResult::Canceled));
    let Some(comparison) = compared else { return Ok(ComparedItems::default()) };
    let places = |group: fn(&Items) -> Vec<&Group>| {
        let items = comparison.changes.iter().filter_map(|change| change.items.as_ref());
        items.flat_map(group).flat_map(|group| group.examples.clone()).collect::<Vec<i64>>()
    };
    let (here, there) = (places(|items| vec![&items.new, &items.repeated]), places(|items| vec![&items.gone]));
    // Names are hidden as soon as the messages are.
    let before = digest.before.as_ref().filter(|before| before.ended_at.is_none_or(|end| end >= kept.messages_since));
    let other = before.map(|before| (before.id, there.as_slice()));
    let (here, there) = examples(db, grant, (run.as_id(), &here), other)?;
    Ok(ComparedItems { here, there })
}

impl LogQuestion<'_> {
    fn read(&self, db: &mut Db, log: messages::Log<'_>, of: &RunDetails) -> Result<LogPage> {
        let (jump, misplaced) = self.jump(db, log, of)?;
        let mut page = self.read_from(db, log, jump)?;
        page.misplaced = misplaced;
        if self.around.is_some() && page.messages.rows.is_empty() && of.totals.counts.total() > 0 {
            let end = LogQuestion { around: None, request: self.page_at(Start::Last), ..self.clone() };
            page = end.read_from(db, log, None)?;
            page.misplaced = Some(Misplaced::BeyondLast(of.totals.counts.total()));
        }
        Ok(page)
    }

    /// A page of the same length that begins elsewhere.
    const fn page_at(&self, start: Start<Seq>) -> PageRequest<Seq> {
        PageRequest::new(start, self.request.limit)
    }

    fn read_from(&self, db: &mut Db, log: messages::Log<'_>, jump: Option<Start<Seq>>) -> Result<LogPage> {
        let start = jump.unwrap_or(self.request.start);
        if let Some(seq) = self.around {
            return Ok(LogPage::of(Page::whole(messages::around(db, log, seq, AROUND)?)));
        }
        if !self.words.is_empty() {
            return self.search(db, log, start);
        }
        let mut found = messages::page(db, log, &self.filter, &self.page_at(start))?;
        if found.rows.is_empty() && start != Start::First {
            // Beyond one end of the log: that end is shown.
            let end = if matches!(start, Start::Before(_)) { Start::First } else { Start::Last };
            found = messages::page(db, log, &self.filter, &self.page_at(end))?;
        } else if jump.is_some_and(|jump| matches!(jump, Start::After(_))) && !self.has_before(db, log, &found.rows)? {
            found.previous = None;
        }
        Ok(LogPage::of(found))
    }

    fn search(&self, db: &mut Db, log: messages::Log<'_>, start: Start<Seq>) -> Result<LogPage> {
        let needle = self.words.to_lowercase();
        let from = match start {
            Start::After(seq) => seq,
            Start::First | Start::Before(_) | Start::Last => Seq(0),
        };
        let limit = usize::try_from(self.request.limit).unwrap_or(usize::MAX);
        let found = messages::search(db, log, &self.filter, from, limit, |message| mentions(message, &needle))?;
        let above = Some(from).filter(|from| from.0 > 0);
        // A search goes onwards only.
        let page = Page {
            above: Some(above.map_or(Start::First, Start::After)),
            previous: above.map(|_| Start::First),
            ..Page::whole(found.rows)
        };
        Ok(LogPage { searched: Some((from, found.continue_after)), ..LogPage::of(page) })
    }

    /// Whether there is anything before a page whose place was typed.
    fn has_before(&self, db: &mut Db, log: messages::Log<'_>, rows: &[StoredMessage]) -> Result<bool> {
        let Some(first) = rows.first() else { return Ok(false) };
        let before = PageRequest::new(Start::Before(Seq(first.seq)), 1);
        Ok(!messages::page(db, log, &self.filter, &before)?.rows.is_empty())
    }

    /// Where the number or time that was typed leads, or what is wrong with it.
    fn jump(
        &self,
        db: &mut Db,
        log: messages::Log<'_>,
        of: &RunDetails,
    ) -> Result<(Option<Start<Seq>>, Option<Misplaced>)> {
        let at = self.at.trim();
        if at.is_empty() {
            return Ok((None, None));
        }
        if let Ok(number) = at.parse::<i64>() {
            let last = of.totals.counts.total();
            let wrong = (number > last).then_some(Misplaced::BeyondLast(last));
            return Ok((Some(Start::After(Seq(number.max(1) - 1))), wrong));
        }
        let Some(time) = moment(at, self.zone, &of.run) else { return Ok((None, Some(Misplaced::Unreadable))) };
        Ok(match messages::at_time(db, log, time)? {
            Some(seq) => (Some(Start::After(Seq(seq - 1))), None),
            None => (Some(Start::Last), Some(Misplaced::NothingSince)),
        })
    }
}

impl LogPage {
    const fn of(messages: Page<StoredMessage, Seq>) -> Self {
        Self { messages, searched: None, misplaced: None, counted: Vec::new(), digest: None }
    }
}

/// A time of day in the reader's zone: the first one at or after the start of the run.
fn moment(text: &str, zone: chrono_tz::Tz, run: &Run) -> Option<Stamp> {
    let time = typed_time::time_of_day(text)?;
    let start = run.started_at.filter(|_| run.state != RunState::Queued)?;
    let day = start.to_utc().with_timezone(&zone).date_naive();
    let on = |day: chrono::NaiveDate| typed_time::at(day.and_time(time), zone);
    // The minute of the start itself counts as after it.
    let slack = std::time::Duration::from_mins(1);
    on(day).filter(|at| at.0 + micros(slack) > start.0).or_else(|| on(day.succ_opt()?))
}
