//! S3 and Azure Blob: objects whose keys look like paths.
//!
//! A folder is there as long as anything below it is; an empty one is kept by a marker, an object without
//! content whose key ends in `/`. An object becomes visible whole or not at all: small ones by one PUT,
//! others in parts that are put together at the end. Parts of a crashed run stay until the bucket's own
//! rule removes them (S3; the guide shows it), or a week (Azure).

mod connect;
mod download;
mod keys;
mod listing;
mod transport;
mod trouble;
mod upload;

use futures_util::TryStreamExt;
use opendal::{Metadata, Operator};
use secrecy::SecretString;

use super::bounds::Bounds;
use super::refusal::Place;
use super::resume::Resuming;
use super::sender::Sender;
use super::strikes::Strikes;
use super::{checked, of_root};
use crate::domain::run::Failure;
use crate::net::Net;
use crate::sync::connector::Task;
use crate::sync::connectors::files::end::{
    Abilities, End, EndError, EndResult, Entry, Facts, Kind, Mtime, Reader, Trouble, Which,
};
use crate::sync::connectors::files::incoming::Incoming;
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::connectors::files::settings::EndSettings;
use connect::Connected;
use download::Object;
use keys::{Keys, Rules};

/// A bucket or container, or a folder of it.
pub(super) struct Objects {
    operator: Operator,
    sender: Sender,
    host: String,
    keys: Keys,
    abilities: Abilities,
    strikes: Strikes,
}

/// # Errors
/// When the settings cannot lead to a service.
pub(super) fn open_s3(
    settings: &EndSettings,
    secret: Option<&SecretString>,
    net: &Net,
    place: Place,
) -> Result<Objects, Failure> {
    let connected = connect::s3(settings, secret, net, place)?;
    Ok(Objects::new(connected, Keys::new(&settings.path, Rules::S3)))
}

