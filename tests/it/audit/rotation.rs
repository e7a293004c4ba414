//! Rotating the key of credentials, while the portal runs with what it read at its start.

use secrecy::{ExposeSecret, SecretString};
use syncdesk::domain::kind::{SecretRecipient, SecretScope};
use syncdesk::ops::audit::AuditLog;
use syncdesk::ops::keys::{KeyFile, Missing};
use syncdesk::ops::rotate_keys::rotate_keys;
use syncdesk::ops::seal_audit::{seal_audit, verify_audit};
use syncdesk::ops::shared_credentials::{self, NewCredential};
use syncdesk::ops::vault::{Vault, seal};
use syncdesk::store::credentials::{self, Credential};
use syncdesk::store::{groups, shared_credentials as stored};

use super::entries;
use crate::database::both_databases;
use crate::desk::{Desk, Tree};
use crate::peers::S3;
use crate::proofs::{console, known};
use crate::queue::depot::{Depot, ada, by};
use crate::wait::until;

/// A system that copies into a bucket of a real service, and the folder behind that.
async fn into_a_bucket(desk: &Desk) -> (Tree, std::path::PathBuf) {
    let s3 = S3::shared();
    let name = desk.base.replace([':', '/', '.'], "-").trim_start_matches("http---").to_owned();
    let folder = s3.create_bucket(&format!("rotation-{name}"));
    let bucket = folder.file_name().expect("a name").to_string_lossy().into_owned();
    let endpoint = s3.endpoint();
    let fields = [
        ("settings.destination_kind", "s3"),
        ("settings.destination_endpoint", endpoint.as_str()),
        ("settings.destination_bucket", bucket.as_str()),
        ("settings.destination_region", "us-east-1"),
        ("settings.destination_account", S3::ACCESS_KEY),
        ("settings.destination_secret", S3::SECRET_KEY),
        ("settings.destination_path", ""),
    ];
    (desk.files_system_with("Finance", "Reports", &fields).await, folder)
}

fn key_file(desk: &Desk) -> String {
    std::fs::read_to_string(&desk.context.config.key_file).expect("the key file")
}

/// The key under which the credential is sealed.
fn sealed_with(desk: &Desk) -> String {
    desk.texts("SELECT key_id AS value FROM credentials").remove(0)
}

