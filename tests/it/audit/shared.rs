//! Entries about shared credentials: the scope, and no secret.

use secrecy::SecretString;
use serde_json::{Value, json};
use syncdesk::ids::SystemKey;
use syncdesk::ops::audit::AuditLog;
use syncdesk::ops::seal_audit::{seal_audit, verify_audit};
use syncdesk::ops::shared_credentials::{self, NewCredential, Slot};
use syncdesk::sync::registry;

use super::entries;
use crate::database::both_databases;
use crate::desk::Desk;
use crate::queue::depot::{ada, by};

both_databases! {
    /// Creating, using, replacing, renaming and deleting a shared credential is in the audit log of its group.
    async fn shared_credentials_are_in_the_log(desk: Desk) {
        let (store, vault) = (&desk.context.store, &desk.context.vault);
        let url = "http://127.0.0.1:9/dav";
        let tree = desk.saved_system_with("Finance", "Reports", &[
            ("settings.destination_kind", "webdav"), ("settings.destination_endpoint", url),
            ("settings.destination_account", "wim"), ("settings.destination_path", ""), ("settings.destination_secret", "own"),
        ]).await;
        let slot = Slot { system: SystemKey::parse(&tree.key).expect("a key"), slot: "destination_secret".to_owned() };
        let before = entries(&desk).len();
        let audit = || AuditLog::new(&by("ada"), Some("192.0.2.7".to_owned()));
        let new = NewCredential {
            group: "Finance".to_owned(), name: "Archive".to_owned(), url: url.to_owned(), account: "wim".to_owned(),
            signs: false, secret: SecretString::from("s3cr3t one"),
        };
        let key = shared_credentials::create(store, vault, &ada(), new, audit()).await.expect("created");
        shared_credentials::use_shared(store, &ada(), slot.clone(), &key, registry::kind, audit()).await.expect("used");
        let secret = SecretString::from("s3cr3t two");
        shared_credentials::replace_secret(store, vault, &ada(), &key, secret, audit()).await.expect("replaced");
        shared_credentials::rename(store, &ada(), &key, "Vault", audit()).await.expect("renamed");
        shared_credentials::stop_using(store, &ada(), slot, audit()).await.expect("stopped");
        shared_credentials::delete(store, &ada(), &key, audit()).await.expect("deleted");

        let told = entries(&desk).split_off(before);
        let created = json!({
            "key": key.as_str(), "origin": "http://127.0.0.1:9", "account": "wim", "path": "/dav/", "signs": false,
        });
        let used = |name: &str| json!({ "slot": "destination_secret", "credential": name });
        let expected = [
            ("credential.create", "Archive", Value::Null, created),
            ("credential.use", "Reports", Value::Null, used("Archive")),
            ("credential.secret", "Archive", Value::Null, Value::Null),
            ("credential.rename", "Vault", json!({ "name": "Archive" }), Value::Null),
            ("credential.stop", "Reports", Value::Null, used("Vault")),
            ("credential.delete", "Vault", Value::Null, Value::Null),
        ];
        assert_eq!(told.len(), expected.len(), "{told:#?}");
        for (entry, (action, subject, before, after)) in told.iter().zip(expected) {
            assert_eq!((entry.action.as_str(), entry.subject.as_str()), (action, subject));
            assert_eq!((entry.principal.as_str(), entry.address.as_deref()), ("ada", Some("192.0.2.7")), "{action}");
            assert_eq!((entry.group.as_deref(), &entry.before, &entry.after), (Some("Finance"), &before, &after), "{action}");
        }
        assert!(!format!("{told:?}").contains("s3cr3t"));
        seal_audit(store, vault).await.expect("it is sealed");
        assert!(verify_audit(store, vault).await.expect("it is read").is_ok());
    }
}
