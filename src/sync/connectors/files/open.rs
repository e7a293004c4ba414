//! Opens an end of whatever kind.

use super::endpoint::{Endpoint, Which};
use super::local;
use super::remote;
use super::settings::{EndpointKind, Settings};
use crate::domain::run::PeerFailure;
use crate::sync::connector::Peer;

/// Opens one end. A missing root is no failure here: [`Endpoint::stat`] tells it.
///
/// # Errors
/// When the settings are not allowed or cannot lead anywhere.
pub fn open(settings: &Settings, peer: &Peer, which: Which, run: i64) -> Result<Box<dyn Endpoint>, PeerFailure> {
    let end = settings.end(which);
    match end.kind {
        EndpointKind::Local => local::open(end, &peer.local_roots, which, run),
        EndpointKind::S3 | EndpointKind::Azblob | EndpointKind::Webdav => {
            remote::open(end, peer.credentials.get(which.secret()), &peer.net, which, run)
        }
    }
}
