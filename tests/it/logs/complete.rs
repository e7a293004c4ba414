//! Completeness: emitted, stored and cut are counted in different places, so that a loss shows.

use syncdesk::domain::message::{Category, MAX_KEY_BYTES, MAX_TEXT_BYTES, Message, Operation};

use super::book::{Book, about};
use crate::database::{Bare, both_databases};

/// The line of the run page.
async fn line(book: &Book) -> String {
    let page = book.open("").await;
    let texts = page.texts(".head .complete");
    let line = texts.into_iter().find(|text| text.contains("message")).expect("the completeness line");
    line.replace(" ,", ",")
}

/// Makes the database drop messages 11 to 20 of each run without a word, as a broken disk or a bug might.
fn drop_a_batch(book: &Book) {
    book.desk.sql(match book.desk.bare() {
        Bare::Sqlite(_) => {
            "CREATE TRIGGER drops BEFORE INSERT ON messages WHEN NEW.seq BETWEEN 11 AND 20 BEGIN SELECT RAISE(IGNORE); END"
        }
        Bare::Postgres(_) => {
            "CREATE FUNCTION drops() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
             CREATE TRIGGER drops BEFORE INSERT ON messages FOR EACH ROW WHEN (NEW.seq BETWEEN 11 AND 20) EXECUTE FUNCTION drops()"
        }
    });
}

both_databases! {
    /// A complete log says that nothing is missing.
    async fn nothing_is_missing(book: Book) {
        book.write((0..30).map(|n| about(Category::Success, &format!("{n}"))).collect()).await;
        book.end().await;
        assert_eq!(line(&book).await, "30 messages, all stored");
    }

    /// While a run is in process, its worker reports later what it emitted.
    async fn what_is_stored_was_emitted(book: Book) {
        book.write((0..3).map(|n| about(Category::Success, &format!("{n}"))).collect()).await;
        book.desk.sql("UPDATE run_progress SET emitted = 1");
        assert_eq!(line(&book).await, "3 messages so far");
    }

    async fn a_batch_that_was_dropped_shows(book: Book) {
        drop_a_batch(&book);
        for batch in 0..3 {
            book.write((0..10).map(|n| about(Category::Success, &format!("{batch} {n}"))).collect()).await;
        }
        assert_eq!(line(&book).await, "20 messages so far", "while it runs, what is missing may yet come");
        book.end().await;
        assert_eq!(line(&book).await, "Log is incomplete 30 messages, 20 stored");
    }

    /// What came out of the connector and never reached the store.
    async fn a_message_that_was_lost_on_the_way_shows(book: Book) {
        book.write(vec![about(Category::Success, "a")]).await;
        let claim = book.claim.clone();
        let lost = book.desk.context.store.write(move |db| syncdesk::store::runs::count_emitted(db, &claim, 1));
        lost.await.expect("it is counted");
        book.end().await;
        assert_eq!(line(&book).await, "Log is incomplete 2 messages, 1 stored");
    }

    /// An item key that was cut is marked.
    async fn what_was_cut_is_marked(book: Book) {
        let fits = "é".repeat(MAX_TEXT_BYTES / 2);
        // One byte more than fits, in the middle of a letter.
        let too_long = format!("x{fits}");
        let key = |bytes: usize| Message::of_item(Category::Success, "FILE-COPIED", Operation::Insert, "file", vec![b'k'; bytes]);
        book.write(vec![
            about(Category::Warning, "fits").quoting(fits.clone()),
            about(Category::Warning, "too long").quoting(too_long.clone()),
            about(Category::Warning, "a long argument").arg("source").arg(too_long),
            key(MAX_KEY_BYTES),
            key(MAX_KEY_BYTES + 1),
        ])
        .await;
        book.end().await;
        assert_eq!(line(&book).await, "5 messages, all stored, 3 shortened");
        let marks: Vec<bool> = {
            let page = book.open("").await;
            let html = page.html();
            let mark = crate::visitor::parsed("span.remark");
            html.select(&crate::visitor::parsed("section.log tbody tr")).map(|row| row.select(&mark).next().is_some()).collect()
        };
        assert_eq!(marks, [false, true, true, false, true]);
        let kept = book.desk.texts("SELECT foreign_text AS value FROM messages WHERE foreign_text IS NOT NULL ORDER BY seq");
        assert_eq!(kept[0], fits);
        assert_eq!(kept[1], format!("x{}", "é".repeat(MAX_TEXT_BYTES / 2 - 1)), "cut between two letters");
    }
}
