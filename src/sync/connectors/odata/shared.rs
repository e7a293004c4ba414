//! What the readers of one run share.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::counter::Counter;
use super::metadata::Version;
use super::service::Service;
use super::settings::Settings;
use crate::domain::message::Message;
use crate::sync::journal::Journal;
use crate::sync::progress::Progress;
use crate::sync::replica::Replica;
use crate::sync::stop::Stop;
use crate::sync::stop::StopReason;

/// One run. Cheap to clone.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) service: Service,
    pub(super) settings: Arc<Settings>,
    pub(super) version: Version,
    /// Names of all entity sets of the service.
    pub(super) names: Arc<BTreeSet<String>>,
    pub(super) journal: Journal,
    pub(super) progress: Arc<Progress>,
    pub(super) replica: Replica,
    pub(super) stop: Stop,
    /// The service refuses to be asked for large numbers as text.
    pub(super) plain_numbers: Arc<AtomicBool>,
    pub(super) sets: Arc<Counter>,
}

impl Shared {
    pub(super) async fn log(&self, message: Message) -> Result<(), StopReason> {
        Ok(self.journal.log(message).await?)
    }

    /// Whether large numbers are asked for as text.
    pub(super) fn wants_text(&self) -> bool {
        self.version == Version::V4 && !self.plain_numbers.load(Ordering::Relaxed)
    }
}
