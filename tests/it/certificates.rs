//! Certificates, created for each test process: no secret is kept with the tests.

use std::path::Path;
use std::sync::LazyLock;

use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair};

/// The authority of the tests' own servers, and of the clients that they let in.
pub static OURS: LazyLock<Authority> = LazyLock::new(|| Authority::new("Syncdesk test authority"));

/// One that no server knows.
pub static STRANGE: LazyLock<Authority> = LazyLock::new(|| Authority::new("Somebody else"));

pub struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate with its key.
pub struct Issued {
    pub certificate: Certificate,
    pub key: KeyPair,
}

impl Authority {
    fn new(name: &str) -> Self {
        let (mut params, key) = (CertificateParams::default(), KeyPair::generate().expect("a key"));
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.self_signed(&key).expect("a certificate");
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// For a server at loopback.
    pub fn server(&self) -> Issued {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        self.issue(&CertificateParams::new(names).expect("names"))
    }

    /// What a separate server needs: `server.pem`, `server.key` and `authority.pem`.
    pub fn hand_out(&self, folder: &Path) {
        let Issued { certificate, key } = self.server();
        let files =
            [("server.pem", certificate.pem()), ("server.key", key.serialize_pem()), ("authority.pem", self.pem())];
        for (name, pem) in files {
            std::fs::write(folder.join(name), pem).expect("a file");
        }
    }

    pub fn client(&self) -> Issued {
        self.issue(&CertificateParams::default())
    }

    /// For a client, until a day long ago.
    pub fn expired(&self) -> Issued {
        let mut params = CertificateParams::default();
        params.not_after = rcgen::date_time_ymd(2001, 1, 1);
        self.issue(&params)
    }

    fn issue(&self, params: &CertificateParams) -> Issued {
        let key = KeyPair::generate().expect("a key");
        Issued { certificate: params.signed_by(&key, &self.issuer).expect("a certificate"), key }
    }
}

impl Issued {
    /// What is typed into a form, with the line ends that browsers send.
    pub fn typed(&self) -> (String, String) {
        (with_crlf(&self.certificate.pem()), with_crlf(&self.key.serialize_pem()))
    }
}

fn with_crlf(pem: &str) -> String {
    pem.lines().collect::<Vec<_>>().join("\r\n")
}
