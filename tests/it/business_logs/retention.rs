//! What is past its days is hidden at once and deleted in steps; the last success of a system survives.

use std::time::Duration;

use syncdesk::clock::{Clock, SystemClock};

use super::{Kept, RUN, at, keep};
use crate::database::{Database, Fixture, both_databases};
use crate::desk::{Desk, MessageRows};
use crate::systems::shelf::{Box_, put};

both_databases! {
    /// Messages are deleted after their retention, runs after theirs.
    async fn messages_then_runs(desk: Desk) {
        let desk = desk;
        put(&desk, 1, &[Box_ { name: "Ledger", group: "Finance", overall: "ok", success: Some(at(1)) }]);
        let counted: &[(i64, &str, i64)] = &[(2, "FILE-COPIED", 12_000)];
        keep(&desk, &[
            Kept { logged: counted, ..RUN },
            Kept { no: 2, queued: 24 * 5, logged: counted, ..RUN },
            Kept { no: 3, queued: 24 * 5 + 2, ..RUN },
        ]);
        desk.sql("UPDATE runs SET retries_run = (SELECT id FROM runs WHERE no = 1) WHERE no = 3");
        MessageRows { of: "no <= 2", numbers: 1..=12_000, ..MessageRows::default() }.put(&mut desk.bare());
        // As if midnight of that day were now.
        desk.sql(&format!("UPDATE runs SET ended_at = ended_at + {}", SystemClock.now().0 - at(0)));
        desk.upkeep_after(29).await;
        assert_eq!(desk.count("messages"), "24000");
        desk.upkeep_after(2).await;
        assert_eq!(desk.count("messages"), "12000", "of the run that ended 30 days before");
        assert_eq!(desk.count("runs"), "3", "its header and its counts stay");
        assert_eq!(desk.texts("SELECT CAST(n AS TEXT) AS value FROM run_counts"), ["12000", "12000"]);
        desk.upkeep_after(335).await;
        assert_eq!(desk.count("messages"), "0");
        assert_eq!(desk.texts("SELECT CAST(no AS TEXT) AS value FROM runs ORDER BY no"), ["2", "3"]);
        assert_eq!(desk.count("run_progress"), "2", "what belongs to the run goes with it");
        desk.upkeep_after(34).await;
        assert_eq!(desk.count("runs"), "0");
        let success = desk.texts("SELECT CAST(last_success_at AS TEXT) AS value FROM systems");
        assert_eq!(success, [at(1).to_string()]);
        let page = desk.as_("ada").await.get("/systems").await.expect(200);
        assert!(page.says("Ledger"), "{}", page.told());
    }

    /// Nothing is deleted an hour early.
    async fn to_the_hour(desk: Desk) {
        let desk = desk;
        put(&desk, 1, &[Box_ { name: "Ledger", group: "Finance", overall: "ok", success: Some(at(1)) }]);
        keep(&desk, &[Kept { logged: &[(2, "FILE-COPIED", 1)], ..RUN }]);
        desk.sql(&format!("UPDATE runs SET ended_at = {}", SystemClock.now().0));
        MessageRows::default().put(&mut desk.bare());
        let after = async |hours: u64| {
            desk.context.store.advance(Duration::from_hours(hours));
            desk.upkeep_after(0).await;
            (desk.count("messages"), desk.count("runs"))
        };
        let counts = |messages: &str, runs: &str| (messages.to_owned(), runs.to_owned());
        assert_eq!(after(30 * 24 - 1).await, counts("1", "1"));
        assert_eq!(after(2).await, counts("0", "1"));
        assert_eq!(after(335 * 24 - 2).await, counts("0", "1"));
        assert_eq!(after(2).await, counts("0", "0"));
    }

    /// Before upkeep comes by, what is past its days is hidden.
    async fn hidden_at_once(desk: Desk) {
        let desk = desk;
        put(&desk, 1, &[Box_ { name: "Ledger", group: "Finance", overall: "ok", success: None }]);
        keep(&desk, &[RUN, Kept { no: 2, queued: 2, ..RUN }]);
        let now = SystemClock.now().0;
        let ended = |days: i64| now - days * 86_400_000_000;
        desk.sql(&format!("UPDATE runs SET ended_at = {} WHERE no = 1; UPDATE runs SET ended_at = {} WHERE no = 2", ended(366), ended(364)));
        let page = desk.as_("ada").await.get("/logs").await.expect(200);
        assert_eq!(page.texts("tbody th a"), ["Ledger , run 2"]);
        let (ada, system) = (desk.as_("ada").await, format!("/systems/{}", crate::systems::shelf::key(1)));
        ada.get(&format!("{system}/runs/1")).await.expect(404);
        ada.get(&format!("{system}/runs/2")).await.expect(200);
        let page = ada.get(&system).await.expect(200);
        let runs = page.attributes("tbody a", "href");
        assert_eq!(runs, [format!("{system}/runs/2")], "{}", page.told());
        desk.sql(&format!("UPDATE runs SET ended_at = {} WHERE no = 2", ended(366)));
        let page = ada.get(&system).await.expect(200);
        assert!(page.attributes("main a", "href").iter().all(|href| !href.contains("/runs/")), "{}", page.told());
        ada.get("/systems").await.expect(200);
    }
}

