//! One folder for each kind of system.

pub mod files;
pub mod odata;
mod typed;
