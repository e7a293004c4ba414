//! Why a record is not taken over.

use super::codes;
use crate::domain::json::Unreadable;
use crate::sync::replica::Key;

/// A record that cannot be taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RecordError {
    pub(super) code: &'static str,
    pub(super) args: Vec<String>,
    /// If it can be read.
    pub(super) key: Option<Key>,
}

impl RecordError {
    pub(super) fn of(code: &'static str, args: &[&str]) -> Self {
        Self { code, args: args.iter().map(ToString::to_string).collect(), key: None }
    }

    /// A member that cannot be read.
    pub(super) fn unreadable(why: Unreadable, name: &str) -> Self {
        let word = match why {
            Unreadable::Syntax => "syntax",
            Unreadable::Text => "text",
            Unreadable::Deep => "deep",
            Unreadable::Twice => "twice",
        };
        Self::of(codes::RECORD, &[word, name])
    }
}
