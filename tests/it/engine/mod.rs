//! The engine over real temporary folders, with baselines and plans in memory.

mod basics;
mod braking;
pub mod harness;
mod interrupted;
mod names;
mod nothing_arrived;
mod random;
mod replaced;
mod strangers;
mod unknown;
mod wrapped;
