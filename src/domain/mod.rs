//! The rules, pure: no database, no network, no clock of their own.

pub mod brake;
pub mod cadence;
pub mod catalogue;
pub mod comparison;
pub mod csv;
pub mod doc;
pub mod failure_log;
pub mod house_note;
pub mod invisible;
pub mod json;
pub mod kind;
pub mod message;
pub mod names;
pub mod number;
pub mod place;
pub mod plain_http;
pub mod retry;
pub mod run;
pub mod schedule;
pub mod status;
pub mod stray_secret;
pub mod timeline;
pub mod typed_time;
pub(crate) mod words;
