//! Ends that are services: S3 and Azure Blob through OpenDAL, WebDAV by ourselves.
//!
//! All of them speak through [`crate::net`], so that its filter holds, and all tell trouble in the same
//! words (`refusal`). A request that fails for a reason that may pass is tried again a few times
//! (`sender`); an interrupted download resumes where it was (`resume`); and what fails at
//! one item only does not fail the run (`strikes`).
//!
//! How much one folder may tell is bounded (`bounds`).
//!
//! WebDAV is not spoken through OpenDAL, because that keeps a whole upload in memory, takes the listing
//! of a missing folder for an empty one, fails on hrefs with a host, and loses white space of names.

mod bounds;
mod consecutive_failures;
mod error_response;
mod facts;
mod objects;
mod resume;
mod sender;
mod webdav;

use secrecy::{ExposeSecret, SecretString};

use super::codes;
use super::endpoint::{Endpoint, EndpointError, EndpointResult, ItemError, Which};
use super::settings::{EndpointKind, EndpointSettings};
use crate::domain::run::{PeerFailure, Stage};
use crate::net::Net;
use error_response::EndpointName;

/// Opens a remote end. Nothing is sent yet.
///
/// # Errors
/// When the settings cannot lead to a service.
pub fn open(
    settings: &EndpointSettings,
    secret: Option<&SecretString>,
    net: &Net,
    which: Which,
    run: i64,
) -> Result<Box<dyn Endpoint>, PeerFailure> {
    let place = EndpointName { which, address: settings.address() };
    if let Some(secret) = secret {
        net.secrets().learn(secret.expose_secret());
    }
    match settings.kind {
        EndpointKind::S3 => Ok(Box::new(objects::open_s3(settings, secret, net, place)?)),
        EndpointKind::Azblob => Ok(Box::new(objects::open_azblob(settings, secret, net, place)?)),
        EndpointKind::Webdav => Ok(Box::new(webdav::open(settings, secret, net, place, run)?)),
        EndpointKind::Local => Err(place.unusable("it is a local folder")),
    }
}

/// The failure of a check or of the root, where there is no other item to continue with.
fn of_root(error: EndpointError, place: &EndpointName, host: &str) -> EndpointError {
    let EndpointError::Item { trouble, words } = error else { return error };
    let failure = match trouble {
        ItemError::Denied => PeerFailure::new(Stage::SignIn, codes::PEER_SIGN_IN).arg(host),
        ItemError::NotFound | ItemError::InTheWay | ItemError::Name | ItemError::TooLong => {
            PeerFailure::new(Stage::Content, codes::ROOT).arg(place.address.as_str()).arg(words.as_str())
        }
        ItemError::Changed | ItemError::NotEmpty | ItemError::Other => {
            PeerFailure::new(Stage::Protocol, codes::PEER_NONSENSE).arg(host)
        }
    };
    EndpointError::Whole(failure.quoting(words))
}

/// For [`Endpoint::check`], which knows only failures.
fn checked(result: EndpointResult<()>, place: &EndpointName, host: &str) -> Result<(), PeerFailure> {
    result.map_err(|error| match of_root(error, place, host) {
        EndpointError::Whole(failure) => failure,
        // A check is not stopped.
        EndpointError::Stopped(_) | EndpointError::Item { .. } => {
            PeerFailure::new(Stage::Protocol, codes::PEER_AWAY).arg(host)
        }
    })
}
