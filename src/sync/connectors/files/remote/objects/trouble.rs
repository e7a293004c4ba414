//! From OpenDAL's errors to ours.

use std::error::Error;

use opendal::ErrorKind;

use crate::domain::run::{PeerFailure, Stage};
use crate::sync::connectors::files::codes;
use crate::sync::connectors::files::endpoint::{EndpointError, ItemError};
use crate::sync::connectors::files::remote::sender::{Sender, Unanswered};

/// What an error of OpenDAL means. What our own transport said is in it.
pub(super) fn of(error: &opendal::Error, sender: &Sender, host: &str) -> EndpointError {
    if let Some(unanswered) = inside(error) {
        return sender.error(unanswered.clone());
    }
    let words = error.message().to_owned();
    match error.kind() {
        ErrorKind::NotFound => EndpointError::item(ItemError::NotFound, words),
        ErrorKind::IsADirectory | ErrorKind::NotADirectory => EndpointError::item(ItemError::InTheWay, words),
        ErrorKind::ConditionNotMatch => EndpointError::item(ItemError::Changed, words),
        ErrorKind::ConfigInvalid => sender.endpoint_name().unusable(&words).into(),
        // What is left is an answer that OpenDAL could not read.
        _ => PeerFailure::new(Stage::Protocol, codes::PEER_NONSENSE).arg(host).quoting(words).into(),
    }
}

fn inside(error: &opendal::Error) -> Option<&Unanswered> {
    std::iter::successors(error.source(), |&error| error.source()).find_map(|cause| cause.downcast_ref())
}
