//! What a run says at its end: what became of each set that was read.

use super::codes;
use super::reading::about_set;
use super::record::Absent;
use super::references::Read;
use crate::domain::brake;
use crate::domain::message::{Category, Message, Operation};

/// Maximum number of missing properties that are reported one by one.
const MOST_ABSENT: usize = 10;

/// What became of a set.
pub(super) fn closing((reader, outcome): &Read) -> Vec<Message> {
    let (role, name, tally) = (reader.selected.role, reader.name(), &outcome.tally);
    let mut closing = absent(name, &outcome.absent);
    if !tally.changed() {
        closing.push(about_set(Category::Information, role.of(codes::UNCHANGED), name));
        return closing;
    }
    let parts = [
        (tally.inserted, codes::INSERTED, Operation::Insert),
        (tally.updated, codes::UPDATED, Operation::Update),
        (tally.orphaned, codes::ORPHANED, Operation::Delete),
    ];
    for (n, codes, operation) in parts {
        if n == 0 {
            continue;
        }
        let message = Message::of_item(Category::Success, role.of(codes), operation, "entity set", name.as_bytes());
        let mut message = message.arg(n.to_string()).arg(name);
        if operation == Operation::Insert && tally.returned > 0 {
            // The third is the system, for engines that name it.
            message = message.arg("").arg(tally.returned.to_string());
        }
        closing.push(message);
    }
    let (gone, had) = (tally.orphaned, reader.published.active);
    // The numbers of a mirror's brake; nothing has to stop here, because what is orphaned comes back.
    if had > brake::DEFAULT_COUNT && brake::decide(gone, had, false, brake::DEFAULT_PERCENT, 0).is_some() {
        let warning =
            Message::of_item(Category::Warning, codes::LOSS, Operation::Delete, "entity set", name.as_bytes());
        closing.push(warning.arg(gone.to_string()).arg(name).arg(had.to_string()));
    }
    closing
}

/// Optional properties that were missing; those after the first few are counted together.
fn absent(set: &str, absent: &Absent) -> Vec<Message> {
    let tell = |what: String, records: i64| {
        let message =
            Message::of_item(Category::Information, codes::ABSENT, Operation::None, "entity set", set.as_bytes());
        message.arg(what).arg(set).arg(records.to_string())
    };
    let one_by_one = absent.iter().take(MOST_ABSENT).map(|(name, records)| tell(name.clone(), *records));
    let further: Vec<i64> = absent.values().skip(MOST_ABSENT).copied().collect();
    let properties = if further.len() == 1 { "property" } else { "properties" };
    let most = further.iter().max().map(|most| tell(format!("{} further {properties}", further.len()), *most));
    one_by_one.chain(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_properties_are_counted_together() {
        let absent_from = |n: i64| (0..n).map(|n| (format!("P{n:02}"), n + 1)).collect::<Absent>();
        assert!(absent("Things", &Absent::new()).is_empty());
        assert_eq!(absent("Things", &absent_from(10)).len(), 10);
        let told = absent("Things", &absent_from(12));
        assert_eq!((told.len(), told[0].args.join(" ")), (11, "P00 Things 1".to_owned()));
        assert_eq!(told[10].args, ["2 further properties", "Things", "12"]);
    }
}
