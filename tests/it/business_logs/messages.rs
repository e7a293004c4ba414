//! Messages of all systems: found by words across runs, within reach, a bounded number at a time.

use syncdesk::domain::message::Category;

use crate::database::both_databases;
use crate::desk::{Desk, MessageRows, RunRows};
use crate::logs::book::{Book, about};
use crate::systems::shelf::{new, put};
use crate::visitor::Answer;

/// System, run and item of each message, in order.
fn found(page: &Answer) -> Vec<String> {
    let items = page.texts("td[data-l=Item]");
    let names = page.texts("tbody th a");
    names
        .iter()
        .zip(items)
        .map(|(name, item)| {
            format!("{} {}", name.split(" , message").next().unwrap_or_default(), item.replace("file · ", ""))
        })
        .collect()
}

fn rest(page: &Answer) -> Option<String> {
    let links = page.attributes(".strip-note a, .empty a", "href");
    links.into_iter().find(|link| link.contains("after="))
}

both_databases! {
    /// Words are found in the messages of all runs, the newest first, and each leads to its place in the log.
    async fn words_across_runs(book: Book) {
        let mut book = book;
        book.write(vec![about(Category::Success, "red 1"), about(Category::Warning, "red 2"), about(Category::Success, "blue")]).await;
        book.end().await;
        book.next_run();
        book.write(vec![about(Category::Success, "red 3"), about(Category::Warning, "green"), about(Category::Success, "red 4")]).await;
        book.end().await;
        let page = book.ada.get("/logs/messages?q=RED").await.expect(200);
        assert_eq!(found(&page), ["Reports run 2 red 4", "Reports run 2 red 3", "Reports run 1 red 2", "Reports run 1 red 1"]);
        assert!(page.says("Searched all runs whose messages are kept."), "{}", page.told());
        let link = &page.attributes("tbody th a", "href")[0];
        assert!(book.ada.get(link).await.expect(200).says("red 4"), "{link}");
        let warnings = book.ada.get("/logs/messages?q=red&category=warning").await.expect(200);
        assert_eq!(found(&warnings), ["Reports run 1 red 2"]);
        let code = book.ada.get("/logs/messages?code=file-denied").await.expect(200);
        assert_eq!(found(&code), ["Reports run 2 green", "Reports run 1 red 2"]);
        let nothing = book.ada.get("/logs/messages?q=zebra").await.expect(200);
        assert!(nothing.says("No messages match."), "{}", nothing.told());
        // What is past retention is not found, although it may still be stored.
        let old = "name = 'Reports' AND i = 9";
        RunRows { of: old, numbers: 9..=9, ended: "1", counts: [0, 0, 1, 0], ..RunRows::default() }.put(&mut book.desk.bare());
        MessageRows { of: "no = 9", key: "'red and old'", ..MessageRows::default() }.put(&mut book.desk.bare());
        assert_eq!(found(&book.ada.get("/logs/messages?q=red").await.expect(200)).len(), 4);
    }

    /// Runs out of the reader's reach are not searched, and log access is needed.
    async fn within_reach(book: Book) {
        book.write(vec![about(Category::Success, "red")]).await;
        book.end().await;
        book.desk.add_reader().await;
        for (who, expected) in [("ada", 1), ("mona", 1), ("lena", 1), ("dora", 0)] {
            let page = book.desk.as_(who).await.get("/logs/messages?q=red").await.expect(200);
            assert_eq!(found(&page).len(), expected, "{who}: {}", page.told());
        }
        let cursor = format!("/logs/messages?after={}.1@2", book.tree.key);
        assert_eq!(found(&book.ada.get(&cursor).await.expect(200)).len(), 1, "before message 2");
        assert_eq!(found(&book.desk.as_("dora").await.get(&cursor).await.expect(200)).len(), 0, "nor by the cursor of somebody else");
        book.desk.as_("wim").await.get("/logs/messages").await.expect(403);
    }

    /// A page looks at some 20,000 messages, says how far it got, and continues there: in the middle of a long run too.
    async fn a_search_is_bounded_and_misses_none(desk: Desk) {
        put(&desk, 1, &[new("Ledger", "Finance"), new("Shop", "Sales")]);
        let mut bare = desk.bare();
        // Run 1 of Ledger is long; after it come short runs of Shop, with ten messages each.
        RunRows { of: "name = 'Ledger'", queued: "1795305600000000", counts: [0, 0, 45_000, 0], ..RunRows::default() }.put(&mut bare);
        RunRows { of: "name = 'Shop'", numbers: 1..=60, queued: "1795305600000000 + CAST(i AS BIGINT) * 1000000", counts: [0, 0, 10, 0], ..RunRows::default() }.put(&mut bare);
        let key = "'item ' || i || CASE WHEN i IN (1, 5, 19999, 20000, 20001, 44444) THEN ' needle' ELSE '' END";
        MessageRows { of: "system_id = (SELECT id FROM systems WHERE name = 'Ledger')", numbers: 1..=45_000, key, ..MessageRows::default() }.put(&mut bare);
        MessageRows { of: "system_id = (SELECT id FROM systems WHERE name = 'Shop')", numbers: 1..=10, key, ..MessageRows::default() }.put(&mut bare);
        drop(bare);
        let ada = desk.as_("ada").await;
        let (mut all, mut pages, mut address) = (Vec::new(), 0, "/logs/messages?q=needle".to_owned());
        loop {
            let page = ada.get(&address).await.expect(200);
            all.extend(found(&page));
            pages += 1;
            let Some(next) = rest(&page) else { break };
            assert!(page.says("Searched the runs requested since"), "{}", page.told());
            address = next;
        }
        let shop = (1..=60).rev().flat_map(|run| [5, 1].map(|item| format!("Shop run {run} item {item} needle")));
        let ledger = [44_444, 20_001, 20_000, 19_999, 5, 1].map(|item| format!("Ledger run 1 item {item} needle"));
        assert_eq!(all, shop.chain(ledger).collect::<Vec<_>>());
        assert!((5..=7).contains(&pages), "two full pages, and the long run in pieces: {pages}");
        let nothing = ada.get("/logs/messages?q=zebra").await.expect(200);
        assert!(nothing.says("No matches so far.") && rest(&nothing).is_some(), "{}", nothing.told());
    }
}
