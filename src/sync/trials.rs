//! Trials of settings that are not saved yet, carried out by workers as checks are: with the same network rules, folders
//! and limits.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use secrecy::ExposeSecret;

use super::checker::{ALLOWED, result_of};
use super::connector::{Connector, Peer, Preview};
use super::engine::Engine;
use super::outlast;
use super::ports::store_failure;
use crate::clock::since_boot;
use crate::domain::run::{PeerFailure, Stage};
use crate::domain::trial::{StoppedBy, TrialSort};
use crate::net::secrets::Secrets;
use crate::ops::{random, specify};
use crate::store::checks::CheckResult;
use crate::store::connect::trials::{self, Trial};
use crate::store::{Db, Result, StoreError, secret_drafts};

/// How long a preview reads.
const PREVIEW: Duration = Duration::from_secs(10);

/// How long a claim of a trial holds.
pub const LEASE: Duration = Duration::from_secs(75);

/// The next trial that waits, if any. A look without a write comes first: mostly there is none.
///
/// # Errors
/// Why the queue cannot be read.
pub async fn claim(engine: &Engine) -> Result<Option<Trial>> {
    if !engine.store.read(trials::any_open).await? {
        return Ok(None);
    }
    let worker = engine.worker;
    engine.store.write(move |db| trials::claim_next(db, worker, LEASE)).await
}

/// Carries out a claimed trial and stores what it found.
pub async fn carry_out(engine: Engine, trial: Trial) {
    let (began, secrets, preview) = (since_boot(), Secrets::default(), Mutex::default());
    let tried = tokio::time::timeout(ALLOWED, tried(&engine, &trial, &secrets, &preview)).await;
    let tried = tried.unwrap_or_else(|_elapsed| Err(PeerFailure::new(Stage::Protocol, "PEER-SLOW")));
    let result = result_of(tried, &secrets, since_boot().saturating_sub(began));
    let preview = preview.into_inner().unwrap_or_else(PoisonError::into_inner);
    let found = match trial.sort {
        TrialSort::Preview if result.ok => shown(preview, &secrets),
        TrialSort::Preview | TrialSort::Check => None,
    };
    let holds = || since_boot() < began + LEASE;
    store_end(&engine, trial, result, found, holds).await;
}

async fn store_end(
    engine: &Engine,
    trial: Trial,
    result: CheckResult,
    found: Option<String>,
    holds: impl Fn() -> bool + Send + Sync,
) {
    let what = format!("trial {}", trial.id);
    let ended = trial.clone();
    let finish = move |db: &mut Db| trials::finish(db, &ended, &result, found.as_deref());
    let given_back = match outlast::write(&engine.store, &what, &holds, finish).await {
        Ok(()) => return,
        // The person has changed the settings, or discarded the draft.
        Err(StoreError::Fenced) => engine.store.write(move |db| trials::give_back(db, &trial)).await,
        Err(error) => Err(error),
    };
    if let Err(error) = given_back {
        log::warn!("{what}: its end could not be stored: {error}");
    }
    engine.wake.notify_one();
}

async fn tried(engine: &Engine, trial: &Trial, secrets: &Secrets, found: &Mutex<Preview>) -> Tried {
    let (connector, peer) = prepare(engine, trial, secrets).await?;
    if let Some(field) = &trial.make_folder {
        connector.make_folder(&peer, field).await?;
    }
    match trial.sort {
        TrialSort::Check => connector.check(&peer).await,
        TrialSort::Preview => match tokio::time::timeout(PREVIEW, connector.preview(&peer, found)).await {
            Ok(ended) => ended,
            Err(_elapsed) => {
                found.lock().unwrap_or_else(PoisonError::into_inner).stopped = Some(StoppedBy::Time);
                Ok(())
            }
        },
    }
}

type Tried = std::result::Result<(), PeerFailure>;

/// Makes a draft ready to be reached; `secrets` learns its credentials.
async fn prepare(
    engine: &Engine,
    trial: &Trial,
    secrets: &Secrets,
) -> std::result::Result<(&'static dyn Connector, Peer), PeerFailure> {
    let (asked, now) = (trial.clone(), engine.clock.now());
    let load = move |db: &mut Db| {
        let (draft, group) = trials::subject(db, &asked)?;
        let hash = random::token_hash(draft.key.as_str());
        let kept = secret_drafts::find(db, draft.person_id, &hash, now)?;
        Ok((draft, group, kept))
    };
    let loaded = engine.store.read(load).await;
    let (draft, group, kept) = loaded.map_err(|error| store_failure(Stage::Settings, &error))?;
    let (connector, settings) = engine.connector_of(&draft.kind, &trial.settings)?;
    let opened = specify::open_kept(&engine.vault, &kept, connector, &settings);
    for secret in opened.values() {
        secrets.learn(secret.expose_secret());
    }
    Ok((connector, engine.peer(settings, opened, secrets, &group)))
}

/// What is stored of a preview: rows whose names have a credential are not.
fn shown(mut preview: Preview, secrets: &Secrets) -> Option<String> {
    preview.rows.retain(|row| !secrets.are_in(&row.name));
    serde_json::to_string(&preview).ok()
}
