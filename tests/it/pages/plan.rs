//! The plan that the brake stopped: what its page lists, and what confirming it does, over HTTP.

use std::sync::Arc;
use std::time::Duration;

use syncdesk::clock::{Clock, FixedClock, SystemClock};
use syncdesk::domain::message::{Category, Message, Operation};
use syncdesk::ops::maintenance;
use syncdesk::store::messages;
use syncdesk::store::runs::{self, Ending};

use crate::database::{Database, Fixture, both_databases};
use crate::desk::{Desk, Tree};
use crate::proofs::worker;
use crate::visitor::Answer;

/// A mirror whose destination has files that the source has not.
async fn braked(desk: &Desk, old: usize) -> Tree {
    let tree = desk.files_system_with("Finance", "Mirror", &[("settings.mode", "mirror")]).await;
    std::fs::create_dir(tree.destination.join("old")).expect("a folder");
    for number in 0..old {
        std::fs::write(tree.destination.join(format!("old/{number:03}.txt")), "old").expect("a file");
    }
    let (run, page) = desk.synchronize(&tree).await;
    assert!(run == 1 && page.says("FILE-BRAKE"), "{}", page.told());
    tree
}

fn plan(tree: &Tree, run: u64) -> String {
    format!("{}/plan", tree.run(run))
}

fn digest(page: &Answer) -> String {
    page.text("code.digest")
}

/// A run that the brake stopped before its only deletion; its plan has this letter as its digest.
fn brakes(desk: &Desk, tree: &Tree, letter: &str) {
    desk.brake(&desk.run_of(tree).start(), letter);
}

/// How many files are left at the destination.
fn left(tree: &Tree) -> usize {
    std::fs::read_dir(tree.destination.join("old")).map_or(0, Iterator::count)
}

/// The clock stands still until it is moved, and nobody works: the plan is put there.
struct Still {
    desk: Desk,
    tree: Tree,
    clock: Arc<FixedClock>,
}

impl Fixture for Still {
    async fn on(database: Database) -> Self {
        let clock = Arc::new(FixedClock::at(SystemClock.now()));
        let desk = Desk::with(database, &["--session-idle-hours=48", "--session-hours=48"], clock.clone()).await;
        let tree = desk.files_system_with("Finance", "Mirror", &[("settings.mode", "mirror")]).await;
        brakes(&desk, &tree, "d");
        Self { desk, tree, clock }
    }
}

