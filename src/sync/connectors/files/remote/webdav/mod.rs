//! WebDAV (RFC 4918), with nothing more than servers have in common: PROPFIND, GET, PUT, MOVE, DELETE, MKCOL.
//!
//! Syncdesk takes no locks. The server refuses a file that another client has locked (423), and the message names it.
//! Two operations take more than one request, and another client can interfere between the two: a
//! folder is looked into before it is deleted, because DELETE takes all that is in it, and what stands at a
//! place is looked at before it is deleted or replaced.

mod address;
mod children;
mod download;
mod exchange;
mod metered;
mod multistatus;
mod pieces;
mod probe;
mod propfind;
mod response;
mod upload;

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::HeaderValue;
use reqwest::{Method, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};

use super::consecutive_failures::ConsecutiveFailures;
use super::error_response::EndpointName;
use super::resume::Resuming;
use super::sender::{Sender, Unanswered};
use super::{checked, of_root};
use crate::domain::run::PeerFailure;
use crate::net::{Net, trouble};
use crate::sync::connectors::files::codes;
use crate::sync::connectors::files::endpoint::{
    Abilities, DirEntry, Endpoint, EndpointError, EndpointResult, Facts, FileReader, ItemError, ItemType, Remark, Which,
};
use crate::sync::connectors::files::incoming::Incoming;
use crate::sync::connectors::files::listing::Listing;
use crate::sync::connectors::files::names::{TemporaryNames, run_of};
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::connectors::files::settings::EndpointSettings;
use address::Addresses;
use children::entry;
use download::Remote;
use exchange::{Confirmation, Exchange, is_missing, method};
use futures_util::future::BoxFuture;
use probe::NameRules;
use upload::Upload;

/// What file systems behind WebDAV servers take at least.
const ABILITIES: Abilities = Abilities {
    sets_times: false,
    case_sensitive: true,
    keeps_empty_folders: true,
    utf8_only: true,
    reads_listed_etags: false,
    trims_white_space: false,
    longest_name: 255,
    longest_path: 2_000,
};

/// A share, or a folder of it.
pub(super) struct WebDav {
    exchange: Exchange,
    names: TemporaryNames,
    kept: NameRules,
    run: i64,
    strikes: ConsecutiveFailures,
}

/// # Errors
/// When the settings cannot lead to a service.
pub(super) fn open(
    settings: &EndpointSettings,
    secret: Option<&SecretString>,
    net: &Net,
    place: EndpointName,
    run: i64,
) -> Result<WebDav, PeerFailure> {
    let share = net.address(&settings.endpoint)?;
    let authorization = authorization(&settings.account, secret).map_err(|why| place.unusable(why))?;
    let exchange = Exchange {
        addresses: Addresses::new(&share, &settings.path),
        authorization,
        host: trouble::host_of(&share),
        sender: Sender::new(net.client()?, place),
        anonymous: Arc::default(),
        other_root: Arc::default(),
    };
    let names = TemporaryNames::of_run(run);
    Ok(WebDav { exchange, names, kept: NameRules::default(), run, strikes: ConsecutiveFailures::default() })
}

/// A user with a password; a bearer token where there is no user; nobody where there is neither.
fn authorization(account: &str, secret: Option<&SecretString>) -> Result<Option<HeaderValue>, &'static str> {
    let secret = secret.map(ExposeSecret::expose_secret).unwrap_or_default();
    let text = match (account, secret) {
        ("", "") => return Ok(None),
        ("", token) => format!("Bearer {}", token.trim()),
        (account, _) if account.contains(':') => return Err("a user name must not contain a colon"),
        (account, password) => format!("Basic {}", BASE64_STANDARD.encode(format!("{account}:{password}"))),
    };
    let mut value = HeaderValue::from_str(&text).map_err(|_not_a_header| "the token contains invalid characters")?;
    value.set_sensitive(true);
    Ok(Some(value))
}

