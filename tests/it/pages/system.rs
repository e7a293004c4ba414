//! The page of a system: its times and tiles say what is so, also before, during and after a run.

use super::gallery::goes_on;
use crate::database::both_databases;
use crate::desk::{self, Desk, RunRows, Tree};
use crate::visitor::{Answer, Visitor, parsed, text_of, timeless};

/// What a tile says: its status first, then each fact as `Term: what`.
fn tile(page: &Answer, name: &str) -> Vec<String> {
    let (html, selector) = (page.html(), parsed(&format!("section[aria-labelledby={name}]")));
    let tile = html.select(&selector).next().expect(name);
    let mut said = vec![tile.select(&parsed(".now")).map(|now| text_of(&now)).collect::<String>()];
    said.extend(tile.select(&parsed("dl > div")).map(|fact| {
        let part = |tag: &str| fact.select(&parsed(tag)).map(|part| text_of(&part)).collect::<String>();
        format!("{}: {}", part("dt"), part("dd"))
    }));
    said
}

/// Whether the tile has exactly these lines, each beginning so; `TIME` is a time of any day.
#[track_caller]
fn says(page: &Answer, name: &str, lines: &[&str]) {
    let said = tile(page, name);
    let said: Vec<String> = said.iter().map(|line| timeless(line)).collect();
    let fit = said.len() == lines.len() && said.iter().zip(lines).all(|(said, line)| said.starts_with(line));
    assert!(fit, "{name}: {said:#?}, not {lines:#?}");
}

/// What one of the four times says.
fn time(page: &Answer, term: &str) -> String {
    let (html, part) = (page.html(), parsed(".times > div"));
    let cell = html.select(&part).map(|cell| text_of(&cell)).find(|cell| cell.starts_with(term));
    cell.unwrap_or_else(|| panic!("no {term}: {}", page.told()))
}

/// Whether one of the four times has these words.
#[track_caller]
fn shows(page: &Answer, term: &str, words: &[&str]) {
    let told = timeless(&time(page, term));
    assert!(words.iter().all(|word| told.contains(word)), "{told}, not {words:?}");
}

/// *Synchronize now*; what is answered.
async fn press(visitor: &Visitor, tree: &Tree) -> String {
    desk::press(visitor, &tree.page()).await.expect(303);
    visitor.get(&tree.page()).await.expect(200).texts(".note").concat()
}

