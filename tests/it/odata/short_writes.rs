//! No transaction that writes is long, however many records, messages, versions or leftovers there are: not by time,
//! which depends on the machine, but by the rows that it changes.

use syncdesk::store::runs;

use super::stub::{Service, json};
use crate::database::both_databases;
use crate::desk::Desk;
use crate::proofs::worker;

/// Number of records and of messages: several times what a transaction may change.
const MANY: usize = 20_000;

/// Rows that one transaction may change: a step of upkeep with the rows that go with its runs. A page of records is
/// staged in pieces of 1,000, each of which ends one version and begins another.
const BOUND: i64 = 5_500;

/// All of them in one answer, without pages: what a service sends is not ours to choose.
fn things(from: usize, name: &str) -> String {
    let records: Vec<String> = (from..MANY).map(|n| format!(r#"{{"Id": {n}, "Name": "{name}"}}"#)).collect();
    format!(r#"{{"value": [{}]}}"#, records.join(","))
}

fn number(desk: &Desk, query: &str) -> i64 {
    desk.texts(&format!("SELECT CAST({query} AS TEXT) AS value")).concat().parse().expect("a number")
}

both_databases! {
    async fn no_write_is_long(desk: Desk) {
        let (service, store, mut desk) = (Service::start(), desk.context.store.clone(), desk);
        let system = desk.odata_system(&service.root(), &[]).await;
        let widest = |what: &str| {
            let rows = store.widest_write();
            assert!(rows <= BOUND, "{what}: {rows} rows in one transaction");
            rows
        };
        // The count of messages is skipped where every record brings one.
        let runs = [
            ("a first run", things(0, "one"), "completed", 1_000),
            ("all change", things(0, "two"), "completed", 2_000),
            ("half is gone", things(MANY / 2, "two"), "completed_with_warnings", 1_000),
            ("half is back", things(0, "two"), "completed", 1_000),
            ("all are bad", things(0, "far too long"), "completed_with_warnings", 1_000),
        ];
        let _ = store.widest_write();
        for (what, answer, result, least) in runs {
            service.says("Things", move || json(&answer));
            let run = desk.sync(&system).await;
            assert_eq!(run.result, result, "{what}: {:?}", run.told().first());
            let rows = widest(what);
            assert!(rows >= least, "{what}: what is measured is what is written, and not {rows}");
        }
        if desk.is_on_postgres() {
            // Told by the database itself: rows of one transaction have the same xmin.
            for table in ["replica_records", "replica_seen", "messages", "run_counts"] {
                let rows = number(&desk, &format!("(SELECT max(n) FROM (SELECT count(*) n FROM {table} GROUP BY xmin::text) x)"));
                assert!(rows <= BOUND, "{table}: {rows} rows in one transaction");
            }
        }
        let many = i64::try_from(MANY).expect("a number");
        assert_eq!(number(&desk, "(SELECT count(*) FROM replica_records)"), 3 * many);
        assert!(number(&desk, "(SELECT count(*) FROM messages)") > many);

        // What a run of another kind would have left.
        let key = if desk.is_on_postgres() { "int4send(i)" } else { "CAST(printf('%08d', i) AS BLOB)" };
        let numbers = format!("WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {MANY})");
        desk.sql(&format!(
            "INSERT INTO plan_steps (run_id, action, item_key, detail) {numbers} SELECT r.id, 'delete', {key}, '' FROM s, runs r WHERE r.no = 1;
             INSERT INTO item_states (system_id, lane, item_key, state, run_id) {numbers} SELECT y.id, 'main', {key}, '', 1 FROM s, systems y"
        ));
        let (ada, delete) = (desk.as_("ada").await, format!("{}/delete", system.page()));
        ada.get(&delete).await.expect(200);
        ada.submit(&delete, &[]).await.expect(303);
        widest("deleting a system");
        // From here on nobody else does a round.
        desk.end();
        let left = || {
            ["messages", "plan_steps", "item_states", "runs", "replica_records"]
                .map(|table| number(&desk, &format!("(SELECT count(*) FROM {table})")))
        };
        desk.upkeep_after(0).await;
        widest("plans and baselines that nobody needs");
        assert_eq!(left()[1..], [0, 0, 5, 3 * many]);

        // One step: others follow in other transactions, in this process or in one that comes after it.
        desk.sql("DELETE FROM messages WHERE run_id IN (SELECT id FROM runs WHERE no <= 2);
                  UPDATE runs SET has_messages = FALSE, ended_at = 1 WHERE no <= 2");
        let kept = desk.context.config.keep_runs;
        let more = store.write(move |db| runs::delete_runs(db, worker(), kept)).await.expect("a step");
        assert_eq!((more, left()[3], left()[4]), (true, 5, 3 * many - 5_000));
        desk.upkeep_after(31).await;
        assert!(widest("messages, versions and the replica") >= 5_000);
        assert_eq!(left(), [0, 0, 0, 3, 0]);
        desk.upkeep_after(335).await;
        widest("runs");
        assert_eq!(left(), [0; 5]);
    }
}
