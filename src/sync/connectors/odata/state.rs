//! What is kept of a set between runs: how the next one finds what has changed.

use base64::Engine;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::metadata::EntitySet;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    /// The service root and the model that this is about: with others it says nothing.
    root: String,
    model: String,
    /// Where changes are told.
    pub(super) delta: Option<String>,
    /// Of the whole set, when it came in one answer.
    pub(super) etag: Option<String>,
}

impl State {
    pub(super) fn new(root: &str, set: &EntitySet) -> Self {
        Self { root: root.to_owned(), model: digest(set), delta: None, etag: None }
    }

    /// What was kept, if it is still about the same.
    pub(super) fn read(kept: &str, root: &str, set: &EntitySet) -> Option<Self> {
        let state: Self = serde_json::from_str(kept).ok()?;
        (state.root == root && state.model == digest(set)).then_some(state)
    }

    /// The next run reads everything.
    pub(super) fn forget(&mut self) {
        (self.delta, self.etag) = (None, None);
    }

    pub(super) fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn digest(set: &EntitySet) -> String {
    let json = serde_json::to_vec(set).unwrap_or_default();
    base64::prelude::BASE64_STANDARD_NO_PAD.encode(Sha256::digest(json))
}
