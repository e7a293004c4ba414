//! What is kept of a set between runs: how the next one finds what has changed.

use base64::Engine;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::metadata::EntitySet;
use super::settings::{Auth, Settings};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    /// The service root and the model that this is about: with others it says nothing.
    root: String,
    model: String,
    /// As whom it was read, and with what: another account may see other records.
    #[serde(default)]
    reader: String,
    /// The delta link.
    pub(super) delta: Option<String>,
    /// Of the whole set, when it came in one answer.
    pub(super) etag: Option<String>,
}

impl State {
    pub(super) fn new(settings: &Settings, set: &EntitySet) -> Self {
        let Settings { auth, scope, token_url, header_name, headers, .. } = settings;
        let account = if *auth == Auth::Certificate { &settings.certificate } else { &settings.account };
        let reader = digest(&(auth.as_str(), account, scope, token_url, header_name, headers));
        Self { root: settings.root.clone(), model: structure(set), reader, delta: None, etag: None }
    }

    /// What was kept, if it is still about the same.
    pub(super) fn read(kept: &str, settings: &Settings, set: &EntitySet) -> Option<Self> {
        let mut state: Self = serde_json::from_str(kept).ok()?;
        let (delta, etag) = (state.delta.take(), state.etag.take());
        (state == Self::new(settings, set)).then_some(Self { delta, etag, ..state })
    }

    /// The next run reads everything.
    pub(super) fn forget(&mut self) {
        (self.delta, self.etag) = (None, None);
    }

    pub(super) fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A digest of the structure of a set.
pub(super) fn structure(set: &EntitySet) -> String {
    digest(&set.structure())
}

fn digest(of: &impl Serialize) -> String {
    let json = serde_json::to_vec(of).unwrap_or_default();
    base64::prelude::BASE64_STANDARD_NO_PAD.encode(Sha256::digest(json))
}
