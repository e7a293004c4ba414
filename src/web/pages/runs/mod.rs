//! Runs: the page of one with its log, the live log, and a plan that waits for a person.

pub mod cancel;
pub mod changes;
pub mod export;
pub mod live;
pub mod plan;
pub mod show;
