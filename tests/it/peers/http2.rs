//! Node's HTTP/2 and HTTP/1.1 (with OpenSSL), for clients with a certificate of our authority only.

use std::ffi::OsString;
use std::path::Path;

use super::{Recipe, Server, node};
use crate::certificates::OURS;

pub struct Http2(Server);

impl Http2 {
    pub fn start() -> Self {
        Self(Server::start(&Recipe { name: "http2", signal: "KILL", user: None, command }))
    }

    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}/", self.0.port)
    }
}

fn command(port: u16, folder: &Path) -> Vec<OsString> {
    OURS.hand_out(folder);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/http2.js");
    vec![node().into(), script.into(), port.to_string().into(), folder.into()]
}
