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
        self.put(&format!("{name}?restype=container"), "restype:container", &[], b"");
    }

    /// Makes a blob under any name, percent-encoded, with metadata. (OpenDAL makes no containers, and no odd names.)
    pub fn put_blob(&self, container: &str, name: &str, metadata: &[(&str, &str)], content: &[u8]) {
        let mut headers = vec![("x-ms-blob-type".to_owned(), "BlockBlob".to_owned())];
        headers.extend(metadata.iter().map(|(name, value)| (format!("x-ms-meta-{name}"), (*value).to_owned())));
        self.put(&format!("{container}/{name}"), "", &headers, content);
    }

    fn put(&self, path: &str, parameters: &str, headers: &[(String, String)], content: &[u8]) {
        let request = [signed_put(path, parameters, headers, content.len()).as_bytes(), content].concat();
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.0.port)).expect("azurite answers");
        connection.write_all(&request).expect("azurite listens");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).expect("azurite answers in full");
        assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    }
}

/// The head of a PUT request, signed with the account's key ("Shared Key").
fn signed_put(path: &str, parameters: &str, headers: &[(String, String)], length: usize) -> String {
    let path = format!("/{}/{path}", Azurite::ACCOUNT);
    let date = SystemClock.now().to_utc().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let mut headers = headers.to_vec();
    headers.extend([("x-ms-date".to_owned(), date), ("x-ms-version".to_owned(), "2021-12-02".to_owned())]);
    headers.sort();
    let headers = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect::<Vec<_>>().concat();
    let signed_length = if length == 0 { String::new() } else { length.to_string() };
    let resource = path.split('?').next().unwrap_or_default();
    let parameters = if parameters.is_empty() { String::new() } else { format!("\n{parameters}") };
    let to_sign =
        format!("PUT\n\n\n{signed_length}{}{headers}/{}{resource}{parameters}", "\n".repeat(9), Azurite::ACCOUNT);
    let key = BASE64_STANDARD.decode(Azurite::KEY).expect("the key is Base64");
    let mut signer = Hmac::<Sha256>::new_from_slice(&key).expect("any length of key will do");
    signer.update(to_sign.as_bytes());
    let signature = BASE64_STANDARD.encode(signer.finalize().into_bytes());
    format!(
        "PUT {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-length: {length}\r\n{}\
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
