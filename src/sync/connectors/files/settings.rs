//! The typed settings of a pair of ends.

use serde_json::Value;

use super::endpoint::Which;
use crate::domain::kind::{SecretRecipient, SecretScope};
use crate::domain::words::words;
use crate::net::origin::{origin, path};

words! {
    /// What an end is.
    EndpointKind { Local = "local", S3 = "s3", Azblob = "azblob", Webdav = "webdav", }
}

words! {
    /// What happens to items of the destination that the source does not have.
    Mode {
        /// They stay.
        Copy = "copy",
        /// They are deleted.
        Mirror = "mirror",
    }
}

/// Where one end is. Fields that its kind does not need are empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointSettings {
    pub kind: EndpointKind,
    /// Local: the absolute folder, without a trailing slash. Remote: the folder below bucket,
    /// container or endpoint, without slashes at its ends; empty for all of it.
    pub path: String,
    /// Bucket or container.
    pub bucket: String,
    /// `http://` or `https://`; for WebDAV with the path of the share, without a trailing slash. Empty for the
    /// usual endpoint of the service.
    pub endpoint: String,
    pub region: String,
    /// Access key id, storage account, or user name.
    pub account: String,
}

/// The settings of a files system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub source: EndpointSettings,
    pub destination: EndpointSettings,
    pub mode: Mode,
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    /// 1 to 32.
    pub transfers: usize,
    pub brake_percent: u32,
    pub brake_count: i64,
}

impl Settings {
    #[must_use]
    pub const fn end(&self, which: Which) -> &EndpointSettings {
        match which {
            Which::Source => &self.source,
            Which::Destination => &self.destination,
        }
    }

    /// From the stored JSON; `None` if it is not ours.
    #[must_use]
    pub fn from_json(json: &Value) -> Option<Self> {
        let lines = |name: &str| -> Option<Vec<String>> {
            json.get(name)?.as_array()?.iter().map(|line| line.as_str().map(str::to_owned)).collect()
        };
        Some(Self {
            source: EndpointSettings::from_json(json, Which::Source)?,
            destination: EndpointSettings::from_json(json, Which::Destination)?,
            mode: Mode::parse(json.get("mode")?.as_str()?)?,
            include: lines("include")?,
            exclude: lines("exclude")?,
            transfers: usize::try_from(json.get("transfers")?.as_u64()?).ok()?.clamp(1, 32),
            brake_percent: u32::try_from(json.get("brake_percent")?.as_u64()?).ok()?,
            brake_count: json.get("brake_count")?.as_i64()?,
        })
    }
}

impl EndpointSettings {
    fn from_json(json: &Value, which: Which) -> Option<Self> {
        let text = |field: &str| -> Option<String> {
            json.get(format!("{}_{field}", which.as_str()))
                .map_or(Some(String::new()), |value| value.as_str().map(str::to_owned))
        };
        Some(Self {
            kind: EndpointKind::parse(&text("kind")?)?,
            path: text("path")?,
            bucket: text("bucket")?,
            endpoint: text("endpoint")?,
            region: text("region")?,
            account: text("account")?,
        })
    }

    /// The place as an address that ends in `/`, as the settings spell it. Baselines are bound to it, so it must not
    /// change; what must not depend on the spelling uses `super::place::Place`.
    #[must_use]
    pub fn address(&self) -> String {
        let below = |base: String| {
            let path = self.path.trim_matches('/');
            if path.is_empty() { format!("{base}/") } else { format!("{base}/{path}/") }
        };
        match self.kind {
            EndpointKind::Local => below("file://".to_owned()),
            EndpointKind::S3 => {
                let host = if self.endpoint.is_empty() { "https://s3.amazonaws.com" } else { &self.endpoint };
                below(format!("s3+{}/{}", host.to_lowercase().trim_end_matches('/'), self.bucket))
            }
            EndpointKind::Azblob => {
                let usual = format!("https://{}.blob.core.windows.net", self.account);
                let host = if self.endpoint.is_empty() { &usual } else { &self.endpoint };
                below(format!("azblob+{}/{}", host.trim_end_matches('/'), self.bucket))
            }
            EndpointKind::Webdav => below(format!("webdav+{}", self.endpoint.trim_end_matches('/'))),
        }
    }

