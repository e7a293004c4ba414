//! First, previous, next, last: by key, so that no message is skipped or shown twice while more are written.

use super::book::{Book, about, category_of, link, numbers};
use crate::database::both_databases;

/// Writes this many more messages.
async fn more(book: &Book, n: i64) {
    let from = book.totals().await.stored;
    book.write((from + 1..=from + n).map(|number| about(category_of(number), &format!("file {number}"))).collect())
        .await;
}

/// What the log has of a category, by hand; `None` for all of it.
fn expected(category: Option<&str>, last: i64) -> Vec<i64> {
    (1..=last).filter(|number| category.is_none_or(|word| category_of(*number).as_str() == word)).collect()
}

fn query(category: Option<&str>) -> String {
    category.map(|word| format!("?category={word}")).unwrap_or_default()
}

both_databases! {
    async fn forwards_while_the_run_writes(book: Book) {
        for category in [None, Some("success"), Some("warning")] {
            more(&book, 130).await;
            let (mut seen, mut next) = (Vec::new(), Some(book.page(&query(category))));
            let mut written = 0;
            while let Some(address) = next {
                let page = book.ada.get(&address).await.expect(200);
                seen.extend(numbers(&page));
                if written < 6 {
                    more(&book, 40).await;
                    written += 1;
                    // The last page may just have been full: look at it again.
                    next = link(&page, "Next").or(Some(address_after(&book, category, &seen)));
                } else {
                    next = link(&page, "Next");
                }
            }
            let last = *seen.last().expect("messages");
            assert_eq!(seen, expected(category, last), "{category:?}");
            assert!(last > book.totals().await.stored - 60, "it came to the end");
        }
    }

    async fn backwards_while_the_run_writes(book: Book) {
        more(&book, 230).await;
        for category in [None, Some("success"), Some("information")] {
            let first = book.ada.get(&book.page(&query(category))).await.expect(200);
            let mut page = book.ada.get(&link(&first, "Last").unwrap_or_else(|| book.page(&query(category)))).await.expect(200);
            let mut seen: Vec<i64> = numbers(&page).into_iter().rev().collect();
            let last = seen[0];
            while let Some(previous) = link(&page, "Previous") {
                more(&book, 30).await;
                page = book.ada.get(&previous).await.expect(200);
                seen.extend(numbers(&page).into_iter().rev());
            }
            seen.reverse();
            assert_eq!(seen, expected(category, last), "{category:?}");
        }
    }

    async fn the_four_links(book: Book) {
        more(&book, 120).await;
        book.end().await;
        let links = |page: &crate::visitor::Answer| ["First", "Previous", "Next", "Last"].map(|word| link(page, word).is_some());
        let first = book.open("").await;
        assert_eq!((numbers(&first), links(&first)), ((1..=50).collect(), [false, false, true, true]));
        let second = book.ada.get(&link(&first, "Next").expect("a second page")).await.expect(200);
        assert_eq!((numbers(&second), links(&second)), ((51..=100).collect(), [true, true, true, true]));
        let third = book.ada.get(&link(&second, "Next").expect("a third page")).await.expect(200);
        assert_eq!((numbers(&third), links(&third)), ((101..=120).collect(), [true, true, false, false]));
        let back = book.ada.get(&link(&third, "Previous").expect("a page before")).await.expect(200);
        assert_eq!((numbers(&back), links(&back)), ((51..=100).collect(), [true, true, true, true]));
        let top = book.ada.get(&link(&back, "Previous").expect("a page before")).await.expect(200);
        assert_eq!((numbers(&top), links(&top)), ((1..=50).collect(), [false, false, true, true]));
        let end = book.ada.get(&link(&first, "Last").expect("an end")).await.expect(200);
        assert_eq!((numbers(&end), links(&end)), ((71..=120).collect(), [true, true, false, false]));
        let start = book.ada.get(&link(&end, "First").expect("a start")).await.expect(200);
        assert_eq!(numbers(&start), numbers(&first));
    }

    async fn one_page_has_no_links(book: Book) {
        more(&book, 50).await;
        book.end().await;
        assert_eq!(book.open("").await.texts("div.pag nav a"), [""; 0]);
    }
}

/// Where *Next* would have led, had there been more already.
fn address_after(book: &Book, category: Option<&str>, seen: &[i64]) -> String {
    let last = seen.last().copied().unwrap_or(0);
    match category {
        Some(word) => book.page(&format!("?category={word}&after={last}")),
        None => book.page(&format!("?after={last}")),
    }
}
