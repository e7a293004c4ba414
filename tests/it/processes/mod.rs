//! The real program as several processes: killed, stopped and started again.

mod again;
mod crash;
mod end;
mod faults;
pub mod fleet;
mod live;
mod memory;
mod replica;
mod stalled;
mod workers;
