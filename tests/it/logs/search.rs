//! Searching words: whatever a line says is found, and a search that goes on in windows misses nothing.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use syncdesk::domain::message::{Category, Message};

use super::book::{Book, about, address, numbers};
use crate::database::both_databases;
use crate::visitor::Answer;

fn encoded(words: &str) -> String {
    serde_urlencoded::to_string([("q", words)]).expect("text")
}

/// Where *Search the rest* leads.
fn goes_on(page: &Answer) -> Option<String> {
    address(page, "section.log a", |text| text == "Search the rest")
}

/// Everything that a search finds, over all its windows.
async fn found(book: &Book, query: &str) -> Vec<i64> {
    let mut page = book.open(&format!("?{query}")).await;
    let mut found = numbers(&page);
    while let Some(next) = goes_on(&page) {
        page = book.ada.get(&next).await.expect(200);
        found.extend(numbers(&page));
    }
    found
}

/// Words of several scripts, with what means something to databases, addresses and pages.
fn words() -> impl Strategy<Value = String> {
    let letters = prop::sample::select(vec![
        'a', 'B', 'ß', 'é', 'İ', 'Ж', '漢', '%', '_', '\\', '\'', '"', '<', '&', '+', ' ', '🗂',
    ]);
    prop::collection::vec(letters, 1..12).prop_map(|letters| letters.into_iter().collect())
}

/// A line of a log, with each of the places where words can stand.
fn line() -> impl Strategy<Value = Message> {
    (words(), words(), prop::option::of(words())).prop_map(|(key, arg, foreign)| {
        let message = about(Category::Success, &key).arg(arg);
        match foreign {
            Some(said) => message.quoting(said),
            None => message,
        }
    })
}

both_databases! {
    async fn each_line_is_found_by_each_of_its_words(book: Book) {
        let lines = {
            let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
            let tree = prop::collection::vec(line(), 80).new_tree(&mut runner).expect("lines");
            proptest::strategy::ValueTree::current(&tree)
        };
        book.write(lines.clone()).await;
        book.end().await;
        for (line, number) in lines.iter().zip(1..).step_by(4) {
            let key = String::from_utf8(line.item_key.clone()).expect("text");
            let said = line.foreign_text.clone().unwrap_or_else(|| "New file copied".to_owned());
            for text in [key, line.args[0].clone(), said] {
                // Upper and lower case tell nothing apart; blanks at the ends are not searched for.
                for needle in [text.trim().to_owned(), text.trim().to_lowercase()] {
                    if needle.is_empty() {
                        continue;
                    }
                    let found = found(&book, &encoded(&needle)).await;
                    assert!(found.contains(&number), "{needle:?} is in line {number}: {line:?}; found {found:?}");
                    let expected: Vec<i64> = lines.iter().zip(1..).filter(|(line, _)| mentions(line, &needle)).map(|(_, n)| n).collect();
                    assert_eq!(found, expected, "{needle:?}");
                }
            }
        }
    }

    /// More messages than one search looks at, found ones far apart and close together.
    async fn a_search_continues_without_missing_any(book: Book) {
        const LAST: i64 = 45_000;
        let mut needles: Vec<i64> = vec![1, 19_999, 20_000, 20_001, 20_002, 39_999, 40_000, 40_001, LAST];
        needles.extend(30_000..30_170);
        needles.sort_unstable();
        let list = needles.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        book.fill(1, LAST, "2", &format!("CASE WHEN i IN ({list}) THEN 'a Needle here' END"));
        book.end().await;
        assert_eq!(found(&book, "q=needle").await, needles);
        let first = book.open("?q=needle").await;
        assert!(first.says("Searched the first 20,000 of 45,000 messages."), "{}", first.text("section.log"));
        let nothing = book.open("?q=nowhere").await;
        assert!(nothing.says("No match in the first 20,000 of 45,000 messages. Search the rest"), "{}", nothing.told());
        let nothing = book.ada.get(&goes_on(&nothing).expect("the rest")).await.expect(200);
        assert!(nothing.says("No match in messages 20,001 to 40,000 of 45,000. Search the rest"), "{}", nothing.told());
        let nothing = book.ada.get(&goes_on(&nothing).expect("the rest")).await.expect(200);
        assert!(nothing.says("No match in messages 40,001 to 45,000 of 45,000."), "{}", nothing.told());
        assert_eq!(goes_on(&nothing), None, "there is no rest");
        assert_eq!(found(&book, "q=nowhere").await, [0; 0]);
        let one = found(&book, "q=item%2044321").await;
        assert_eq!(one, [44_321]);
    }

    async fn words_and_filters_together(book: Book) {
        let mut lines: Vec<Message> = (0..40).map(|n| about(Category::Success, &format!("red {n}"))).collect();
        lines.extend((0..5).map(|n| about(Category::Warning, &format!("red {n}"))));
        lines.extend((0..5).map(|n| about(Category::Warning, &format!("blue {n}"))));
        book.write(lines).await;
        book.end().await;
        assert_eq!(found(&book, "q=red&category=warning").await, (41..=45).collect::<Vec<_>>());
        assert_eq!(found(&book, "q=blue&code=FILE-DENIED").await, (46..=50).collect::<Vec<_>>());
        assert_eq!(found(&book, "q=blue&code=file-denied").await, (46..=50).collect::<Vec<_>>(), "a code in any case");
        let page = book.open("?code=file-denied").await;
        assert_eq!((numbers(&page).len(), page.attributes("[name=code] option[selected]", "value")), (10, vec!["FILE-DENIED".to_owned()]));
        let csv = book.ada.get(&book.page("/messages.csv?code=file-denied")).await.expect(200);
        assert_eq!(csv.body.lines().count(), 11);
        assert_eq!(found(&book, "q=no+permission").await, (41..=50).collect::<Vec<_>>(), "the words of the catalogue");
        assert_eq!(found(&book, "q=file-denied").await, (41..=50).collect::<Vec<_>>(), "the code");
        let page = book.open("?q=red&category=warning").await;
        assert!(page.says("Searched all 50 messages."), "{}", page.told());
    }
}

/// By hand: whether one of the texts of a line has these words, whatever their case.
fn mentions(line: &Message, needle: &str) -> bool {
    let needle = needle.to_lowercase();
    let text = format!("New file copied, {} B.", line.args[0]);
    let text = if line.args[0].is_empty() { "New file copied.".to_owned() } else { text };
    let mut texts = vec![String::from_utf8(line.item_key.clone()).expect("text"), line.args[0].clone(), text];
    texts.push("FILE-COPIED".to_owned());
    texts.extend(line.foreign_text.clone());
    texts.iter().any(|text| text.to_lowercase().contains(&needle))
}
