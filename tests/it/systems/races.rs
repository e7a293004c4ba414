//! Two change a system at the same time: neither overwrites what the other did.

use super::{counts_hold, shelf};
use crate::database::both_databases;
use crate::desk::Desk;
use crate::visitor::Answer;
use crate::wait::until;

/// A run's end that makes an error of what was OK.
const RUN_ENDS: &str = "
    UPDATE systems SET overall = 'error', synchronization = 'error' WHERE name = 'Reports';
    UPDATE system_counts SET n = n - 1 WHERE overall = 'ok';
    INSERT INTO system_counts (group_id, overall, n) SELECT id, 'error', 1 FROM system_groups WHERE name = 'Finance'";

/// A request that has to wait for the end of another transaction.
async fn behind(desk: &Desk, other: &str, request: impl Future<Output = Answer>) -> Answer {
    let mut first = desk.bare();
    first.execute(&format!("BEGIN; {other}"));
    let end = async {
        if desk.is_on_postgres() {
            until("the request to wait", async || (desk.waiting_for_locks() == 1).then_some(())).await;
        }
        first.execute("COMMIT");
    };
    tokio::join!(request, end).0
}

/// A system that is OK, and its page.
fn reports(desk: &Desk) -> String {
    shelf::put(desk, 1, &[shelf::Box_ { name: "Reports", group: "Finance", overall: "ok", success: Some(1) }]);
    desk.sql("UPDATE systems SET synchronization = 'completed', connection = 'ok'");
    format!("/systems/{}", shelf::key(1))
}

fn overall(desk: &Desk) -> Vec<String> {
    desk.texts("SELECT overall AS value FROM systems")
}

both_databases! {
    /// The status and its counts stay right when a run ends while its system is put on hold.
    async fn it_is_put_on_hold(desk: Desk) {
        let (ada, page) = (desk.as_("ada").await, reports(&desk));
        let hold = format!("{page}/hold");
        ada.get(&hold).await.expect(200);
        behind(&desk, RUN_ENDS, ada.submit(&hold, &[("reason", "moving")])).await.expect(303);
        assert_eq!(overall(&desk), ["on_hold"], "on hold is neither good nor bad");
        counts_hold(&desk);
        ada.get(&page).await.expect(200);
        ada.submit(&format!("{page}/release"), &[]).await.expect(303);
        assert_eq!(overall(&desk), ["error"], "the verdict of the run is back");
        counts_hold(&desk);
    }

    /// The counts stay right when a run ends while its system is deleted.
    async fn it_is_deleted(desk: Desk) {
        let (ada, page) = (desk.as_("ada").await, reports(&desk));
        let delete = format!("{page}/delete");
        ada.get(&delete).await.expect(200);
        behind(&desk, RUN_ENDS, ada.submit(&delete, &[])).await.expect(303);
        counts_hold(&desk);
    }

    /// The counts stay right when a run ends while its system moves to another group.
    async fn it_moves_to_another_group(desk: Desk) {
        let (ada, page) = (desk.as_("ada").await, reports(&desk));
        let (edit, sales) = (format!("{page}/edit"), desk.root("Sales").display().to_string());
        let (from, to) = (format!("{sales}/in"), format!("{sales}/out"));
        let moved = [("group", "Sales"), ("settings.source_path", from.as_str()), ("settings.destination_path", to.as_str()),
            ("timeout_minutes", "60")];
        ada.get(&edit).await.expect(200);
        behind(&desk, RUN_ENDS, ada.submit(&edit, &moved)).await.expect(303);
        assert_eq!(overall(&desk), ["error"]);
        counts_hold(&desk);
    }

    /// Nothing is started in a system that is put on hold or deleted at this moment.
    async fn a_run_is_asked_for(desk: Desk) {
        let (ada, page) = (desk.as_("ada").await, reports(&desk));
        let button = format!("{page}/synchronize");
        for (other, status) in [
            ("UPDATE systems SET hold_reason = 'moving', hold_since = 1, hold_by = 'sven'", 409),
            ("UPDATE systems SET hold_reason = NULL, hold_since = NULL, hold_by = NULL, deleted_at = 1", 404),
        ] {
            ada.get("/account").await.expect(200);
            let answer = behind(&desk, other, ada.post_form(&button, &[])).await;
            assert_eq!(answer.status, status, "{}", answer.told());
            assert!(desk.texts("SELECT state AS value FROM runs").is_empty());
        }
    }
}
