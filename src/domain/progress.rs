//! How far a run is.

use crate::clock::Stamp;

/// The counters of a run at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunProgress {
    /// What it is doing, for people: "comparing", "reading Orders".
    pub phase: String,
    pub items_done: i64,
    pub items_total: i64,
    pub bytes_done: i64,
    pub bytes_total: i64,
    /// Until then the totals still grow, and pages say "counting".
    pub total_final: bool,
    /// Items that needed nothing.
    pub unchanged: i64,
    /// When the counters last moved, by the worker's clock.
    pub moved_at: Option<Stamp>,
}

impl RunProgress {
    /// Percent done, by bytes where there are any; `None` until the total is final.
    #[must_use]
    pub const fn percent(&self) -> Option<i64> {
        let (done, total) = if self.bytes_total > 0 {
            (self.bytes_done, self.bytes_total)
        } else {
            (self.items_done, self.items_total)
        };
        if !self.total_final || total <= 0 {
            return None;
        }
        let percent = done.saturating_mul(100) / total;
        Some(if percent > 100 { 100 } else { percent })
    }

    /// Whether anything was done or found yet. To have begun is no progress.
    #[must_use]
    pub const fn has_moved(&self) -> bool {
        self.items_done > 0 || self.items_total > 0 || self.bytes_done > 0 || self.unchanged > 0
    }

    /// Whether anything is known yet.
    #[must_use]
    pub const fn has_begun(&self) -> bool {
        !self.phase.is_empty() || self.has_moved()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_no_percentage_before_the_total_is_known() {
        let mut progress = RunProgress { items_done: 172_473, items_total: 401_002, ..RunProgress::default() };
        assert_eq!(progress.percent(), None);
        progress.total_final = true;
        assert_eq!(progress.percent(), Some(43));
        progress.items_done = 500_000;
        assert_eq!(progress.percent(), Some(100));
        progress = RunProgress { total_final: true, ..RunProgress::default() };
        assert_eq!(progress.percent(), None);
    }
}
