//! The rules, pure: no database, no network, no clock.

pub mod brake;
pub mod cadence;
pub mod catalogue;
pub mod client_network;
pub mod comparison;
pub mod csv;
pub mod doc;
pub mod failure_log;
pub mod invisible;
pub mod json;
pub mod kind;
pub mod message;
pub mod names;
pub mod number;
pub mod plain_http;
pub mod retry;
pub mod run;
pub mod schedule;
pub mod status;
pub mod stray_secret;
pub mod team_note;
pub mod timeline;
pub mod typed_time;
pub(crate) mod words;
