//! S3 and Azure Blob: objects whose keys look like paths.
//!
//! A folder is there as long as anything below it is; an empty one is kept by a marker, an object without
//! content whose key ends in `/`. On Azure a blob with the metadata `hdi_isfolder` is a folder too. An object becomes visible whole or not at all: small ones by one PUT,
//! others in parts that are put together at the end. Parts of a crashed run stay until the bucket's own
//! rule removes them (S3; the guide shows it), or a week (Azure).

mod connect;
mod download;
mod keys;
mod listing;
mod page;
mod service;
mod transport;
mod trouble;
mod upload;

use opendal::{Metadata, Operator};
use secrecy::SecretString;

use super::consecutive_failures::ConsecutiveFailures;
use super::error_response::EndpointName;
use super::resume::Resuming;
use super::sender::Sender;
use super::{checked, of_root};
use crate::domain::run::PeerFailure;
use crate::net::Net;
use crate::sync::connectors::files::endpoint::{
    Abilities, DirEntry, Endpoint, EndpointError, EndpointResult, Facts, FileReader, ItemError, ItemType, Mtime, Which,
};
use crate::sync::connectors::files::incoming::Incoming;
use crate::sync::connectors::files::listing::Listing;
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::connectors::files::settings::EndpointSettings;
use connect::Connected;
use download::Object;
use futures_util::future::BoxFuture;
use keys::{Keys, Rules};
use listing::EMPTY_PAGES;
use service::{Service, Wanted};

/// A bucket or container, or a folder of it.
pub(super) struct Objects {
    /// Writes.
    operator: Operator,
    /// Reads.
    service: Service,
    host: String,
    keys: Keys,
    abilities: Abilities,
    strikes: ConsecutiveFailures,
}

/// # Errors
/// When the settings cannot lead to a service.
pub(super) fn open_s3(
    settings: &EndpointSettings,
    secret: Option<&SecretString>,
    net: &Net,
    place: EndpointName,
) -> Result<Objects, PeerFailure> {
    let connected = connect::s3(settings, secret, net, place)?;
    Ok(Objects::new(connected, Keys::new(&settings.path, Rules::S3)))
}

/// # Errors
/// When the settings cannot lead to a service.
pub(super) fn open_azblob(
    settings: &EndpointSettings,
    secret: Option<&SecretString>,
    net: &Net,
    place: EndpointName,
) -> Result<Objects, PeerFailure> {
    let connected = connect::azblob(settings, secret, net, place)?;
    Ok(Objects::new(connected, Keys::new(&settings.path, Rules::Azure)))
}

impl Objects {
    fn new(connected: Connected, keys: Keys) -> Self {
        let abilities = Abilities {
            sets_times: false,
            case_sensitive: true,
            keeps_empty_folders: true,
            utf8_only: true,
            reads_listed_etags: true,
            trims_white_space: true,
            longest_name: keys.longest(),
            longest_path: keys.longest(),
        };
        let Connected { operator, service, host } = connected;
        Self { operator, service, host, keys, abilities, strikes: ConsecutiveFailures::default() }
    }

    const fn sender(&self) -> &Sender {
        &self.service.sender
    }

    /// What came of an operation on `path`: trouble with the root is trouble of the whole.
    fn of<T>(&self, path: &ItemPath, result: EndpointResult<T>) -> EndpointResult<T> {
        self.strikes.spare(path, result).map_err(|error| {
            let missing = matches!(error, EndpointError::Item { trouble: ItemError::NotFound, .. });
            if path.is_root() && !missing { of_root(error, self.sender().endpoint_name(), &self.host) } else { error }
        })
    }

    async fn children(&self, folder: &ItemPath) -> EndpointResult<Listing> {
        let prefix = self.keys.folder(folder)?;
        let found = listing::children(&self.service, &self.keys, &prefix).await?;
        // The bucket itself is there when it can be listed.
        if found.exists || prefix.is_empty() || self.stands_for_folder(&self.service, &prefix).await? {
            Ok(found.listing)
        } else {
            Err(EndpointError::item(ItemError::NotFound, "no objects exist below it"))
        }
    }

