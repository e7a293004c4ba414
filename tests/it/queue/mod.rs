//! The queue and its claims, on the store itself: what holds however many processes share a database.

pub mod answers;
mod claims;
pub mod depot;
mod endings;
mod fencing;
mod replicas;
mod schedule;
mod writes;
