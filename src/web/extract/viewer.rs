//! The person (or anonymous visitor) who made the request: actor if signed in, zone, CSRF secret, address, time.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::access::{Actor, Grant, Permission, Principal, Verb};
use crate::clock::Stamp;
use crate::domain::theme::Theme;
use crate::ids::GroupId;
use crate::ops::audit::AuditLog;
use crate::ops::random;
use crate::queries::AccessRecheck;
use crate::web::error::WebError;
use crate::web::session::csrf::Secret;
use crate::web::ui::{CurrentUser, Flash, Nav, PageContext};

/// The person (or anonymous visitor) who made the request.
#[derive(Debug, Clone)]
pub struct Viewer {
    pub actor: Option<Actor>,
    /// Such as `Operator, Finance`.
    pub roles: String,
    pub zone: chrono_tz::Tz,
    pub secret: Secret,
    pub address: Option<String>,
    pub now: Stamp,
    /// How many systems in reach need attention.
    pub attention: i64,
    pub theme: Option<Theme>,
    pub flash: Option<Flash>,
}

impl Viewer {
    /// The frame of a page.
    #[must_use]
    pub fn page_context(&self, current: Option<Nav>) -> PageContext {
        let mut nav = Vec::new();
        if self.may_anywhere(&[Verb::SeeSystems, Verb::SeeSettings]) {
            nav.extend([Nav::Overview, Nav::Systems]);
        }
        if self.may_anywhere(&[Verb::ReadLogs]) {
            nav.push(Nav::Logs);
        }
        if self.actor.is_some() {
            nav.push(Nav::Help);
        }
        PageContext {
            reader: self
                .actor
                .as_ref()
                .map(|actor| CurrentUser { name: actor.name().to_owned(), roles: self.roles.clone() }),
            nav,
            current,
            zone: self.zone,
            now: self.now,
            attention: self.attention,
            theme: self.theme,
            csrf: self.secret.masked(),
            request_key: random::token(),
            flash: self.flash.clone(),
            refresh: None,
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    /// The reader and the session, to check both again later; `None` for a stranger.
    #[must_use]
    pub fn recheck<P: Permission>(&self, grant: Grant<P>) -> Option<AccessRecheck<P>> {
        self.actor.as_ref().map(|actor| AccessRecheck::new(actor, self.secret.to_text(), grant))
    }

    /// Whether any of the verbs is given somewhere.
    #[must_use]
    pub fn may_anywhere(&self, any_of: &[Verb]) -> bool {
        self.actor.as_ref().is_some_and(|actor| actor.scope_of(any_of).is_some())
    }

    /// Whether any of the verbs is given in this group.
    #[must_use]
    pub fn may(&self, any_of: &[Verb], group: GroupId) -> bool {
        self.actor.as_ref().is_some_and(|actor| actor.may(any_of, group))
    }

    /// Who acts, for the audit log.
    #[must_use]
    pub fn audit(&self, principal: &Principal) -> AuditLog {
        AuditLog::new(principal, self.address.clone())
    }
}

impl FromRequest for Viewer {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let viewer = request.extensions().get::<Self>().cloned();
        ready(viewer.ok_or_else(|| WebError::internal("a page outside the route table")))
    }
}
