//! Where an error comes from and of which sort it is: for lists of runs, which name both
//! (`spec/mailbox-crm.md` A12 to A14).

use super::entry::{Area, Family};
use super::{UNKNOWN, by_code};
use crate::domain::words::words;

words! {
    /// Where an error comes from.
    ErrorSource {
        /// The remote program, or the network on the way to it.
        Service = "service",
        /// The items, their folders and records, or the settings of the system.
        Connector = "connector",
        Syncdesk = "syncdesk",
        Unknown = "unknown",
    }
}

words! {
    /// The sort of an error, by what has to be done about it.
    ErrorCategory {
        /// Credentials or permissions.
        Authorization = "authorization",
        /// The service limits requests.
        Throttling = "throttling",
        Connection = "connection",
        Settings = "settings",
        Data = "data",
        Other = "other",
    }
}

/// Codes about credentials and permissions.
const AUTHORIZATION: [&str; 6] =
    ["PEER-SIGN-IN", "PEER-CERTIFICATE", "FILE-DENIED", "AFC-E04", "ODATA-TOKEN", "CREDENTIAL-UNREADABLE"];

/// Codes about limits of the service.
const THROTTLING: [&str; 1] = ["PEER-LIMIT"];

/// Where an error with this code comes from.
#[must_use]
pub fn source(code: &str) -> ErrorSource {
    let entry = by_code(code);
    if *entry == UNKNOWN {
        return ErrorSource::Unknown;
    }
    match (entry.family, entry.area) {
        // The connector reports it about the service.
        (Family::Peer, _) | (Family::Odata, Area::Connection) => ErrorSource::Service,
        (Family::Files, _) | (Family::Odata, Area::Settings | Area::Run | Area::Items) => ErrorSource::Connector,
        (Family::Syncdesk, _) => ErrorSource::Syncdesk,
    }
}

/// Of which sort an error with this code is.
#[must_use]
pub fn category(code: &str) -> ErrorCategory {
    if AUTHORIZATION.contains(&code) {
        return ErrorCategory::Authorization;
    }
    if THROTTLING.contains(&code) {
        return ErrorCategory::Throttling;
    }
    let entry = by_code(code);
    if *entry == UNKNOWN {
        return ErrorCategory::Other;
    }
    match entry.area {
        Area::Connection => ErrorCategory::Connection,
        Area::Settings => ErrorCategory::Settings,
        Area::Items => ErrorCategory::Data,
        Area::Run => ErrorCategory::Other,
    }
}

impl ErrorSource {
    /// The word on pages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Service => "Service",
            Self::Connector => "Connector",
            Self::Syncdesk => "Syncdesk",
            Self::Unknown => "Unknown",
        }
    }
}

impl ErrorCategory {
    /// The word on pages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Authorization => "Authorization",
            Self::Throttling => "Throttling",
            Self::Connection => "Connection",
            Self::Settings => "Settings",
            Self::Data => "Data",
            Self::Other => "Other",
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("PEER-SIGN-IN", "Service", "Authorization")]
    #[case("PEER-CERTIFICATE", "Service", "Authorization")]
    #[case("ODATA-TOKEN", "Service", "Authorization")]
    #[case("AFC-E04", "Service", "Authorization")]
    #[case("FILE-DENIED", "Connector", "Authorization")]
    #[case("CREDENTIAL-UNREADABLE", "Syncdesk", "Authorization")]
    #[case("PEER-LIMIT", "Service", "Throttling")]
    #[case("PEER-AWAY", "Service", "Connection")]
    #[case("PEER-ADDRESS", "Service", "Settings")]
    #[case("FILE-FULL", "Connector", "Connection")]
    #[case("FILE-BRAKE", "Connector", "Other")]
    #[case("FILE-PATTERN", "Connector", "Settings")]
    #[case("ODATA-EMPTIED", "Connector", "Data")]
    #[case("RUN-LOST-WORKER", "Syncdesk", "Other")]
    #[case("KIND-UNKNOWN", "Syncdesk", "Settings")]
    #[case("0x80c8305f", "Unknown", "Other")]
    fn of_codes(#[case] code: &str, #[case] from: &str, #[case] sort: &str) {
        assert_eq!((source(code).title(), category(code).title()), (from, sort));
    }

    #[test]
    fn the_listed_codes_exist() {
        for code in AUTHORIZATION.iter().chain(&THROTTLING) {
            assert_ne!(by_code(code), &UNKNOWN, "{code}");
        }
    }

    #[test]
    fn codes_in_any_case() {
        for typed in ["file-drift", "File-Drift", " FILE-DRIFT "] {
            assert_eq!(super::super::canonical(typed), "FILE-DRIFT", "{typed}");
        }
        assert_eq!(super::super::canonical("0x8badF00D"), "0x8badF00D", "not of the catalogue");
    }
}
