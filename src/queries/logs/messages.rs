//! Messages of the runs of all systems in reach: a bounded look at a time, from the newest run back.

use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::domain::catalogue::mentions;
use crate::domain::message::StoredMessage;
use crate::domain::paging::{PageRequest, Start};
use crate::ids::{GroupId, RunNo, Seq, SystemKey};
use crate::queries::KeptSince;
use crate::store::messages::{AcrossQuestion, Dictionary, MessageFilter, search_runs};
use crate::store::runs::{RunListCursor, RunListFilter, RunListRow, run_list, run_list_row};
use crate::store::{Db, Result, groups};

/// Maximum number of runs that one page looks into.
const RUNS: i64 = 500;

/// A place among the messages: the runs after this one, and also the rest of its messages if `before` is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessagesCursor {
    pub run: RunListCursor,
    pub before: Option<Seq>,
}

/// What is looked for besides the filter of runs, which has category and code.
pub struct MessagesQuestion<'a> {
    /// Words that messages must contain; empty for all.
    pub q: &'a str,
    pub after: Option<MessagesCursor>,
    pub limit: usize,
    pub words: &'a Dictionary,
    pub kept: KeptSince,
}

/// A message with the run and the system that it belongs to.
#[derive(Debug)]
pub struct FoundMessage {
    pub key: SystemKey,
    pub system: String,
    pub group: String,
    pub deleted: bool,
    pub run: RunNo,
    pub message: StoredMessage,
}

/// A page of messages.
#[derive(Debug)]
pub struct FoundMessages<W> {
    /// The groups in reach, by name.
    pub groups: Vec<(GroupId, String)>,
    /// The fields of the filter that make no sense; nothing is found then.
    pub wrong: Vec<W>,
    /// The newest run first, and of each run the newest message first.
    pub rows: Vec<FoundMessage>,
    /// No message has ever had the code that is asked for.
    pub is_code_unknown: bool,
    /// Where it continues, and since when the runs were requested that were searched; none when it has examined all.
    pub rest: Option<(MessagesCursor, Stamp)>,
}

impl<W> FoundMessages<W> {
    const fn none(groups: Vec<(GroupId, String)>, wrong: Vec<W>) -> Self {
        Self { groups, wrong, rows: Vec::new(), is_code_unknown: false, rest: None }
    }
}

/// Reads a page. `filter` is that of [`super::business_logs`].
///
/// # Errors
/// As the store.
pub fn messages_across<W>(
    db: &mut Db,
    grant: &Grant<verbs::ReadLogs>,
    filter: impl FnOnce(&[(GroupId, String)]) -> (RunListFilter, Vec<W>),
    asked: &MessagesQuestion<'_>,
) -> Result<FoundMessages<W>> {
    let groups = groups::in_reach(db, grant)?;
    let (mut filter, wrong) = filter(&groups);
    if !wrong.is_empty() {
        return Ok(FoundMessages::none(groups, wrong));
    }
    filter.kept_since = Some(asked.kept.messages_since);
    let start = asked.after.as_ref().map_or(Start::First, |cursor| Start::After(cursor.run.clone()));
    let found = run_list(db, grant, &filter, &PageRequest::new(start, RUNS))?;
    let (is_code_unknown, (mut runs, next)) = (found.is_code_unknown, found.page.into_part());
    let before = first_of_all(db, grant, asked, &mut runs)?;
    let needle = asked.q.to_lowercase();
    let fits = |message: &StoredMessage| {
        filter.code.as_ref().is_none_or(|code| code.eq_ignore_ascii_case(&message.code))
            && (needle.is_empty() || mentions(message, &needle))
    };
    let of_category = MessageFilter { category: filter.category, ..MessageFilter::default() };
    let question =
        AcrossQuestion { words: asked.words, grant, runs: &runs, filter: &of_category, before, limit: asked.limit };
    let page = search_runs(db, &question, fits)?;
    let rest = match page.stopped {
        Some((place, before)) => runs.get(place).map(|run| {
            (
                MessagesCursor { run: RunListCursor::Run(run.key.clone(), run.listed.run.no), before },
                run.listed.run.queued_at,
            )
        }),
        None => next.and_then(|next| {
            let since = match &next {
                RunListCursor::Time(time) => *time,
                RunListCursor::Run(..) => runs.last()?.listed.run.queued_at,
            };
            Some((MessagesCursor { run: next, before: None }, since))
        }),
    };
    let rows = page.rows.into_iter().filter_map(|(place, message)| Some(to_found(runs.get(place)?, message))).collect();
    Ok(FoundMessages { groups, wrong, rows, is_code_unknown, rest })
}

/// Puts the run in front in which the page before has stopped, if its messages are still kept; returns where in it.
fn first_of_all(
    db: &mut Db,
    grant: &Grant<verbs::ReadLogs>,
    asked: &MessagesQuestion<'_>,
    runs: &mut Vec<RunListRow>,
) -> Result<Option<Seq>> {
    let Some(MessagesCursor { run: RunListCursor::Run(key, no), before: Some(seq) }) = &asked.after else {
        return Ok(None);
    };
    let first = run_list_row(db, grant, (key, *no))?.filter(|row| asked.kept.has_messages(&row.listed.run));
    Ok(first.map(|row| {
        runs.insert(0, row);
        *seq
    }))
}

fn to_found(run: &RunListRow, message: StoredMessage) -> FoundMessage {
    FoundMessage {
        key: run.key.clone(),
        system: run.name.clone(),
        group: run.group.clone(),
        deleted: run.deleted,
        run: run.listed.run.no,
        message,
    }
}
