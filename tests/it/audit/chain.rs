//! Changes of the audit log behind the portal's back are detected.

use syncdesk::ops::audit_seal::{Broken, Personal, personal_digest};
use syncdesk::ops::keys::{KeyFile, Missing};
use syncdesk::ops::seal_audit::{seal_audit, verify_audit};
use syncdesk::ops::vault::Vault;

use crate::database::{Database, Fixture, both_databases};
use crate::desk::Desk;

/// A log of some length, sealed.
struct Sealed {
    desk: Desk,
    length: i64,
}

impl Fixture for Sealed {
    async fn on(database: Database) -> Self {
        let desk = Desk::on(database).await;
        desk.files_system("Finance", "Reports").await;
        while seal_audit(&desk.context.store, &desk.context.vault).await.expect("it is sealed") > 0 {}
        let length = desk.texts("SELECT action AS value FROM audit").len();
        assert!(length > 8);
        Self { desk, length: i64::try_from(length).expect("short") }
    }
}

impl Sealed {
    async fn verified(&self) -> Result<i64, Broken> {
        verify_audit(&self.desk.context.store, &self.desk.context.vault).await.expect("the database answers")
    }
}

both_databases! {
    async fn it_holds_and_continues(sealed: Sealed) {
        assert_eq!(sealed.verified().await, Ok(sealed.length));
        sealed.desk.add_group("Purchasing").await;
        assert_eq!(sealed.verified().await, Ok(sealed.length), "what is not sealed yet is not judged");
        let context = &sealed.desk.context;
        assert_eq!(seal_audit(&context.store, &context.vault).await.expect("it is sealed"), 1);
        assert_eq!(sealed.verified().await, Ok(sealed.length + 1));
        assert_eq!(seal_audit(&context.store, &context.vault).await.expect("nothing to do"), 0);
    }

    /// Each of these, and back again.
    async fn every_column_is_covered(sealed: Sealed) {
        let desk = &sealed.desk;
        let last = sealed.length;
        for (table, column, value, row) in [
            ("audit", "action", "'system.hold'", 3),
            ("audit", "subject", "'somebody'", 4),
            ("audit", "at", "at - 1", 5),
            ("audit", "before", "'{}'", last),
            ("audit", "after", "NULL", last),
            ("audit", "group_id", "1", last),
            ("audit", "system_id", "77", last),
            ("audit_personal", "principal", "'eve'", 6),
            ("audit_personal", "principal_kind", "'token'", 6),
            ("audit_personal", "principal_kind", "NULL", 6),
            ("audit_personal", "principal_id", "4711", 6),
            ("audit_personal", "address", "'203.0.113.1'", 6),
        ] {
            let id = if table == "audit" { "id" } else { "audit_id" };
            let entry = format!("(SELECT id FROM audit WHERE seal_no = {row})");
            desk.sql(&format!("CREATE TABLE kept AS SELECT * FROM {table} WHERE {id} = {entry}"));
            desk.sql(&format!("UPDATE {table} SET {column} = {value} WHERE {id} = {entry}"));
            let broken = sealed.verified().await.expect_err(column);
            let expected = if table == "audit" { Broken::Changed(row) } else { Broken::PersonChanged(row) };
            assert_eq!(broken, expected, "{column}");
            desk.sql(&format!("UPDATE {table} SET {column} = (SELECT {column} FROM kept) WHERE {id} = {entry}; DROP TABLE kept"));
            assert_eq!(sealed.verified().await, Ok(last), "{column} is as it was");
        }
    }

    /// Older versions sealed who acted by name and address only. Such an entry is valid as long as nobody adds a kind.
    async fn entries_of_older_versions_are_valid(sealed: Sealed) {
        let (desk, last) = (&sealed.desk, sealed.length + 1);
        desk.add_group("Purchasing").await;
        let old = Personal { salt: &[7; 16], who: None, name: "Console", address: None };
        let blob = |bytes: &[u8]| {
            let hex = hex::encode(bytes);
            if desk.is_on_postgres() { format!("'\\x{hex}'::bytea") } else { format!("x'{hex}'") }
        };
        let entry = "(SELECT max(id) FROM audit)";
        desk.sql(&format!(
            "UPDATE audit SET personal_digest = {} WHERE id = {entry};
             UPDATE audit_personal SET salt = {}, principal = 'Console', principal_kind = NULL, principal_id = NULL, address = NULL
               WHERE audit_id = {entry}",
            blob(&personal_digest(&old)), blob(old.salt)
        ));
        assert_eq!(seal_audit(&desk.context.store, &desk.context.vault).await.expect("it is sealed"), 1);
        assert_eq!(sealed.verified().await, Ok(last));
        desk.sql(&format!("UPDATE audit_personal SET principal_kind = 'console' WHERE audit_id = {entry}"));
        assert_eq!(sealed.verified().await, Err(Broken::PersonChanged(last)));
    }

    async fn what_is_removed_or_put_in_is_noticed(sealed: Sealed) {
        let desk = &sealed.desk;
        desk.sql("UPDATE audit SET seal_no = 1000 WHERE seal_no = 4; UPDATE audit SET seal_no = 4 WHERE seal_no = 5;
                  UPDATE audit SET seal_no = 5 WHERE seal_no = 1000");
        assert_eq!(sealed.verified().await, Err(Broken::Changed(4)), "two have changed places");
        desk.sql("UPDATE audit SET seal_no = 1000 WHERE seal_no = 4; UPDATE audit SET seal_no = 4 WHERE seal_no = 5;
                  UPDATE audit SET seal_no = 5 WHERE seal_no = 1000");
        assert_eq!(sealed.verified().await, Ok(sealed.length));
        desk.sql("DELETE FROM audit_personal WHERE audit_id = (SELECT id FROM audit WHERE seal_no = 4)");
        assert_eq!(sealed.verified().await, Ok(sealed.length), "a person can be forgotten");
        desk.sql("DELETE FROM audit WHERE seal_no = 4");
        assert_eq!(sealed.verified().await, Err(Broken::Missing(4)));
    }

    /// The key is in the key file, not in the database: the database alone is not enough to seal.
    async fn another_key_seals_nothing(sealed: Sealed) {
        let folder = tempfile::tempdir().expect("a folder");
        let other = KeyFile::open(&folder.path().join("keys.toml"), Missing::Create).expect("other keys");
        let store = &sealed.desk.context.store;
        let verified = verify_audit(store, &Vault::new(other)).await.expect("the database answers");
        assert_eq!(verified, Err(Broken::Changed(1)));
    }
}
