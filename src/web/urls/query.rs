//! What the addresses of lists carry: filters, order, and where a page begins.

use std::time::Duration;

use super::PageSize;
use crate::domain::message::Category;
use crate::domain::words::words;
use crate::ids::SystemKey;

/// How many characters of a text filter count: more than any name, code or useful search has, and far less than the
/// 50,000 bytes after which SQLite refuses a pattern (`SQLITE_MAX_LIKE_PATTERN_LENGTH`).
pub const MAX_FILTER_CHARS: usize = 500;

/// A text filter, for `#[serde(deserialize_with)]`: without white space around it, cut to `MAX_FILTER_CHARS`. The
/// field shows what counted.
///
/// # Errors
/// When it is no text.
pub fn filter_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let given: String = serde::Deserialize::deserialize(deserializer)?;
    let mut text = given.trim().to_owned();
    if let Some((end, _letter)) = text.char_indices().nth(MAX_FILTER_CHARS) {
        text.truncate(end);
    }
    Ok(text)
}

/// The word that hides the category Success.
pub const HIDE_SUCCESS: &str = "success";

/// Which messages of a run are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageQuery {
    pub category: Option<Category>,
    /// All but the category Success; counts only where no category is asked for.
    pub hides_success: bool,
    /// Words in text, arguments, item key or foreign text; empty for any.
    pub q: String,
    /// A code; empty for any.
    pub code: String,
    /// An item type; empty for any.
    pub item_type: String,
}

impl MessageQuery {
    #[must_use]
    pub fn of(category: Category) -> Self {
        Self { category: Some(category), ..Self::default() }
    }

    /// Whether anything but the category is asked for.
    #[must_use]
    pub const fn is_narrow(&self) -> bool {
        !self.q.is_empty() || !self.code.is_empty() || !self.item_type.is_empty()
    }

    pub(super) fn query(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("category", self.category.map_or("", Category::as_str)),
            ("hide", if self.hides_success { HIDE_SUCCESS } else { "" }),
            ("q", &self.q),
            ("code", &self.code),
            ("type", &self.item_type),
        ]
    }
}

/// Which systems are meant, and in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct SystemsQuery {
    #[serde(deserialize_with = "filter_text")]
    pub status: String,
    #[serde(deserialize_with = "filter_text")]
    pub kind: String,
    #[serde(deserialize_with = "filter_text")]
    pub group: String,
    /// Part of the name.
    #[serde(deserialize_with = "filter_text")]
    pub q: String,
    /// The key of the system whose children are meant.
    #[serde(deserialize_with = "filter_text")]
    pub within: String,
    /// Empty: worst first.
    #[serde(deserialize_with = "filter_text")]
    pub sort: String,
    #[serde(rename = "rows")]
    pub size: PageSize,
    /// `all` on the links of a person with a default view, which an address without a query shows.
    #[serde(deserialize_with = "filter_text")]
    pub view: String,
}

impl SystemsQuery {
    /// The children of a system.
    #[must_use]
    pub fn within(parent: &SystemKey) -> Self {
        Self { within: parent.to_string(), ..Self::default() }
    }

    /// Whether only a part of the systems is asked for.
    #[must_use]
    pub const fn is_narrow(&self) -> bool {
        !(self.status.is_empty()
            && self.kind.is_empty()
            && self.group.is_empty()
            && self.q.is_empty()
            && self.within.is_empty())
    }

    /// The same page with all systems.
    #[must_use]
    pub fn widened(&self) -> Self {
        Self { size: self.size, view: self.view.clone(), ..Self::default() }
    }

    pub(super) fn query(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("view", &self.view),
            ("status", &self.status),
            ("kind", &self.kind),
            ("group", &self.group),
            ("q", &self.q),
            ("within", &self.within),
            ("sort", &self.sort),
        ]
    }
}

/// Which runs are meant, of all systems.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct LogsQuery {
    /// The key of the one system whose runs are meant.
    #[serde(deserialize_with = "filter_text")]
    pub of: String,
    /// Part of the system's name.
    #[serde(deserialize_with = "filter_text")]
    pub system: String,
    #[serde(deserialize_with = "filter_text")]
    pub group: String,
    #[serde(deserialize_with = "filter_text")]
    pub kind: String,
    /// A result, or `open`.
    #[serde(deserialize_with = "filter_text")]
    pub result: String,
    #[serde(deserialize_with = "filter_text")]
    pub category: String,
    #[serde(deserialize_with = "filter_text")]
    pub code: String,
    #[serde(deserialize_with = "filter_text")]
    pub trigger: String,
    #[serde(deserialize_with = "filter_text")]
    pub person: String,
    /// A day or a minute in the reader's zone.
    #[serde(deserialize_with = "filter_text")]
    pub from: String,
    #[serde(deserialize_with = "filter_text")]
    pub to: String,
    /// How long ago at most: a word of [`Since`].
    #[serde(deserialize_with = "filter_text")]
    pub since: String,
    #[serde(rename = "rows")]
    pub size: PageSize,
}

words! {
    /// Times that move with the clock.
    Since { Day = "24h", Week = "7d", }
}

impl Since {
    /// The words on pages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Day => "24 hours",
            Self::Week => "7 days",
        }
    }

    /// How long ago it begins.
    #[must_use]
    pub const fn span(self) -> Duration {
        match self {
            Self::Day => Duration::from_hours(24),
            Self::Week => Duration::from_hours(7 * 24),
        }
    }
}

impl LogsQuery {
    /// Whether only a part of the runs is asked for.
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        self.query().iter().any(|(_name, value)| !value.is_empty())
    }

    /// The same page with all runs.
    #[must_use]
    pub fn widened(&self) -> Self {
        Self { size: self.size, ..Self::default() }
    }

    pub(super) fn query(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("of", &self.of),
            ("system", &self.system),
            ("group", &self.group),
            ("kind", &self.kind),
            ("result", &self.result),
            ("category", &self.category),
            ("code", &self.code),
            ("trigger", &self.trigger),
            ("person", &self.person),
            ("from", &self.from),
            ("to", &self.to),
            ("since", &self.since),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_filter_is_cut() {
        for letter in ["%", "é", "𝄞"] {
            let query = serde_urlencoded::to_string([("q", letter.repeat(60_000)), ("group", "x".to_owned())]).unwrap();
            let read: SystemsQuery = serde_urlencoded::from_str(&query).unwrap();
            assert_eq!((read.q, read.group.as_str()), (letter.repeat(MAX_FILTER_CHARS), "x"));
        }
        let exact: LogsQuery = serde_urlencoded::from_str(&format!("system={}", "x".repeat(500))).unwrap();
        assert_eq!(exact.system.len(), 500);
    }
}
