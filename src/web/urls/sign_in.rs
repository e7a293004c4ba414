//! The sign-in page, and what it says to somebody whose session has ended.

use super::{SIGN_IN, with_query};

/// Why the sign-in page is shown to somebody who was signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ended {
    /// The session has ended.
    Session,
    /// With it, a form was lost.
    Lost,
    /// A form was kept, and is shown after signing in.
    Kept,
}

/// The sign-in page that leads on to `next` afterwards, with what it says about a session that has ended.
#[must_use]
pub fn sign_in_because(next: &str, ended: Option<Ended>) -> String {
    let word = match ended {
        None => "",
        Some(Ended::Session) => "session",
        Some(Ended::Lost) => "lost",
        Some(Ended::Kept) => "kept",
    };
    with_query(SIGN_IN, &[("next", next), ("ended", word)])
}

/// The page of a form with what was kept of it; `kind` for a system that is connected.
#[must_use]
pub fn unsaved(page: &str, kind: &str, reference: &str) -> String {
    with_query(page, &[("kind", kind), ("unsaved", reference)])
}
