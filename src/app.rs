//! The application put together: shared by `main` and the tests.

mod context;
mod internal;
mod strangers;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use actix_web::cookie::Key;
use actix_web::dev::{Server, ServerHandle};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

pub use self::context::{AppContext, StartError};
pub use self::internal::Internal;
use self::strangers::Strangers;
use crate::config::Config;
use crate::ops::failed_sign_ins::FailedSignIns;
use crate::ops::passwords::{Passwords, RECOMMENDED};
use crate::ops::set_up;
use crate::store::messages::Dictionary;
use crate::store::portal;
use crate::sync::engine::Engine;
use crate::sync::worker;
use crate::web::server::{self, ServerParts};
use crate::web::session::csrf::{self, CookieKey};
use crate::web::session::device;
use crate::web::session::setup_link::SetupLink;
use crate::web::state::{App, Parts, Portal};

/// A worker on a separate runtime, so that runs never delay pages.
pub struct Worker {
    thread: JoinHandle<()>,
    end: CancellationToken,
}

impl Worker {
    /// Starts to work.
    ///
    /// # Errors
    /// When the operating system gives no threads.
    pub fn start(engine: Engine) -> Result<Self, StartError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .worker_threads(2)
            .thread_name("syncdesk-run")
            .build()
            .map_err(|error| StartError::because("Cannot create the threads for runs", error))?;
        let end = engine.end.clone();
        let name =
            format!("{}-{}", std::process::id(), crate::ops::random::token().chars().take(6).collect::<String>());
        let thread = std::thread::Builder::new()
            .name("syncdesk-worker".to_owned())
            .spawn(move || {
                runtime.block_on(worker::work(engine, name));
                // What does not obey, such as a read from a disk that hangs, is not waited for.
                runtime.shutdown_background();
            })
            .map_err(|error| StartError::because("Cannot create the worker thread", error))?;
        Ok(Self { thread, end })
    }

    /// Ends runs in order and waits for them.
    pub fn stop(self) {
        self.end.cancel();
        if self.thread.join().is_err() {
            log::error!("the worker stopped unexpectedly");
        }
    }
}

/// The portal, listening, with its worker.
pub struct Application {
    address: SocketAddr,
    server: Server,
    worker: Option<Worker>,
    strangers: Strangers,
    ending: CancellationToken,
    administered: bool,
    setup: Option<Setup>,
}

/// How to set up the portal, if this start made the setup token.
pub struct Setup {
    /// For the setup page's form; works until somebody has used it.
    pub token: String,
    /// For the setup page's address, as `token` in the query; works once, and in this process only.
    pub code: String,
}

impl Application {
    /// Takes the address on which it will be served. Before anything is opened, so that nothing is made where another
    /// process serves already.
    ///
    /// # Errors
    /// Why it is unavailable, as one sentence.
    pub fn listen(config: &Config) -> Result<TcpListener, StartError> {
        TcpListener::bind(config.listen)
            .map_err(|error| StartError::because(&format!("Cannot listen on {}", config.listen), error))
    }

