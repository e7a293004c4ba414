//! The page of a run: what became of it, who asked for it, how long it took, and how far it is.

use crate::database::both_databases;
use crate::logs::book::{Book, about};
use crate::visitor::{Answer, timeless};
use syncdesk::domain::message::{Category, Message};
use syncdesk::domain::run::{EndReason, Stage};
use syncdesk::store::runs::Ending;

/// Times of run 1 by hand: asked for, a second later begun, and two minutes and eight seconds later ended.
fn times(book: &Book) {
    let end = book.desk.context.clock.now().0 - 3_600_000_000;
    let began = end - 128_000_000;
    book.desk.sql(&format!("UPDATE runs SET queued_at = {began} - 1000000, started_at = {began}, ended_at = {end}"));
}

/// The heading with what stands below it.
fn told(page: &Answer) -> String {
    timeless(&page.texts(".head").concat())
}

both_databases! {
    async fn result_trigger_person_and_duration(book: Book) {
        book.write(vec![about(Category::Warning, "one"), about(Category::Success, "other")]).await;
        book.end().await;
        times(&book);
        let head = told(&book.open("").await);
        assert!(head.contains("run 1 Completed with warnings 1 h ago · TIME to "), "{head}");
        assert!(head.ends_with(" · 2 min 8 s · Manual, ada · 2 messages , all stored"), "{head}");
        for (trigger, said) in [("schedule", "2 min 8 s · Schedule"), ("catch_up", "2 min 8 s · Catch-up after a missed start"),
            ("confirmed", "2 min 8 s · Confirmed plan, ada"), ("retry", "Retry 1")] {
            book.desk.sql(&format!("UPDATE runs SET trigger = '{trigger}', attempt = {}", 1 + i32::from(trigger == "retry")));
            let head = told(&book.open("").await);
            assert!(head.contains(said), "{trigger}: {head}");
        }
        for (result, said) in [("completed", "Completed "), ("error", "Error "), ("canceled", "Canceled ")] {
            book.desk.sql(&format!("UPDATE runs SET result = '{result}'"));
            let head = told(&book.open("").await);
            assert!(head.contains(said), "{result}: {head}");
        }
    }

    /// The times of its head have seconds.
    async fn times_have_seconds(book: Book) {
        book.end().await;
        times(&book);
        let head = book.open("").await.texts(".head p").concat();
        assert_eq!(head.split(' ').filter(|word| word.split(':').count() == 3).count(), 2, "{head}");
    }

    /// No percentage and no total before the total is final.
    async fn progress_while_it_runs(book: Book) {
        let set = |what: &str| book.desk.sql(&format!("UPDATE run_progress SET phase = 'comparing', items_done = 1234, bytes_done = 3145728, {what}"));
        let progress = async || {
            let page = book.open("").await;
            assert_eq!(page.header("refresh"), "5");
            (page.texts(".progress p").concat(), page.attributes("main progress", "value"))
        };
        set("items_total = 2000, bytes_total = 4194304, total_final = FALSE");
        let (said, value) = progress().await;
        assert_eq!((said.as_str(), value.len()), ("comparing · 1,234 items so far · 3.0 MiB", 0));
        set("items_total = 5000, bytes_total = 12582912, total_final = TRUE, unchanged = 7");
        let (said, value) = progress().await;
        assert_eq!(said, "comparing · 1,234 of 5,000 items · 25 % · 3.0 MiB of 12.0 MiB · 7 unchanged");
        assert_eq!(value, ["25"]);
        book.end().await;
        let page = book.open("").await;
        assert_eq!((page.header("refresh"), page.texts(".progress").len()), ("", 0), "it is over");
    }

    /// A run that nobody retries is not promised to be.
    async fn a_retry_is_promised_where_there_is_one(book: Book) {
        book.end_as(Ending::Error { reason: EndReason::Failed, code: "PEER-AWAY".to_owned(), stage: Some(Stage::Protocol) }).await;
        for page in [book.page(""), book.tree.page()] {
            let said = book.ada.get(&page).await.expect(200).texts(".note.err").concat();
            assert!(said.contains("PEER-AWAY"), "{said}");
            assert!(!said.contains("tries again") && !said.contains("retr") && !said.contains("temporary"), "{said}");
        }
        for (code, is_temporary) in [("STORE-DAMAGED", false), ("STORE-FULL", true), ("PEER-AWAY", true)] {
            let facts = book.ada.get(&format!("/help/codes/{code}")).await.expect(200).texts(".facts").concat();
            assert_eq!(facts.contains("This may be temporary."), is_temporary, "{code}: {facts}");
        }
    }

    /// Of several errors the first one is the reason.
    async fn the_first_error_is_the_reason(book: Book) {
        let root = Message::of_run(Category::Error, "FILE-ROOT").arg("/srv/x").arg("it is not there");
        let pattern = Message::of_run(Category::Error, "FILE-PATTERN").arg("[");
        book.write(vec![about(Category::Warning, "one"), root, about(Category::Success, "two"), pattern, about(Category::Error, "three")]).await;
        book.end().await;
        let mut reasons = Vec::new();
        for page in [book.page(""), book.tree.page()] {
            reasons.push(book.ada.get(&page).await.expect(200).texts(".note.err").concat());
        }
        let first = |reason: &String| reason.contains("FILE-ROOT") && reason.contains("/srv/x");
        assert!(reasons.iter().all(first), "{reasons:#?}");
        assert!(!reasons.concat().contains("FILE-PATTERN") && !reasons.concat().contains("FILE-FULL"), "{reasons:#?}");
    }

    /// The lists of runs show the same code as the run: that of the first error, also when others are more, and after the
    /// messages are deleted.
    async fn lists_show_the_first_error_too(book: Book) {
        let full = |name| about(Category::Error, name);
        book.write(vec![Message::of_run(Category::Error, "FILE-ROOT").arg("/srv/x"), full("one"), full("two")]).await;
        book.write(vec![full("three")]).await;
        book.end().await;
        for messages in ["are kept", "are deleted"] {
            for page in [book.page(""), book.tree.page(), "/logs".to_owned()] {
                let shown = book.ada.get(&page).await.expect(200);
                let codes = shown.texts(".note.err a.mono, td[data-l=Result] a.mono");
                assert!(!codes.is_empty() && codes.iter().all(|code| code == "FILE-ROOT"), "{messages}, {page}: {codes:?}");
            }
            book.desk.upkeep_after(200).await;
            assert_eq!(book.desk.count("messages"), "0");
        }
    }
}
