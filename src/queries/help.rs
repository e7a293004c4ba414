//! Notes of the organization on codes. Everybody who is signed in can read them.

pub use crate::store::team_notes::{all as notes, find as note};