both_databases! {
    /// Why, how many of how many, the digest, until when; and each deletion, page by page.
    async fn what_its_page_lists(desk: Desk) {
        let tree = braked(&desk, 130).await;
        let mona = desk.as_("mona").await;
        let run = mona.get(&tree.run(1)).await.expect(200);
        assert!(run.attributes(".acts a", "href").contains(&plan(&tree, 1)), "{}", run.told());
        for page in ["/overview", "/systems"] {
            let offered = mona.get(page).await.attributes("main a.small", "href");
            assert_eq!(offered, [plan(&tree, 1)], "{page} offers the one thing that helps");
        }
        let first = mona.get(&plan(&tree, 1)).await.expect(200);
        let kept = desk.texts("SELECT digest AS value FROM braked_plans");
        assert_eq!(kept, [digest(&first)]);
        assert_eq!(kept[0].len(), 64);
        assert_eq!(first.attributes("main form input[name=digest]", "value"), kept);
        let total = desk.texts("SELECT CAST(deletions AS TEXT) AS value FROM braked_plans").concat();
        assert_eq!(total, "131", "130 files and their folder");
        let facts = first.texts(".pad dl > div");
        assert!(facts[0].starts_with("Deletions 131 of 13") && facts[0].contains(" items at the destination · "), "{facts:?}");
        let main = first.text("main");
        assert_eq!((main.matches("131 of").count(), main.matches("othing has been deleted").count()), (1, 0), "each fact once: {main}");
        assert!(facts[2].starts_with("Can be confirmed until") && facts[2].ends_with("in 24 h"), "{facts:?}");
        let (mut listed, mut page) = (Vec::new(), first);
        loop {
            listed.extend(page.texts("section[aria-labelledby=deletions] tbody td"));
            let next = page.attributes("div.pag a[rel=next]", "href");
            let Some(next) = next.first() else { break };
            page = mona.get(next).await.expect(200);
        }
        let files = (0..130).map(|number| format!("old/{number:03}.txt"));
        let mut expected: Vec<String> = files.chain(["old".to_owned()]).collect();
        expected.sort();
        let mut names: Vec<String> = listed.iter().map(|name| name.trim_end_matches('/').to_owned()).collect();
        names.sort();
        assert_eq!(names, expected);
        assert_eq!(left(&tree), 130, "nothing has been deleted");
    }

    /// A file that was written since the plan was made is not deleted: the run stops again, and says why.
    async fn a_changed_file_stops_a_confirmed_plan(desk: Desk) {
        let (tree, mona) = (braked(&desk, 12).await, desk.as_("mona").await);
        std::fs::write(tree.destination.join("old/003.txt"), "worked on since then").expect("a file");
        mona.get(&plan(&tree, 1)).await.expect(200);
        mona.submit(&format!("{}/confirm", plan(&tree, 1)), &[]).await.expect(303);
        let run = desk.ended(&mona, &tree.run(2)).await;
        assert!(run.says("FILE-BRAKE") && run.says("An earlier plan was confirmed, but the files to delete have changed"), "{}", run.told());
        assert_eq!(left(&tree), 12);
    }

    /// A plan belongs to the settings that it was made with.
    async fn changed_settings_outdate_a_plan(desk: Desk) {
        let (tree, ada) = (braked(&desk, 12).await, desk.as_("ada").await);
        let confirm = format!("{}/confirm", plan(&tree, 1));
        let before = ada.get(&plan(&tree, 1)).await.expect(200).form(&confirm).expect("a form");
        let edit = format!("{}/edit", tree.page());
        ada.get(&edit).await.expect(200);
        ada.submit(&edit, &[("settings.mode", "copy")]).await.expect(303);
        let page = ada.get(&plan(&tree, 1)).await.expect(200);
        assert!(page.says("Outdated") && page.form(&confirm).is_none(), "{}", page.told());
        let fields: Vec<(&str, &str)> = before.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let refused = ada.post_form(&confirm, &fields.into_iter().filter(|field| field.0 != "csrf").collect::<Vec<_>>()).await.expect(409);
        assert!(refused.says("The settings of the system have changed since this plan was made."), "{}", refused.told());
        assert_eq!(left(&tree), 12);
    }

    /// While the system is on hold, the page says what to do first.
    async fn on_hold_it_cannot_be_confirmed(desk: Desk) {
        let (tree, mona) = (braked(&desk, 12).await, desk.as_("mona").await);
        mona.get(&format!("{}/hold", tree.page())).await.expect(200);
        mona.submit(&format!("{}/hold", tree.page()), &[("reason", "Repairs.")]).await.expect(303);
        let page = mona.get(&plan(&tree, 1)).await.expect(200);
        assert!(page.says("Release it , then confirm this plan."), "{}", page.told());
        assert!(page.form(&format!("{}/confirm", plan(&tree, 1))).is_none());
        mona.get(&tree.page()).await.expect(200);
        let released = mona.submit(&format!("{}/release", tree.page()), &[]).await.expect(303);
        let page = mona.follow(released).await;
        assert!(page.says("System released. It has no schedule"), "{}", page.told());
        assert!(mona.get(&plan(&tree, 1)).await.form(&format!("{}/confirm", plan(&tree, 1))).is_some());
    }

    async fn confirmed_it_is_carried_out_once(desk: Desk) {
        let (tree, mona) = (braked(&desk, 12).await, desk.as_("mona").await);
        let (page, confirm) = (plan(&tree, 1), format!("{}/confirm", plan(&tree, 1)));
        mona.get(&page).await.expect(200);
        let wrong = mona.submit(&confirm, &[("digest", &"0".repeat(64))]).await.expect(409);
        assert!(wrong.says("was already confirmed. Synchronize again to get a new plan."), "{}", wrong.told());
        mona.get(&page).await.expect(200);
        let done = mona.submit(&confirm, &[]).await.expect(303);
        assert_eq!(done.location(), tree.run(2));
        let run = mona.follow(done).await.expect(200);
        assert!(run.says("Confirmed. Run 2 executes the plan.") && run.says("Confirmed plan, mona"), "{}", run.told());
        let run = desk.ended(&mona, &tree.run(2)).await;
        assert_eq!(run.attributes(".head .st", "class"), ["st ok"], "{}", run.told());
        assert_eq!(left(&tree), 0);
        let after = mona.get(&page).await.expect(200);
        // In the past tense, with the run that did it.
        assert!(after.text(".head .st").contains("Carried out") && after.says(", by mona"), "{}", after.told());
        let notice = after.text(".note.ok");
        assert!(notice.contains("The plan was confirmed, and run 2 executed it. It deleted 13 of 13 items."), "{notice}");
        assert!(after.attributes(".note a", "href").contains(&tree.run(2)), "{}", after.told());
        assert_eq!(after.texts("section[aria-labelledby=deletions] thead th"), ["Deleted"]);
        for lie in ["nothing has been deleted", "Nothing has been deleted", "would delete", "Is this intended?"] {
            assert!(!after.says(lie), "{lie}: {}", after.told());
        }
        assert!(after.form(&confirm).is_none(), "{}", after.told());
        let twice = mona.post_form(&confirm, &[("digest", &digest(&after))]).await.expect(409);
        assert!(twice.says("was already confirmed"), "{}", twice.told());
        assert_eq!(desk.texts("SELECT CAST(count(*) AS TEXT) AS value FROM runs"), ["2"]);
    }

    /// An unmounted source looks like an empty one: what was confirmed is deleted, and the run still fails.
    async fn its_source_is_missing(desk: Desk) {
        let (tree, mona) = (braked(&desk, 12).await, desk.as_("mona").await);
        std::fs::remove_dir_all(&tree.source).expect("the source is removed");
        mona.get(&plan(&tree, 1)).await.expect(200);
        mona.submit(&format!("{}/confirm", plan(&tree, 1)), &[]).await.expect(303);
        let run = desk.ended(&mona, &tree.run(2)).await;
        assert!(run.says("FILE-SOURCE-MISSING"), "{}", run.told());
        assert_eq!((run.attributes(".head .st", "class"), left(&tree)), (vec!["st err".to_owned()], 0), "{}", run.told());
    }

    /// What the person saw is not what would happen: nothing is deleted, and the new plan is shown.
    async fn one_that_changed_brakes_again(desk: Desk) {
        let (tree, mona) = (braked(&desk, 12).await, desk.as_("mona").await);
        let seen = digest(&mona.get(&plan(&tree, 1)).await.expect(200));
        std::fs::write(tree.destination.join("old/one more.txt"), "old").expect("a file");
        mona.submit(&format!("{}/confirm", plan(&tree, 1)), &[]).await.expect(303);
        let run = desk.ended(&mona, &tree.run(2)).await;
        assert!(run.says("FILE-BRAKE") || run.says("brake stopped"), "{}", run.told());
        assert_eq!(left(&tree), 13);
        let again = mona.get(&plan(&tree, 2)).await.expect(200);
        assert_ne!(digest(&again), seen);
        assert!(again.says("old/one more.txt") && again.says("Awaiting confirmation"), "{}", again.told());
        // The first plan was confirmed, and nothing of it was carried out.
        let first = mona.get(&plan(&tree, 1)).await.expect(200);
        assert!(first.text(".head .st").contains("Confirmed, not executed"), "{}", first.told());
        assert!(first.says("but the plan of run 2 was different. That run stopped before its first deletion."), "{}", first.told());
        assert!(first.attributes("main a", "href").contains(&plan(&tree, 2)) && !first.says("It deleted"), "{}", first.told());
    }

    /// A later plan, and a later run that needed none.
    async fn it_is_replaced_or_outdated(still: Still) {
        let Still { desk, tree, clock: _ } = still;
        let mona = desk.as_("mona").await;
        let state = async || {
            let page = mona.get(&plan(&tree, 1)).await.expect(200);
            (page.text(".head .st").trim_start_matches(['!', '○', ' ']).to_owned(), page)
        };
        // The same plan once more: this one can still be confirmed.
        brakes(&desk, &tree, "d");
        let (word, page) = state().await;
        assert!(word == "Awaiting confirmation" && page.form(&format!("{}/confirm", plan(&tree, 1))).is_some(), "{}", page.told());
        brakes(&desk, &tree, "e");
        let (word, page) = state().await;
        assert!(word == "Replaced" && page.says("The later run 3 made another plan. This one deleted nothing."), "{}", page.told());
        assert!(page.attributes("main a", "href").contains(&plan(&tree, 3)), "{}", page.told());
        assert!(page.form(&format!("{}/confirm", plan(&tree, 1))).is_none(), "{}", page.told());
        desk.sql("DELETE FROM braked_plans WHERE run_id = (SELECT id FROM runs WHERE no = 3)");
        desk.run_of(&tree).end(&Ending::Whole);
        let (word, page) = state().await;
        assert!(word == "Outdated" && page.says("The later run 4 completed without confirmation."), "{}", page.told());
        assert!(page.attributes("main a", "href").contains(&tree.run(4)), "{}", page.told());
    }

    /// While its run waits, runs, is canceled or fails, the page says how far it got.
    async fn while_it_is_carried_out(still: Still) {
        let Still { desk, tree, clock } = still;
        let (mona, now) = (desk.as_("mona").await, clock.now().0);
        desk.sql(&format!("UPDATE braked_plans SET confirmed_at = {now}, confirmed_by = 'mona', deletions = 40"));
        let run = desk.run_of(&tree).confirmed(&"d".repeat(64)).queue();
        let says = async |words: &str| {
            let page = mona.get(&plan(&tree, 1)).await.expect(200);
            assert!(page.says(words), "{words}: {}", page.told());
            assert!(page.attributes(".note a", "href").contains(&tree.run(2)), "{}", page.told());
        };
        says("run 2 will execute it. Nothing has been deleted yet.").await;
        let claim = desk.start(run);
        let deleted = |number| Message::of_item(Category::Success, "FILE-DELETED", Operation::Delete, "file", format!("{number}"));
        let batch: Vec<_> = (0..12).map(|number| (clock.now(), deleted(number))).collect();
        desk.write(|db| messages::append(db, &claim, &batch));
        says("run 2 is executing it: 12 of 40 items deleted so far.").await;
        desk.write(|db| runs::finish(db, &claim, &Ending::Canceled, None));
        says("run 2 was canceled. It deleted 12 of 40 items.").await;
        desk.sql("UPDATE runs SET result = 'error', end_reason = 'failed' WHERE no = 2");
        says("run 2 ended with an error. It deleted 12 of 40 items.").await;
        desk.sql("UPDATE runs SET result = 'completed_with_warnings', end_reason = NULL WHERE no = 2");
        says("run 2 executed it. It deleted 12 of 40 items.").await;
    }

    /// On hold nothing is planned: a confirmation neither.
    async fn on_hold_it_is_not_confirmed(still: Still) {
        let Still { desk, tree, clock: _ } = still;
        let (mona, confirm) = (desk.as_("mona").await, format!("{}/confirm", plan(&tree, 1)));
        mona.get(&plan(&tree, 1)).await.expect(200);
        desk.sql("UPDATE systems SET hold_since = 1, hold_reason = 'Repairs.', hold_by = 'mona'");
        let refused = mona.submit(&confirm, &[]).await.expect(409);
        assert!(refused.says("The system is on hold. Release it first."), "{}", refused.told());
        assert_eq!(desk.texts("SELECT CAST(count(*) AS TEXT) AS value FROM runs"), ["1"]);
        assert!(desk.texts("SELECT confirmed_by AS value FROM braked_plans WHERE confirmed_by IS NOT NULL").is_empty());
    }

    /// The run that waits was not asked to delete anything: it is not the one that was confirmed.
    async fn behind_a_queued_run_it_is_not_confirmed(still: Still) {
        let Still { desk, tree, clock: _ } = still;
        let (mona, confirm) = (desk.as_("mona").await, format!("{}/confirm", plan(&tree, 1)));
        desk.queue_run(&mona, &tree).await;
        mona.get(&plan(&tree, 1)).await.expect(200);
        let refused = mona.submit(&confirm, &[]).await.expect(409);
        assert!(refused.says("Run 2 is already queued."), "{}", refused.told());
        assert!(desk.texts("SELECT confirmed_by AS value FROM braked_plans WHERE confirmed_by IS NOT NULL").is_empty());
        assert!(desk.texts("SELECT plan_digest AS value FROM runs WHERE plan_digest IS NOT NULL").is_empty());
    }

    /// What a person is to look at stays while it waits; what else was spooled goes.
    async fn upkeep_leaves_its_deletions(still: Still) {
        let Still { desk, tree, clock: _ } = still;
        desk.upkeep_after(0).await;
        assert_eq!(desk.texts("SELECT action AS value FROM plan_steps"), ["delete"]);
        let page = desk.as_("mona").await.get(&plan(&tree, 1)).await.expect(200);
        assert_eq!(page.texts("section[aria-labelledby=deletions] tbody td").len(), 1, "{}", page.told());
        desk.upkeep_after(2).await;
        assert_eq!(desk.count("plan_steps"), "0", "an expired plan goes");
    }

    /// A deletion plan expires after 24 hours.
    async fn it_expires(still: Still) {
        let Still { desk, tree, clock } = still;
        let (mona, page) = (desk.as_("mona").await, plan(&tree, 1));
        let confirm = format!("{page}/confirm");
        let pass = |span: Duration| {
            clock.advance(span);
            desk.context.store.advance(span);
        };
        pass(Duration::from_mins(24 * 60 - 1));
        let open = mona.get(&page).await.expect(200);
        assert!(open.form(&confirm).is_some() && open.says("Awaiting confirmation"), "{}", open.told());
        pass(Duration::from_mins(2));
        let late = mona.submit(&confirm, &[]).await.expect(409);
        assert!(late.says("This plan has expired") && late.says("Synchronize again to get a new plan."), "{}", late.told());
        let over = mona.get(&page).await.expect(200);
        assert!(over.form(&confirm).is_none() && over.text(".head .st").contains("Expired"), "{}", over.told());
        assert_eq!(desk.texts("SELECT CAST(count(*) AS TEXT) AS value FROM runs"), ["1"], "no run was queued");
        assert!(over.says("Nobody confirmed the plan in time. It deleted nothing.") && !over.says("Is this intended?"), "{}", over.told());
        // Maintenance deletes its list; its page still says what became of it.
        let context = &desk.context;
        desk.sql("UPDATE braked_plans SET expires_at = 1");
        maintenance::round(&context.store, &context.vault, &context.config, worker(), clock.now()).await.expect("a round of maintenance");
        assert_eq!(desk.texts("SELECT action AS value FROM plan_steps"), [""; 0]);
        let swept = mona.get(&page).await.expect(200);
        assert!(swept.says("Expired") && swept.says("The list of items is no longer kept."), "{}", swept.told());
        let system = mona.get(&tree.page()).await.expect(200);
        assert!(!system.attributes("main a", "href").contains(&page), "it awaits nobody: {}", system.told());
    }
}
