//! Searching words in a log: a bounded window at a time, which says how far it got.

use crate::domain::message::StoredMessage;
use crate::domain::paging::{PageRequest, Start};
use crate::ids::Seq;
use crate::store::connection::Db;
use crate::store::error::Result;

use super::page::{Log, MessageFilter, page};

/// What a search found.
#[derive(Debug, Clone, Default)]
pub struct SearchPage {
    pub rows: Vec<StoredMessage>,
    /// The last message that was looked at; the search continues after it. None: it has examined all.
    pub continue_after: Option<Seq>,
    /// How many messages were looked at.
    pub looked_at: i64,
}

/// How many messages one search looks at.
const WINDOW: i64 = 20_000;
/// How many messages are read at a time.
const CHUNK: i64 = 1_000;

/// Up to `limit` messages after a number for which `fits` says yes, in the order of the log.
pub fn search(
    db: &mut Db,
    log: Log<'_>,
    filter: &MessageFilter,
    after: Seq,
    limit: usize,
    fits: impl Fn(&StoredMessage) -> bool,
) -> Result<SearchPage> {
    let mut found = SearchPage::default();
    let mut after = after;
    while found.looked_at < WINDOW {
        let chunk = page(db, log, filter, &PageRequest::new(Start::After(after), CHUNK))?;
        let is_last = chunk.next.is_none();
        for message in chunk.rows {
            after = Seq(message.seq);
            found.looked_at += 1;
            if fits(&message) {
                found.rows.push(message);
                if found.rows.len() == limit {
                    found.continue_after = Some(after);
                    return Ok(found);
                }
            }
        }
        if is_last {
            return Ok(found);
        }
    }
    found.continue_after = Some(after);
    Ok(found)
}
