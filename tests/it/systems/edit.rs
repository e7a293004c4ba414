//! Changing a system, also when two do.

use super::counts_hold;
use crate::database::both_databases;
use crate::desk::Desk;

both_databases! {
    async fn each_change_is_a_version(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        let (ada, edit) = (desk.as_("ada").await, format!("{}/edit", tree.page()));
        for (number, pattern) in ["*.txt", "*.csv"].into_iter().enumerate() {
            let page = ada.get(&edit).await.expect(200);
            assert_eq!(page.attributes("input[name=version]", "value"), [(number + 1).to_string()]);
            let saved = ada.submit(&edit, &[("settings.include", pattern)]).await.expect(303);
            let told = ada.follow(saved).await.expect(200);
            assert!(told.says("System saved. The next run uses these settings."), "{}", told.told());
        }
        let versions = desk.texts("SELECT version || ' ' || principal AS value FROM system_versions ORDER BY version");
        assert_eq!(versions, ["1 ada", "2 ada", "3 ada"]);
        let kept = desk.texts("SELECT settings AS value FROM system_versions ORDER BY version");
        assert!(!kept[0].contains("*.txt") && kept[1].contains("*.txt") && kept[2].contains("*.csv"), "{kept:#?}");
        let page = ada.get(&edit).await.expect(200);
        assert_eq!(page.attributes("input[name='settings.source_path']", "value"), [tree.source.display().to_string()]);
        let (_, run) = desk.synchronize(&tree).await;
        assert!(run.says("Completed"), "{}", run.told());
        assert_eq!(desk.texts("SELECT CAST(settings_version AS TEXT) AS value FROM runs"), ["3"], "the run says which it used");
    }

    /// The second of two editors is told so, and overwrites nothing.
    async fn two_editors(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        let edit = format!("{}/edit", tree.page());
        let (ada, sven) = (desk.as_("ada").await, desk.as_("sven").await);
        ada.get(&edit).await.expect(200);
        sven.get(&edit).await.expect(200);
        sven.submit(&edit, &[("name", "Sven was here")]).await.expect(303);
        let refused = ada.submit(&edit, &[("name", "Ada was here")]).await.expect(409);
        assert!(refused.says("Someone else has changed this system since you opened it."), "{}", refused.told());
        assert_eq!(refused.text("h1"), "Edit Sven was here", "the form is shown again");
        assert_eq!(desk.texts("SELECT name || settings_version AS value FROM systems"), ["Sven was here2"]);
        // A version of one's own making is no better.
        for version in ["", "x", "0", "-1", "3", "99999999999999999999"] {
            ada.get(&edit).await.expect(200);
            ada.submit(&edit, &[("version", version), ("name", "Ada was here")]).await.expect(409);
        }
        assert_eq!(desk.texts("SELECT name || settings_version AS value FROM systems"), ["Sven was here2"]);
    }

    async fn what_is_refused_keeps_the_system_as_it_was(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        desk.files_system("Finance", "Taken").await;
        let (ada, edit) = (desk.as_("ada").await, format!("{}/edit", tree.page()));
        let before = desk.texts("SELECT name || settings || settings_version AS value FROM systems ORDER BY id");
        for (changes, field, typed) in [
            ([("name", "Taken")], "name", "Taken"),
            ([("max_attempts", "0")], "max_attempts", "0"),
            ([("settings.source_path", "/etc")], "settings.source_path", "/etc"),
        ] {
            ada.get(&edit).await.expect(200);
            let refused = ada.submit(&edit, &changes).await.expect(422);
            assert_eq!(refused.texts(&format!("[id='{field}-error']")).len(), 1, "{}", refused.told());
            assert_eq!(refused.attributes(&format!("[id='{field}']"), "value"), [typed]);
            assert_eq!(refused.text("h1"), "Edit Reports", "the heading names what is stored");
        }
        assert_eq!(desk.texts("SELECT name || settings || settings_version AS value FROM systems ORDER BY id"), before);
    }

    /// Its folders have to lie where the new group's do; then others see it, and the counts follow.
    async fn a_system_moves_to_another_group(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        desk.synchronize(&tree).await;
        let (ada, edit) = (desk.as_("ada").await, format!("{}/edit", tree.page()));
        ada.get(&edit).await.expect(200);
        let refused = ada.submit(&edit, &[("group", "Sales")]).await.expect(422);
        assert_eq!(refused.texts("[id='settings.source_path-error']").len(), 1, "{}", refused.told());
        let sales = desk.root("Sales").display().to_string();
        let (from, to) = (format!("{sales}/in"), format!("{sales}/out"));
        let moved = [("group", "Sales"), ("settings.source_path", from.as_str()), ("settings.destination_path", to.as_str())];
        ada.submit(&edit, &moved).await.expect(303);
        desk.as_("mona").await.get(&tree.page()).await.expect(404);
        desk.as_("dora").await.get(&tree.page()).await.expect(200);
        counts_hold(&desk);
    }

    /// The kind of a system is what it was made as, whatever the form says.
    async fn a_forged_kind_changes_nothing(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        let (ada, edit) = (desk.as_("ada").await, format!("{}/edit", tree.page()));
        ada.get(&edit).await.expect(200);
        ada.submit(&edit, &[("kind", "odata")]).await.expect(303);
        assert_eq!(desk.texts("SELECT kind AS value FROM systems"), ["files"]);
    }
}
