//! Time that passes for a desk.

use std::time::Duration;

use syncdesk::access::Internal;
use syncdesk::clock::{Clock, SystemClock};
use syncdesk::ops::upkeep;

use super::Desk;

impl Desk {
    /// So many days pass by the database's clock, which alone counts; then a round of upkeep.
    pub async fn upkeep_after(&self, days: u64) {
        let house = &self.house;
        house.store.advance(Duration::from_hours(days * 24));
        upkeep::round(&house.store, &house.vault, &house.config, Internal::worker(), SystemClock.now())
            .await
            .expect("a round");
    }

    /// How many rows a table has; a condition may follow its name.
    pub fn count(&self, table: &str) -> String {
        self.texts(&format!("SELECT CAST(count(*) AS TEXT) AS value FROM {table}")).concat()
    }
}
