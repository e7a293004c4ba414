//! Somebody else holds a lock, such as a process that was stopped in the middle of a transaction.

use super::{health, names_the_fault, press, until_healthy};
use crate::database::both_databases;
use crate::desk::Desk;
use crate::wait::until;

both_databases! {
    /// A lock that another process or transaction does not release: 503 with the reason, and everything continues
    /// afterwards.
    async fn a_lock_that_is_not_released(desk: Desk) {
        let (tree, mona) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await);
        let mut stopped = desk.bare();
        let takes_the_lock =
            if desk.is_on_postgres() { "BEGIN; SELECT 1 FROM systems FOR UPDATE" } else { "BEGIN IMMEDIATE" };
        until("the lock", async || stopped.try_execute(takes_the_lock).ok()).await;
        for _ in 0..2 {
            let refused = press(&mona, &tree).await;
            names_the_fault(&mona, &refused, "The database is locked", "find the program that has the database open").await;
        }
        mona.get("/systems").await.expect(200);
        // A row of Postgres keeps nobody from writing others.
        let expected = if desk.is_on_postgres() { (200, "ok") } else { (503, "locked") };
        assert_eq!(health(&mona).await, (expected.0, expected.1.to_owned()));
        stopped.execute("ROLLBACK");
        press(&mona, &tree).await.expect(303);
        until_healthy(&mona).await;
        desk.work().await;
    }
}
