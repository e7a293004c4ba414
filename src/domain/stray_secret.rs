//! Secrets that were typed into a field that is not meant for one.

use url::Url;

/// Whether a value contains a secret wherever it was typed: a private key, or a URL with a password.
#[must_use]
pub fn has_secret(value: &str) -> bool {
    let with_password = |word: &str| Url::parse(word).is_ok_and(|url| url.password().is_some());
    value.contains("PRIVATE KEY") || value.split_whitespace().any(with_password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_passwords_in_urls() {
        for secret in [
            "-----BEGIN PRIVATE KEY-----",
            "-----BEGIN RSA PRIVATE KEY-----\nAAAA",
            "https://ada:hunter2@dav.example.org/",
            "see http://ada:hunter2@dav.example.org/share",
        ] {
            assert!(has_secret(secret), "{secret}");
        }
        for plain in ["", "https://dav.example.org/a:b@c", "https://ada@dav.example.org/", "mailto:ada@example.org"] {
            assert!(!has_secret(plain), "{plain}");
        }
    }
}
