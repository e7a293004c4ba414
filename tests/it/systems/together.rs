//! All errors of the settings form appear together, and nothing that was typed is dropped silently.

use crate::database::both_databases;
use crate::desk::Desk;
use crate::visitor::{Answer, Visitor};

/// Fills in the form of a new files system, with changes.
async fn send(desk: &Desk, ada: &Visitor, changes: &[(&str, &str)]) -> Answer {
    let root = desk.root("Finance");
    let [source, destination] = ["in", "out"].map(|name| root.join(name).display().to_string());
    ada.get("/systems/new?kind=files").await.expect(200);
    let good = [
        ("name", "Reports"),
        ("group", "Finance"),
        ("settings.source_path", source.as_str()),
        ("settings.destination_path", destination.as_str()),
    ];
    let mut fields: Vec<(&str, &str)> =
        good.into_iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name)).collect();
    fields.extend(changes);
    ada.submit("/systems/new", &fields).await
}

/// The fields with an error.
fn wrong(page: &Answer) -> Vec<String> {
    let ids = page.attributes("p.wrong", "id");
    ids.into_iter().map(|id| id.trim_end_matches("-error").trim_start_matches("settings.").to_owned()).collect()
}

fn value(page: &Answer, field: &str) -> String {
    page.attributes(&format!("[id='{field}']"), "value").concat()
}

