//! How much a service may list of one folder. What it lists is in memory until the folder was compared.

use crate::domain::run::PeerFailure;
use crate::net::client::Client;
use crate::net::listings::Listed;
use crate::net::trouble::too_large;

/// Bytes that an entry needs besides its texts, while it is read and sorted. With [`COPIES`], about what the process was
/// measured for a folder of 86,000 files: `it::processes::hostile`.
const ENTRY: usize = 500;

/// How often its texts are in memory at the same time.
const COPIES: usize = 4;

/// The memory of one listing.
pub(super) struct Bounds {
    listed: Listed,
    host: String,
}

impl Bounds {
    pub(super) fn new(client: &Client, host: &str) -> Self {
        Self { listed: client.listings().begin(), host: host.to_owned() }
    }

    /// Counts one more entry, with this many bytes of text; waits while memory is short.
    ///
    /// # Errors
    /// When the listings of this run need more memory than they may have.
    pub(super) async fn count(&mut self, text_bytes: usize) -> Result<(), PeerFailure> {
        let bytes = text_bytes.saturating_mul(COPIES).saturating_add(ENTRY);
        self.listed.add(bytes).await.map_err(|error| too_large(self.host.clone(), error.most))
    }

    /// The listing was read, and is kept until it was compared.
    pub(super) fn keep(self) {
        self.listed.keep();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Net;
    use crate::net::memory::Memory;

    #[tokio::test]
    async fn tens_of_thousands_of_entries_and_not_a_million() {
        let net = Net::default().within(Memory::default());
        let mut bounds = Bounds::new(&net.client().unwrap(), "files.example");
        for _ in 0..60_000 {
            bounds.count(60).await.unwrap();
        }
        let mut error = Ok(());
        for _ in 0..900_000 {
            error = error.and(bounds.count(60).await);
        }
        assert_eq!(error.unwrap_err().code, "PEER-TOO-LARGE");
    }

    #[tokio::test]
    async fn long_names_count_too() {
        let net = Net::default();
        let mut bounds = Bounds::new(&net.client().unwrap(), "files.example");
        assert!(bounds.count(usize::MAX).await.is_err());
        assert!(bounds.count(64 * 1024 * 1024).await.is_err());
    }
}
