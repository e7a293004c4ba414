//! A note of the organization on a code: whom to call, what is usual here. Plain text.

use super::words::words;
use crate::clock::Stamp;

/// Longest advice, in characters.
pub const MAX_ADVICE: usize = 2_000;
/// Longest code, in characters.
const MAX_CODE: usize = 64;

words! {
    /// Where the team note is shown.
    Placing {
        /// Next to what the catalogue advises.
        Beside = "beside",
        /// Instead of it.
        Instead = "instead",
    }
}

impl Placing {
    /// The words on pages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Beside => "Show with the standard advice",
            Self::Instead => "Replace the standard advice",
        }
    }
}

/// The team note on a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamNote {
    pub code: String,
    pub advice: String,
    pub placing: Placing,
    pub written_by: String,
    pub written_at: Stamp,
}

impl TeamNote {
    /// Its paragraphs: what is between empty lines.
    pub fn paragraphs(&self) -> impl Iterator<Item = &str> {
        self.advice.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty())
    }

    /// The first paragraph, on one line.
    #[must_use]
    pub fn in_short(&self) -> String {
        let first = self.paragraphs().next().unwrap_or_default();
        first.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Advice as it is kept: lines end alike, nothing stands around it, and nothing in it that no database can keep.
#[must_use]
pub fn tidy(advice: &str) -> String {
    advice.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "").trim().to_owned()
}

/// Whether this can be a code: of the catalogue, or of an engine with its own codes.
#[must_use]
pub fn can_be_code(code: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=MAX_CODE).contains(&code.len()) && code.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_and_the_first_of_them() {
        let advice = tidy("\r\n Call the desk:\r\n4711.\r\n\r\n\r\nOr write.\0 \n");
        let note = TeamNote {
            code: "FILE-FULL".to_owned(),
            advice,
            placing: Placing::Beside,
            written_by: String::new(),
            written_at: Stamp(0),
        };
        assert_eq!(note.paragraphs().collect::<Vec<_>>(), ["Call the desk:\n4711.", "Or write."]);
        assert_eq!(note.in_short(), "Call the desk: 4711.");
    }

    #[test]
    fn codes() {
        for code in ["FILE-FULL", "AFC-E01", "0x80c8305f", "ECS_E.1"] {
            assert!(can_be_code(code), "{code}");
        }
        for code in ["", "a b", "../x", "ü", "a/b", &"A".repeat(65)] {
            assert!(!can_be_code(code), "{code}");
        }
    }
}
