//! Sessions live in our database, so that they can be ended from outside; the cookie has a random key,
//! the database its hash.

use std::collections::HashMap;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration as CookieDuration;

use super::SECRET;
use super::trip::{self, Found};
use crate::clock::Clock;
use crate::ids::PersonId;
use crate::ops::passwords::VerifiedPassword;
use crate::ops::random;
use crate::ops::sessions::{self, Loaded};
use crate::queries::{Fault, Store, StoreError};

/// Name of the person's id in a session.
pub const PERSON: &str = "person";

/// Name, in a session that could not be read, of why: what is wrong with the database, and in words. The gate makes a page
/// of it. Such a session is never changed, so that this is never stored.
pub(super) const UNREAD: &str = "unread";

/// Name, in what is left of a session that has ended, of whose it was, and of the secret of its forms. Like [`UNREAD`], it is
/// never stored.
pub(super) const ENDED: &str = "ended";

/// Name, in a session, of the password that was verified when it began.
pub const PASSWORD: &str = "password";

type State = HashMap<String, String>;

/// An error would become an empty answer, before any page can be made.
fn unread(error: &StoreError) -> serde_json::Result<State> {
    let fault = error.fault().map(Fault::as_str);
    Ok(State::from([(UNREAD.to_owned(), serde_json::to_string(&(fault, error.to_string()))?)]))
}

/// The store reports a broken database itself.
fn warn_unless_broken(what: &str, error: &StoreError) {
    if error.fault().is_none() {
        log::warn!("{what}: {error}");
    }
}

/// What is left of a session that has ended, if it was somebody's.
fn left(text: &str) -> Option<State> {
    let state: State = serde_json::from_str(text).ok()?;
    // Both are JSON.
    let whose = format!("[{},{}]", state.get(PERSON)?, state.get(SECRET)?);
    Some(State::from([(ENDED.to_owned(), whose)]))
}

/// Sessions in the portal's database. Their cookies last longer than they do, by
/// [`sessions::KNOWN_AFTER_END`].
#[derive(Clone)]
pub struct Sessions {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    /// How long a session may be idle.
    pub idle: Duration,
    /// How long a session may last in all.
    pub life: Duration,
}

fn person(state: &State) -> Option<PersonId> {
    state.get(PERSON).and_then(|id| id.parse().ok()).map(PersonId)
}

fn verified(state: &State) -> Option<VerifiedPassword> {
    state.get(PASSWORD).and_then(|text| serde_json::from_str(text).ok())
}

impl SessionStore for Sessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        let (hash, now, plan) = (random::token_hash(key.as_ref()), self.clock.now(), trip::plan());
        let (leave, left_before_the_page) = mpsc::channel();
        let read = self.store.read_together(move |db| {
            let session = match sessions::load(db, &hash, now)? {
                Loaded::Open(text) => serde_json::from_str(&text).map(Some),
                Loaded::Ended(ended) => Ok(left(&ended)),
                Loaded::Unknown => Ok(None),
            };
            let asks = plan.zip(session.as_ref().ok().and_then(|state: &Option<State>| person(state.as_ref()?)));
            let found = asks.as_ref().map(|(plan, person)| plan.who(db, *person, now)).transpose()?;
            let page = asks.as_ref().zip(found.as_ref()).and_then(|((plan, _person), found)| plan.prepared(found));
            // The receiver waits for this thread.
            let _ = leave.send((session, found));
            page.map(|page| page.read(db)).transpose()
        });
        let page = read.await;
        match (left_before_the_page.try_recv(), page) {
            (Ok((session, found)), page) => {
                let page = page.unwrap_or_else(|error| Some(Err(error.into())));
                trip::leave(found.map(|found| Found { page, ..found }));
                session.map_err(|error| LoadError::Deserialization(error.into()))
            }
            (Err(_nothing), Err(error)) => unread(&error).map(Some).map_err(|error| LoadError::Other(error.into())),
            (Err(_nothing), Ok(_)) => Ok(None),
        }
    }

    async fn save(&self, state: State, _ttl: &CookieDuration) -> Result<SessionKey, SaveError> {
        let text = serde_json::to_string(&state).map_err(|error| SaveError::Serialization(error.into()))?;
        let (token, now, life) = (random::token(), self.clock.now(), self.idle.min(self.life));
        let of = person(&state).map(|person| (person, verified(&state)));
        sessions::begin(&self.store, (random::token_hash(&token), text), of, (now, life))
            .await
            .inspect_err(|error| warn_unless_broken("a session could not be stored", error))
            .map_err(|error| SaveError::Other(error.into()))?;
        token.try_into().map_err(|error| SaveError::Other(anyhow::anyhow!("{error}")))
    }

    async fn update(&self, key: SessionKey, state: State, _ttl: &CookieDuration) -> Result<SessionKey, UpdateError> {
        let text = serde_json::to_string(&state).map_err(|error| UpdateError::Serialization(error.into()))?;
        let (hash, now) = (random::token_hash(key.as_ref()), self.clock.now());
        let lasts = sessions::Lasts { idle: self.idle, life: self.life };
        // What is lost is a notice, or when the session was used last. What the request did is done: an error here would
        // take its answer away.
        if let Err(error) = sessions::change(&self.store, (hash, text), now, lasts).await {
            warn_unless_broken("a session could not be changed", &error);
        }
        Ok(key)
    }

    async fn update_ttl(&self, _key: &SessionKey, _ttl: &CookieDuration) -> Result<(), anyhow::Error> {
        // Touched at most once a minute, with the state: see `gate`.
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let hash = random::token_hash(key.as_ref());
        Ok(sessions::end(&self.store, hash).await?)
    }
}