both_databases! {
    /// What the form alone shows, and what only the other systems, groups, folders and secrets show.
    async fn both_classes_at_the_same_time(desk: Desk) {
        let ada = desk.as_("ada").await;
        desk.files_system("Finance", "Taken").await;
        let mirror = desk.files_system_with("Finance", "Mirror", &[("settings.mode", "mirror")]).await;
        let destination = mirror.destination.display().to_string();
        let outside = ("settings.source_path", "/etc");
        for (changes, expected) in [
            (&[("name", "Taken"), outside, ("max_attempts", "0")][..], &["name", "source_path", "max_attempts"][..]),
            (&[("name", "Taken"), ("settings.destination_path", &destination), ("time_zone", "Mars")], &["name", "destination_path", "time_zone"]),
            (&[("group", "Nowhere"), ("name", ""), ("settings.transfers", "0")], &["name", "group", "transfers"]),
            (&[outside, ("settings.destination_path", "/usr"), ("schedule", "daily"), ("daily_at", "25:00")], &["source_path", "destination_path", "daily_at"]),
            (&[outside, ("settings.destination_path", "/etc"), ("timeout_minutes", "0")], &["source_path", "destination_path", "timeout_minutes"]),
            (&[outside, ("settings.destination_path", "out")], &["source_path", "destination_path"]),
            (&[outside, ("settings.destination_kind", "s3"), ("settings.destination_account", "a"), ("freshness_hours", "0")],
                &["source_path", "destination_bucket", "destination_secret", "freshness_hours"]),
            (&[("settings.mode", "mirror"), ("settings.destination_path", &destination), ("settings.brake_percent", "101")],
                &["destination_path", "brake_percent"]),
        ] {
            let page = send(&desk, &ada, changes).await.expect(422);
            assert_eq!(wrong(&page), expected, "{changes:?}: {}", page.told());
            let on_top = page.attributes(".note.err li a", "href");
            assert_eq!(on_top.len(), expected.len(), "{on_top:?}");
        }
        assert_eq!(desk.texts("SELECT name AS value FROM systems ORDER BY id"), ["Taken", "Mirror"]);
    }

    /// Neither people nor file systems tell them apart.
    async fn names_that_differ_in_case_only(desk: Desk) {
        let ada = desk.as_("ada").await;
        desk.files_system("Finance", "Straße Übersicht").await;
        for name in ["straße übersicht", "STRASSE ÜBERSICHT", "Straße übersicht"] {
            let page = send(&desk, &ada, &[("name", name)]).await.expect(422);
            assert_eq!(wrong(&page), ["name"], "{name}: {}", page.told());
            assert!(page.text("#name-error").contains("“Straße Übersicht” is already used in the group; it differs only in upper and lower case."), "{}", page.told());
        }
        let same = send(&desk, &ada, &[("name", "Straße Übersicht")]).await.expect(422);
        assert!(same.text("#name-error").contains("This name is already used in the group"), "{}", same.told());
        send(&desk, &ada, &[("name", "Strasse Übersicht 2")]).await.expect(303);
        // Its own name in other letters is no other system's; and two that an earlier version took stay as they are.
        let tree = desk.files_system("Finance", "Orders").await;
        let edit = format!("{}/edit", tree.page());
        ada.get(&edit).await.expect(200);
        ada.submit(&edit, &[("name", "ORDERS")]).await.expect(303);
        desk.sql("UPDATE systems SET name = 'orders' WHERE name = 'Strasse Übersicht 2'");
        ada.get(&edit).await.expect(200);
        ada.submit(&edit, &[("max_attempts", "3")]).await.expect(303);
        ada.get(&edit).await.expect(200);
        ada.submit(&edit, &[("name", "Orders")]).await.expect(422);
    }

    /// Changing a system also reports all errors together.
    async fn of_a_change(desk: Desk) {
        let ada = desk.as_("ada").await;
        desk.files_system("Finance", "Taken").await;
        let tree = desk.files_system("Finance", "Reports").await;
        let edit = format!("{}/edit", tree.page());
        ada.get(&edit).await.expect(200);
        let changes = [("name", "Taken"), ("settings.source_path", "/etc"), ("settings.transfers", "99"), ("cron", "* * *")];
        let page = ada.submit(&edit, &changes).await.expect(422);
        assert_eq!(wrong(&page), ["name", "source_path", "cron", "transfers"], "{}", page.told());
        // Its own name is not taken, and its own destination is not another's.
        ada.get(&edit).await.expect(200);
        ada.submit(&edit, &[("settings.mode", "mirror")]).await.expect(303);
    }

    /// Several things wrong with one field are all told.
    async fn within_a_field(desk: Desk) {
        let ada = desk.as_("ada").await;
        ada.get("/systems/new?kind=odata").await.expect(200);
        let page = ada.submit("/systems/new", &[("settings.headers", "no colon\nCookie: x"), ("settings.master_sets", "A B\nC D")]).await.expect(422);
        let said = page.text("[id='settings.headers-error']");
        assert!(said.contains("no colon") && said.contains("Cookie"), "{said}");
        let said = page.text("[id='settings.master_sets-error']");
        assert!(said.contains("A B") && said.contains("C D"), "{said}");
    }

    async fn a_cron_expression_is_never_dropped(desk: Desk) {
        let ada = desk.as_("ada").await;
        let page = send(&desk, &ada, &[("cron", "30 6 * * mon-fri")]).await.expect(422);
        assert_eq!((wrong(&page), value(&page, "cron")), (vec!["cron".to_owned()], "30 6 * * mon-fri".to_owned()));
        assert_eq!(page.attributes("input[name=schedule][checked]", "value"), ["cron"], "the choice that was meant");
        ada.submit("/systems/new", &[]).await.expect(303);
        assert_eq!(desk.texts("SELECT schedule AS value FROM systems"), ["cron 30 6 * * mon-fri"]);
        for changes in [
            &[("schedule", "every"), ("every_minutes", "5"), ("cron", "30 6 * * *")][..],
            &[("schedule", "daily"), ("daily_at", "06:00"), ("cron", "nonsense")],
        ] {
            let page = send(&desk, &ada, &[&[("name", "Other")], changes].concat()).await.expect(422);
            assert_eq!(wrong(&page), ["cron"], "{changes:?}");
            assert_eq!(page.attributes("input[name=schedule][checked]", "value"), [changes[0].1], "what was chosen stays");
        }
        let both = send(&desk, &ada, &[("name", "Other"), ("every_minutes", "5"), ("daily_at", "06:00")]).await.expect(422);
        assert_eq!(wrong(&both), ["every_minutes", "daily_at"]);
        // A person who turns from cron to manual has typed nothing.
        let edit = desk.texts("SELECT key AS value FROM systems").concat();
        let edit = format!("/systems/{edit}/edit");
        ada.get(&edit).await.expect(200);
        ada.submit(&edit, &[("schedule", "none")]).await.expect(303);
        assert_eq!(desk.texts("SELECT schedule AS value FROM systems"), ["none"]);
    }

    /// The same for fields of another kind of endpoint, and for a secret that nobody would get.
    async fn nor_is_anything_else(desk: Desk) {
        let ada = desk.as_("ada").await;
        let typed = [("settings.source_bucket", "b"), ("settings.source_account", "a"), ("settings.source_secret", "s3cr3t")];
        let page = send(&desk, &ada, &typed).await.expect(422);
        assert_eq!(wrong(&page), ["source_bucket", "source_account", "source_secret"]);
        let said = page.text("[id='settings.source_bucket-error']");
        assert_eq!(said, "“Local folder” does not use this field. Clear it, or choose another option under Kind.");
        assert_eq!((value(&page, "settings.source_bucket").as_str(), value(&page, "settings.source_secret").as_str()), ("b", ""));
        assert!(!page.says("Kept from your last attempt") && !page.body.contains("s3cr3t"), "there is nobody to keep it for");
        ada.get("/systems/new?kind=odata").await.expect(200);
        let fields = [("name", "Service"), ("group", "Finance"), ("settings.root", "http://127.0.0.1:9/x"), ("settings.auth", "basic"),
            ("settings.account", "ada"), ("settings.secret", "x"), ("settings.token_url", "https://id.example/token"), ("settings.key", "k")];
        let page = ada.submit("/systems/new", &fields).await.expect(422);
        assert_eq!(wrong(&page), ["token_url", "key"]);
        ada.submit("/systems/new", &[("settings.token_url", "")]).await.expect(303);
    }

    /// The second of two editors loses nothing that was typed, and overwrites nothing without knowing.
    async fn a_conflict_keeps_what_was_typed(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        let edit = format!("{}/edit", tree.page());
        let (ada, sven) = (desk.as_("ada").await, desk.as_("sven").await);
        ada.get(&edit).await.expect(200);
        sven.get(&edit).await.expect(200);
        sven.submit(&edit, &[("name", "Sven was here")]).await.expect(303);
        let refused = ada.submit(&edit, &[("name", "Ada was here"), ("settings.include", "*.txt")]).await.expect(409);
        assert!(refused.says("Someone else has changed this system since you opened it."), "{}", refused.told());
        assert_eq!(value(&refused, "name"), "Ada was here");
        assert_eq!(refused.texts("[name='settings.include']").concat().trim(), "*.txt");
        assert_eq!(desk.texts("SELECT name AS value FROM systems"), ["Sven was here"]);
        ada.submit(&edit, &[]).await.expect(303);
        assert_eq!(desk.texts("SELECT name AS value FROM systems"), ["Ada was here"]);
    }
}
