//! Logs: what was stored is what is counted, shown, found and exported.

pub mod book;
mod changes;
mod complete;
mod counts;
mod export;
mod jumps;
mod latest;
mod live;
mod over_time;
mod pages;
mod phases;
mod plans;
pub mod reading;
mod search;
mod slow;