both_databases! {
    async fn before_the_first_run(desk: Desk) {
        let tree = desk.saved_system_with("Finance", "Reports", &[("schedule", "daily"), ("daily_at", "23:00")]).await;
        let page = desk.as_("mona").await.get(&tree.page()).await.expect(200);
        says(&page, "connection", &["Checking…"]);
        shows(&page, "Last attempt", &["None yet", "Open"]);
        shows(&page, "Last success", &["None yet", "limit", "silent from"]);
        shows(&page, "Last check", &["Never"]);
        shows(&page, "Next due", &["in ", "TIME · daily at TIME"]);
        says(&page, "queue", &["Empty", "Consecutive failures: 0", "Retries: up to 4, after temporary errors"]);
        assert!(page.says("No runs yet. Select Synchronize now to start the first run."), "{}", page.told());
        assert!(!page.texts(".acts a").contains(&"Show logs".to_owned()), "there are none");
    }

    /// The page shows the four times of a system, each relative, and exactly beside it.
    async fn after_a_good_run_and_a_check(desk: Desk) {
        let (tree, mona) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await);
        let run = desk.request_run(&mona, &tree).await;
        desk.ended(&mona, &tree.run(run)).await;
        mona.open(&tree.page()).await.expect(200);
        let asked = mona.submit(&format!("{}/check", tree.page()), &[]).await.expect(303);
        desk.ended(&mona, asked.location()).await;
        let page = mona.get(&tree.page()).await.expect(200);
        says(&page, "connection", &["OK Last ", "In this state since: TIME", "Next check: "]);
        shows(&page, "Last attempt", &["Completed TIME", "· run 1 · mona"]);
        shows(&page, "Last success", &["TIME"]);
        shows(&page, "Last check", &["TIME · ", "Last progress TIME"]);
        shows(&page, "Next due", &["No schedule"]);
        let exact = page.attributes(".times > div:first-child time", "datetime");
        assert!(exact.len() == 2 && exact[0] == exact[1], "relative and absolute are the same time: {exact:?}");
        says(&page, "queue", &["Empty", "Consecutive failures: 0", "Retries: "]);
    }

    /// The last success is shown with the limit of its age.
    async fn the_last_success_has_a_limit(desk: Desk) {
        let fields = [("schedule", "every"), ("every_minutes", "60"), ("freshness_hours", "26")];
        let tree = desk.files_system_with("Finance", "Reports", &fields).await;
        desk.synchronize(&tree).await;
        let page = desk.as_("mona").await.get(&tree.page()).await.expect(200);
        shows(&page, "Last success", &["TIME · limit 26 h, silent from"]);
    }

    /// The three answers of *Synchronize now*, and what the queue says then.
    async fn while_a_run_continues(desk: Desk) {
        let (tree, mona) = (desk.saved_system("Finance", "Reports").await, desk.as_("mona").await);
        goes_on(&desk, &tree);
        assert!(press(&mona, &tree).await.contains("Queued as run 2 after run 1."));
        assert!(press(&mona, &tree).await.contains("Run 2 is already queued."));
        let page = mona.get(&tree.page()).await.expect(200);
        assert_eq!(page.header("refresh"), "5");
        shows(&page, "Last attempt", &["In process TIME", "run 1"]);
        shows(&page, "Last success", &["None yet"]);
        shows(&page, "Last progress", &["TIME · 172,473 of 401,002 items"]);
        shows(&page, "Next due", &["No schedule"]);
        says(&page, "queue", &["1 queued", "Queued: run 2 , after run 1, TIME", "Consecutive failures: 0", "Retries: "]);
        let late = desk.context.clock.now().0 - 301_000_000;
        desk.sql(&format!("UPDATE runs SET not_before = {late} WHERE no = 2"));
        let page = mona.get(&tree.page()).await.expect(200);
        says(&page, "queue", &["1 queued 1 delayed", "Queued: run 2 , ", "Consecutive failures: 0", "Retries: "]);
    }

    /// While a run is in process or waits for a worker, its progress and *Cancel* are where *Synchronize now* was.
    async fn progress_and_cancel_replace_synchronize(desk: Desk) {
        let (tree, mona, wim) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await, desk.as_("wim").await);
        let button = format!("{}/synchronize", tree.page());
        assert!(mona.get(&tree.page()).await.expect(200).form(&button).is_some());
        let queued = desk.run_of(&tree).queue();
        let page = mona.get(&tree.page()).await.expect(200);
        assert!(page.form(&button).is_none(), "{}", page.told());
        assert!(page.text("[aria-labelledby=busy-title]").starts_with("Run 1 is queued It starts when a worker is free."), "{}", page.told());
        assert!(page.texts(".acts a").contains(&"Cancel run 1 …".to_owned()), "{}", page.told());
        let claim = desk.start(queued);
        let page = mona.get(&tree.page()).await.expect(200);
        assert!(page.form(&button).is_none(), "{}", page.told());
        assert_eq!((page.texts(".acts progress").len(), page.texts("[aria-labelledby=busy-title] progress").len()), (1, 1));
        let cancel = format!("{}/cancel", tree.run(1));
        for place in [".acts a", "[aria-labelledby=busy-title] a"] {
            assert!(page.attributes(place, "href").contains(&cancel), "{place}: {}", page.told());
        }
        let seen = wim.get(&tree.page()).await.expect(200);
        assert!(seen.texts(".acts progress").len() == 1 && !seen.body.contains(&cancel), "a watcher cannot cancel it");
        desk.write(|db| syncdesk::store::runs::finish(db, &claim, &syncdesk::store::runs::Ending::Whole, None));
        let page = mona.get(&tree.page()).await.expect(200);
        assert!(page.form(&button).is_some() && page.texts("progress").is_empty(), "{}", page.told());
    }

    /// *Show logs* leads to the list of runs.
    async fn show_logs_leads_to_the_runs(desk: Desk) {
        let (tree, mona) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await);
        desk.synchronize(&tree).await;
        let page = mona.get(&tree.page()).await.expect(200);
        let (html, links) = (page.html(), parsed(".acts a"));
        let link = html.select(&links).find(|link| text_of(link) == "Show logs").expect("the link");
        assert_eq!(link.attr("href"), Some("#runs"));
        assert_eq!(page.attributes("#runs tbody th a", "href"), [tree.run(1)]);
        let wim = desk.as_("wim").await.get(&tree.page()).await.expect(200);
        assert!(!wim.texts(".acts a").contains(&"Show logs".to_owned()) && wim.says("BusinessLogs"), "{}", wim.told());
    }

    /// The drawing of the last runs has the newest 30, whichever page of the list is shown, with times at both ends.
    async fn the_last_30_runs_are_drawn(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        RunRows { of: "name = 'Reports'", numbers: 1..=40, queued: "1795000000000000 + i * 60000000",
            ended: "1795000010000000 + i * 60000000", ..RunRows::default() }.put(&mut desk.bare());
        let mona = desk.as_("mona").await;
        for page in [tree.page(), format!("{}?after=20", tree.page())] {
            let shown = mona.get(&page).await.expect(200);
            let links = shown.attributes(".chart:first-child > svg a", "href");
            assert_eq!((links.len(), &links[0], &links[29]), (30, &tree.run(11), &tree.run(40)), "{page}");
            let axis = shown.texts(".chart:first-child .axis span");
            assert!(axis[0].starts_with("Run 11: ") && axis[1].starts_with("Run 40: "), "{axis:?}");
        }
        // Where a reader may not open runs, nothing leads there.
        let sven = desk.as_("sven").await.get(&tree.page()).await.expect(200);
        assert!(sven.texts(".chart > svg").len() == 2 && sven.attributes(".chart > svg a", "href").is_empty());
    }

    /// A run that succeeds counts as a check that passed: what is drawn of the connection does not contradict it.
    async fn a_successful_run_is_a_passed_check(desk: Desk) {
        let (tree, mona) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await);
        let hidden = tree.source.with_extension("hidden");
        std::fs::rename(&tree.source, &hidden).expect("the source goes");
        mona.open(&tree.page()).await.expect(200);
        let asked = mona.submit(&format!("{}/check", tree.page()), &[]).await.expect(303);
        desk.ended(&mona, asked.location()).await;
        let strip = async || mona.get(&tree.page()).await.expect(200).text("[aria-labelledby=connection] .vh");
        assert_eq!(strip().await, "Last 2 checks: 1 OK, 1 failed");
        std::fs::rename(&hidden, &tree.source).expect("it is back");
        desk.synchronize(&tree).await;
        assert_eq!(strip().await, "Last 3 checks: 2 OK, 1 failed");
        let page = mona.get(&tree.page()).await.expect(200);
        let last = page.attributes("[aria-labelledby=connection] .strip path", "class").pop();
        assert_eq!(last.as_deref(), Some("f-ok"), "{}", page.told());
        assert!(page.text("[aria-labelledby=connection]").starts_with("Connection OK"), "{}", page.told());
        assert!(!page.texts(".stages li").iter().any(|stage| stage.contains("failed")), "{}", page.told());
        shows(&page, "Last check", &["by a successful run"]);
    }

    /// A status is bad since it became so, also when more goes wrong later.
    async fn a_bad_status_keeps_its_time(desk: Desk) {
        let (tree, mona) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await);
        std::fs::remove_dir_all(&tree.source).expect("the source goes");
        desk.synchronize(&tree).await;
        desk.sql("UPDATE systems SET overall_since = 1795000000000000");
        let since = async || {
            let list = mona.get("/systems").await.expect(200).attributes("tbody .c-st time", "datetime");
            let head = mona.get(&tree.page()).await.expect(200).attributes(".head p time", "datetime");
            (list, head)
        };
        let before = since().await;
        assert_eq!((before.0.len(), &before.0), (1, &before.1));
        for _ in 0..2 {
            mona.open(&tree.page()).await.expect(200);
            let asked = mona.submit(&format!("{}/check", tree.page()), &[]).await.expect(303);
            assert!(desk.ended(&mona, asked.location()).await.says("The connection check failed"));
            assert_eq!(since().await, before, "a check that fails later moves nothing");
        }
        let page = mona.get(&tree.page()).await.expect(200);
        assert!(page.text(".head p").starts_with("Connection error, Synchronization error since "), "{}", page.told());
    }

    /// An attempt is never shown as a success: neither one that fails, nor one that is canceled, nor one that goes on.
    async fn an_attempt_is_no_success(desk: Desk) {
        let share = [("settings.destination_kind", "webdav"), ("settings.destination_endpoint", "http://127.0.0.1:9"),
            ("settings.destination_path", ""), ("settings.destination_account", "ada"), ("settings.destination_secret", "x")];
        let (tree, mona) = (desk.files_system_with("Finance", "Share", &share).await, desk.as_("mona").await);
        // Nothing to count: what is found at the source would be progress.
        std::fs::remove_file(tree.source.join("first.txt")).expect("a file");
        let (_run, page) = desk.synchronize(&tree).await;
        assert_eq!(page.attributes(".head .st", "class"), ["st err"], "{}", page.told());
        let page = mona.get(&tree.page()).await.expect(200);
        shows(&page, "Last attempt", &["Error TIME"]);
        shows(&page, "Last success", &["None yet"]);
        shows(&page, "Next due", &["TIME · retry"]);
        says(&page, "queue", &["1 queued", "Queued: run 2 , retry 1 of 4, ", "Consecutive failures: 1 (a run and its retries count as one)", "Retries: "]);
        let row = async || mona.get("/systems").await.expect(200).texts("tbody td[data-l='Last success']").concat();
        assert!(row().await.ends_with("Never"), "{}", row().await);
        // The retry is pulled forward, and fails as well; it counts with the run that it retries.
        let said = press(&mona, &tree).await;
        assert!(said.contains("un 2"), "{said}");
        desk.ended(&mona, &tree.run(2)).await;
        let page = mona.get(&tree.page()).await.expect(200);
        says(&page, "queue", &["1 queued", "Queued: run 3 , retry 2 of 4, ", "Consecutive failures: 1 (a run and its retries count as one)", "Retries: up to 4"]);
        // The same numbers in the list, in the queue and on the page of a run.
        assert_eq!(page.texts("tbody td[data-l=Trigger]"), ["Retry 2, after run 2", "Manual, retry 1, after run 1, mona", "Manual, ada"]);
        let queue = mona.get(&format!("{}/queue", tree.page())).await.expect(200);
        assert_eq!(queue.texts("tbody td[data-l=Trigger]"), ["Retry 2, after run 2"]);
        assert!(mona.get(&tree.run(2)).await.expect(200).says("Manual, retry 1, mona , after run 1"));
        // Canceled by a person: the verdict of before stays.
        let cancel = format!("{}/cancel", tree.run(3));
        mona.get(&cancel).await.expect(200);
        mona.submit(&cancel, &[]).await.expect(303);
        let canceled = desk.ended(&mona, &tree.run(3)).await;
        assert!(canceled.texts(".head .st").concat().contains("Canceled"), "{}", canceled.told());
        let page = mona.get(&tree.page()).await.expect(200);
        shows(&page, "Last attempt", &["Error TIME"]);
        shows(&page, "Last success", &["None yet"]);
        shows(&page, "Next due", &["No schedule"]);
        let failed = page.texts(".note.err").concat();
        assert!(failed.contains("Synchronization failed") && failed.contains("Show 1 error of run"), "{}", page.told());
        let why = mona.get("/systems").await.expect(200).texts("tbody td[data-l='Status']").concat();
        assert!(why.contains("Connection refused"), "{why}");
        assert!(row().await.ends_with("Never") && !page.texts(".head, .times, .note").concat().contains("Completed"), "{}", page.told());
        assert_eq!(page.attributes(".head .st.ok, .times .st.ok", "class"), [""; 0], "{}", page.told());
    }
}
