//! A grant as a handler's argument.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::access::{Grant, Permission};
use crate::web::error::WebError;

impl<P: Permission> FromRequest for Grant<P> {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let grant = request.extensions().get::<Self>().cloned();
        // The route table named another permission: a mistake of ours that the first request shows.
        ready(grant.ok_or_else(|| WebError::internal("the route does not name the permission that its handler takes")))
    }
}
