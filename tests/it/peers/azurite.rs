//! Azurite: Microsoft's emulator of Azure Blob Storage.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::sync::OnceLock;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use syncdesk::clock::{Clock, SystemClock};

use super::{Recipe, Server, program};

/// A Blob service with the one account that Azurite has.
pub struct Azurite(Server);

impl Azurite {
    pub const ACCOUNT: &'static str = "devstoreaccount1";
    /// Public, and the same in every Azurite: Microsoft's documentation prints it.
    pub const KEY: &'static str =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// The service of this test process.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Azurite> = OnceLock::new();
        SHARED.get_or_init(|| Self(Server::start(&Recipe { name: "azurite", signal: "KILL", user: None, command })))
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}/{}", self.0.port, Self::ACCOUNT)
    }

    /// Makes a container.
    pub fn create_container(&self, name: &str) {
        let request = signed_put(name);
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.0.port)).expect("azurite answers");
        connection.write_all(request.as_bytes()).expect("azurite listens");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).expect("azurite answers in full");
        assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    }
}

/// The request that makes a container, signed with the account's key ("Shared Key"; OpenDAL makes no containers).
fn signed_put(container: &str) -> String {
    let path = format!("/{}/{container}", Azurite::ACCOUNT);
    let date = SystemClock.now().to_utc().format("%a, %d %b %Y %H:%M:%S GMT");
    let headers = format!("x-ms-date:{date}\nx-ms-version:2021-12-02\n");
    let no_other_headers = "\n".repeat(12);
    let to_sign = format!("PUT{no_other_headers}{headers}/{}{path}\nrestype:container", Azurite::ACCOUNT);
    let key = BASE64_STANDARD.decode(Azurite::KEY).expect("the key is Base64");
    let mut signer = Hmac::<Sha256>::new_from_slice(&key).expect("any length of key will do");
    signer.update(to_sign.as_bytes());
    let signature = BASE64_STANDARD.encode(signer.finalize().into_bytes());
    format!(
        "PUT {path}?restype=container HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-length: 0\r\n{}\
         authorization: SharedKey {}:{signature}\r\n\r\n",
        headers.replace('\n', "\r\n"),
        Azurite::ACCOUNT
    )
}

fn command(port: u16, _folder: &Path) -> Vec<OsString> {
    let mut command: Vec<OsString> =
        vec![super::node().into(), program("node_modules/azurite/dist/src/blob/main.js").into()];
    // Without the first two it tries to reach outside, and refuses clients that are newer than itself.
    command
        .extend(["--disableTelemetry", "--skipApiVersionCheck", "--silent", "--inMemoryPersistence"].map(Into::into));
    command.extend(["--blobHost", "127.0.0.1", "--blobPort", &port.to_string()].map(Into::into));
    command
}
