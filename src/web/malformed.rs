//! Requests that are no HTTP: counted by place and reason, and logged together, so that strangers cannot flood the log.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use crate::domain::client_network::network_of;
use crate::domain::invisible::visible;

/// Maximum number of networks that are counted separately between two reports. At most as many lines are logged.
const MOST: usize = 10;
/// Maximum length of a reason, in characters: it may quote the request.
const REASON: usize = 80;

/// What came from one place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Count {
    requests: u64,
    /// Of the first one.
    reason: String,
}

/// Malformed requests since the last report.
#[derive(Debug, Default)]
pub struct MalformedRequests(Mutex<BTreeMap<String, Count>>);

impl MalformedRequests {
    /// Counts a request.
    pub fn note(&self, peer: Option<IpAddr>, reason: &impl fmt::Display) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = peer.map_or_else(|| "an unknown address".to_owned(), |peer| network_of(&peer.to_string()));
        let place =
            if counts.len() < MOST || counts.contains_key(&place) { place } else { "other addresses".to_owned() };
        let reason = || visible(&reason.to_string().chars().take(REASON).collect::<String>());
        counts.entry(place).or_insert_with(|| Count { requests: 0, reason: reason() }).requests += 1;
    }

    /// A line for each place since the last report.
    pub fn report(&self) -> Vec<String> {
        let counts = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let line = |(place, count): (String, Count)| {
            let requests = if count.requests == 1 { "request" } else { "requests" };
            format!("{} malformed {requests} from {place} ({})", count.requests, count.reason)
        };
        counts.into_iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_counted_by_place() {
        let malformed = MalformedRequests::default();
        for address in ["192.0.2.1", "192.0.2.1", "2001:db8::1", "2001:db8::2", "::ffff:192.0.2.1"] {
            malformed.note(Some(address.parse().unwrap()), &"invalid Header provided\u{1b}[2J");
        }
        let lines = malformed.report();
        assert_eq!(
            lines,
            [
                "3 malformed requests from 192.0.2.1 (invalid Header provided\\x1B[2J)",
                "2 malformed requests from 2001:db8:0:0::/64 (invalid Header provided\\x1B[2J)",
            ]
        );
        assert!(malformed.report().is_empty(), "each is reported once");
        malformed.note(None, &"x".repeat(1_000));
        assert_eq!(malformed.report(), [format!("1 malformed request from an unknown address ({})", "x".repeat(80))]);
    }

    #[test]
    fn memory_and_lines_are_bounded() {
        let malformed = MalformedRequests::default();
        for number in 0..10_000_u32 {
            malformed.note(Some(IpAddr::from(number.to_be_bytes())), &"nonsense");
        }
        let lines = malformed.report();
        assert_eq!(lines.len(), MOST + 1);
        assert!(lines.contains(&format!("{} malformed requests from other addresses (nonsense)", 10_000 - MOST)));
    }
}
