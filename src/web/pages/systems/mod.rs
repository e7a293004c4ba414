//! Systems: the list, the page of one, and what can be done to it.

pub mod bulk;
pub mod check;
pub mod checks;
pub mod connect;
pub mod delete;
pub mod edit;
pub mod export;
pub mod hold;
pub mod list;
pub mod queue;
pub mod schedule;
pub mod show;
mod stages;
pub mod synchronize;
pub mod views;
