//! What every page is given besides its own data.

use chrono_tz::Tz;

use super::badge::Tone;
use crate::clock::Stamp;
use crate::domain::theme::Theme;

/// The frame of a page: who reads, where they are, what they may open.
#[derive(Debug, Clone)]
pub struct PageContext {
    /// Who is signed in.
    pub reader: Option<CurrentUser>,
    /// The entries that this reader may open, in order.
    pub nav: Vec<Nav>,
    /// The entry that this page belongs to.
    pub current: Option<Nav>,
    /// The reader's zone.
    pub zone: Tz,
    pub now: Stamp,
    /// How many systems in reach need attention.
    pub attention: i64,
    /// None: as the device.
    pub theme: Option<Theme>,
    /// Masked again for each response.
    pub csrf: String,
    /// Random for each response: with the name of a system it makes the request key of a run.
    pub request_key: String,
    pub flash: Option<Flash>,
    pub refresh: Option<Refresh>,
    pub version: &'static str,
}

/// The person that a page is made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentUser {
    pub name: String,
    /// Such as `Operator, Finance`.
    pub roles: String,
}

/// An entry of the main navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nav {
    Overview,
    Systems,
    Logs,
    Help,
    Account,
}

impl Nav {
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Systems => "Systems",
            Self::Logs => "Logs",
            Self::Help => "Help",
            Self::Account => "Your account",
        }
    }

    #[must_use]
    pub const fn address(self) -> &'static str {
        match self {
            Self::Overview => crate::web::urls::OVERVIEW,
            Self::Systems => crate::web::urls::SYSTEMS,
            Self::Logs => crate::web::urls::LOGS,
            Self::Help => crate::web::urls::HELP,
            Self::Account => crate::web::urls::ACCOUNT,
        }
    }
}

/// What the form before this page did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    pub tone: Tone,
    pub text: String,
    /// Addresses and words of links that belong to it.
    pub links: Vec<(String, String)>,
}

/// Auto-refresh: `crate::web::response::refreshing` sets the header, and the page shows the link that turns it off.
/// A page that refreshes has no visible input field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refresh {
    pub seconds: u32,
    /// This page without refreshing.
    pub stop: String,
}

#[cfg(test)]
pub(crate) mod fixture {
    use super::*;

    pub(crate) fn at(rfc3339: &str) -> Stamp {
        Stamp(chrono::DateTime::parse_from_rfc3339(rfc3339).unwrap().timestamp_micros())
    }

    /// The page of a signed-in person in Berlin, on a Sunday morning.
    pub(crate) fn page_context() -> PageContext {
        PageContext {
            reader: Some(CurrentUser { name: "r.keller".into(), roles: "Operator, Finance".into() }),
            nav: vec![Nav::Systems, Nav::Help],
            current: Some(Nav::Systems),
            zone: Tz::Europe__Berlin,
            now: at("2026-11-22T08:30:00Z"),
            attention: 0,
            theme: None,
            csrf: "bWFza2VkLXRva2Vu".into(),
            request_key: "q7x".into(),
            flash: None,
            refresh: None,
            version: "0.1.0",
        }
    }
}
