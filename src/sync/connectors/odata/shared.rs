//! What the readers of one run share.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::codes;
use super::incoming::Got;
use super::metadata::{Document, Model, Needed, Unfit, Version};
use super::service::{LONGEST_METADATA, Service, for_metadata};
use super::settings::Settings;
use super::signs::Counter;
use super::trouble::Trouble;
use crate::domain::message::Message;
use crate::domain::run::{Failure, Stage};
use crate::sync::connector::{Halt, Publish};
use crate::sync::journal::Journal;
use crate::sync::progress::Progress;
use crate::sync::stop::Stop;

/// Maximum number of documents besides `$metadata` itself.
const MOST_DOCUMENTS: usize = 16;

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
    /// The service refuses to be asked for large numbers as text.
    pub(super) plain_numbers: Arc<AtomicBool>,
    pub(super) sets: Arc<Counter>,
}

impl Shared {
    pub(super) async fn log(&self, message: Message) -> Result<(), Halt> {
        Ok(self.journal.log(message).await?)
    }

    /// Whether large numbers are asked for as text.
    pub(super) fn wants_text(&self) -> bool {
        self.version == Version::V4 && !self.plain_numbers.load(Ordering::Relaxed)
    }
}

/// Reads `$metadata`, and of the documents that it refers to those that are needed.
pub(super) async fn model(service: &Service) -> Result<Model, Halt> {
    let url = service.root().join("$metadata").map_err(|error| metadata(error.to_string()))?;
    let got = service.get(&url, &for_metadata(), LONGEST_METADATA).await;
    let got = got.map_err(|trouble| trouble.halt(service, |words| metadata("it is not available").quoting(words)))?;
    let mut left = LONGEST_METADATA.saturating_sub(got.body.len());
    let mut document = match parsed(&got).await {
        Ok(document) => document,
        Err(Unfit::Version(version)) => return Err(unread(&version).into()),
        Err(Unfit::Words(why)) => {
            return Err(metadata(got.hidden(&why)).quoting(got.beginning()).into());
        }
    };
    let mut seen = HashSet::from([got.url.to_string()]);
    loop {
        let needed = document.needed();
        if needed.is_empty() {
            break;
        }
        for one in needed {
            match other(service, &one, &mut seen, &mut left).await? {
                Ok(document_of) => document.add(&one, document_of),
                Err(why) => document.lacks(&one, &why),
            }
        }
    }
    let read = tokio::task::spawn_blocking(move || document.resolve()).await;
    match read {
        Ok(Ok(model)) => Ok(model),
        Ok(Err(why)) => Err(metadata(got.hidden(&why)).quoting(got.beginning()).into()),
        Err(error) => Err(metadata(error.to_string()).into()),
    }
}

/// Reads another document of the service; or says why it cannot be used.
async fn other(
    service: &Service,
    needed: &Needed,
    seen: &mut HashSet<String>,
    left: &mut usize,
) -> Result<Result<Document, String>, Halt> {
    let Ok(url) = service.root().join(&needed.address) else { return Ok(Err("it has no valid URL".to_owned())) };
    if url.origin() != service.root().origin() {
        return Ok(Err("it is at another host".to_owned()));
    }
    if seen.len() > MOST_DOCUMENTS || !seen.insert(url.to_string()) {
        return Ok(Err(format!("it is named twice, or there are more than {MOST_DOCUMENTS}")));
    }
    let got = match service.get(&url, &for_metadata(), *left).await {
        Ok(got) => got,
        Err(Trouble::Halted(halt)) => return Err(halt),
        Err(Trouble::Refused(_, words)) => return Ok(Err(words)),
        Err(Trouble::NotModified) => return Ok(Err("304".to_owned())),
        Err(Trouble::Failed(failure)) => return Ok(Err(said(&failure))),
    };
    *left = left.saturating_sub(got.body.len());
    Ok(match parsed(&got).await {
        Ok(document) => Ok(document),
        Err(Unfit::Version(version)) => Err(format!("it is of version {version}")),
        Err(Unfit::Words(why)) => Err(got.hidden(&why)),
    })
}

/// Code and words of a failure, in one line.
fn said(failure: &Failure) -> String {
    let words = failure.foreign_text.as_deref().unwrap_or_default();
    if words.is_empty() { failure.code.to_owned() } else { format!("{} ({words})", failure.code) }
}

/// Reads a document; it takes a thread for a while.
async fn parsed(got: &Got) -> Result<Document, Unfit> {
    if let Some(version) = &got.foreign_version {
        return Err(Unfit::Version(version.clone()));
    }
    let (body, url) = (got.body.clone(), got.url.clone());
    let read = tokio::task::spawn_blocking(move || {
        let mut document = Document::read(&body)?;
        document.locate(|address| url.join(address).ok().map(String::from));
        Ok(document)
    });
    read.await.unwrap_or_else(|error| Err(error.to_string().into()))
}

fn metadata(why: impl Into<String>) -> Failure {
    Failure::new(Stage::Content, codes::METADATA).arg(why)
}

/// The service is of a version that is not read.
pub(super) fn unread(version: &str) -> Failure {
    Failure::new(Stage::Content, codes::VERSION).arg(version)
}
