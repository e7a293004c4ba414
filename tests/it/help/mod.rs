//! Help: the codes, the house's own advice, and the check-list for connections.

mod codes;
mod connection;
mod guide;
mod notes;
