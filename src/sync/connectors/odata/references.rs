//! Whether what records refer to is there after this run, across sets.
//!
//! A record that this run brings and that refers to none is taken back, with a Warning; taking one back may leave
//! others without theirs, so that this is done until nothing changes. A record that was there before stays, with a
//! Warning: what it refers to can only have become orphaned, so all of a set are looked at only then.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::codes;
use super::key::referred;
use super::metadata::Reference;
use super::reading::{ReadResult, SetReader};
use crate::domain::json::{Json, Members};
use crate::domain::message::{Category, Direction, Message, Operation};
use crate::ids::SetId;
use crate::sync::replica::Key;
use crate::sync::stop::StopReason;

/// A set with what came of reading it.
pub(super) type Read = (SetReader, ReadResult);

/// Checks every reference of every set that was read. A set that stays as it was is referred to as it is.
pub(super) async fn check(sets: &mut [Read], staying: &[SetReader]) -> Result<(), StopReason> {
    let known = |reader: &SetReader| (reader.name().to_owned(), reader.published.id);
    let staying: Vec<&SetReader> = staying.iter().filter(|reader| reader.published.read_run.is_some()).collect();
    let ids: HashMap<String, SetId> =
        sets.iter().map(|(reader, _)| reader).chain(staying.iter().copied()).map(known).collect();
    let mut first = true;
    loop {
        let of_staying =
            staying.iter().filter(|reader| reader.published.orphaned > 0).map(|reader| reader.published.id);
        let of_read = sets.iter().filter(|set| has_orphans(set)).map(|set| set.0.published.id);
        let holes: HashSet<SetId> = of_read.chain(of_staying).collect();
        let mut withdrawn = false;
        for (reader, outcome) in &mut *sets {
            let references: Vec<(&Reference, SetId)> =
                reader.model.references.iter().filter_map(|one| Some((one, *ids.get(&one.target)?))).collect();
            let whole = first && references.iter().any(|(_, target)| holes.contains(target));
            if references.is_empty() || !(whole || outcome.tally.changed()) {
                continue;
            }
            withdrawn |= set(reader, outcome, &references, !whole).await?;
        }
        if !withdrawn {
            return Ok(());
        }
        first = false;
    }
}

fn has_orphans((reader, outcome): &Read) -> bool {
    reader.published.orphaned + outcome.tally.orphaned - outcome.tally.returned > 0
}

/// Looks at a set; whether anything was taken back.
async fn set(
    reader: &SetReader,
    outcome: &mut ReadResult,
    references: &[(&Reference, SetId)],
    staged: bool,
) -> Result<bool, StopReason> {
    let (replica, id) = (&reader.shared.replica, reader.published.id);
    let (mut after, mut any) = (None, false);
    loop {
        reader.shared.stop.check()?;
        let page = replica.page(id, staged, after.take()).await?;
        after = page.last().map(|(key, _data)| key.clone());
        if after.is_none() {
            return Ok(any);
        }
        let lost = lost(reader, references, page).await?;
        if lost.is_empty() {
            continue;
        }
        for (key, (reference, target)) in &lost {
            let message = Message::of_item(
                Category::Warning,
                codes::REFERENCE,
                Operation::Skip,
                reader.name().to_owned(),
                key.clone(),
            );
            let message = message.going(Direction::In).arg(&reference.name).arg(&reference.target);
            reader.shared.log(message.arg(String::from_utf8_lossy(target))).await?;
        }
        outcome.state.forget();
        let undone = replica.withdraw(id, lost.into_keys().collect()).await?;
        any |= undone.inserted + undone.updated > 0;
        outcome.tally.inserted -= undone.inserted;
        outcome.tally.updated -= undone.updated;
        outcome.tally.returned -= undone.returned;
    }
}

/// The records of a page that refer to none, each with the first such reference.
async fn lost<'a>(
    reader: &SetReader,
    references: &[(&'a Reference, SetId)],
    page: Vec<(Key, String)>,
) -> Result<BTreeMap<Vec<u8>, (&'a Reference, Vec<u8>)>, StopReason> {
    let members = |data: &str| match Json::read(data) {
        Ok(Json::Object(members)) => members,
        Ok(_) | Err(_) => Members::new(),
    };
    let records: Vec<(Vec<u8>, Members)> = page.into_iter().map(|(key, data)| (key, members(&data))).collect();
    let mut lost = BTreeMap::new();
    for (reference, target) in references {
        let refers: Vec<(&Vec<u8>, Vec<u8>)> =
            records.iter().filter_map(|(key, record)| Some((key, referred(record, &reference.properties)?))).collect();
        let keys: HashSet<Vec<u8>> = refers.iter().map(|(_, to)| to.clone()).collect();
        let missing: HashSet<Vec<u8>> =
            reader.shared.replica.missing(*target, keys.into_iter().collect()).await?.into_iter().collect();
        for (key, to) in refers {
            if missing.contains(&to) {
                lost.entry(key.clone()).or_insert((*reference, to));
            }
        }
    }
    Ok(lost)
}
