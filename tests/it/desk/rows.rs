//! Many runs and many messages, each put into the database by one statement. Values are expressions of SQL, in which `i` is
//! the number of the run or the message.

use std::ops::RangeInclusive;

use crate::database::Bare;

/// Runs of some systems.
#[derive(Clone)]
pub struct RunRows<'a> {
    /// A condition on systems, and on `i`.
    pub of: &'a str,
    pub numbers: RangeInclusive<i64>,
    pub state: &'a str,
    pub trigger: &'a str,
    pub principal: &'a str,
    pub not_before: &'a str,
    /// When it was queued, and started.
    pub queued: &'a str,
    pub ended: &'a str,
    pub result: &'a str,
    /// How many messages of each category, from errors to information.
    pub counts: [i64; 4],
    /// The number of the code of the first error.
    pub first_error: &'a str,
}

impl Default for RunRows<'_> {
    /// Run 1 of every system: by schedule, and completed.
    fn default() -> Self {
        Self {
            of: "TRUE",
            numbers: 1..=1,
            state: "ended",
            trigger: "schedule",
            principal: "Schedule",
            not_before: "0",
            queued: "0",
            ended: "9000000000000000",
            result: "'completed'",
            counts: [0; 4],
            first_error: "NULL",
        }
    }
}

impl RunRows<'_> {
    pub fn put(&self, bare: &mut Bare) {
        let Self { of, numbers, state, trigger, principal, not_before, queued, ended, result, counts, first_error } =
            self;
        let lease = if *state == "running" { "9000000000000000" } else { "NULL" };
        let started = if *state == "queued" { "NULL" } else { queued };
        let (total, [errors, warnings, successes, information]) = (counts.iter().sum::<i64>(), counts);
        let series = series(bare, numbers);
        bare.execute(&format!(
            "INSERT INTO runs (system_id, no, lane, state, trigger, principal, attempt, not_before, queued_at, started_at,
               ended_at, result, lease_until)
             {series} SELECT systems.id, i, 'main', '{state}', '{trigger}', '{principal}', 1, {not_before}, {queued},
               {started}, {ended}, {result}, {lease} FROM s, systems WHERE {of};
             INSERT INTO run_progress (run_id, phase, items_done, items_total, bytes_done, bytes_total, total_final, unchanged,
               emitted, stored, cut, last_seq, n_error, n_warning, n_success, n_information, first_error)
             SELECT id, '', 0, 0, 0, 0, TRUE, 0, {total}, {total}, 0, {total}, {errors}, {warnings}, {successes}, {information},
               {first_error}
             FROM runs WHERE NOT EXISTS (SELECT 1 FROM run_progress WHERE run_id = runs.id);
             UPDATE systems SET last_run_no = (SELECT max(no) FROM runs WHERE system_id = systems.id)
             WHERE last_run_no < (SELECT max(no) FROM runs WHERE system_id = systems.id)"
        ));
    }
}

/// Messages of some runs: `FILE-COPIED` of items of the type `file`. The counters of the runs do not follow.
#[derive(Clone)]
pub struct MessageRows<'a> {
    /// A condition on runs.
    pub of: &'a str,
    pub numbers: RangeInclusive<i64>,
    pub at: &'a str,
    pub category: &'a str,
    pub key: &'a str,
    pub foreign_text: &'a str,
}

impl Default for MessageRows<'_> {
    /// One success.
    fn default() -> Self {
        Self { of: "TRUE", numbers: 1..=1, at: "1", category: "2", key: "'x'", foreign_text: "NULL" }
    }
}

impl MessageRows<'_> {
    pub fn put(&self, bare: &mut Bare) {
        let Self { of, numbers, at, category, key, foreign_text } = self;
        let key = match bare {
            Bare::Sqlite(_) => format!("CAST({key} AS BLOB)"),
            Bare::Postgres(_) => format!("convert_to({key}, 'UTF8')"),
        };
        let series = series(bare, numbers);
        learn(bare, "FILE-COPIED");
        bare.execute(&format!(
            "INSERT INTO messages (run_id, seq, at, category, code, direction, operation, item_type, item_key, args,
               foreign_text, cut)
             {series} SELECT runs.id, i, {at}, {category}, (SELECT id FROM words WHERE word = 'FILE-COPIED'), 'out', 'insert',
               (SELECT id FROM words WHERE word = 'file'), {key}, '[\"1\"]', {foreign_text}, FALSE FROM s, runs WHERE {of}"
        ));
    }
}

/// Connection checks of some systems that have ended. They failed with the code, if there is one.
#[derive(Clone)]
pub struct CheckRows<'a> {
    /// A condition on systems, and on `i`.
    pub of: &'a str,
    pub numbers: RangeInclusive<i64>,
    pub at: &'a str,
    pub code: Option<&'a str>,
}

impl CheckRows<'_> {
    pub fn put(&self, bare: &mut Bare) {
        let Self { of, numbers, at, code } = self;
        let (ok, code) = (code.is_none(), code.map_or("NULL".to_owned(), |code| format!("'{code}'")));
        let series = series(bare, numbers);
        bare.execute(&format!(
            "INSERT INTO checks (system_id, no, state, trigger, principal_kind, principal, queued_at, claim_no, ended_at,
               duration_us, ok, code)
             {series} SELECT systems.id, i, 'ended', 'regular', 'schedule', 'Schedule', {at}, 1, {at}, 5, {ok}, {code}
             FROM s, systems WHERE {of}"
        ));
    }
}

/// The words of messages with this code.
pub fn learn(bare: &mut Bare, code: &str) {
    bare.execute(&format!(
        "INSERT INTO words (kind, word) VALUES ('code', '{code}'), ('item_type', 'file') ON CONFLICT DO NOTHING"
    ));
}

/// The numbers as a table `s` with a column `i`.
fn series(bare: &Bare, numbers: &RangeInclusive<i64>) -> String {
    let (first, last) = (numbers.start(), numbers.end());
    match bare {
        Bare::Sqlite(_) => {
            format!("WITH RECURSIVE s(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM s WHERE i < {last})")
        }
        Bare::Postgres(_) => format!("WITH s(i) AS (SELECT generate_series(CAST({first} AS BIGINT), {last}))"),
    }
}
