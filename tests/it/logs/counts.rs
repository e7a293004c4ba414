//! Counts: each is the number of messages that it leads to.

use std::collections::BTreeMap;

use syncdesk::domain::message::{Category, Message, Operation};

use super::book::{Book, about, category_of, link, numbers};
use crate::database::both_databases;
use crate::visitor::{Answer, parsed, text_of};

/// Where the link leads that shows this number in the row of run 1.
fn count(page: &Answer, title: &str) -> (String, Option<String>) {
    let html = page.html();
    let cell = html.select(&parsed(&format!("td.count[data-l={title}]"))).next().expect("the cell of a category");
    let address = cell.select(&parsed("a")).next().and_then(|link| link.attr("href")).map(ToOwned::to_owned);
    (text_of(&cell), address)
}

/// All numbers from a page on, as far as *Next* leads.
async fn all(book: &Book, first: &str) -> Vec<i64> {
    let (mut found, mut next) = (Vec::new(), Some(first.to_owned()));
    while let Some(address) = next {
        let page = book.ada.get(&address).await.expect(200);
        found.extend(numbers(&page));
        next = link(&page, "Next");
    }
    found
}

/// The figure on a tab of the run page, and where the tab leads.
fn tab(page: &Answer, label: &str) -> (usize, String) {
    let (html, tabs) = (page.html(), parsed("nav.tabs a"));
    let tab = html.select(&tabs).find(|tab| text_of(tab).contains(label)).expect("a tab");
    let figure = text_of(&tab.select(&parsed("b")).next().expect("a count"));
    (figure.replace('\u{a0}', "").parse().expect("a number"), tab.attr("href").expect("a link").to_owned())
}

both_databases! {
    /// As the first seed has it: 8 warnings and 32 successes; a click on the 8 shows the eight.
    async fn a_count_leads_to_its_category_only(book: Book) {
        let mut messages: Vec<Message> = (0..40).map(|n| about(Category::Success, &format!("file {n}"))).collect();
        for place in [0, 3, 4, 11, 19, 20, 33, 39] {
            messages[place] = about(Category::Warning, &format!("file {place}"));
        }
        book.write(messages).await;
        book.end().await;
        let system = book.ada.get(&book.tree.page()).await.expect(200);
        let (shown, warnings) = count(&system, "Warning");
        assert!(shown.starts_with("8 "), "{shown}");
        let page = book.ada.get(&warnings.expect("the count is a link")).await.expect(200);
        assert_eq!(numbers(&page), [1, 4, 5, 12, 20, 21, 34, 40]);
        assert_eq!(page.texts("section.log tbody td[data-l=Category]"), ["Warning"; 8]);
        let (shown, successes) = count(&system, "Success");
        assert!(shown.starts_with("32 "), "{shown}");
        assert_eq!(all(&book, &successes.expect("a link")).await.len(), 32);
        assert_eq!(count(&system, "Error"), ("0".to_owned(), None), "nothing to see there");
        let row = system.attributes("table a", "href").into_iter().find(|href| *href == book.tree.run(1));
        assert_eq!(numbers(&book.ada.get(&row.expect("the row leads to the run")).await.expect(200)), (1..=40).collect::<Vec<_>>());
    }

    async fn tabs_and_rows_add_up(book: Book) {
        let (mut expected, mut total) = (BTreeMap::new(), 0);
        for batch in [1, 260, 3, 77] {
            let messages = (0..batch).map(|_| {
                total += 1;
                *expected.entry(category_of(total)).or_insert(0_usize) += 1;
                about(category_of(total), &format!("file {total}"))
            });
            book.write(messages.collect()).await;
        }
        book.end().await;
        let page = book.open("").await;
        let every = tab(&page, "All");
        assert_eq!((every.0, all(&book, &every.1).await), (341, (1..=341).collect()));
        for category in Category::ALL.iter().copied() {
            let (figure, address) = tab(&page, category.title());
            let found = all(&book, &address).await;
            assert_eq!((figure, found.len()), (expected[&category], expected[&category]), "{}", category.title());
            assert!(found.iter().all(|number| category_of(*number) == category));
        }
    }

    /// By code and by item type: the total that is shown is the number of rows that come.
    async fn filters_and_rows_add_up(book: Book) {
        let kinds = [("FILE-COPIED", "file", 61), ("FOLDER-CREATED", "folder", 7), ("FILE-UPDATED", "file", 55)];
        for (code, item_type, n) in kinds {
            let message = |n| Message::of_item(Category::Success, code, Operation::Insert, item_type, format!("{code} {n}"));
            book.write((0..n).map(message).collect()).await;
        }
        book.write(vec![about(Category::Warning, "denied")]).await;
        book.end().await;
        for (query, expected) in [
            ("?code=FILE-COPIED", 61),
            ("?code=FOLDER-CREATED", 7),
            ("?type=file", 117),
            ("?type=folder", 7),
            ("?type=file&code=FILE-UPDATED", 55),
            ("?type=folder&code=FILE-UPDATED", 0),
            ("?category=warning&type=file", 1),
            ("?category=error&type=file", 0),
            ("?code=NO-SUCH-CODE", 0),
        ] {
            let page = book.open(query).await;
            assert_eq!(all(&book, &book.page(query)).await.len(), expected, "{query}");
            let shown = page.text("div.pag > div:not(.sizes)");
            assert!(shown.contains(&format!(" of {expected} ")), "{query}: {shown}");
        }
    }

    /// Counts are for everybody who sees the system; messages are not.
    async fn without_log_access_there_are_counts_and_a_name(book: Book) {
        book.write((0..9).map(|n| about(Category::Warning, &format!("secret name {n}"))).collect()).await;
        book.write(vec![about(Category::Error, "another secret").arg("the destination").quoting("the peer said so")]).await;
        book.end().await;
        let wim = book.desk.as_("wim").await;
        let system = wim.get(&book.tree.page()).await.expect(200);
        assert_eq!(count(&system, "Warning"), ("9".to_owned(), None));
        let run = wim.get(&book.page("")).await.expect(200);
        for page in [&system, &run] {
            assert!(page.says("BusinessLogs_AccessGroup"), "{}", page.body);
            assert!(!page.body.contains("secret") && !page.body.contains("the peer said so"), "{}", page.body);
        }
        let shown = run.texts("section.log li");
        assert_eq!(shown, ["Error 1", "Warning 9", "Success 0", "Information 0"]);
        assert!(numbers(&run).is_empty());
        for path in ["/live", "/messages.csv", "/messages.ndjson"] {
            let refused = wim.get(&format!("{}{path}", book.tree.run(1))).await.expect(403);
            assert!(refused.says("BusinessLogs_AccessGroup"), "{path}");
        }
        for query in ["?category=warning", "?q=secret", "?around=3", "?at=3", "?code=FILE-DENIED"] {
            let page = wim.get(&book.page(query)).await.expect(200);
            assert!(!page.body.contains("secret name"), "{query}");
        }
    }
}
