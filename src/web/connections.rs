//! How many connections one place on the network may have at the same time.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use ipnet::IpNet;

use crate::domain::client_network::network_of;

/// Of one place. Many people may share an address, and a browser opens six.
const MOST: usize = 500;

/// The connections of each place. Those of trusted proxies are not counted: everybody's are theirs.
#[derive(Debug)]
pub struct Connections {
    trusted: Vec<IpNet>,
    open: Mutex<BTreeMap<String, Open>>,
}

/// The connections of one place.
#[derive(Debug, Default)]
struct Open {
    count: usize,
    /// The log has a line about connections that were refused.
    is_reported: bool,
}

/// A connection that counts until it is dropped.
#[derive(Debug)]
pub struct Counted(Option<(Arc<Connections>, String)>);

impl Connections {
    #[must_use]
    pub fn new(trusted: Vec<IpNet>) -> Arc<Self> {
        Arc::new(Self { trusted, open: Mutex::default() })
    }

    /// Counts one more connection; `None` if its place has too many, which the log says once.
    pub fn open(self: &Arc<Self>, peer: Option<IpAddr>) -> Option<Counted> {
        let peer = peer.map(|peer| peer.to_canonical());
        let Some(peer) = peer.filter(|peer| !self.trusted.iter().any(|net| net.contains(peer))) else {
            return Some(Counted(None));
        };
        let place = network_of(&peer.to_string());
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let of_place = open.entry(place.clone()).or_default();
        if of_place.count >= MOST {
            if !std::mem::replace(&mut of_place.is_reported, true) {
                log::warn!(
                    "{place} has {MOST} connections; further ones are refused (if this is a proxy, set --trusted-proxies)"
                );
            }
            return None;
        }
        of_place.count += 1;
        Some(Counted(Some((self.clone(), place))))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let Some((connections, place)) = self.0.take() else { return };
        let mut open = connections.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(of_place) = open.get_mut(&place) {
            of_place.count -= 1;
            if of_place.count == 0 {
                open.remove(&place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_a_share() {
        let connections = Connections::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let from = |address: &str| connections.open(Some(address.parse().unwrap()));
        let mut held: Vec<Counted> = (0..MOST).map(|_| from("192.0.2.1").unwrap()).collect();
        assert!(from("192.0.2.1").is_none() && from("::ffff:192.0.2.1").is_none());
        assert!(from("192.0.2.2").is_some(), "another place");
        held.pop();
        held.push(from("192.0.2.1").expect("one has ended"));
        assert!(from("192.0.2.1").is_none());
        drop(held);
        assert!(connections.open.lock().unwrap().is_empty(), "nothing is left behind");
        let _proxies: Vec<Counted> = (0..=MOST).map(|_| from("10.0.0.7").expect("a trusted proxy")).collect();
    }
}
