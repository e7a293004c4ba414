//! The pages, one file each, in the order types, handler, view, tests.

pub mod account;
pub mod assets;
pub mod bulk;
pub mod errors;
pub mod health;
pub mod help;
pub mod home;
pub mod logs;
pub mod overview;
pub mod replica;
pub mod runs;
pub mod security_txt;
pub mod setup;
pub mod sign_in;
pub mod systems;
