//! Help: the codes, team notes, and the checklist for connections.

mod codes;
mod connection;
mod guide;
mod notes;
mod seen;
