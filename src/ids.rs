//! Identifiers as types. Numbers inside, short random words or numbers within a system outside,
//! so that no number tells of another group's existence.

use std::fmt;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

id! {
    /// A communication system, inside the database.
    SystemId;
    /// A group of systems.
    GroupId;
    /// A run, inside the database.
    RunId;
    /// A run within its system: what people see and what addresses carry.
    RunNo;
    /// A message within its run, counted from 1.
    Seq;
    /// A connection check, inside the database.
    CheckId;
    /// What a worker tries with a draft, inside the database.
    TrialId;
    /// A check within its system: what addresses carry.
    CheckNo;
    /// A person with an account.
    PersonId;
    /// A token of a program.
    TokenId;
    /// A role collection.
    CollectionId;
    /// An entity set of a replica.
    SetId;
    /// A bulk action, inside the database.
    BulkId;
    /// One thing of a bulk action, inside the database.
    BulkItemId;
}

impl SystemId {
    /// What spreads due times over systems: stable for each, different between neighbours.
    #[must_use]
    pub const fn seed(self) -> u64 {
        self.0.cast_unsigned()
    }
}

/// 32 letters and digits that are hard to confuse, so that five random bits choose one.
const KEY_ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

macro_rules! key {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// A new key from random bytes.
            #[must_use]
            pub fn from_random(bytes: [u8; 10]) -> Self {
                let letters = bytes.iter().filter_map(|byte| KEY_ALPHABET.get(usize::from(byte % 32)));
                Self(letters.map(|letter| char::from(*letter)).collect())
            }

            /// A key from a URL; `None` when it is not one.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let fits = text.len() == 10 && text.bytes().all(|byte| KEY_ALPHABET.contains(&byte));
                fits.then(|| Self(text.to_owned()))
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text).ok_or("not a key")
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

key! {
    /// The name of a system in addresses: ten letters and digits, chosen at random (about 49 bits).
    SystemKey;
    /// The name of a shared credential in addresses, as that of a system.
    CredentialKey;
    /// The name of a draft in addresses, as that of a system.
    DraftKey;
    /// The name of a bulk action in addresses, as that of a system.
    BulkKey;
    /// The name of a saved view in addresses, as that of a system.
    ViewKey;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_and_nothing_else_is() {
        let key = SystemKey::from_random([0, 31, 32, 63, 7, 9, 255, 1, 2, 3]);
        assert_eq!(SystemKey::parse(key.as_str()), Some(key));
        for wrong in ["", "short", "UPPERCASE1", "has0zero12", "far-too-long-a-key", "äbcdefghi"] {
            assert_eq!(SystemKey::parse(wrong), None, "{wrong}");
        }
    }
}
