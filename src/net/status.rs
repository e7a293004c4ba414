//! What a status of HTTP means for the connection as a whole.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use super::{date, trouble};
use crate::domain::run::{PeerFailure, Stage};

/// The failure of the connection that a status tells; `None` for a success and for what may concern
/// only the item that was asked for (403, 404, 409, 412, 416, 423 and the like).
#[must_use]
pub fn failure_of(status: StatusCode, host: String, words: &str) -> Option<PeerFailure> {
    let failure = |stage, code| PeerFailure::new(stage, code).arg(host).quoting(quote(status, words));
    Some(match status.as_u16() {
        200..300 | 304 | 403 | 404 | 409..=416 | 422..=424 | 507 => return None,
        401 | 407 => failure(Stage::SignIn, trouble::PEER_SIGN_IN),
        429 | 503 => failure(Stage::Protocol, trouble::PEER_LIMIT).transient(),
        408 | 504 => failure(Stage::Protocol, trouble::PEER_SLOW).transient(),
        // 499, 520 to 527: proxies that lost the server behind them.
        499 | 500 | 502 | 520..=527 => failure(Stage::Protocol, trouble::PEER_AWAY).transient(),
        _ => failure(Stage::Protocol, trouble::PEER_NONSENSE),
    })
}

/// The status and what came with it.
#[must_use]
pub fn quote(status: StatusCode, words: &str) -> String {
    let words = words.trim();
    let separator = if words.is_empty() { "" } else { ": " };
    format!("{status}{separator}{words}")
}

/// How long the peer asks to wait: a number of seconds, or a date by its own clock (RFC 9110 10.2.3).
///
/// `None` without the header, for a text that is neither, and for a date from a peer that does not tell its own time.
#[must_use]
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More seconds than fit into the number are as good as for ever.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let now = date::parse(headers.get(DATE)?.to_str().ok()?)?;
    Some((date::parse(text)? - now).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: status, code, stage, transient. An empty code: nothing that concerns the whole.
    const TABLE: &[(u16, &str, Stage, bool)] = &[
        (200, "", Stage::Protocol, false),
        (204, "", Stage::Protocol, false),
        (207, "", Stage::Protocol, false),
        (304, "", Stage::Protocol, false),
        (307, "PEER-NONSENSE", Stage::Protocol, false),
        (400, "PEER-NONSENSE", Stage::Protocol, false),
        (401, "PEER-SIGN-IN", Stage::SignIn, false),
        (403, "", Stage::Protocol, false),
        (404, "", Stage::Protocol, false),
        (405, "PEER-NONSENSE", Stage::Protocol, false),
        (407, "PEER-SIGN-IN", Stage::SignIn, false),
        (408, "PEER-SLOW", Stage::Protocol, true),
        (409, "", Stage::Protocol, false),
        (412, "", Stage::Protocol, false),
        (413, "", Stage::Protocol, false),
        (416, "", Stage::Protocol, false),
        (423, "", Stage::Protocol, false),
        (429, "PEER-LIMIT", Stage::Protocol, true),
        (500, "PEER-AWAY", Stage::Protocol, true),
        (501, "PEER-NONSENSE", Stage::Protocol, false),
        (502, "PEER-AWAY", Stage::Protocol, true),
        (503, "PEER-LIMIT", Stage::Protocol, true),
        (504, "PEER-SLOW", Stage::Protocol, true),
        (507, "", Stage::Protocol, false),
        (522, "PEER-AWAY", Stage::Protocol, true),
    ];

    #[test]
    fn each_status_is_what_the_table_says() {
        for (number, code, stage, transient) in TABLE {
            let status = StatusCode::from_u16(*number).unwrap();
            let failure = failure_of(status, "files.example".into(), " slow down ");
            assert_eq!(failure.as_ref().map_or("", |failure| failure.code), *code, "{number}");
            if let Some(failure) = failure {
                assert_eq!((failure.stage, failure.transient), (*stage, *transient), "{number}");
                assert_eq!(failure.args, ["files.example"]);
                assert!(failure.foreign_text.unwrap().ends_with(": slow down"));
            }
        }
    }

    #[test]
    fn a_peer_asks_to_wait_in_seconds_or_until_a_date() {
        for (text, seconds) in [
            ("30", Some(30)),
            (" 0 ", Some(0)),
            ("Sat, 22 Nov 2025 08:27:00 GMT", Some(20)),
            ("Sat, 22 Nov 2025 08:00:00 GMT", Some(0)),
            ("Saturday, 22-Nov-25 08:27:00 GMT", Some(20)),
            ("Sat Nov 22 08:27:00 2025", Some(20)),
            ("Sat, 22 Nov 2025 08:27:00 +0000", Some(20)),
            ("2025-11-22T08:27:00Z", Some(20)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("", None),
            ("soon", None),
            ("-5", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            headers.insert(DATE, "Sat, 22 Nov 2025 08:26:40 GMT".parse().unwrap());
            assert_eq!(retry_after(&headers), seconds.map(Duration::from_secs), "{text}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
        let mut clock = HeaderMap::new();
        clock.insert(RETRY_AFTER, "Sat, 22 Nov 2025 08:27:00 GMT".parse().unwrap());
        assert_eq!(retry_after(&clock), None, "a date by an unknown clock");
        clock.insert(DATE, "Saturday, 22-Nov-25 08:26:40 GMT".parse().unwrap());
        assert_eq!(retry_after(&clock), Some(Duration::from_secs(20)));
    }
}
