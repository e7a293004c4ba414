//! The live log for browsers that show a page only once it is whole.

use syncdesk::domain::message::Category;

use super::book::{Book, about, numbers};
use crate::database::both_databases;

both_databases! {
    /// It refreshes while the run is in process, and shows the newest rows last.
    async fn the_newest_rows_until_the_end(book: Book) {
        let address = format!("{}?refresh=on", book.page("/live"));
        let page = book.ada.get(&address).await.expect(200);
        assert_eq!((page.header("refresh"), page.text("h1").as_str()), ("5", "Latest messages of run 1"));
        assert!(page.says("No messages yet.") && page.says("Refreshes every 5 seconds."), "{}", page.told());
        book.write((1..=60).map(|n| about(Category::Success, &format!("file {n}"))).collect()).await;
        let page = book.ada.get(&address).await.expect(200);
        assert_eq!(numbers(&page), (11..=60).collect::<Vec<_>>());
        assert!(page.says("Earlier messages are on the page of the run.") && page.says("file 60"), "{}", page.told());
        assert!(page.text("#end").starts_with("In process · 0 errors, 0 warnings, 60 successes"), "{}", page.told());
        let stop = page.attributes("p.refresh a", "href").concat();
        let still = book.ada.get(&stop).await.expect(200);
        assert_eq!((still.header("refresh"), numbers(&still).len()), ("", 50));
        book.write(vec![about(Category::Warning, "the last")]).await;
        book.end().await;
        let over = book.ada.get(&address).await.expect(200);
        assert_eq!((over.header("refresh"), numbers(&over).last()), ("", Some(&61)));
        assert!(over.text("#end").contains("Completed with warnings") && over.says("the last"), "{}", over.told());
    }

    /// From the page of a run, and from the streamed log itself.
    async fn links_lead_to_it(book: Book) {
        let address = format!("{}?refresh=on", book.page("/live"));
        assert!(book.open("").await.attributes("main a", "href").contains(&address));
        book.end().await;
        let live = book.ada.get(&book.page("/live")).await.expect(200);
        assert!(live.attributes("main a", "href").contains(&address), "{}", live.told());
    }

    /// Who may not read this log gets none of it, in whichever form.
    async fn it_needs_the_same_right(book: Book) {
        let address = format!("{}?refresh=on", book.page("/live"));
        book.desk.as_("wim").await.get(&address).await.expect(403);
        book.desk.as_("dora").await.get(&address).await.expect(404);
        book.desk.as_("mona").await.get(&address).await.expect(200);
    }
}
