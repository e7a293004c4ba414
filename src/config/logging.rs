//! The log on standard error, and what never gets into it.
//!
//! Libraries log what they are given, credentials included, at the levels *debug* and *trace*. Whatever the filter says,
//! only Syncdesk itself logs at these levels. The web server logs a line for each malformed request, without its sender:
//! that is omitted, and `web::malformed` counts these requests instead. So is the warning of each cookie that is not
//! valid, which anybody can send.

use std::panic::PanicHookInfo;

use log::{Level, Log, Metadata, Record, SetLoggerError};

use super::LogFilter;

/// Logs what the filter lets through, of others than Syncdesk at most at the level *info*.
struct Capped(env_logger::Logger);

impl Log for Capped {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        is_allowed(metadata) && self.0.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if is_allowed(record.metadata()) {
            self.0.log(record);
        }
    }

    fn flush(&self) {
        self.0.flush();
    }
}

/// Where actix logs malformed requests.
const MALFORMED: &str = "actix_http::h1::dispatcher";
/// Where actix warns of cookies that it does not accept.
const COOKIES: &str = "actix_session::middleware";

fn is_allowed(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    if target == MALFORMED || (target == COOKIES && metadata.level() > Level::Error) {
        return false;
    }
    metadata.level() <= Level::Info || target == "syncdesk" || target.starts_with("syncdesk::")
}

/// Begins to log, also where the program panics.
///
/// # Errors
/// When something logs already.
pub fn start(filter: &LogFilter) -> Result<(), SetLoggerError> {
    let logger = env_logger::Builder::new().parse_filters(filter.as_str()).build();
    let most = logger.filter();
    log::set_boxed_logger(Box::new(Capped(logger)))?;
    log::set_max_level(most);
    std::panic::set_hook(Box::new(panicked));
    Ok(())
}

/// Where it was, and why in words of the source. Words that were put together at run time may quote a service.
fn panicked(panic: &PanicHookInfo<'_>) {
    let thread = std::thread::current();
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let why = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("(its words are not logged)");
    log::error!("the thread {} panicked at {place}: {why}", thread.name().unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("syncdesk", Level::Trace, true)]
    #[case("syncdesk::net::client", Level::Debug, true)]
    #[case("syncdesk_other::x", Level::Debug, false)]
    #[case("reqsign_core::context", Level::Info, true)]
    #[case("reqsign_core::context", Level::Debug, false)]
    #[case("hyper::proto", Level::Trace, false)]
    #[case("actix_http::h1::dispatcher", Level::Error, false)]
    #[case("actix_http::h1", Level::Error, true)]
    #[case("actix_session::middleware", Level::Warn, false)]
    #[case("actix_session::middleware", Level::Error, true)]
    #[case("", Level::Debug, false)]
    fn others_never_log_below_info(#[case] target: &str, #[case] level: Level, #[case] allowed: bool) {
        assert_eq!(is_allowed(&Metadata::builder().target(target).level(level).build()), allowed);
    }
}
