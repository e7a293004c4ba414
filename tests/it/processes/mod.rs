//! The real program as several processes: killed, stopped and started again.

mod crash;
mod end;
mod fleet;
mod live;
mod memory;
mod share;
mod sink;
mod stalled;
mod workers;
