//! Systems that are being connected: drafts of one person, and what a worker tries with them.

pub mod drafts;
pub mod trials;
