//! Reading messages: pages by key, the neighbours of one, the first at or after a time.

use diesel::prelude::*;

use super::dictionary::{Dictionary, ITEM_TYPE, find, find_code};
use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::domain::message::{Category, Direction, Operation, StoredMessage};
use crate::domain::paging::{Page, PageRequest};
use crate::domain::team_note::TeamNote;
use crate::ids::{RunId, Seq};
use crate::store::cached::is_in;
use crate::store::connection::{Db, DbBackend};
use crate::store::error::Result;
use crate::store::paging::keyset;
use crate::store::runs::Run;
use crate::store::schema::{lower, messages, team_notes, words};
use crate::store::systems::OfSystem;
use crate::store::team_notes::StoredNote;

/// What to show of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageFilter {
    pub category: Option<Category>,
    /// All but the category Success, where none is asked for.
    pub hides_success: bool,
    pub code: Option<String>,
    pub item_type: Option<String>,
}

/// A page of messages in the order of the log.
pub type MessagePage = Page<StoredMessage, Seq>;

#[derive(Queryable, Selectable)]
#[diesel(table_name = messages)]
struct MessageRow {
    seq: Seq,
    at: Stamp,
    category: Category,
    code: i64,
    direction: Direction,
    operation: Operation,
    item_type: i64,
    item_key: Vec<u8>,
    args: String,
    foreign_text: Option<String>,
    cut: bool,
}

/// Messages under a filter; `None` when the filter names a word that nothing has.
fn filtered(db: &mut Db, filter: &MessageFilter) -> Result<Option<messages::BoxedQuery<'static, DbBackend>>> {
    let mut query = messages::table.into_boxed();
    if filter.hides_success && filter.category.is_none() {
        query = query.filter(messages::category.ne(Category::Success));
    }
    if let Some(category) = filter.category {
        query = query.filter(messages::category.eq(category));
    }
    if let Some(code) = &filter.code {
        let Some(number) = find_code(db, code)? else { return Ok(None) };
        query = query.filter(messages::code.eq(number));
    }
    if let Some(item_type) = &filter.item_type {
        let Some(number) = find(db, ITEM_TYPE, item_type)? else { return Ok(None) };
        query = query.filter(messages::item_type.eq(number));
    }
    Ok(Some(query))
}

/// A run's log, with the proof that it may be read.
#[derive(Clone, Copy)]
pub struct Log<'a> {
    pub words: &'a Dictionary,
    pub grant: &'a Grant<verbs::ReadLogs>,
    pub run: &'a OfSystem<Run>,
}

/// A page of a run's log.
pub fn page(db: &mut Db, log: Log<'_>, filter: &MessageFilter, request: &PageRequest<Seq>) -> Result<MessagePage> {
    let rows = if filter.hides_success && filter.category.is_none() {
        without_success(db, log, filter, request)?
    } else {
        rows_of(db, log, filter, request)?
    };
    request.page(rows, |row| row.seq).try_map(|rows| to_messages(db, log.words, rows))
}

fn rows_of(db: &mut Db, log: Log<'_>, filter: &MessageFilter, request: &PageRequest<Seq>) -> Result<Vec<MessageRow>> {
    let Some(query) = filtered(db, filter)? else { return Ok(Vec::new()) };
    let query = query.filter(messages::run_id.eq(log.run.id));
    Ok(keyset!(asc query, messages::seq, request).select(MessageRow::as_select()).load(db)?)
}

/// All messages of some runs, by run and number. The caller knows that they are few.
pub(super) fn of_few(
    db: &mut Db,
    words: &Dictionary,
    runs: &[RunId],
    filter: &MessageFilter,
) -> Result<Vec<(RunId, StoredMessage)>> {
    let Some(query) = filtered(db, filter)? else { return Ok(Vec::new()) };
    let query = query.filter(is_in(messages::run_id, runs)).order((messages::run_id, messages::seq));
    let rows: Vec<(RunId, MessageRow)> = query.select((messages::run_id, MessageRow::as_select())).load(db)?;
    let (runs, rows): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    Ok(runs.into_iter().zip(to_messages(db, words, rows)?).collect())
}

