//! What a connection goes through on its way.

use reqwest::Url;

use crate::domain::run::Stage;

/// The stages of a connection to one of these addresses, besides a sign-in: nothing looks up a number, and plain HTTP has
/// no TLS.
#[must_use]
pub fn stages(addresses: &[&str]) -> Vec<Stage> {
    let urls: Vec<Url> = addresses.iter().filter_map(|address| Url::parse(address).ok()).collect();
    let mut stages = vec![Stage::Tcp, Stage::Protocol];
    if urls.iter().any(|url| url.domain().is_some()) {
        stages.push(Stage::NameLookup);
    }
    if urls.iter().any(|url| url.scheme() == "https") {
        stages.push(Stage::Tls);
    }
    stages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_address() {
        let of = |addresses: &[&str]| {
            let mut stages = stages(addresses);
            stages.sort();
            stages
        };
        let plain = [Stage::Tcp, Stage::Protocol];
        assert_eq!(of(&["http://10.0.0.1/x", "http://[::1]:80"]), plain);
        let whole = [Stage::NameLookup, Stage::Tcp, Stage::Tls, Stage::Protocol];
        assert_eq!(of(&["https://dav.example.org/a b/"]), whole);
        assert_eq!(of(&["http://proxy.example.org:3128", "https://10.0.0.1"]), whole);
    }
}