/// # Errors
/// When the settings cannot lead to a service.
pub(super) fn open_azblob(
    settings: &EndSettings,
    secret: Option<&SecretString>,
    net: &Net,
    place: Place,
) -> Result<Objects, Failure> {
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
            trims_white_space: true,
            longest_name: keys.longest(),
            longest_path: keys.longest(),
        };
        let Connected { operator, sender, host } = connected;
        Self { operator, sender, host, keys, abilities, strikes: Strikes::default() }
    }

    fn error(&self, error: &opendal::Error) -> EndError {
        trouble::of(error, &self.sender, &self.host)
    }

    /// What came of an operation on `path`: trouble with the root is trouble of the whole.
    fn of<T>(&self, path: &ItemPath, result: EndResult<T>) -> EndResult<T> {
        self.strikes.spare(path, result).map_err(|error| {
            let missing = matches!(error, EndError::Item { trouble: Trouble::NotFound, .. });
            if path.is_root() && !missing { of_root(error, self.sender.place(), &self.host) } else { error }
        })
    }

    async fn children(&self, folder: &ItemPath) -> EndResult<Vec<Entry>> {
        let prefix = self.keys.folder(folder)?;
        let found = listing::children(&self.operator, &prefix, Bounds::new(self.sender.client(), &self.host))
            .await
            .map_err(|error| self.error(&error))?;
        // The bucket itself is there when it can be listed.
        let there = found.marker || !found.entries.is_empty() || prefix == "/";
        if there { Ok(found.entries) } else { Err(EndError::item(Trouble::NotFound, "nothing is below it")) }
    }

    async fn look(&self, path: &ItemPath) -> EndResult<Option<Entry>> {
        // First the folder: where both exist it is the folder that listings show.
        let prefix = self.keys.folder(path)?;
        if self.something_below(&self.operator, &prefix).await? || prefix == "/" {
            let (name, facts) = (path.name().to_vec(), Facts::default());
            return Ok(Some(Entry { name, kind: Kind::Folder, facts }));
        }
        if path.is_root() {
            return Ok(None);
        }
        match self.operator.stat(&self.keys.file(path)?).await.map_err(|error| self.error(&error)) {
            Ok(metadata) => {
                let (name, facts) = (path.name().to_vec(), facts(&metadata));
                Ok(Some(Entry { name, kind: Kind::File, facts }))
            }
            Err(EndError::Item { trouble: Trouble::NotFound, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn something_below(&self, operator: &Operator, prefix: &str) -> EndResult<bool> {
        let mut lister = operator.lister_with(prefix).limit(1).await.map_err(|error| self.error(&error))?;
        Ok(lister.try_next().await.map_err(|error| self.error(&error))?.is_some())
    }

    /// One page of a listing proves the sign-in and the bucket. A destination's folder is made by its first run.
    async fn try_root(&self, operator: &Operator) -> EndResult<()> {
        let prefix = self.keys.folder(&ItemPath::root())?;
        let there = self.something_below(operator, &prefix).await?;
        if there || prefix == "/" || self.sender.place().which == Which::Destination {
            return Ok(());
        }
        Err(EndError::item(Trouble::NotFound, "there is no such folder"))
    }

    async fn remove(&self, key: &str) -> EndResult<()> {
        match self.operator.delete(key).await.map_err(|error| self.error(&error)) {
            Err(EndError::Item { trouble: Trouble::NotFound, .. }) | Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn mark(&self, folder: &ItemPath) -> EndResult<()> {
        let key = self.keys.folder(folder)?;
        if key == "/" {
            // A bucket is never made: whoever owns the account does that.
            return self.something_below(&self.operator, &key).await.map(|_anything| ());
        }
        self.operator.create_dir(&key).await.map_err(|error| self.error(&error))
    }

    async fn unmark(&self, folder: &ItemPath) -> EndResult<()> {
        let key = self.keys.folder(folder)?;
        let children = self.children(folder).await;
        drop(self.sender.client().listings().claim());
        match children {
            Ok(entries) if !entries.is_empty() => Err(EndError::item(Trouble::NotEmpty, "there is something below it")),
            // Not every service lists a marker that stands alone.
            Err(EndError::Item { trouble: Trouble::NotFound, .. }) | Ok(_) => self.remove(&key).await,
            Err(error) => Err(error),
        }
    }
}

impl End for Objects {
    fn abilities(&self) -> &Abilities {
        &self.abilities
    }

    fn check(&self) -> Task<'_, Result<(), Failure>> {
        Box::pin(async {
            let operator = connect::with_sender(&self.operator, &self.sender.once());
            checked(self.try_root(&operator).await, self.sender.place(), &self.host)
        })
    }

    fn list<'a>(&'a self, folder: &'a ItemPath) -> Task<'a, EndResult<Vec<Entry>>> {
        Box::pin(async { self.of(folder, self.children(folder).await) })
    }

    fn stat<'a>(&'a self, path: &'a ItemPath) -> Task<'a, EndResult<Option<Entry>>> {
        Box::pin(async { self.of(path, self.look(path).await) })
    }

    fn read<'a>(&'a self, path: &'a ItemPath) -> Task<'a, EndResult<Box<dyn Reader>>> {
        Box::pin(async {
            let object = Object {
                operator: self.operator.clone(),
                key: self.keys.file(path)?,
                sender: self.sender.clone(),
                host: self.host.clone(),
            };
            let patience = self.sender.client().patience();
            let reader = Resuming::open(object, path, patience, &self.strikes).await?;
            Ok(Box::new(reader) as Box<dyn Reader>)
        })
    }

    fn write<'a>(&'a self, path: &'a ItemPath, incoming: Incoming) -> Task<'a, EndResult<Facts>> {
        Box::pin(async {
            let sender = self.sender.until(incoming.stop());
            let operator = connect::with_sender(&self.operator, &sender);
            let key = self.keys.file(path)?;
            let trouble = |error: &opendal::Error| trouble::of(error, &sender, &self.host);
            self.of(path, upload::upload(&operator, &key, incoming, trouble).await)
        })
    }

    fn make_folder<'a>(&'a self, path: &'a ItemPath) -> Task<'a, EndResult<()>> {
        Box::pin(async { self.of(path, self.mark(path).await) })
    }

    fn delete_file<'a>(&'a self, path: &'a ItemPath) -> Task<'a, EndResult<()>> {
        Box::pin(async { self.of(path, self.remove(&self.keys.file(path)?).await) })
    }

    fn delete_folder<'a>(&'a self, path: &'a ItemPath) -> Task<'a, EndResult<()>> {
        Box::pin(async { self.of(path, self.unmark(path).await) })
    }

    /// There are none: nothing is written under a temporary name.
    fn remove_left_over<'a>(&'a self, path: &'a ItemPath) -> Task<'a, EndResult<bool>> {
        let _ = path;
        Box::pin(async { Ok(false) })
    }
}

/// What is known of an object. Times are told in whole seconds, since not every answer has more.
fn facts(metadata: &Metadata) -> Facts {
    Facts {
        size: metadata.content_length(),
        modified: metadata.last_modified().map(|time| Mtime::from_parts(time.into_inner().as_second(), 0)),
        etag: metadata.etag().map(|etag| etag.trim_matches('"').to_owned()).filter(|etag| !etag.is_empty()),
    }
}
