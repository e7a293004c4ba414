//! The charts, and what they say in words: messages over time on the run's page, the last runs on the system's.

use std::time::Duration;

use syncdesk::clock::{Clock, Stamp, SystemClock};
use syncdesk::domain::message::Category;

use super::book::{Book, about, category_of, numbers};
use crate::database::both_databases;
use crate::visitor::{Answer, text_of};

/// The rows of the table beside the chart: where each leads, and its four counts.
fn rows(page: &Answer) -> Vec<(String, [i64; 4])> {
    let (html, row) = (page.html(), crate::visitor::parsed("figure.chart tbody tr"));
    let (link, cell) = (crate::visitor::parsed("th a"), crate::visitor::parsed("td.n"));
    let told = |row: scraper::ElementRef<'_>| {
        let address = row.select(&link).next().and_then(|link| link.attr("href")).expect("a link").to_owned();
        let counts = row.select(&cell).map(|cell| text_of(&cell).replace(',', "").parse().expect("a number"));
        (address, counts.collect::<Vec<i64>>().try_into().expect("four counts"))
    };
    html.select(&row).map(told).collect()
}

/// This many messages in the time that a run takes, in batches.
async fn logged(book: &Book, n: i64, took: Duration) {
    let begins = SystemClock.now();
    for batch in (1..=n).collect::<Vec<_>>().chunks(97) {
        let at = |number: i64| {
            begins.plus(took / u32::try_from(n).expect("small") * u32::try_from(number - 1).expect("small"))
        };
        book.write_at(
            batch.iter().map(|number| (at(*number), about(category_of(*number), &format!("file {number}")))).collect(),
        )
        .await;
    }
}

both_databases! {
    /// What the rows say adds up, category by category, and each row leads to the first of its messages.
    async fn the_table_adds_up_and_leads_into_the_log(book: Book) {
        logged(&book, 1_000, Duration::from_mins(7)).await;
        book.end().await;
        let page = book.open("").await;
        let rows = rows(&page);
        assert!((6..=12).contains(&rows.len()), "{rows:?}");
        for (place, category) in Category::ALL.iter().enumerate() {
            let told: i64 = rows.iter().map(|(_address, counts)| counts[place]).sum();
            let expected = (1..=1_000).filter(|number| category_of(*number) == *category).count();
            assert_eq!(told, i64::try_from(expected).expect("small"), "{}", category.title());
            let legend = format!("{} {expected}", category.title());
            assert!(page.texts("figure.chart ul.legend li").contains(&legend), "{legend}");
        }
        let mut first = 1;
        for (address, counts) in rows {
            let page = book.ada.get(&address).await.expect(200);
            assert_eq!(numbers(&page)[0], first, "{address}");
            first += counts.iter().sum::<i64>();
        }
        assert!(!page.attributes("figure.chart > svg rect", "height").is_empty());
        assert_eq!(page.attributes("figure.chart > svg", "aria-hidden"), ["true"]);
    }

    /// One row of the database, and at most 48 bars, whatever a run logs and however long it takes.
    async fn what_is_kept_is_bounded(book: Book) {
        let begins = SystemClock.now();
        for day in 0..120 {
            let at = Stamp(begins.0 + day * 86_400_000_000);
            book.write_at(vec![(at, about(Category::Warning, &format!("file {day}")))]).await;
        }
        book.end().await;
        let kept = book.desk.texts("SELECT counts AS value FROM run_timelines");
        assert_eq!(kept.len(), 1);
        let slices = kept[0].matches('[').count() - 1;
        assert!((24..=48).contains(&slices), "{slices}");
        let page = book.open("").await;
        assert!(page.texts("figure.chart ul.legend li").contains(&"Warning 120".to_owned()));
        assert!(page.attributes("figure.chart > svg > rect", "x").len() <= 49);
    }

    /// It is drawn where the log begins, and for those alone who may read it.
    async fn where_the_log_begins_for_who_may_read_it(book: Book) {
        logged(&book, 200, Duration::from_mins(7)).await;
        book.end().await;
        assert_eq!(rows(&book.open("").await).len(), rows(&book.open("?refresh=off").await).len());
        for query in ["?category=warning", "?after=50", "?around=3", "?at=17", "?q=file"] {
            assert!(book.open(query).await.texts("figure.chart").is_empty(), "{query}");
        }
        let wim = book.desk.as_("wim").await;
        let page = wim.get(&book.page("")).await.expect(200);
        assert!(page.texts("figure.chart").is_empty() && page.texts("#changes").is_empty());
    }

    /// Also for who may not read logs: counts and durations are the system's.
    async fn the_last_runs_are_drawn_above_their_table(book: Book) {
        let mut book = book;
        book.write((0..7).map(|n| about(Category::Success, &format!("file {n}"))).collect()).await;
        book.end().await;
        let wim = book.desk.as_("wim").await;
        assert!(wim.get(&book.tree.page()).await.expect(200).texts("figure.chart").is_empty(), "one run is no chart");
        book.next_run();
        book.write(vec![about(Category::Warning, "a"), about(Category::Error, "b")]).await;
        book.end().await;
        assert!(wim.get(&book.tree.page()).await.expect(200).texts("figure.chart").is_empty(), "nor are two");
        book.next_run();
        book.end().await;
        for person in [&book.ada, &wim] {
            let page = person.get(&book.tree.page()).await.expect(200);
            let captions = page.texts("figure.chart figcaption");
            assert!(captions[0].starts_with("Duration of runs 1 to 3, oldest first. Longest: run "), "{captions:?}");
            assert_eq!(captions[1], "Messages per run, by category; run 1 the most, 7 messages");
            assert_eq!(
                page.texts("figure.chart ul.legend li"),
                ["Completed 2", "Error 1", "Error 1", "Warning 1", "Success 7", "Information 0"]
            );
            let parts = page.attributes("figure.chart > svg rect[fill^=url], figure.chart > svg a rect[fill^=url]", "fill");
            assert_eq!(parts, ["url(#fill-error)", "url(#fill-error)", "url(#fill-warning)"], "patterns, not colours alone");
            assert_eq!(page.texts("figure.chart .axis span:first-child").len(), 2, "{}", page.told());
            let links = page.attributes("figure.chart > svg a[tabindex='-1']", "href");
            let runs = [1, 2, 3].map(|no| book.tree.run(no));
            assert_eq!(links, [runs.clone(), runs].concat(), "each bar leads to its run, which the list of runs has too");
        }
    }
}
