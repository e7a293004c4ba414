//! The role of a system and the link to its own administration page.

use crate::database::both_databases;
use crate::desk::Desk;

both_databases! {
    /// A change between Production and Test is saved only once it is confirmed, next to its field.
    async fn a_change_of_the_role_is_confirmed(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        let (ada, edit) = (desk.as_("ada").await, format!("{}/edit", tree.page()));
        let roles = || desk.texts("SELECT name AS value FROM systems WHERE production");
        for (production, before, said) in [("", 1, "a production system to a test system"), ("yes", 0, "a test system to a production system")] {
            let page = ada.get(&edit).await.expect(200);
            assert!(page.attributes("[name=confirms_role]", "type").is_empty(), "nothing to confirm yet");
            let refused = ada.submit(&edit, &[("production", production), ("max_attempts", "7")]).await.expect(422);
            assert!(refused.text("#production-error").contains(said), "{}", refused.told());
            assert_eq!(refused.attributes("#max_attempts", "value"), ["7"], "what was typed stays");
            assert_eq!(roles().len(), before, "nothing is saved");
            ada.submit(&edit, &[("confirms_role", "yes")]).await.expect(303);
            assert_eq!(roles().len(), 1 - before);
        }
        // Other changes ask for nothing.
        ada.get(&edit).await.expect(200);
        ada.submit(&edit, &[("max_attempts", "3")]).await.expect(303);
    }

    /// The page of a system leads to its own administration page, for people who may see settings.
    async fn a_system_has_an_administration_page(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        let (ada, edit) = (desk.as_("ada").await, format!("{}/edit", tree.page()));
        for (url, said) in [
            ("javascript:alert(1)", "Enter a URL that starts with https:// or http://, or leave the field empty."),
            ("ftp://s4.example/", "Enter a URL that starts with"),
            ("s4.example/ui", "Enter a URL that starts with"),
            ("https://ada@s4.example/", "without a user name"),
        ] {
            ada.get(&edit).await.expect(200);
            let refused = ada.submit(&edit, &[("admin_url", url)]).await.expect(422);
            assert!(refused.text("#admin_url-error").contains(said), "{url}: {}", refused.told());
            assert_eq!(refused.attributes("#admin_url", "value"), [url]);
        }
        let url = "https://s4.example/sap/bc/ui2/flp?sap-client=100";
        ada.get(&edit).await.expect(200);
        ada.submit(&edit, &[("admin_url", url)]).await.expect(303);
        let links = async |name: &str| {
            let page = desk.as_(name).await.get(&tree.page()).await.expect(200);
            page.attributes(".acts a[rel='noopener noreferrer']", "href")
        };
        assert_eq!(links("ada").await, [url]);
        assert_eq!(links("wim").await, [""; 0], "a watcher sees no settings");
        assert_eq!(ada.get(&edit).await.expect(200).attributes("#admin_url", "value"), [url]);
        ada.submit(&edit, &[("admin_url", "")]).await.expect(303);
        assert_eq!(links("ada").await, [""; 0]);
    }
}
