//! What the addresses of lists carry: filters, order, and where a page begins.

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
}

impl SystemsQuery {
    /// Whether only a part of the systems is asked for.
    #[must_use]
    pub const fn is_narrow(&self) -> bool {
        !(self.status.is_empty() && self.kind.is_empty() && self.group.is_empty() && self.q.is_empty())
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
