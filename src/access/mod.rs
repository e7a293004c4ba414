//! Who may do what, as types. Pure: everything here is decided from rows that were loaded before.
//!
//! A [`Grant`] can be made only by [`Actor::authorize`], an [`Internal`] only by `app`. Functions of `store` and `ops`
//! that touch protected data take one, and it carries its reach into every query.

mod actor;
mod grant;
mod permission;
mod principal;
mod template;

pub use crate::app::Internal;
pub use actor::{Actor, Assignment, Missing, Reach};
pub use grant::{Grant, Scope};
pub use permission::{Permission, Verb, verbs};
pub use principal::Principal;
pub use template::Template;