both_databases! {
    async fn the_old_key_goes_and_everything_continues(desk: Desk) {
        let (tree, bucket) = into_a_bucket(&desk).await;
        let (_, run) = desk.synchronize(&tree).await;
        assert!(run.says("Completed"), "{}", run.told());
        let mona = desk.signed_in("mona").await;
        let (old_file, old_key) = (key_file(&desk), sealed_with(&desk));
        assert!(old_file.contains(&old_key));

        // As another process would: the portal has not read the new keys yet.
        let keys = KeyFile::open(&desk.context.config.key_file, Missing::Refuse).expect("the key file");
        let vault = Vault::new(keys);
        let (store, now) = (&desk.context.store, desk.context.clock.now());
        assert_eq!(rotate_keys(store, &vault, console(), now).await.expect("it rotates"), 1);

        let (new_file, new_key) = (key_file(&desk), sealed_with(&desk));
        assert!(new_file.contains(&new_key) && !new_file.contains(&old_key), "the old key's name is gone");
        let old_bytes: Vec<&str> = old_file.split('"').filter(|word| word.len() > 30).collect();
        let gone = old_bytes.iter().filter(|word| !new_file.contains(**word)).count();
        assert!(gone >= 1 && gone < old_bytes.len(), "and its bytes; those of the chain and the cookies stay");

        std::fs::write(tree.source.join("second.txt"), "after the rotation").expect("a file");
        let (_, run) = desk.synchronize(&tree).await;
        assert!(run.says("Completed"), "{}", run.told());
        assert!(bucket.join("second.txt").is_file());
        mona.get("/account").await.expect(200);

        let told = entries(&desk).into_iter().find(|entry| entry.action == "key.rotate").expect("an entry");
        assert_eq!((told.principal.as_str(), told.address, told.subject.as_str()), ("Console", None, "credentials"));
        assert_eq!(told.after, serde_json::json!({ "sealed_again": 1, "keys_removed": 1 }));
        let length = i64::try_from(entries(&desk).len()).expect("short");
        let verified = until("the log to be sealed", async || {
            seal_audit(store, &vault).await.expect("it is sealed");
            let end = verify_audit(store, &desk.context.vault).await.expect("the database answers");
            (end != Ok(0)).then_some(end)
        })
        .await;
        assert!(verified.is_ok_and(|end| end >= length), "{verified:?}");

        // Saving goes on with the new key, and another rotation works.
        let edit = format!("{}/edit", tree.page());
        let ada = desk.as_("ada").await;
        ada.get(&edit).await.expect(200);
        ada.submit(&edit, &[("settings.destination_secret", S3::SECRET_KEY)]).await.expect(303);
        assert_eq!(sealed_with(&desk), new_key);
        assert_eq!(rotate_keys(store, &desk.context.vault, console(), now).await.expect("again"), 1);
        assert_ne!(sealed_with(&desk), new_key);
        let (_, run) = desk.synchronize(&tree).await;
        assert!(run.says("Completed"), "{}", run.told());
    }

    /// A rotation has read a credential, and somebody changes it before it is stored again.
    fn a_secret_that_is_entered_during_a_rotation_stays(depot: Depot) {
        let vault = &depot.context.vault;
        let sealed = |secret: &str| {
            let sealing = vault.sealing().expect("the key file");
            seal(&sealing, depot.tree, "destination", &SecretString::from(secret))
        };
        depot.write(|db| credentials::set(db, &ada(), known(depot.tree), &sealed("the old one")));
        let key = vault.keys().rotate().expect("a new key");
        let found = depot.read(|db| credentials::not_under(db, console(), &key, 10)).remove(0);
        depot.write(|db| credentials::set(db, &ada(), known(depot.tree), &sealed("the new one")));
        assert_eq!(depot.write(|db| credentials::replace(db, console(), &sealed("the old one"), &found.key_id)), 0);
        let kept = depot.read(|db| credentials::of_system(db, &depot.found())).remove(0);
        assert_eq!(vault.open(&kept, None).expect("its key is there").expose_secret(), "the new one");
        // A secret that nobody has changed is re-encrypted.
        assert_eq!(depot.write(|db| credentials::replace(db, console(), &sealed("the new one"), &key)), 1);
    }

    /// A rotation re-encrypts shared credentials too, and keeps a secret that somebody has entered since it was read.
    async fn shared_credentials_are_sealed_again(depot: Depot) {
        let (store, vault, now) = (&depot.context.store, &depot.context.vault, depot.now());
        let group = depot.read(|db| groups::in_reach(db, &console())).remove(0).1;
        let new = NewCredential {
            group, name: "Archive".to_owned(), url: "https://files.example/dav".to_owned(), account: "wim".to_owned(),
            signs: false, secret: SecretString::from("the old one"),
        };
        let audit = || AuditLog::new(&by("ada"), None);
        let made = shared_credentials::create(store, vault, &ada(), new, audit()).await.expect("a credential");
        let found = || store.read_here(|db| stored::not_under(db, console(), "", 10)).expect("it is read").remove(0);
        let service = SecretScope { path: "/dav/team/".to_owned(), ..found().scope() };
        let recipient =
            SecretRecipient { identity: String::new(), paths: Vec::new(), required: true, services: vec![service] };
        let opened = || {
            let shared = Credential::Shared { slot: "secret".to_owned(), shared: found() };
            vault.open(&shared, Some(&recipient)).expect("its key is there").expose_secret().to_owned()
        };
        let before = found();
        assert_eq!(rotate_keys(store, vault, console(), now).await.expect("it rotates"), 1);
        assert_ne!(found().key_id, before.key_id);
        assert_eq!((opened().as_str(), found().changed_at), ("the old one", before.changed_at));

        let secret = SecretString::from("the new one");
        shared_credentials::replace_secret(store, vault, &ada(), &made, secret, audit()).await.expect("another secret");
        let stale = (before.key_id.clone(), before.sealed.clone());
        assert_eq!(depot.write(|db| stored::reseal(db, console(), &made, &stale, &before.key_id)), 0);
        assert_eq!(opened(), "the new one");
    }
}
