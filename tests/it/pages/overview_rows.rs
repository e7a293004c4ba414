//! What the overview shows beside the systems that need somebody: hours, today's runs, ages, due times and turns.

use std::sync::Arc;
use std::time::Duration;

use syncdesk::clock::{Clock, FixedClock, SystemClock};
use syncdesk::domain::run::Trigger;
use syncdesk::sync::scheduler;
use tokio_util::sync::CancellationToken;

use crate::database::{Database, Fixture, both_databases};
use crate::desk::{Desk, Tree};
use crate::systems::shelf::{Box_, key, new, put};
use crate::visitor::{Answer, Visitor};

const HOUR_US: i64 = 3_600_000_000;

/// A desk at half past noon, by its own clock and that of the database: neither an hour nor a day ends during the test.
struct Noon {
    desk: Desk,
    clock: Arc<FixedClock>,
}

impl Fixture for Noon {
    async fn on(database: Database) -> Self {
        let now = SystemClock.now();
        let wait = (36 * HOUR_US + HOUR_US / 2 - now.0.rem_euclid(24 * HOUR_US)).rem_euclid(24 * HOUR_US);
        let wait = Duration::from_micros(wait.unsigned_abs());
        let clock = Arc::new(FixedClock::at(now.plus(wait)));
        let desk = Desk::with(database, &[], clock.clone()).await;
        desk.context.store.advance(wait);
        Self { desk, clock }
    }
}

impl Noon {
    fn pass(&self, span: Duration) {
        self.clock.advance(span);
        self.desk.context.store.advance(span);
    }
}

/// A system with a run that completed and one that failed.
async fn failing(desk: &Desk, group: &str, name: &str) -> Tree {
    let tree = desk.files_system(group, name).await;
    desk.synchronize(&tree).await;
    std::fs::remove_dir_all(&tree.source).expect("the source goes");
    desk.synchronize(&tree).await;
    desk.leaves_work();
    tree
}

fn rows(page: &Answer) -> Vec<String> {
    page.texts(".heat tbody th a")
}

/// How many runs the page of logs at each of these addresses shows.
async fn found(reader: &Visitor, addresses: &[String]) -> Vec<usize> {
    let mut found = Vec::new();
    for address in addresses {
        found.push(reader.get(address).await.expect(200).texts("tbody tr").len());
    }
    found
}

