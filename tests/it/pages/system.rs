//! The page of a system: its three tiles say what is so, also before, during and after a run.

use super::gallery::goes_on;
use crate::database::both_databases;
use crate::desk::{Desk, Tree};
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

/// *Synchronize now*; what is answered.
async fn press(visitor: &Visitor, tree: &Tree) -> String {
    visitor.get(&tree.page()).await.expect(200);
    visitor.submit(&format!("{}/synchronize", tree.page()), &[]).await.expect(303);
    visitor.get(&tree.page()).await.expect(200).texts(".note").concat()
}

both_databases! {
    async fn before_the_first_run(desk: Desk) {
        let tree = desk.saved_system_with("Finance", "Reports", &[("schedule", "daily"), ("daily_at", "23:00")]).await;
        let page = desk.as_("mona").await.get(&tree.page()).await.expect(200);
        says(&page, "connection", &["Checking…", "Last checked: never"]);
        says(&page, "synchronization", &["Open", "Last attempt: none yet", "Last success: none yet", "Next due: ", "Counts as silent: "]);
        assert!(tile(&page, "synchronization")[3].ends_with("daily at 23:00"), "{}", page.told());
        says(&page, "queue", &["Empty", "Consecutive failures: 0", "Retries: up to 4, after temporary errors"]);
        assert!(page.says("Never synchronized. Press Synchronize now to start the first run."), "{}", page.told());
    }

    async fn after_a_good_run_and_a_check(desk: Desk) {
        let (tree, mona) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await);
        let run = desk.request_run(&mona, &tree).await;
        desk.ended(&mona, &tree.run(run)).await;
        mona.open(&tree.page()).await.expect(200);
        let asked = mona.submit(&format!("{}/check", tree.page()), &[]).await.expect(303);
        desk.ended(&mona, asked.location()).await;
        let page = mona.get(&tree.page()).await.expect(200);
        says(&page, "connection", &["OK Last ", "Last checked: TIME", "Unchanged since: TIME", "Next check: "]);
        says(&page, "synchronization", &["Completed", "Last attempt: TIME", "Last success: TIME",
            "Last progress: TIME", "Next due: no schedule"]);
        assert!(tile(&page, "synchronization")[1].ends_with("· mona"), "whose attempt: {}", page.told());
        says(&page, "queue", &["Empty", "Consecutive failures: 0", "Retries: "]);
    }

    /// The three answers of *Synchronize now*, and what the queue says then.
    async fn while_a_run_continues(desk: Desk) {
        let (tree, mona) = (desk.saved_system("Finance", "Reports").await, desk.as_("mona").await);
        goes_on(&desk, &tree);
        assert!(press(&mona, &tree).await.contains("Queued as run 2 behind run 1."));
        assert!(press(&mona, &tree).await.contains("Run 2 is already queued."));
        let page = mona.get(&tree.page()).await.expect(200);
        assert_eq!(page.header("refresh"), "5");
        says(&page, "synchronization", &["In process run 1 transferring · 172 473 of 401 002 items · 50 % · 1.0 MiB of 2.0 MiB · 12 unchanged",
            "Last attempt: TIME", "Last success: none yet", "Last progress: TIME", "Next due: no schedule"]);
        says(&page, "queue", &["1 waiting", "Waiting: run 2 , behind run 1, TIME", "Consecutive failures: 0", "Retries: "]);
        let late = desk.context.clock.now().0 - 301_000_000;
        desk.sql(&format!("UPDATE runs SET not_before = {late} WHERE no = 2"));
        let page = mona.get(&tree.page()).await.expect(200);
        says(&page, "queue", &["1 waiting 1 overdue", "Waiting: run 2 , ", "Consecutive failures: 0", "Retries: "]);
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
        says(&page, "synchronization", &["Error", "Last attempt: TIME", "Last success: none yet", "Next due: TIME"]);
        assert!(tile(&page, "synchronization")[3].ends_with("· retry"), "{}", page.told());
        says(&page, "queue", &["1 waiting", "Waiting: run 2 , retry 1 of 4, ", "Consecutive failures: 1 (a run and its retries count as one)", "Retries: "]);
        let row = async || mona.get("/systems").await.expect(200).texts("tbody td[data-l='Last success']").concat();
        assert!(row().await.ends_with("never"), "{}", row().await);
        // The retry is pulled forward, and fails as well; it counts with the run that it retries.
        let said = press(&mona, &tree).await;
        assert!(said.contains("un 2"), "{said}");
        desk.ended(&mona, &tree.run(2)).await;
        let page = mona.get(&tree.page()).await.expect(200);
        says(&page, "queue", &["1 waiting", "Waiting: run 3 , retry 2 of 4, ", "Consecutive failures: 1 (a run and its retries count as one)", "Retries: up to 4"]);
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
        says(&page, "synchronization", &["Error", "Last attempt: TIME", "Last success: none yet", "Next due: no schedule"]);
        let failed = page.texts(".note.err").concat();
        assert!(failed.contains("Synchronization failed") && failed.contains("Show 1 error of run"), "{}", page.told());
        let why = mona.get("/systems").await.expect(200).texts("tbody td[data-l='Status']").concat();
        assert!(why.contains("Connection refused"), "{why}");
        assert!(row().await.ends_with("never") && !page.body.contains("st ok"), "{}", page.told());
    }
}
