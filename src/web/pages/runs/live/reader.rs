//! Reading a log while it is written. The rights are checked again for every part, and no database connection is held
//! between parts.

use crate::access::{Grant, verbs};
use crate::ids::{PersonId, RunNo, Seq, SystemKey};
use crate::queries::runs::{LogPart, MessageFilter, OfSystem, Run, log_part, run_with_log};
use crate::queries::systems::{InReach, System};
use crate::queries::{AccessRecheck, PageRequest, Result, Start};
use crate::web::error::WebError;
use crate::web::extract::Viewer;
use crate::web::state::App;

/// A log that is read part by part.
pub(super) struct LogReader {
    app: App,
    reader: AccessRecheck<verbs::ReadLogs>,
    key: SystemKey,
    /// The last message that was read.
    pub position: Seq,
    pub system: InReach<System>,
    pub run: OfSystem<Run>,
}

impl LogReader {
    /// Opens the log of a run in reach, if it is still kept.
    pub async fn open(
        app: &App,
        grant: Grant<verbs::ReadLogs>,
        viewer: &Viewer,
        (key, no): (SystemKey, RunNo),
        after: Seq,
    ) -> std::result::Result<Self, WebError> {
        let reader = viewer.recheck(grant.clone()).ok_or_else(WebError::not_found)?;
        let (wanted, kept) = (key.clone(), app.kept(viewer.now));
        let (system, run) = app.store.read(move |db| run_with_log(db, &grant, (&wanted, no), kept)).await?;
        Ok(Self { app: app.clone(), reader, key, position: after, system, run })
    }

    /// The person who reads.
    pub const fn person(&self) -> PersonId {
        self.reader.person
    }

    /// The next messages, at most `limit`.
    ///
    /// # Errors
    /// [`crate::queries::StoreError::NotFound`] also when the right was lost.
    pub async fn next(&mut self, limit: i64) -> Result<LogPart> {
        let part = self.read(PageRequest::new(Start::After(self.position), limit)).await?;
        if let Some(last) = part.page.rows.last() {
            self.position = Seq(last.seq);
        }
        Ok(part)
    }

    /// The last messages that there are, at most `limit`, in the order of the log.
    pub async fn latest(&mut self, limit: i64) -> Result<LogPart> {
        self.read(PageRequest::new(Start::Last, limit)).await
    }

    async fn read(&mut self, request: PageRequest<Seq>) -> Result<LogPart> {
        let (mut reader, key, no) = (self.reader.clone(), self.key.clone(), self.run.no);
        let (words, now) = (self.app.words.clone(), self.app.clock.now());
        let read = self.app.store.read(move |db| {
            let all = MessageFilter::default();
            let part = reader.read(db, now, |db, grant| log_part(db, grant, (&key, no), &words, (&all, &request)))?;
            Ok((part, reader))
        });
        let (part, reader) = read.await?;
        self.reader = reader;
        Ok(part)
    }
}
