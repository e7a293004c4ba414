//! The odata connector: entity sets of an OData service, version 2 or 4, into the replica.

mod batch;
mod closing;
pub mod codes;
mod counter;
mod description;
mod failures;
mod form;
mod incoming;
mod key;
mod metadata;
mod moment;
mod more;
mod page;
mod parse;
mod preview;
mod raw;
mod reading;
mod record;
mod record_error;
mod references;
mod request_error;
mod run;
mod select;
mod service;
pub mod settings;
mod shape;
mod shared;
mod sign_in;
mod split;
mod state;
mod sum;
mod url_scope;
mod value;
mod words;

use futures_util::future::BoxFuture;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use self::service::Service;
use self::settings::{Auth, Settings};
use crate::domain::kind::{Reading, SecretRecipient};
use crate::domain::plain_http::Recipient;
use crate::domain::run::{PeerFailure, Stage};
use crate::net;
use crate::sync::connector::{Connector, ConnectorKind, Context, Field, Peer, Preview, Typed, WriteTarget};
use crate::sync::ports::Ports;
use crate::sync::stop::StopReason;

/// An OData service.
#[derive(Debug, Clone, Copy)]
pub struct OData;

impl ConnectorKind for OData {
    fn kind(&self) -> &'static str {
        "odata"
    }

    fn title(&self) -> &'static str {
        "OData"
    }

    fn about(&self) -> &'static str {
        "SAP S/4HANA, EWM, SuccessFactors, or any service of OData version 2 or 4"
    }

    fn fields(&self) -> &'static [Field] {
        form::FIELDS
    }

    fn read(&self, typed: &Typed) -> Reading {
        parse::read(typed)
    }

    fn owner_fields(&self, _slot: &str) -> &'static [&'static str] {
        parse::OWNER
    }

    fn territory_fields(&self) -> &'static [&'static str] {
        &[]
    }

    fn owners(&self, settings: &serde_json::Value) -> BTreeMap<&'static str, SecretRecipient> {
        Settings::from_json(settings).and_then(|settings| settings.owner()).into_iter().collect()
    }

    fn recipients(&self, settings: &serde_json::Value) -> Vec<Recipient> {
        let Some(settings) = Settings::from_json(settings) else { return Vec::new() };
        match settings.auth {
            // A private key signs, and is never sent.
            Auth::None | Auth::Certificate => Vec::new(),
            Auth::Basic | Auth::Header => vec![(settings::SECRET, settings.root)],
            // The secret goes to the one, the token to the other.
            Auth::OAuth2 => vec![(settings::SECRET, settings.token_url), (settings::SECRET, settings.root)],
        }
    }

    fn local_folders(&self, _settings: &serde_json::Value) -> Vec<(&'static str, PathBuf)> {
        Vec::new()
    }

    fn territory(&self, _settings: &serde_json::Value) -> Option<WriteTarget> {
        None
    }

    fn stages(&self, settings: &serde_json::Value, _slots: &[String]) -> Vec<Stage> {
        let Some(settings) = Settings::from_json(settings) else { return vec![Stage::Settings] };
        let mut stages = vec![Stage::Settings, Stage::Content];
        stages.extend(net::stages(&[&settings.root, &settings.token_url, &settings.proxy]));
        match settings.auth {
            Auth::None => {}
            Auth::Basic | Auth::Header | Auth::OAuth2 | Auth::Certificate => stages.push(Stage::SignIn),
        }
        stages
    }

    fn service_timeout(&self, settings: &serde_json::Value) -> Option<(&'static str, Duration)> {
        let settings = Settings::from_json(settings)?;
        Some(("timeout_seconds", Duration::from_secs(settings.timeout_seconds)))
    }

    fn addresses(&self, settings: &serde_json::Value) -> Vec<(&'static str, String)> {
        let Some(settings) = Settings::from_json(settings) else { return Vec::new() };
        let all = [("", settings.root), ("", settings.token_url)];
        all.into_iter().filter(|(_end, address)| !address.is_empty()).collect()
    }

    fn ends(&self, settings: &serde_json::Value) -> String {
        Settings::from_json(settings).map(|settings| settings.root).unwrap_or_default()
    }
}

impl Connector for OData {
    fn check<'a>(&'a self, peer: &'a Peer) -> BoxFuture<'a, Result<(), PeerFailure>> {
        Box::pin(async {
            let settings = read(peer)?;
            let service = Service::of_check(peer, &settings)?;
            match description::read(&service, &settings, |model| model).await {
                Ok(model) => run::selected(&settings, &model).map(|_selected| ()),
                Err(StopReason::Failed(failure)) => Err(failure),
                Err(StopReason::Stopped(_) | StopReason::Braked) => {
                    Err(PeerFailure::new(Stage::Protocol, "RUN-INTERNAL"))
                }
            }
        })
    }

    fn preview<'a>(&'a self, peer: &'a Peer, found: &'a Mutex<Preview>) -> BoxFuture<'a, Result<(), PeerFailure>> {
        Box::pin(async { preview::preview(peer, &read(peer)?, found).await })
    }

    fn sync<'a>(&'a self, context: &'a Context, ports: &'a Ports) -> BoxFuture<'a, Result<(), StopReason>> {
        Box::pin(async { run::synchronize(context, ports, read(&context.peer)?).await })
    }
}

fn read(peer: &Peer) -> Result<Settings, PeerFailure> {
    let unreadable = || PeerFailure::new(Stage::Settings, codes::SETTING).arg("settings").arg("they cannot be read");
    Settings::from_json(&peer.settings).ok_or_else(unreadable)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_public_service_needs_no_sign_in() {
        for (auth, signs_in) in
            [("none", false), ("basic", true), ("header", true), ("oauth2", true), ("certificate", true)]
        {
            let settings = json!({
                "root": "https://10.0.0.1/odata", "auth": auth, "account": "a", "token_url": "", "scope": "",
                "header_name": "x", "master_name": "", "master_sets": [], "config_name": "", "config_sets": [],
                "gone": "warning", "paging": "server", "page_size": 100, "parallel": 1, "timeout_seconds": 60,
                "headers": [], "proxy": "", "ca": "",
            });
            assert_eq!(OData.stages(&settings, &[]).contains(&Stage::SignIn), signs_in, "{auth}");
        }
    }
}
