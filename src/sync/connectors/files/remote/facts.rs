//! What services say of a file: how long it is, when it was changed, which version it is.

use reqwest::header::{CONTENT_LENGTH, ETAG, HeaderMap, HeaderName, LAST_MODIFIED};

use crate::net::date;
use crate::sync::connectors::files::end::{Facts, Mtime};

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

/// A mark of a version without quotes; a weak one keeps its `W/`.
pub(super) fn etag(text: &str) -> Option<String> {
    let etag: String = text.trim().chars().filter(|character| *character != '"').collect();
    (!etag.is_empty()).then_some(etag)
}

/// The facts in the head of an answer to GET or HEAD.
pub(super) fn of_headers(headers: &HeaderMap) -> Facts {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok();
    let (modified, time_text) = text(LAST_MODIFIED).map(modified).unwrap_or_default();
    Facts {
        size: text(CONTENT_LENGTH).and_then(|length| length.trim().parse().ok()),
        modified,
        time_text,
        etag: text(ETAG).and_then(etag),
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

    #[test]
    fn etags() {
        assert_eq!(etag("\"a-1\""), Some("a-1".into()));
        assert_eq!(etag("W/\"a\""), Some("W/a".into()));
        assert_eq!(etag(" \"\" "), None);
    }

    #[test]
    fn what_a_head_does_not_say_is_unknown() {
        let mut headers = HeaderMap::new();
        assert_eq!(of_headers(&headers), Facts::default());
        headers.insert(CONTENT_LENGTH, "-2".parse().unwrap());
        headers.insert(LAST_MODIFIED, "now".parse().unwrap());
        headers.insert(ETAG, "\"e\"".parse().unwrap());
        let expected = Facts { time_text: Some("now".into()), etag: Some("e".into()), ..Facts::default() };
        assert_eq!(of_headers(&headers), expected);
        headers.insert(CONTENT_LENGTH, "12".parse().unwrap());
        assert_eq!(of_headers(&headers).size, Some(12));
    }
}
