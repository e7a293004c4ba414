//! The files connector: a tree here or there, copied one way or mirrored.

pub mod codes;
pub mod endpoint;
pub mod engine;
pub mod filter;
mod form;
pub mod incoming;
pub mod item;
pub mod listing;
pub mod local;
mod location;
pub mod mtime;
pub mod names;
pub mod open;
mod parse;
pub mod path;
pub mod remote;
pub mod settings;

use futures_util::future::BoxFuture;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use self::endpoint::{Endpoint, Which};
use self::location::Location;
use self::path::ItemPath;
use self::settings::{EndpointKind, EndpointSettings, Mode, Settings};
use crate::domain::kind::{Reading, SecretRecipient};
use crate::domain::plain_http::Recipient;
use crate::domain::run::{PeerFailure, Stage};
use crate::net;
use crate::sync::connector::{Connector, ConnectorKind, Context, Field, Peer, Preview, Typed, WriteTarget};
use crate::sync::items::Items;
use crate::sync::ports::Ports;
use crate::sync::stop::StopReason;

/// The field of the local folder that is read.
const SOURCE_PATH: &str = "source_path";

/// Trees of files: local folders, S3, Azure Blob and WebDAV.
#[derive(Debug, Clone, Copy)]
pub struct Files;

impl ConnectorKind for Files {
    fn kind(&self) -> &'static str {
        "files"
    }

    fn title(&self) -> &'static str {
        "Files"
    }

    fn about(&self) -> &'static str {
        "Local folders, S3, Azure Blob and WebDAV: copied one way, or mirrored"
    }

    fn fields(&self) -> &'static [Field] {
        form::FIELDS
    }

    fn read(&self, typed: &Typed) -> Reading {
        parse::read(typed)
    }

    fn owner_fields(&self, slot: &str) -> &'static [&'static str] {
        let [source, destination] = parse::ENDS;
        if slot == "source_secret" { source } else { destination }
    }

    fn territory_fields(&self) -> &'static [&'static str] {
        parse::TERRITORY
    }

    fn owners(&self, settings: &serde_json::Value) -> BTreeMap<&'static str, SecretRecipient> {
        let Some(settings) = Settings::from_json(settings) else { return BTreeMap::new() };
        let of = |which: Which| Some((which.secret(), settings.end(which).owner()?));
        [Which::Source, Which::Destination].into_iter().filter_map(of).collect()
    }

    fn recipients(&self, settings: &serde_json::Value) -> Vec<Recipient> {
        let Some(settings) = Settings::from_json(settings) else { return Vec::new() };
        let of = |which: Which| {
            let end = settings.end(which);
            end.owner().is_some().then(|| (which.secret(), end.endpoint.clone()))
        };
        [Which::Source, Which::Destination].into_iter().filter_map(of).collect()
    }

    fn local_folders(&self, settings: &serde_json::Value) -> Vec<(&'static str, PathBuf)> {
        let Some(settings) = Settings::from_json(settings) else { return Vec::new() };
        [(SOURCE_PATH, &settings.source), ("destination_path", &settings.destination)]
            .into_iter()
            .filter(|(_field, end)| end.kind == EndpointKind::Local)
            .map(|(field, end)| (field, PathBuf::from(&end.path)))
            .collect()
    }

    fn missing_folder(
        &self,
        settings: &serde_json::Value,
        code: &str,
        args: &[String],
    ) -> Option<(&'static str, PathBuf)> {
        let is_missing = |field: &str, folder: &Path| match (code, args) {
            (codes::SOURCE_MISSING, _) => field == SOURCE_PATH,
            (codes::ROOT, [path, words]) => *words == local::missing() && folder == Path::new(path),
            _ => false,
        };
        self.local_folders(settings).into_iter().find(|(field, folder)| is_missing(field, folder))
    }

    fn territory(&self, settings: &serde_json::Value) -> Option<WriteTarget> {
        let settings = Settings::from_json(settings)?;
        let Location { address, whole_host } = Location::of(&settings.destination);
        Some(WriteTarget { address, whole_host, deletes: settings.mode == Mode::Mirror })
    }

    fn stages(&self, settings: &serde_json::Value, slots: &[String]) -> Vec<Stage> {
        let Some(settings) = Settings::from_json(settings) else { return vec![Stage::Settings] };
        let address = |end: &EndpointSettings| end.address().split_once('+').map(|(_kind, address)| address.to_owned());
        let addresses: Vec<String> =
            [&settings.source, &settings.destination].into_iter().filter_map(address).collect();
        let mut stages = vec![Stage::Settings, Stage::Content];
        if !addresses.is_empty() {
            stages.extend(net::stages(&addresses.iter().map(String::as_str).collect::<Vec<_>>()));
        }
        // A WebDAV service without an account gets a bearer token, if there is one.
        let signs_in = |which: Which| {
            let owner = settings.end(which).owner();
            owner.is_some_and(|owner| owner.required || slots.iter().any(|slot| slot == which.secret()))
        };
        if [Which::Source, Which::Destination].into_iter().any(signs_in) {
            stages.push(Stage::SignIn);
        }
        stages
    }

    fn addresses(&self, settings: &serde_json::Value) -> Vec<(&'static str, String)> {
        let Some(settings) = Settings::from_json(settings) else { return Vec::new() };
        let of = |which: Which| {
            let address = settings.end(which).address();
            let plain = address.split_once('+').map(|(_kind, address)| address.to_owned());
            (which.as_str(), plain.unwrap_or(address))
        };
        vec![of(Which::Source), of(Which::Destination)]
    }

    fn ends(&self, settings: &serde_json::Value) -> String {
        Settings::from_json(settings)
            .map(|settings| format!("{} > {}", settings.source.address(), settings.destination.address()))
            .unwrap_or_default()
    }
}

