//! Secrets that would cross a network without encryption.

use url::{Host, Url};

/// A secret's slot and a URL that it is sent to.
pub type Recipient = (&'static str, String);

/// The recipients among these that are reached over plain `http://`, beyond this machine. Anybody on the way can read
/// and change what is sent there.
#[must_use]
pub fn unencrypted(recipients: Vec<Recipient>) -> Vec<Recipient> {
    recipients.into_iter().filter(|(_slot, url)| is_plain(url)).collect()
}

fn is_plain(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.scheme() == "http" && !url.host().is_some_and(|host| is_loopback(&host)))
}

/// Whether a host is this machine, by its name or address alone.
#[must_use]
pub fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.as_ref().trim_end_matches('.').to_ascii_lowercase();
            name == "localhost" || name.ends_with(".localhost")
        }
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.to_canonical().is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("http://dav.example.org/share", true)]
    #[case("HTTP://dav.example.org", true)]
    #[case("http://10.0.0.7:8080", true)]
    #[case("http://localhost.example.org", true)]
    #[case("https://dav.example.org", false)]
    #[case("http://localhost:8080/x", false)]
    #[case("http://desk.localhost", false)]
    #[case("http://127.1.2.3", false)]
    #[case("http://[::1]:80", false)]
    #[case("http://[::ffff:127.0.0.1]", false)]
    #[case("", false)]
    #[case("dav.example.org", false)]
    fn only_plain_http_to_other_machines(#[case] url: &str, #[case] expected: bool) {
        assert_eq!(!unencrypted(vec![("secret", url.to_owned())]).is_empty(), expected);
    }
}
