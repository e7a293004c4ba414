//! What services say of a file: how long it is, when it was changed, which version it is.

use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, LAST_MODIFIED};

use crate::net::date;
use crate::sync::connectors::files::endpoint::{EndpointError, EndpointResult, Facts, ItemError, Mtime};
use crate::sync::connectors::files::path::ItemPath;

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

/// Whether a response to a request for a part is the whole of the version with this etag, as far as it shows.
pub(super) fn is_whole(headers: &HeaderMap, etag: &str) -> bool {
    of_headers(headers).etag.is_none_or(|sent| sent == etag)
}

/// Endings of names of web pages.
const PAGES: &[&str] = &["htm", "html", "shtml", "xht", "xhtml"];

/// Whether a media type is that of a web page.
pub(super) fn is_page(media_type: &str) -> bool {
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    ["text/html", "application/xhtml+xml"].iter().any(|page| media_type.eq_ignore_ascii_case(page))
}

/// Whether both descriptions cannot be those of the same version of a file.
pub(super) fn contradict(one: &Facts, other: &Facts) -> bool {
    let differ = |equal: Option<bool>| equal == Some(false);
    differ(one.size.zip(other.size).map(|(one, other)| one == other))
        || differ(one.etag_agrees(other))
        || differ(one.modified.zip(other.modified).map(|(one, other)| one == other))
        || differ(one.time_text.as_ref().zip(other.time_text.as_ref()).map(|(one, other)| one == other))
}

/// Fails if a service sends a web page for what is no web page, and neither size nor etag show that it is what was
/// `listed`: when a session is over, many services send a page to sign in with, as if all were well.
/// `listed_as_page`: by its media type, if there was one.
pub(super) fn is_no_page_instead(
    path: &ItemPath,
    headers: &HeaderMap,
    listed: &Facts,
    listed_as_page: Option<bool>,
) -> EndpointResult<()> {
    let media_type = headers.get(CONTENT_TYPE).and_then(|media_type| media_type.to_str().ok()).unwrap_or_default();
    let sent = of_headers(headers);
    let is_proven = (listed.size.is_some() && listed.size == sent.size) || listed.etag_agrees(&sent) == Some(true);
    let name = String::from_utf8_lossy(path.name()).to_ascii_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_stem, ending)| ending);
    if !is_page(media_type) || is_proven || listed_as_page.unwrap_or(PAGES.contains(&ending)) {
        return Ok(());
    }
    let words =
        format!("the service sends a web page ({media_type}) instead of this file, such as one to sign in with");
    Err(EndpointError::item(ItemError::Other, words))
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

    #[test]
    fn a_page_to_sign_in_with_is_no_file() {
        let answer = |media_type: &str, etag: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, media_type.parse().unwrap());
            headers.insert(CONTENT_LENGTH, "12".parse().unwrap());
            headers.insert(ETAG, etag.parse().unwrap());
            headers
        };
        let is_file = |name: &str, headers: &HeaderMap, listed: &Facts, as_page| {
            let path = ItemPath::parse(name.as_bytes()).unwrap();
            is_no_page_instead(&path, headers, listed, as_page).is_ok()
        };
        let (page, nothing) = (answer("Text/HTML; charset=utf-8", ""), Facts::default());
        assert!(!is_file("a.b/report.pdf", &page, &nothing, None));
        assert!(!is_file("html", &page, &nothing, None));
        assert!(!is_file("report.html", &page, &nothing, Some(false)));
        assert!(is_file("report.HTML", &page, &nothing, None));
        assert!(is_file("report", &page, &nothing, Some(true)));
        assert!(is_file("report.pdf", &answer("application/pdf", ""), &nothing, None));
        // A service can call everything a page: then size or etag show what it is.
        assert!(is_file("report.pdf", &page, &Facts { size: Some(12), ..Facts::default() }, None));
        assert!(!is_file("report.pdf", &page, &Facts { size: Some(13), ..Facts::default() }, None));
        let marked = Facts { etag: Some("e".to_owned()), ..Facts::default() };
        assert!(is_file("report.pdf", &answer("text/html", "\"e\""), &marked, None));
    }

    #[test]
    fn descriptions_that_contradict_each_other() {
        let facts = |size, etag: Option<&str>, seconds: Option<i64>, text: Option<&str>| Facts {
            size,
            etag: etag.map(str::to_owned),
            modified: seconds.map(|seconds| Mtime::from_parts(seconds, 0)),
            time_text: text.map(str::to_owned),
        };
        let whole = facts(Some(1), Some("e"), Some(10), Some("now"));
        for same in [whole.clone(), Facts::default(), facts(None, Some("W/e"), None, None)] {
            assert!(!contradict(&whole, &same), "{same:?}");
        }
        for other in [
            facts(Some(2), None, None, None),
            facts(None, Some("f"), None, None),
            facts(None, None, Some(11), None),
            facts(None, None, None, Some("then")),
        ] {
            assert!(contradict(&whole, &other), "{other:?}");
        }
    }
}
