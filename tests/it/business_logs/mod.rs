//! Business logs: the runs of all systems in reach, and how long they are kept.

mod list;
mod range;
mod retention;

use std::fmt::Write as _;

use crate::desk::Desk;

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

const MIDNIGHT: i64 = 1_795_305_600_000_000;

fn at(hours: i64) -> i64 {
    MIDNIGHT + hours * 3_600_000_000
}

/// Puts runs there.
pub fn keep(desk: &Desk, runs: &[Kept<'_>]) {
    let mut sql = String::new();
    for Kept { system, no, result, trigger, principal, queued, logged } in runs {
        let key = crate::systems::shelf::key(*system);
        let (queued, ended) = (at(*queued), at(*queued + 1));
        let run = format!(
            "(SELECT r.id FROM runs r JOIN systems s ON s.id = r.system_id WHERE s.key = '{key}' AND r.no = {no})"
        );
        let of = |category: i64| logged.iter().filter(|one| one.0 == category).map(|one| one.2).sum::<i64>();
        let total: i64 = logged.iter().map(|one| one.2).sum();
        write!(
            sql,
            "INSERT INTO runs (system_id, no, lane, state, trigger, principal, attempt, not_before, queued_at, started_at, ended_at, result)
               SELECT id, {no}, 'main', 'ended', '{trigger}', '{principal}', 1, {queued}, {queued}, {queued}, {ended}, '{result}'
               FROM systems WHERE key = '{key}';
             UPDATE systems SET last_run_no = {no} WHERE key = '{key}' AND last_run_no < {no};
             INSERT INTO run_progress SELECT {run}, '', NULL, 0, 0, 0, 0, TRUE, 0, {total}, {total}, 0, {total}, {}, {}, {}, {};",
            of(0), of(1), of(2), of(3)
        )
        .expect("text");
        for (category, code, n) in *logged {
            write!(
                sql,
                "INSERT INTO words (kind, word) SELECT 'code', '{code}' WHERE NOT EXISTS (SELECT 1 FROM words WHERE word = '{code}');
                 INSERT INTO words (kind, word) SELECT 'item_type', 'file' WHERE NOT EXISTS (SELECT 1 FROM words WHERE word = 'file');
                 INSERT INTO run_counts (run_id, category, code, item_type, operation, n) SELECT {run}, {category},
                   (SELECT id FROM words WHERE word = '{code}'), (SELECT id FROM words WHERE word = 'file'), 'none', {n};"
            )
            .expect("text");
        }
    }
    desk.sql(&format!("BEGIN; {sql} COMMIT;"));
}

/// 24,999 later runs of the system Shop, one each second, after the one run that is there.
pub fn keep_many_of_shop(desk: &Desk) {
    let columns =
        "system_id, lane, state, trigger, principal, attempt, not_before, queued_at, started_at, ended_at, result";
    desk.sql(&format!(
        "INSERT INTO runs (no, {columns})
         WITH RECURSIVE s(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM s WHERE i < 25000)
         SELECT i, (SELECT id FROM systems WHERE name = 'Shop'), 'main', 'ended', 'schedule', 'Schedule', 1, 1,
           queued_at + CAST(1000000 AS BIGINT) * i, 1, ended_at + i, 'completed' FROM s, runs WHERE runs.no = 1"
    ));
}
