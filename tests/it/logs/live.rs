//! The live log: rows arrive as they are written, and the end says how the run went.

use std::sync::Arc;
use std::time::Duration;

use syncdesk::clock::SystemClock;
use syncdesk::domain::message::Category;

use super::book::{Book, about};
use super::reading::Reading;
use crate::database::{Database, both_databases};
use crate::desk::Desk;
use crate::visitor::Visitor;
use crate::wait::until;

async fn live(book: &Book, visitor: &Visitor, query: &str, gzip: bool) -> Reading {
    Reading::start(&book.desk.base, visitor, &format!("{}/live{query}", book.tree.run(1)), gzip).await
}

async fn write(book: &Book, name: &str) {
    book.write(vec![about(Category::Success, name)]).await;
}

/// Rows come one by one while the run goes on; each is there before the next is written.
async fn rows_arrive(book: &Book, gzip: bool) {
    write(book, "before anybody looks").await;
    let mut live = live(book, &book.ada, "", gzip).await;
    assert_eq!(live.status(), 200);
    live.until("before anybody looks").await;
    for number in 0..5 {
        let name = format!("written while it is read {number}");
        assert!(!live.text.contains(&name));
        write(book, &name).await;
        live.until(&name).await;
    }
    assert!(!live.text.contains("</html>"), "the page is not at its end while the run goes on");
    book.write(vec![about(Category::Warning, "the last")]).await;
    book.end().await;
    let page = live.read_to_end().await.expect("the page is whole").to_owned();
    assert!(page.ends_with("</html>"), "{page}");
    let end = page.split("id=\"end\"").nth(1).expect("the end of the log").replace('\u{a0}', " ");
    assert!(
        end.contains("Completed with warnings") && end.contains("1 warning") && end.contains("6 successes"),
        "{end}"
    );
    let shown: Vec<usize> = (1..=7).map(|number| page.matches(&format!("id=\"m{number}\"")).count()).collect();
    assert_eq!(shown, [1; 7], "each row once");
}

