//! The phases of a run: what it did, for how long, and what it does now.

use std::time::Duration;

use syncdesk::domain::message::Category;
use syncdesk::domain::phase::{Phase, PhaseStart};
use syncdesk::domain::run::{EndReason, Stage};
use syncdesk::store::runs::{self, Ending, Totals};

use super::book::{Book, about, numbers};
use crate::database::both_databases;
use crate::desk::Desk;
use crate::odata::stub::Service;
use crate::visitor::Answer;

/// The phases on a page, without how long they took.
fn phases(page: &Answer) -> Vec<String> {
    let took = page.texts("ol.legend b");
    let all = page.texts("ol.legend li");
    all.iter().zip(took).map(|(phase, took)| phase.replacen(&format!(" {took}"), "", 1)).collect()
}

/// Stores that these have begun, each this number of seconds ago.
fn began(book: &Book, phases: &[(Phase, u64)]) {
    let now = book.desk.context.clock.now();
    let start =
        |(phase, seconds): &(Phase, u64)| PhaseStart { phase: *phase, began: now.minus(Duration::from_secs(*seconds)) };
    let totals = Totals { phases: phases.iter().map(start).collect(), ..Totals::default() };
    book.desk.write(|db| runs::store_progress(db, &book.claim, &totals));
}

both_databases! {
    /// A files system connects, compares, copies and deletes.
    async fn of_files(desk: Desk) {
        let tree = desk.files_system_with("Finance", "Reports", &[("settings.mode", "mirror")]).await;
        std::fs::write(tree.source.join("second.txt"), "the second").expect("a file");
        desk.synchronize(&tree).await;
        std::fs::remove_file(tree.source.join("second.txt")).expect("it goes");
        let (_, page) = desk.synchronize(&tree).await;
        assert_eq!(phases(&page), ["Connect", "Compare", "Copy", "Delete"], "{}", page.told());
        let first = desk.as_("ada").await.get(&tree.run(1)).await.expect(200);
        assert_eq!(phases(&first), ["Connect", "Compare", "Copy"]);
        assert_eq!(first.attributes("svg.bar rect", "class"), ["f-p1", "f-p2", "f-p3"]);
        let wim = desk.as_("wim").await.get(&tree.run(1)).await.expect(200);
        let live = desk.as_("ada").await.get(&format!("{}/live", tree.run(1))).await.expect(200);
        assert_eq!(phases(&live).len(), 3, "below the last message of its live log too");
        assert_eq!(phases(&wim).len(), 3, "who sees the run sees them, also without its log");
    }

    /// An OData service is described, read, verified and published.
    async fn of_odata(desk: Desk) {
        let service = Service::start();
        let system = desk.odata_system(&service.root(), &[]).await;
        let (_, page) = desk.synchronize(&system).await;
        assert_eq!(phases(&page), ["Read metadata", "Read sets", "Verify", "Publish"], "{}", page.told());
    }

    /// While a run is in process, the last phase is the current one, on both pages; when it ends early, it was stopped there.
    async fn the_current_one(book: Book) {
        began(&book, &[(Phase::Connect, 50)]);
        began(&book, &[(Phase::Connect, 50), (Phase::Compare, 40)]);
        let latest = book.ada.get(&book.page("/live?refresh=on")).await.expect(200);
        for page in [book.open("").await, latest] {
            assert_eq!(phases(&page), ["Connect", "Compare so far"], "{}", page.told());
            assert_eq!(page.texts("ol.legend b")[0].replace('\u{a0}', " "), "10 s");
        }
        book.end_as(Ending::Error { reason: EndReason::Failed, code: "PEER-AWAY".to_owned(), stage: Some(Stage::Tcp) }).await;
        assert_eq!(phases(&book.open("").await), ["Connect", "Compare , stopped"]);
    }

    /// One click hides the category Success, one brings it back; pages, total and files follow.
    async fn success_is_hidden(book: Book) {
        let category = |n: i64| if n % 40 == 0 { Category::Warning } else { Category::Success };
        book.write((1..=2_000).map(|n| about(category(n), &format!("item {n}"))).collect()).await;
        book.write(vec![about(Category::Information, "last"), about(Category::Error, "worst")]).await;
        book.end().await;
        let link = |page: &Answer, label: &str| {
            let links = page.texts(".tabs .end a").into_iter().zip(page.attributes(".tabs .end a", "href"));
            links.into_iter().find(|link| link.0 == label).unwrap_or_else(|| panic!("{label}: {}", page.told())).1
        };
        let whole = book.open("").await;
        let mut page = book.ada.get(&link(&whole, "Hide Success")).await.expect(200);
        assert!(page.says("50 of 52 messages"), "{}", page.told());
        assert_eq!(link(&page, "CSV"), format!("{}?hide=success", book.page("/messages.csv")));
        let csv = book.ada.get(&link(&page, "CSV")).await.expect(200);
        assert_eq!(csv.body.lines().count(), 53);
        let shown = numbers(&page);
        assert_eq!((shown[0], shown[49], shown.len()), (40, 2_000, 50), "in the order of the log");
        page = book.ada.get(&page.attributes("nav a[rel=next]", "href")[0]).await.expect(200);
        assert_eq!(numbers(&page), [2_001, 2_002]);
        page = book.ada.get(&page.attributes("nav a[rel=prev]", "href")[0]).await.expect(200);
        assert_eq!(numbers(&page), shown);
        let words = book.open("?hide=success&q=item").await;
        assert_eq!(numbers(&words).len(), 50);
        assert_eq!(link(&page, "Show Success"), book.page(""));
        book.ada.get(&book.page("?hide=everything")).await.expect(422);
    }

    /// The live log of a run that has ended does not say that messages appear as they are written.
    async fn the_live_log_of_an_ended_run(book: Book) {
        book.write(vec![about(Category::Success, "one")]).await;
        book.end().await;
        let page = book.ada.get(&book.page("/live")).await.expect(200);
        assert!(page.says("The run has ended. These are its messages.") && !page.says("as they are written"), "{}", page.told());
    }
}
