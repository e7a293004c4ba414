//! Sessions, CSRF, throttling, and the gate that every request passes.

mod body;
pub mod client_address;
pub mod csrf;
pub mod device;
pub mod failing;
pub mod gate;
mod rejection;
pub mod setup_link;
pub mod store;
pub mod throttle;
pub mod trip;
pub mod unsaved;

use actix_session::Session;

use super::ui::{Flash, Tone};
use crate::clock::Stamp;
use crate::ids::PersonId;
use crate::ops::passwords::VerifiedPassword;

/// Names in a session.
const SECRET: &str = "csrf";
const TOUCHED: &str = "touched";
const FLASH: &str = "flash";

/// Makes the session a person's: with a new key and a new CSRF secret.
///
/// # Errors
/// When the state cannot be written as JSON.
pub fn begin(
    session: &Session,
    person: PersonId,
    verified: &VerifiedPassword,
    now: Stamp,
) -> Result<(), actix_session::SessionInsertError> {
    session.renew();
    session.remove(store::ENDED);
    session.insert(store::PERSON, person.0)?;
    session.insert(store::PASSWORD, verified)?;
    session.insert(SECRET, csrf::Secret::random().to_text())?;
    session.insert(TOUCHED, now.0)
}

/// Says something on the next page, with addresses and words of links that belong to it.
pub fn tell(session: &Session, tone: Tone, text: &str, links: impl IntoIterator<Item = (String, String)>) {
    let parts = (tone.class(), text, links.into_iter().collect::<Vec<_>>());
    if let Err(error) = serde_json::to_string(&parts).map(|text| session.insert(FLASH, text)) {
        log::warn!("a notice could not be stored: {error}");
    }
}

/// What [`tell`] kept.
fn flash_of(kept: &str) -> Option<Flash> {
    let (tone, text, links): (String, String, Vec<(String, String)>) = serde_json::from_str(kept).ok()?;
    Some(Flash { tone: Tone::from_class(&tone)?, text, links })
}
