//! What counts as one place on the network, for throttles and for counting failed attempts.

use std::net::IpAddr;

/// An IPv4 address, or the /64 from which one IPv6 host may choose its addresses (RFC 7421); other texts unchanged.
#[must_use]
pub fn network_of(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(IpAddr::V4(address)) => address.to_string(),
        Err(_not_an_address) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("192.0.2.1", "192.0.2.1")]
    #[case("::ffff:192.0.2.1", "192.0.2.1")]
    #[case("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    #[case("::1", "0:0:0:0::/64")]
    #[case("unix", "unix")]
    fn one_place(#[case] address: &str, #[case] expected: &str) {
        assert_eq!(network_of(address), expected);
    }
}
