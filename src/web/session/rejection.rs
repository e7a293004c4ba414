//! Why a request does not reach its handler.

use crate::access::{Actor, Missing, Verb};
use crate::ops::unsaved::Fields;
use crate::queries::access::Located;
use crate::web::error::WebError;

/// Why a request does not reach its handler.
pub(super) enum Rejection {
    SeeOther(String),
    /// The form has not the token of this session.
    Stale(Fields),
    Failure(WebError),
}

impl From<WebError> for Rejection {
    fn from(failure: WebError) -> Self {
        Self::Failure(failure)
    }
}

/// A system out of sight is not there; one in sight whose group lacks the permission is forbidden. Of a deleted one
/// only its log is left, for people with log access.
pub(super) fn check_reach(actor: &Actor, any_of: &'static [Verb], located: Option<Located>) -> Result<(), WebError> {
    let located = located.ok_or_else(WebError::not_found)?;
    let group = located.group;
    let mut sight = if located.is_deleted { Vec::new() } else { vec![Verb::SeeSystems, Verb::SeeSettings] };
    sight.extend(any_of.iter().filter(|verb| **verb == Verb::ReadLogs));
    if !actor.may(&sight, group) {
        return Err(WebError::not_found());
    }
    if actor.may(any_of, group) { Ok(()) } else { Err(WebError::forbidden(Missing::template(any_of))) }
}
