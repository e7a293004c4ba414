//! Specifying systems: create, edit, delete.

mod delete;
mod form;
mod kept;
mod objections;
mod save;
mod territory;
mod unused;

pub use delete::{RunIsOpen, delete_system};
pub use form::{CONFIRMS_ROLE, Specified, read};
pub(super) use kept::forget_all;
pub use kept::{KeptSecrets, Sent, keep, kept_slots, open_kept, read_with_kept};
pub(super) use objections::{Against, objections};
pub use save::{Change, ChangedSince, Wanted, create_system, save_system};
