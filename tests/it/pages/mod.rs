//! Pages as their readers see them: what each says, and how browsers with and without pictures show it.

mod gallery;
mod heads;
mod list;
mod look;
mod overview;
mod overview_rows;
mod plain;
mod plan;
mod refresh;
mod run;
pub mod sizes;
mod system;
mod system_parts;
mod trouble;
