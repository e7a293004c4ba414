//! What is past its days is hidden at once and deleted in steps; the last success of a system survives.

use std::sync::Arc;
use std::time::Duration;

use syncdesk::clock::{Clock, SystemClock};
use syncdesk::ops::upkeep;

use super::{Kept, RUN, at, keep};
use crate::database::{Database, Fixture, both_databases};
use crate::desk::Desk;
use crate::systems::shelf::{Box_, put};

/// The portal without a worker: nothing is deleted unless the test does it.
struct Quiet(Desk);

impl Fixture for Quiet {
    async fn on(database: Database) -> Self {
        Self(Desk::with(database, &["--workers=0"], Arc::new(SystemClock)).await)
    }
}

/// So many days pass by the database's clock, which alone counts; then a round of upkeep.
async fn round_after(desk: &Desk, days: u64) {
    let house = &desk.house;
    house.store.advance(Duration::from_hours(days * 24));
    upkeep::round(&house.store, &house.vault, &house.config, SystemClock.now()).await.expect("a round");
}

fn count(desk: &Desk, table: &str) -> String {
    desk.texts(&format!("SELECT CAST(count(*) AS TEXT) AS value FROM {table}")).concat()
}

both_databases! {
    async fn messages_then_runs(quiet: Quiet) {
        let desk = quiet.0;
        put(&desk, 1, &[Box_ { name: "Ledger", group: "Finance", overall: "ok", success: Some(at(1)) }]);
        let counted: &[(i64, &str, i64)] = &[(2, "FILE-COPIED", 12_000)];
        keep(&desk, &[
            Kept { logged: counted, ..RUN },
            Kept { no: 2, queued: 24 * 5, logged: counted, ..RUN },
            Kept { no: 3, queued: 24 * 5 + 2, ..RUN },
        ]);
        desk.sql("UPDATE runs SET retries_run = (SELECT id FROM runs WHERE no = 1) WHERE no = 3");
        for run in [1, 2] {
            desk.sql(&format!(
                "INSERT INTO messages (run_id, seq, at, category, code, direction, operation, item_type, item_key, args, foreign_text, cut)
                 WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 12000)
                 SELECT (SELECT id FROM runs WHERE no = {run}), i, 1, 2, (SELECT id FROM words WHERE word = 'FILE-COPIED'), 'out', 'insert',
                   (SELECT id FROM words WHERE word = 'file'), {}, '[]', NULL, FALSE FROM s",
                if desk.is_on_postgres() { "'x'::bytea" } else { "x'78'" }
            ));
        }
        // As if midnight of that day were now.
        desk.sql(&format!("UPDATE runs SET ended_at = ended_at + {}", SystemClock.now().0 - at(0)));
        round_after(&desk, 29).await;
        assert_eq!(count(&desk, "messages"), "24000");
        round_after(&desk, 2).await;
        assert_eq!(count(&desk, "messages"), "12000", "of the run that ended 30 days before");
        assert_eq!(count(&desk, "runs"), "3", "its header and its counts stay");
        assert_eq!(desk.texts("SELECT CAST(n AS TEXT) AS value FROM run_counts"), ["12000", "12000"]);
        round_after(&desk, 335).await;
        assert_eq!(count(&desk, "messages"), "0");
        assert_eq!(desk.texts("SELECT CAST(no AS TEXT) AS value FROM runs ORDER BY no"), ["2", "3"]);
        assert_eq!(count(&desk, "run_progress"), "2", "what belongs to the run goes with it");
        round_after(&desk, 34).await;
        assert_eq!(count(&desk, "runs"), "0");
        let success = desk.texts("SELECT CAST(last_success_at AS TEXT) AS value FROM systems");
        assert_eq!(success, [at(1).to_string()]);
        let page = desk.as_("ada").await.get("/systems").await.expect(200);
        assert!(page.says("Ledger"), "{}", page.told());
    }

    /// Before upkeep comes by, what is past its days is hidden.
    async fn hidden_at_once(quiet: Quiet) {
        let desk = quiet.0;
        put(&desk, 1, &[Box_ { name: "Ledger", group: "Finance", overall: "ok", success: None }]);
        keep(&desk, &[RUN, Kept { no: 2, queued: 2, ..RUN }]);
        let now = SystemClock.now().0;
        let ended = |days: i64| now - days * 86_400_000_000;
        desk.sql(&format!("UPDATE runs SET ended_at = {} WHERE no = 1; UPDATE runs SET ended_at = {} WHERE no = 2", ended(366), ended(364)));
        let page = desk.as_("ada").await.get("/logs").await.expect(200);
        assert_eq!(page.texts("tbody th a.row"), ["Ledger 2"]);
    }
}
