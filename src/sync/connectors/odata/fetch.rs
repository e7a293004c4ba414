//! One page of a set: asked for, read, checked record by record, and staged.

use std::collections::BTreeSet;

use reqwest::Url;
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH};

use super::codes;
use super::metadata::{EntitySet, Version};
use super::page::{self, Entry, Page};
use super::reading::{SetReader, Sum};
use super::record::{self, Absent, Bad};
use super::service::{LONGEST_PAGE, Trouble};
use crate::domain::message::{Category, Direction, Message, Operation};
use crate::domain::run::{Failure, Stage};
use crate::net::trouble::host_of;
use crate::sync::connector::Halt;
use crate::sync::publish::{Met, Reading};

/// How many records are staged in one transaction.
const STAGED: usize = 1_000;

/// A page that was read.
#[derive(Default)]
pub(super) struct Records {
    met: Vec<Met>,
    bad: Vec<Bad>,
    removed: BTreeSet<Vec<u8>>,
    absent: Absent,
    pub(super) rows: usize,
    pub(super) next: Option<Url>,
    pub(super) delta: Option<String>,
    pub(super) etag: Option<String>,
}

impl SetReader {
    /// What records are asked for with, and with a link to later changes if the service has such.
    pub(super) fn asking(&self, etag: Option<&str>, tracking: bool) -> HeaderMap {
        let mut headers = HeaderMap::new();
        match self.shared.version {
            Version::V2 => {
                headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
                headers.insert(HeaderName::from_static("maxdataserviceversion"), HeaderValue::from_static("2.0"));
            }
            Version::V4 => {
                // Large numbers as text, so that no digit gets lost.
                let accept = "application/json;odata.metadata=minimal;IEEE754Compatible=true";
                headers.insert(ACCEPT, HeaderValue::from_static(accept));
                headers.insert(HeaderName::from_static("odata-maxversion"), HeaderValue::from_static("4.0"));
                let size = format!("odata.maxpagesize={}", self.shared.settings.page_size);
                let prefer = if tracking { format!("odata.track-changes, {size}") } else { size };
                headers.extend(HeaderValue::try_from(prefer).map(|prefer| (HeaderName::from_static("prefer"), prefer)));
            }
        }
        let etag = etag.and_then(|etag| HeaderValue::try_from(etag).ok());
        headers.extend(etag.map(|etag| (IF_NONE_MATCH, etag)));
        headers
    }

    /// Gets and reads a page.
    pub(super) async fn fetch(&self, url: &Url, headers: &HeaderMap) -> Result<Records, Trouble> {
        let got = self.shared.service.get(url, headers, LONGEST_PAGE).await?;
        if !got.content_type.contains("json") {
            let why = format!("it is of the type “{}”", got.content_type);
            return Err(self.nonsense(why).quoting(got.beginning()).into());
        }
        let (model, body) = (self.model.clone(), got.body.clone());
        // Large pages keep a thread busy for a while.
        let read = tokio::task::spawn_blocking(move || decode(&model, &body)).await;
        let (page, mut records) = match read {
            Ok(Ok(read)) => read,
            Ok(Err(why)) => return Err(self.nonsense(got.hidden(&why)).quoting(got.beginning()).into()),
            Err(error) => return Err(self.nonsense(error.to_string()).into()),
        };
        if let Some(words) = page.error {
            return Err(self.nonsense("it tells an error in place of records").quoting(got.hidden(&words)).into());
        }
        records.next = page.next.map(|next| self.link(&got.url, &next)).transpose()?;
        // They are stored: one with a credential in it is not.
        records.delta = page.delta.filter(|link| !got.reveals(link));
        let etag = got.etag.clone();
        records.etag = etag.filter(|etag| !got.reveals(etag));
        Ok(records)
    }

    /// Stages a page and tells what is wrong with it.
    pub(super) async fn store(&self, records: Records, reading: Reading, sum: &mut Sum) -> Result<(), Halt> {
        let Records { mut met, bad, removed, absent, rows, .. } = records;
        sum.left_out += bad.len();
        for (name, records) in absent {
            *sum.absent.entry(name).or_default() += records;
        }
        for bad in bad {
            // What cannot be taken over is still there.
            met.extend(bad.key.clone().map(|key| Met { key, content: None }));
            self.shared.log(self.warning(bad)).await?;
        }
        let known = reading == Reading::Changes && {
            let keys = met.iter().map(|met| &*met.key).chain(removed.iter().map(|key| &**key));
            !sum.is_new_page(&keys.collect())
        };
        let (keyed, mut before) = (met.len() + removed.len(), Vec::new());
        while !met.is_empty() {
            let later = met.split_off(met.len().min(STAGED));
            let (staged, twice) = self.shared.replica.stage(self.published.id, reading, met).await?;
            met = later;
            sum.tally.add(&staged);
            self.shared.progress.update(|now| now.unchanged += staged.unchanged);
            before.extend(twice);
        }
        if !sum.stored(reading, keyed, if known { keyed } else { before.len() }) {
            return Err(self.endless().into());
        }
        sum.left_out += before.len();
        for key in before {
            let args = vec!["twice".to_owned(), self.model.key.join(", ")];
            self.shared.log(self.warning(Bad { code: codes::CONSISTENCY, args, key: Some(key) })).await?;
        }
        sum.tally.orphaned += self.shared.replica.orphan(self.published.id, removed.into_iter().collect()).await?;
        let rows = i64::try_from(rows).unwrap_or(i64::MAX);
        self.shared.progress.update(|now| {
            now.items_done += rows;
            now.items_total += rows;
        });
        Ok(())
    }

    fn warning(&self, bad: Bad) -> Message {
        let key = bad.key.unwrap_or_default();
        let message = Message::of_item(Category::Warning, bad.code, Operation::Skip, self.name().to_owned(), key);
        Message { args: bad.args, ..message.going(Direction::In) }
    }

    /// A link from an answer that came from `base`; it must not lead away.
    pub(super) fn link(&self, base: &Url, link: &str) -> Result<Url, Failure> {
        let url = base.join(link).map_err(|error| self.nonsense(format!("a link in it is none: {error}")))?;
        if url.origin() == self.shared.service.root().origin() {
            return Ok(url);
        }
        Err(Failure::new(Stage::Content, codes::ASTRAY).arg(self.name()).arg(host_of(&url)))
    }

    pub(super) fn nonsense(&self, why: impl Into<String>) -> Failure {
        Failure::new(Stage::Content, codes::ANSWER).arg(self.name()).arg(why)
    }
}

/// Reads a page record by record, so that only what is kept of each stays in memory.
fn decode(model: &EntitySet, body: &[u8]) -> Result<(Page, Records), String> {
    let mut records = Records::default();
    let page = page::read(body, &mut |entry| {
        records.rows += 1;
        match entry {
            Entry::Record(record) => match record::read(model, record, &mut records.absent) {
                Ok(met) => {
                    // Removed, and there again: the last word counts.
                    records.removed.remove(&met.key);
                    records.met.push(met);
                }
                Err(bad) => {
                    bad.key.as_ref().map(|key| records.removed.remove(key));
                    records.bad.push(bad);
                }
            },
            Entry::Removed(told, address) => match record::key_of_removed(model, told, address.as_deref()) {
                Some(key) => {
                    records.removed.insert(key);
                }
                None => records.bad.push(Bad::unknown_removal(model)),
            },
        }
    })?;
    Ok((page, records))
}
