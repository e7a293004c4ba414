//! From an error of the client to a [`PeerFailure`]: the stage at which it happened, a code of the catalogue,
//! and whether it may pass.

use std::error::Error;
use std::io::ErrorKind;

use reqwest::Url;
use rustls::AlertDescription;

use super::PEER_FORBIDDEN;
use super::filter::Forbidden;
use super::resolve::Unresolved;
use crate::domain::run::{PeerFailure, Stage};

/// The name cannot be resolved. Args of this and all of the others: the host.
pub const PEER_NAME: &str = "PEER-NAME";
/// Nothing listens at the port.
pub const PEER_REFUSED: &str = "PEER-REFUSED";
/// No secure connection.
pub const PEER_TLS: &str = "PEER-TLS";
/// The peer refuses the certificate that it was shown, or wants one and got none.
pub const PEER_CERTIFICATE: &str = "PEER-CERTIFICATE";
/// The sign-in was refused.
pub const PEER_SIGN_IN: &str = "PEER-SIGN-IN";
/// The peer asks for less.
pub const PEER_LIMIT: &str = "PEER-LIMIT";
/// No answer, or no progress, for too long.
pub const PEER_SLOW: &str = "PEER-SLOW";
/// It answers too slowly while others wait for the memory that its answer takes. Args: the host.
pub const PEER_CROWDED: &str = "PEER-CROWDED";
/// The peer cannot be reached, hung up, or says that it is broken.
pub const PEER_AWAY: &str = "PEER-AWAY";
/// A response needs more memory than it may have. Args: the host, the limit in bytes.
pub const PEER_TOO_LARGE: &str = "PEER-TOO-LARGE";
/// What the peer answers is not what this protocol has.
pub const PEER_NONSENSE: &str = "PEER-NONSENSE";

/// The host and, when it is not the usual one, the port.
#[must_use]
pub fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// What an error says, with all its causes, without the address (which may carry a signature).
#[must_use]
pub fn words(error: &reqwest::Error) -> String {
    let mut words = match error.source() {
        // reqwest's own text says little more than that it was sending a request.
        Some(_) => String::new(),
        None => error.to_string(),
    };
    for cause in causes(error) {
        let text = cause.to_string();
        if !words.ends_with(&text) {
            let separator = if words.is_empty() { "" } else { ": " };
            words = format!("{words}{separator}{text}");
        }
    }
    words
}

/// Nothing moved for too long.
#[must_use]
pub fn slow(host: String) -> PeerFailure {
    PeerFailure::new(Stage::Protocol, PEER_SLOW).arg(host).transient()
}

/// The answer came too slowly to keep memory that others wait for.
#[must_use]
pub fn crowded_out(host: String) -> PeerFailure {
    PeerFailure::new(Stage::Protocol, PEER_CROWDED).arg(host).transient()
}

/// Whether what failed may succeed if it is asked for again now. What was crowded out would take the same memory again.
#[must_use]
pub fn may_pass_now(failure: &PeerFailure) -> bool {
    failure.transient && failure.code != PEER_CROWDED
}

/// The peer hung up before its answer was whole.
#[must_use]
pub fn broken_off(host: String, words: impl Into<String>) -> PeerFailure {
    PeerFailure::new(Stage::Content, PEER_AWAY).arg(host).quoting(words).transient()
}

/// The answer makes no sense.
#[must_use]
pub fn nonsense(host: String, words: impl Into<String>) -> PeerFailure {
    PeerFailure::new(Stage::Protocol, PEER_NONSENSE).arg(host).quoting(words)
}

/// A response needs more than `limit` bytes of memory.
#[must_use]
pub fn too_large(host: String, limit: usize) -> PeerFailure {
    PeerFailure::new(Stage::Content, PEER_TOO_LARGE).arg(host).arg(limit.to_string())
}

/// The filter refuses the address.
#[must_use]
pub fn forbidden(host: String, why: Forbidden) -> PeerFailure {
    PeerFailure::new(Stage::Tcp, PEER_FORBIDDEN).arg(host).quoting(why.to_string())
}

/// What an error of the client means.
#[must_use]
pub fn classify(error: &reqwest::Error, host: String) -> PeerFailure {
    if let Some(why) = cause::<Forbidden>(error) {
        return forbidden(host, *why);
    }
    let failure = |stage, code| PeerFailure::new(stage, code).arg(host.clone()).quoting(words(error));
    if let Some(unresolved) = cause::<Unresolved>(error) {
        let failure = failure(Stage::NameLookup, PEER_NAME);
        return if unresolved.transient { failure.transient() } else { failure };
    }
    match cause::<rustls::Error>(error) {
        // With TLS 1.3 it arrives after the request was sent, instead of a response.
        Some(rustls::Error::AlertReceived(alert)) if ABOUT_OURS.contains(alert) => {
            return failure(Stage::Tls, PEER_CERTIFICATE);
        }
        Some(_) => return failure(Stage::Tls, PEER_TLS),
        None => {}
    }
    if error.is_timeout() {
        let stage = if error.is_connect() { Stage::Tcp } else { Stage::Protocol };
        return failure(stage, PEER_SLOW).transient();
    }
    if error.is_connect() {
        return connecting(error, failure);
    }
    if cause::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
        return failure(Stage::Protocol, PEER_NONSENSE);
    }
    let stage = if error.is_body() || error.is_decode() { Stage::Content } else { Stage::Protocol };
    failure(stage, PEER_AWAY).transient()
}

/// What a peer says of the certificate that it was shown, or did not get.
const ABOUT_OURS: [AlertDescription; 8] = [
    AlertDescription::CertificateRequired,
    AlertDescription::BadCertificate,
    AlertDescription::UnsupportedCertificate,
    AlertDescription::CertificateRevoked,
    AlertDescription::CertificateExpired,
    AlertDescription::CertificateUnknown,
    AlertDescription::UnknownCA,
    AlertDescription::AccessDenied,
];

/// Before the first byte of a request was sent.
fn connecting(error: &reqwest::Error, failure: impl Fn(Stage, &'static str) -> PeerFailure) -> PeerFailure {
    let kinds = causes(error).filter_map(|cause| Some(cause.downcast_ref::<std::io::Error>()?.kind()));
    // TLS wraps its I/O errors into others.
    match kinds.last() {
        Some(ErrorKind::ConnectionRefused) => failure(Stage::Tcp, PEER_REFUSED).transient(),
        // A refused connection has its own code; one that breaks now broke during the TLS handshake.
        Some(ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => {
            failure(Stage::Tls, PEER_TLS).transient()
        }
        _ => failure(Stage::Tcp, PEER_AWAY).transient(),
    }
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |&error| within(error).or_else(|| error.source()))
}

/// What an I/O error was made of; its own `source` leaves that out.
fn within<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    Some(error.downcast_ref::<std::io::Error>()?.get_ref()?)
}

/// The first cause of this type.
pub(super) fn cause<T: Error + 'static>(error: &reqwest::Error) -> Option<&T> {
    causes(error).find_map(|cause| cause.downcast_ref())
}
