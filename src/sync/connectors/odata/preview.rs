//! A dry run: which entity sets the settings select, and how many records the first of them have.

use std::sync::{Mutex, PoisonError};

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};

use super::description;
use super::request_error::passing;
use super::run::selected;
use super::service::Service;
use super::settings::Settings;
use super::url_scope::is_within;
use crate::domain::run::{PeerFailure, Stage};
use crate::domain::trial::{Content, MAX_ROWS, Preview, PreviewAction};
use crate::net::body::Body;
use crate::sync::connector::Peer;
use crate::sync::stop::StopReason;

/// Longest count, in bytes.
const LONGEST_COUNT: usize = 64;

pub(super) async fn preview(peer: &Peer, settings: &Settings, found: &Mutex<Preview>) -> Result<(), PeerFailure> {
    let service = Service::of_check(peer, settings)?;
    let model = description::read(&service, settings, |model| model).await.map_err(failure)?;
    let selected = selected(settings, &model)?;
    let count = |sets: usize| u64::try_from(sets).unwrap_or(u64::MAX);
    let content = Content::Sets { offered: count(model.names().count()), selected: count(selected.len()) };
    found.lock().unwrap_or_else(PoisonError::into_inner).content = content;
    drop(model);
    for set in selected.into_iter().take(MAX_ROWS) {
        let records = service.count(&set.name).await;
        found.lock().unwrap_or_else(PoisonError::into_inner).show(set.name, PreviewAction::Read, records);
    }
    Ok(())
}

fn failure(why: StopReason) -> PeerFailure {
    match why {
        StopReason::Failed(failure) => failure,
        StopReason::Stopped(_) | StopReason::Braked => PeerFailure::new(Stage::Protocol, "RUN-INTERNAL"),
    }
}

impl Service {
    /// How many records a set has; none where the service does not count.
    async fn count(&self, set: &str) -> Option<u64> {
        let url = self.root().join(&format!("{set}/$count")).ok().filter(|url| is_within(self.root(), url))?;
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("text/plain, */*"))]);
        let asked = self.patiently(async || {
            let answer = self.open_at(&url, &headers, |answer| Body::of(answer, LONGEST_COUNT, LONGEST_COUNT)).await?;
            answer.body.whole().await.map_err(passing)
        });
        let body = asked.await.ok()?;
        std::str::from_utf8(&body).ok()?.trim_start_matches('\u{feff}').trim().parse().ok()
    }
}
