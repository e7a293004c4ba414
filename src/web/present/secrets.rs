//! Whether stored credentials cross the network unprotected.

use std::collections::BTreeSet;

use crate::domain::kind::ConnectorKind;
use crate::domain::plain_http::unencrypted;

/// The URLs to which the credentials in these slots are sent without encryption.
#[must_use]
pub fn exposed<'a>(
    kind: &dyn ConnectorKind,
    settings: &serde_json::Value,
    slots: impl IntoIterator<Item = &'a str>,
) -> Vec<String> {
    let stored: BTreeSet<&str> = slots.into_iter().collect();
    let plain = unencrypted(kind.recipients(settings));
    let sent = plain.into_iter().filter(|(slot, _url)| stored.contains(slot));
    let mut urls: Vec<String> = sent.map(|(_slot, url)| url).collect();
    urls.dedup();
    urls
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sync::registry;

    fn exposed_files(endpoint: &str, account: &str, slots: &[&str]) -> Vec<String> {
        let kind = registry::kind("files").unwrap();
        let settings = json!({
            "source_kind": "local", "source_path": "/srv/a", "destination_kind": "webdav", "destination_path": "",
            "destination_endpoint": endpoint, "destination_account": account, "mode": "copy", "include": [],
            "exclude": [], "transfers": 4, "brake_percent": 20, "brake_count": 10,
        });
        exposed(kind, &settings, slots.iter().copied())
    }

    #[test]
    fn only_stored_credentials_over_plain_http_count() {
        let slot = ["destination_secret"];
        let plain = "http://dav.example.org/share";
        assert_eq!(exposed_files(plain, "ada", &slot), [plain]);
        assert_eq!(exposed_files(plain, "", &slot), [plain], "a bearer token");
        assert!(exposed_files(plain, "", &[]).is_empty(), "nothing is sent");
        assert!(exposed_files("https://dav.example.org/share", "ada", &slot).is_empty());
        assert!(exposed_files("http://127.0.0.1:8080/share", "ada", &slot).is_empty());
    }

    #[test]
    fn every_way_to_sign_in_to_odata() {
        let of = |auth: &str, root: &str, token_url: &str| {
            let kind = registry::kind("odata").unwrap();
            let settings = json!({
                "root": root, "auth": auth, "account": "a", "token_url": token_url, "scope": "", "header_name": "x",
                "master_name": "", "master_sets": [], "config_name": "", "config_sets": [], "gone": "warning",
                "paging": "server", "page_size": 100, "parallel": 1, "timeout_seconds": 60, "headers": [],
                "proxy": "", "ca": "",
            });
            exposed(kind, &settings, ["secret", "key"])
        };
        let (plain, safe) = ("http://sap.example.org/odata", "https://sap.example.org/odata");
        for auth in ["basic", "header"] {
            assert_eq!(of(auth, plain, ""), [plain], "{auth}");
            assert!(of(auth, safe, "").is_empty(), "{auth}");
        }
        assert_eq!(of("oauth2", safe, "http://id.example.org/token"), ["http://id.example.org/token"]);
        assert_eq!(of("oauth2", plain, "https://id.example.org/token"), [plain]);
        for auth in ["none", "certificate"] {
            assert!(of(auth, plain, "").is_empty(), "{auth}");
        }
    }
}
