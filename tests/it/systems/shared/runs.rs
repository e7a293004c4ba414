//! Runs and checks with a shared credential.

use secrecy::SecretString;
use syncdesk::ops::shared_credentials::{self, NewCredential};

use super::{audit, create, new, share, share_at};
use crate::database::both_databases;
use crate::desk::{Desk, Tree};
use crate::peers::WebDav;
use crate::queue::depot::ada;
use crate::stub::{Reply, Stub};

async fn replace(desk: &Desk, key: &syncdesk::ids::CredentialKey, secret: &str) {
    let (store, vault, secret) = (&desk.context.store, &desk.context.vault, SecretString::from(secret));
    shared_credentials::replace_secret(store, vault, &ada(), key, secret, audit()).await.expect("another secret");
}

/// A system that uses a credential for everything below this URL.
async fn sharing(desk: &Desk, url: &str, secret: &str) -> Tree {
    let new = NewCredential { secret: SecretString::from(secret), ..new("Finance", "Archive", url, "wim") };
    let (key, tree) = (create(desk, new).await, desk.saved_system_with("Finance", "One", &share_at(url, "wim")).await);
    share(desk, &tree, &key).await.expect("it is in scope");
    tree
}

both_databases! {
    /// Two systems use one credential of a real service. Its secret is replaced once for both.
    async fn one_secret_for_two_systems(desk: Desk) {
        let dav = WebDav::shared();
        let team = desk.base.replace([':', '/', '.'], "-");
        let url = format!("{}/{team}", dav.endpoint());
        let key = create(&desk, new("Finance", "Archive", &url, WebDav::USER)).await;
        let mut trees = Vec::new();
        for name in ["one", "two"] {
            let folder = dav.folder().join(&team).join(name);
            std::fs::create_dir_all(&folder).expect("a folder");
            let tree = desk.saved_system_with("Finance", name, &share_at(&format!("{url}/{name}"), WebDav::USER)).await;
            share(&desk, &tree, &key).await.expect("it is in scope");
            let (_, run) = desk.synchronize(&tree).await;
            assert!(run.says("PEER-SIGN-IN"), "{}", run.told());
            trees.push((tree, folder));
        }
        replace(&desk, &key, WebDav::PASSWORD).await;
        // Each of them is checked without being asked for.
        desk.work().await;
        let connected = desk.texts("SELECT name AS value FROM systems WHERE connection = 'ok' ORDER BY name");
        assert_eq!(connected, ["one", "two"]);
        for (tree, folder) in &trees {
            let (_, run) = desk.synchronize(tree).await;
            assert!(run.says("Completed"), "{}", run.told());
            assert!(folder.join("first.txt").is_file());
        }
    }

    /// Settings that came to lie outside the scope by whatever way end the run before anything is sent.
    async fn a_run_checks_the_scope_again(desk: Desk) {
        let stub = Stub::start(|_, _| Reply::status(418));
        let tree = sharing(&desk, "http://127.0.0.1:9/dav", "opensesame").await;
        let elsewhere = format!("UPDATE systems SET settings = replace(settings, 'http://127.0.0.1:9/dav', '{}')", stub.url("/dav"));
        let credential = format!("UPDATE shared_credentials SET origin = '{}'", stub.url(""));
        // The second gives the credential the scope of the settings; the secret is sealed for the first.
        for change in [elsewhere, credential] {
            desk.sql(&change);
            let (_, run) = desk.synchronize(&tree).await;
            assert!(run.says("CREDENTIAL-UNREADABLE"), "{change}: {}", run.told());
        }
        assert!(stub.seen().is_empty(), "{:?}", stub.seen());
    }

    /// Where a service quotes the secret of a shared credential, runs and checks show a mask.
    async fn its_secret_is_masked(desk: Desk) {
        const SECRET: &str = "a_shared_secret";
        let stub = Stub::start(|_, _| Reply::body(418, format!("I know {SECRET}!")));
        let tree = sharing(&desk, &stub.url("/dav"), SECRET).await;
        desk.work().await;
        let (_, run) = desk.synchronize(&tree).await;
        assert!(run.says("I know •••!") && !run.body.contains(SECRET), "{}", run.told());
        let details = desk.texts("SELECT detail AS value FROM checks WHERE detail IS NOT NULL").concat();
        assert!(details.contains("I know •••!") && !details.contains(SECRET), "{details}");
        assert!(!stub.seen().is_empty());
    }
}
