//! The audit log: an entry for each change, chained, and keys that are rotated under it.

mod chain;
mod entries;
mod rotation;
mod shared;

use serde_json::Value;

use crate::desk::Desk;

/// An entry as somebody would read it.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    action: String,
    subject: String,
    principal: String,
    address: Option<String>,
    group: Option<String>,
    at: i64,
    before: Value,
    after: Value,
}

/// All entries, oldest first.
fn entries(desk: &Desk) -> Vec<Entry> {
    let query = "SELECT action || '|' || subject || '|' || principal || '|' || coalesce(address, '') || '|' ||
                   coalesce(name, '') || '|' || at || '|' || coalesce(before, 'null') || '|' ||
                   coalesce(after, 'null') AS value
                 FROM audit JOIN audit_personal ON audit_id = audit.id LEFT JOIN system_groups ON group_id = system_groups.id
                 ORDER BY audit.id";
    desk.texts(query).iter().map(|row| entry(row)).collect()
}

fn entry(row: &str) -> Entry {
    let cells: Vec<&str> = row.split('|').collect();
    let [action, subject, principal, address, group, at, before, after] = cells[..] else { panic!("{row}") };
    let some = |cell: &str| (!cell.is_empty()).then(|| cell.to_owned());
    Entry {
        action: action.to_owned(),
        subject: subject.to_owned(),
        principal: principal.to_owned(),
        address: some(address),
        group: some(group),
        at: at.parse().expect(at),
        before: serde_json::from_str(before).expect(before),
        after: serde_json::from_str(after).expect(after),
    }
}
