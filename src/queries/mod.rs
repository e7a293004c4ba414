//! Reads: one function for each page or response. It takes a grant, runs a few statements (never some per row), and
//! returns plain structs without markup or sentences. Pages, exports and the API call the same function.

pub mod systems;
