//! Saving leads to the page of the connection check, which refreshes until the result is known.

use std::time::Duration;

use syncdesk::domain::cadence::Cadence;
use syncdesk::domain::run::CheckTrigger;
use syncdesk::store::checks::{Check, CheckResult, claim_next, finish};
use syncdesk::store::{Store, StoreError};

use crate::database::both_databases;
use crate::desk::{Desk, Tree};
use crate::proofs::worker;
use crate::visitor::{Answer, Visitor};

async fn claimed(store: &Store) -> Check {
    let claim = |db: &mut syncdesk::store::Db| claim_next(db, worker(), CheckTrigger::Manual, Duration::from_mins(1));
    store.write(claim).await.expect("the queue is read").expect("a check waits")
}

async fn end(store: &Store, check: Check) -> Result<(), StoreError> {
    let outcome = CheckResult { ok: true, stage: None, code: None, detail: None, took: Duration::from_millis(5) };
    store.write(move |db| finish(db, &check, &outcome, &Cadence::default())).await
}

/// Saves the form with a change; where it leads.
async fn save(ada: &Visitor, tree: &Tree, change: (&str, &str)) -> Answer {
    let edit = format!("{}/edit", tree.page());
    ada.get(&edit).await.expect(200);
    ada.submit(&edit, &[change]).await.expect(303)
}

/// The page of a check that has not ended.
async fn checking(ada: &Visitor, saved: &Answer) -> Answer {
    let page = ada.get(saved.location()).await.expect(200);
    assert_eq!((page.text("h1").as_str(), page.header("refresh")), ("Connection check", "2"), "{}", page.told());
    assert!(page.text(".head .st").contains("Checking…"), "{}", page.told());
    assert!(page.attributes("main input:not([type=hidden])", "name").is_empty());
    page
}

both_databases! {
    /// A new system is checked immediately, and saving leads to the result.
    async fn a_new_system(desk: Desk) {
        let tree = desk.saved_system("Finance", "Reports").await;
        let ada = desk.as_("ada").await;
        let location = format!("{}?check=1", tree.page());
        let page = ada.get(&location).await.expect(200);
        assert!(page.header("refresh") == "2" && page.says("System saved."), "{}", page.told());
        assert!(page.says("Checking…") && page.says("Requested by ada") && page.says("waiting for a free worker"), "{}", page.told());
        let stop = page.attributes("p.refresh a", "href").concat();
        assert_eq!(stop, format!("{}/checks/1?refresh=off", tree.page()));
        assert_eq!(ada.get(&stop).await.expect(200).header("refresh"), "");
        // The page of the system says the same, and refreshes as well.
        let system = ada.get(&tree.page()).await.expect(200);
        assert_eq!(system.header("refresh"), "5");
        let tile = system.text("[aria-labelledby=connection]");
        assert!(tile.contains("Checking…") && !tile.contains("Not checked") && !tile.contains("Next check"), "{tile}");
        let store = &desk.context.store;
        end(store, claimed(store).await).await.expect("it ends");
        for path in [&location, &tree.page()] {
            let page = ada.get(path).await.expect(200);
            assert!(page.header("refresh").is_empty() && page.says("OK") && !page.says("Checking"), "{}", page.told());
        }
    }

    /// A changed system is checked again: an earlier result says nothing about new settings.
    async fn a_changed_system(desk: Desk) {
        let tree = desk.saved_system("Finance", "Reports").await;
        let (ada, store) = (desk.as_("ada").await, &desk.context.store);
        end(store, claimed(store).await).await.expect("the first check");
        for (number, change) in [(2, ("settings.transfers", "8")), (3, ("name", "Renamed"))] {
            let saved = save(&ada, &tree, change).await;
            assert_eq!(saved.location(), format!("{}?check={number}", tree.page()));
            assert!(checking(&ada, &saved).await.says("System saved."));
            end(store, claimed(store).await).await.expect("it ends");
            let page = ada.get(saved.location()).await.expect(200);
            assert!(page.header("refresh").is_empty() && page.text(".head .st").contains("OK"), "{}", page.told());
        }
    }

    /// A check that is in process reads the old settings: it starts over, and its result is discarded.
    async fn while_a_check_is_in_process(desk: Desk) {
        let tree = desk.saved_system("Finance", "Reports").await;
        let (ada, store) = (desk.as_("ada").await, &desk.context.store);
        let old = claimed(store).await;
        let saved = save(&ada, &tree, ("settings.transfers", "8")).await;
        assert_eq!(saved.location(), format!("{}?check=1", tree.page()));
        assert!(matches!(end(store, old).await, Err(StoreError::Fenced)), "it knew the old settings");
        checking(&ada, &saved).await;
        end(store, claimed(store).await).await.expect("it ends");
        assert!(ada.get(saved.location()).await.expect(200).text(".head .st").contains("OK"));
    }

    /// A system on hold is checked only when a person requests it.
    async fn on_hold(desk: Desk) {
        let tree = desk.saved_system("Finance", "Reports").await;
        let (ada, store) = (desk.as_("ada").await, &desk.context.store);
        end(store, claimed(store).await).await.expect("the first check");
        let hold = format!("{}/hold", tree.page());
        ada.get(&hold).await.expect(200);
        ada.submit(&hold, &[("reason", "Repairs.")]).await.expect(303);
        let saved = save(&ada, &tree, ("settings.transfers", "8")).await;
        assert_eq!(saved.location(), tree.page());
        let page = ada.follow(saved).await.expect(200);
        assert!(page.says("System saved. It is on hold: use Check connection to test the new settings."), "{}", page.told());
        let asked = ada.submit(&format!("{}/check", tree.page()), &[]).await.expect(303);
        let check = ada.get(asked.location()).await.expect(200);
        assert!(check.header("refresh") == "2" && check.says("The system is on hold."), "{}", check.told());
        end(store, claimed(store).await).await.expect("it ends");
        let ended = ada.get(asked.location()).await.expect(200);
        assert!(ended.text(".head .st").contains("OK"), "{}", ended.told());
        let planned = "SELECT 'x' AS value FROM watches WHERE next_check IS NOT NULL OR next_change_at IS NOT NULL";
        assert_eq!(desk.texts(planned), [""; 0], "no next check");
        assert_eq!(desk.texts("SELECT 'x' AS value FROM runs"), [""; 0], "no run");
    }
}
