//! A Postgres server that reports errors in another language.

use std::sync::Arc;

use syncdesk::clock::SystemClock;

use super::{health, names_the_fault, press, refuse_rows};
use crate::database::TestDatabase;
use crate::desk::Desk;
use crate::peers::Postgres;
use crate::program::Home;
use crate::wait::until;

fn german(may_choose: bool) -> TestDatabase {
    TestDatabase::Postgres(Postgres::shared().create().in_german(may_choose))
}

async fn desk(may_choose: bool) -> Desk {
    let desk = Desk::over(german(may_choose), &[], Arc::new(SystemClock), |_config| {}).await;
    desk.settle().await;
    let refused = desk.bare().try_execute("SELECT 1 / 0").expect_err("no number");
    assert!(refused.contains("Division durch Null"), "the server speaks German: {refused}");
    desk
}

/// A role that may choose its language gets messages in English, by which a lock is recognized.
#[tokio::test]
async fn a_lock_is_recognized_where_the_role_may_choose_its_language() {
    let desk = desk(true).await;
    let (tree, mona) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await);
    let mut other = desk.bare();
    until("the lock", async || other.try_execute("BEGIN; SELECT 1 FROM systems FOR UPDATE").ok()).await;
    let refused = press(&mona, &tree).await;
    names_the_fault(&mona, &refused, "The database is locked", "find the program that has the database open").await;
    other.execute("ROLLBACK");
    press(&mona, &tree).await.expect(303);
    desk.work().await;
}

/// SQLSTATE decides what can be decided by it, whatever language the message is in.
#[tokio::test]
async fn codes_decide_where_the_role_may_not_choose() {
    let desk = desk(false).await;
    let (tree, mona) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await);
    let ada = desk.as_("ada").await;
    // 23505: the name is taken.
    ada.get("/systems/new?kind=files").await.expect(200);
    let source = tree.source.display().to_string();
    let destination = tree.destination.display().to_string();
    let fields = [("name", "Reports"), ("settings.source_path", &source), ("settings.destination_path", &destination)];
    let taken = ada.submit("/systems/new", &fields).await.expect(422);
    assert!(taken.says("This name is already used in the group."), "{}", taken.told());
    // 57P01: somebody ends all connections; the next request has a new one.
    let _ = desk.bare().try_execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    until("a page", async || (mona.get(&tree.page()).await.status == 200).then_some(())).await;
    // 53100, by what the probe finds.
    refuse_rows(&desk, &["runs", "database_probe"], ("53100", "Auf dem Medium ist kein Platz mehr"), "");
    let refused = press(&mona, &tree).await;
    names_the_fault(&mona, &refused, "The database is full", "free space on the volume of the database").await;
    assert_eq!(health(&mona).await, (503, "full".to_owned()));
}

/// The operator reads at the start what to grant, and nothing where the role may choose.
#[tokio::test]
async fn the_start_names_the_missing_grant() {
    let said = |may_choose| Home::new(german(may_choose)).say(&["migrate"]);
    let (without, with) = (said(false), said(true));
    assert_eq!((without.code, with.code), (Some(0), Some(0)), "{without:?} {with:?}");
    let grant = "GRANT SET ON PARAMETER lc_messages TO";
    assert!(without.err.contains("de_DE.UTF-8") && without.err.contains(grant), "{}", without.err);
    assert_eq!(with.err, "");
}
