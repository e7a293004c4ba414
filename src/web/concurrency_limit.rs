//! Limits how many long responses are sent at the same time: to all people, and to one of them. A response is sent as fast as
//! its reader takes it, so one that is not read would last forever: its permit has a maximum lifetime.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::AbortHandle;

use crate::ids::PersonId;

/// Maximum number of concurrent responses of one kind to one person.
const OF_ONE: usize = 4;

/// The limit for one kind of response. Cheap to clone.
#[derive(Clone)]
pub struct ConcurrencyLimit {
    all: Arc<Semaphore>,
    people: Arc<Mutex<HashMap<PersonId, usize>>>,
}

impl ConcurrencyLimit {
    /// Allows this many concurrent responses.
    #[must_use]
    pub fn of(permits: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(permits)), people: Arc::default() }
    }

    /// A permit for at most `life`; `None` if all are taken, or this person has as many as one person can have.
    /// Needs the runtime: a task ends the permit.
    #[must_use]
    pub fn enter(&self, person: PersonId, life: Duration) -> Option<Permit> {
        let permit = self.all.clone().try_acquire_owned().ok()?;
        let taken = self.count(person, permit)?;
        let taken = Arc::new(Mutex::new(Some(taken)));
        let held = taken.clone();
        let clock = tokio::spawn(async move {
            tokio::time::sleep(life).await;
            give_back(&taken);
        });
        Some(Permit { held, clock: clock.abort_handle() })
    }

    fn count(&self, person: PersonId, permit: OwnedSemaphorePermit) -> Option<Taken> {
        let mut people = self.people();
        let has = people.entry(person).or_default();
        if *has >= OF_ONE {
            return None;
        }
        *has += 1;
        Some(Taken { limit: self.clone(), person, _permit: permit })
    }

    fn people(&self) -> MutexGuard<'_, HashMap<PersonId, usize>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Permission to send one response. Dropping it gives it back at once.
pub struct Permit {
    held: Arc<Mutex<Option<Taken>>>,
    /// Gives it back when its lifetime is over.
    clock: AbortHandle,
}

fn give_back(held: &Mutex<Option<Taken>>) {
    held.lock().unwrap_or_else(PoisonError::into_inner).take();
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.clock.abort();
        give_back(&self.held);
    }
}

impl Permit {
    /// Whether its lifetime is over: somebody else can have it by now.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }
}

/// What a permit holds until it is given back.
struct Taken {
    limit: ConcurrencyLimit,
    person: PersonId,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Taken {
    fn drop(&mut self) {
        let mut people = self.limit.people();
        if let Some(has) = people.get_mut(&self.person) {
            *has = has.saturating_sub(1);
            if *has == 0 {
                people.remove(&self.person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: PersonId = PersonId(1);
    const MONA: PersonId = PersonId(2);
    const LONG: Duration = Duration::from_mins(1);

    /// Waits for the task that gives a permit back, for as long as it takes.
    async fn until(is_so: impl Fn() -> bool) {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    #[tokio::test]
    async fn one_person_leaves_room_for_others() {
        let limit = ConcurrencyLimit::of(6);
        let hers: Vec<Permit> = std::iter::from_fn(|| limit.enter(ADA, LONG)).collect();
        assert_eq!(hers.len(), 4);
        let others: Vec<Permit> = std::iter::from_fn(|| limit.enter(MONA, LONG)).collect();
        assert_eq!(others.len(), 2);
        drop(hers);
        assert!(limit.enter(MONA, LONG).is_some(), "at once");
        drop(others);
        assert!(limit.people().is_empty());
    }

    #[tokio::test]
    async fn a_permit_ends_with_its_lifetime() {
        let limit = ConcurrencyLimit::of(1);
        let long = limit.enter(ADA, LONG).unwrap();
        assert!(!long.is_over() && limit.enter(MONA, LONG).is_none());
        drop(long);
        assert_eq!(limit.all.available_permits(), 1, "at once");
        // Its reader takes nothing, and keeps it.
        let unread = limit.enter(ADA, Duration::ZERO).unwrap();
        until(|| unread.is_over()).await;
        until(|| limit.enter(MONA, LONG).is_some()).await;
    }
}
