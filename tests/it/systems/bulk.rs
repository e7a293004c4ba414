//! One command for many systems: each is carried out on its own, by Syncdesk, with the rights of that moment.

use syncdesk::access::Internal;
use syncdesk::ids::BulkItemId;
use syncdesk::ops::bulk::carry_out;
use syncdesk::sync::step::StepResult;

use super::shelf::{Box_, key, new, put};
use super::{counts_hold, shelf};
use crate::database::both_databases;
use crate::desk::Desk;
use crate::proofs::worker;
use crate::visitor::{Answer, Visitor};

const POST: &str = "/systems/bulk";

/// Selects systems in the list and presses a button.
async fn press(visitor: &Visitor, action: &str, keys: &[&str]) -> Answer {
    visitor.get("/systems").await.expect(200);
    let names: Vec<String> = keys.iter().map(|key| format!("s.{key}")).collect();
    let mut fields: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "on")).collect();
    fields.push(("do", action));
    visitor.submit(POST, &fields).await
}

/// The text of each row of the results.
fn rows(page: &Answer) -> Vec<String> {
    page.texts("tbody tr")
}

fn in_short(page: &Answer) -> String {
    page.text(".head p")
}

/// Three systems of Finance and one of Sales, without a schedule.
fn fill(desk: &Desk) {
    let ok = |name, group| Box_ { name, group, overall: "open", success: None };
    put(desk, 1, &[ok("Alpha", "Finance"), ok("Beta", "Finance"), ok("Gamma", "Finance"), ok("Delta", "Sales")]);
}

fn audited(desk: &Desk, action: &str) -> Vec<String> {
    desk.texts(&format!(
        "SELECT subject || ' ' || principal || ' ' || coalesce(after, before, '') AS value FROM audit
         JOIN audit_personal ON audit_id = audit.id WHERE action = '{action}' ORDER BY audit.id"
    ))
}

