//! Who may do what, over HTTP: every route, every person, in reach and out of it.

mod api;
mod crawl;
mod forms;
mod matrix;
pub mod rules;
mod table;
