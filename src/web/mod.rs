//! Everything that people see and everything that answers over HTTP.

mod api;
mod compression;
mod concurrency_limit;
mod connections;
mod error;
mod export;
pub mod extract;
pub mod loader;
pub mod malformed;
pub mod pages;
mod pipeline;
mod present;
mod refusals;
pub(crate) mod response;
pub mod route;
pub mod routes;
pub mod server;
pub mod session;
pub mod state;
mod stream;
pub mod ui;
pub mod urls;
