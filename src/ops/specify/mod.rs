//! Specifying systems: create, edit, delete.

mod delete;
mod form;
mod kept;
mod objections;
mod save;
mod territory;
mod unused;

pub use delete::{RunIsOpen, delete_system};
pub use form::{Specified, read};
pub use kept::{KeptSecrets, Sent, keep, read_with_kept};
pub use save::{Change, ChangedSince, Wanted, create_system, save_system};
