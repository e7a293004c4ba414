//! What a service says it has: reads `$metadata`, and of the documents that it refers to those that are needed.
//!
//! All documents of one service are kept in one share of the memory for responses, and are parsed in turn with those of
//! other services. No turn is kept while a service is asked: it could take its time.

use std::collections::HashSet;
use std::sync::Arc;

use super::codes;
use super::incoming::Got;
use super::metadata::{Document, Model, Needed, Unfit};
use super::request_error::{RequestError, unread};
use super::select::wanted;
use super::service::{LONGEST_METADATA, Service};
use super::settings::Settings;
use crate::domain::run::{PeerFailure, Stage};
use crate::net::memory::Share;
use crate::net::models::{MemoryPermit, Models};
use crate::sync::stop::StopReason;

/// Maximum number of documents besides `$metadata` itself.
const MOST_DOCUMENTS: usize = 16;

/// Maximum number of elements that are kept of all documents, so that many short ones do not become large in memory. The
/// largest services have some 60,000.
const MOST_ELEMENTS: usize = 75_000;

/// What documents take in memory while they are parsed, as a multiple of their size: `it::processes::hostile`. Decoding
/// takes less.
const PARSING: usize = 4;

/// Reads the description of a service for a run, and keeps the memory that it takes.
pub(super) async fn kept(service: &Service, settings: &Settings) -> Result<(Model, MemoryPermit), StopReason> {
    let mut reserved: Option<MemoryPermit> = None;
    loop {
        let model = read(service, settings, |model| model).await?;
        let missing = match reserve(service.models(), reserved.take(), model.bytes()) {
            Ok(kept) => return Ok((model, kept)),
            Err(missing) => missing,
        };
        // It is read again when there is memory: who waits keeps nothing.
        drop(model);
        reserved = Some(service.unless_stopped(service.models().await_memory(missing)).await?);
    }
}

/// The memory of a description, which may be reserved already; or how much has to be waited for.
fn reserve(models: &Models, reserved: Option<MemoryPermit>, bytes: usize) -> Result<MemoryPermit, usize> {
    // Sets that cannot be used count too, and may exceed what can be reserved.
    let bytes = bytes.min(models.most());
    let kept = match reserved {
        Some(mut kept) => kept.shrink(bytes).then_some(kept),
        None => models.keep(bytes),
    };
    kept.ok_or(bytes)
}

/// What `look` sees in the description of a service. The sets that the settings select come first.
pub(super) async fn read<T: Send + 'static>(
    service: &Service,
    settings: &Settings,
    look: impl Fn(Model) -> T + Copy + Send + 'static,
) -> Result<T, StopReason> {
    let mut documents = Documents::of(service).await?;
    let share = documents.share.clone();
    loop {
        // Others begin to read only what fits beside it. It is never more than the share may hold.
        let _held = service.unless_stopped(share.hold(share.most().min(PARSING * documents.bytes()))).await?;
        let (most, data_sets) = (service.models().most(), settings.data_sets.clone());
        let parse = move || {
            let parsed = documents.parsed(most, |name| wanted(&data_sets, name), look);
            (parsed, documents)
        };
        let parsed = service.unless_stopped(service.models().parse(parse)).await?;
        let (parsed, given_back) = parsed.map_err(|error| metadata(error.to_string()))?;
        documents = given_back;
        share.give_back_to(documents.bytes());
        match parsed {
            Parsed::Whole(seen) => return Ok(seen),
            Parsed::Needs(needed) => {
                for one in needed {
                    let other = documents.other(service, &one).await?;
                    documents.others.push((one, other));
                }
            }
            Parsed::Unfit(Unfit::Version(version)) => return Err(unread(&version).into()),
            Parsed::Unfit(Unfit::Words(why)) => {
                let root = documents.root;
                return Err(metadata(root.hidden(&why)).quoting(root.beginning()).into());
            }
        }
    }
}

/// The documents of one service, as they came.
struct Documents {
    root: Got,
    /// Each with what it was needed for, or why it cannot be used.
    others: Vec<(Needed, Result<Got, String>)>,
    seen: HashSet<String>,
    share: Arc<Share>,
}

/// What the documents say.
enum Parsed<T> {
    Whole(T),
    /// They refer to others.
    Needs(Vec<Needed>),
    Unfit(Unfit),
}

