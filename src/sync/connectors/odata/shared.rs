//! What the readers of one run share.

use std::sync::Arc;

use super::codes;
use super::metadata::{Model, Version};
use super::service::{LONGEST_METADATA, Service, for_metadata};
use super::settings::Settings;
use crate::domain::message::Message;
use crate::domain::run::{Failure, Stage};
use crate::sync::connector::{Halt, Publish};
use crate::sync::journal::Journal;
use crate::sync::progress::Progress;
use crate::sync::stop::Stop;

/// One run. Cheap to clone.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) service: Service,
    pub(super) settings: Arc<Settings>,
    pub(super) version: Version,
    pub(super) journal: Journal,
    pub(super) progress: Arc<Progress>,
    pub(super) replica: Arc<dyn Publish>,
    pub(super) stop: Stop,
}

impl Shared {
    pub(super) async fn log(&self, message: Message) -> Result<(), Halt> {
        Ok(self.journal.log(message).await?)
    }
}

/// Reads `$metadata`.
pub(super) async fn model(service: &Service) -> Result<Model, Halt> {
    let url = service.root().join("$metadata").map_err(|error| metadata(error.to_string()))?;
    let got = service.get(&url, &for_metadata(), LONGEST_METADATA).await;
    let got =
        got.map_err(|trouble| trouble.halt(service.host(), |words| metadata("it cannot be had").quoting(words)))?;
    let body = got.body.clone();
    let read = tokio::task::spawn_blocking(move || Model::read(&body)).await;
    match read {
        Ok(Ok(model)) => Ok(model),
        Ok(Err(why)) => Err(metadata(got.hidden(&why)).quoting(got.beginning()).into()),
        Err(error) => Err(metadata(error.to_string()).into()),
    }
}

fn metadata(why: impl Into<String>) -> Failure {
    Failure::new(Stage::Content, codes::METADATA).arg(why)
}