    async fn stat_object(&self, path: &ItemPath) -> EndpointResult<Option<DirEntry>> {
        let name = path.name().to_vec();
        // First the folder: where both exist it is the folder that listings show.
        let prefix = self.keys.folder(path)?;
        let folder = DirEntry { name: name.clone(), kind: ItemType::Folder, facts: Facts::default() };
        if self.something_below(&self.service, &prefix).await? || prefix.is_empty() {
            return Ok(Some(folder));
        }
        if path.is_root() {
            return Ok(self.stands_for_folder(&self.service, &prefix).await?.then_some(folder));
        }
        match self.service.head(&self.keys.file(path)?).await {
            Ok((_facts, true)) => Ok(Some(folder)),
            Ok((facts, false)) => Ok(Some(DirEntry { kind: ItemType::of_file(&name), name, facts })),
            Err(EndpointError::Item { trouble: ItemError::NotFound, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn something_below(&self, service: &Service, prefix: &str) -> EndpointResult<bool> {
        let wanted = Wanted { prefix, one_level: false, most: Some(1) };
        let mut token: Option<String> = None;
        // A page can be empty and not the last one.
        for _page in 0..EMPTY_PAGES {
            let (page, _memory) = service.page(wanted, token.as_deref()).await?;
            match page.next {
                _ if !page.objects.is_empty() => return Ok(true),
                None => return Ok(false),
                next => token = next,
            }
        }
        Err(service.nonsense("the pages of the listing form a loop"))
    }

    /// Whether a blob without content represents the folder with this prefix (Azure: the tools of Hadoop and of Data
    /// Lake Storage make such blobs).
    async fn stands_for_folder(&self, service: &Service, prefix: &str) -> EndpointResult<bool> {
        if service.rules() != Rules::Azure {
            return Ok(false);
        }
        match service.head(prefix.trim_end_matches('/')).await {
            Ok((_facts, folder)) => Ok(folder),
            Err(EndpointError::Item { trouble: ItemError::NotFound, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// One page of a listing proves the sign-in and the bucket. A destination's folder is made by its first run.
    async fn try_root(&self, service: &Service) -> EndpointResult<()> {
        let prefix = self.keys.folder(&ItemPath::root())?;
        let there = self.something_below(service, &prefix).await?;
        if there || prefix.is_empty() || self.sender().endpoint_name().which == Which::Destination {
            return Ok(());
        }
        if self.stands_for_folder(service, &prefix).await? {
            return Ok(());
        }
        Err(EndpointError::item(ItemError::NotFound, "there is no such folder"))
    }

    async fn remove(&self, key: &str) -> EndpointResult<()> {
        let removed = self.operator.delete(key).await;
        match removed.map_err(|error| trouble::of(&error, self.sender(), &self.host)) {
            Err(EndpointError::Item { trouble: ItemError::NotFound, .. }) | Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The facts of a written object as later listings show them. Some services list no etags, and do not say when they
    /// stored it: then both come from its head. Without that the next run writes it again.
    async fn as_listed(&self, key: &str, stored: Facts) -> Facts {
        if stored.modified.is_some() || self.service.lists_etags(key).await {
            return stored;
        }
        match self.service.head(key).await {
            Ok((facts, _folder)) if facts.etag == stored.etag => Facts { size: stored.size, ..facts },
            Ok(_) | Err(_) => stored,
        }
    }

    async fn mark(&self, folder: &ItemPath) -> EndpointResult<()> {
        let key = self.keys.folder(folder)?;
        if key.is_empty() {
            // Syncdesk never creates a bucket: the owner of the account does that.
            return self.something_below(&self.service, &key).await.map(|_anything| ());
        }
        if key.trim() != key {
            return Err(EndpointError::item(ItemError::Name, "white space at its beginning would be lost"));
        }
        self.operator.create_dir(&key).await.map_err(|error| trouble::of(&error, self.sender(), &self.host))
    }

    async fn unmark(&self, folder: &ItemPath) -> EndpointResult<()> {
        let key = self.keys.folder(folder)?;
        let children = self.children(folder).await;
        drop(self.sender().client().listings().claim());
        match children {
            Ok(listing) if !listing.is_empty() => Err(EndpointError::item(ItemError::NotEmpty, "it is not empty")),
            // Not every service lists a marker that stands alone.
            Err(EndpointError::Item { trouble: ItemError::NotFound, .. }) | Ok(_) => {
                if key.trim() != key {
                    return Err(EndpointError::item(ItemError::Name, "white space at its beginning would be lost"));
                }
                self.remove(&key).await?;
                if self.stands_for_folder(&self.service, &key).await? {
                    self.remove(key.trim_end_matches('/')).await?;
                }
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

impl Endpoint for Objects {
    fn abilities(&self) -> &Abilities {
        &self.abilities
    }

    fn check(&self) -> BoxFuture<'_, Result<(), PeerFailure>> {
        Box::pin(async {
            let once = self.service.with(self.sender().once());
            checked(self.try_root(&once).await, self.sender().endpoint_name(), &self.host)
        })
    }

    fn list<'a>(&'a self, folder: &'a ItemPath) -> BoxFuture<'a, EndpointResult<Listing>> {
        Box::pin(async { self.of(folder, self.children(folder).await) })
    }

    fn stat<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<Option<DirEntry>>> {
        Box::pin(async { self.of(path, self.stat_object(path).await) })
    }

    fn read<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<Box<dyn FileReader>>> {
        Box::pin(async {
            let object = Object { service: self.service.clone(), key: self.keys.file(path)?, path: path.clone() };
            let patience = self.sender().client().patience();
            let reader = Resuming::open(object, path, patience, &self.strikes).await?;
            Ok(Box::new(reader) as Box<dyn FileReader>)
        })
    }

    fn write<'a>(&'a self, path: &'a ItemPath, incoming: Incoming) -> BoxFuture<'a, EndpointResult<Facts>> {
        Box::pin(async {
            let sender = self.sender().until(incoming.stop());
            let operator = connect::with_sender(&self.operator, &sender);
            let key = self.keys.written(path)?;
            let trouble = |error: &opendal::Error| trouble::of(error, &sender, &self.host);
            let stored = self.of(path, upload::upload(&operator, &key, incoming, trouble).await)?;
            Ok(self.as_listed(&key, stored).await)
        })
    }

    fn make_folder<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<()>> {
        Box::pin(async { self.of(path, self.mark(path).await) })
    }

    fn delete_file<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<()>> {
        Box::pin(async { self.of(path, self.remove(&self.keys.written(path)?).await) })
    }

    fn delete_folder<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<()>> {
        Box::pin(async { self.of(path, self.unmark(path).await) })
    }

    /// There are none: nothing is written under a temporary name.
    fn remove_leftover<'a>(&'a self, path: &'a ItemPath) -> BoxFuture<'a, EndpointResult<bool>> {
        let _ = path;
        Box::pin(async { Ok(false) })
    }
}

/// What is known of an object that was written. Times are in whole seconds, since not every answer has more.
fn facts(metadata: &Metadata) -> Facts {
    Facts {
        size: Some(metadata.content_length()),
        modified: metadata.last_modified().map(|time| Mtime::from_parts(time.into_inner().as_second(), 0)),
        time_text: None,
        etag: metadata.etag().map(|etag| etag.trim_matches('"').to_owned()).filter(|etag| !etag.is_empty()),
    }
}