both_databases! {
    /// Systems are put on hold with one reason after the page was left, and released again; the audit log has an entry for each.
    async fn systems_are_put_on_hold_and_released(desk: Desk) {
        fill(&desk);
        let mona = desk.as_("mona").await;
        let asks = press(&mona, "hold", &[&key(1), &key(3)]).await.expect(200);
        assert_eq!(asks.text("h1"), "Put 2 systems on hold");
        assert_eq!(asks.texts("main li"), ["Alpha", "Gamma"]);
        let wrong = mona.submit(POST, &[("reason", "  ")]).await.expect(422);
        assert_eq!(wrong.text("#reason-error"), "Enter a reason. It is visible to everyone who can see the system.");
        let long = "x".repeat(501);
        let wrong = mona.submit(POST, &[("reason", &long)]).await.expect(422);
        assert_eq!(wrong.attributes("#reason", "value").concat(), long, "what was typed stays");
        let stored = mona.submit(POST, &[("reason", "Moving offices.")]).await.expect(303);
        let page = mona.get(stored.location()).await.expect(200);
        assert_eq!((in_short(&page).as_str(), page.header("refresh")), ("2 waiting.", "3"), "{}", page.told());
        assert!(audited(&desk, "system.hold").is_empty(), "nothing is done while the page answers");
        let still = page.attributes("p.refresh a", "href").concat();
        assert_eq!(mona.get(&still).await.expect(200).header("refresh"), "");

        assert_eq!(desk.step().await, StepResult::Queued);
        let page = mona.get(stored.location()).await.expect(200);
        assert_eq!((in_short(&page).as_str(), page.header("refresh")), ("2 done.", ""), "{}", page.told());
        assert_eq!(rows(&page), ["Alpha Done Put on hold.", "Gamma Done Put on hold."]);
        assert!(page.says("Moving offices."), "{}", page.told());
        let held = "SELECT name || ' ' || hold_reason || ' ' || hold_by || ' ' || overall AS value FROM systems
                    WHERE hold_since IS NOT NULL ORDER BY name";
        assert_eq!(desk.texts(held), ["Alpha Moving offices. mona on_hold", "Gamma Moving offices. mona on_hold"]);
        let entry = r#"{"reason":"Moving offices."}"#;
        assert_eq!(audited(&desk, "system.hold"), [format!("Alpha mona {entry}"), format!("Gamma mona {entry}")]);
        counts_hold(&desk);
        let list = mona.get("/systems?status=on_hold").await.expect(200);
        assert_eq!(shelf::names(&list), ["Alpha", "Gamma"]);
        assert_eq!(list.text(".tabs [aria-current]"), "On hold 2");

        let stored = press(&mona, "release", &[&key(1), &key(2), &key(3)]).await.expect(303);
        desk.step().await;
        let page = mona.get(stored.location()).await.expect(200);
        assert_eq!(in_short(&page), "1 refused, 2 done.");
        assert_eq!(rows(&page), ["Beta Refused The system was not on hold.", "Alpha Done Released.", "Gamma Done Released."]);
        assert!(desk.texts(held).is_empty());
        assert_eq!(audited(&desk, "system.release").len(), 2);
        counts_hold(&desk);
    }

    /// Each run and each check is queued as by its button, with a link to it; what cannot start says why.
    async fn runs_and_checks_are_queued(desk: Desk) {
        desk.leaves_work();
        fill(&desk);
        desk.sql(&format!(
            "UPDATE systems SET hold_reason = 'x', hold_since = 1, hold_by_kind = 'console', hold_by = 'Console' WHERE key = '{}'",
            key(2)
        ));
        desk.sql(&format!("UPDATE systems SET paused_since = 1 WHERE key = '{}'", key(3)));
        let mona = desk.as_("mona").await;
        let all = [&*key(1), &*key(2), &*key(3)];
        let first = press(&mona, "synchronize", &all).await.expect(303);
        let again = press(&mona, "synchronize", &[&key(1)]).await.expect(303);
        desk.step().await;
        let page = mona.get(first.location()).await.expect(200);
        assert_eq!(rows(&page), [
            "Beta Refused The system is on hold. Release it first.",
            "Gamma Refused The system is paused until a connection check succeeds. Check its connection first.",
            "Alpha Done Queued as run 1 .",
        ]);
        assert_eq!(page.attributes("tbody td a", "href"), [format!("/systems/{}/runs/1", key(1))]);
        let page = mona.get(again.location()).await.expect(200);
        assert_eq!(rows(&page), ["Alpha Done run 1 was already queued."]);
        assert_eq!(audited(&desk, "run.request"), [r#"Alpha mona {"run":1}"#]);
        let stored = press(&mona, "check", &all).await.expect(303);
        // A step does one thing: the items, before what they have queued.
        desk.step().await;
        let page = mona.get(stored.location()).await.expect(200);
        assert_eq!(in_short(&page), "3 done.");
        assert!(page.attributes("tbody td a", "href").contains(&format!("/systems/{}/checks/1", key(2))), "{}", page.told());
        assert_eq!(audited(&desk, "system.check").len(), 3);
    }

    /// What was requested is done with the rights that the person has then.
    async fn rights_of_that_moment_count(desk: Desk) {
        fill(&desk);
        let mona = desk.as_("mona").await;
        let paths = [press(&mona, "release", &[&key(1)]).await.expect(303), press(&mona, "check", &[&key(1)]).await.expect(303)];
        let watcher = "SELECT id FROM collections WHERE name = 'Watcher'";
        let of_mona = "person_id = (SELECT id FROM people WHERE name = 'mona')";
        desk.sql(&format!("UPDATE assignments SET collection_id = ({watcher}) WHERE {of_mona}"));
        desk.step().await;
        let page = mona.get(paths[0].location()).await.expect(200);
        assert!(rows(&page)[0].starts_with("Alpha Refused You do not have the permission for this"), "{}", page.told());
        assert_eq!(page.attributes("tbody td a", "href"), ["/help/roles/MonitorSystemsApp"]);
        assert_eq!(rows(&mona.get(paths[1].location()).await.expect(200)), ["Alpha Done Requested check 1 ."]);
        let stored = press(&mona, "check", &[&key(2)]).await.expect(303);
        desk.sql("UPDATE people SET disabled_at = 1 WHERE name = 'mona'");
        desk.step().await;
        let results = "SELECT result AS value FROM bulk_items ORDER BY id";
        assert_eq!(desk.texts(results), ["no_permission", "done", "no_permission"], "{}", stored.location());
    }

    /// What is out of reach, unknown or deleted since then is refused in the same words, and the rest is done.
    async fn what_is_out_of_reach_is_refused(desk: Desk) {
        fill(&desk);
        let mona = desk.as_("mona").await;
        let stored = press(&mona, "hold", &[&key(1), &key(2), &key(4), "bbbbbbbbbb"]).await.expect(200);
        assert_eq!(stored.texts("main li"), ["Alpha", "Beta"], "the others are not named");
        let stored = press(&mona, "check", &[&key(1), &key(2), &key(4), "bbbbbbbbbb"]).await.expect(303);
        desk.sql(&format!("UPDATE systems SET deleted_at = 1 WHERE key = '{}'", key(2)));
        desk.step().await;
        let page = mona.get(stored.location()).await.expect(200);
        assert_eq!(rows(&page), [
            "A system that you cannot see Refused The system no longer exists, or you cannot see it.",
            "A system that you cannot see Refused The system no longer exists, or you cannot see it.",
            "Beta Refused The system no longer exists, or you cannot see it.",
            "Alpha Done Requested check 1 .",
        ]);
        assert!(!page.says("Delta") && !page.body.contains(&key(4)), "{}", page.told());
        assert_eq!(desk.count("checks"), "1");
    }

    /// A request that makes no sense changes nothing and says what to do.
    async fn requests_that_make_no_sense(desk: Desk) {
        fill(&desk);
        let mona = desk.as_("mona").await;
        let many: Vec<String> = (0..1_001).map(key).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        for (action, keys, said) in [
            ("check", &[][..], "No system is selected. Select at least one in the list."),
            ("hold", &[], "No system is selected. Select at least one in the list."),
            ("delete", &["aaaaaaaaab"], "Select what to do with the systems."),
            ("", &["aaaaaaaaab"], "Select what to do with the systems."),
            ("check", &["x"], "The selection could not be read."),
            ("check", &["../../x"], "The selection could not be read."),
            ("check", &many[..], "Too many systems are selected. Select at most 1,000."),
        ] {
            let refused = press(&mona, action, keys).await.expect(422);
            assert!(refused.says(said), "{action}: {}", refused.told());
            assert_eq!(refused.attributes("main a", "href")[0], "/systems", "{}", refused.told());
        }
        let wim = desk.as_("wim").await;
        let refused = press(&wim, "hold", &[&key(1)]).await.expect(403);
        assert!(refused.says("MonitorSystemsApp"), "{}", refused.told());
        assert_eq!(desk.count("bulk_actions"), "0");
        // The list that has the form is offered again.
        mona.get("/systems?group=Finance&sort=name").await.expect(200);
        let refused = mona.submit(POST, &[("do", "check")]).await.expect(422);
        assert_eq!(refused.attributes("main a", "href")[0], "/systems?group=Finance&sort=name");
    }

    /// A thousand systems are one short request; one that is named twice counts once, and the same form is one action.
    async fn a_thousand(desk: Desk) {
        let names: Vec<String> = (0..1_000).map(|number| format!("System {number:03}")).collect();
        let systems: Vec<Box_<'_>> = names.iter().map(|name| new(name, "Finance")).collect();
        put(&desk, 0, &systems);
        let mona = desk.as_("mona").await;
        mona.get("/systems").await.expect(200);
        let names: Vec<String> = (0..1_000).chain(0..1_000).map(|number| format!("s.{}", key(number))).collect();
        let mut fields: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "on")).collect();
        fields.push(("do", "release"));
        let first = mona.submit(POST, &fields).await.expect(303);
        mona.get("/systems").await.expect(200);
        let other = mona.submit(POST, &fields).await.expect(303);
        assert_ne!(other.location(), first.location());
        let twice = mona.submit(POST, &fields).await;
        assert_eq!(twice.expect(303).location(), other.location(), "a double click is one action");
        assert_eq!((desk.count("bulk_actions"), desk.count("bulk_items")), ("2".to_owned(), "2000".to_owned()));
        let page = mona.get(first.location()).await.expect(200);
        assert_eq!((in_short(&page).as_str(), rows(&page).len()), ("1,000 waiting.", 1_000));
        desk.sql("DELETE FROM bulk_actions");
        assert_eq!(desk.count("bulk_items"), "0");
    }

    /// Several processes carry an item out once.
    async fn an_item_is_done_once(desk: Desk) {
        fill(&desk);
        let mona = desk.as_("mona").await;
        press(&mona, "check", &[&key(1)]).await.expect(303);
        let item: i64 = desk.texts("SELECT CAST(id AS TEXT) AS value FROM bulk_items").concat().parse().expect("a number");
        let (store, by): (_, Internal) = (&desk.context.store, worker());
        let once = async || carry_out(store, by, BulkItemId(item)).await.expect("it works");
        let done = tokio::join!(once(), once(), once());
        assert_eq!([done.0, done.1, done.2].iter().filter(|done| **done).count(), 1);
        assert!(!once().await);
        assert_eq!(audited(&desk, "system.check").len(), 1);
    }

    /// Only the person who asked reads the results, and for a day.
    async fn results_are_private_and_kept_for_a_day(desk: Desk) {
        fill(&desk);
        let (mona, ada) = (desk.as_("mona").await, desk.as_("ada").await);
        let stored = press(&mona, "release", &[&key(1)]).await.expect(303);
        ada.get(stored.location()).await.expect(404);
        mona.get(stored.location()).await.expect(200);
        desk.upkeep_after(0).await;
        mona.get(stored.location()).await.expect(200);
        desk.upkeep_after(1).await;
        mona.get(stored.location()).await.expect(404);
        assert_eq!((desk.count("bulk_actions"), desk.count("bulk_items")), ("0".to_owned(), "0".to_owned()));
    }

    /// The list offers what its reader may do somewhere, and has no check boxes without that or while it refreshes.
    async fn the_list_offers_what_its_reader_may_do(desk: Desk) {
        fill(&desk);
        for (person, offered) in [
            ("mona", vec!["synchronize", "check", "hold", "release"]),
            ("wim", vec!["check"]),
            ("sven", vec!["check", "hold", "release"]),
        ] {
            let list = desk.as_(person).await.get("/systems").await.expect(200);
            assert_eq!(list.attributes("form#bulk button", "value"), offered, "{person}");
            let boxes = list.attributes("tbody input[type=checkbox][form=bulk]", "name");
            assert_eq!(boxes.len(), shelf::names(&list).len());
            assert!(boxes.contains(&format!("s.{}", key(1))), "{boxes:?}");
        }
        desk.leaves_work();
        let mona = desk.as_("mona").await;
        press(&mona, "synchronize", &[&key(1)]).await.expect(303);
        desk.step().await;
        let busy = mona.get("/systems?refresh=on").await.expect(200);
        assert_eq!((busy.header("refresh"), busy.texts("form#bulk").len()), ("10", 0), "{}", busy.told());
    }
}
