//! Names of temporary files: recognisable, so that a later run can remove what a crashed one left.

use std::sync::atomic::{AtomicU64, Ordering};

const PREFIX: &[u8] = b".syncdesk-";
const SUFFIX: &[u8] = b".part";

/// Gives out the temporary names of one run: `.syncdesk-<run>-<n>.part`.
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
        format!(".syncdesk-{}-{}.part", self.run, self.next.fetch_add(1, Ordering::Relaxed))
    }
}

/// Whether a name is that of a temporary file of some run.
#[must_use]
pub fn is_temporary(name: &[u8]) -> bool {
    let Some(numbers) = numbers_of(name) else { return false };
    let mut parts = numbers.split('-');
    let number =
        |part: Option<&str>| part.is_some_and(|n| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit()));
    number(parts.next()) && number(parts.next()) && parts.next().is_none()
}

/// The run that made a temporary file.
#[must_use]
pub fn run_of(name: &[u8]) -> Option<i64> {
    if !is_temporary(name) {
        return None;
    }
    numbers_of(name)?.split('-').next()?.parse().ok()
}

fn numbers_of(name: &[u8]) -> Option<&str> {
    std::str::from_utf8(name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_own_names_are_recognised() {
        let names = TemporaryNames::of_run(17);
        assert_eq!(names.next(), ".syncdesk-17-1.part");
        assert!(is_temporary(names.next().as_bytes()));
        assert_eq!(run_of(names.next().as_bytes()), Some(17));
    }

    #[test]
    fn names_of_others_are_not() {
        for name in [".syncdesk-.part", ".syncdesk-1.part", ".syncdesk-1-.part", ".syncdesk-a-1.part", "x.part", ""] {
            assert!(!is_temporary(name.as_bytes()), "{name}");
            assert_eq!(run_of(name.as_bytes()), None, "{name}");
        }
    }
}
