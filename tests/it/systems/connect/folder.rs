//! A local folder that does not exist is created from the page of the test.

use super::{Draft, systems};
use crate::database::both_databases;
use crate::desk::Desk;

both_databases! {
    /// A missing source folder is created on request, within the folder of the group, and the test is repeated.
    async fn a_missing_source(desk: Desk) {
        let draft = Draft::begun(&desk, "Reports").await;
        let led = draft.locate("next", &[]).await.expect(303);
        let failed = desk.ended(&draft.visitor, led.location()).await;
        assert!(failed.says("FILE-SOURCE-MISSING") && failed.says("Syncdesk can create it."), "{}", failed.told());
        assert!(!draft.source.exists(), "a test creates nothing");
        let led = draft.visitor.submit(&format!("{}/folder", draft.page), &[]).await.expect(303);
        assert!(!draft.source.exists(), "a worker creates it");
        desk.work().await;
        assert!(draft.source.is_dir());
        assert_eq!(draft.visitor.get(led.location()).await.expect(303).location(), draft.schedule());
        assert!(systems(&desk).is_empty() && !draft.destination.exists());
        let entries = desk.texts("SELECT subject AS value FROM audit WHERE action = 'folder.create'");
        assert_eq!(entries, [draft.source.display().to_string()]);
        // Only after a test that failed for want of a folder.
        let page = draft.visitor.get(&draft.page).await.expect(200);
        let token = page.token().expect("a form");
        draft.visitor.post_bare(&format!("{}/folder", draft.page), &[("csrf", &token)]).await.expect(409);
    }

    /// A link does not lead the creation of a folder out of the folder of the group.
    async fn through_a_link(desk: Desk) {
        let draft = Draft::begun(&desk, "Reports").await;
        let outside = tempfile::tempdir().expect("a folder");
        let above = draft.source.parent().expect("a folder");
        std::fs::create_dir_all(above).expect("a folder");
        draft.locate("next", &[]).await.expect(303);
        desk.work().await;
        std::fs::remove_dir(above).expect("it is empty");
        std::os::unix::fs::symlink(outside.path(), above).expect("a link");
        draft.visitor.get(&format!("{}/test", draft.page)).await.expect(200);
        let led = draft.visitor.submit(&format!("{}/folder", draft.page), &[]).await.expect(303);
        let failed = desk.ended(&draft.visitor, led.location()).await;
        assert!(failed.says("The connection test failed"), "{}", failed.told());
        assert_eq!(std::fs::read_dir(outside.path()).expect("a folder").count(), 0);
    }
}
