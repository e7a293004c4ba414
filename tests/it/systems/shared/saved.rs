//! Changing, moving and deleting a system that uses a shared credential.

use syncdesk::ops::shared_credentials::stop_using;

use super::{audit, create, new, share, share_at, slot, used};
use crate::database::both_databases;
use crate::desk::{Desk, Tree};
use crate::queue::depot::ada;

const URL: &str = "http://127.0.0.1:9/dav/team";
const SAID: &str =
    "The shared credential “Archive” cannot be used for this address. Enter a secret, or undo the change.";

/// A system of Finance that uses `Archive`, which is for this account.
async fn sharing(desk: &Desk, account: &str) -> Tree {
    let key = create(desk, new("Finance", "Archive", URL, account)).await;
    let tree = desk.saved_system_with("Finance", "One", &share_at(URL, account)).await;
    share(desk, &tree, &key).await.expect("it is in scope");
    assert_eq!(used(desk), ["destination_secret Archive"]);
    tree
}

/// Saves the form with changes; the error beside the secret, if that is what is refused.
async fn change(desk: &Desk, tree: &Tree, changes: &[(&str, &str)]) -> Option<String> {
    let (ada, edit) = (desk.as_("ada").await, format!("{}/edit", tree.page()));
    ada.get(&edit).await.expect(200);
    let answer = ada.submit(&edit, changes).await;
    match answer.status {
        303 => None,
        422 => Some(answer.text("[id='settings.destination_secret-error']")),
        _ => panic!("{}", answer.told()),
    }
}

fn actions(desk: &Desk) -> Vec<String> {
    desk.texts("SELECT action AS value FROM audit WHERE action LIKE 'credential.%' ORDER BY id")
}

both_databases! {
    /// A system cannot take a shared credential elsewhere. Within its scope everything can be changed.
    async fn settings_stay_in_scope(desk: Desk) {
        let tree = sharing(&desk, "wim").await;
        for (field, value, kept) in [
            ("settings.destination_endpoint", "http://127.0.0.1:9/dav/team/deeper", true),
            ("settings.destination_endpoint", "http://127.0.0.1:9/dav/team/", true),
            ("name", "Two", true),
            ("settings.destination_endpoint", "http://127.0.0.1:9/dav/teams", false),
            ("settings.destination_endpoint", "http://127.0.0.1:9/dav", false),
            ("settings.destination_endpoint", "http://127.0.0.1:10/dav/team", false),
            ("settings.destination_account", "ada", false),
        ] {
            let said = change(&desk, &tree, &[(field, value)]).await;
            assert_eq!(said.as_deref(), (!kept).then_some(SAID), "{value}");
            assert_eq!(used(&desk), ["destination_secret Archive"], "{value}");
        }
        // With its own secret it goes anywhere, and no longer uses the shared one.
        let elsewhere = [("settings.destination_account", "ada"), ("settings.destination_secret", "its own")];
        assert_eq!(change(&desk, &tree, &elsewhere).await, None);
        assert!(used(&desk).is_empty());
        assert_eq!(actions(&desk), ["credential.create", "credential.use", "credential.stop"]);
        assert_eq!(desk.count("credentials"), "1");
    }

    /// A secret that is typed for a system replaces the shared credential there, and the others keep it.
    async fn a_typed_secret_replaces_it(desk: Desk) {
        let tree = sharing(&desk, "wim").await;
        assert_eq!(change(&desk, &tree, &[("settings.destination_secret", "its own")]).await, None);
        assert!(used(&desk).is_empty());
        assert_eq!(desk.count("credentials"), "1");
        assert_eq!(desk.count("shared_credentials"), "1");
        assert_eq!(actions(&desk), ["credential.create", "credential.use", "credential.stop"]);
    }

    /// A bearer token is optional, so a system that goes elsewhere stops using it.
    async fn an_optional_one_is_released(desk: Desk) {
        let tree = sharing(&desk, "").await;
        assert_eq!(change(&desk, &tree, &[("settings.destination_endpoint", "http://127.0.0.1:9/other")]).await, None);
        assert!(used(&desk).is_empty());
        assert_eq!(change(&desk, &tree, &[("settings.destination_endpoint", URL)]).await, None);
        assert!(used(&desk).is_empty(), "it does not come back");
        assert_eq!(actions(&desk), ["credential.create", "credential.use", "credential.stop"]);
    }

    /// A shared credential stays in its group: a system that moves needs its own secret.
    async fn it_does_not_follow_to_another_group(desk: Desk) {
        let tree = sharing(&desk, "wim").await;
        let source = desk.root("Sales").join("in").display().to_string();
        let mut changes = vec![("group", "Sales"), ("settings.source_path", source.as_str())];
        assert_eq!(change(&desk, &tree, &changes).await.as_deref(), Some(SAID));
        changes.push(("settings.destination_secret", "its own"));
        assert_eq!(change(&desk, &tree, &changes).await, None);
        assert!(used(&desk).is_empty());
    }

    /// A system does not take its children out of the group whose shared credential one of them uses.
    async fn a_parent_stays_while_a_child_uses_one(desk: Desk) {
        let tree = sharing(&desk, "wim").await;
        let family = desk.family().await;
        desk.sql(&format!(
            "UPDATE systems SET parent_id = (SELECT id FROM systems WHERE key = '{}') WHERE key = '{}'", family.parent, tree.key
        ));
        let (visitor, edit) = (desk.as_("ada").await, format!("/systems/{}/edit", family.parent));
        let folders = ["from", "to"].map(|folder| desk.root("Sales").join(folder).display().to_string());
        let moved = [("group", "Sales"), ("settings.source_path", &folders[0]), ("settings.destination_path", &folders[1])];
        visitor.get(&edit).await.expect(200);
        let refused = visitor.submit(&edit, &moved).await.expect(422);
        let said = "A child of this system uses a shared credential. Stop using it there first.";
        assert_eq!(refused.text("[id='group-error']"), said, "{}", refused.told());
        assert_eq!(used(&desk), ["destination_secret Archive"]);
        stop_using(&desk.context.store, &ada(), slot(&tree), audit()).await.expect("it uses one");
        visitor.get(&edit).await.expect(200);
        visitor.submit(&edit, &moved).await.expect(303);
    }
}
