//! Readers that stop reading hold nothing but their socket, and lose what they lose the right to.

use syncdesk::domain::message::Category;

use super::book::{Book, about};
use super::reading::Stalled;
use crate::database::{Database, Fixture, both_databases};
use crate::exports::{GIVE, TAKE};

/// As few connections to the database as can be set: one for reading and one for writing.
struct Narrow(Book);

impl Fixture for Narrow {
    async fn on(database: Database) -> Self {
        let book = Book::with(database, &["--read-connections=1", "--write-connections=1"]).await;
        for name in ["nora", "otto", "paul"] {
            book.desk.add_person(name, "Operator", Some("Finance")).await;
        }
        // More than fits into all buffers on the way.
        book.fill(1, 9_000, "2", &format!("'{}'", "x".repeat(8_000)));
        Self(book)
    }
}

both_databases! {
    /// Live log: a slow reader holds nothing but its socket.
    async fn pages_answer_while_readers_stall(book: Narrow) {
        let book = book.0;
        let mut stalled = Vec::new();
        // One person may have four long answers of a sort at once.
        for name in ["ada", "mona", "nora", "otto", "paul"] {
            let reader = book.desk.as_(name).await;
            for path in ["/live", "/messages.csv", "/live", "/messages.ndjson"] {
                let path = format!("{}{path}", book.tree.run(1));
                stalled.push(Stalled::at(&book.desk.base, &reader, &path).await);
            }
        }
        for _ in 0..10 {
            book.open("?category=success").await;
            book.ada.get(&book.tree.page()).await.expect(200);
            book.ada.get("/systems").await.expect(200);
        }
        book.write(vec![about(Category::Success, "the run goes on too")]).await;
        book.end().await;
        // None was given up: a reader who continues gets all of it.
        let (bytes, whole) = stalled.remove(1).read_on().await;
        assert!(whole && bytes > 9_000 * 8_000, "{bytes} bytes");
    }

    /// Export: rights are checked again for each chunk.
    async fn an_export_breaks_off_when_the_right_is_taken_away(book: Narrow) {
        let book = book.0;
        let mona = book.desk.as_("mona").await;
        for kind in ["csv", "ndjson"] {
            let path = format!("{}/messages.{kind}", book.tree.run(1));
            let export = Stalled::at(&book.desk.base, &mona, &path).await;
            let mut bare = book.desk.bare();
            bare.execute(TAKE);
            let (bytes, whole) = export.read_on().await;
            assert!(!whole && bytes < 9_000 * 8_000, "{kind}: {bytes} bytes, as if it were all");
            bare.execute(GIVE);
        }
    }
}