both_databases! {
    /// The live log shows messages while the run writes them.
    async fn plain(book: Book) {
        rows_arrive(&book, false).await;
    }

    /// The live log does so when the response is compressed.
    async fn compressed(book: Book) {
        rows_arrive(&book, true).await;
    }

    /// Between two messages the progress is reported, whenever it has changed.
    async fn progress_between_messages(book: Book) {
        let progress = |phase: &str, done: u32| book.desk.sql(&format!(
            "UPDATE run_progress SET phase = '{phase}', items_done = {done}, items_total = 600, total_final = TRUE"
        ));
        write(&book, "the first message").await;
        let mut live = live(&book, &book.ada, "", false).await;
        live.until("the first message").await;
        progress("reading Orders", 431);
        live.until("reading Orders · 431 of 600 items · 71\u{a0}%").await;
        progress("reading Orders", 600);
        live.until("600 of 600 items").await;
        write(&book, "the second message").await;
        live.until("the second message").await;
        book.end().await;
        let page = live.read_to_end().await.expect("the page is whole").to_owned();
        assert_eq!(page.matches("431 of 600 items").count(), 1, "once: {page}");
        let places = ["the first message", "431 of 600", "the second message"].map(|words| page.find(words).expect("text"));
        assert!(places.is_sorted(), "in order: {places:?}");
        assert!(page.contains("<td class=\"soft\" colspan=\"6\">"), "a row of the same table: {page}");
    }

    /// The live log of a run that has ended shows all of it and ends.
    async fn of_a_run_that_is_over(book: Book) {
        write(&book, "the only one").await;
        book.end().await;
        let mut live = live(&book, &book.ada, "", true).await;
        let page = live.read_to_end().await.expect("the page is whole");
        assert!(page.contains("the only one") && page.contains("Completed"), "{page}");
    }

    /// The role is taken away while its reader looks.
    async fn ends_when_the_right_is_taken_away(book: Book) {
        let mona = book.desk.as_("mona").await;
        write(&book, "allowed").await;
        let mut live = live(&book, &mona, "", false).await;
        live.until("allowed").await;
        book.desk.sql("DELETE FROM assignments WHERE person_id = (SELECT id FROM people WHERE name = 'mona')");
        write(&book, "not for her").await;
        let page = live.read_to_end().await.expect("the page is whole");
        assert!(page.contains("You were signed out, or your access to this log was removed."), "{page}");
        assert!(!page.contains("not for her"), "{page}");
    }

    async fn ends_when_its_reader_signs_out_everywhere(book: Book) {
        let mona = book.desk.signed_in("mona").await;
        write(&book, "allowed").await;
        let mut live = live(&book, &mona, "", false).await;
        live.until("allowed").await;
        mona.get("/account").await.expect(200);
        mona.submit("/account/sign-out-everywhere", &[]).await.expect(303);
        write(&book, "not for her").await;
        let page = live.read_to_end().await.expect("the page is whole");
        assert!(page.contains("You were signed out") && !page.contains("not for her"), "{page}");
    }

    /// One session ends while its owner has others.
    async fn ends_when_its_reader_signs_out(book: Book) {
        let (mona, _elsewhere) = (book.desk.signed_in("mona").await, book.desk.signed_in("mona").await);
        write(&book, "allowed").await;
        let mut live = live(&book, &mona, "", false).await;
        live.until("allowed").await;
        mona.get("/account").await.expect(200);
        mona.submit("/sign-out", &[]).await.expect(303);
        write(&book, "not for her").await;
        let page = live.read_to_end().await.expect("the page is whole");
        assert!(page.contains("You were signed out") && !page.contains("not for her"), "{page}");
    }

    async fn is_bounded_in_rows_and_continues(book: Book) {
        book.fill(1, 10_700, "2", "NULL");
        let page = live(&book, &book.ada, "", true).await.read_to_end().await.expect("the page is whole").to_owned();
        assert!(page.contains("The run continues") && !page.contains("Completed"), "the run is not over");
        let last = (10_000..=10_700).rfind(|number| page.contains(&format!("id=\"m{number}\""))).expect("rows");
        assert!(last < 10_700, "not all at once");
        let on = format!("{}/live?after={last}", book.tree.run(1));
        assert!(page.contains(&format!("href=\"{on}\"")), "the end leads on from row {last}");
        book.end().await;
        let rest = live(&book, &book.ada, &format!("?after={last}"), true).await.read_to_end().await.expect("whole").to_owned();
        assert!(!rest.contains(&format!("id=\"m{last}\"")), "no row twice");
        assert!((last + 1..=10_700).all(|number| rest.contains(&format!("id=\"m{number}\""))), "no row is skipped");
    }

    async fn is_bounded_in_time(book: ShortBook) {
        let book = book.0;
        write(&book, "the only one").await;
        let mut live = live(&book, &book.ada, "", false).await;
        let page = live.read_to_end().await.expect("the page is whole");
        assert!(page.contains("the only one") && page.contains("This page has reached its limit."), "{page}");
        assert!(page.contains("/live?after=1\""), "{page}");
    }

    /// A portal for two readers at a time. One that went away makes room, though nothing is written.
    async fn is_bounded_in_readers(book: BookForTwo) {
        let book = book.0;
        write(&book, "hello").await;
        let mut first = live(&book, &book.ada, "", false).await;
        let mut second = live(&book, &book.ada, "", true).await;
        first.until("hello").await;
        second.until("hello").await;
        let third = live(&book, &book.ada, "", false).await;
        assert_eq!(third.status(), 409);
        drop(second);
        until("room for another reader", async || {
            let next = live(&book, &book.ada, "", false).await;
            (next.status() == 200).then_some(())
        })
        .await;
        write(&book, "still there").await;
        first.until("still there").await;
    }

    async fn ends_when_the_portal_does(book: Book) {
        write(&book, "hello").await;
        let mut live = live(&book, &book.ada, "", true).await;
        live.until("hello").await;
        let ending = tokio::task::spawn_blocking(move || drop(book));
        let page = live.read_to_end().await.expect("the page is whole");
        assert!(page.contains("Syncdesk is restarting."), "{page}");
        ending.await.expect("the portal ends in order");
    }
}

/// Live logs last a tenth of a second.
struct ShortBook(Book);

impl crate::database::Fixture for ShortBook {
    async fn on(database: Database) -> Self {
        let shorten = |config: &mut syncdesk::config::Config| config.live_log_time = Duration::from_millis(100);
        let desk = Desk::tuned(database, &[], Arc::new(SystemClock), shorten).await;
        desk.settle().await;
        Self(Book::of(desk).await)
    }
}

struct BookForTwo(Book);

impl crate::database::Fixture for BookForTwo {
    async fn on(database: Database) -> Self {
        Self(Book::with(database, &["--live-log-readers=2"]).await)
    }
}
