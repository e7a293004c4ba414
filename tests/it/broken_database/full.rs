//! No space left.

use super::{accept_rows, health, names_the_fault, press, refuse_rows, until_healthy};
use crate::database::both_databases;
use crate::desk::Desk;

/// The words of a server that speaks German: only its code says what they mean.
const GERMAN: (&str, &str) = ("53100", "konnte Datei nicht erweitern: Auf dem Medium ist kein Platz mehr");

both_databases! {
    async fn a_full_database_says_so_until_there_is_space(desk: Desk) {
        let (tree, mona) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await);
        let watcher = desk.nobody();
        assert_eq!(health(&watcher).await, (200, "ok".to_owned()));
        let tables = ["runs", "database_probe"];
        refuse_rows(&desk, &tables, GERMAN, "database or disk is full");
        let refused = press(&mona, &tree).await;
        names_the_fault(&mona, &refused, "The database is full", "free space on the volume of the database").await;
        assert!(!refused.says("Medium"), "not the words of the database: {}", refused.told());
        mona.get("/logs").await.expect(200);
        assert_eq!(health(&watcher).await, (503, "full".to_owned()));
        accept_rows(&desk, &tables);
        let asked = press(&mona, &tree).await.expect(303);
        mona.follow(asked).await.expect(200);
        desk.ended(&mona, &tree.run(1)).await;
        until_healthy(&watcher).await;
    }

    /// Nobody is signed in whose session cannot be stored, and the page says why.
    async fn a_session_that_finds_no_space(desk: Desk) {
        let stranger = desk.nobody();
        refuse_rows(&desk, &["sessions"], ("53100", "could not extend file: No space left on device"), "database or disk is full");
        let refused = crate::desk::sign_in(&stranger, "mona").await;
        names_the_fault(&stranger, &refused, "The database is full", "free space on the volume of the database").await;
        stranger.get("/systems").await.expect(303);
        accept_rows(&desk, &["sessions"]);
        crate::desk::sign_in(&stranger, "mona").await.expect(303);
    }
}
