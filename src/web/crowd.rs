//! How many long answers may be on their way at once: of all people, and of one of them. An answer is written as
//! its reader takes it, so one that is not read would last for ever: its place is given back by the clock.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::ids::PersonId;

/// Answers of one person at once, of each sort.
const OF_ONE: usize = 4;

/// The answers of one sort that are on their way. Cheap to clone.
#[derive(Clone)]
pub struct Crowd {
    all: Arc<Semaphore>,
    people: Arc<Mutex<HashMap<PersonId, usize>>>,
}

impl Crowd {
    /// With so many places.
    #[must_use]
    pub fn of(places: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(places)), people: Arc::default() }
    }

    /// A place for at most so long; `None` if all are taken, or this person has as many as one may have.
    /// Needs the runtime: a task gives the place back.
    #[must_use]
    pub fn enter(&self, person: PersonId, life: Duration) -> Option<Place> {
        let permit = self.all.clone().try_acquire_owned().ok()?;
        let taken = self.count(person, permit)?;
        let (held, dropped) = oneshot::channel::<()>();
        tokio::spawn(async move {
            // Whichever comes first: the end of the answer, or that of its time.
            let _ = tokio::time::timeout(life, dropped).await;
            drop(taken);
        });
        Some(Place(held))
    }

    fn count(&self, person: PersonId, permit: OwnedSemaphorePermit) -> Option<Taken> {
        let mut people = self.people();
        let has = people.entry(person).or_default();
        if *has >= OF_ONE {
            return None;
        }
        *has += 1;
        Some(Taken { crowd: self.clone(), person, _permit: permit })
    }

    fn people(&self) -> MutexGuard<'_, HashMap<PersonId, usize>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place that is taken. Dropping it gives it back.
pub struct Place(oneshot::Sender<()>);

impl Place {
    /// Whether its time is over: somebody else may have it by now.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.0.is_closed()
    }
}

/// What a place holds until it is given back.
struct Taken {
    crowd: Crowd,
    person: PersonId,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Taken {
    fn drop(&mut self) {
        let mut people = self.crowd.people();
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

    /// Waits for the tasks that give places back, for as long as it takes.
    async fn until(is_so: impl Fn() -> bool) {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    #[tokio::test]
    async fn one_person_leaves_room_for_others() {
        let crowd = Crowd::of(6);
        let hers: Vec<Place> = std::iter::from_fn(|| crowd.enter(ADA, LONG)).collect();
        assert_eq!(hers.len(), 4);
        let others: Vec<Place> = std::iter::from_fn(|| crowd.enter(MONA, LONG)).collect();
        assert_eq!(others.len(), 2);
        drop(hers);
        until(|| crowd.enter(MONA, LONG).is_some()).await;
        drop(others);
        until(|| crowd.people().is_empty()).await;
    }

    #[tokio::test]
    async fn a_place_is_given_back_by_the_clock() {
        let crowd = Crowd::of(1);
        let long = crowd.enter(ADA, LONG).unwrap();
        assert!(!long.is_over() && crowd.enter(MONA, LONG).is_none());
        drop(long);
        until(|| crowd.all.available_permits() == 1).await;
        // Its reader takes nothing, and keeps it.
        let unread = crowd.enter(ADA, Duration::ZERO).unwrap();
        until(|| unread.is_over()).await;
        until(|| crowd.enter(MONA, LONG).is_some()).await;
    }
}
