//! The operator limits both timeouts of a system: what is typed keeps to it, and what was specified before is limited.

use std::sync::Arc;

use syncdesk::clock::SystemClock;

use crate::database::{Database, Fixture, both_databases};
use crate::desk::Desk;

/// Half an hour without progress, and ten seconds for a service, at most.
struct Limited(Desk);

impl Fixture for Limited {
    async fn on(database: Database) -> Self {
        let limits = ["--max-run-timeout-minutes=30", "--max-service-timeout-seconds=10"];
        Self(Desk::with(database, &limits, Arc::new(SystemClock)).await)
    }
}

both_databases! {
    async fn what_is_typed_keeps_to_the_limits(limited: Limited) {
        let (desk, ada) = (&limited.0, limited.0.as_("ada").await);
        let form = ada.get("/systems/new?kind=odata").await.expect(200);
        assert_eq!(form.attributes("[name=timeout_minutes]", "value"), ["30"], "the default of 60 is too long");
        let typed = |minutes, seconds| {
            [("name", "Service"), ("group", "Finance"), ("settings.root", "https://odata.example/v4"),
             ("timeout_minutes", minutes), ("settings.timeout_seconds", seconds)]
        };
        let refused = ada.submit("/systems/new", &typed("31", "11")).await.expect(422);
        let beside = |field: &str| refused.texts(&format!("[id='{field}-error']")).join(" ");
        assert!(beside("timeout_minutes").contains("Enter a number of minutes from 1 to 30."), "{}", refused.told());
        assert!(beside("settings.timeout_seconds").contains("Enter a number of seconds from 1 to 10."), "{}", refused.told());
        ada.get("/systems/new?kind=odata").await.expect(200);
        ada.submit("/systems/new", &typed("30", "10")).await.expect(303);
        assert_eq!(desk.texts("SELECT CAST(timeout_us / 60000000 AS TEXT) AS value FROM systems"), ["30"]);
    }
}
