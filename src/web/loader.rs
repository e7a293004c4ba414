//! Loaders: what the route of a page names to read it.

use std::any::Any;

use actix_web::dev::{Path, Url};
use actix_web::web::{Data, Query};
use serde::de::DeserializeOwned;

use super::error::WebError;
use super::extract::address;
use super::state::App;
use crate::access::{Actor, Grant, Permission};
use crate::clock::Stamp;
use crate::queries::{Db, StoreError};

/// A page as its loader has read it.
pub type Page = Box<dyn Any + Send>;

/// Reads a page for someone who may have it.
pub type Loader = fn(&Reading, &mut Db) -> Result<Page, LoadError>;

/// Why a page was not read.
pub enum LoadError {
    /// What is asked for makes no sense.
    Refused(WebError),
    Store(StoreError),
}

impl From<WebError> for LoadError {
    fn from(error: WebError) -> Self {
        Self::Refused(error)
    }
}

impl From<StoreError> for LoadError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What a loader knows of a request.
pub struct Reading {
    pub app: Data<App>,
    pub actor: Actor,
    pub zone: chrono_tz::Tz,
    pub now: Stamp,
    pub(super) path: Path<Url>,
    pub(super) query: String,
}

impl Reading {
    /// The parameters of the path.
    ///
    /// # Errors
    /// As the extractor of actix, under our [`address::register`].
    pub fn path<T: DeserializeOwned>(&self) -> Result<T, WebError> {
        self.path.load().map_err(|_error| WebError::not_found())
    }

    /// The query.
    ///
    /// # Errors
    /// As for [`Reading::path`].
    pub fn query<T: DeserializeOwned>(&self) -> Result<T, WebError> {
        Query::from_query(&self.query).map(Query::into_inner).map_err(|_error| address::unreadable())
    }

    /// Whether the address has a query.
    #[must_use]
    pub fn has_query(&self) -> bool {
        !self.query.is_empty()
    }

    /// The proof that the reader may read the page.
    ///
    /// # Errors
    /// The template to ask for.
    pub fn grant<P: Permission>(&self) -> Result<Grant<P>, WebError> {
        Ok(self.actor.authorize::<P>()?)
    }
}
