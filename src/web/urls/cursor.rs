//! Where a page of a list begins, as URLs carry it: `after` or `before` with the key of a row, or `before=end`.

use crate::clock::Stamp;
use crate::ids::{CheckNo, RunNo, Seq, SystemKey};
use crate::queries::Start;
use crate::queries::logs::{CheckListCursor, MessagesCursor, RunListCursor};
use crate::queries::systems::SystemCursor;

/// The key of a row as text.
pub trait Key: Sized {
    fn to_text(&self) -> String;

    /// None for what is not a key.
    fn from_text(text: &str) -> Option<Self>;
}

/// What a URL says.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct Cursor {
    after: String,
    before: String,
}

const END: &str = "end";

impl Cursor {
    #[must_use]
    pub fn of<K: Key>(start: &Start<K>) -> Self {
        let (after, before) = match start {
            Start::First => (String::new(), String::new()),
            Start::After(key) => (key.to_text(), String::new()),
            Start::Before(key) => (String::new(), key.to_text()),
            Start::Last => (String::new(), END.to_owned()),
        };
        Self { after, before }
    }

    /// A cursor that cannot be read is the beginning.
    #[must_use]
    pub fn start<K: Key>(&self) -> Start<K> {
        if self.before == END {
            return Start::Last;
        }
        match (K::from_text(&self.after), K::from_text(&self.before)) {
            (Some(key), _) => Start::After(key),
            (None, Some(key)) => Start::Before(key),
            (None, None) => Start::First,
        }
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.after.is_empty() && self.before.is_empty()
    }

    /// Whether a page begins neither at the beginning nor at the end of its list.
    #[must_use]
    pub fn is_within(&self) -> bool {
        !self.is_empty() && self.before != END
    }

    /// For [`super::with_query`], which omits what is empty.
    pub(super) fn pairs(&self) -> [(&'static str, &str); 2] {
        [("after", &self.after), ("before", &self.before)]
    }
}

macro_rules! numbers {
    ($($name:ident),*) => {$(
        impl Key for $name {
            fn to_text(&self) -> String {
                self.0.to_string()
            }

            fn from_text(text: &str) -> Option<Self> {
                text.parse().ok().map(Self)
            }
        }
    )*};
}

numbers!(RunNo, Seq);

/// Keys of items and records are bytes, written in hexadecimal.
impl Key for Vec<u8> {
    fn to_text(&self) -> String {
        hex::encode(self)
    }

    fn from_text(text: &str) -> Option<Self> {
        hex::decode(text).ok().filter(|key| !key.is_empty())
    }
}

/// `rank.key.name`
impl Key for SystemCursor {
    fn to_text(&self) -> String {
        format!("{}.{}.{}", self.rank, self.key, self.name)
    }

    fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let (rank, key, name) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { rank: rank.parse().ok()?, key: SystemKey::parse(key)?, name: name.to_owned() })
    }
}

/// `key.number`, or `time.` with microseconds since 1970 UTC.
impl Key for RunListCursor {
    fn to_text(&self) -> String {
        match self {
            Self::Run(key, no) => format!("{key}.{no}"),
            Self::Time(time) => format!("time.{}", time.0),
        }
    }

    fn from_text(text: &str) -> Option<Self> {
        match text.split_once('.')? {
            ("time", time) => Some(Self::Time(Stamp(time.parse().ok()?))),
            (key, no) => Some(Self::Run(SystemKey::parse(key)?, RunNo(no.parse().ok()?))),
        }
    }
}

/// `run` or `run@number`: the runs after that one, or also the rest of its messages, before this number.
impl Key for MessagesCursor {
    fn to_text(&self) -> String {
        let run = self.run.to_text();
        self.before.map_or(run.clone(), |seq| format!("{run}@{seq}"))
    }

    fn from_text(text: &str) -> Option<Self> {
        let (run, before) = match text.split_once('@') {
            Some((run, seq)) => (run, Some(Seq(seq.parse().ok()?))),
            None => (text, None),
        };
        Some(Self { run: RunListCursor::from_text(run)?, before })
    }
}

/// `key.number`, or `time.` as for runs.
impl Key for CheckListCursor {
    fn to_text(&self) -> String {
        match self {
            Self::Check(key, no) => format!("{key}.{no}"),
            Self::Time(time) => format!("time.{}", time.0),
        }
    }

    fn from_text(text: &str) -> Option<Self> {
        match text.split_once('.')? {
            ("time", time) => Some(Self::Time(Stamp(time.parse().ok()?))),
            (key, no) => Some(Self::Check(SystemKey::parse(key)?, CheckNo(no.parse().ok()?))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_read_back<K: Key + Clone + std::fmt::Debug + PartialEq>(key: &K) {
        for start in [Start::First, Start::After(key.clone()), Start::Before(key.clone()), Start::Last] {
            assert_eq!(Cursor::of(&start).start(), start);
        }
    }

    #[test]
    fn every_key_is_read_back() {
        let key = SystemKey::from_random([1; 10]);
        is_read_back(&Seq(40));
        is_read_back(&RunNo(7));
        is_read_back(&b"7/\xff".to_vec());
        is_read_back(&SystemCursor { rank: 2, name: "a.b.&ü".to_owned(), key: key.clone() });
        let run = RunListCursor::Run(key.clone(), RunNo(3));
        is_read_back(&MessagesCursor { run: run.clone(), before: Some(Seq(7)) });
        is_read_back(&MessagesCursor { run: run.clone(), before: None });
        is_read_back(&run);
        is_read_back(&CheckListCursor::Check(key, CheckNo(3)));
        is_read_back(&CheckListCursor::Time(Stamp(1_700_000_000_000_000)));
        is_read_back(&RunListCursor::Time(Stamp(1_700_000_000_000_000)));
    }

    #[test]
    fn what_cannot_be_read_is_the_beginning() {
        let read = |after: &str, before: &str| Cursor { after: after.to_owned(), before: before.to_owned() };
        for odd in ["x", ".", "time.x", "0.49.System", "zz", "3", "+1"] {
            assert_eq!(read(odd, odd).start::<RunListCursor>(), Start::First, "{odd}");
            assert_eq!(read(odd, "").start::<SystemCursor>(), Start::First, "{odd}");
            assert_eq!(read(odd, "").start::<Vec<u8>>(), Start::First, "{odd}");
        }
        assert_eq!(read("x", "5").start(), Start::Before(Seq(5)));
        assert!(read("", "").is_empty());
    }
}
