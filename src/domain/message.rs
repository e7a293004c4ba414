//! Messages: the entries of a run's log.

use std::borrow::Cow;

use super::words::words;
use crate::clock::Stamp;

words! {
    /// The four categories, worst first. The number in the database is the place in this order.
    Category {
        Error = "error",
        Warning = "warning",
        Success = "success",
        Information = "information",
    }
}

impl Category {
    /// The number in the database, 0 to 3.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::Error => 0,
            Self::Warning => 1,
            Self::Success => 2,
            Self::Information => 3,
        }
    }

    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        usize::try_from(number).ok().and_then(|place| Self::ALL.get(place)).copied()
    }

    /// The word on pages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Error => "Error",
            Self::Warning => "Warning",
            Self::Success => "Success",
            Self::Information => "Information",
        }
    }
}

words! {
    /// Which way an item went, seen from Syncdesk.
    Direction { In = "in", Out = "out", None = "none", }
}

words! {
    /// What was done to the item.
    Operation { Insert = "insert", Update = "update", Delete = "delete", Skip = "skip", None = "none", }
}

/// Longest item key, in bytes.
pub const MAX_KEY_BYTES: usize = 2_000;
/// Longest text of arguments or of a peer's own words, in bytes; what is longer is cut and marked.
pub const MAX_TEXT_BYTES: usize = 8 * 1024;

/// At most [`MAX_TEXT_BYTES`], and no NUL, which Postgres cannot keep in a text.
#[must_use]
pub fn shortened(text: &str, cut: &mut bool) -> String {
    let mut end = text.len().min(MAX_TEXT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    *cut |= end < text.len();
    text.get(..end).unwrap_or_default().replace('\0', "\u{FFFD}")
}

/// A message on its way into the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub category: Category,
    /// A code of the catalogue, such as `FILE-CHANGED`.
    pub code: &'static str,
    pub direction: Direction,
    pub operation: Operation,
    /// What the item is (`file`, `folder`, the name of an entity set); empty for a message about the run itself.
    pub item_type: Cow<'static, str>,
    /// The item's key as bytes (a path need not be UTF-8); empty for a message about the run itself.
    pub item_key: Vec<u8>,
    /// What the catalogue's text is filled with, in order.
    pub args: Vec<String>,
    /// The peer's own words.
    pub foreign_text: Option<String>,
}

impl Message {
    /// A message about the run itself.
    #[must_use]
    pub fn of_run(category: Category, code: &'static str) -> Self {
        Self {
            category,
            code,
            direction: Direction::None,
            operation: Operation::None,
            item_type: Cow::Borrowed(""),
            item_key: Vec::new(),
            args: Vec::new(),
            foreign_text: None,
        }
    }

    /// A message about an item.
    #[must_use]
    pub fn of_item(
        category: Category,
        code: &'static str,
        operation: Operation,
        item_type: impl Into<Cow<'static, str>>,
        item_key: impl Into<Vec<u8>>,
    ) -> Self {
        Self { operation, item_type: item_type.into(), item_key: item_key.into(), ..Self::of_run(category, code) }
    }

    #[must_use]
    pub fn going(mut self, direction: Direction) -> Self {
        self.direction = direction;
        self
    }

    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// With the peer's own words.
    #[must_use]
    pub fn quoting(mut self, text: impl Into<String>) -> Self {
        self.foreign_text = Some(text.into());
        self
    }
}

/// A message as it was stored, with its place in the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMessage {
    pub seq: i64,
    pub at: Stamp,
    pub category: Category,
    pub code: String,
    pub direction: Direction,
    pub operation: Operation,
    pub item_type: String,
    pub item_key: Vec<u8>,
    pub args: Vec<String>,
    pub foreign_text: Option<String>,
    pub cut: bool,
}

/// How many messages of each category.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub error: i64,
    pub warning: i64,
    pub success: i64,
    pub information: i64,
}

impl Counts {
    #[must_use]
    pub const fn of(self, category: Category) -> i64 {
        match category {
            Category::Error => self.error,
            Category::Warning => self.warning,
            Category::Success => self.success,
            Category::Information => self.information,
        }
    }

    pub const fn add(&mut self, category: Category, n: i64) {
        match category {
            Category::Error => self.error += n,
            Category::Warning => self.warning += n,
            Category::Success => self.success += n,
            Category::Information => self.information += n,
        }
    }

    #[must_use]
    pub const fn total(self) -> i64 {
        self.error + self.warning + self.success + self.information
    }
}
