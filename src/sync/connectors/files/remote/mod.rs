//! Ends that are services: S3 and Azure Blob through OpenDAL, WebDAV by ourselves.
//!
//! All of them speak through [`crate::net`], so that its filter holds, and all tell trouble in the same
//! words (`refusal`). A request that fails for a reason that may pass is tried again a few times
//! (`sender`); a download that breaks off goes on where it was (`resume`); and what fails at
//! one item only does not fail the run (`strikes`).
//!
//! How much one folder may tell is bounded (`bounds`).
//!
//! WebDAV is not spoken through OpenDAL, because that keeps a whole upload in memory, takes the listing
//! of a missing folder for an empty one, fails on hrefs with a host, and loses white space of names.

mod bounds;
mod facts;
mod objects;
mod refusal;
mod resume;
mod sender;
mod strikes;
mod webdav;

use secrecy::{ExposeSecret, SecretString};

use super::codes;
use super::end::{End, EndError, EndResult, Trouble, Which};
use super::settings::{EndKind, EndSettings};
use crate::domain::run::{Failure, Stage};
use crate::net::Net;
use refusal::Place;

/// Opens a remote end. Nothing is sent yet.
///
/// # Errors
/// When the settings cannot lead to a service.
pub fn open(
    settings: &EndSettings,
    secret: Option<&SecretString>,
    net: &Net,
    which: Which,
    run: i64,
) -> Result<Box<dyn End>, Failure> {
    let place = Place { which, address: settings.address() };
    if let Some(secret) = secret {
        net.secrets().learn(secret.expose_secret());
    }
    match settings.kind {
        EndKind::S3 => Ok(Box::new(objects::open_s3(settings, secret, net, place)?)),
        EndKind::Azblob => Ok(Box::new(objects::open_azblob(settings, secret, net, place)?)),
        EndKind::Webdav => Ok(Box::new(webdav::open(settings, secret, net, place, run)?)),
        EndKind::Local => Err(place.unusable("it is a folder of this machine")),
    }
}

/// What a check or a root makes of trouble: there is no other item to go on with.
fn of_root(error: EndError, place: &Place, host: &str) -> EndError {
    let EndError::Item { trouble, words } = error else { return error };
    let failure = match trouble {
        Trouble::Denied => Failure::new(Stage::SignIn, codes::PEER_SIGN_IN).arg(host),
        Trouble::NotFound | Trouble::InTheWay | Trouble::Name | Trouble::TooLong => {
            Failure::new(Stage::Content, codes::ROOT).arg(place.address.as_str()).arg(words.as_str())
        }
        Trouble::Changed | Trouble::NotEmpty | Trouble::Other => {
            Failure::new(Stage::Protocol, codes::PEER_NONSENSE).arg(host)
        }
    };
    EndError::Whole(failure.quoting(words))
}

/// For [`End::check`], which knows only failures.
fn checked(result: EndResult<()>, place: &Place, host: &str) -> Result<(), Failure> {
    result.map_err(|error| match of_root(error, place, host) {
        EndError::Whole(failure) => failure,
        // A check is not stopped.
        EndError::Stopped(_) | EndError::Item { .. } => Failure::new(Stage::Protocol, codes::PEER_AWAY).arg(host),
    })
}
