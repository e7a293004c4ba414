//! Signing in and out, over HTTP.

mod answers;
mod ended;
mod headers;
mod sessions;
mod setup;
mod strangers;
mod throttle;
