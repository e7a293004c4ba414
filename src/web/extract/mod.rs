//! What handlers take. Everything here was put into the request by the gate, so it is synchronous:
//! no extractor runs before the request was authorized.

pub mod address;
mod device;
mod grant;
mod loaded;
mod posted;
mod viewer;

pub use device::DeviceCookie;
pub use loaded::{Loaded, Takes};
pub use posted::{Body, Posted};
pub use viewer::Viewer;
