//! Workers: what becomes of a run between its claim and its end, whatever its connector does.

mod checks;
mod ends;
mod lost;
mod script;
mod shut_down;
mod stops;
