//! The pages on which a system is connected.

use super::{NEW_SYSTEM, SYSTEMS, system, with_query};
use crate::ids::{DraftKey, SystemKey};

/// Where a draft is begun.
pub const CONNECT: &str = "/systems/connect";

/// The whole form of a kind on one page.
#[must_use]
pub fn new_system(kind: &str) -> String {
    with_query(NEW_SYSTEM, &[("kind", kind)])
}

/// A page of a draft, or what can be done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftPage {
    Naming,
    Location,
    Test,
    Folder,
    Selection,
    Preview,
    Discard,
}

#[must_use]
pub fn draft(key: &DraftKey, page: DraftPage) -> String {
    let below = match page {
        DraftPage::Location => "",
        DraftPage::Naming => "/name",
        DraftPage::Test => "/test",
        DraftPage::Folder => "/folder",
        DraftPage::Selection => "/schedule",
        DraftPage::Preview => "/preview",
        DraftPage::Discard => "/discard",
    };
    format!("{SYSTEMS}/connect/{key}{below}")
}

/// The result of the test, which leads to the next page once it succeeds if `next` says so.
#[must_use]
pub fn draft_test(key: &DraftKey, next: bool) -> String {
    with_query(&draft(key, DraftPage::Test), &[("then", if next { "next" } else { "" })])
}

/// The same on a page that does not refresh.
#[must_use]
pub fn draft_test_still(key: &DraftKey) -> String {
    with_query(&draft(key, DraftPage::Test), &[("refresh", "off")])
}

/// Where a draft is made from a system.
#[must_use]
pub fn duplicate(key: &SystemKey) -> String {
    format!("{}/duplicate", system(key))
}
