//! When a log is given no more: too many are read, its session has ended, or it is not kept any longer.

use std::time::Duration;

use syncdesk::clock::{Clock, SystemClock, micros};
use tokio::task::JoinHandle;

use crate::database::{Database, Fixture, both_databases};
use crate::desk::{Desk, Tree};
use crate::wait::until;

/// A run that nobody carries out.
struct Waiting {
    desk: Desk,
    tree: Tree,
    run: String,
}

impl Fixture for Waiting {
    async fn on(database: Database) -> Self {
        let desk = Desk::on(database).await;
        let tree = desk.files_system("Finance", "Reports").await;
        desk.run_of(&tree).queue();
        let run = tree.run(1);
        Self { desk, tree, run }
    }
}

both_databases! {
    async fn live_logs_are_four_of_one_person_and_end_with_their_session(waiting: Waiting) {
        let (live, csv) = (format!("{}/live", waiting.run), format!("{}/messages.csv", waiting.run));
        let (here, elsewhere) = (waiting.desk.signed_in("ada").await, waiting.desk.signed_in("ada").await);
        let read: Vec<_> = (0..5)
            .map(|_| {
                let (reader, live) = (here.twin(), live.clone());
                tokio::spawn(async move { reader.get(&live).await })
            })
            .collect();
        until("one to be too many", async || read.iter().any(JoinHandle::is_finished).then_some(())).await;
        elsewhere.get(&live).await.expect(409);
        here.get("/account").await.expect(200);
        here.post_form("/sign-out", &[]).await.expect(303);
        let mut ends = Vec::new();
        for page in read {
            let page = page.await.expect("no panic");
            assert!(page.status == 409 || page.says("You were signed out"), "{}", page.told());
            ends.push(page.status);
        }
        ends.sort_unstable();
        assert_eq!(ends, [200, 200, 200, 200, 409]);
        elsewhere.get(&csv).await.expect(200);
    }

    async fn a_log_that_is_not_kept_any_more_is_not_there(waiting: Waiting) {
        let ada = waiting.desk.as_("ada").await;
        let ended = |days: u64| {
            let at = SystemClock.now().0 - micros(Duration::from_secs(days * 86_400));
            waiting.desk.sql(&format!("UPDATE runs SET state = 'ended', result = 'completed', ended_at = {at}"));
        };
        for (days, status) in [(29, 200), (31, 404)] {
            ended(days);
            for log in ["live", "messages.csv", "messages.ndjson"] {
                ada.get(&format!("{}/{log}", waiting.run)).await.expect(status);
            }
        }
        ada.get(&waiting.run).await.expect(200);
        ada.get(&waiting.tree.page()).await.expect(200);
    }
}