/// Each of the other categories by its index: a million successes between two errors are not read.
fn without_success(
    db: &mut Db,
    log: Log<'_>,
    filter: &MessageFilter,
    request: &PageRequest<Seq>,
) -> Result<Vec<MessageRow>> {
    let mut rows = Vec::new();
    for category in Category::ALL.iter().copied().filter(|category| *category != Category::Success) {
        rows.extend(rows_of(db, log, &MessageFilter { category: Some(category), ..filter.clone() }, request)?);
    }
    rows.sort_by_key(|row| if request.is_backwards() { -row.seq.0 } else { row.seq.0 });
    rows.truncate(usize::try_from(request.to_read()).unwrap_or(usize::MAX));
    Ok(rows)
}

/// The message with this number and up to `reach` of any category on either side.
pub fn around(db: &mut Db, log: Log<'_>, seq: i64, reach: i64) -> Result<Vec<StoredMessage>> {
    let rows: Vec<MessageRow> = messages::table
        .filter(messages::run_id.eq(log.run.id))
        .filter(messages::seq.between(seq.saturating_sub(reach), seq.saturating_add(reach)))
        .order(messages::seq)
        .select(MessageRow::as_select())
        .load(db)?;
    to_messages(db, log.words, rows)
}

/// The number of the first message at or after a time, found by halving: times rise with numbers.
pub fn at_time(db: &mut Db, log: Log<'_>, time: Stamp) -> Result<Option<i64>> {
    let run = log.run.id;
    let last: Option<i64> = messages::table
        .filter(messages::run_id.eq(run))
        .order(messages::seq.desc())
        .select(messages::seq)
        .first(db)
        .optional()?;
    let Some(last) = last else { return Ok(None) };
    let (mut low, mut high) = (1, last + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let at: Option<Stamp> = messages::table
            .filter(messages::run_id.eq(run))
            .filter(messages::seq.ge(middle))
            .order(messages::seq)
            .select(messages::at)
            .first(db)
            .optional()?;
        if at.is_some_and(|at| at < time) { low = middle + 1 } else { high = middle }
    }
    Ok((low <= last).then_some(low))
}

fn to_messages(db: &mut Db, words: &Dictionary, rows: Vec<MessageRow>) -> Result<Vec<StoredMessage>> {
    let numbers: Vec<i64> = rows.iter().flat_map(|row| [row.code, row.item_type]).collect();
    let texts = words.texts(db, &numbers)?;
    let word = |number: i64| texts.get(&number).cloned().unwrap_or_default();
    Ok(rows
        .into_iter()
        .map(|row| StoredMessage {
            seq: row.seq.0,
            at: row.at,
            category: row.category,
            code: word(row.code),
            direction: row.direction,
            operation: row.operation,
            item_type: word(row.item_type),
            item_key: row.item_key,
            args: serde_json::from_str(&row.args).unwrap_or_default(),
            foreign_text: row.foreign_text,
            cut: row.cut,
        })
        .collect())
}

/// The first Error of a run, as its header tells it.
#[derive(Debug, Clone)]
pub struct FirstError {
    pub code: String,
    pub args: Vec<String>,
    pub foreign_text: Option<String>,
    /// The note of the organization on the code.
    pub note: Option<TeamNote>,
}

/// Maximum number of notes on one code: those of an earlier version can differ in case.
const NOTES_OF_A_CODE: i64 = 4;

/// Why a run failed: the first Error of its log.
pub fn first_error(db: &mut Db, _grant: &Grant<verbs::ReadLogs>, run: &OfSystem<Run>) -> Result<Option<FirstError>> {
    type Row = (i64, String, String, Option<String>, Option<StoredNote>);
    let rows: Vec<Row> = messages::table
        .inner_join(words::table.on(words::id.eq(messages::code)))
        .left_join(team_notes::table.on(lower(team_notes::code).eq(lower(words::word))))
        .filter(messages::run_id.eq(run.id))
        .filter(messages::category.eq(Category::Error))
        .order(messages::seq)
        .limit(NOTES_OF_A_CODE)
        .select((messages::seq, words::word, messages::args, messages::foreign_text, Option::<StoredNote>::as_select()))
        .load(db)?;
    let mut rows = rows.into_iter();
    let Some((first, code, args, foreign_text, mut note)) = rows.next() else { return Ok(None) };
    // Notes of an earlier version can differ in case; one in exactly this case is preferred.
    let others = rows.filter(|row| row.0 == first).filter_map(|row| row.4);
    note = others.chain(note.take()).reduce(|best, other| if best.code == code { best } else { other });
    Ok(Some(FirstError {
        code,
        args: serde_json::from_str(&args).unwrap_or_default(),
        foreign_text,
        note: note.map(TeamNote::from),
    }))
}
