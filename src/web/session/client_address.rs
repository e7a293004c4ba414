//! The client's address behind proxies: the nearest address that is not a trusted proxy's.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

/// The address of the client. `peer` is the address of the connection; `forwarded` the values of all `X-Forwarded-For`
/// headers in their order, to which each proxy appends whom it heard. They are read from the right, as long as
/// the proxy that wrote them is trusted: anyone can have written the values further left.
#[must_use]
pub fn client_address(peer: IpAddr, forwarded: &[&str], trusted: &[IpNet]) -> IpAddr {
    let mut nearest = peer.to_canonical();
    let heard = forwarded.iter().rev().flat_map(|value| value.rsplit(','));
    for word in heard {
        if !trusted.iter().any(|net| net.contains(&nearest)) {
            break;
        }
        // Something that is no address: the last proxy that spoke clearly is as far as we can see.
        let Some(address) = address_of(word.trim()) else { break };
        nearest = address;
    }
    nearest
}

/// With or without a port, as proxies write it: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`.
fn address_of(word: &str) -> Option<IpAddr> {
    let bare = word.strip_prefix('[').and_then(|word| word.strip_suffix(']')).unwrap_or(word);
    let address = bare.parse::<IpAddr>().ok();
    address.or_else(|| word.parse::<SocketAddr>().ok().map(|place| place.ip())).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const PROXIES: &[&str] = &["127.0.0.0/8", "10.0.0.0/8", "2001:db8:ffff::/48"];

    #[rstest]
    #[case::nobody_in_front("203.0.113.9", &[], "203.0.113.9")]
    #[case::a_stranger_claims("203.0.113.9", &["192.0.2.1"], "203.0.113.9")]
    #[case::one_proxy("127.0.0.1", &["192.0.2.1"], "192.0.2.1")]
    #[case::a_made_up_start("127.0.0.1", &["10.1.1.1, 198.51.100.5, 192.0.2.1"], "192.0.2.1")]
    #[case::two_proxies("127.0.0.1", &["192.0.2.1, 10.0.0.7"], "192.0.2.1")]
    #[case::two_headers("127.0.0.1", &["192.0.2.1", "10.0.0.7"], "192.0.2.1")]
    #[case::within_the_house("127.0.0.1", &["10.0.0.8"], "10.0.0.8")]
    #[case::a_proxy_itself("127.0.0.1", &[], "127.0.0.1")]
    #[case::nonsense("127.0.0.1", &["192.0.2.1, unknown"], "127.0.0.1")]
    #[case::nonsense_further_left("127.0.0.1", &["unknown, 192.0.2.1"], "192.0.2.1")]
    #[case::empty("127.0.0.1", &[""], "127.0.0.1")]
    #[case::a_port("127.0.0.1", &["192.0.2.1:4711"], "192.0.2.1")]
    #[case::six("2001:db8:ffff::1", &["2001:db8:1::5"], "2001:db8:1::5")]
    #[case::six_with_a_port("127.0.0.1", &["[2001:db8:1::5]:80"], "2001:db8:1::5")]
    #[case::six_in_brackets("127.0.0.1", &["[2001:db8:1::5]"], "2001:db8:1::5")]
    #[case::four_in_six("::ffff:127.0.0.1", &["::ffff:192.0.2.1"], "192.0.2.1")]
    fn whose_request(#[case] peer: &str, #[case] forwarded: &[&str], #[case] expected: &str) {
        let trusted: Vec<IpNet> = PROXIES.iter().map(|net| net.parse().unwrap()).collect();
        assert_eq!(client_address(peer.parse().unwrap(), forwarded, &trusted).to_string(), expected);
    }

    #[test]
    fn without_trusted_proxies_nothing_is_believed() {
        let peer = "127.0.0.1".parse().unwrap();
        assert_eq!(client_address(peer, &["192.0.2.1"], &[]), peer);
    }
}
