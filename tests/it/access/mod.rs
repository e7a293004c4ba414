//! Who may do what, over HTTP: every route, every person, in reach and out of it.

mod crawl;
mod forms;
mod matrix;
mod rules;
mod table;
