//! The list while something is in process.

use super::gallery::goes_on;
use crate::database::both_databases;
use crate::desk::{Desk, RunRows};
use crate::systems::shelf::{Box_, key, put};

/// Systems of Finance, each with 30 runs that have ended.
fn with_runs(desk: &Desk, systems: usize) {
    let names: Vec<String> = (0..systems).map(|number| format!("Records of office {number:02}")).collect();
    let all: Vec<Box_<'_>> =
        names.iter().map(|name| Box_ { name, group: "Finance", overall: "ok", success: Some(3) }).collect();
    put(desk, 1, &all);
    let of = RunRows { of: "name LIKE 'Records %'", trigger: "manual", principal: "ada", ..RunRows::default() };
    let result =
        "CASE (system_id * 7 + no) % 5 WHEN 0 THEN 'error' WHEN 1 THEN 'completed_with_warnings' ELSE 'completed' END";
    RunRows { numbers: 1..=30, result: "'completed'", ..of }.put(&mut desk.bare());
    desk.sql(&format!("UPDATE runs SET result = {result}; UPDATE systems SET last_run_no = 30"));
}

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
        assert!(page.says("172,473 of 401,002 items") && page.says("50 %"), "{}", page.told());
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

    /// Each bar of the last runs leads to its run, for pointers only; the words beside them stay.
    async fn bars_lead_to_their_runs(desk: Desk) {
        with_runs(&desk, 1);
        let page = desk.as_("mona").await.get("/systems").await.expect(200);
        let runs: Vec<String> = (7..=30).map(|no| format!("/systems/{}/runs/{no}", key(1))).collect();
        assert_eq!(page.attributes("tbody svg.strip[aria-hidden=true] a[tabindex='-1']", "href"), runs);
        assert!(page.texts("tbody td .vh").concat().contains("Last 24 runs:"), "{}", page.told());
        let page = desk.as_("sven").await.get("/systems").await.expect(200);
        assert_eq!((page.texts("tbody svg.strip").len(), page.texts("tbody svg.strip a").len()), (1, 0), "he may not open runs");
    }

    /// Fifty rows with check boxes and 24 links each are less than 14 KiB as they are sent.
    async fn fifty_rows_are_small(desk: Desk) {
        with_runs(&desk, 50);
        let mona = desk.as_("mona").await;
        let page = mona.get("/systems").await.expect(200);
        assert_eq!((page.texts("tbody tr").len(), page.texts("tbody svg.strip a").len()), (50, 1_200));
        let cookie = format!("syncdesk={}", mona.cookie("syncdesk").expect("a session"));
        let request = reqwest::Client::new().get(format!("{}/systems", desk.base)).header("cookie", cookie);
        let sent = request.header("accept-encoding", "gzip").send().await.expect("an answer");
        assert_eq!((sent.status().as_u16(), sent.headers()["content-encoding"].as_bytes()), (200, &b"gzip"[..]));
        let bytes = sent.bytes().await.expect("the answer is whole").len();
        assert!(bytes < 14 * 1_024, "{bytes} bytes of {}", page.body.len());
    }
}
