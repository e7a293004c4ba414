//! What the overview shows.

use crate::clock::Stamp;
use crate::ids::GroupId;
use crate::queries::overview::Overview;
use crate::web::pages::systems::list::{MemberRow, StatusCounts};

/// What the page shows.
#[derive(Debug)]
pub struct OverviewView {
    pub counts: StatusCounts,
    /// The first systems in error, by name.
    pub errors: Vec<MemberRow>,
    /// The first systems with warnings.
    pub warnings: Vec<MemberRow>,
    pub may_create: bool,
    /// Whether the reader may read logs anywhere, so that counts of runs lead to them.
    pub reads_logs: bool,
    /// The groups of the shown systems whose logs the reader may read.
    pub with_logs: Vec<GroupId>,
    /// The hour with which today begins.
    pub today: Stamp,
    pub found: Overview,
}
