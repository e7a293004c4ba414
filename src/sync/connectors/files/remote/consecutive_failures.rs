//! One bad item must not keep all the others from being synchronized, for ever: what a service stumbles
//! over is trouble of that item, until it stumbles again and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::domain::run::{PeerFailure, Stage};
use crate::sync::connectors::files::codes;
use crate::sync::connectors::files::endpoint::{EndpointError, EndpointResult, ItemError};
use crate::sync::connectors::files::path::ItemPath;

/// Number of consecutive item failures after which the service itself counts as failed.
const OUT: u32 = 3;

/// Counts for one end. Clones share the count.
#[derive(Debug, Clone, Default)]
pub(super) struct ConsecutiveFailures(Arc<AtomicU32>);

impl ConsecutiveFailures {
    /// What came of an operation on `path`. The root is never spared.
    pub(super) fn spare<T>(&self, path: &ItemPath, result: EndpointResult<T>) -> EndpointResult<T> {
        match result {
            Err(EndpointError::Whole(failure)) if stumbled(&failure) && !path.is_root() => {
                if self.0.fetch_add(1, Ordering::Relaxed) + 1 >= OUT {
                    return Err(failure.into());
                }
                Err(EndpointError::item(ItemError::Other, failure.foreign_text.unwrap_or_default()))
            }
            Ok(done) => {
                self.0.store(0, Ordering::Relaxed);
                Ok(done)
            }
            Err(error) => Err(error),
        }
    }
}

/// An answer 500, or one that broke off, every time it was tried.
fn stumbled(failure: &PeerFailure) -> bool {
    failure.stage == Stage::Content && failure.code == codes::PEER_AWAY
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(stage: Stage) -> EndpointResult<()> {
        Err(PeerFailure::new(stage, codes::PEER_AWAY).quoting("500").transient().into())
    }

    #[test]
    fn the_third_in_a_row_is_the_service() {
        let (strikes, item) = (ConsecutiveFailures::default(), ItemPath::root().join(b"a"));
        let spared = Err(EndpointError::item(ItemError::Other, "500"));
        assert_eq!(strikes.spare(&item, failed(Stage::Content)), spared);
        assert_eq!(strikes.spare(&item, failed(Stage::Content)), spared);
        assert_eq!(strikes.spare(&item, failed(Stage::Content)), failed(Stage::Content));
        assert_eq!(strikes.spare(&item, Ok(())), Ok(()));
        assert_eq!(strikes.spare(&item, failed(Stage::Content)), spared, "it goes again");
    }

    #[test]
    fn a_service_that_is_away_and_the_root_are_not_spared() {
        let strikes = ConsecutiveFailures::default();
        let item = ItemPath::root().join(b"a");
        assert_eq!(strikes.spare(&item, failed(Stage::Protocol)), failed(Stage::Protocol));
        assert_eq!(strikes.spare(&ItemPath::root(), failed(Stage::Content)), failed(Stage::Content));
    }
}
