//! Everything that people see and everything that answers over HTTP.

mod concurrency_limit;
mod connections;
mod csv_file;
pub mod extract;
mod failure;
pub mod malformed;
pub mod pages;
mod pipeline;
mod present;
mod refusals;
pub(crate) mod response;
pub mod routes;
pub mod server;
pub mod session;
pub mod state;
mod stream;
pub mod ui;
pub mod urls;

#[cfg(test)]
mod samples;
