//! Which systems a list shows, in which order, and from where.

use crate::domain::status::Overall;
use crate::ids::{GroupId, SystemKey};

/// What to show.
#[derive(Debug, Clone, Default)]
pub struct SystemFilter {
    pub status: Option<Overall>,
    pub kind: Option<String>,
    pub group: Option<GroupId>,
    pub family: Family,
    /// Part of the name, in any case.
    pub name: Option<String>,
    pub sort: Sort,
}

impl SystemFilter {
    /// Whether systems may be examined that are not shown.
    pub(super) const fn is_search(&self) -> bool {
        self.kind.is_some() || self.name.is_some()
    }
}

/// Which systems of a family.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Family {
    /// Those that are no part of another; their children are shown below them.
    #[default]
    Parents,
    /// The children of this system.
    ChildrenOf(SystemKey),
    /// Every system.
    All,
}

/// Systems that are no part of another, or those that are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Parents,
    Children,
}

impl Level {
    /// The number in the database.
    pub(super) const fn number(self) -> i64 {
        match self {
            Self::Parents => 0,
            Self::Children => 1,
        }
    }
}

/// In which order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// Worst first, then by name.
    #[default]
    Status,
    Name,
    /// The longest ago first; never synchronized before all.
    LastSuccess,
}

/// A place in the order: what the last row of a page is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemCursor {
    pub rank: i64,
    pub name: String,
    /// Tells apart what has the same name; the number inside the database never leaves it.
    pub key: SystemKey,
}
