//! The use cases: what pages, API and command line do. Each takes the grant that allows it.

pub mod audit;
pub mod audit_seal;
pub mod cancel_run;
pub mod check_connection;
pub mod confirm_plan;
pub mod error;
pub mod hold;
pub mod house_notes;
mod key_store;
pub mod keyring;
pub mod keys;
pub mod mac;
pub mod obstruction;
pub mod passwords;
pub mod people;
pub mod random;
pub mod refusals;
pub mod request_run;
pub mod reset_password;
pub mod rotate_keys;
pub mod seal_audit;
pub mod set_up;
pub mod sign_in;
pub mod specify;
pub mod unsaved;
pub mod upkeep;
pub mod vault;
