//! Runs happen here: scheduler, worker, journal, and the connectors with the context they get.

mod bulk;
mod checker;
pub mod connector;
pub mod connectors;
pub mod engine;
pub mod failures;
pub mod items;
pub mod journal;
mod late_end;
mod outlast;
pub mod ports;
pub mod progress;
mod recorder;
pub mod registry;
pub mod replica;
pub mod run;
pub mod scheduler;
pub mod set_back;
pub mod step;
pub mod stop;
pub mod trials;
pub mod worker;
