//! Which addresses may be connected to.
//!
//! Judged is the address that a connection is really made to: after a name was resolved, and at each
//! redirect. An IPv6 address that carries an IPv4 one (mapped, NAT64, 6to4 and the like) is judged by
//! both, because a gateway on the way may unpack it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use ipnet::IpNet;

/// The addresses that are refused whatever the operator allows: link-local, and where clouds hand out
/// credentials of the machine to any program on it.
const NEVER: &[(&str, &str)] = &[
    ("169.254.0.0/16", "link-local, and the metadata address of most clouds"),
    ("fe80::/10", "link-local"),
    ("100.100.100.200/32", "metadata of Alibaba Cloud"),
    ("168.63.129.16/32", "the host of an Azure machine"),
    ("192.0.0.192/32", "metadata of Oracle Cloud, classic"),
    ("fd00:ec2::/32", "metadata and local services of AWS"),
    ("fd20:ce::254/128", "metadata of Google Cloud"),
    ("fd00:42::42/128", "metadata of Scaleway"),
];

/// What of IPv4 is not the open internet (IANA's registry of special-purpose addresses).
const CLOSED_V4: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
];

/// Of IPv6 only this is the open internet …
const OPEN_V6: &[&str] = &["2000::/3", "64:ff9b::/96"];

/// … without these.
const CLOSED_V6: &[&str] = &["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

/// Why an address is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    #[error("{0} is link-local or a metadata address, which is never allowed")]
    Never(IpAddr),
    #[error("{0} is a private address and is not in the allowed networks")]
    NotListed(IpAddr),
}

/// Parsed once; cheap to clone.
#[derive(Debug, Clone)]
pub struct AddressFilter(Arc<Nets>);

#[derive(Debug)]
struct Nets {
    never: Vec<IpNet>,
    closed_v4: Vec<IpNet>,
    open_v6: Vec<IpNet>,
    closed_v6: Vec<IpNet>,
    allowed: Vec<IpNet>,
}

impl AddressFilter {
    /// With the networks that the operator allows besides the open internet.
    #[must_use]
    pub fn new(allowed: Vec<IpNet>) -> Self {
        let parse = |texts: &[&str]| texts.iter().filter_map(|text| text.parse().ok()).collect();
        Self(Arc::new(Nets {
            never: NEVER.iter().filter_map(|(net, _why)| net.parse().ok()).collect(),
            closed_v4: parse(CLOSED_V4),
            open_v6: parse(OPEN_V6),
            closed_v6: parse(CLOSED_V6),
            allowed,
        }))
    }

    /// Whether a connection to `address` may be made.
    ///
    /// # Errors
    /// When it must not.
    pub fn check(&self, address: IpAddr) -> Result<(), Forbidden> {
        let faces = faces(address);
        if faces.iter().any(|face| within(&self.0.never, *face)) {
            return Err(Forbidden::Never(address));
        }
        let allowed =
            |face: IpAddr| self.is_open(face) || within(&self.0.allowed, face) || within(&self.0.allowed, address);
        if faces.into_iter().all(allowed) { Ok(()) } else { Err(Forbidden::NotListed(address)) }
    }

    fn is_open(&self, face: IpAddr) -> bool {
        match face {
            IpAddr::V4(_) => !within(&self.0.closed_v4, face),
            IpAddr::V6(_) => within(&self.0.open_v6, face) && !within(&self.0.closed_v6, face),
        }
    }
}

fn within(nets: &[IpNet], address: IpAddr) -> bool {
    nets.iter().any(|net| net.contains(&address))
}

/// The address itself and the IPv4 addresses in it. A mapped address is the IPv4 address and nothing else.
fn faces(address: IpAddr) -> Vec<IpAddr> {
    let IpAddr::V6(v6) = address else { return vec![address] };
    if let Some(v4) = v6.to_ipv4_mapped() {
        return vec![v4.into()];
    }
    std::iter::once(address).chain(carried(v6).into_iter().map(IpAddr::from)).collect()
}

