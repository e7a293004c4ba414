//! Times of items, as services send them.

use crate::net::date;
use crate::sync::connectors::files::end::Mtime;

/// Longest text of a time that is kept for comparison, in characters.
const LONGEST: usize = 100;

/// A modification time of a service in whole seconds; or the text itself, if it is not a time that can be read. Two
/// equal texts mean the same time. Empty texts mean nothing.
pub(super) fn modified(text: &str) -> (Option<Mtime>, Option<String>) {
    match date::parse(text) {
        Some(time) => (Some(Mtime::whole_seconds(time)), None),
        None => (None, Some(text.trim().chars().take(LONGEST).collect()).filter(|text: &String| !text.is_empty())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_or_its_text() {
        assert_eq!(modified("Sat, 22 Nov 2025 08:26:40 GMT"), (Some(Mtime::from_parts(1_763_800_000, 0)), None));
        assert_eq!(modified("2025-11-22T08:26:40.789Z"), (Some(Mtime::from_parts(1_763_800_000, 0)), None));
        assert_eq!(modified(" yesterday "), (None, Some("yesterday".into())));
        assert_eq!(modified(" "), (None, None));
        assert_eq!(modified(&"\u{fc}".repeat(1_000)).1.map(|text| text.chars().count()), Some(100));
    }
}
