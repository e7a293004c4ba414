//! The program at the console: what it says, what it leaves behind, and with which exit code.

mod ending;
mod explains;
mod people;
mod refusals;