impl Connector for Files {
    fn check<'a>(&'a self, peer: &'a Peer) -> BoxFuture<'a, Result<(), PeerFailure>> {
        Box::pin(async {
            let settings = read(peer)?;
            for which in [Which::Source, Which::Destination] {
                let end = open::open(&settings, peer, which, 0)?;
                if let Err(failure) = end.check().await {
                    return Err(if is_source_missing(&*end, which, &failure).await {
                        engine::source_missing(&settings)
                    } else {
                        failure
                    });
                }
            }
            apart(&settings).await
        })
    }

    fn preview<'a>(&'a self, peer: &'a Peer, found: &'a Mutex<Preview>) -> BoxFuture<'a, Result<(), PeerFailure>> {
        Box::pin(async {
            let settings = read(peer)?;
            let source = open::open(&settings, peer, Which::Source, 0)?;
            let destination = open::open(&settings, peer, Which::Destination, 0)?;
            apart(&settings).await?;
            engine::preview(&settings, (&*source, &*destination), found).await
        })
    }

    fn make_folder<'a>(&'a self, peer: &'a Peer, field: &'a str) -> BoxFuture<'a, Result<(), PeerFailure>> {
        Box::pin(async move {
            let settings = read(peer)?;
            let which = if field == SOURCE_PATH { Which::Source } else { Which::Destination };
            let made = open::open(&settings, peer, which, 0)?.make_folder(&ItemPath::root()).await;
            made.map_err(|error| engine::whole_failure(error, &settings.end(which).path))
        })
    }

    fn sync<'a>(&'a self, context: &'a Context, ports: &'a Ports) -> BoxFuture<'a, Result<(), StopReason>> {
        Box::pin(synchronize(context, ports))
    }
}

/// Whether a check failed because the source does not exist: a run reports the same code then.
async fn is_source_missing(end: &dyn Endpoint, which: Which, failure: &PeerFailure) -> bool {
    which == Which::Source && failure.code == codes::ROOT && matches!(end.stat(&ItemPath::root()).await, Ok(None))
}

/// Carries out a run.
///
/// # Errors
/// When it cannot go on, is stopped, or the brake was pulled.
pub async fn synchronize(context: &Context, items: &dyn Items) -> Result<(), StopReason> {
    let settings = read(&context.peer)?;
    let source = open::open(&settings, &context.peer, Which::Source, context.run)?;
    let destination = open::open(&settings, &context.peer, Which::Destination, context.run)?;
    apart(&settings).await?;
    engine::synchronize(context, items, &settings, Arc::from(source), Arc::from(destination)).await
}

fn read(peer: &Peer) -> Result<Settings, PeerFailure> {
    Settings::from_json(&peer.settings)
        .ok_or_else(|| PeerFailure::new(Stage::Settings, codes::ROOT).arg("").arg("the settings are not valid"))
}

/// Local folders must not contain each other by another way than their names tell, such as a link above
/// the allowed folder.
async fn apart(settings: &Settings) -> Result<(), PeerFailure> {
    if settings.source.kind != EndpointKind::Local || settings.destination.kind != EndpointKind::Local {
        return Ok(());
    }
    let (source, destination) = (settings.source.path.clone(), settings.destination.path.clone());
    let overlap = tokio::task::spawn_blocking(move || {
        let (source, destination) = (real(Path::new(&source)), real(Path::new(&destination)));
        source.starts_with(&destination) || destination.starts_with(&source)
    });
    match overlap.await {
        Ok(false) => Ok(()),
        Ok(true) | Err(_) => Err(PeerFailure::new(Stage::Settings, codes::OVERLAP)),
    }
}

/// The real path of a folder that need not exist yet.
fn real(path: &Path) -> PathBuf {
    match (std::fs::canonicalize(path), path.parent(), path.file_name()) {
        (Ok(real), _, _) => real,
        (Err(_), Some(parent), Some(name)) => real(parent).join(name),
        (Err(_), _, _) => path.to_path_buf(),
    }
}
