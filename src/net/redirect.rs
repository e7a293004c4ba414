//! Redirects: followed on the same origin, for requests that change nothing.
//!
//! Anything else would let a service use Syncdesk to read from and write to places that only Syncdesk can reach.

use percent_encoding::percent_decode_str;
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Method, StatusCode, Url};

use crate::domain::run::{PeerFailure, Stage};

/// A redirect was not followed, or leads to something else. Args: the origin that redirected, the origin or URL that it
/// redirected to, and why: `elsewhere`, `changes`, `loop` or `path`.
pub const PEER_REDIRECT: &str = "PEER-REDIRECT";

/// How many redirects are followed for one request.
pub(super) const MOST: usize = 5;

/// Methods that change nothing (RFC 9110, 9.2.1; RFC 4918, 9.1).
const READING: [&str; 4] = ["GET", "HEAD", "OPTIONS", "PROPFIND"];

/// Where a response redirects to, if it is a redirect.
///
/// # Errors
/// When it must not be followed.
pub(super) fn target(
    method: &Method,
    url: &Url,
    (status, headers): (StatusCode, &HeaderMap),
    followed: usize,
) -> Result<Option<Url>, PeerFailure> {
    let is_redirect = match status.as_u16() {
        301 | 302 | 307 | 308 => true,
        // It asks for another resource by GET (RFC 9110, 15.4.4).
        303 => matches!(*method, Method::GET | Method::HEAD),
        _ => false,
    };
    let location = headers.get(LOCATION).map(|location| String::from_utf8_lossy(location.as_bytes()));
    let Some(to) = location.filter(|_| is_redirect).and_then(|location| url.join(&location).ok()) else {
        return Ok(None);
    };
    let refused = |why: &str| {
        let failure = PeerFailure::new(Stage::Protocol, PEER_REDIRECT);
        failure.arg(url.origin().ascii_serialization()).arg(to.origin().ascii_serialization()).arg(why)
    };
    if to.origin() != url.origin() {
        return Err(refused("elsewhere"));
    }
    if !READING.contains(&method.as_str()) {
        return Err(refused("changes"));
    }
    if followed >= MOST {
        return Err(refused("loop"));
    }
    Ok(Some(to))
}

/// Whether what a redirect leads to is what was asked for: the same path, in whatever spelling and with or without a
/// slash at its end, and at least the same query.
pub(super) fn is_same(asked: &Url, answered: &Url) -> bool {
    let names = |url: &Url| -> Vec<Vec<u8>> {
        let names = url.path().split('/').filter(|name| !name.is_empty());
        names.map(|name| percent_decode_str(name).collect()).collect()
    };
    let query: Vec<_> = answered.query_pairs().collect();
    names(asked) == names(answered) && asked.query_pairs().all(|pair| query.contains(&pair))
}

/// A redirect led to something else on the same origin. Its query is not shown: it can have credentials.
pub(super) fn to_another_path(asked: &Url, answered: &Url) -> PeerFailure {
    let origin = asked.origin().ascii_serialization();
    let to = format!("{}{}", answered.origin().ascii_serialization(), answered.path());
    PeerFailure::new(Stage::Protocol, PEER_REDIRECT).arg(origin).arg(to).arg("path")
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    /// What becomes of a redirect: where it leads to, why not, or nothing.
    fn redirected(method: &str, status: u16, location: &str, followed: usize) -> String {
        let url = "https://files.example/a/b".parse().unwrap();
        let headers = HeaderMap::from_iter([(LOCATION, HeaderValue::from_str(location).unwrap())]);
        let (method, status) = (Method::from_bytes(method.as_bytes()).unwrap(), StatusCode::from_u16(status).unwrap());
        match target(&method, &url, (status, &headers), followed) {
            Ok(Some(url)) => url.to_string(),
            Ok(None) => String::new(),
            Err(failure) => failure.args.join(" "),
        }
    }

    #[test]
    fn reading_requests_follow_on_the_same_origin() {
        for method in READING {
            for status in [301, 302, 307, 308] {
                assert_eq!(redirected(method, status, "c/", 0), "https://files.example/a/c/", "{method} {status}");
                assert_eq!(redirected(method, status, "https://FILES.example:443/x", 4), "https://files.example/x");
                for (elsewhere, origin) in [
                    ("http://files.example/a", "http://files.example"),
                    ("https://files.example:444/a", "https://files.example:444"),
                    ("//other.example/a", "https://other.example"),
                    ("ftp://files.example/a", "ftp://files.example"),
                ] {
                    let expected = format!("https://files.example {origin} elsewhere");
                    assert_eq!(redirected(method, status, elsewhere, 0), expected, "{method} {status}");
                }
            }
        }
        assert_eq!(redirected("GET", 302, "c", 5), "https://files.example https://files.example loop");
    }

    #[test]
    fn requests_that_change_something_do_not() {
        for method in ["PUT", "POST", "DELETE", "MOVE", "COPY", "MKCOL", "PROPPATCH", "PATCH", "LOCK"] {
            for status in [301, 302, 307, 308] {
                let expected = "https://files.example https://files.example changes";
                assert_eq!(redirected(method, status, "c", 0), expected, "{method} {status}");
                let expected = "https://files.example https://other.example elsewhere";
                assert_eq!(redirected(method, status, "https://other.example/", 0), expected, "{method} {status}");
            }
        }
    }

    #[test]
    fn what_is_no_redirect_is_an_answer() {
        assert_eq!(redirected("GET", 304, "c", 0), "");
        assert_eq!(redirected("GET", 200, "c", 0), "");
        assert_eq!(redirected("GET", 201, "https://other.example/", 0), "");
        assert_eq!(redirected("GET", 303, "c", 0), "https://files.example/a/c");
        assert_eq!(redirected("PROPFIND", 303, "c", 0), "", "the answer would be that of a GET");
        let nowhere = (StatusCode::MOVED_PERMANENTLY, &HeaderMap::new());
        assert_eq!(target(&Method::GET, &"https://a.example/".parse().unwrap(), nowhere, 0), Ok(None));
    }

    #[test]
    fn what_is_the_same_in_another_spelling() {
        let same = |to: &str| {
            let asked: Url = "https://files.example/a%20b/c/?list-type=2&prefix=x%2Fy".parse().unwrap();
            is_same(&asked, &asked.join(to).unwrap())
        };
        for other_spelling in ["?prefix=x/y&list-type=2", "/%61 b//c?list-type=2&prefix=x%2fy&session=1"] {
            assert!(same(other_spelling), "{other_spelling}");
        }
        for other in [
            "?list-type=2",
            "?list-type=2&prefix=x",
            "/a%20b?list-type=2&prefix=x/y",
            "/a%20b/C?list-type=2&prefix=x/y",
            "/a%20b%2Fc?list-type=2&prefix=x/y",
            "/sign-in?list-type=2&prefix=x/y",
        ] {
            assert!(!same(other), "{other}");
        }
    }
}
