//! A connection is tested before anything is saved: by a worker, with the rules of a system that is saved.

use super::{Draft, systems};
use crate::database::both_databases;
use crate::desk::Desk;
use crate::stub::{Reply, Stub};

/// A WebDAV share as the destination, with a wrong password.
fn share(endpoint: &str) -> Vec<(&'static str, String)> {
    let fields = [
        ("settings.destination_kind", "webdav"),
        ("settings.destination_endpoint", endpoint),
        ("settings.destination_path", ""),
        ("settings.destination_account", "ada"),
        ("settings.destination_secret", "wrong-secret"),
    ];
    fields.map(|(name, value)| (name, value.to_owned())).into()
}

async fn tested(desk: &Desk, draft: &Draft, endpoint: &str) -> crate::visitor::Answer {
    let fields = share(endpoint);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let led = draft.locate("next", &fields).await.expect(303);
    desk.ended(&draft.visitor, led.location()).await
}

both_databases! {
    /// A failed test shows stage, code and advice, uses the typed secret, and saves nothing.
    async fn a_password_that_is_refused(desk: Desk) {
        let draft = Draft::with_folders(&desk, "Reports").await;
        let stub = Stub::start(|_number, _request| Reply::body(401, "<b>No such user</b> here"));
        let page = tested(&desk, &draft, &stub.url("")).await;
        assert!(page.says("PEER-SIGN-IN") && page.says("What to do"), "{}", page.told());
        assert!(page.says("<b>No such user</b> here") && !page.body.contains("wrong-secret"), "{}", page.told());
        assert_eq!(page.texts("ol.stages li.err").len(), 1);
        let sent = stub.seen();
        assert!(sent.iter().any(|request| request.header("authorization").is_some()), "the secret was opened");
        assert!(systems(&desk).is_empty());
        let again = draft.visitor.get(&draft.page).await.expect(200);
        assert!(again.says("Test result"), "{}", again.told());
        let unsure = draft.visitor.get(&draft.schedule()).await.expect(200);
        assert!(unsure.says("The last test of these settings failed."), "{}", unsure.told());
        // The person can continue all the same.
        draft.finish("create", &[]).await.expect(303);
        assert_eq!(systems(&desk), ["Reports"]);
        desk.work().await;
    }

    /// A test of a draft must not reach addresses that systems must not reach.
    async fn an_address_that_is_not_allowed(desk: Desk) {
        let draft = Draft::with_folders(&desk, "Reports").await;
        let page = tested(&desk, &draft, "http://169.254.169.254").await;
        assert!(page.says("Syncdesk is not allowed to connect to this address"), "{}", page.told());
    }

    /// A test of a draft stays within the folders of the group, and nothing is queued for another.
    async fn a_folder_of_another_group(desk: Desk) {
        let draft = Draft::with_folders(&desk, "Reports").await;
        for outside in [desk.root("Sales").join("in").display().to_string(), "/etc".to_owned()] {
            let refused = draft.locate("test", &[("settings.source_path", &outside)]).await.expect(422);
            assert_eq!(refused.attributes("p.wrong", "id"), ["settings.source_path-error"], "{}", refused.told());
        }
        assert!(desk.texts("SELECT state AS value FROM connect_trials").is_empty());
    }

    /// What is still wrong on a later page does not keep the connection from being tested.
    async fn later_pages_do_not_matter(desk: Desk) {
        let draft = Draft::with_folders(&desk, "Reports").await;
        draft.finish("create", &[("max_attempts", "0")]).await.expect(422);
        let led = draft.locate("test", &[]).await.expect(303);
        let page = desk.ended(&draft.visitor, led.location()).await;
        assert_eq!(page.attributes(".head .st", "class"), ["st ok"], "{}", page.told());
        assert_eq!(desk.texts("SELECT sort || ' ' || state AS value FROM connect_trials"), ["check ended"]);
    }

    /// A result counts for the settings that were tested only.
    async fn a_result_of_other_settings(desk: Desk) {
        let draft = Draft::with_folders(&desk, "Reports").await;
        draft.locate("test", &[]).await.expect(303);
        desk.work().await;
        assert!(draft.visitor.get(&draft.page).await.expect(200).says("Test result"));
        let other = desk.root("Finance").join("other").display().to_string();
        draft.locate("test", &[("settings.destination_path", &other)]).await.expect(303);
        let page = draft.visitor.get(&draft.schedule()).await.expect(200);
        assert!(page.says("The test of these settings has not ended yet."), "{}", page.told());
        desk.work().await;
    }

    /// What is selected afterwards does not make a test of the location worthless.
    async fn a_result_of_another_selection(desk: Desk) {
        let draft = Draft::with_folders(&desk, "Reports").await;
        draft.locate("test", &[]).await.expect(303);
        desk.work().await;
        draft.finish("preview", &[("settings.mode", "mirror"), ("settings.include", "*.txt")]).await.expect(303);
        desk.work().await;
        let page = draft.visitor.get(&draft.schedule()).await.expect(200);
        assert!(!page.says("You can connect the system anyway"), "{}", page.told());
        assert!(draft.visitor.get(&draft.page).await.expect(200).says("Test result"));
    }

    /// A request that is repeated is one test, and each is in the audit log.
    async fn the_same_test_twice(desk: Desk) {
        let draft = Draft::with_folders(&desk, "Reports").await;
        for _ in 0..2 {
            draft.locate("test", &[]).await.expect(303);
        }
        assert_eq!(desk.texts("SELECT state AS value FROM connect_trials"), ["queued"]);
        let entries = desk.texts("SELECT subject AS value FROM audit WHERE action = 'draft.try'");
        assert_eq!(entries, ["Reports", "Reports"]);
        desk.work().await;
        assert_eq!(desk.texts("SELECT state AS value FROM connect_trials"), ["ended"]);
    }
}
