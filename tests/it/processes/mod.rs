//! The real program as several processes: killed, stopped and started again.

mod absence;
mod again;
mod clocks;
mod crash;
mod end;
mod faults;
pub mod fleet;
mod frozen;
mod full_disk;
mod hostile;
mod live;
mod memory;
mod replica;
mod stalled;
mod workers;
