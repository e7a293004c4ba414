//! Name lookup with the filter behind it.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::filter::{AddressFilter, Forbidden};

/// A name that leads nowhere.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub struct Unresolved {
    pub why: String,
    /// The name server, not the name, is the trouble.
    pub transient: bool,
}

/// Resolves as the machine does, and keeps the addresses that may be connected to. Connections are
/// made to what is returned, so that a second answer of the name server changes nothing.
#[derive(Debug, Clone)]
pub struct Resolver {
    pub filter: AddressFilter,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let filter = self.filter.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|error| {
                // getaddrinfo's EAI_AGAIN; the standard library keeps only its text.
                let why = error.to_string();
                let transient = why.contains("Temporary failure");
                Unresolved { why, transient }
            })?;
            let open = sift(found, |address| filter.check(address.ip()))?;
            Ok(Box::new(open.into_iter()) as Addrs)
        })
    }
}

/// The addresses that pass; an error if none does.
fn sift(
    found: impl Iterator<Item = SocketAddr>,
    check: impl Fn(&SocketAddr) -> Result<(), Forbidden>,
) -> Result<Vec<SocketAddr>, Box<dyn std::error::Error + Send + Sync>> {
    let mut open = Vec::new();
    let mut refused = None;
    for address in found {
        match check(&address) {
            Ok(()) => open.push(address),
            Err(why) => refused = Some(why),
        }
    }
    match (open.is_empty(), refused) {
        (false, _) => Ok(open),
        (true, Some(why)) => Err(why.into()),
        (true, None) => Err(Unresolved { why: "no address found for this name".to_owned(), transient: false }.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sifted(addresses: &[&str]) -> Result<Vec<String>, String> {
        let filter = AddressFilter::new(vec!["10.1.0.0/16".parse().unwrap()]);
        let found = addresses.iter().map(|address| SocketAddr::new(address.parse().unwrap(), 0));
        sift(found, |address| filter.check(address.ip()))
            .map(|open| open.iter().map(|address| address.ip().to_string()).collect())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn only_what_is_allowed_comes_through() {
        assert_eq!(sifted(&["1.1.1.1", "127.0.0.1", "10.1.0.5"]), Ok(vec!["1.1.1.1".into(), "10.1.0.5".into()]));
        assert_eq!(sifted(&["169.254.169.254", "8.8.8.8"]), Ok(vec!["8.8.8.8".into()]));
        assert!(sifted(&["127.0.0.1", "::1"]).unwrap_err().starts_with("::1 is a private address"));
        assert!(sifted(&["fe80::1"]).unwrap_err().ends_with("which is never allowed"));
        assert_eq!(sifted(&[]), Err("no address found for this name".into()));
    }
}
