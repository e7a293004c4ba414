//! The odata connector: through the form, against services that we did not write, and against a stub of ours for
//! what none of them does on demand.

mod certificate;
mod changes;
mod faults;
mod field;
mod later;
mod losses;
mod one_set;
mod pages;
mod protocol;
mod reading;
mod redirects;
mod short_writes;
mod signs;
pub mod stub;
mod system;
mod upkeep;
mod validation;
