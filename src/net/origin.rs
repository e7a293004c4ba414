//! The parts of a URL that a secret is bound to.

use percent_encoding::percent_decode_str;
use reqwest::Url;

/// How often escapes in a path are undone: a proxy may undo one layer, the service behind it another.
const LAYERS: usize = 4;

/// Scheme, host and port, and a query if there is one; the text itself if it is no URL.
#[must_use]
pub fn origin(url: &str) -> String {
    let Ok(url) = Url::parse(url) else { return url.to_owned() };
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}{query}", url.origin().ascii_serialization())
}

/// The path, decoded, ending in `/`; `None` if it could lead upwards for a server that decodes it differently.
#[must_use]
pub fn path(url: &str) -> Option<String> {
    let path = Url::parse(url).map(|url| url.path().to_owned()).unwrap_or_default();
    let mut bytes = path.into_bytes();
    for _ in 0..LAYERS {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        bytes = percent_decode_str(&text).collect();
    }
    let path = String::from_utf8_lossy(&bytes).into_owned();
    let upwards = |name: &str| matches!(name.split(';').next().unwrap_or_default().trim(), "." | "..");
    if path.split(['/', '\\']).any(upwards) {
        return None;
    }
    let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
    Some(names.iter().fold("/".to_owned(), |path, name| format!("{path}{name}/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins() {
        assert_eq!(origin("HTTPS://Files.example:443/a"), "https://files.example");
        assert_eq!(origin("http://[::1]:80/a?b=c"), "http://[::1]?b=c");
        assert_eq!(origin(""), "");
    }

    #[test]
    fn paths() {
        for (url, expected) in [
            ("https://a.example", Some("/")),
            ("https://a.example/x//y", Some("/x/y/")),
            ("https://a.example/x/../y/", Some("/y/")),
            ("https://a.example/x/%2e%2e/y", Some("/y/")),
            ("https://a.example/%6fv%20%2520", Some("/ov  /")),
            ("https://a.example/x/..%2fy", None),
            ("https://a.example/x/%252e%252e/y", None),
            ("https://a.example/x/..;a=b/y", None),
            ("https://a.example/x/..%5cy", None),
        ] {
            assert_eq!(path(url).as_deref(), expected, "{url}");
        }
    }
}
