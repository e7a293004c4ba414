//! What pages say of it.

use syncdesk::clock::Stamp;

use crate::database::both_databases;
use crate::desk::Desk;

const HOUR_US: i64 = 3_600_000_000;

both_databases! {
    /// The page says that it is paused, why, and since when; the list names each source, the worst first.
    async fn paused(desk: Desk) {
        let tree = desk.files_system_with("Finance", "Reports", &[("schedule", "every"), ("every_minutes", "60")]).await;
        desk.work().await;
        desk.sql(&format!(
            "UPDATE systems SET connection = 'error', connection_since = 1795000000000000, overall = 'error',
               paused_since = 1795000000000000 + 3 * {HOUR_US}, silent_since = 1795000000000000 + 4 * {HOUR_US};
             UPDATE watches SET pause_at = 1, next_check = 9000000000000000"
        ));
        let mona = desk.as_("mona").await;
        let page = mona.get(&tree.page()).await.expect(200);
        let told = page.text("[aria-labelledby=connection]");
        assert!(told.contains("Paused") && told.contains("no check has succeeded since"), "{told}");
        assert_eq!(page.text("main").matches("no check has succeeded since").count(), 1, "once: {}", page.told());
        let times = page.text(".times");
        assert!(times.contains("Silent since") && times.contains("Next due When the connection is back"), "{times}");
        assert!(page.text("[aria-labelledby=connection]").contains("Next check"), "{}", page.text("[aria-labelledby=connection]"));
        assert!(!page.texts("button").contains(&"Synchronize now".to_owned()), "a press would be refused");
        let refused = mona.post_form(&format!("{}/synchronize", tree.page()), &[]).await.expect(409);
        assert!(refused.says("This system has been paused"), "{}", refused.told());
        let list = mona.get("/systems").await.expect(200);
        assert!(list.says("Paused Connection error · Silent since") && list.says("When the connection is back"), "{}", list.told());
        assert!(list.texts("tbody button").iter().any(|button| button.starts_with("Check connection")), "{}", list.told());
    }

    /// The page that refuses a run because of a pause offers the check that ends it.
    async fn a_refusal_for_a_pause_offers_the_check(desk: Desk) {
        let (tree, mona) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await);
        desk.work().await;
        desk.sql("UPDATE systems SET connection = 'error', connection_since = 1795000000000000, paused_since = 1795000000000000");
        mona.get("/account").await.expect(200);
        let refused = mona.post_form(&format!("{}/synchronize", tree.page()), &[]).await.expect(409);
        assert!(refused.says("This system has been paused since") && refused.says("Check the connection: runs resume"));
        assert_eq!(refused.attributes("main .row > a", "href")[0], tree.page());
        assert_eq!(refused.texts("main button"), ["Check connection"]);
        let fields = refused.form(&format!("{}/check", tree.page())).expect("the form");
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let asked = mona.post_bare(&format!("{}/check", tree.page()), &fields).await.expect(303);
        assert!(asked.location().starts_with(&format!("{}/checks/", tree.page())), "{}", asked.location());
        let paused = || desk.texts("SELECT name AS value FROM systems WHERE paused_since IS NOT NULL");
        desk.work().await;
        assert_eq!(paused(), [""; 0]);
        assert_eq!(desk.synchronize(&tree).await.0, 1);
    }

    /// A run that a pause or a hold keeps back waits for neither a worker nor its time, and no page refreshes for it.
    async fn what_is_kept_back_says_for_what_it_waits(desk: Desk) {
        let (tree, mona) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await);
        desk.work().await;
        let late = desk.context.clock.now().0 - 301_000_000;
        desk.sql(&format!(
            "UPDATE systems SET paused_since = {late}; UPDATE watches SET pause_at = {late}, next_check = 9000000000000000"
        ));
        desk.run_of(&tree).queued(Stamp(late)).queue();
        for (what, until, overdue) in [
            ("hold_since = NULL", "until the connection is back", true),
            ("hold_since = 1, hold_reason = 'Repairs.', hold_by = 'mona'", "until the system is released", false),
        ] {
            desk.sql(&format!("UPDATE systems SET {what}"));
            for page in ["", "/queue", "/runs/1"] {
                let page = mona.get(&format!("{}{page}", tree.page())).await.expect(200);
                assert!(page.says(until) && !page.says("worker"), "{}: {}", page.path, page.told());
                let body = page.body.to_lowercase();
                assert_eq!(["delayed", "overdue"].iter().any(|word| body.contains(word)), overdue, "{}: {}", page.path, page.told());
                assert_eq!(page.header("refresh"), "", "{}", page.path);
            }
            assert_eq!(mona.get("/systems").await.expect(200).header("refresh"), "");
        }
    }

    /// A freshness budget for each system (default twice its interval; two due times of a cron or daily schedule).
    async fn a_budget_is_typed_and_kept(desk: Desk) {
        let tree = desk.files_system_with("Finance", "Reports", &[("freshness_hours", "5")]).await;
        assert_eq!(desk.texts("SELECT CAST(freshness_us AS TEXT) AS value FROM watches"), [(5 * HOUR_US).to_string()]);
        let ada = desk.as_("ada").await;
        let edit = format!("{}/edit", tree.page());
        assert_eq!(ada.get(&edit).await.expect(200).attributes("[name=freshness_hours]", "value"), ["5"]);
        let refused = ada.submit(&edit, &[("freshness_hours", "0")]).await.expect(422);
        assert!(refused.says("Enter a number of hours from 1 to 8,784"), "{}", refused.told());
        ada.submit(&edit, &[("freshness_hours", "")]).await.expect(303);
        assert_eq!(desk.texts("SELECT 'none' AS value FROM watches WHERE freshness_us IS NULL AND silent_at IS NULL"), ["none"]);
    }
}
