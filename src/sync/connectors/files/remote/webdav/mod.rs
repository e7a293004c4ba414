//! WebDAV (RFC 4918), with nothing more than servers have in common: PROPFIND, GET, PUT, MOVE, DELETE, MKCOL.
//!
//! Locks are not taken: a file that somebody has locked is refused by the server (423) and told as such.
//! Two things cannot be had in one step, and leave a moment in which somebody else may come between: a
//! folder is looked into before it is deleted, because DELETE takes all that is in it, and what stands at a
//! place is looked at before it is deleted or replaced.

mod address;
mod download;
mod exchange;
mod metered;
mod multistatus;
mod upload;

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::HeaderValue;
use reqwest::{Method, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};

use super::refusal::Place;
use super::resume::Resuming;
use super::sender::Sender;
use super::strikes::Strikes;
use super::{checked, of_root};
use crate::domain::run::Failure;
use crate::net::{Net, trouble};
use crate::sync::connector::Task;
use crate::sync::connectors::files::end::{
    Abilities, End, EndError, EndResult, Entry, Facts, Kind, Reader, Trouble, Which,
};
use crate::sync::connectors::files::incoming::Incoming;
use crate::sync::connectors::files::listing::Listing;
use crate::sync::connectors::files::names::{TemporaryNames, is_temporary, run_of};
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::connectors::files::settings::EndSettings;
use address::{Addresses, Place as At};
use download::Remote;
use exchange::{Depth, Exchange, is_missing, method};
use multistatus::Told;
use upload::Upload;

/// What file systems behind WebDAV servers take at least.
const ABILITIES: Abilities = Abilities {
    sets_times: false,
    case_sensitive: true,
    keeps_empty_folders: true,
    utf8_only: true,
    trims_white_space: false,
    longest_name: 255,
    longest_path: 2_000,
};

/// A share, or a folder of it.
pub(super) struct WebDav {
    exchange: Exchange,
    names: TemporaryNames,
    run: i64,
    strikes: Strikes,
}

/// # Errors
/// When the settings cannot lead to a service.
pub(super) fn open(
    settings: &EndSettings,
    secret: Option<&SecretString>,
    net: &Net,
    place: Place,
    run: i64,
) -> Result<WebDav, Failure> {
    let share = net.address(&settings.endpoint)?;
    let authorization = authorization(&settings.account, secret).map_err(|why| place.unusable(why))?;
    let exchange = Exchange {
        addresses: Addresses::new(&share, &settings.path),
        authorization,
        host: trouble::host_of(&share),
        sender: Sender::new(net.client()?, place),
        anonymous: Arc::default(),
    };
    Ok(WebDav { exchange, names: TemporaryNames::of_run(run), run, strikes: Strikes::default() })
}

/// A user with a password; a bearer token where there is no user; nobody where there is neither.
fn authorization(account: &str, secret: Option<&SecretString>) -> Result<Option<HeaderValue>, &'static str> {
    let secret = secret.map(ExposeSecret::expose_secret).unwrap_or_default();
    let text = match (account, secret) {
        ("", "") => return Ok(None),
        ("", token) => format!("Bearer {}", token.trim()),
        (account, _) if account.contains(':') => return Err("a user name has no colon"),
        (account, password) => format!("Basic {}", BASE64_STANDARD.encode(format!("{account}:{password}"))),
    };
    let mut value =
        HeaderValue::from_str(&text).map_err(|_not_a_header| "the token has characters that no token has")?;
    value.set_sensitive(true);
    Ok(Some(value))
}

impl WebDav {
    fn url(&self, path: &ItemPath, folder: bool) -> EndResult<Url> {
        self.exchange.addresses.of(path, folder)
    }

    /// What came of an operation on `path`: trouble with the root is trouble of the whole.
    fn of<T>(&self, path: &ItemPath, result: EndResult<T>) -> EndResult<T> {
        self.strikes.spare(path, result).map_err(|error| {
            if path.is_root() && !is_missing(&error) {
                of_root(error, self.exchange.sender.place(), &self.exchange.host)
            } else {
                error
            }
        })
    }

    async fn children(&self, folder: &ItemPath) -> EndResult<Listing> {
        let told = self.exchange.tell(&self.url(folder, true)?, Depth::Children).await?;
        let itself = told.iter().find(|(at, _)| *at == At::Itself).map(|(_, told)| told.folder);
        match itself {
            Some(true) => {}
            Some(false) => return Err(EndError::item(Trouble::NotFound, "it is a file by now")),
            None => return Err(self.exchange.nonsense("the listing is that of something else").into()),
        }
        let children = told.into_iter().filter_map(|(at, told)| match at {
            At::Child(name) => Some((name.clone(), entry(name, told))),
            At::Itself | At::Elsewhere => None,
        });
        Ok(Listing::of(children.collect::<BTreeMap<_, _>>().into_values().collect()))
    }

