//! Storing messages: a batch and the counters of its run in one transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::prelude::*;

use super::dictionary::{CODE, ITEM_TYPE, numbers};
use super::{Batch, timeline};
use crate::clock::Stamp;
use crate::domain::message::{Category, Counts, MAX_KEY_BYTES, Message, shortened};
use crate::store::backend::{self, insert_rows};
use crate::store::connection::Db;
use crate::store::error::{Result, StoreError};
use crate::store::runs::Claim;
use crate::store::schema::{messages, run_counts, run_progress, runs};

/// Makes room for the messages of the next runs (partitions, on Postgres).
pub fn ensure_partitions(db: &mut Db) -> Result<()> {
    let last: Option<i64> = runs::table.select(diesel::dsl::max(runs::id)).first(db)?;
    backend::ensure_partitions(db, last.unwrap_or(0))
}

/// A row of the table.
#[derive(Insertable)]
#[diesel(table_name = messages)]
struct NewMessageRow {
    run_id: i64,
    seq: i64,
    at: i64,
    category: i16,
    code: i64,
    direction: &'static str,
    operation: &'static str,
    item_type: i64,
    item_key: Vec<u8>,
    args: String,
    foreign_text: Option<String>,
    cut: bool,
}

/// Appends a batch to a run's log under its claim. Returns how many rows the database says it stored.
///
/// # Errors
/// [`crate::store::StoreError::Fenced`] when the run is somebody else's by now.
pub fn append(db: &mut Db, claim: &Claim, batch: &Batch) -> Result<i64> {
    claim.hold(db)?;
    let last: i64 = run_progress::table.find(claim.run).select(run_progress::last_seq).first(db)?;
    let codes = numbers(db, CODE, &of_each(batch, |message| message.code))?;
    let item_types = numbers(db, ITEM_TYPE, &of_each(batch, |message| &message.item_type))?;
    let number = |numbers: &HashMap<&str, i64>, word| numbers.get(word).copied().ok_or(StoreError::NotFound);
    let mut counts = Counts::default();
    let mut detailed: BTreeMap<(i16, i64, i64, &'static str), i64> = BTreeMap::new();
    let mut cuts = 0;
    let mut rows = Vec::with_capacity(batch.len());
    for ((at, message), seq) in batch.iter().zip(last + 1..) {
        let (code, item_type) = (number(&codes, message.code)?, number(&item_types, message.item_type.as_ref())?);
        let row = row(claim, seq, *at, message, code, item_type);
        cuts += i64::from(row.cut);
        counts.add(message.category, 1);
        *detailed.entry((message.category.number(), code, item_type, message.operation.as_str())).or_insert(0) += 1;
        rows.push(row);
    }
    let first_error = rows.iter().find(|row| row.category == Category::Error.number()).map(|row| row.code);
    let n = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let stored = insert_rows!(db, &rows, |values| diesel::insert_into(messages::table).values(values));
    let stored = i64::try_from(stored).unwrap_or(i64::MAX);
    for ((category, code, item_type, operation), n) in detailed {
        count(db, claim, (category, code, item_type, operation), n)?;
    }
    diesel::update(run_progress::table.find(claim.run))
        .set((
            run_progress::last_seq.eq(last + n),
            run_progress::stored.eq(run_progress::stored + stored),
            run_progress::cut.eq(run_progress::cut + cuts),
            run_progress::n_error.eq(run_progress::n_error + counts.of(Category::Error)),
            run_progress::n_warning.eq(run_progress::n_warning + counts.of(Category::Warning)),
            run_progress::n_success.eq(run_progress::n_success + counts.of(Category::Success)),
            run_progress::n_information.eq(run_progress::n_information + counts.of(Category::Information)),
        ))
        .execute(db)?;
    if let Some(first) = first_error {
        diesel::update(run_progress::table.find(claim.run).filter(run_progress::first_error.is_null()))
            .set(run_progress::first_error.eq(first))
            .execute(db)?;
    }
    timeline::note(db, claim.run, batch)?;
    Ok(stored)
}

fn of_each<'a>(batch: &'a Batch, word: impl Fn(&'a Message) -> &'a str) -> BTreeSet<&'a str> {
    batch.iter().map(|(_at, message)| word(message)).collect()
}

fn row(claim: &Claim, seq: i64, at: Stamp, message: &Message, code: i64, item_type: i64) -> NewMessageRow {
    let mut cut = false;
    let args: Vec<String> = message.args.iter().map(|arg| shortened(arg, &mut cut)).collect();
    let foreign_text = message.foreign_text.as_deref().map(|text| shortened(text, &mut cut));
    let mut item_key = message.item_key.clone();
    if item_key.len() > MAX_KEY_BYTES {
        item_key.truncate(MAX_KEY_BYTES);
        cut = true;
    }
    NewMessageRow {
        run_id: claim.run.0,
        seq,
        at: at.0,
        category: message.category.number(),
        code,
        direction: message.direction.as_str(),
        operation: message.operation.as_str(),
        item_type,
        item_key,
        args: serde_json::to_string(&args).unwrap_or_default(),
        foreign_text,
        cut,
    }
}

fn count(db: &mut Db, claim: &Claim, key: (i16, i64, i64, &str), n: i64) -> Result<()> {
    let (category, code, item_type, operation) = key;
    let row = run_counts::table
        .filter(run_counts::run_id.eq(claim.run))
        .filter(run_counts::category.eq(category))
        .filter(run_counts::code.eq(code))
        .filter(run_counts::item_type.eq(item_type))
        .filter(run_counts::operation.eq(operation));
    if diesel::update(row).set(run_counts::n.eq(run_counts::n + n)).execute(db)? == 0 {
        diesel::insert_into(run_counts::table)
            .values((
                run_counts::run_id.eq(claim.run),
                run_counts::category.eq(category),
                run_counts::code.eq(code),
                run_counts::item_type.eq(item_type),
                run_counts::operation.eq(operation),
                run_counts::n.eq(n),
            ))
            .execute(db)?;
    }
    Ok(())
}
