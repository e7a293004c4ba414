//! The start page: what needs somebody, within the reach of its reader.

use crate::database::both_databases;
use crate::desk::Desk;
use crate::systems::shelf::{Box_, new, put};
use crate::visitor::Answer;

/// Names of the systems in a box.
fn named(page: &Answer, status: &str) -> Vec<String> {
    page.texts(&format!("section[aria-labelledby={status}] li b a"))
}

both_databases! {
    /// What needs somebody comes first, with its reason and one action; what is fine is a number.
    async fn what_needs_somebody(desk: Desk) {
        let (bad, _good) = (desk.files_system("Finance", "Reports").await, desk.files_system("Finance", "Archive").await);
        std::fs::remove_dir_all(&bad.source).expect("the source goes");
        desk.synchronize(&bad).await;
        desk.leaves_work();
        let mona = desk.as_("mona").await;
        assert_eq!(mona.get("/").await.expect(303).location(), "/overview");
        let page = mona.get("/overview").await.expect(200);
        assert_eq!(page.text("h1"), "1 system needs you. 1 is open.", "{}", page.told());
        assert_eq!(named(&page, "error"), ["Reports"]);
        let row = page.text("section[aria-labelledby=error] li");
        assert!(row.starts_with("Error Reports Source does not exist ") && row.contains(" since "), "{row}");
        assert_eq!(page.texts("section[aria-labelledby=error] button"), ["Synchronize now : Reports"]);
        assert_eq!(page.attributes("section[aria-labelledby=error] header a", "href"), ["/systems?status=error"]);
    }

    /// Every number leads to what it counts, and counts what is in reach.
    async fn numbers_lead_to_what_they_count(desk: Desk) {
        let all = [("Ledger", "Finance", "error"), ("Archive", "Finance", "warning"), ("Shop", "Sales", "error"), ("Orders", "Sales", "ok")]
            .map(|(name, group, overall)| Box_ { overall, ..new(name, group) });
        put(&desk, 1, &all);
        for (person, sentence, errors) in [
            ("ada", "2 systems need you. 1 has warnings, 1 is OK.", vec!["Ledger", "Shop"]),
            ("mona", "1 system needs you. 1 has warnings.", vec!["Ledger"]),
            ("dora", "1 system needs you. 1 is OK.", vec!["Shop"]),
        ] {
            let visitor = desk.as_(person).await;
            let page = visitor.get("/overview").await.expect(200);
            assert_eq!(page.text("h1"), sentence, "{person}");
            let mut shown = named(&page, "error");
            shown.sort();
            assert_eq!(shown, errors, "{person}");
            for (number, link) in page.texts("[aria-labelledby=statuses] li b").iter().zip(page.attributes("[aria-labelledby=statuses] li a", "href")) {
                let list = visitor.get(&link).await.expect(200);
                assert_eq!(list.texts("tbody th.c-nm > a").len().to_string(), *number, "{person}: {link}");
            }
        }
    }

    /// Before the first system it says what to do.
    async fn first_steps(desk: Desk) {
        let page = desk.as_("ada").await.get("/overview").await.expect(200);
        assert_eq!(page.text("h1"), "No systems yet.");
        assert_eq!(page.attributes("main a", "href"), ["/systems/new"]);
        let page = desk.as_("wim").await.get("/overview").await.expect(200);
        assert_eq!(page.attributes("main a", "href"), ["/help/roles/SpecifySystemsApp"]);
    }
}
