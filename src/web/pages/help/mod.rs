//! Help: the guide, and what the binary knows about its own codes and role templates.

pub mod code;
pub mod connection;
pub mod guide;
pub mod index;
mod markdown;
pub mod note;
pub mod role;