impl Documents {
    async fn of(service: &Service) -> Result<Self, StopReason> {
        let url = service.root().join("$metadata").map_err(|error| metadata(error.to_string()))?;
        let share = Arc::new(service.share(PARSING * LONGEST_METADATA));
        let root = service.metadata(&url, LONGEST_METADATA, &share, 0).await;
        let root = root
            .map_err(|trouble| trouble.halt(service.host(), |words| metadata("it is not available").quoting(words)))?;
        let seen = HashSet::from([root.url.to_string()]);
        Ok(Self { root, others: Vec::new(), seen, share })
    }

    fn bytes(&self) -> usize {
        let others = self.others.iter().filter_map(|(_, other)| other.as_ref().ok());
        others.chain([&self.root]).map(|got| got.body.len()).sum()
    }

    /// Reads another document of the service; or says why it cannot be used.
    async fn other(&mut self, service: &Service, needed: &Needed) -> Result<Result<Got, String>, StopReason> {
        let Ok(url) = service.root().join(&needed.address) else { return Ok(Err("it has no valid URL".to_owned())) };
        if url.origin() != service.root().origin() {
            return Ok(Err("it is on another host".to_owned()));
        }
        if self.seen.len() > MOST_DOCUMENTS || !self.seen.insert(url.to_string()) {
            return Ok(Err(format!("it is named twice, or there are more than {MOST_DOCUMENTS}")));
        }
        let bytes = self.bytes();
        match service.metadata(&url, LONGEST_METADATA.saturating_sub(bytes), &self.share, bytes).await {
            Ok(got) => Ok(Ok(got)),
            Err(RequestError::Halted(halt)) => Err(halt),
            Err(RequestError::Refused(_, words)) => Ok(Err(words)),
            Err(RequestError::NotModified) => Ok(Err("304".to_owned())),
            Err(RequestError::Failed(failure)) => Ok(Err(said(&failure))),
        }
    }

    /// Takes a while, and a multiple of their size in memory.
    fn parsed<T>(&self, most: usize, wanted: impl Fn(&str) -> bool, look: impl Fn(Model) -> T) -> Parsed<T> {
        let mut document = match document(&self.root, MOST_ELEMENTS) {
            Ok(document) => document,
            Err(unfit) => return Parsed::Unfit(unfit),
        };
        for (needed, other) in &self.others {
            let left = MOST_ELEMENTS.saturating_sub(document.elements);
            let other = other.as_ref().map_err(Clone::clone).and_then(|got| {
                self::document(got, left).map_err(|unfit| match unfit {
                    Unfit::Version(version) => format!("it is of version {version}"),
                    Unfit::Words(why) => got.hidden(&why),
                })
            });
            match other {
                Ok(other) => document.add(needed, other),
                Err(why) => document.lacks(needed, &why),
            }
        }
        let needed = document.needed();
        if needed.is_empty() {
            let model = document.resolve(most, wanted);
            drop(document);
            return model.map_or_else(|why| Parsed::Unfit(why.into()), |model| Parsed::Whole(look(model)));
        }
        Parsed::Needs(needed)
    }
}

fn document(got: &Got, elements: usize) -> Result<Document, Unfit> {
    if let Some(version) = &got.foreign_version {
        return Err(Unfit::Version(version.clone()));
    }
    let mut document = Document::read(&got.body, elements)?;
    document.locate(|address| got.url.join(address).ok().map(String::from));
    Ok(document)
}

/// Code and words of a failure, in one line.
fn said(failure: &PeerFailure) -> String {
    let words = failure.foreign_text.as_deref().unwrap_or_default();
    if words.is_empty() { failure.code.to_owned() } else { format!("{} ({words})", failure.code) }
}

fn metadata(why: impl Into<String>) -> PeerFailure {
    PeerFailure::new(Stage::Content, codes::METADATA).arg(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_cannot_be_reserved_is_not_read_again_and_again() {
        let models = Models::new(16 * 1_024);
        let others = [(); 2].map(|()| models.keep(models.most()).unwrap());
        for bytes in [models.most(), models.most() + 1, usize::MAX] {
            let missing = reserve(&models, None, bytes).expect_err("others have it all");
            assert!(missing <= models.most(), "{bytes}: {missing}");
        }
        drop(others);
        for bytes in [1, models.most() + 1, usize::MAX] {
            let reserved = models.await_memory(models.most()).await;
            assert!(reserve(&models, Some(reserved), bytes).is_ok(), "{bytes}: it would be read again, and again");
        }
        let grown = models.await_memory(1_024).await;
        assert_eq!(reserve(&models, Some(grown), 4_096).err(), Some(4_096), "it has grown since");
    }
}
