//! Workers: what becomes of a run between its claim and its end, whatever its connector does.

mod absence;
mod checks;
mod ends;
mod full;
mod lost;
pub mod relay;
mod script;
mod shares;
mod shut_down;
mod stops;
