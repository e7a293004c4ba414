//! What changed since the run before: new, gone and repeated problems, by code and item type, with examples.

use syncdesk::domain::message::Category::{Error, Success, Warning};
use syncdesk::domain::run::EndReason;
use syncdesk::store::runs::Ending;

use super::book::{Book, about};
use crate::database::both_databases;
use crate::visitor::{Answer, parsed, text_of};

/// The rows: code, and what stands under New, Gone and Repeated.
fn rows(page: &Answer) -> Vec<Vec<String>> {
    let (html, row, cell) = (page.html(), parsed("section.changes tbody tr"), parsed("th a, td"));
    html.select(&row).map(|row| row.select(&cell).map(|cell| tidy(&text_of(&cell))).collect()).collect()
}

fn note(page: &Answer) -> String {
    tidy(&page.texts("section.changes p.strip-note").join(" "))
}

/// Without the blanks between a link and what follows it.
fn tidy(text: &str) -> String {
    [".", ",", ":"].iter().fold(text.to_owned(), |text, mark| text.replace(&format!(" {mark}"), mark))
}

/// Where the links under a heading lead.
fn links(page: &Answer, label: &str) -> Vec<String> {
    page.attributes(&format!("section.changes td[data-l='{label}'] a"), "href")
}

both_databases! {
    async fn new_gone_and_repeated(book: Book) {
        let mut book = book;
        book.write(vec![about(Success, "fine"), about(Warning, "stays"), about(Warning, "goes")]).await;
        book.end().await;
        assert_eq!(note(&book.open("").await), "There is no previous run to compare with.");

        book.next_run();
        book.write(vec![about(Warning, "comes"), about(Warning, "stays"), about(Success, "fine")]).await;
        book.write(vec![about(Error, "full"), about(Warning, "stays")]).await;
        book.end().await;
        let page = book.ada.get(&book.tree.run(2)).await.expect(200);
        assert_eq!(note(&page), "Compared with run 1.");
        assert_eq!(
            rows(&page),
            [
                vec!["FILE-FULL", "1 new in run 2 full", "0", "0"],
                vec!["FILE-DENIED", "1 new in run 2 comes", "1 gone in run 1 goes", "1 repeated in run 2 stays"],
            ]
        );
        let (run, before) = (book.tree.run(2), book.tree.run(1));
        assert_eq!(links(&page, "New")[3], format!("{run}?around=1#m1"));
        assert_eq!(links(&page, "Repeated"), [format!("{run}?category=warning&code=FILE-DENIED&type=file"), format!("{run}?around=2#m2")]);
        assert_eq!(links(&page, "Gone"), [format!("{before}?category=warning&code=FILE-DENIED&type=file"), format!("{before}?around=3#m3")]);
        for link in links(&page, "Gone") {
            assert!(book.ada.get(&link).await.expect(200).says("goes"), "{link}");
        }
        assert!(book.ada.get(&book.tree.run(2)).await.expect(200).texts("section.changes a").contains(&"run 1".to_owned()));
    }

    /// Two runs without warnings and errors have nothing to compare.
    async fn nothing_and_nothing(book: Book) {
        let mut book = book;
        book.end().await;
        book.next_run();
        book.write(vec![about(Success, "fine")]).await;
        book.end().await;
        let page = book.ada.get(&book.tree.run(2)).await.expect(200);
        assert_eq!(note(&page), "Compared with run 1: no errors or warnings in either.");
        assert!(rows(&page).is_empty());
    }

    /// A canceled run is neither compared nor compared with; one that was broken off is, and it is said.
    async fn canceled_and_broken_off(book: Book) {
        let mut book = book;
        book.write(vec![about(Warning, "one"), about(Warning, "two")]).await;
        book.end().await;
        book.next_run();
        book.end_as(Ending::Canceled).await;
        let canceled = book.ada.get(&book.tree.run(2)).await.expect(200);
        assert!(note(&canceled).starts_with("This run was canceled, so it is not compared"), "{}", note(&canceled));

        book.next_run();
        book.write(vec![about(Warning, "one")]).await;
        book.end_as(Ending::Error { reason: EndReason::Failed, code: "PEER-AWAY".to_owned(), stage: None }).await;
        let broken = book.ada.get(&book.tree.run(3)).await.expect(200);
        assert_eq!(note(&broken), "Compared with run 1. This run stopped early, so items listed as resolved may simply not have been reached.");
        assert_eq!(rows(&broken), [["FILE-DENIED", "0", "1 gone in run 1 two", "1 repeated in run 3 one"]]);

        book.next_run();
        book.write(vec![about(Warning, "two")]).await;
        book.end().await;
        let after = book.ada.get(&book.tree.run(4)).await.expect(200);
        assert_eq!(note(&after), "Compared with run 3. Run 3 stopped early, so items listed as new may be older.");
    }

    /// More messages than are looked at are told by their number, and no name is made up.
    async fn too_many_are_told_by_their_number(book: Book) {
        let mut book = book;
        book.write((0..2_100).map(|n| about(Warning, &format!("file {n}"))).collect()).await;
        book.end().await;
        book.next_run();
        book.write(vec![about(Warning, "file 1")]).await;
        book.end().await;
        let page = book.ada.get(&book.tree.run(2)).await.expect(200);
        assert_eq!(rows(&page), [["FILE-DENIED", "1 now, 2,100 before: too many to compare individually."]]);
    }

    /// Runs may be further apart than messages are kept.
    async fn messages_that_are_gone_are_not_said_to_be_too_many(book: Book) {
        let mut book = book;
        book.write(vec![about(Warning, "one"), about(Warning, "two")]).await;
        book.end().await;
        book.desk.sql("DELETE FROM messages");
        book.next_run();
        book.write(vec![about(Warning, "one")]).await;
        book.end().await;
        let page = book.ada.get(&book.tree.run(2)).await.expect(200);
        assert_eq!(rows(&page), [["FILE-DENIED", "1 now, 2 before: the messages of run 1 have expired."]]);
    }

    /// Names of items go with the messages; the numbers stay.
    async fn names_go_with_the_messages(book: Book) {
        let mut book = book;
        book.write((0..30).map(|n| about(Warning, &format!("private {n:02}"))).collect()).await;
        book.end().await;
        book.next_run();
        book.end().await;
        let page = book.ada.get(&book.tree.run(2)).await.expect(200);
        assert_eq!(page.texts("section.changes ul.examples li"), ["private 00", "private 01", "private 02", "private 03", "private 04"]);
        assert!(book.desk.texts("SELECT changes AS value FROM run_comparisons").iter().all(|kept| !kept.contains("private")));
        // Hidden as soon as they are past their days, deleted later.
        book.desk.sql("UPDATE runs SET ended_at = 1 WHERE no = 1");
        let page = book.ada.get(&book.tree.run(2)).await.expect(200);
        assert_eq!(rows(&page), [["FILE-DENIED", "0", "30 gone in run 1", "0"]]);
        book.desk.sql("DELETE FROM messages");
        let page = book.ada.get(&book.tree.run(2)).await.expect(200);
        assert_eq!(rows(&page), [["FILE-DENIED", "0", "30 gone in run 1", "0"]]);
    }
}
