//! It can be read and not written.

use super::{accept_rows, health, names_the_fault, press, refuse_rows, until_healthy};
use crate::database::{Database, Fixture, both_databases};
use crate::desk::Desk;
use crate::peers::Postgres;
use crate::wait::until;

const TO_DO: &str = "whether its volume is mounted read-only";

both_databases! {
    /// A probe would succeed: what a real request met is remembered.
    async fn a_read_only_database_says_so(desk: Desk) {
        let (tree, mona) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await);
        let german = ("25006", "kann INSERT nicht in einer Read-Only-Transaktion ausführen");
        refuse_rows(&desk, &["runs"], german, "attempt to write a readonly database");
        let refused = press(&mona, &tree).await;
        names_the_fault(&mona, &refused, "The database is read-only", TO_DO).await;
        assert_eq!(health(&mona).await, (503, "read-only".to_owned()));
        accept_rows(&desk, &["runs"]);
        press(&mona, &tree).await.expect(303);
        desk.work().await;
        until_healthy(&mona).await;
    }
}

/// As a standby, or a server that an operator has closed for writing.
#[tokio::test]
async fn a_server_that_accepts_no_changes() {
    let desk = Desk::on(Database::Postgres).await;
    let (tree, mona) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await);
    let name = desk.texts("SELECT current_database()::text AS value").concat();
    let server = Postgres::shared();
    let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    server.run(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    server.run(&end);
    let refused = press(&mona, &tree).await;
    names_the_fault(&mona, &refused, "The database is read-only", TO_DO).await;
    assert_eq!(health(&mona).await, (503, "read-only".to_owned()));
    server.run(&format!("ALTER DATABASE {name} RESET default_transaction_read_only"));
    server.run(&end);
    until("changes to be accepted", async || (press(&mona, &tree).await.status == 303).then_some(())).await;
    until_healthy(&mona).await;
    desk.work().await;
}
