//! On hold: a person's choice, with a reason that everybody reads.

use std::time::Duration;

use chrono::Datelike;
use syncdesk::store::runs::{self, Ending};

use super::counts_hold;
use crate::database::both_databases;
use crate::desk::{Desk, Tree};
use crate::visitor::{Answer, Visitor};

async fn hold(visitor: &Visitor, tree: &Tree, reason: &str) -> Answer {
    let form = format!("{}/hold", tree.page());
    visitor.get(&form).await.expect(200);
    visitor.submit(&form, &[("reason", reason)]).await
}

both_databases! {
    async fn without_a_reason_it_is_refused(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        let mona = desk.as_("mona").await;
        for (reason, said) in [
            ("", "Enter a reason. It is visible to everyone who can see the system."),
            ("   ", "Enter a reason. It is visible to everyone who can see the system."),
            (&"x".repeat(501), "Use at most 500 characters."),
        ] {
            let refused = hold(&mona, &tree, reason).await.expect(422);
            assert_eq!(refused.text("#reason-error"), format!("{said}"));
            assert_eq!(refused.attributes("#reason", "value").concat(), reason);
        }
        assert!(desk.texts("SELECT hold_reason AS value FROM systems WHERE hold_reason IS NOT NULL").is_empty());
    }

    /// A queued run of a system on hold says that it waits for the release.
    async fn what_waits_says_for_what(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        let mona = desk.as_("mona").await;
        hold(&mona, &tree, "Moving offices.").await.expect(303);
        desk.run_of(&tree).queue();
        let seen = mona.get(&tree.page()).await.expect(200);
        let queue = seen.texts("[aria-labelledby=queue]").join(" ");
        assert!(queue.contains("1 queued") && queue.contains("run 1 , until the system is released"), "{}", seen.told());
        assert_eq!(queue.matches("the system is released").count(), 1, "once: {queue}");
        assert!(seen.text(".times").contains("Next due When released"), "{}", seen.told());
    }

    /// A run in process finishes, and the page says so.
    async fn a_run_in_process_is_named(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        let mona = desk.as_("mona").await;
        let claim = desk.run_of(&tree).start();
        hold(&mona, &tree, "Moving offices.").await.expect(303);
        let notice = async || mona.get(&tree.page()).await.expect(200).texts(".note").join(" ");
        let said = notice().await;
        assert!(said.contains("No runs start until the system is released."), "{said}");
        assert!(said.contains("Run 1 is still in process and will finish."), "{said}");
        desk.write(|db| runs::finish(db, &claim, &Ending::Whole, None));
        let said = notice().await;
        assert!(said.contains("No runs start") && !said.contains("in process"), "{said}");
    }

    async fn nothing_starts_until_somebody_releases_it(desk: Desk) {
        // Due in half a year: no time comes while the test looks.
        let due = desk.context.clock.now().plus(Duration::from_hours(180 * 24)).to_utc();
        let cron = format!("0 12 {} {} *", due.day(), due.month());
        let tree = desk.files_system_with("Finance", "Reports", &[("schedule", "cron"), ("cron", &cron)]).await;
        desk.synchronize(&tree).await;
        let (mona, wim) = (desk.as_("mona").await, desk.as_("wim").await);
        let before = wim.get(&tree.page()).await.expect(200);
        assert!(before.says("OK") && !before.says("On hold"), "{}", before.told());
        assert_eq!(hold(&mona, &tree, "The <disk> is replaced.").await.expect(303).location(), tree.page());
        counts_hold(&desk);
        let checks = || desk.texts("SELECT CAST(no AS TEXT) AS value FROM checks");
        let checked = checks();

        let seen = wim.get(&tree.page()).await.expect(200);
        let notice = seen.texts(".note").join(" ");
        assert!(notice.contains("On hold since") && notice.contains("mona"), "{notice}");
        assert!(notice.contains("The <disk> is replaced.") && !notice.contains("Release it first"), "{notice}");
        assert_eq!(seen.texts("main form button"), ["Check connection"], "and nothing else to press");
        let list = wim.get("/systems").await.expect(200);
        assert_eq!(list.attributes("tbody .c-st .st", "class"), ["st idle"]);
        assert!(list.says("The <disk> is replaced.") && list.says("When released"), "{}", list.told());

        mona.get("/account").await.expect(200);
        let refused = mona.post_form(&format!("{}/synchronize", tree.page()), &[]).await.expect(409);
        let told = refused.texts(".pad p")[0].clone();
        assert!(told.contains("This system has been on hold since today"), "{told}");
        assert!(told.contains("mona gave this reason: The <disk> is replaced."), "{told}");
        assert_eq!(refused.attributes("main .row a", "href")[0], tree.page(), "where it is released");
        let again = hold(&mona, &tree, "twice").await.expect(409);
        assert!(again.says("The system has been on hold since") && again.says("gave this reason:"), "{}", again.told());
        assert_eq!(again.attributes("input[name=reason]", "value"), ["twice"], "what was typed stays");
        assert_eq!(desk.texts("SELECT hold_reason AS value FROM systems"), ["The <disk> is replaced."]);
        assert_eq!(desk.texts("SELECT CAST(no AS TEXT) AS value FROM runs"), ["1"], "no run but the one before");
        assert_eq!(checks(), checked, "and no check");

        // The list offers it to Mona, who may release, and not to Wim.
        assert_eq!(wim.get("/systems").await.texts("tbody button"), ["Check connection : Reports"]);
        assert_eq!(mona.get("/systems").await.texts("tbody button"), ["Release : Reports"]);
        let released = mona.submit(&format!("{}/release", tree.page()), &[]).await.expect(303);
        let told = mona.follow(released).await.expect(200);
        assert!(told.says("System released. Its schedule resumes."), "{}", told.told());
        assert_eq!(told.attributes(".head .st", "class"), ["st ok"], "the verdict of its last run is back");
        counts_hold(&desk);
        let twice = mona.post_form(&format!("{}/release", tree.page()), &[]).await.expect(409);
        assert!(twice.says("The system is not on hold."), "{}", twice.told());
        assert_eq!(desk.synchronize(&tree).await.0, 2);
    }

    /// A run that goes on is named, with the way to cancel it.
    async fn a_run_that_continues_is_said(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        desk.run_of(&tree).start();
        let (page, links) = (format!("{}/hold", tree.page()), format!("{}/runs/1", tree.page()));
        let form = desk.as_("mona").await.get(&page).await.expect(200);
        assert!(form.says("Run 1 continues.") && form.attributes("main a", "href").contains(&links), "{}", form.told());
        let form = desk.as_("sven").await.get(&page).await.expect(200);
        assert!(form.says("Run 1 continues.") && !form.attributes("main a", "href").contains(&links), "{}", form.told());
    }
}
