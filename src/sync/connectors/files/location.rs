//! Where an end is, in one spelling: equal for two settings that lead to the same place.
//!
//! Where it is not certain whether two spellings lead to the same place, they count as the same: a needless refusal is
//! better than two mirrors that delete each other's files. [`EndpointSettings::address`] is not for this: baselines are
//! bound to it, and it keeps the spelling of the settings.

use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::settings::{EndpointKind, EndpointSettings};

/// Names that all mean the machine that Syncdesk runs on.
const THIS_MACHINE: &[&str] =
    &["localhost", "localhost.localdomain", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback"];

/// A place that a system reads or writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Ends in `/`: a prefix of the address of everything in it.
    pub address: String,
    /// It is everything that a host has.
    pub whole_host: bool,
}

impl Location {
    #[must_use]
    pub fn of(end: &EndpointSettings) -> Self {
        let EndpointSettings { kind, path, bucket, endpoint, account, .. } = end;
        match kind {
            EndpointKind::Local => {
                let names = path.split('/').filter(|name| !matches!(*name, "" | "."));
                Self { address: joined("file://".to_owned(), names), whole_host: false }
            }
            EndpointKind::S3 if endpoint.is_empty() => remote("s3", "https://amazonaws.com", bucket, path),
            EndpointKind::S3 => remote("s3", endpoint, bucket, path),
            EndpointKind::Azblob if endpoint.is_empty() => {
                remote("azblob", &format!("https://{account}.blob.core.windows.net"), bucket, path)
            }
            EndpointKind::Azblob => remote("azblob", endpoint, bucket, path),
            EndpointKind::Webdav => remote("webdav", endpoint, "", path),
        }
    }

    /// Whether one of the two places is in the other.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.address.starts_with(&other.address) || other.address.starts_with(&self.address)
    }
}

fn remote(kind: &str, endpoint: &str, bucket: &str, folder: &str) -> Location {
    let (host, above) = match Url::parse(endpoint) {
        Ok(url) => (host_of(&url), percent_decode_str(url.path()).decode_utf8_lossy().into_owned()),
        // Settings from before addresses were checked.
        Err(_) => (String::new(), endpoint.to_lowercase()),
    };
    let mut names: Vec<String> = Vec::new();
    for part in [above.as_str(), bucket, folder] {
        for name in part.split(['/', '\\']) {
            match name {
                "" | "." => {}
                ".." => {
                    names.pop();
                }
                name => names.push(without_end(name).to_owned()),
            }
        }
    }
    let whole_host = names.is_empty();
    Location { address: joined(format!("{kind}://{host}"), names.iter().map(String::as_str)), whole_host }
}

fn joined<'a>(base: String, names: impl Iterator<Item = &'a str>) -> String {
    names.fold(base + "/", |address, name| address + name + "/")
}

/// Azure, and WebDAV servers on Windows, drop dots and blanks at the end of a name.
fn without_end(name: &str) -> &str {
    let kept = name.trim_end_matches(['.', ' ']);
    if kept.is_empty() { name } else { kept }
}

