//! The certificate that a client shows to a peer that asks for one (mutual TLS).

use reqwest::Identity;
use rustls::pki_types::pem::{PemObject, SectionKind};
use secrecy::{ExposeSecret, SecretString};

use super::trouble;

/// Why a certificate or its key cannot be used; the words show nothing of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    Certificate(String),
    Key(String),
}

/// Looks at a chain of certificates in PEM, the client's own first.
///
/// # Errors
/// When there is none, or anything else beside them: what is no secret is shown to many, and a key must not be there.
pub fn check_chain(pem: &str) -> Result<(), String> {
    if pem.contains("PRIVATE KEY") {
        return Err("it contains a private key; enter the key in its own field".to_owned());
    }
    match sections(pem)?.as_slice() {
        [] => Err("it contains no certificate".to_owned()),
        kinds if kinds.iter().all(|kind| *kind == SectionKind::Certificate) => Ok(()),
        _ => Err("it contains something other than certificates".to_owned()),
    }
}

/// The chain with the key of its first certificate, also in PEM.
///
/// # Errors
/// When one of them is no PEM, or they do not belong together.
pub(super) fn identity(chain: &str, key: &SecretString) -> Result<Identity, Unfit> {
    check_chain(chain).map_err(Unfit::Certificate)?;
    let key = key.expose_secret().trim();
    check_key(key).map_err(Unfit::Key)?;
    let both = SecretString::from(format!("{chain}\n{key}"));
    let unusable = |error: &reqwest::Error| Unfit::Key(trouble::words(error));
    let identity = Identity::from_pem(both.expose_secret().as_bytes()).map_err(|error| unusable(&error))?;
    // Only a client tells whether the two fit.
    let trial = reqwest::Client::builder().no_proxy().tls_certs_only([]).identity(identity.clone()).build();
    match trial {
        Ok(_client) => Ok(identity),
        Err(error) => Err(match trouble::cause::<rustls::Error>(&error) {
            Some(rustls::Error::InconsistentKeys(_)) => {
                Unfit::Key("the key does not belong to the first certificate".to_owned())
            }
            Some(rustls::Error::InvalidCertificate(_)) => Unfit::Certificate(trouble::words(&error)),
            Some(_) | None => unusable(&error),
        }),
    }
}

fn check_key(pem: &str) -> Result<(), String> {
    if pem.contains("ENCRYPTED") {
        return Err("the key has a passphrase; remove it first".to_owned());
    }
    let is_key = |kind: &SectionKind| {
        matches!(kind, SectionKind::PrivateKey | SectionKind::RsaPrivateKey | SectionKind::EcPrivateKey)
    };
    match sections(pem)?.as_slice() {
        [kind] if is_key(kind) => Ok(()),
        kinds if kinds.iter().any(is_key) => Err("it contains more than one private key".to_owned()),
        _ => Err("it contains no private key".to_owned()),
    }
}

fn sections(pem: &str) -> Result<Vec<SectionKind>, String> {
    let kinds = <(SectionKind, Vec<u8>)>::pem_slice_iter(pem.as_bytes()).map(|section| section.map(|(kind, _)| kind));
    kinds.collect::<Result<_, _>>().map_err(|_broken| "it is not PEM text".to_owned())
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};
    use rstest::rstest;

    use super::*;

    struct Made {
        chain: String,
        key: String,
        other: String,
    }

    fn made() -> Made {
        let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let certificate = CertificateParams::default().self_signed(&key).unwrap();
        Made { chain: certificate.pem(), key: key.serialize_pem(), other: other.serialize_pem() }
    }

    fn unfit(chain: &str, key: &str) -> Unfit {
        identity(chain, &SecretString::from(key)).unwrap_err()
    }

    #[test]
    fn a_certificate_and_its_key() {
        let Made { chain, key, .. } = made();
        assert!(identity(&chain, &SecretString::from(key.as_str())).is_ok());
        let (lines, also) = (chain.replace('\n', "\r\n"), format!("{chain}\nBag Attributes\n{}", made().chain));
        for chain in [lines, also] {
            assert!(identity(&chain, &SecretString::from(format!("\n {key}"))).is_ok());
        }
    }

    #[rstest]
    #[case("", "it contains no certificate")]
    #[case("nonsense", "it contains no certificate")]
    #[case("-----BEGIN CERTIFICATE-----\n§\n-----END CERTIFICATE-----", "it is not PEM text")]
    #[case("-----BEGIN CERTIFICATE-----\nAAAA", "it is not PEM text")]
    #[case("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "")]
    #[case(
        "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----",
        "it contains something other than certificates"
    )]
    fn certificates_that_are_none(#[case] chain: &str, #[case] said: &str) {
        let Unfit::Certificate(words) = unfit(chain, &made().key) else { panic!("the key is good") };
        assert!(if said.is_empty() { !words.is_empty() } else { words == said }, "{words}");
    }

    #[rstest]
    #[case("", "it contains no private key")]
    #[case("nonsense", "it contains no private key")]
    #[case("-----BEGIN PRIVATE KEY-----\n§\n-----END PRIVATE KEY-----", "it is not PEM text")]
    #[case("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "")]
    #[case(
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----",
        "the key has a passphrase; remove it first"
    )]
    fn keys_that_are_none(#[case] key: &str, #[case] said: &str) {
        let Unfit::Key(words) = unfit(&made().chain, key) else { panic!("the certificate is good") };
        assert!(if said.is_empty() { !words.is_empty() } else { words == said }, "{words}");
    }

    /// A certificate in the field of the key, or the reverse, gets its own message, which shows nothing of the key.
    #[test]
    fn they_belong_together_and_each_into_its_field() {
        let Made { chain, key, other } = made();
        let locked = key.replace("PRIVATE KEY-----\n", "PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n");
        let both = format!("{chain}{key}");
        for (chain, key, said) in [
            (&chain, &other, Unfit::Key("the key does not belong to the first certificate".to_owned())),
            (&chain, &both, Unfit::Key("it contains more than one private key".to_owned())),
            (&chain, &chain, Unfit::Key("it contains no private key".to_owned())),
            (&chain, &locked, Unfit::Key("the key has a passphrase; remove it first".to_owned())),
            (&both, &key, Unfit::Certificate("it contains a private key; enter the key in its own field".to_owned())),
        ] {
            assert_eq!(unfit(chain, key), said);
        }
    }

    #[test]
    fn nothing_of_it_is_shown() {
        let Made { chain, key, .. } = made();
        let net = crate::net::Net::default().showing(&chain, &SecretString::from(key.as_str())).unwrap();
        let _client = net.client().unwrap();
        let shown = format!("{net:?}");
        assert!(key.lines().all(|line| !shown.contains(line)), "{shown}");
    }
}
