//! Who acts, and how that is stored.

use std::fmt;

use crate::ids::{PersonId, TokenId};

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    Person {
        id: PersonId,
        name: String,
    },
    /// A program that signs in with a token.
    Token {
        id: TokenId,
        name: String,
    },
    Schedule,
    Worker,
    /// A person at the console of the server.
    Console,
    /// Somebody who tried to sign in and was refused: the name is what they claimed.
    Unknown {
        name: String,
    },
}

impl Principal {
    /// The kind as it is stored.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Person { .. } => "person",
            Self::Token { .. } => "token",
            Self::Schedule => "schedule",
            Self::Worker => "worker",
            Self::Console => "console",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// The id within its kind, if it has one.
    #[must_use]
    pub const fn id(&self) -> Option<i64> {
        match self {
            Self::Person { id, .. } => Some(id.0),
            Self::Token { id, .. } => Some(id.0),
            Self::Schedule | Self::Worker | Self::Console | Self::Unknown { .. } => None,
        }
    }

    /// The person, if it is one.
    #[must_use]
    pub const fn person(&self) -> Option<PersonId> {
        match self {
            Self::Person { id, .. } => Some(*id),
            Self::Token { .. } | Self::Schedule | Self::Worker | Self::Console | Self::Unknown { .. } => None,
        }
    }

    /// The name at this time.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Person { name, .. } | Self::Token { name, .. } | Self::Unknown { name } => name,
            Self::Schedule => "Schedule",
            Self::Worker => "Worker",
            Self::Console => "Console",
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
