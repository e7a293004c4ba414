//! Going to a message by number, by time, or by a link; and its neighbours.

use std::time::Duration;

use syncdesk::clock::{Clock, Stamp, SystemClock};
use syncdesk::domain::message::Category;

use super::book::{Book, about, category_of, link, numbers};
use crate::database::both_databases;

async fn write(book: &Book, n: i64) {
    book.write((1..=n).map(|number| about(category_of(number), &format!("file {number}"))).collect()).await;
}

/// A moment as somebody types it, in UTC.
fn typed(at: Stamp) -> String {
    at.to_utc().format("%H:%M:%S").to_string()
}

both_databases! {
    /// A person can go to a message by its number.
    async fn to_a_number(book: Book) {
        write(&book, 300).await;
        book.end().await;
        let page = book.open("?at=117").await;
        assert_eq!(numbers(&page), (117..=166).collect::<Vec<_>>());
        let before = book.ada.get(&link(&page, "Previous").expect("there is more above")).await.expect(200);
        assert_eq!(numbers(&before), (67..=116).collect::<Vec<_>>());
        let after = book.ada.get(&link(&page, "Next").expect("there is more below")).await.expect(200);
        assert_eq!(numbers(&after), (167..=216).collect::<Vec<_>>());
    }

    /// A person can go to the first message.
    async fn to_the_first(book: Book) {
        write(&book, 60).await;
        for typed in ["1", "0", "-3"] {
            let page = book.open(&format!("?at={typed}")).await;
            assert_eq!(numbers(&page), (1..=50).collect::<Vec<_>>(), "{typed}");
            assert_eq!(link(&page, "Previous"), None, "{typed}: nothing is above the first");
        }
    }

    /// Somebody types a number that the log does not have.
    async fn behind_the_last(book: Book) {
        write(&book, 60).await;
        book.end().await;
        for typed in ["61", "1000000"] {
            let page = book.open(&format!("?at={typed}")).await;
            assert_eq!(numbers(&page), (11..=60).collect::<Vec<_>>(), "{typed}: the end of the log");
            assert!(page.says("The last message is 60."), "{typed}: {}", page.text("section.log"));
        }
        let page = book.open("?after=60").await;
        assert_eq!(numbers(&page), (11..=60).collect::<Vec<_>>(), "an address with a number that is too high");
    }

    async fn to_a_number_within_a_category(book: Book) {
        write(&book, 300).await;
        book.end().await;
        let warnings: Vec<i64> = (1..=300).filter(|number| category_of(*number) == Category::Warning).collect();
        let page = book.open("?category=warning&at=200").await;
        let expected: Vec<i64> = warnings.iter().copied().filter(|number| *number >= 200).collect();
        assert_eq!(numbers(&page), expected);
        let first = book.open(&format!("?category=warning&at={}", warnings[0])).await;
        assert_eq!(numbers(&first), warnings);
        assert_eq!(link(&first, "Previous"), None);
    }

    /// A person can go to a time in the log.
    async fn to_a_time(book: Book) {
        // A second apart, from two minutes ago on.
        let start = SystemClock.now().minus(Duration::from_mins(2));
        let start = Stamp(start.0 / 1_000_000 * 1_000_000);
        book.desk.sql(&format!("UPDATE runs SET started_at = {}", start.0));
        let at = |number: u64| start.plus(Duration::from_secs(number));
        book.write_at((0..110).map(|number| (at(number), about(Category::Success, &format!("{number}")))).collect()).await;
        book.end().await;
        let page = book.open(&format!("?at={}", typed(at(40)))).await;
        assert_eq!(numbers(&page)[0], 41, "the first message at that second");
        let page = book.open(&format!("?at={}", typed(at(109)))).await;
        assert_eq!(numbers(&page), [110]);
        let behind = book.open(&format!("?at={}", typed(at(115)))).await;
        assert!(behind.says("There are no messages at or after this time. This is the end of the log."));
        assert_eq!(numbers(&behind).last(), Some(&110));
        let wrong = book.open("?at=noon").await;
        assert!(wrong.says("Enter a message number (17) or a time (23:01 or 23:01:30)."));
        assert_eq!(numbers(&wrong)[0], 1);
    }

    /// From the warnings to one of them among what happened before and after it.
    async fn a_link_shows_a_message_among_its_neighbours(book: Book) {
        write(&book, 300).await;
        book.end().await;
        let warnings = book.open("?category=warning").await;
        let number = numbers(&warnings).into_iter().find(|number| *number > 100).expect("one in the middle");
        let anchor = format!("?around={number}#m{number}");
        let link = warnings.attributes("section.log tbody td.n a", "href").into_iter().find(|href| href.ends_with(&anchor));
        let around = book.ada.get(&link.expect("each row has its link")).await.expect(200);
        assert_eq!(numbers(&around), (number - 20..=number + 20).collect::<Vec<_>>());
        assert!(around.texts("section.log tbody td[data-l=Category]").contains(&"Success".to_owned()), "of any category");
        assert_eq!(around.html().select(&crate::visitor::parsed(&format!("tr#m{number}"))).count(), 1, "the link goes to its row");
        for (asked, expected) in [(1, 1..=21), (5, 1..=25), (300, 280..=300), (295, 275..=300)] {
            let page = book.open(&format!("?around={asked}")).await;
            assert_eq!(numbers(&page), expected.collect::<Vec<_>>(), "around {asked}");
        }
        // A number that the log does not have: its end, and what to do.
        let beyond = book.open("?around=9999").await;
        assert_eq!(numbers(&beyond).last(), Some(&300));
        assert!(beyond.says("The last message is 300."), "{}", beyond.told());
    }
}
