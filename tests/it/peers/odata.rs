//! OData services that we did not write: mock-sap (V2 and V4, in the shapes of SAP Gateway), odatapy (V4, with pages
//! and delta links) and SAP's fe-mockserver (V2 and V4). Each test gets its own, because it changes it.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use super::{Recipe, Server, program};
use crate::certificates::OURS;

/// A service of one of the three.
pub struct ODataServer {
    server: Server,
    scheme: &'static str,
    /// What comes between the host and the service.
    path: &'static str,
}

impl ODataServer {
    pub const USER: &'static str = "syncdesk";
    pub const PASSWORD: &'static str = "syncdesk-password";

    /// odatapy with 250 partners, which refer to 4 countries.
    pub fn odatapy() -> Self {
        Self::start("odatapy", "", |port, _| v4(&[&port.to_string(), "250"]))
    }

    /// The same for clients with a certificate of our authority only.
    pub fn odatapy_with_certificates() -> Self {
        let command = |port, folder: &Path| with_certificates(port, folder, "TLSv1_3");
        Self { scheme: "https", ..Self::start("odatapy", "", command) }
    }

    /// The same with an old TLS, which asks for the certificate before anything is sent.
    pub fn odatapy_with_certificates_and_old_tls() -> Self {
        let command = |port, folder: &Path| with_certificates(port, folder, "TLSv1_2");
        Self { scheme: "https", ..Self::start("odatapy", "", command) }
    }

    /// mock-sap's business partners in V2.
    pub fn mock_sap() -> Self {
        Self::start("mock-sap", BUSINESS_PARTNERS, |port, _| mock_sap(port, &[]))
    }

    /// The same behind a user name and a password.
    pub fn mock_sap_with_password() -> Self {
        let command = |port, _: &Path| mock_sap(port, &["--auth", "syncdesk:syncdesk-password"]);
        Self::start("mock-sap", BUSINESS_PARTNERS, command)
    }

    /// The same behind tokens that live for two seconds.
    pub fn mock_sap_with_tokens() -> Self {
        let command = |port, _: &Path| mock_sap(port, &["--oauth", "syncdesk:syncdesk-password", "--token-ttl", "2"]);
        Self::start("mock-sap", BUSINESS_PARTNERS, command)
    }

    /// mock-sap's sales orders in V4, with delta links.
    pub fn mock_sap_v4() -> Self {
        let path = "/sap/opu/odata4/sap/api_salesorder/srvd_a2x/sap/api_salesorder/0001";
        Self::start("mock-sap", path, |port, _| mock_sap(port, &[]))
    }

    /// SAP's mock server in V2.
    pub fn fe_v2() -> Self {
        Self::start("fe-mockserver", "/v2", fe)
    }

    /// SAP's mock server in V4.
    pub fn fe_v4() -> Self {
        Self::start("fe-mockserver", "/v4", fe)
    }

    fn start(name: &'static str, path: &'static str, command: fn(u16, &Path) -> Vec<OsString>) -> Self {
        Self { server: Server::start(&Recipe { name, signal: "KILL", user: None, command }), scheme: "http", path }
    }

    pub fn root(&self) -> String {
        format!("{}{}", self.host(), self.path)
    }

    pub fn host(&self) -> String {
        format!("{}://127.0.0.1:{}", self.scheme, self.server.port)
    }

    /// What pyodata, a client of SAP's, reads of a set: the rows as JSON, dates as text.
    pub fn read_by_pyodata(&self, set: &str) -> Vec<serde_json::Value> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/read_by_pyodata.py");
        let read = Command::new(program("python/bin/python"))
            .args([script, &self.root(), set, Self::USER, Self::PASSWORD])
            .output()
            .expect("python runs");
        assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
        serde_json::from_slice(&read.stdout).expect("a list of rows")
    }
}

const BUSINESS_PARTNERS: &str = "/sap/opu/odata/sap/API_BUSINESS_PARTNER_SRV";

fn v4(args: &[&str]) -> Vec<OsString> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/odata_v4.py");
    let python = program("python/bin/python").into();
    [python, script.into()].into_iter().chain(args.iter().map(Into::into)).collect()
}

fn with_certificates(port: u16, folder: &Path, version: &str) -> Vec<OsString> {
    OURS.hand_out(folder);
    v4(&[&port.to_string(), "250", "0", folder.to_str().expect("text"), version])
}

fn mock_sap(port: u16, args: &[&str]) -> Vec<OsString> {
    let port = port.to_string();
    let fixed = ["--port", &port, "--clock", "2026-01-01T10:00", "-q"];
    let command = program("python/bin/mock-sap").into();
    std::iter::once(command).chain(fixed.iter().chain(args).map(Into::into)).collect()
}

fn fe(port: u16, folder: &Path) -> Vec<OsString> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/fe_mockserver.js");
    let modules = super::installed().join("node_modules");
    vec![super::node().into(), script.into(), port.to_string().into(), folder.into(), modules.into()]
}
