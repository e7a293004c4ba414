//! The typed settings of a pair of ends.

use serde_json::Value;

use super::end::Which;
use crate::domain::kind::Owner;
use crate::domain::words::words;
use crate::net::origin::{origin, path};

words! {
    /// What an end is.
    EndKind { Local = "local", S3 = "s3", Azblob = "azblob", Webdav = "webdav", }
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
pub struct EndSettings {
    pub kind: EndKind,
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
    pub source: EndSettings,
    pub destination: EndSettings,
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
    pub const fn end(&self, which: Which) -> &EndSettings {
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
            source: EndSettings::from_json(json, Which::Source)?,
            destination: EndSettings::from_json(json, Which::Destination)?,
            mode: Mode::parse(json.get("mode")?.as_str()?)?,
            include: lines("include")?,
            exclude: lines("exclude")?,
            transfers: usize::try_from(json.get("transfers")?.as_u64()?).ok()?.clamp(1, 32),
            brake_percent: u32::try_from(json.get("brake_percent")?.as_u64()?).ok()?,
            brake_count: json.get("brake_count")?.as_i64()?,
        })
    }
}

impl EndSettings {
    fn from_json(json: &Value, which: Which) -> Option<Self> {
        let text = |field: &str| -> Option<String> {
            json.get(format!("{}_{field}", which.as_str()))
                .map_or(Some(String::new()), |value| value.as_str().map(str::to_owned))
        };
        Some(Self {
            kind: EndKind::parse(&text("kind")?)?,
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
            EndKind::Local => below("file://".to_owned()),
            EndKind::S3 => {
                let host = if self.endpoint.is_empty() { "https://s3.amazonaws.com" } else { &self.endpoint };
                below(format!("s3+{}/{}", host.to_lowercase().trim_end_matches('/'), self.bucket))
            }
            EndKind::Azblob => {
                let usual = format!("https://{}.blob.core.windows.net", self.account);
                let host = if self.endpoint.is_empty() { &usual } else { &self.endpoint };
                below(format!("azblob+{}/{}", host.trim_end_matches('/'), self.bucket))
            }
            EndKind::Webdav => below(format!("webdav+{}", self.endpoint.trim_end_matches('/'))),
        }
    }

    /// To whom its secret would be sent: scheme, host, port, account and path. `None` for a local folder. A WebDAV
    /// service without an account gets a secret too, as a bearer token, if there is one.
    #[must_use]
    pub fn owner(&self) -> Option<Owner> {
        let required = match self.kind {
            EndKind::Local => return None,
            EndKind::S3 | EndKind::Azblob => true,
            EndKind::Webdav => !self.account.is_empty(),
        };
        let Self { endpoint, region, account, .. } = self;
        let region = if endpoint.is_empty() { region.as_str() } else { "" };
        let identity = format!("{}|{}|{region}|{account}", self.kind.as_str(), origin(endpoint));
        Some(Owner { identity, paths: vec![path(endpoint)], required })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(endpoint: &str, account: &str) -> EndSettings {
        let of = |text: &str| text.to_owned();
        EndSettings {
            kind: EndKind::Webdav,
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
        // What nothing is below of still covers itself.
        let odd = end("https://files.example/a/..%2fb", "ada").owner().unwrap();
        assert!(odd.covers(&odd) && !odd.covers(&before));
    }
}
