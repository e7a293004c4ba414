//! Logs: what was stored is what is counted, shown, found and exported.

mod book;
mod complete;
mod counts;
mod export;
mod jumps;
mod live;
mod pages;
mod plans;
pub mod reading;
mod search;
mod slow;
