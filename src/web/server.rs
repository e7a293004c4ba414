//! The HTTP server: the application on each of its workers, sessions, headers, and what a connection ends with.
//!
//! It is put together from actix's parts instead of its `HttpServer`, which reports malformed requests without their
//! sender. What it answers to these (400, 408, 431, without a body) is written by actix's dispatcher before any service
//! of ours is called, and therefore has none of our headers.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, Protocol};
use actix_server::Server;
use actix_service::{IntoServiceFactory, Service, ServiceFactoryExt, apply_fn_factory, map_config};
use actix_session::SessionMiddleware;
use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_web::App as WebApp;
use actix_web::cookie::{Key, SameSite};
use actix_web::dev::AppConfig;
use actix_web::middleware::{Compress, DefaultHeaders, from_fn};
use actix_web::rt::net::TcpStream;
use actix_web::web::{self, Data};

use super::connections::Connections;
use super::malformed::MalformedRequests;
use super::pipeline::{HEAD_TIME, OneByOne, in_turn};
use super::session::failing::with_a_page;
use super::session::store::Sessions;
use super::state::App;
use super::{api, compression, response, routes};
use crate::ops::sessions::KNOWN_AFTER_END;

/// Threads that serve.
const WORKERS: usize = 2;
/// Connections that one of them holds at the same time; more wait until they are accepted.
const CONNECTIONS: usize = 2_000;
/// How long requests may take to end when the process ends, in seconds.
const SHUTDOWN: u64 = 20;
/// How long a connection may take to close.
const CLOSE_TIME: Duration = Duration::from_secs(1);

/// What the server needs besides the application.
pub struct ServerParts {
    pub cookie_key: Key,
    /// How long a session may be idle.
    pub session_idle: Duration,
    /// How long a session lasts in all.
    pub session_life: Duration,
    pub malformed: Arc<MalformedRequests>,
}

/// Serves on a listener until the server's handle ends it.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(app: App, parts: ServerParts, listener: TcpListener) -> std::io::Result<Server> {
    let ServerParts { cookie_key, session_idle, session_life, malformed } = parts;
    let secure = app.portal.secure;
    let cookie_life = session_idle.saturating_add(KNOWN_AFTER_END).as_secs();
    let cookie_life = actix_web::cookie::time::Duration::seconds(i64::try_from(cookie_life).unwrap_or(i64::MAX));
    let sessions =
        Sessions { store: app.store.clone(), clock: app.clock.clone(), idle: session_idle, life: session_life };
    let address = listener.local_addr()?;
    let connections = Connections::new(app.portal.trusted_proxies.clone());
    let server = Server::build()
        .workers(WORKERS)
        .max_concurrent_connections(CONNECTIONS)
        .disable_signals()
        .shutdown_timeout(SHUTDOWN);
    let ends = server.graceful_shutdown_signal();
    let server = server.listen("portal", listener, move || {
        let session = SessionMiddleware::builder(sessions.clone(), cookie_key.clone())
            .cookie_name(if secure { "__Host-syncdesk" } else { "syncdesk" }.to_owned())
            .cookie_secure(secure)
            .cookie_http_only(true)
            .cookie_same_site(SameSite::Lax)
            .cookie_path("/".to_owned())
            .cookie_content_security(CookieContentSecurity::Signed)
            .session_lifecycle(PersistentSession::default().session_ttl(cookie_life))
            .build();
        let headers = response::headers(secure).fold(DefaultHeaders::new(), DefaultHeaders::add);
        let pages = WebApp::new()
            .app_data(Data::new(app.clone()))
            .configure(routes::register_public)
            .configure(api::register)
            .service(web::scope("").configure(|config| routes::register(config, &session)).wrap(from_fn(with_a_page)))
            .wrap(headers)
            .wrap(from_fn(compression::of_pages))
            .wrap(from_fn(response::without_body_for_head))
            .wrap(Compress::default())
            .wrap(from_fn(response::without_chunks_before_1_1))
            .wrap(from_fn(in_turn));
        let ends = ends.clone();
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let ends = ends.clone();
                async move { ends.notified().await }
            })
            .client_request_timeout(HEAD_TIME)
            .client_disconnect_timeout(CLOSE_TIME)
            .on_connect_ext(|connection: &OneByOne, data| {
                data.insert(connection.turns());
            })
            .local_addr(address)
            // The settings are for `url_for`, which nothing here uses.
            .finish(map_config(pages.into_factory().map_err(|error: actix_web::Error| error.error_response()), |()| {
                AppConfig::default()
            }));
        let (malformed, connections) = (malformed.clone(), connections.clone());
        apply_fn_factory(http, move |connection: TcpStream, http| {
            let (peer, malformed) = (connection.peer_addr().ok(), malformed.clone());
            let counted = connections.open(peer.map(|peer| peer.ip()));
            // Answers are written whole: waiting for more would only delay the last packet (Nagle).
            let _ = connection.set_nodelay(true);
            let exchange =
                counted.map(|counted| (counted, http.call((OneByOne::new(connection), Protocol::Http1, peer))));
            async move {
                let Some((_counted, exchange)) = exchange else { return Ok(()) };
                exchange.await.inspect_err(|error| {
                    if let DispatchError::Parse(why) = error {
                        malformed.note(peer.map(|peer| peer.ip()), &why);
                    }
                })
            }
        })
    })?;
    Ok(server.run())
}
