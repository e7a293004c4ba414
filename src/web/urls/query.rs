//! What the addresses of lists carry: filters, order, and where a page begins.

use super::PageSize;
use crate::domain::message::Category;
use crate::ids::Seq;

/// Which messages of a run are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub category: Option<Category>,
    /// Words in text, arguments, item key or foreign text; empty for any.
    pub q: String,
    /// A code; empty for any.
    pub code: String,
    /// An item type; empty for any.
    pub item_type: String,
}

impl Filter {
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
            ("q", &self.q),
            ("code", &self.code),
            ("type", &self.item_type),
        ]
    }
}

/// Where in a run's messages a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    First,
    After(Seq),
    Before(Seq),
    /// `before=end`.
    Last,
}

/// Which systems are meant, and in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct SystemsQuery {
    pub status: String,
    pub kind: String,
    pub group: String,
    /// Part of the name.
    pub q: String,
    /// Empty: worst first.
    pub sort: String,
    #[serde(rename = "rows")]
    pub size: PageSize,
}

impl SystemsQuery {
    /// Whether only a part of the systems is asked for.
    #[must_use]
    pub const fn is_narrow(&self) -> bool {
        !(self.status.is_empty() && self.kind.is_empty() && self.group.is_empty() && self.q.is_empty())
    }

    /// The same page with all systems.
    #[must_use]
    pub fn widened(&self) -> Self {
        Self { size: self.size, ..Self::default() }
    }

    pub(super) fn query(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("status", &self.status),
            ("kind", &self.kind),
            ("group", &self.group),
            ("q", &self.q),
            ("sort", &self.sort),
        ]
    }
}

/// Which runs are meant, of all systems.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct LogsQuery {
    /// Part of the system's name.
    pub system: String,
    pub group: String,
    pub kind: String,
    /// A result, or `open`.
    pub result: String,
    pub category: String,
    pub code: String,
    pub trigger: String,
    pub person: String,
    /// A day or a minute in the reader's zone.
    pub from: String,
    pub to: String,
    #[serde(rename = "rows")]
    pub size: PageSize,
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
        ]
    }
}
