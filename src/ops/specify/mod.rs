//! Specifying systems: create, edit, delete.

mod delete;
mod form;
mod save;
mod territory;

pub use delete::delete_system;
pub use form::{Specified, read};
pub use save::{Change, Wanted, create_system, save_system};
