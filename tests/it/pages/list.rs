//! The list while something is in process.

use super::gallery::goes_on;
use crate::database::both_databases;
use crate::desk::Desk;

both_databases! {
    /// It has a filter, so it refreshes only for a person who asks for it, without the filter.
    async fn it_refreshes_on_request(desk: Desk) {
        let (tree, mona) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await);
        let idle = mona.get("/systems?refresh=on").await.expect(200);
        assert_eq!(idle.header("refresh"), "");
        assert!(idle.texts(".tabs .end").is_empty(), "{}", idle.told());
        goes_on(&desk, &tree);
        let busy = mona.get("/systems?group=Finance&sort=name").await.expect(200);
        assert_eq!(busy.header("refresh"), "");
        assert_eq!(busy.attributes("form.flt [name=q]", "type"), ["search"]);
        let on = busy.attributes(".tabs .end a", "href").concat();
        assert_eq!(on, "/systems?group=Finance&sort=name&refresh=on");
        let page = mona.get(&on).await.expect(200);
        assert_eq!((page.header("refresh"), page.texts("form.flt").len()), ("10", 0));
        assert!(page.says("Refreshes every 10 seconds."), "{}", page.told());
        assert!(page.says("172 473 of 401 002 items") && page.says("50 %"), "{}", page.told());
        let stop = page.attributes("p.refresh a", "href").concat();
        assert_eq!(stop, "/systems?group=Finance&sort=name");
    }

    /// What waits for its time does not move yet.
    async fn a_run_that_is_due_later_is_no_reason(desk: Desk) {
        let (tree, mona) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await);
        goes_on(&desk, &tree);
        let now = desk.context.clock.now().0;
        for (due, refresh) in [(now + 60_000_000, ""), (now - 1, "10")] {
            desk.sql(&format!("UPDATE runs SET state = 'queued', lease_until = NULL, not_before = {due}"));
            let page = mona.get("/systems?refresh=on").await.expect(200);
            assert_eq!(page.header("refresh"), refresh, "{}", due - now);
        }
    }
}