/// Postgres alone has partitions. The first has runs 1 and 2, the second 5,000, the last what comes next.
async fn partitions() -> Desk {
    let desk = Desk::on(Database::Postgres).await;
    put(&desk, 1, &[Box_ { name: "Ledger", group: "Finance", overall: "ok", success: None }]);
    let run = |no| Kept { no, ..RUN };
    keep(&desk, &[run(1), run(2), run(3), run(4)]);
    desk.sql(
        "ALTER TABLE run_progress DROP CONSTRAINT run_progress_run_id_fkey;
         UPDATE runs SET id = 5000 WHERE no = 3; UPDATE runs SET id = 9000 WHERE no = 4",
    );
    let store = &desk.context.store;
    store.write(syncdesk::store::messages::ensure_partitions).await.expect("partitions");
    MessageRows::default().put(&mut desk.bare());
    let now = SystemClock.now().0;
    let ended = |days: i64| now - days * 86_400_000_000;
    desk.sql(&format!(
        "UPDATE runs SET ended_at = {} WHERE no <= 2; UPDATE runs SET ended_at = {} WHERE no > 2",
        ended(31),
        ended(29)
    ));
    desk
}

fn tables(desk: &Desk) -> Vec<String> {
    desk.texts("SELECT relname::text AS value FROM pg_class WHERE relname ~ '^messages_[0-9]+$' ORDER BY oid")
}

/// The runs that have messages.
fn logged(desk: &Desk) -> Vec<String> {
    desk.texts("SELECT run_id::text AS value FROM messages ORDER BY run_id")
}

#[tokio::test]
async fn whole_partitions_go_at_once() {
    let desk = partitions().await;
    assert_eq!(logged(&desk).len(), 4);
    desk.upkeep_after(0).await;
    assert_eq!(logged(&desk), ["5000", "9000"]);
    assert!(!tables(&desk).contains(&"messages_0".to_owned()), "{:?}", tables(&desk));
    assert_eq!(desk.texts("SELECT no::text AS value FROM runs WHERE has_messages ORDER BY no"), ["3", "4"]);
    // One of its runs still goes on.
    desk.sql("UPDATE runs SET state = 'running', ended_at = NULL, result = NULL, lease_until = 1 WHERE no = 3");
    desk.upkeep_after(2).await;
    assert_eq!((logged(&desk), tables(&desk).contains(&"messages_4096".to_owned())), (vec!["5000".to_owned()], true));
    desk.sql("UPDATE runs SET state = 'ended', ended_at = 1, result = 'completed', lease_until = NULL WHERE no = 3");
    desk.upkeep_after(0).await;
    assert_eq!(
        (logged(&desk).len(), tables(&desk)),
        (0, vec!["messages_8192".to_owned(), "messages_12288".to_owned()])
    );
}

/// Somebody who reads for long keeps a partition from being dropped, and nothing else.
#[tokio::test]
async fn a_reader_is_not_waited_for() {
    let desk = partitions().await;
    let mut reader = desk.bare();
    reader.execute("BEGIN; SELECT count(*) FROM messages WHERE run_id = 5000");
    desk.upkeep_after(0).await;
    assert_eq!(logged(&desk), ["5000", "9000"], "what is past its days went in steps");
    assert!(tables(&desk).contains(&"messages_0".to_owned()));
    reader.execute("COMMIT");
    desk.upkeep_after(0).await;
    assert!(!tables(&desk).contains(&"messages_0".to_owned()), "the next round drops it");
}
