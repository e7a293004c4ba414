//! What changed between two runs: problems that are new, gone or there again.
//!
//! A problem is an Error or a Warning about an item. Problems are compared for each code and item type, item
//! by item where all their messages were looked at; where there are too many, by their number alone.

use std::collections::BTreeMap;

use super::message::Category;

/// How many messages of each category and run are looked at: the end of a run takes 15 to 40 ms longer then.
pub const LOOK: i64 = 2_000;
/// How many examples are kept of the new, the gone and the repeated items of a code and item type.
pub const EXAMPLES: usize = 5;
/// How many codes and item types are kept; the worst come first.
const KEPT: usize = 40;

/// What is compared as one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    pub category: Category,
    pub code: String,
    pub item_type: String,
}

/// The problems of a run.
#[derive(Debug, Clone, Default)]
pub struct Problems {
    /// How many messages of each there are.
    pub counts: BTreeMap<Subject, i64>,
    /// The messages that were looked at: their place in the log and the item.
    pub seen: BTreeMap<Subject, Vec<(i64, Vec<u8>)>>,
}

/// What changed for a code and an item type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub subject: Subject,
    /// Messages of the run before, and of this one.
    pub before: i64,
    pub now: i64,
    /// None: there are too many to compare them one by one.
    pub items: Option<Items>,
}

/// Items that are new, gone, or there again, with the places of some of their messages: of the gone in the log of the
/// run before, of the others in that of this run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Items {
    pub new: Group,
    pub gone: Group,
    pub repeated: Group,
}

/// Their number, and the sequence numbers of the first messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    pub n: i64,
    pub examples: Vec<i64>,
}

impl Group {
    fn add(&mut self, seq: i64) {
        self.n += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(seq);
        }
    }
}

/// Compares two runs; errors first, each category in the order of codes.
#[must_use]
pub fn compare(before: &Problems, now: &Problems) -> Vec<Change> {
    let subjects: std::collections::BTreeSet<&Subject> = before.counts.keys().chain(now.counts.keys()).collect();
    let change = |subject: &Subject| Change {
        before: before.count(subject),
        now: now.count(subject),
        items: before.items(subject).zip(now.items(subject)).map(|(before, now)| by_item(&before, &now)),
        subject: subject.clone(),
    };
    subjects.into_iter().take(KEPT).map(change).collect()
}

impl Problems {
    fn count(&self, subject: &Subject) -> i64 {
        self.counts.get(subject).copied().unwrap_or(0)
    }

    /// The items with the place of the first message of each, if all messages were looked at.
    fn items(&self, subject: &Subject) -> Option<BTreeMap<&[u8], i64>> {
        let seen = self.seen.get(subject).map(Vec::as_slice).unwrap_or_default();
        if i64::try_from(seen.len()).unwrap_or(i64::MAX) < self.count(subject) {
            return None;
        }
        let mut items = BTreeMap::new();
        for (seq, key) in seen {
            items.entry(key.as_slice()).or_insert(*seq);
        }
        Some(items)
    }
}

fn by_item(before: &BTreeMap<&[u8], i64>, now: &BTreeMap<&[u8], i64>) -> Items {
    let mut items = Items::default();
    for (key, seq) in now {
        if before.contains_key(key) { items.repeated.add(*seq) } else { items.new.add(*seq) }
    }
    for (_key, seq) in before.iter().filter(|(key, _)| !now.contains_key(*key)) {
        items.gone.add(*seq);
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(category: Category, code: &str) -> Subject {
        Subject { category, code: code.to_owned(), item_type: "file".to_owned() }
    }

    /// Messages about items, all looked at.
    fn problems(messages: &[(Category, &str, &str)]) -> Problems {
        let mut problems = Problems::default();
        for (seq, (category, code, key)) in (1..).zip(messages) {
            let subject = subject(*category, code);
            *problems.counts.entry(subject.clone()).or_insert(0) += 1;
            problems.seen.entry(subject).or_default().push((seq, key.as_bytes().to_vec()));
        }
        problems
    }

    fn group(examples: &[i64]) -> Group {
        Group { n: i64::try_from(examples.len()).unwrap(), examples: examples.to_vec() }
    }

    #[test]
    fn items_are_new_gone_or_there_again() {
        use Category::{Error, Warning};
        let before = problems(&[(Warning, "A", "one"), (Warning, "A", "two"), (Warning, "B", "one")]);
        let now =
            problems(&[(Warning, "A", "three"), (Warning, "A", "two"), (Warning, "A", "two"), (Error, "C", "one")]);
        let changes = compare(&before, &now);
        let told: Vec<_> =
            changes.iter().map(|change| (change.subject.code.as_str(), change.before, change.now)).collect();
        assert_eq!(told, [("C", 0, 1), ("A", 2, 3), ("B", 1, 0)], "errors first");
        let items: Vec<_> = changes.into_iter().map(|change| change.items.unwrap()).collect();
        assert_eq!(items[0], Items { new: group(&[4]), ..Items::default() });
        assert_eq!(items[1], Items { new: group(&[1]), gone: group(&[1]), repeated: group(&[2]) });
        assert_eq!(items[2], Items { gone: group(&[3]), ..Items::default() });
    }

    #[test]
    fn examples_are_few_and_numbers_whole() {
        let keys: Vec<String> = (0..100).map(|key| format!("{key:03}")).collect();
        let messages: Vec<_> = keys.iter().map(|key| (Category::Warning, "A", key.as_str())).collect();
        let changes = compare(&Problems::default(), &problems(&messages));
        let new = &changes[0].items.as_ref().unwrap().new;
        assert_eq!((new.n, new.examples.as_slice()), (100, &[1, 2, 3, 4, 5][..]));
    }

    /// What was not looked at is not guessed.
    #[test]
    fn too_many_are_compared_by_their_number() {
        let before = problems(&[(Category::Warning, "A", "one"), (Category::Warning, "B", "one")]);
        let mut now = before.clone();
        now.counts.insert(subject(Category::Warning, "A"), 1_000_000);
        let changes = compare(&before, &now);
        assert_eq!((changes[0].before, changes[0].now, &changes[0].items), (1, 1_000_000, &None));
        assert_eq!(changes[1].items, Some(Items { repeated: group(&[2]), ..Items::default() }));
    }

    #[test]
    fn nothing_and_nothing_is_nothing() {
        assert_eq!(compare(&Problems::default(), &Problems::default()), []);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let codes: Vec<String> = (0..100).map(|code| format!("C{code:03}")).collect();
        let messages: Vec<_> = codes.iter().map(|code| (Category::Warning, code.as_str(), "x")).collect();
        assert_eq!(compare(&problems(&messages), &Problems::default()).len(), KEPT);
    }
}