    /// The URL of the service that is called, without a trailing slash: the endpoint of the settings, or the usual one.
    /// For S3 it has no bucket in its host. `None` for a local folder.
    #[must_use]
    pub fn service_url(&self) -> Option<String> {
        let given = self.endpoint.trim_end_matches('/');
        match self.kind {
            EndpointKind::Local => None,
            EndpointKind::S3 => {
                let given = given.replacen(&format!("//{}.", self.bucket), "//", 1);
                Some(match given.as_str() {
                    "" | "https://s3.amazonaws.com" => format!("https://s3.{}.amazonaws.com", self.region_or_default()),
                    _ => given,
                })
            }
            EndpointKind::Azblob if given.is_empty() => Some(format!("https://{}.blob.core.windows.net", self.account)),
            EndpointKind::Azblob | EndpointKind::Webdav => Some(given.to_owned()),
        }
    }

    /// The region for signatures, and for the host where the settings name none.
    #[must_use]
    pub fn region_or_default(&self) -> &str {
        if self.region.is_empty() { DEFAULT_REGION } else { &self.region }
    }

    /// The first setting that would change which host or path is called instead of naming a bucket, a region or an
    /// account there.
    #[must_use]
    pub fn unusable_name(&self) -> Option<&'static str> {
        match self.kind {
            EndpointKind::Local | EndpointKind::Webdav => None,
            EndpointKind::S3 | EndpointKind::Azblob if !is_bucket(&self.bucket) => Some("bucket"),
            EndpointKind::S3 => (!self.region.is_empty() && !is_label(&self.region)).then_some("region"),
            EndpointKind::Azblob => (!is_label(&self.account)).then_some("account"),
        }
    }

    /// To whom its secret would be sent: scheme, host, port, account, path and bucket. `None` for a local folder. A
    /// WebDAV service without an account gets a secret too, as a bearer token, if there is one.
    #[must_use]
    pub fn owner(&self) -> Option<SecretRecipient> {
        let required = match self.kind {
            EndpointKind::Local => return None,
            EndpointKind::S3 | EndpointKind::Azblob => true,
            EndpointKind::Webdav => !self.account.is_empty(),
        };
        let url = self.service_url()?;
        let identity = format!("{}|{}|{}", self.kind.as_str(), origin(&url), self.account);
        let bucket = if self.bucket.is_empty() { String::new() } else { format!("{}/", self.bucket) };
        let below = path(&url).map(|path| format!("{path}{bucket}"));
        let service = below.clone().map(|path| SecretScope {
            origin: origin(&url),
            account: self.account.clone(),
            path,
            signs: self.kind != EndpointKind::Webdav,
        });
        Some(SecretRecipient { identity, paths: vec![below], required, services: service.into_iter().collect() })
    }
}

/// The region of S3 services that have none.
const DEFAULT_REGION: &str = "us-east-1";

/// Whether a text can name a bucket or container: one segment of a path, and one or more labels of a host.
#[must_use]
pub fn is_bucket(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'$');
    !text.is_empty() && text.bytes().all(fits) && text.bytes().any(|byte| byte != b'.')
}

