//! What the loader of the route has read, as a handler's argument.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::web::error::WebError;
use crate::web::loader::Page;

/// The page, left by the gate.
pub struct Loaded<T>(pub T);

/// The arguments of a handler that takes what a loader has read, as the first of them.
pub trait Takes<T> {}

macro_rules! takes {
    ($($($other:ident)+;)+) => {$( impl<T, $($other),+> Takes<T> for (Loaded<T>, $($other),+) {} )+};
}

takes! { A; A B; A B C; A B C D; A B C D E; }

impl<T: 'static> FromRequest for Loaded<T> {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let page = request.extensions_mut().remove::<Page>().and_then(|page| page.downcast::<T>().ok());
        ready(
            page.map(|page| Self(*page))
                .ok_or_else(|| WebError::internal("the route does not name the loader of its handler")),
        )
    }
}