    async fn look(&self, path: &ItemPath) -> EndResult<Option<Entry>> {
        match self.exchange.look(path, path.is_root()).await {
            Ok(told) => Ok(Some(entry(path.name().to_vec(), told))),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// One look at the root proves the sign-in and the share. A destination's folder is made by its first run.
    async fn try_root(&self) -> EndResult<()> {
        let once = self.exchange.with(self.exchange.sender.once());
        let url = self.url(&ItemPath::root(), true)?;
        match once.tell(&url, Depth::Itself).await {
            Ok(told) if told.iter().any(|(_, told)| told.folder) => Ok(()),
            Ok(told) if told.is_empty() => Err(once.nonsense("the answer is empty").into()),
            Ok(_) => Err(EndError::item(Trouble::InTheWay, "it is not a folder")),
            Err(error) if is_missing(&error) && once.sender.place().which == Which::Destination => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn make(&self, folder: &ItemPath) -> EndResult<()> {
        if !folder.is_root() {
            return self.make_one(self.url(folder, true)?).await;
        }
        match self.look(folder).await? {
            Some(entry) if entry.kind == Kind::Folder => return Ok(()),
            Some(_) => return Err(EndError::item(Trouble::InTheWay, "it is not a folder")),
            None => {}
        }
        // From above, since a folder is made only in one that is there. What may not be touched on the way
        // does not matter as long as the last one succeeds.
        let mut made = Ok(());
        for url in self.exchange.addresses.to_root() {
            made = self.make_one(url).await;
            if let Err(EndError::Whole(_) | EndError::Stopped(_)) = made {
                return made;
            }
        }
        made
    }

    async fn make_one(&self, url: Url) -> EndResult<()> {
        let asked = self.exchange.asked(method("MKCOL"), url.clone());
        match self.exchange.send_or(&asked, &[StatusCode::METHOD_NOT_ALLOWED, StatusCode::CONFLICT]).await? {
            None => Ok(()),
            Some(StatusCode::CONFLICT) => Err(EndError::item(Trouble::NotFound, "its folder is gone")),
            // Something is there already.
            Some(_) => match self.exchange.tell(&url, Depth::Itself).await {
                Ok(told) if told.iter().any(|(_, told)| told.folder) => Ok(()),
                Ok(_) => Err(EndError::item(Trouble::InTheWay, "a file has this name")),
                Err(error) => Err(error),
            },
        }
    }

    async fn remove(&self, path: &ItemPath, folder: bool) -> EndResult<()> {
        let asked = self.exchange.asked(Method::DELETE, self.url(path, folder)?);
        self.exchange.send_or(&asked, &[StatusCode::NOT_FOUND, StatusCode::GONE]).await.map(|_gone| ())
    }

    async fn remove_file(&self, path: &ItemPath) -> EndResult<()> {
        match self.look(path).await? {
            None => Ok(()),
            Some(entry) if entry.kind == Kind::Folder => {
                Err(EndError::item(Trouble::InTheWay, "it is a folder by now"))
            }
            Some(_) => self.remove(path, false).await,
        }
    }

    async fn remove_folder(&self, path: &ItemPath) -> EndResult<()> {
        let children = self.children(path).await;
        drop(self.exchange.sender.client().listings().claim());
        match children {
            Ok(children) if children.is_empty() => self.remove(path, true).await,
            Ok(_) => Err(EndError::item(Trouble::NotEmpty, "there is something in it")),
            Err(error) if is_missing(&error) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl End for WebDav {
    fn abilities(&self) -> &Abilities {
        &ABILITIES
    }

    fn check(&self) -> Task<'_, Result<(), Failure>> {
        Box::pin(async { checked(self.try_root().await, self.exchange.sender.place(), &self.exchange.host) })
    }

    fn list<'a>(&'a self, folder: &'a ItemPath) -> Task<'a, EndResult<Listing>> {
        Box::pin(async { self.of(folder, self.children(folder).await) })
    }

    fn stat<'a>(&'a self, path: &'a ItemPath) -> Task<'a, EndResult<Option<Entry>>> {
        Box::pin(async { self.of(path, self.look(path).await) })
    }

    fn read<'a>(&'a self, path: &'a ItemPath) -> Task<'a, EndResult<Box<dyn Reader>>> {
        Box::pin(async {
            let remote = Remote { exchange: self.exchange.clone(), path: path.clone() };
            let patience = self.exchange.sender.client().patience();
            Ok(Box::new(Resuming::open(remote, path, patience, &self.strikes).await?) as Box<dyn Reader>)
        })
    }

    fn write<'a>(&'a self, path: &'a ItemPath, incoming: Incoming) -> Task<'a, EndResult<Facts>> {
        Box::pin(async {
            let exchange = self.exchange.with(self.exchange.sender.until(incoming.stop()));
            let temporary = path.parent().join(self.names.next().as_bytes());
            let upload = Upload { exchange: &exchange, path, temporary };
            self.of(path, upload.write(incoming).await)
        })
    }

    fn make_folder<'a>(&'a self, path: &'a ItemPath) -> Task<'a, EndResult<()>> {
        Box::pin(async { self.of(path, self.make(path).await) })
    }

    fn delete_file<'a>(&'a self, path: &'a ItemPath) -> Task<'a, EndResult<()>> {
        Box::pin(async { self.of(path, self.remove_file(path).await) })
    }

    fn delete_folder<'a>(&'a self, path: &'a ItemPath) -> Task<'a, EndResult<()>> {
        Box::pin(async { self.of(path, self.remove_folder(path).await) })
    }

    /// Those of earlier runs. The number of a run tells its age; one that lost its lease may still be sending,
    /// and then finds that its file is gone.
    fn remove_left_over<'a>(&'a self, path: &'a ItemPath) -> Task<'a, EndResult<bool>> {
        Box::pin(async {
            let earlier = run_of(path.name()).is_some_and(|run| run < self.run);
            if earlier {
                self.remove_file(path).await?;
            }
            Ok(earlier)
        })
    }
}

fn entry(name: Vec<u8>, told: Told) -> Entry {
    let kind = match told.folder {
        true => Kind::Folder,
        false if is_temporary(&name) => Kind::LeftOver,
        false => Kind::File,
    };
    let facts = if told.folder { Facts::default() } else { facts(told) };
    Entry { name, kind, facts }
}

fn facts(told: Told) -> Facts {
    Facts { size: told.size, modified: told.modified, time_text: told.time_text, etag: told.etag }
}
