//! The list while something goes on.

use super::gallery::goes_on;
use crate::database::both_databases;
use crate::desk::Desk;

both_databases! {
    /// As the pages of systems and runs do; somebody who reads can stop it, and stays where they are.
    async fn it_loads_itself_again_until_it_is_told_not_to(desk: Desk) {
        let (tree, mona) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await);
        let idle = mona.get("/systems").await.expect(200);
        assert_eq!(idle.header("refresh"), "");
        assert!(!idle.says("loads itself again"), "{}", idle.told());
        goes_on(&desk, &tree);
        let busy = mona.get("/systems?group=Finance&sort=name").await.expect(200);
        assert_eq!(busy.header("refresh"), "10");
        assert!(busy.says("This page loads itself again every 10 s."), "{}", busy.told());
        assert!(busy.says("172 473 of 401 002 items") && busy.says("50 %"), "{}", busy.told());
        let stop = busy.attributes("p.refresh a", "href").concat();
        assert_eq!(stop, "/systems?group=Finance&sort=name&refresh=off");
        let still = mona.get(&stop).await.expect(200);
        assert_eq!(still.header("refresh"), "");
        assert!(still.says("In process") && !still.says("loads itself again"), "{}", still.told());
    }

    /// What waits for its time does not move yet.
    async fn a_run_that_is_due_later_is_no_reason(desk: Desk) {
        let (tree, mona) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await);
        goes_on(&desk, &tree);
        let now = desk.house.clock.now().0;
        for (due, refresh) in [(now + 60_000_000, ""), (now - 1, "10")] {
            desk.sql(&format!("UPDATE runs SET state = 'queued', lease_until = NULL, not_before = {due}"));
            assert_eq!(mona.get("/systems").await.expect(200).header("refresh"), refresh, "{}", due - now);
        }
    }
}
