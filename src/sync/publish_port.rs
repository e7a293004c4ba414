//! The port to the replica, over the store and under the claim.

use super::connector::{StopReason, Task};
use super::ports::Ports;
use super::publish::{Finished, Key, Met, Publish, Published, PublishedSet, Reading, ReplicaRecord, Tally};
use crate::clock::Stamp;
use crate::domain::message::Message;
use crate::ids::SetId;
use crate::store::messages::append;
use crate::store::replica::{self, Incoming, SetEnd};

/// How many records a page of the replica has.
const PAGE: i64 = 1_000;

/// How many records become orphaned in one transaction.
const AT_ONCE: usize = 1_000;

const fn stored(reading: Reading) -> replica::Reading {
    match reading {
        Reading::Whole => replica::Reading::Whole,
        Reading::Changes => replica::Reading::Changes,
    }
}

fn incoming(met: Met) -> Incoming {
    Incoming { key: met.key, content: met.content.map(|content| (content.digest, content.data)) }
}

impl Publish for Ports {
    fn begin(&self, sets: Vec<(String, String)>) -> Task<'_, Result<Published, StopReason>> {
        Box::pin(async move {
            while self.write(replica::sweep).await? {}
            let replica = self.write(move |db, claim| replica::begin(db, claim, &sets)).await?;
            let sets = replica.sets.into_iter().map(|set| PublishedSet {
                id: set.id,
                name: set.name,
                data_set: set.data_set,
                active: set.active,
                orphaned: set.orphaned,
                read: set.read_run.is_some(),
                state: set.state,
            });
            Ok(Published { run: replica.published, model: replica.model, sets: sets.collect() })
        })
    }

    fn stage(&self, set: SetId, reading: Reading, page: Vec<Met>) -> Task<'_, Result<(Tally, Vec<Key>), StopReason>> {
        Box::pin(async move {
            let page = page.into_iter().map(incoming).collect();
            let counts = self.write(move |db, claim| replica::stage(db, claim, set, stored(reading), page)).await?;
            Ok((tally(&counts), counts.twice))
        })
    }

    fn orphan_unmet(&self, set: SetId, after: Option<Key>) -> Task<'_, Result<(i64, Option<Key>), StopReason>> {
        Box::pin(async move {
            let (gone, next) = self.read(move |db, claim| replica::unmet(db, claim, set, after)).await?;
            Ok((self.orphan(set, gone).await?, next))
        })
    }

    fn orphan(&self, set: SetId, keys: Vec<Key>) -> Task<'_, Result<i64, StopReason>> {
        Box::pin(async move {
            let mut orphaned = 0;
            // A service may tell in one answer of as many as it likes.
            for keys in keys.chunks(AT_ONCE) {
                let keys = keys.to_vec();
                orphaned += self.write(move |db, claim| replica::orphan(db, claim, set, &keys)).await?;
            }
            Ok(orphaned)
        })
    }

    fn forget(&self, set: SetId) -> Task<'_, Result<(), StopReason>> {
        Box::pin(self.write(move |db, claim| replica::forget(db, claim, set)))
    }

    fn discard(&self, set: SetId) -> Task<'_, Result<(), StopReason>> {
        Box::pin(async move {
            while self.write(move |db, claim| replica::discard(db, claim, set)).await? {}
            Ok(())
        })
    }

    fn page(&self, set: SetId, staged: bool, after: Option<Key>) -> Task<'_, Result<Vec<ReplicaRecord>, StopReason>> {
        Box::pin(async move {
            let rows = self.read(move |db, claim| replica::staged_page(db, claim, set, staged, after, PAGE)).await?;
            Ok(rows.into_iter().map(|(key, data)| ReplicaRecord { key, data }).collect())
        })
    }

    fn missing(&self, set: SetId, keys: Vec<Key>) -> Task<'_, Result<Vec<Key>, StopReason>> {
        Box::pin(self.read(move |db, _claim| replica::missing(db, set, keys)))
    }

    fn withdraw(&self, set: SetId, keys: Vec<Key>) -> Task<'_, Result<Tally, StopReason>> {
        Box::pin(
            async move { Ok(tally(&self.write(move |db, claim| replica::withdraw(db, claim, set, &keys)).await?)) },
        )
    }

    fn publish(
        &self,
        model: String,
        sets: Vec<Finished>,
        closing: Vec<(Stamp, Message)>,
    ) -> Task<'_, Result<(), StopReason>> {
        Box::pin(async move {
            let ends: Vec<SetEnd> = sets.into_iter().map(set_end).collect();
            let masked = |(at, message)| (at, self.secrets.message(message));
            let closing: Vec<_> = closing.into_iter().map(masked).collect();
            self.write(move |db, claim| {
                append(db, claim, &closing)?;
                replica::publish(db, claim, &model, &ends)
            })
            .await
        })
    }
}

fn tally(counts: &replica::Counts) -> Tally {
    Tally {
        inserted: counts.inserted,
        updated: counts.updated,
        returned: counts.returned,
        unchanged: counts.unchanged,
        orphaned: 0,
    }
}

fn set_end(finished: Finished) -> SetEnd {
    let Finished { set, tally, state } = finished;
    SetEnd {
        set,
        active: tally.inserted - tally.orphaned,
        orphaned: tally.orphaned - tally.returned,
        changed: tally.changed(),
        state,
    }
}
