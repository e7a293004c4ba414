//! What changed since the run before: worked out once, when a run ends, and kept with it.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::claim::Claim;
use crate::access::{Grant, verbs};
use crate::domain::comparison::{Change, Group, Items, LOOK, Problems, Subject, compare};
use crate::domain::message::Category;
use crate::domain::run::{RunResult, RunState};
use crate::ids::{RunId, RunNo};
use crate::store::cached::is_in;
use crate::store::connection::Db;
use crate::store::error::Result;
use crate::store::schema::{messages, run_comparisons, run_counts, runs, words};
use crate::store::systems::OfSystem;

/// What changed since the run before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The run before in the same lane, canceled ones skipped; none for the first.
    pub before: Option<RunNo>,
    pub changes: Vec<Change>,
}

/// The comparison of a run; none while it runs, after it was canceled, and for one of a version without them.
#[derive(Queryable, Selectable)]
#[diesel(table_name = run_comparisons)]
pub(super) struct StoredComparison {
    before_no: Option<RunNo>,
    changes: String,
}

impl From<StoredComparison> for Comparison {
    fn from(stored: StoredComparison) -> Self {
        Self { before: stored.before_no, changes: read(&stored.changes) }
    }
}

/// Compares a run that has just ended with the one before and keeps what came of it.
pub(super) fn keep(db: &mut Db, claim: &Claim) -> Result<()> {
    let before: Option<(RunId, RunNo)> = runs::table
        .filter(runs::system_id.eq(claim.system))
        .filter(runs::no.lt(claim.no))
        .filter(runs::lane.eq(&claim.lane))
        .filter(runs::state.eq(RunState::Ended))
        .filter(runs::result.ne(RunResult::Canceled))
        .order(runs::no.desc())
        .select((runs::id, runs::no))
        .first(db)
        .optional()?;
    let changes = match before {
        Some((run, _no)) => compare(&problems(db, run)?, &problems(db, claim.run)?),
        None => Vec::new(),
    };
    diesel::insert_into(run_comparisons::table)
        .values((
            run_comparisons::run_id.eq(claim.run),
            run_comparisons::before_no.eq(before.map(|(_run, no)| no)),
            run_comparisons::changes.eq(written(&changes)),
        ))
        .execute(db)?;
    Ok(())
}

/// The problems of a run: how many of each, from the maintained counts, and a bounded part of their messages.
fn problems(db: &mut Db, run: RunId) -> Result<Problems> {
    let item_words = diesel::alias!(words as item_words);
    let mut problems = Problems::default();
    for category in [Category::Error, Category::Warning] {
        let rows: Vec<(i64, i64, String, String, i64)> = run_counts::table
            .inner_join(words::table.on(words::id.eq(run_counts::code)))
            .inner_join(item_words.on(item_words.field(words::id).eq(run_counts::item_type)))
            .filter(run_counts::run_id.eq(run))
            .filter(run_counts::category.eq(category))
            .select((
                run_counts::code,
                run_counts::item_type,
                words::word,
                item_words.field(words::word),
                run_counts::n,
            ))
            .load(db)?;
        if rows.is_empty() {
            continue;
        }
        let mut subjects = HashMap::new();
        for (code, item_type, code_word, item_word, n) in rows {
            let subject = Subject { category, code: code_word, item_type: item_word };
            *problems.counts.entry(subject.clone()).or_insert(0) += n;
            subjects.insert((code, item_type), subject);
        }
        let seen: Vec<(i64, i64, i64, Vec<u8>)> = messages::table
            .filter(messages::run_id.eq(run))
            .filter(messages::category.eq(category))
            .order(messages::seq)
            .limit(LOOK)
            .select((messages::seq, messages::code, messages::item_type, messages::item_key))
            .load(db)?;
        for (seq, code, item_type, key) in seen {
            if let Some(subject) = subjects.get(&(code, item_type)) {
                problems.seen.entry(subject.clone()).or_default().push((seq, key));
            }
        }
    }
    Ok(problems)
}

/// Item keys by their place in a log.
pub type ItemKeys = BTreeMap<i64, Vec<u8>>;

/// The items at some places of two logs; what is past retention is not among them.
pub fn examples(
    db: &mut Db,
    _grant: &Grant<verbs::ReadLogs>,
    (run, places): (OfSystem<RunId>, &[i64]),
    other: Option<(OfSystem<RunId>, &[i64])>,
) -> Result<(ItemKeys, ItemKeys)> {
    let (other, other_places) = other.unwrap_or((run, &[]));
    let (run, other) = (*run, *other);
    if places.is_empty() && other_places.is_empty() {
        return Ok((ItemKeys::new(), ItemKeys::new()));
    }
    let here = messages::run_id.eq(run).and(is_in(messages::seq, places));
    let there = messages::run_id.eq(other).and(is_in(messages::seq, other_places));
    let rows: Vec<(RunId, i64, Vec<u8>)> = messages::table
        .filter(here.or(there))
        .select((messages::run_id, messages::seq, messages::item_key))
        .load(db)?;
    let (here, there): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.0 == run);
    let keys = |rows: Vec<(RunId, i64, Vec<u8>)>| rows.into_iter().map(|(_run, seq, key)| (seq, key)).collect();
    Ok((keys(here), keys(there)))
}

/// A change as it is kept: items of the log are named by their places alone, so that they go with it.
#[derive(Serialize, Deserialize)]
struct StoredChange {
    category: String,
    code: String,
    item_type: String,
    before: i64,
    now: i64,
    items: Option<[(i64, Vec<i64>); 3]>,
}

fn written(changes: &[Change]) -> String {
    let group = |group: &Group| (group.n, group.examples.clone());
    let kept: Vec<StoredChange> = changes
        .iter()
        .map(|change| StoredChange {
            category: change.subject.category.as_str().to_owned(),
            code: change.subject.code.clone(),
            item_type: change.subject.item_type.clone(),
            before: change.before,
            now: change.now,
            items: change.items.as_ref().map(|items| [group(&items.new), group(&items.gone), group(&items.repeated)]),
        })
        .collect();
    serde_json::to_string(&kept).unwrap_or_default()
}

fn read(changes: &str) -> Vec<Change> {
    let kept: Vec<StoredChange> = serde_json::from_str(changes).unwrap_or_default();
    let group = |(n, examples): (i64, Vec<i64>)| Group { n, examples };
    let change = |kept: StoredChange| {
        Some(Change {
            subject: Subject { category: Category::parse(&kept.category)?, code: kept.code, item_type: kept.item_type },
            before: kept.before,
            now: kept.now,
            items: kept.items.map(|[new, gone, repeated]| Items {
                new: group(new),
                gone: group(gone),
                repeated: group(repeated),
            }),
        })
    };
    kept.into_iter().filter_map(change).collect()
}