impl WebDav {
    fn url(&self, path: &ItemPath, folder: bool) -> EndpointResult<Url> {
        self.exchange.addresses.of(path, folder)
    }

    /// What came of an operation on `path`: trouble with the root is trouble of the whole.
    fn of<T>(&self, path: &ItemPath, result: EndpointResult<T>) -> EndpointResult<T> {
        self.strikes.spare(path, result).map_err(|error| {
            if path.is_root() && !is_missing(&error) {
                of_root(error, self.exchange.sender.endpoint_name(), &self.exchange.host)
            } else {
                error
            }
        })
    }

    async fn stat_resource(&self, path: &ItemPath) -> EndpointResult<Option<DirEntry>> {
        match self.exchange.properties_of(path, path.is_root()).await {
            Ok(known) => Ok(Some(entry(path.name().to_vec(), known))),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// One look at the root proves the sign-in and the share. A destination's folder is made by its first run.
    ///
    /// Whether a temporary file can be written is not tried: a check changes nothing, and a run in which nothing
    /// arrives ends in Error with the reason.
    async fn try_root(&self) -> EndpointResult<()> {
        let once = self.exchange.with(self.exchange.sender.once());
        match once.properties_of(&ItemPath::root(), true).await {
            Ok(known) if known.folder => Ok(()),
            Ok(_) => Err(EndpointError::item(ItemError::InTheWay, "it is not a folder")),
            Err(error) if is_missing(&error) && once.sender.endpoint_name().which == Which::Destination => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn make(&self, folder: &ItemPath) -> EndpointResult<()> {
        if !folder.is_root() {
            return self.make_one(self.url(folder, true)?).await;
        }
        match self.stat_resource(folder).await? {
            Some(entry) if entry.kind == ItemType::Folder => return Ok(()),
            Some(_) => return Err(EndpointError::item(ItemError::InTheWay, "it is not a folder")),
            None => {}
        }
        // From above, since a folder is made only in one that is there. What may not be touched on the way
        // does not matter as long as the last one succeeds.
        let mut made = Ok(());
        for url in self.exchange.addresses.to_root() {
            made = self.make_one(url).await;
            if let Err(EndpointError::Whole(_) | EndpointError::Stopped(_)) = made {
                return made;
            }
        }
        made
    }

    async fn make_one(&self, url: Url) -> EndpointResult<()> {
        let asked = self.exchange.asked(method("MKCOL"), url.clone());
        let outcome = match self.exchange.sender.send(&asked).await {
            Ok(answer) => self.exchange.outcome(answer).await?,
            Err(Unanswered::Refused(refusal)) if refusal.status == StatusCode::CONFLICT => {
                return Err(EndpointError::item(ItemError::NotFound, "its folder no longer exists"));
            }
            // Something exists there already.
            Err(Unanswered::Refused(refusal)) if refusal.status == StatusCode::METHOD_NOT_ALLOWED => {
                Confirmation::Unclear(refusal.status)
            }
            Err(unanswered) => return Err(self.exchange.sender.error(unanswered)),
        };
        match outcome {
            Confirmation::Done => Ok(()),
            Confirmation::Unclear(status) => match self.exchange.look_at(&url).await? {
                Some(known) if known.folder => Ok(()),
                Some(_) => Err(EndpointError::item(ItemError::InTheWay, "a file has this name")),
                None => Err(unconfirmed(status)),
            },
        }
    }

    /// Deletes what exists at a path, and accepts only a response that confirms the deletion or that nothing exists.
    async fn remove(&self, path: &ItemPath, folder: bool) -> EndpointResult<()> {
        let asked = self.exchange.asked(Method::DELETE, self.url(path, folder)?);
        match self.exchange.change(&asked).await {
            Ok(Confirmation::Done) => Ok(()),
            Ok(Confirmation::Unclear(status)) => match self.stat_resource(path).await? {
                None => Ok(()),
                Some(_) => Err(unconfirmed(status)),
            },
            // Somebody else was first; inside an answer 207 it may be about something else.
            Err(error) if is_missing(&error) => match self.stat_resource(path).await? {
                None => Ok(()),
                Some(_) => Err(EndpointError::item(
                    ItemError::Other,
                    "the service lists it, but reports that it does not exist",
                )),
            },
            Err(error) => Err(error),
        }
    }

    async fn remove_file(&self, path: &ItemPath) -> EndpointResult<()> {
        match self.stat_resource(path).await? {
            None => Ok(()),
            Some(entry) if entry.kind == ItemType::Folder => {
                Err(EndpointError::item(ItemError::InTheWay, "it is now a folder"))
            }
            Some(_) => self.remove(path, false).await,
        }
    }

    async fn remove_folder(&self, path: &ItemPath) -> EndpointResult<()> {
        let children = self.children(path).await;
        drop(self.exchange.sender.client().listings().claim());
        match children {
            Ok(listing) if listing.is_empty() => self.remove(path, true).await,
            Ok(_) => Err(EndpointError::item(ItemError::NotEmpty, "it is not empty, or this is unknown")),
            Err(error) if is_missing(&error) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl Endpoint for WebDav {
    fn abilities(&self) -> &Abilities {
        &ABILITIES
    }

    fn check(&self) -> BoxFuture<'_, Result<(), PeerFailure>> {
        Box::pin(async { checked(self.try_root().await, self.exchange.sender.endpoint_name(), &self.exchange.host) })
    }

    fn list<'a>(&'a self, folder: &'a ItemPath) -> BoxFuture<'a, EndpointResult<Listing>> {
        Box::pin(async { self.of(folder, self.children(folder).await) })
    }

    fn stat<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<Option<DirEntry>>> {
        Box::pin(async { self.of(path, self.stat_resource(path).await) })
    }

    fn read<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<Box<dyn FileReader>>> {
        Box::pin(async {
            let remote = Remote { exchange: self.exchange.clone(), path: path.clone() };
            let patience = self.exchange.sender.client().patience();
            Ok(Box::new(Resuming::open(remote, path, patience, &self.strikes).await?) as Box<dyn FileReader>)
        })
    }

    fn write<'a>(&'a self, path: &'a ItemPath, incoming: Incoming) -> BoxFuture<'a, EndpointResult<Facts>> {
        Box::pin(async {
            let exchange = self.exchange.with(self.exchange.sender.until(incoming.stop()));
            let upload = Upload::new(&exchange, path, &self.names, &self.kept);
            self.of(path, upload.write(incoming).await)
        })
    }

    fn remarks(&self) -> Vec<Remark> {
        let other = self.exchange.other_root.get().map(|other| {
            let asked = self.url(&ItemPath::root(), true).map(|url| url.path().to_owned()).unwrap_or_default();
            Remark { code: codes::OTHER_PATH, args: vec![other.shown.clone(), asked] }
        });
        other.into_iter().collect()
    }

    fn make_folder<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<()>> {
        Box::pin(async { self.of(path, self.make(path).await) })
    }

    fn delete_file<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<()>> {
        Box::pin(async { self.of(path, self.remove_file(path).await) })
    }

    fn delete_folder<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<()>> {
        Box::pin(async { self.of(path, self.remove_folder(path).await) })
    }

    /// Those of earlier runs. The number of a run tells its age; one that lost its lease may still be sending,
    /// and then finds that its file is gone.
    fn remove_leftover<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<bool>> {
        Box::pin(async {
            let earlier = run_of(path.name()).is_some_and(|run| run < self.run);
            if earlier {
                self.remove_file(path).await?;
            }
            Ok(earlier)
        })
    }
}

/// A change that the service neither confirmed nor refused.
fn unconfirmed(status: StatusCode) -> EndpointError {
    EndpointError::item(ItemError::Other, format!("the service responded {status} but did not do it"))
}
