//! Reading a log to its end for a person who can lose the permission while reading: the permission is looked
//! at again for every part, and no database connection is held between parts.

use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::ids::{PersonId, RunNo, SystemKey};
use crate::queries::runs::{Cursor, LogPart, MessageFilter, Run, log_part, run_with_log};
use crate::queries::systems::{InReach, System};
use crate::queries::{AccessRecheck, StoreError};
use crate::web::error::WebError;
use crate::web::extract::Viewer;
use crate::web::state::App;

/// A log that is read part by part.
pub(super) struct LogReader {
    app: App,
    /// Of the beginning; the rights are asked again for each part.
    grant: Grant<verbs::ReadLogs>,
    standing: AccessRecheck,
    key: SystemKey,
    filter: MessageFilter,
    after: i64,
    pub system: InReach<System>,
    pub run: Run,
}

/// Why no more is read.
pub(super) enum Stopped {
    Refused,
    Failed(StoreError),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::Refused,
            other => Self::Failed(other),
        }
    }
}

impl LogReader {
    /// Opens the log of a run in reach, if it is still kept.
    pub async fn open(
        app: &App,
        grant: &Grant<verbs::ReadLogs>,
        viewer: &Viewer,
        (key, no): (SystemKey, RunNo),
        filter: MessageFilter,
        after: i64,
    ) -> Result<Self, WebError> {
        let standing = viewer.standing().ok_or_else(WebError::not_found)?;
        let (own, wanted) = (grant.clone(), key.clone());
        let (system, run) = app.store.read(move |db| run_with_log(db, &own, (&wanted, no))).await?;
        if is_expired(app, &run, viewer.now) {
            return Err(WebError::not_found());
        }
        Ok(Self { app: app.clone(), grant: grant.clone(), standing, key, filter, after, system, run })
    }

    /// The person who reads.
    pub const fn person(&self) -> PersonId {
        self.standing.person
    }

    /// The last message that was read.
    pub const fn position(&self) -> i64 {
        self.after
    }

    /// The next messages, at most `limit`.
    pub async fn next(&mut self, limit: i64) -> Result<LogPart, Stopped> {
        let part = self.read(Cursor::After(self.after), limit).await?;
        if let Some(last) = part.rows.last() {
            self.after = last.seq;
        }
        Ok(part)
    }

    /// The last messages that there are, at most `limit`, in the order of the log.
    pub async fn latest(&self, limit: i64) -> Result<LogPart, Stopped> {
        self.read(Cursor::Last, limit).await
    }

    async fn read(&self, cursor: Cursor, limit: i64) -> Result<LogPart, Stopped> {
        let (standing, key, filter) = (self.standing.clone(), self.key.clone(), self.filter.clone());
        let (grant, no, words, now) = (self.grant.clone(), self.run.no, self.app.words.clone(), self.app.clock.now());
        let part = self
            .app
            .store
            .read(move |db| log_part(db, (&grant, &standing, now), (&key, no), &words, (&filter, cursor, limit)));
        Ok(part.await?)
    }
}

/// Whether the messages of a run are not kept any more. Some may still be there, and are not shown.
#[must_use]
pub(in crate::web::pages) fn is_expired(app: &App, run: &Run, now: Stamp) -> bool {
    run.ended_at.is_some_and(|ended| now.since(ended) > app.config.keep_messages)
}

/// What an export is called.
pub(super) fn file_name(system: &System, no: RunNo, ending: &str) -> String {
    let name: String =
        system.name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    format!("{name}-run-{no}.{ending}")
}
