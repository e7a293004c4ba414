//! The queue and its claims, on the store itself: what holds however many processes share a database.

pub mod answers;
mod claims;
mod clocks;
pub mod depot;
mod endings;
mod fencing;
mod locked;
mod replicas;
mod schedule;
mod set_back;
mod shares;
mod writes;
