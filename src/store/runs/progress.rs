//! How far runs are and how many messages of each kind they have: maintained, never counted.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use super::claim::Claim;
use super::phases;
use crate::clock::Stamp;
use crate::domain::message::{Category, Counts, Operation};
use crate::domain::phase::PhaseStart;
use crate::domain::progress::RunProgress;
use crate::ids::RunId;
use crate::store::cached::is_in;
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::{run_counts, run_progress, words};
use crate::store::systems::OfSystem;

/// A run's counters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    pub progress: RunProgress,
    /// Messages that the connector has emitted, as it counts them.
    pub emitted: i64,
    /// Messages that the database has stored, as it counts them.
    pub stored: i64,
    /// Stored messages whose text was cut.
    pub cut: i64,
    pub counts: Counts,
    /// What it did so far, phase by phase.
    pub phases: Vec<PhaseStart>,
    /// The code of the first Error, by its number in the dictionary.
    pub first_error: Option<i64>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = run_progress)]
pub(super) struct Counters {
    phase: String,
    moved_at: Option<Stamp>,
    items_done: i64,
    items_total: i64,
    bytes_done: i64,
    bytes_total: i64,
    total_final: bool,
    unchanged: i64,
    emitted: i64,
    stored: i64,
    cut: i64,
    n_error: i64,
    n_warning: i64,
    n_success: i64,
    n_information: i64,
    phases: String,
    first_error: Option<i64>,
}

impl From<Counters> for Totals {
    fn from(row: Counters) -> Self {
        Self {
            progress: RunProgress {
                phase: row.phase,
                moved_at: row.moved_at,
                items_done: row.items_done,
                items_total: row.items_total,
                bytes_done: row.bytes_done,
                bytes_total: row.bytes_total,
                total_final: row.total_final,
                unchanged: row.unchanged,
            },
            emitted: row.emitted,
            stored: row.stored,
            cut: row.cut,
            counts: Counts {
                error: row.n_error,
                warning: row.n_warning,
                success: row.n_success,
                information: row.n_information,
            },
            phases: phases::read(&row.phases),
            first_error: row.first_error,
        }
    }
}

/// The counters of a run.
pub fn totals(db: &mut Db, run: OfSystem<RunId>) -> Result<Totals> {
    totals_of(db, *run)
}

pub(super) fn totals_of(db: &mut Db, run: RunId) -> Result<Totals> {
    let row: Option<Counters> = run_progress::table.find(run).select(Counters::as_select()).first(db).optional()?;
    Ok(row.map(Totals::from).unwrap_or_default())
}

/// The row of counters that every run has from the moment it is queued.
pub(super) fn begin(db: &mut Db, run: RunId) -> Result<()> {
    diesel::insert_into(run_progress::table)
        .values((
            run_progress::run_id.eq(run),
            run_progress::phase.eq(""),
            run_progress::items_done.eq(0),
            run_progress::items_total.eq(0),
            run_progress::bytes_done.eq(0),
            run_progress::bytes_total.eq(0),
            run_progress::total_final.eq(false),
            run_progress::unchanged.eq(0),
            run_progress::emitted.eq(0),
            run_progress::stored.eq(0),
            run_progress::cut.eq(0),
            run_progress::last_seq.eq(0),
            run_progress::n_error.eq(0),
            run_progress::n_warning.eq(0),
            run_progress::n_success.eq(0),
            run_progress::n_information.eq(0),
        ))
        .execute(db)?;
    Ok(())
}

/// Stores how far a run is, as its worker counts it, and the phases that it has begun. The caller holds the claim.
pub fn store_progress(db: &mut Db, claim: &Claim, now: &Totals) -> Result<()> {
    let RunProgress { phase, items_done, items_total, bytes_done, bytes_total, total_final, unchanged, moved_at } =
        &now.progress;
    diesel::update(run_progress::table.find(claim.run))
        .set((
            run_progress::phase.eq(phase),
            run_progress::moved_at.eq(moved_at),
            run_progress::items_done.eq(items_done),
            run_progress::items_total.eq(items_total),
            run_progress::bytes_done.eq(bytes_done),
            run_progress::bytes_total.eq(bytes_total),
            run_progress::total_final.eq(total_final),
            run_progress::unchanged.eq(unchanged),
            run_progress::emitted.eq(now.emitted),
            run_progress::phases.eq(phases::written(&now.phases)),
        ))
        .execute(db)?;
    Ok(())
}

/// Counts messages that were emitted by somebody other than the run's worker. The caller holds the claim.
pub fn count_emitted(db: &mut Db, claim: &Claim, n: i64) -> Result<()> {
    diesel::update(run_progress::table.find(claim.run))
        .set(run_progress::emitted.eq(run_progress::emitted + n))
        .execute(db)?;
    Ok(())
}

/// The code of the first Error of each of these runs that has any.
pub(super) fn first_errors<'a>(
    db: &mut Db,
    runs: impl Iterator<Item = (RunId, &'a Totals)>,
) -> Result<HashMap<RunId, String>> {
    let numbers: Vec<(RunId, i64)> = runs.filter_map(|(run, totals)| Some((run, totals.first_error?))).collect();
    if numbers.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: BTreeSet<i64> = numbers.iter().map(|(_run, number)| *number).collect();
    let ids: Vec<i64> = ids.into_iter().collect();
    let found: Vec<(i64, String)> =
        words::table.filter(is_in(words::id, ids)).select((words::id, words::word)).load(db)?;
    let words: HashMap<i64, String> = found.into_iter().collect();
    Ok(numbers.into_iter().filter_map(|(run, number)| Some((run, words.get(&number)?.clone()))).collect())
}

/// The code of the first Error of a run, if it has any. It belongs to the header, which everybody sees who sees the system.
pub fn first_error_code(db: &mut Db, run: OfSystem<RunId>) -> Result<Option<String>> {
    let first = run_progress::table.inner_join(words::table.on(words::id.nullable().eq(run_progress::first_error)));
    Ok(first.filter(run_progress::run_id.eq(*run)).select(words::word).first(db).optional()?)
}

/// Category, code, item type, operation, and how many.
pub type Counted = (Category, String, String, Operation, i64);

/// The counts of a run by code and item type, for the options of its filters.
pub fn counts_by(db: &mut Db, run: OfSystem<RunId>) -> Result<Vec<Counted>> {
    let item_words = diesel::alias!(words as item_words);
    Ok(run_counts::table
        .inner_join(words::table.on(words::id.eq(run_counts::code)))
        .inner_join(item_words.on(item_words.field(words::id).eq(run_counts::item_type)))
        .filter(run_counts::run_id.eq(*run))
        .order((run_counts::category, words::word, item_words.field(words::word)))
        .select((
            run_counts::category,
            words::word,
            item_words.field(words::word),
            run_counts::operation,
            run_counts::n,
        ))
        .load(db)?)
}