/// Whether a text can be a region or a storage account: one label of a host.
#[must_use]
pub fn is_label(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(endpoint: &str, account: &str) -> EndpointSettings {
        let of = |text: &str| text.to_owned();
        EndpointSettings {
            kind: EndpointKind::Webdav,
            path: of("folder"),
            bucket: String::new(),
            endpoint: of(endpoint),
            region: String::new(),
            account: of(account),
        }
    }

    #[test]
    fn a_secret_goes_deeper_but_not_up_or_aside() {
        let before = end("https://files.example/dav/team", "ada").owner().unwrap();
        for (endpoint, account, covered) in [
            ("https://files.example/dav/team", "ada", true),
            ("https://FILES.example:443/dav/team/", "ada", true),
            ("https://files.example/dav/te%61m", "ada", true),
            ("https://files.example/dav/team/data", "ada", true),
            ("https://files.example/dav/teams", "ada", false),
            ("https://files.example/dav", "ada", false),
            ("https://files.example/", "ada", false),
            ("https://files.example/debug", "ada", false),
            ("https://files.example/dav/team/../debug", "ada", false),
            ("https://files.example/dav/team/..%2fdebug", "ada", false),
            ("https://files.example/DAV/team", "ada", false),
            ("http://files.example/dav/team", "ada", false),
            ("https://files.example:444/dav/team", "ada", false),
            ("https://files.example/dav/team", "wim", false),
        ] {
            let owner = end(endpoint, account).owner().unwrap();
            assert_eq!(before.covers(&owner), covered, "{endpoint} {account}");
        }
        // A path that leads upwards still covers itself.
        let odd = end("https://files.example/a/..%2fb", "ada").owner().unwrap();
        assert!(odd.covers(&odd) && !odd.covers(&before));
    }
    fn store(kind: EndpointKind, [endpoint, bucket, region, account]: [&str; 4]) -> EndpointSettings {
        let of = |text: &str| text.to_owned();
        EndpointSettings { kind, bucket: of(bucket), region: of(region), ..end(endpoint, account) }
    }

    #[test]
    fn a_secret_of_an_object_store_is_bound_to_what_is_called() {
        let covers = |before: [&str; 4], after: [&str; 4]| {
            let [before, after] = [before, after].map(|settings| store(EndpointKind::S3, settings).owner().unwrap());
            before.covers(&after)
        };
        let amazon = ["", "data", "eu-central-1", "AK"];
        assert!(covers(amazon, ["https://s3.amazonaws.com", "data", "eu-central-1", "AK"]));
        assert!(covers(amazon, ["https://data.s3.eu-central-1.amazonaws.com", "data", "eu-central-1", "AK"]));
        assert!(!covers(amazon, ["", "other", "eu-central-1", "AK"]), "another bucket");
        assert!(!covers(amazon, ["", "data", "eu-west-1", "AK"]), "another host");
        assert!(!covers(amazon, ["https://s3.amazonaws.com", "data", "eu-west-1", "AK"]));
        let own = ["https://files.corp.example", "data", "", "AK"];
        assert!(covers(own, ["https://files.corp.example/", "data", "auto", "AK"]), "the region only signs");
        assert!(!covers(own, ["https://files.corp.example", "files", "", "AK"]), "the host loses the bucket");
    }

    /// The scope of a shared credential has the path of the service and the bucket.
    #[test]
    fn a_shared_secret_of_an_object_store_signs() {
        let service = |kind, settings| store(kind, settings).owner().unwrap().services.remove(0);
        let s3 = service(EndpointKind::S3, ["https://files.example/a", "data", "", "AK"]);
        assert_eq!(
            (s3.origin.as_str(), s3.account.as_str(), s3.path.as_str()),
            ("https://files.example", "AK", "/a/data/")
        );
        assert!(s3.signs && service(EndpointKind::Azblob, ["", "box", "", "acme"]).signs);
        assert!(!service(EndpointKind::Webdav, ["https://files.example/a", "", "", "ada"]).signs);
        let upwards = store(EndpointKind::Webdav, ["https://files.example/a/..%2fb", "", "", "ada"]).owner().unwrap();
        assert!(upwards.services.is_empty() && !s3.covers(&upwards), "nobody knows where it goes");
    }

    #[test]
    fn names_that_would_change_the_url() {
        let s3 =
            |bucket, region| store(EndpointKind::S3, ["https://files.example", bucket, region, "AK"]).unusable_name();
        assert_eq!(s3("my.bucket-1_x", "eu-central-1"), None);
        assert_eq!(s3("data", ""), None);
        for bucket in ["", ".", "..", "%2e%2e", "..\\b", "a/b", "b?x", "b#", "a b", "2130706433:80?", "ä", "a\tb"] {
            assert_eq!(s3(bucket, ""), Some("bucket"), "{bucket:?}");
        }
        for region in ["x.evil.example/", "a#", "eu central", "a:1", "x.y"] {
            assert_eq!(s3("data", region), Some("region"), "{region:?}");
        }
        let azure = |bucket, account| store(EndpointKind::Azblob, ["", bucket, "", account]).unusable_name();
        assert_eq!(azure("$web", "acme01"), None);
        for account in ["127.0.0.1:7#", "a\\b", "a?", "a.b"] {
            assert_eq!(azure("box", account), Some("account"), "{account:?}");
        }
    }
}
