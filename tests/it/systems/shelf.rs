//! Many systems at once, put into the database by hand.

use std::fmt::Write as _;

use crate::desk::Desk;
use crate::visitor::Answer;

/// What a list shows of a system.
pub struct Box_<'a> {
    pub name: &'a str,
    pub group: &'a str,
    /// `error`, `warning`, `ok`, `on_hold` or `open`.
    pub overall: &'a str,
    /// Microseconds; never without.
    pub success: Option<i64>,
}

/// A system that was never synchronized.
pub fn new<'a>(name: &'a str, group: &'a str) -> Box_<'a> {
    Box_ { name, group, overall: "open", success: None }
}

/// Puts systems there; their keys are numbers, from `first` on.
pub fn put(desk: &Desk, first: usize, systems: &[Box_<'_>]) {
    let mut statements = String::new();
    for (number, system) in systems.iter().enumerate() {
        let Box_ { name, group, overall, success } = system;
        let (name, key) = (name.replace('\'', "''"), key(first + number));
        let success = success.map_or("NULL".to_owned(), |at| at.to_string());
        write!(
            statements,
            "INSERT INTO systems (key, name, kind, group_id, production, settings, settings_version, time_zone,
               schedule, timeout_us, max_attempts, connection, synchronization, overall, overall_since,
               last_success_at, last_attempt_at, created_at)
             SELECT '{key}', '{name}', 'files', id, TRUE, '{{}}', 1, 'UTC', 'none', 1, 1, 'not_checked', 'open',
               '{overall}', 0, {success}, {success}, 0 FROM system_groups WHERE name = '{group}';
             INSERT INTO watches (system_id, fresh_from) SELECT id, 0 FROM systems WHERE key = '{key}';
             INSERT INTO system_counts (group_id, overall, n)
             SELECT id, '{overall}', 1 FROM system_groups WHERE name = '{group}'
             ON CONFLICT (group_id, overall) DO UPDATE SET n = system_counts.n + 1;"
        )
        .expect("text");
    }
    desk.sql(&format!("BEGIN; {statements} COMMIT;"));
}

/// The ten letters of a number.
pub fn key(number: usize) -> String {
    let digits = b"abcdefghij";
    format!("{number:010}").bytes().map(|digit| char::from(digits[usize::from(digit - b'0')])).collect()
}

/// The names on a page of the list, in order.
pub fn names(page: &Answer) -> Vec<String> {
    page.texts("tbody th.c-nm > a")
}
