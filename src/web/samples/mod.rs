//! Realistic views of every page, and the test that renders them all.

mod forms;
mod render;
mod rules;
mod runs;
mod system;
mod systems;

use chrono::DateTime;
use chrono_tz::Tz;

use super::ui::{Nav, PageLinks, Reader, Shell};
use crate::clock::Stamp;
use crate::ids::SystemKey;
use crate::web::urls::PageSize;

pub(crate) fn at(rfc3339: &str) -> Stamp {
    Stamp(DateTime::parse_from_rfc3339(rfc3339).unwrap().timestamp_micros())
}

fn key(number: u8) -> SystemKey {
    SystemKey::from_random([number, 7, 21, 3, 30, 12, 9, 1, 28, 5])
}

fn links() -> PageLinks {
    let links = PageLinks { next: Some("?after=30".into()), last: Some("?before=end".into()), ..PageLinks::default() };
    links.sized(30, PageSize::default(), |size: PageSize| format!("?rows={}", size.word()))
}

/// A signed-in reader in Berlin, on a Sunday morning.
pub(crate) fn shell() -> Shell {
    Shell {
        reader: Some(Reader { name: "r.keller".into(), roles: "Operator, Finance".into() }),
        nav: vec![Nav::Systems, Nav::Help],
        current: Some(Nav::Systems),
        zone: Tz::Europe__Berlin,
        now: at("2026-11-22T08:30:00Z"),
        csrf: "bWFza2VkLXRva2Vu".into(),
        request_key: "q7x".into(),
        flash: None,
        refresh: None,
        version: "0.1.0",
    }
}
