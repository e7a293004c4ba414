//! What the database refuses on its own.

use super::{create, new, share, share_at};
use crate::database::both_databases;
use crate::desk::Desk;

both_databases! {
    /// The database itself keeps a used credential, and a system and its credential in one group.
    async fn the_database_holds_it_too(desk: Desk) {
        let url = "http://127.0.0.1:9/dav";
        let tree = desk.saved_system_with("Finance", "One", &share_at(url, "wim")).await;
        let key = create(&desk, new("Finance", "A", url, "wim")).await;
        let other = create(&desk, new("Sales", "A", url, "wim")).await;
        share(&desk, &tree, &key).await.expect("it is in scope");
        let mut bare = desk.bare();
        bare.execute(if desk.is_on_postgres() { "SELECT 1" } else { "PRAGMA foreign_keys = ON" });
        let group = |name: &str| format!("(SELECT id FROM system_groups WHERE name = '{name}')");
        for statement in [
            "DELETE FROM shared_credentials WHERE name = 'A'".to_owned(),
            format!("UPDATE systems SET group_id = {}", group("Sales")),
            format!("UPDATE shared_credentials SET group_id = {} WHERE key = '{key}'", group("General")),
            format!("UPDATE credentials SET shared_key = '{other}'"),
            format!("UPDATE credentials SET shared_key = '{other}', group_id = {}", group("Sales")),
            "UPDATE credentials SET group_id = NULL".to_owned(),
            "UPDATE credentials SET shared_key = NULL".to_owned(),
            "UPDATE shared_credentials SET origin = 'files.example'".to_owned(),
            "UPDATE shared_credentials SET path = '/dav'".to_owned(),
            "UPDATE shared_credentials SET created_by_kind = 'wim'".to_owned(),
            format!("UPDATE shared_credentials SET group_id = {}", group("Finance")),
        ] {
            let refused = bare.try_execute(&statement).expect_err(&statement).to_lowercase();
            assert!(["constraint", "unique", "foreign"].iter().any(|word| refused.contains(word)), "{statement}: {refused}");
        }
    }
}
