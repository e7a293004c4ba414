//! Time that passes for a desk.

use std::time::Duration;

use syncdesk::clock::{Clock, SystemClock};
use syncdesk::ops::maintenance;

use super::Desk;

use crate::proofs::worker;

impl Desk {
    /// This many days pass by the database's clock, which alone counts; then a round of maintenance.
    pub async fn upkeep_after(&self, days: u64) {
        let context = &self.context;
        context.store.advance(Duration::from_hours(days * 24));
        maintenance::round(&context.store, &context.vault, &context.config, worker(), SystemClock.now())
            .await
            .expect("a round");
    }

    /// How many rows a table has; a condition may follow its name.
    pub fn count(&self, table: &str) -> String {
        self.texts(&format!("SELECT CAST(count(*) AS TEXT) AS value FROM {table}")).concat()
    }
}
