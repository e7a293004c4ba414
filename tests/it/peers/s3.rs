//! s3s-fs: an S3 service over a folder that checks signatures.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::{Recipe, Server, program};

/// An S3 service. A bucket is a folder in [`S3::folder`].
pub struct S3(Server);

impl S3 {
    pub const ACCESS_KEY: &'static str = "syncdesk-access";
    pub const SECRET_KEY: &'static str = "syncdesk-secret";

    /// The service of this test process.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<S3> = OnceLock::new();
        SHARED.get_or_init(|| Self(Server::start(&Recipe { name: "s3s-fs", signal: "KILL", user: None, command })))
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.0.port)
    }

    /// Makes a bucket, and says where its objects lie as files.
    pub fn create_bucket(&self, name: &str) -> PathBuf {
        let bucket = self.0.folder.join(name);
        std::fs::create_dir(&bucket).expect("a new bucket");
        bucket
    }
}

fn command(port: u16, folder: &Path) -> Vec<OsString> {
    let mut command: Vec<OsString> = vec![program("s3s/bin/s3s-fs").into()];
    command.extend(["--host", "127.0.0.1", "--port", &port.to_string()].map(OsString::from));
    command.extend(["--access-key", S3::ACCESS_KEY, "--secret-key", S3::SECRET_KEY].map(OsString::from));
    command.push(folder.into());
    command
}