both_databases! {
    /// A cell is an hour with its worst result, and leads to the runs of that hour; the worst day comes first.
    async fn hours_lead_to_their_runs(noon: Noon) {
        let desk = &noon.desk;
        failing(desk, "Finance", "Reports").await;
        let fine = desk.files_system("Finance", "Archive").await;
        desk.synchronize(&fine).await;
        let mona = desk.as_("mona").await;
        let page = mona.get("/overview").await.expect(200);
        assert_eq!(rows(&page), ["Reports", "Archive"], "{}", page.told());
        assert_eq!(page.texts(".heat td:last-child"), ["1 of 2 runs", "1 run"]);
        assert_eq!(page.texts(".heat td .vh"), ["1 h with errors", "1 h completed"]);
        assert_eq!(page.attributes(".heat svg rect", "class"), ["f-err", "f-calm"]);
        let cells = page.attributes(".heat svg a", "href");
        assert_eq!(found(&mona, &cells).await, [2, 1], "{cells:?}");
        assert_eq!(found(&mona, &page.attributes(".heat td:last-child a", "href")).await, [2, 1]);
        // Without the right to read logs nothing leads there, and nobody sees another group.
        let wim = desk.as_("wim").await.get("/overview").await.expect(200);
        assert_eq!((rows(&wim).len(), wim.attributes("main a[href^='/logs']", "href").len()), (2, 0));
        assert!(rows(&desk.as_("dora").await.get("/overview").await.expect(200)).is_empty());
    }

    /// Today's runs by result, each number with a link to the runs that it counts; of a system that moves, too.
    async fn runs_of_today(noon: Noon) {
        let desk = &noon.desk;
        let tree = failing(desk, "Finance", "Reports").await;
        let canceled = desk.run_of(&tree).queue();
        let ada = desk.as_("ada").await;
        ada.get(&format!("{}/cancel", tree.run(3))).await.expect(200);
        ada.submit(&format!("{}/cancel", tree.run(3)), &[]).await.expect(303);
        assert!(canceled.0 > 0);
        let today = "section[aria-labelledby=today]";
        for (person, numbers) in [("ada", vec!["1", "1", "1"]), ("mona", vec!["1", "1", "1"]), ("dora", vec![])] {
            let reader = desk.as_(person).await;
            let page = reader.get("/overview").await.expect(200);
            assert_eq!(page.texts(&format!("{today} b")), numbers, "{person}: {}", page.told());
            let links = page.attributes(&format!("{today} li a"), "href");
            assert_eq!(found(&reader, &links).await, vec![1; numbers.len()], "{person}: {links:?}");
        }
        ada.get(&format!("{}/edit", tree.page())).await.expect(200);
        let sales = desk.root("Sales").display().to_string();
        let (from, to) = (format!("{sales}/in"), format!("{sales}/out"));
        let moved = [("group", "Sales"), ("settings.source_path", from.as_str()), ("settings.destination_path", to.as_str())];
        ada.submit(&format!("{}/edit", tree.page()), &moved).await.expect(303);
        for (person, numbers) in [("mona", 0), ("dora", 3)] {
            let page = desk.as_(person).await.get("/overview").await.expect(200);
            assert_eq!(page.texts(&format!("{today} b")).len(), numbers, "{person}: {}", page.told());
        }
    }

    /// Bad hours pass with time, and a deleted system has none.
    async fn bad_hours_pass(noon: Noon) {
        let desk = &noon.desk;
        let tree = failing(desk, "Finance", "Reports").await;
        let ranks = || desk.texts("SELECT CAST(day_rank AS TEXT) AS value FROM systems");
        assert_eq!(ranks(), ["-100"]);
        let engine = desk.context.engine(Arc::default(), CancellationToken::new());
        noon.pass(Duration::from_hours(23));
        scheduler::tick(&engine).await.expect("time passes");
        assert_eq!(ranks(), ["-100"]);
        noon.pass(Duration::from_hours(1));
        scheduler::tick(&engine).await.expect("time passes");
        assert_eq!(ranks(), ["0"]);
        // The earlier session has ended.
        let ada = desk.signed_in("ada").await;
        assert_eq!(ada.get("/overview").await.expect(200).texts(".heat td:last-child"), ["no runs"]);
        ada.get(&format!("{}/delete", tree.page())).await.expect(200);
        ada.submit(&format!("{}/delete", tree.page()), &[("confirm", "Reports")]).await.expect(303);
        assert_eq!(desk.count("run_hours"), "0");
    }

    /// At most twenty days, the worst first, whether they are all in one group or in several.
    async fn the_worst_twenty(desk: Desk) {
        let names: Vec<String> = (10..40).map(|number| format!("System {number}")).collect();
        let groups = ["Finance", "Sales", "General"];
        let all: Vec<Box_<'_>> = names.iter().zip(groups.iter().cycle()).map(|(name, group)| new(name, group)).collect();
        put(&desk, 1, &all);
        desk.sql("UPDATE systems SET day_rank = -id WHERE name IN ('System 34', 'System 35', 'System 36')");
        desk.add_person("two", "Watcher", Some("Finance")).await;
        desk.assign("two", "Watcher", "Sales");
        let ada = rows(&desk.as_("ada").await.get("/overview").await.expect(200));
        assert_eq!((ada.len(), &ada[..3]), (20, &["System 36", "System 35", "System 34"].map(str::to_owned)[..]));
        let two = rows(&desk.as_("two").await.get("/overview").await.expect(200));
        assert_eq!((two.len(), &two[..3]), (20, &["System 35", "System 34", "System 10"].map(str::to_owned)[..]));
    }

    /// The next ten by their time, without those on hold and paused; and who comes first to the end of its limit.
    async fn what_is_due_next(noon: Noon) {
        let (desk, now) = (&noon.desk, noon.clock.now());
        let names: Vec<String> = (10..24).map(|number| format!("System {number}")).collect();
        put(desk, 1, &names.iter().map(|name| new(name, "Finance")).collect::<Vec<_>>());
        put(desk, 30, &[new("Shop", "Sales")]);
        desk.sql(&format!(
            "UPDATE systems SET next_due = {now} + 60000000 * (100 - id), success_due = {now} + {HOUR_US} * (20 - id) WHERE name LIKE 'System %';
             UPDATE watches SET fresh_from = {now} - {HOUR_US};
             UPDATE systems SET hold_since = 1 WHERE name = 'System 23'; UPDATE systems SET paused_since = 1 WHERE name = 'System 22'",
            now = now.0,
        ));
        let mona = desk.as_("mona").await.get("/overview").await.expect(200);
        let due = mona.texts("section[aria-labelledby=due] a");
        assert_eq!((due.len(), due[0].as_str(), due[9].as_str()), (10, "System 21", "System 12"), "{}", mona.told());
        let ages = mona.texts("section[aria-labelledby=ages] a");
        assert_eq!(ages, ["System 23", "System 22", "System 21", "System 20", "System 19"], "{}", mona.told());
        assert!(mona.texts("section[aria-labelledby=ages] li")[0].contains("of 7"), "{}", mona.told());
        assert!(!desk.as_("dora").await.get("/overview").await.expect(200).says("Next due"));
    }

    /// Retries and paused systems recover on their own; what became OK is named with how long it was not.
    async fn what_recovers_and_what_did(noon: Noon) {
        let desk = &noon.desk;
        let tree = failing(desk, "Finance", "Reports").await;
        std::fs::create_dir_all(&tree.source).expect("the source comes back");
        noon.pass(Duration::from_mins(3));
        desk.synchronize(&tree).await;
        put(desk, 1, &[Box_ { overall: "error", ..new("Ledger", "Finance") }, new("Shop", "Sales")]);
        let later = noon.clock.now().plus(Duration::from_mins(10));
        desk.run_of(&tree).trigger(Trigger::Retry).attempt(2).not_before(later).queue();
        desk.sql(&format!(
            "UPDATE systems SET paused_since = 1 WHERE key = '{}'; UPDATE systems SET paused_since = 2 WHERE key = '{}'",
            key(1),
            key(2)
        ));
        let page = desk.as_("mona").await.get("/overview").await.expect(200);
        let recovering = page.texts("section[aria-labelledby=recovering] li");
        assert_eq!(recovering.len(), 2, "{}", page.told());
        assert!(recovering[0].starts_with("Retrying Reports Run 4 is attempt 2 of ") && recovering[0].ends_with("in 10 min"), "{recovering:?}");
        assert!(recovering[1].starts_with("Paused Ledger Runs resume"), "{recovering:?}");
        let resolved = page.texts("section[aria-labelledby=resolved] li");
        assert_eq!(resolved.len(), 1, "{}", page.told());
        assert!(resolved[0].starts_with("OK Reports Errors for ") && resolved[0].contains("min"), "{resolved:?}");
        assert!(!desk.as_("dora").await.get("/overview").await.expect(200).says("Resolved since"));
        // What is bad again is not resolved.
        std::fs::remove_dir_all(&tree.source).expect("the source goes again");
        noon.pass(Duration::from_mins(30));
        desk.work().await;
        desk.leaves_work();
        assert!(!desk.as_("mona").await.get("/overview").await.expect(200).says("Resolved since"));
    }

    /// Errors come before warnings; what the page has no room for is a link. The navigation counts both, on every page.
    async fn more_than_it_names(desk: Desk) {
        let names: Vec<String> = (10..35).map(|number| format!("System {number}")).collect();
        let all: Vec<Box_<'_>> = names.iter().map(|name| Box_ { overall: "error", ..new(name, "Finance") }).collect();
        put(&desk, 1, &all);
        put(&desk, 50, &[Box_ { overall: "warning", ..new("Archive", "Finance") }]);
        let mona = desk.as_("mona").await;
        let page = mona.get("/overview").await.expect(200);
        assert_eq!(page.texts("section[aria-labelledby=error] li").len(), 20);
        assert_eq!(page.text("section[aria-labelledby=error] .strip-note"), "5 more");
        assert_eq!(page.attributes("section[aria-labelledby=error] .strip-note a", "href"), ["/systems?status=error"]);
        assert!(page.texts("section[aria-labelledby=warning] li").is_empty());
        for path in ["/overview", "/systems", "/account", "/nowhere"] {
            assert_eq!(mona.get(path).await.texts(".nav b"), ["26 need attention"], "{path}");
        }
        assert!(desk.as_("dora").await.get("/help").await.expect(200).texts(".nav b").is_empty());
    }

    /// A theme belongs to the account; without one the device decides.
    async fn theme_of_an_account(desk: Desk) {
        let wim = desk.as_("wim").await;
        for (word, theme) in [("dark", vec!["dark"]), ("light", vec!["light"]), ("", vec![])] {
            wim.get("/account").await.expect(200);
            wim.submit("/account/theme", &[("theme", word)]).await.expect(303);
            assert_eq!(wim.get("/overview").await.expect(200).attributes("html", "data-theme"), theme);
            let chosen = wim.get("/account").await.expect(200).attributes("option[selected]", "value");
            assert!(chosen.contains(&word.to_owned()), "{chosen:?}");
        }
        let refused = wim.submit("/account/theme", &[("theme", "pink")]).await.expect(422);
        assert!(refused.says("Choose one from the list."), "{}", refused.told());
    }
}
