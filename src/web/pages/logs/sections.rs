//! The sections of Logs, as far as the reader may open them.

use crate::access::Verb;
use crate::web::extract::Viewer;
use crate::web::ui::tabs::SectionLink;
use crate::web::urls::{self, ChecksQuery, Cursor, LogsQuery, MessagesQuery};

/// A section of Logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Runs,
    Messages,
    Checks,
}

/// Links to all of them.
#[must_use]
pub fn of(viewer: &Viewer, current: Section) -> Vec<SectionLink> {
    let start = Cursor::default();
    let link = |section, label, address| SectionLink { label, address, current: section == current };
    let mut links = Vec::new();
    if viewer.may_anywhere(&[Verb::ReadLogs]) {
        links.push(link(Section::Runs, "Runs", urls::logs(&LogsQuery::default(), &start)));
        links.push(link(Section::Messages, "Messages", urls::logs_messages(&MessagesQuery::default(), &start)));
    }
    if viewer.may_anywhere(&[Verb::SeeSystems, Verb::SeeSettings]) {
        links.push(link(Section::Checks, "Connection checks", urls::logs_checks(&ChecksQuery::default(), &start)));
    }
    links
}
