//! The cookie of a known device, as the browser has sent it.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use crate::clock::Stamp;
use crate::web::error::WebError;
use crate::web::session::device::{self, DeviceId};
use crate::web::state::App;

/// The value of the cookie, if there is one; anybody may have made it up.
#[derive(Debug, Clone)]
pub struct DeviceCookie(Option<String>);

impl DeviceCookie {
    /// The device, if this account has signed in from it.
    #[must_use]
    pub fn known_for(&self, app: &App, account: &str, now: Stamp) -> Option<DeviceId> {
        device::known(&app.device_key, account, self.0.as_deref()?, now)
    }

    /// The cookie to set after a good sign-in with this account.
    #[must_use]
    pub fn after_sign_in(&self, app: &App, account: &str, now: Stamp) -> actix_web::cookie::Cookie<'static> {
        device::cookie(&app.device_key, account, self.0.as_deref(), app.portal.secure, now)
    }
}

impl FromRequest for DeviceCookie {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let secure = request.app_data::<Data<App>>().is_some_and(|app| app.portal.secure);
        let value = request.cookie(device::cookie_name(secure)).map(|cookie| cookie.value().to_owned());
        ready(Ok(Self(value)))
    }
}
