//! Opens an end of whatever kind.

use super::end::{End, Which};
use super::local;
use super::remote;
use super::settings::{EndKind, Settings};
use crate::domain::run::Failure;
use crate::sync::connector::Peer;

/// Opens one end. A missing root is no failure here: [`End::stat`] tells it.
///
/// # Errors
/// When the settings are not allowed or cannot lead anywhere.
pub fn open(settings: &Settings, peer: &Peer, which: Which, run: i64) -> Result<Box<dyn End>, Failure> {
    let end = settings.end(which);
    match end.kind {
        EndKind::Local => local::open(end, &peer.local_roots, which, run),
        EndKind::S3 | EndKind::Azblob | EndKind::Webdav => {
            remote::open(end, peer.credentials.get(which.secret()), &peer.net, which, run)
        }
    }
}