/// The IPv4 addresses that an IPv6 address carries, by the conventions of RFC 4291, 6145, 6052, 8215,
/// 3056, 4380 and 5214.
fn carried(v6: Ipv6Addr) -> Vec<Ipv4Addr> {
    let word = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    let bits = u128::from(v6);
    let low = |shift: u32| u32::try_from((bits >> shift) & u128::from(u32::MAX)).unwrap_or_default();
    match v6.segments() {
        // `::` and `::1` are not mapped addresses.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => Vec::new(),
        // IPv4-compatible and IPv4-translated, NAT64, 6to4.
        [0, 0, 0, 0, 0 | 0xffff, 0, high, last] | [0x64, 0xff9b, 0, 0, 0, 0, high, last] | [0x2002, high, last, ..] => {
            vec![word(high, last)]
        }
        // NAT64 of a site, whose prefix may have any of four lengths; bits 64 to 71 are skipped.
        [0x64, 0xff9b, 1, ..] => {
            let around = |before: u32| {
                let upper = u32::try_from((bits >> 64) & ((1 << before) - 1)).unwrap_or_default();
                let after = 32 - before;
                let lower = u32::try_from((bits >> (56 - after)) & ((1 << after) - 1)).unwrap_or_default();
                Ipv4Addr::from(upper.checked_shl(after).unwrap_or_default() | lower)
            };
            vec![around(16), around(8), around(0), Ipv4Addr::from(low(0))]
        }
        // Teredo: the server, and the client with its bits turned.
        [0x2001, 0, high, last, ..] => vec![word(high, last), Ipv4Addr::from(!low(0))],
        // ISATAP.
        [_, _, _, _, 0 | 0x200, 0x5efe, high, last] => vec![word(high, last)],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand, one line each: the address, whether it is allowed with an empty list, and with a list
    /// of everything (`0.0.0.0/0` and `::/0`).
    const TABLE: &[(&str, bool, bool)] = &[
        // The open internet.
        ("1.1.1.1", true, true),
        ("8.8.8.8", true, true),
        ("11.0.0.0", true, true),
        ("100.63.255.255", true, true),
        ("100.128.0.0", true, true),
        ("169.253.255.255", true, true),
        ("172.15.255.255", true, true),
        ("172.32.0.0", true, true),
        ("223.255.255.255", true, true),
        ("2606:4700:4700::1111", true, true),
        ("2a00:1450:4001:80b::200e", true, true),
        // Private, loopback, shared, reserved.
        ("0.0.0.0", false, true),
        ("0.1.2.3", false, true),
        ("10.0.0.1", false, true),
        ("10.255.255.255", false, true),
        ("100.64.0.1", false, true),
        ("100.127.255.255", false, true),
        ("127.0.0.1", false, true),
        ("127.255.255.254", false, true),
        ("172.16.0.1", false, true),
        ("172.31.255.255", false, true),
        ("192.0.0.8", false, true),
        ("192.0.2.1", false, true),
        ("192.168.0.1", false, true),
        ("192.168.255.255", false, true),
        ("198.18.0.1", false, true),
        ("198.19.255.255", false, true),
        ("198.51.100.7", false, true),
        ("203.0.113.9", false, true),
        ("224.0.0.1", false, true),
        ("240.0.0.1", false, true),
        ("255.255.255.255", false, true),
        ("::", false, true),
        ("::1", false, true),
        ("fc00::1", false, true),
        ("fd12:3456:789a::1", false, true),
        ("fec0::1", false, true),
        ("ff02::1", false, true),
        ("100::1", false, true),
        ("2001:db8::1", false, true),
        ("3fff::1", false, true),
        ("4000::1", false, true),
        // Link-local and metadata.
        ("169.254.0.1", false, false),
        ("169.254.169.254", false, false),
        ("169.254.170.2", false, false),
        ("fe80::1", false, false),
        ("fe80::a9fe:a9fe", false, false),
        ("febf:ffff::1", false, false),
        ("100.100.100.200", false, false),
        ("168.63.129.16", false, false),
        ("192.0.0.192", false, false),
        ("fd00:ec2::254", false, false),
        ("fd20:ce::254", false, false),
        ("fd00:42::42", false, false),
        // Mapped: as the IPv4 address.
        ("::ffff:8.8.8.8", true, true),
        ("::ffff:10.0.0.1", false, true),
        ("::ffff:127.0.0.1", false, true),
        ("::ffff:169.254.169.254", false, false),
        // Compatible and translated.
        ("::8.8.8.8", false, true),
        ("::169.254.169.254", false, false),
        ("::ffff:0:169.254.169.254", false, false),
        // NAT64.
        ("64:ff9b::8.8.8.8", true, true),
        ("64:ff9b::10.0.0.1", false, true),
        ("64:ff9b::127.0.0.1", false, true),
        ("64:ff9b::169.254.169.254", false, false),
        ("64:ff9b::168.63.129.16", false, false),
        // NAT64 of a site, with prefixes of 48, 56, 64 and 96 bits.
        ("64:ff9b:1:808:8:800::", false, true),
        ("64:ff9b:1:a9fe:a9:fe00::", false, false),
        ("64:ff9b:1:a9:fe:a9fe::", false, false),
        ("64:ff9b:1:0:a9:fea9:fe00:0", false, false),
        ("64:ff9b:1::169.254.169.254", false, false),
        // 6to4, Teredo, ISATAP.
        ("2002:808:808::1", false, true),
        ("2002:a00:1::1", false, true),
        ("2002:a9fe:a9fe::1", false, false),
        ("2001:0:a9fe:a9fe::1", false, false),
        ("2001:0:808:808:0:0:5601:5601", false, false),
        ("2a00::5efe:169.254.169.254", false, false),
        ("2a00::200:5efe:169.254.169.254", false, false),
        ("2a00::5efe:10.0.0.1", false, true),
    ];

    #[test]
    fn each_address_is_judged_as_the_table_says() {
        let strict = AddressFilter::new(Vec::new());
        let lenient = AddressFilter::new(vec!["0.0.0.0/0".parse().unwrap(), "::/0".parse().unwrap()]);
        for (text, alone, listed) in TABLE {
            let address = text.parse().unwrap();
            assert_eq!(strict.check(address).is_ok(), *alone, "{text} with an empty list");
            assert_eq!(lenient.check(address).is_ok(), *listed, "{text} with a list of everything");
        }
    }

    #[test]
    fn a_network_of_the_list_opens_what_is_in_it_and_no_more() {
        let filter = AddressFilter::new(vec!["10.1.0.0/16".parse().unwrap(), "fd12::/16".parse().unwrap()]);
        for (text, open) in [
            ("10.1.2.3", true),
            ("10.2.0.1", false),
            ("127.0.0.1", false),
            ("::ffff:10.1.2.3", true),
            ("::ffff:10.2.0.1", false),
            ("64:ff9b::10.1.2.3", true),
            ("64:ff9b::10.2.0.1", false),
            ("fd12::1", true),
            ("fd13::1", false),
            ("::1", false),
        ] {
            assert_eq!(filter.check(text.parse().unwrap()).is_ok(), open, "{text}");
        }
    }

    #[test]
    fn every_network_of_the_tables_is_one() {
        for text in NEVER.iter().map(|(net, _why)| net).chain(CLOSED_V4).chain(OPEN_V6).chain(CLOSED_V6) {
            assert!(text.parse::<IpNet>().is_ok(), "{text}");
        }
    }
}
