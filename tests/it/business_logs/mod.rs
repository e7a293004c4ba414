//! Logs: the runs of all systems in reach, and how long they are kept.

mod checks;
mod list;
mod messages;
mod range;
mod retention;

use crate::desk::{Desk, RunRows, learn};

/// A run as the database has it. Times are in hours since 2026-11-22 00:00 UTC.
#[derive(Clone, Copy)]
pub struct Kept<'a> {
    /// The number of its system, in the order of [`crate::systems::shelf::put`].
    pub system: usize,
    pub no: i64,
    /// `completed`, `error` and so on.
    pub result: &'a str,
    pub trigger: &'a str,
    pub principal: &'a str,
    pub queued: i64,
    /// Category (0 Error to 3 Information), code and how many.
    pub logged: &'a [(i64, &'a str, i64)],
}

pub const RUN: Kept<'static> =
    Kept { system: 1, no: 1, result: "completed", trigger: "schedule", principal: "Schedule", queued: 0, logged: &[] };

pub const MIDNIGHT: i64 = 1_795_305_600_000_000;

fn at(hours: i64) -> i64 {
    MIDNIGHT + hours * 3_600_000_000
}

/// Puts runs there.
pub fn keep(desk: &Desk, runs: &[Kept<'_>]) {
    let mut bare = desk.bare();
    for Kept { system, no, result, trigger, principal, queued, logged } in runs {
        let key = crate::systems::shelf::key(*system);
        let first = logged.iter().find(|one| one.0 == 0).map(|one| one.1);
        if let Some(code) = first {
            learn(&mut bare, code);
        }
        let first = first.map_or("NULL".to_owned(), |code| format!("(SELECT id FROM words WHERE word = '{code}')"));
        let of = |category: i64| logged.iter().filter(|one| one.0 == category).map(|one| one.2).sum();
        RunRows {
            of: &format!("key = '{key}'"),
            numbers: *no..=*no,
            trigger,
            principal,
            queued: &at(*queued).to_string(),
            ended: &at(*queued + 1).to_string(),
            result: &format!("'{result}'"),
            counts: [of(0), of(1), of(2), of(3)],
            first_error: &first,
            ..RunRows::default()
        }
        .put(&mut bare);
        for (category, code, n) in *logged {
            learn(&mut bare, code);
            bare.execute(&format!(
                "INSERT INTO run_counts (run_id, category, code, item_type, operation, n)
                 SELECT r.id, {category}, (SELECT id FROM words WHERE word = '{code}'), (SELECT id FROM words WHERE word = 'file'),
                   'none', {n} FROM runs r JOIN systems s ON s.id = r.system_id WHERE s.key = '{key}' AND r.no = {no}"
            ));
        }
    }
}

/// 24,999 later runs of the system Shop, one each second, after the one run that is there.
pub fn keep_many_of_shop(desk: &Desk) {
    keep_many(desk, "name = 'Shop'", "i");
}

/// Runs 2 to 25,000 of these systems, each queued this number of seconds after run 1.
pub fn keep_many(desk: &Desk, of: &str, seconds: &str) {
    let (queued, ended) = (format!("{MIDNIGHT} + 1000000 * ({seconds})"), format!("{} + i", at(1)));
    RunRows { of, numbers: 2..=25_000, queued: &queued, ended: &ended, ..RunRows::default() }.put(&mut desk.bare());
}