    /// Puts everything together. Nothing is served before [`Application::run`].
    ///
    /// # Errors
    /// What is wrong, as one sentence.
    pub async fn build(context: AppContext, listener: TcpListener) -> Result<Self, StartError> {
        let address = listener.local_addr().map_err(|error| StartError::because("Cannot listen", error))?;
        let ending = CancellationToken::new();
        let (words, wake) = (Arc::new(Dictionary::default()), Arc::new(Notify::new()));
        let engine = context.engine(wake.clone(), ending.clone());
        crate::ops::maintenance::prepare(&engine.store)
            .await
            .map_err(|error| StartError::because("Cannot initialize the database", error))?;
        let administered = context
            .store
            .read(portal::has_administrator)
            .await
            .map_err(|error| StartError::because("Cannot read the database", error))?;
        let setup_token = if administered {
            None
        } else {
            // Made once: another process, or an earlier start, may have printed it.
            set_up::renew_token(&context.store, context.console(), true)
                .await
                .map_err(|error| StartError::because("Cannot create the setup token", error))?
        };
        let worker = if context.config.workers > 0 { Some(Worker::start(engine)?) } else { None };
        let strangers = Strangers { refusals: Arc::default(), malformed: Arc::default(), context: context.clone() };
        let setup_link = Arc::new(SetupLink::default());
        let setup = setup_token.map(|token| Setup { code: setup_link.issue(&token), token });
        let app = state(&context, words, wake, ending.clone(), setup_link, strangers.refusals.clone())?;
        let parts = ServerParts {
            cookie_key: Key::derive_from(&context.vault.web_key()),
            session_idle: context.config.session_idle,
            session_life: context.config.session_absolute,
            malformed: strangers.malformed.clone(),
        };
        let server =
            server::serve(app, parts, listener).map_err(|error| StartError::because("Cannot listen", error))?;
        Ok(Self { address, server, worker, strangers, ending, administered, setup })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether somebody can administer the portal.
    #[must_use]
    pub const fn is_administered(&self) -> bool {
        self.administered
    }

    /// How to set it up, if this start made the token for that.
    #[must_use]
    pub const fn setup(&self) -> Option<&Setup> {
        self.setup.as_ref()
    }

    /// What ends it: requests and runs in order.
    #[must_use]
    pub fn handle(&self) -> Ending {
        Ending { server: self.server.handle(), ending: self.ending.clone() }
    }

    /// Serves until it is ended.
    ///
    /// # Errors
    /// When the server breaks.
    pub async fn run(self) -> Result<(), StartError> {
        let reporting = tokio::spawn(self.strangers.clone().report_regularly());
        let watching = tokio::spawn(self.strangers.context.store.clone().watch());
        let served = self.server.await;
        self.ending.cancel();
        // Nobody signs in any more: what is left is reported now.
        reporting.abort();
        watching.abort();
        self.strangers.report().await;
        if let Some(worker) = self.worker {
            let stopped = tokio::task::spawn_blocking(move || worker.stop()).await;
            if let Err(error) = stopped {
                log::error!("cannot wait for the worker: {error}");
            }
        }
        served.map_err(|error| StartError::because("Server error", error))
    }
}

/// Ends an application.
#[derive(Clone)]
pub struct Ending {
    server: ServerHandle,
    ending: CancellationToken,
}

impl Ending {
    /// Lets requests that are on their way finish, and tells runs and live logs to end.
    pub async fn end(&self) {
        self.ending.cancel();
        self.server.stop(true).await;
    }
}

fn state(
    context: &AppContext,
    words: Arc<Dictionary>,
    wake: Arc<Notify>,
    ending: CancellationToken,
    setup_link: Arc<SetupLink>,
    refusals: Arc<FailedSignIns>,
) -> Result<App, StartError> {
    let config = &context.config;
    let passwords = Passwords::new(RECOMMENDED).map_err(|error| StartError::because("Cannot hash passwords", error))?;
    let days = |span: std::time::Duration| u32::try_from(span.as_secs() / 86_400).unwrap_or(u32::MAX);
    Ok(App::new(Parts {
        store: context.store.for_pages(),
        words,
        clock: context.clock.clone(),
        vault: context.vault.clone(),
        passwords: Arc::new(passwords),
        refusals,
        cookie_key: CookieKey::derive(context.vault.web_key(), csrf::PURPOSE),
        device_key: CookieKey::derive(context.vault.web_key(), device::PURPOSE),
        setup_link,
        wake,
        ending,
        config: context.config.clone(),
        portal: Portal {
            secure: config.is_https(),
            trusted_proxies: config.trusted_proxies.clone(),
            default_zone: config.house_time_zone,
            live_log_life: config.live_log_time,
            message_days: days(config.keep_messages),
            header_days: days(config.keep_runs),
        },
    }))
}
