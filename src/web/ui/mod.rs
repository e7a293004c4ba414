//! The pieces that pages are made of, each once. All of them are pure: what they show is given to them.

pub mod badge;
pub mod chart;
pub mod choices;
pub mod confirm;
pub mod empty;
pub mod failure;
pub mod field;
pub mod foreign;
pub mod form;
pub mod icon;
pub mod layout;
pub mod message_row;
pub mod notice;
pub mod page_context;
pub mod pager;
pub mod phases;
pub mod progress;
pub mod run_row;
pub mod runs;
pub mod strip;
pub mod table;
pub mod tabs;
pub mod text;
pub mod tile;
pub mod time;

pub use badge::{Badge, Tone};
pub use choices::Choice;
pub use field::{Control, Errors, FieldView};
pub use form::{button, form, link_button};
pub use icon::Icon;
pub use layout::page;
pub use page_context::{CurrentUser, Flash, Nav, PageContext, Refresh};
pub use pager::PageLinks;
pub use text::{bytes, duration, number};
pub use time::{clock, time, time_ago};
