//! `WsgiDAV`: a WebDAV service over a folder, with a user and a password.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::{Recipe, Server, program};

/// A WebDAV service. What it serves lies in [`WebDav::folder`].
pub struct WebDav(Server);

impl WebDav {
    pub const USER: &'static str = "syncdesk";
    pub const PASSWORD: &'static str = "syncdesk-password";

    /// The service of this test process.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<WebDav> = OnceLock::new();
        SHARED.get_or_init(|| Self(Server::start(&Recipe { name: "wsgidav", signal: "KILL", user: None, command })))
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.0.port)
    }

    /// Where the files lie that it serves.
    pub fn folder(&self) -> PathBuf {
        self.0.folder.join("files")
    }
}

fn command(port: u16, folder: &Path) -> Vec<OsString> {
    let files = folder.join("files");
    std::fs::create_dir(&files).expect("a folder to serve");
    let settings = folder.join("wsgidav.yaml");
    let text = format!(
        "host: 127.0.0.1\nport: {port}\nserver: cheroot\nprovider_mapping: {{'/': '{files}'}}\n\
         http_authenticator: {{accept_basic: true, accept_digest: false, default_to_digest: false}}\n\
         simple_dc: {{user_mapping: {{'*': {{{user}: {{password: {password}}}}}}}}}\n",
        files = files.display(),
        user = WebDav::USER,
        password = WebDav::PASSWORD,
    );
    std::fs::write(&settings, text).expect("its settings are written");
    vec![program("python/bin/wsgidav").into(), "-c".into(), settings.into()]
}
