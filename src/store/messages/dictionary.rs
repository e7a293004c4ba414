//! The dictionary: codes and item types are numbers in messages. A word never changes, so what a number
//! represents is kept in memory once read.

use std::collections::{BTreeSet, HashMap};
use std::sync::RwLock;

use diesel::prelude::*;

use crate::store::backend::unless_duplicate;
use crate::store::cached::is_in;
use crate::store::connection::Db;
use crate::store::error::{Result, StoreError};
use crate::store::schema::{lower, words};

/// Texts by number, as far as they were looked up.
#[derive(Debug, Default)]
pub struct Dictionary(RwLock<HashMap<i64, String>>);

/// The two kinds of words.
pub const CODE: &str = "code";
pub const ITEM_TYPE: &str = "item_type";

/// The numbers of some words; new words get one. They are looked up for each batch: what this transaction
/// adds may yet roll back, and its number go to another word. Sorted, so that two transactions that add the
/// same words never wait for each other.
pub(super) fn numbers<'a>(db: &mut Db, kind: &str, wanted: &BTreeSet<&'a str>) -> Result<HashMap<&'a str, i64>> {
    let known: HashMap<String, i64> = words::table
        .filter(words::kind.eq(kind))
        .filter(words::word.eq_any(wanted.iter().copied()))
        .select((words::word, words::id))
        .load::<(String, i64)>(db)?
        .into_iter()
        .collect();
    let mut numbers = HashMap::with_capacity(wanted.len());
    for word in wanted {
        let number = match known.get(*word) {
            Some(number) => *number,
            None => add(db, kind, word)?,
        };
        numbers.insert(*word, number);
    }
    Ok(numbers)
}

fn add(db: &mut Db, kind: &str, word: &str) -> Result<i64> {
    let row = (words::kind.eq(kind), words::word.eq(word));
    let made = unless_duplicate(db, |db| {
        Ok(diesel::insert_into(words::table).values(row).returning(words::id).get_result::<i64>(db)?)
    })?;
    match made {
        Some(number) => Ok(number),
        None => find(db, kind, word)?.ok_or(StoreError::NotFound),
    }
}

impl Dictionary {
    /// The words behind some numbers.
    pub fn texts(&self, db: &mut Db, numbers: &[i64]) -> Result<HashMap<i64, String>> {
        let mut found = HashMap::new();
        let mut missing = Vec::new();
        self.read(|known| {
            for number in numbers {
                match known.get(number) {
                    Some(word) => drop(found.insert(*number, word.clone())),
                    None => missing.push(*number),
                }
            }
        });
        missing.sort_unstable();
        missing.dedup();
        if !missing.is_empty() {
            let rows: Vec<(i64, String)> =
                words::table.filter(is_in(words::id, missing)).select((words::id, words::word)).load(db)?;
            self.write(|known| known.extend(rows.iter().cloned()));
            found.extend(rows);
        }
        Ok(found)
    }

    fn read<T>(&self, look: impl FnOnce(&HashMap<i64, String>) -> T) -> T {
        look(&self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    fn write<T>(&self, change: impl FnOnce(&mut HashMap<i64, String>) -> T) -> T {
        change(&mut self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

/// The number of a word that may not be there.
pub(super) fn find(db: &mut Db, kind: &str, word: &str) -> Result<Option<i64>> {
    Ok(words::table.filter(words::kind.eq(kind)).filter(words::word.eq(word)).select(words::id).first(db).optional()?)
}

/// The number of a code that any message ever had, in whatever case it is asked for.
pub(in crate::store) fn find_code(db: &mut Db, code: &str) -> Result<Option<i64>> {
    if let Some(exact) = find(db, CODE, code)? {
        return Ok(Some(exact));
    }
    let same = words::table.filter(words::kind.eq(CODE)).filter(lower(words::word).eq(code.to_lowercase()));
    Ok(same.order(words::id).select(words::id).first(db).optional()?)
}
