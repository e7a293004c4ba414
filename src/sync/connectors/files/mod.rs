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
use std::sync::Arc;

use self::endpoint::Which;
use self::location::Location;
use self::settings::{EndpointKind, EndpointSettings, Mode, Settings};
use crate::domain::kind::{Reading, SecretRecipient};
use crate::domain::plain_http::Recipient;
use crate::domain::run::{PeerFailure, Stage};
use crate::net;
use crate::sync::connector::{Connector, ConnectorKind, Context, Field, Peer, Typed, WriteTarget};
use crate::sync::items::Items;
use crate::sync::ports::Ports;
use crate::sync::stop::StopReason;

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
        [("source_path", &settings.source), ("destination_path", &settings.destination)]
            .into_iter()
            .filter(|(_field, end)| end.kind == EndpointKind::Local)
            .map(|(field, end)| (field, PathBuf::from(&end.path)))
            .collect()
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
                open::open(&settings, peer, which, 0)?.check().await?;
            }
            apart(&settings).await
        })
    }

    fn sync<'a>(&'a self, context: &'a Context, ports: &'a Ports) -> BoxFuture<'a, Result<(), StopReason>> {
        Box::pin(synchronize(context, ports))
    }
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
        .ok_or_else(|| PeerFailure::new(Stage::Settings, codes::ROOT).arg("").arg("the settings cannot be read"))
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
