//! The integration tests: one binary, so that they share one Postgres and one of each other server.
//!
//! `tests/run` installs what they need and runs them; a test that misses something says so and fails.
#![cfg(test)]

mod access;
mod audit;
mod broken_database;
mod browser;
mod business_logs;
mod certificates;
mod console;
mod database;
mod desk;
mod desk_stands;
mod documents;
mod engine;
mod exports;
mod help;
mod layers;
mod log_ends;
mod logs;
mod masking;
mod migrations;
mod net;
mod odata;
mod opening;
mod page_rules;
mod pages;
mod peers;
mod peers_answer;
mod phrases;
mod portal;
mod processes;
mod program;
mod promises;
mod proofs;
mod queue;
mod raw_statements;
mod remote_ends;
mod sign_in;
mod statements;
mod stub;
mod systems;
mod upgrade;
mod visitor;
mod wait;
mod watch;
mod work;
