//! Ends that are services, each against a real server: s3s-fs, Azurite, `WsgiDAV`; and against a stub that
//! misbehaves as no real one does on demand.

mod again;
mod at_once;
mod chain;
mod faults;
mod interrupted;
mod items;
mod odd_answers;
mod odd_keys;
mod odd_listings;
mod pairs;
mod ports;
mod redirects;
mod slow;
mod source;
mod trouble;
mod uploads;

use ipnet::IpNet;
use secrecy::SecretString;
use syncdesk::net::{Net, Patience};
use syncdesk::sync::connectors::files::endpoint::{Endpoint, EndpointError, ItemError, Which};
use syncdesk::sync::connectors::files::path::ItemPath;
use syncdesk::sync::connectors::files::remote;
use syncdesk::sync::connectors::files::settings::{EndpointKind, EndpointSettings};

use crate::peers::{Azurite, S3, WebDav};

/// A run's number, for temporary names.
pub const RUN: i64 = 17;

/// A folder of a real server, for one test.
pub struct Server {
    pub settings: EndpointSettings,
    pub secret: SecretString,
    /// s3s-fs keeps objects as files, and lists no folder that has none in it.
    pub shows_empty_folders: bool,
    /// s3s-fs lists no etags.
    pub lists_etags: bool,
    /// Whether the server can hold a name.
    pub possible: fn(&str) -> bool,
}

/// Loopback is on the operator's list.
pub fn net() -> Net {
    let loopback: IpNet = "127.0.0.0/8".parse().unwrap();
    let short = std::time::Duration::from_millis(10);
    Net::new(vec![loopback]).patient(Patience { pause: short, longest_pause: short * 100, ..Patience::default() })
}

impl Server {
    /// A bucket of s3s-fs, and a folder in it that is not there yet.
    pub fn s3(test: &str) -> Self {
        let bucket = format!("ends-{}", test.replace('_', "-"));
        S3::shared().create_bucket(&bucket);
        Self {
            settings: settings(EndpointKind::S3, S3::shared().endpoint(), bucket, S3::ACCESS_KEY),
            secret: S3::SECRET_KEY.into(),
            shows_empty_folders: false,
            lists_etags: false,
            // It keeps its own metadata next to each file, under a longer name.
            possible: |name| name.len() <= 200,
        }
    }

    pub fn azurite(test: &str) -> Self {
        let container = format!("ends-{}", test.replace('_', "-"));
        Azurite::shared().create_container(&container);
        Self {
            settings: settings(EndpointKind::Azblob, Azurite::shared().endpoint(), container, Azurite::ACCOUNT),
            secret: Azurite::KEY.into(),
            shows_empty_folders: true,
            lists_etags: true,
            possible: |name| !name.ends_with('.') && !name.contains('\\'),
        }
    }

    pub fn webdav(test: &str) -> Self {
        let endpoint = WebDav::shared().endpoint();
        let settings = EndpointSettings {
            path: format!("ends/{test} ä"),
            ..settings(EndpointKind::Webdav, endpoint, String::new(), WebDav::USER)
        };
        Self {
            settings,
            secret: WebDav::PASSWORD.into(),
            shows_empty_folders: true,
            lists_etags: true,
            // `WsgiDAV` takes the first two for the end of a path when it reads where a file is moved to.
            possible: |name| !name.contains(['?', ';']) && !name.contains(char::is_control),
        }
    }

    pub fn open(&self) -> Box<dyn Endpoint> {
        self.open_as(Which::Destination, &self.secret, RUN)
    }

    pub fn open_as(&self, which: Which, secret: &SecretString, run: i64) -> Box<dyn Endpoint> {
        remote::open(&self.settings, Some(secret), &net(), which, run).expect("settings that lead somewhere")
    }

    /// Opened, with its root made.
    pub async fn ready(&self) -> Box<dyn Endpoint> {
        let end = self.open();
        end.make_folder(&ItemPath::root()).await.expect("a root");
        end
    }
}

fn settings(kind: EndpointKind, endpoint: String, bucket: String, account: &str) -> EndpointSettings {
    let (path, region) = ("team/data".to_owned(), String::new());
    EndpointSettings { kind, path, bucket, endpoint, region, account: account.to_owned() }
}

pub fn path(text: &str) -> ItemPath {
    ItemPath::parse(text.as_bytes()).expect("a path")
}

/// The trouble of one item.
#[expect(clippy::needless_pass_by_value, reason = "what is asked is what just came")]
pub fn trouble_of<T>(result: Result<T, EndpointError>) -> Option<ItemError> {
    match result {
        Err(EndpointError::Item { trouble, .. }) => Some(trouble),
        Ok(_) | Err(EndpointError::Whole(_) | EndpointError::Stopped(_)) => None,
    }
}

/// Runs one body against each real server.
macro_rules! against_each_server {
    ($($body:ident,)+) => {
        mod s3 { $(#[tokio::test] async fn $body() { super::$body($crate::remote_ends::Server::s3(stringify!($body))).await; })+ }
        mod azurite { $(#[tokio::test] async fn $body() { super::$body($crate::remote_ends::Server::azurite(stringify!($body))).await; })+ }
        mod webdav { $(#[tokio::test] async fn $body() { super::$body($crate::remote_ends::Server::webdav(stringify!($body))).await; })+ }
    };
}
pub(crate) use against_each_server;
