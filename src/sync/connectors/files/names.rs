//! Names of temporary files: recognizable, so that a later run can remove what a crashed one left.
//!
//! Nextcloud refuses every name that ends in `.part` or `.filepart` (its `FilenameValidator`), ownCloud every
//! name that ends in `.part`, and other services treat `.tmp` specially. `.upload` has no meaning for them.

use std::sync::atomic::{AtomicU64, Ordering};

const PREFIX: &[u8] = b".syncdesk-";
const SUFFIX: &str = ".upload";
/// Of older versions, whose files are still removed.
const OLD_SUFFIX: &str = ".part";

/// Gives out the temporary names of one run: `.syncdesk-<run>-<n>.upload`.
#[derive(Debug)]
pub struct TemporaryNames {
    run: i64,
    next: AtomicU64,
}

impl TemporaryNames {
    #[must_use]
    pub const fn of_run(run: i64) -> Self {
        Self { run, next: AtomicU64::new(1) }
    }

    /// A name that this run has not used yet.
    #[must_use]
    pub fn next(&self) -> String {
        format!(".syncdesk-{}-{}{SUFFIX}", self.run, self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// A name with these characters, to try whether a service keeps them. It begins like one of
    /// [`TemporaryNames::next`], so that whatever the service makes of the characters is recognized.
    #[must_use]
    pub fn with(name: &str, characters: &str) -> String {
        format!("{name}{characters}x")
    }
}

/// Whether a name is that of a temporary file of some run.
#[must_use]
pub fn is_temporary(name: &[u8]) -> bool {
    run_of(name).is_some()
}

/// The run that made a temporary file.
#[must_use]
pub fn run_of(name: &[u8]) -> Option<i64> {
    let rest = name.strip_prefix(PREFIX)?;
    let (run, rest) = digits(rest)?;
    let (_number, rest) = digits(rest.strip_prefix(b"-")?)?;
    (rest.starts_with(SUFFIX.as_bytes()) || rest == OLD_SUFFIX.as_bytes()).then_some(run)
}

/// The number at the beginning, and what follows it.
fn digits(text: &[u8]) -> Option<(i64, &[u8])> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    Some((std::str::from_utf8(number).ok()?.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_own_names_are_recognized() {
        let names = TemporaryNames::of_run(17);
        assert_eq!(names.next(), ".syncdesk-17-1.upload");
        let tried = TemporaryNames::with(&names.next(), "?;");
        assert_eq!(tried, ".syncdesk-17-2.upload?;x");
        let made = [names.next(), tried, ".syncdesk-17-9.part".to_owned()];
        // What a service makes of the second.
        let aliases = [".syncdesk-17-2.upload".to_owned(), ".syncdesk-17-2.upload_x".to_owned()];
        for name in made.iter().chain(&aliases) {
            assert!(is_temporary(name.as_bytes()), "{name}");
            assert_eq!(run_of(name.as_bytes()), Some(17), "{name}");
        }
    }

    /// Endings that Nextcloud, ownCloud and file systems of Windows refuse or treat specially.
    #[test]
    fn no_service_is_known_to_refuse_them() {
        let name = TemporaryNames::of_run(17).next();
        for ending in [".part", ".filepart", ".tmp", ".lock", "~", ".", " "] {
            assert!(!name.ends_with(ending), "{ending}");
        }
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte)), "{name}");
    }

    #[test]
    fn names_of_others_are_not() {
        for name in [
            ".syncdesk-.part",
            ".syncdesk-1.part",
            ".syncdesk-1-.part",
            ".syncdesk-a-1.part",
            ".syncdesk-1-1.partial",
            ".syncdesk-1-1",
            ".syncdesk-1.upload",
            ".syncdesk--1.upload",
            "syncdesk-1-1.upload",
            "x.upload",
            "",
        ] {
            assert!(!is_temporary(name.as_bytes()), "{name}");
            assert_eq!(run_of(name.as_bytes()), None, "{name}");
        }
    }
}
