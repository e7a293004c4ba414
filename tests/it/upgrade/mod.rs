//! A filled database of every earlier version: it opens, its pages show what is in it, and time passes for its systems as
//! for new ones.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use syncdesk::clock::{Clock, SystemClock};
use syncdesk::domain::run::{EndReason, Stage};
use syncdesk::store::runs::{self, Claimant, Ending};
use syncdesk::sync::{registry, scheduler};
use tokio_util::sync::CancellationToken;

use crate::database::{Bare, TestDatabase, both_databases};
use crate::desk::Desk;
use crate::proofs::worker;
use crate::systems::shelf::key;

const HOUR_US: i64 = 3_600_000_000;
/// Settings as a person typed them.
pub fn settings(source: &str, destination: &str) -> String {
    let typed = [("source_path", source), ("destination_path", destination)];
    let kind = registry::kind("files").expect("a kind");
    let defaults = kind.fields().iter().map(|field| (field.name.to_owned(), field.default.to_owned()));
    let mut all: BTreeMap<String, String> = defaults.collect();
    all.extend(typed.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let reading = kind.read(&all);
    assert!(reading.errors.is_empty(), "{:?}", reading.errors);
    reading.settings.to_string()
}

/// What an older version left: two systems, one of which has a schedule, runs with a log, and a check.
fn fill(database: &mut Bare, level: usize) {
    let (now, settings) = (SystemClock.now().0, settings("/srv/from", "/srv/to"));
    let (key_bytes, partition) = match database {
        Bare::Sqlite(_) => ("x'61'", ""),
        Bare::Postgres(_) => {
            ("'a'::bytea", "CREATE TABLE messages_0 PARTITION OF messages FOR VALUES FROM (0) TO (4096);")
        }
    };
    let success = now - HOUR_US / 2;
    database.execute(&format!(
        "{partition}
         INSERT INTO systems (id, key, name, kind, group_id, production, settings, settings_version, time_zone, schedule,
             next_due, timeout_us, max_attempts, last_run_no, connection, connection_since, checked_at, synchronization,
             overall, overall_since, last_attempt_at, last_success_at, failures_in_row, created_at)
           SELECT 1, '{}', 'Hourly', 'files', min(id), TRUE, '{settings}', 1, 'UTC', 'every 60', {now}, 3600000000, 1, 2,
             'ok', {success}, {success}, 'completed', 'ok', {success}, {success}, {success}, 0, {success} FROM system_groups;
         INSERT INTO systems (id, key, name, kind, group_id, production, settings, settings_version, time_zone, schedule,
             timeout_us, max_attempts, connection, synchronization, overall, overall_since, created_at, hold_reason, hold_since, hold_by)
           SELECT 2, '{}', 'By hand', 'files', min(id), TRUE, '{settings}', 1, 'UTC', 'none', 3600000000, 1,
             'not_checked', 'open', 'neutral', {success}, {success}, 'Repairs.', {success}, 'ada' FROM system_groups;
         INSERT INTO system_counts (group_id, overall, n) SELECT min(id), 'ok', 1 FROM system_groups;
         INSERT INTO system_counts (group_id, overall, n) SELECT min(id), 'neutral', 1 FROM system_groups;
         INSERT INTO runs (id, system_id, no, lane, state, trigger, principal, attempt, settings_version, not_before, queued_at,
             claim_no, worker, started_at, ended_at, result, end_reason)
           VALUES (1, 1, 1, 'main', 'ended', 'manual', 'ada', 1, 1, {success}, {success}, 1, 'w', {success}, {success}, 'error', 'failed'),
             (2, 1, 2, 'main', 'ended', 'schedule', 'Schedule', 1, 1, {success}, {success}, 1, 'w', {success}, {success}, 'completed', NULL);
         INSERT INTO run_progress SELECT id, 'done', {success}, 1, 1, 0, 0, TRUE, 0, 1, 1, 0, 1, 2 - id, 0, id - 1, 0 FROM runs;
         INSERT INTO words (id, kind, word) VALUES (1, 'code', 'FILE-COPIED'), (2, 'item_type', 'file'), (3, 'code', 'FILE-TROUBLE');
         INSERT INTO run_counts (run_id, category, code, item_type, operation, n) VALUES (1, 0, 3, 2, 'skip', 1), (2, 2, 1, 2, 'insert', 1);
         INSERT INTO messages (run_id, seq, at, category, code, direction, operation, item_type, item_key, args, foreign_text, cut)
           VALUES (1, 1, {success}, 0, 3, 'out', 'skip', 2, {key_bytes}, '[]', NULL, FALSE),
             (2, 1, {success}, 2, 1, 'out', 'insert', 2, {key_bytes}, '[\"1\"]', NULL, FALSE)",
        key(1),
        key(2)
    ));
    let numbered = if level >= 2 { ", no" } else { "" };
    let one = if level >= 2 { ", 1" } else { "" };
    database.execute(&format!(
        "INSERT INTO checks (system_id, state, principal, queued_at, ended_at, duration_us, ok{numbered})
         VALUES (1, 'ended', 'ada', {success}, {success}, 5, TRUE{one})"
    ));
    if level >= 4 {
        // As the fourth migration left systems that were there.
        database.execute(
            "INSERT INTO watches (system_id, next_check, fresh_from)
               SELECT id, CASE WHEN hold_since IS NULL THEN 0 END, coalesce(last_success_at, created_at) FROM systems",
        );
    }
    if level >= 8 {
        // As the eighth left them.
        database.execute("UPDATE watches SET next_change_at = 0 WHERE next_check IS NOT NULL");
    }
    if let Bare::Postgres(_) = database {
        for table in ["systems", "runs", "words"] {
            database.execute(&format!("SELECT setval(pg_get_serial_sequence('{table}', 'id'), 10)"));
        }
    }
}

/// The newest run that waits fails.
async fn fails(desk: &Desk) {
    let failed = desk.context.store.write(|db| {
        let claimant = Claimant { name: "the test".to_owned(), lease: Duration::from_mins(1), most_of_a_group: None };
        let claim = runs::claim_next(db, worker(), &claimant)?.expect("a run waits");
        let ending = Ending::Error { reason: EndReason::Failed, code: "PEER-AWAY".to_owned(), stage: Some(Stage::Tcp) };
        runs::finish(db, &claim, &ending, None)
    });
    failed.await.expect("it ends");
}

async fn behaves_like_a_new_one(database: TestDatabase, level: usize) {
    let mut bare = database.connect();
    bare.up_to(level);
    fill(&mut bare, level);
    drop(bare);
    let desk = Desk::over(database, &[], Arc::new(SystemClock), |_config| {}).await;
    desk.leaves_work();
    desk.settle().await;
    let (ada, system) = (desk.as_("ada").await, format!("/systems/{}", key(1)));
    for page in
        ["", "/runs/1", "/runs/2", "/runs/2?category=success", "/checks", "/queue", "/edit", "/runs/1/messages.csv"]
    {
        let page = ada.get(&format!("{system}{page}")).await.expect(200);
        assert!(!page.body.is_empty(), "version {level}");
    }
    let log = ada.get(&format!("{system}/runs/2")).await.expect(200);
    assert!(log.says("FILE-COPIED") && log.says("Completed"), "version {level}: {}", log.told());
    let list = ada.get("/systems").await.expect(200);
    assert!(list.says("Hourly") && list.says("By hand") && list.says("OK"), "version {level}: {}", list.told());
    let logs = ada.get("/logs").await.expect(200);
    assert!(logs.says("FILE-TROUBLE"), "version {level}, the first error of run 1: {}", logs.told());
    ada.get(&format!("/systems/{}", key(2))).await.expect(200);

    // Each due run fails: two hours after its last success the system is silent.
    let engine = desk.context.engine(Arc::default(), CancellationToken::new());
    let silent = || desk.texts("SELECT name AS value FROM systems WHERE silent_since IS NOT NULL");
    for _ in 0..2 {
        scheduler::tick(&engine).await.expect("due times are read");
        assert!(silent().is_empty(), "version {level}: not yet");
        fails(&desk).await;
        desk.context.store.advance(Duration::from_mins(61));
    }
    scheduler::tick(&engine).await.expect("due times are read");
    assert_eq!(silent(), ["Hourly"], "version {level}");
    let list = ada.get("/systems").await.expect(200);
    assert!(list.says("Silent"), "version {level}: {}", list.told());
    assert_eq!(
        desk.texts("SELECT name AS value FROM systems s JOIN checks c ON c.system_id = s.id WHERE c.state = 'queued'"),
        ["Hourly"]
    );
}

both_databases! {
    /// A filled database of the first version is upgraded and works like a new one.
    async fn from_the_first(database: TestDatabase) { behaves_like_a_new_one(database, 1).await; }
    /// A filled database of the version with numbered checks is upgraded and works like a new one.
    async fn from_check_numbers(database: TestDatabase) { behaves_like_a_new_one(database, 2).await; }
    /// A filled database of the version with OData replicas is upgraded and works like a new one.
    async fn from_the_replica(database: TestDatabase) { behaves_like_a_new_one(database, 3).await; }
    /// A filled database of the version with automatic checks is upgraded and works like a new one.
    async fn from_watches(database: TestDatabase) { behaves_like_a_new_one(database, 4).await; }
    /// A filled database of the version with retention is upgraded and works like a new one.
    async fn from_retention(database: TestDatabase) { behaves_like_a_new_one(database, 5).await; }
    /// A filled database of the version with team notes is upgraded and works like a new one.
    async fn from_notes(database: TestDatabase) { behaves_like_a_new_one(database, 6).await; }
    /// A filled database of the version with plan digests is upgraded and works like a new one.
    async fn from_digests(database: TestDatabase) { behaves_like_a_new_one(database, 7).await; }
    async fn from_names_of_principals(database: TestDatabase) { behaves_like_a_new_one(database, 11).await; }
}
