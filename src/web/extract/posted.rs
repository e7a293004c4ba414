//! The fields of a posted form. The gate has read the body, and has compared its CSRF token.

use std::collections::BTreeMap;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::web::error::WebError;

/// The fields as they came.
#[derive(Debug, Clone)]
pub struct Body(pub BTreeMap<String, String>);

/// A posted form. Missing fields are empty.
#[derive(Debug, Clone)]
pub struct Posted(pub BTreeMap<String, String>);

impl Posted {
    /// A field, or nothing.
    #[must_use]
    pub fn field(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

impl FromRequest for Posted {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let body = request.extensions().get::<Body>().cloned();
        ready(
            body.map(|body| Self(body.0)).ok_or_else(|| WebError::internal("a form handler on a route without a form")),
        )
    }
}