/// The host and its port. `http` and `https` at their usual ports lead to the same files.
fn host_of(url: &Url) -> String {
    let host = match url.host() {
        Some(Host::Domain(name)) => domain(&name.trim_end_matches('.').to_lowercase()),
        Some(Host::Ipv4(address)) => numeric(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => numeric(address.to_canonical()),
        None => String::new(),
    };
    match url.port() {
        None | Some(80 | 443) => host,
        Some(port) => format!("{host}:{port}"),
    }
}

fn domain(name: &str) -> String {
    if THIS_MACHINE.contains(&name) || name.ends_with(".localhost") {
        return "localhost".to_owned();
    }
    // The name of a bucket is unique in all regions: the region in the host says nothing more.
    let amazon = ["amazonaws.com", "amazonaws.com.cn"].into_iter();
    let region = |end: &&str| name.strip_suffix(end).is_some_and(|region| region.is_empty() || region.ends_with('.'));
    amazon.clone().find(region).map_or_else(|| name.to_owned(), str::to_owned)
}

fn numeric(address: IpAddr) -> String {
    match address {
        address if address.is_loopback() || address.is_unspecified() => "localhost".to_owned(),
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(kind: EndpointKind, endpoint: &str, bucket: &str, path: &str) -> EndpointSettings {
        let [bucket, endpoint, path] = [bucket, endpoint, path].map(str::to_owned);
        EndpointSettings { kind, path, bucket, endpoint, region: "eu-central-1".into(), account: "acme".into() }
    }

    fn webdav(endpoint: &str) -> String {
        Location::of(&end(EndpointKind::Webdav, endpoint, "", "team")).address
    }

    #[test]
    fn one_share_in_many_spellings() {
        for spelling in [
            "http://files.example/dav",
            "https://files.example/dav",
            "http://files.example:80/dav/",
            "https://files.example:443/dav",
            "HTTP://FILES.example/dav",
            "http://files.example./dav",
            "http://files.example//dav",
            "http://files.example/%64av",
            "http://files.example/%64%61%76",
            "http://files.example/./dav",
            "http://files.example/x/../dav",
            "http://files.example/x/%2e%2e/dav",
            "http://files.example/x%2F..%2fdav",
            "http://files.example/x%5C..%5cdav",
            "http://files.example/dav./",
            "http://files.example/dav%20",
            "http://files.example\\dav",
        ] {
            assert_eq!(webdav(spelling), "webdav://files.example/dav/team/", "{spelling}");
        }
    }

    #[test]
    fn this_machine_in_many_spellings() {
        for host in [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "a.localhost",
            "127.0.0.1",
            "127.1",
            "0x7f000001",
            "127.0.0.53",
            "0.0.0.0",
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[::]",
            "[::ffff:127.0.0.1]",
        ] {
            assert_eq!(webdav(&format!("http://{host}:8080/dav")), "webdav://localhost:8080/dav/team/", "{host}");
        }
    }

    #[test]
    fn different_places_stay_different() {
        let places = [
            "http://files.example/dav",
            "http://files.example:8080/dav",
            "http://other.example/dav",
            "http://files.example/Dav",
            "http://files.example/dav2",
            "http://files.example/%2564av",
            "http://10.0.0.1/dav",
            "http://[fd00::1]/dav",
        ];
        let addresses: std::collections::BTreeSet<String> = places.into_iter().map(webdav).collect();
        assert_eq!(addresses.len(), places.len(), "{addresses:?}");
    }

    #[test]
    fn buckets() {
        let s3 = |endpoint: &str, bucket: &str, path: &str| {
            Location::of(&end(EndpointKind::S3, endpoint, bucket, path)).address
        };
        for amazon in ["", "https://s3.amazonaws.com", "https://s3.eu-central-1.amazonaws.com/"] {
            assert_eq!(s3(amazon, "reports", "a/b"), "s3://amazonaws.com/reports/a/b/", "{amazon}");
        }
        assert_eq!(s3("http://127.0.0.1:9", "reports", "a"), s3("http://localhost:9/", "reports", "/a/"));
        assert_eq!(s3("https://notamazonaws.com", "b", ""), "s3://notamazonaws.com/b/");
        let azure = |endpoint: &str| Location::of(&end(EndpointKind::Azblob, endpoint, "box", "a\\b./c")).address;
        assert_eq!(azure(""), "azblob://acme.blob.core.windows.net/box/a/b/c/");
        assert_eq!(azure("https://ACME.blob.core.windows.net:443"), azure(""));
    }

    #[test]
    fn what_is_a_whole_host() {
        for (endpoint, path, whole) in [
            ("http://files.example", "", true),
            ("http://files.example/%2e/", "", true),
            ("http://files.example/x/..", "", true),
            ("http://files.example", "team", false),
            ("http://files.example/dav", "", false),
        ] {
            assert_eq!(
                Location::of(&end(EndpointKind::Webdav, endpoint, "", path)).whole_host,
                whole,
                "{endpoint} {path}"
            );
        }
        assert!(!Location::of(&end(EndpointKind::S3, "", "bucket", "")).whole_host);
        assert!(!Location::of(&end(EndpointKind::Local, "", "", "/")).whole_host);
    }

    #[test]
    fn folders_of_this_machine() {
        let local = |path: &str| Location::of(&end(EndpointKind::Local, "", "", path));
        assert_eq!(local("/data//./in/").address, "file:///data/in/");
        assert!(local("/data").overlaps(&local("/data/in")) && local("/data/in").overlaps(&local("/data")));
        assert!(!local("/data/in").overlaps(&local("/data/in2")) && !local("/data/in.").overlaps(&local("/data/in")));
        assert!(local("/").overlaps(&local("/data")));
    }
}
