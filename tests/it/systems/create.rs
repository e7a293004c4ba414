//! Connecting a system: the form, what it refuses, and that nothing typed is lost.

use syncdesk::clock::Stamp;
use syncdesk::domain::schedule::Schedule;

use crate::database::both_databases;
use crate::desk::{Desk, key_of};
use crate::visitor::{Answer, Visitor};

/// The whole form, filled in so that it can be sent.
async fn open_form(desk: &Desk, visitor: &Visitor) -> Vec<(String, String)> {
    let root = desk.root("Finance");
    let page = visitor.get("/systems/new?kind=files").await.expect(200);
    let mut form = page.form("/systems/new").expect("the form");
    for (name, value) in [
        ("name", "Reports".to_owned()),
        ("group", "Finance".to_owned()),
        ("settings.source_path", root.join("in").display().to_string()),
        ("settings.destination_path", root.join("out").display().to_string()),
        ("settings.include", "*.txt\n*.csv".to_owned()),
    ] {
        form.retain(|(known, _)| known != name);
        form.push((name.to_owned(), value));
    }
    form
}

/// Sends it with some fields changed.
async fn send(visitor: &Visitor, form: &[(String, String)], changes: &[(&str, &str)]) -> Answer {
    let kept = form.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    let mut fields: Vec<(&str, &str)> = kept.map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.extend(changes);
    visitor.post_bare("/systems/new", &fields).await
}

fn systems(desk: &Desk) -> Vec<String> {
    desk.texts("SELECT name AS value FROM systems WHERE deleted_at IS NULL ORDER BY id")
}

/// The error next to a field.
fn beside(page: &Answer, field: &str) -> String {
    page.texts(&format!("[id='{field}-error']")).join(" ")
}

both_databases! {
    async fn the_form_follows_from_the_settings(desk: Desk) {
        let page = desk.as_("ada").await.get("/systems/new?kind=files").await.expect(200);
        let sections = [
            "General", "Source", "Destination", "What is synchronized", "Schedule", "Time zone", "Limits and safety", "Limits",
        ];
        assert_eq!(page.texts("legend"), sections);
        assert_eq!(page.attributes("select[name='settings.mode'] option", "value"), ["copy", "mirror"]);
        assert_eq!(
            page.attributes("select[name='settings.source_kind'] option", "value"),
            ["local", "s3", "azblob", "webdav"]
        );
        for (field, value) in [("settings.transfers", "4"), ("settings.brake_percent", "20"), ("settings.brake_count", "10"),
            ("timeout_minutes", "60"), ("max_attempts", "5"), ("time_zone", "UTC")] {
            assert_eq!(page.attributes(&format!("input[name='{field}']"), "value"), [value], "{field}");
        }
        for field in page.attributes("fieldset input[type=text], fieldset input[type=number], fieldset input[type=password]", "id") {
            let help = page.texts(&format!("[id='{field}-help']")).join("");
            assert!(help.len() > 5, "{field} is explained: {help}");
        }
        let groups = |page: &Answer| page.attributes("select[name=group] option", "value");
        assert_eq!(groups(&page), ["Finance", "General", "Sales"]);
        assert_eq!(groups(&desk.as_("dora").await.get("/systems/new").await.expect(200)), ["Sales"]);
        desk.as_("ada").await.get("/systems/new?kind=nonsense").await.expect(404);
    }

    async fn a_system_is_made(desk: Desk) {
        let ada = desk.as_("ada").await;
        let form = open_form(&desk, &ada).await;
        let made = send(&ada, &form, &[("schedule", "daily"), ("daily_at", "23:00"), ("time_zone", "Europe/Berlin")]).await;
        let page = ada.follow(made.expect(303)).await.expect(200);
        assert!(page.says("System saved."), "{}", page.told());
        assert_eq!(page.text("h1"), "Connection check");
        let system = format!("/systems/{}", key_of(&page.path));
        let page = ada.get(&system).await.expect(200);
        assert!(page.says("daily at 23:00"), "{}", page.told());
        assert_eq!(page.text("h1"), "Reports");
        let kept = desk.texts(
            "SELECT version || ' ' || principal || ' ' || schedule || ' ' || s.time_zone AS value
             FROM system_versions JOIN systems s ON s.id = system_id",
        );
        assert_eq!(kept, ["1 ada daily 23:00 Europe/Berlin"]);
        let edit = ada.get(&format!("{}/edit", page.path)).await.expect(200);
        assert_eq!(edit.texts("textarea[name='settings.include']").concat().split_whitespace().collect::<Vec<_>>(), ["*.txt", "*.csv"]);
        assert_eq!(edit.attributes("input[name=schedule][checked]", "value"), ["daily"]);
    }

    /// The first due time of a new system is spread like all that follow, and comes once.
    async fn a_due_time_comes_once(desk: Desk) {
        for number in 0..8 {
            let fields = [("schedule", "every"), ("every_minutes", "60")];
            desk.files_system_with("Finance", &format!("Reports {number}"), &fields).await;
        }
        let rows = desk.texts("SELECT CAST(id AS TEXT) || ' ' || CAST(created_at AS TEXT) || ' ' || CAST(next_due AS TEXT) AS value FROM systems");
        assert_eq!(rows.len(), 8);
        for row in rows {
            let numbers: Vec<i64> = row.split(' ').map(|number| number.parse().expect("a number")).collect();
            let (id, created, due) = (syncdesk::ids::SystemId(numbers[0]), Stamp(numbers[1]), Stamp(numbers[2]));
            let hourly = Schedule::EveryMinutes(60);
            assert_eq!(hourly.next_after(created, chrono_tz::UTC, id.seed()), Some(due));
            let come = hourly.due(due, due, chrono_tz::UTC, id.seed()).expect("it has come");
            assert_eq!(come.next, Some(due.plus(std::time::Duration::from_hours(1))), "and not a moment later once more");
        }
    }

    /// Each invalid field alone: 422, a message beside the field and on top, and all that was typed.
    async fn errors_stand_beside_the_fields(desk: Desk) {
        let ada = desk.as_("ada").await;
        let form = open_form(&desk, &ada).await;
        let long = "x".repeat(121);
        let inside = desk.root("Finance").join("in").display().to_string();
        let below = format!("{inside}/below");
        let s3 = ("settings.source_kind", "s3");
        for (changes, field, said) in [
            (&[("name", "  ")][..], "name", "Enter a name."),
            (&[("name", &long)], "name", "Use at most 120 characters."),
            (&[("name", "two\nlines")], "name", "Remove the invisible character \\n."),
            (&[("name", "Reports\u{202e}gpj")], "name", "Remove the invisible character \\u{202E}."),
            (&[("group", "Nowhere")], "group", "Choose a group"),
            (&[("group", "")], "group", "Choose a group"),
            (&[("schedule", "nonsense")], "schedule", ""),
            (&[("schedule", "every"), ("every_minutes", "0")], "every_minutes", ""),
            (&[("schedule", "every"), ("every_minutes", "")], "every_minutes", ""),
            (&[("schedule", "daily"), ("daily_at", "25:00")], "daily_at", ""),
            (&[("schedule", "cron"), ("cron", "* * *")], "cron", ""),
            (&[("time_zone", "Mars")], "time_zone", "Use a time zone such as Europe/Berlin"),
            (&[("timeout_minutes", "0")], "timeout_minutes", "from 1 to 10,080"),
            (&[("timeout_minutes", "soon")], "timeout_minutes", "from 1 to 10,080"),
            (&[("max_attempts", "21")], "max_attempts", "from 1 (no retry) to 20"),
            (&[("settings.source_path", "")], "settings.source_path", "Enter the folder."),
            (&[("settings.source_path", "reports")], "settings.source_path", "starting with /"),
            (&[("settings.source_path", "/srv/../etc")], "settings.source_path", "must not contain"),
            (&[("settings.source_path", "/etc")], "settings.source_path", "Local folders of this group must be in"),
            (&[("settings.destination_path", &inside)], "settings.destination_path", "must not be the same,"),
            (&[("settings.destination_path", &below)], "settings.destination_path", "must not be the same,"),
            (&[("settings.transfers", "33")], "settings.transfers", "32"),
            (&[("settings.brake_percent", "101")], "settings.brake_percent", "100"),
            (&[("settings.brake_count", "-1")], "settings.brake_count", "0"),
            (&[("settings.mode", "guess")], "settings.mode", ""),
            (&[("settings.exclude", "a[")], "settings.exclude", ""),
            (&[s3], "settings.source_bucket", "Enter the name of the bucket."),
            (&[s3], "settings.source_account", "Enter the access key ID."),
            (&[s3, ("settings.source_endpoint", "ftp://x")], "settings.source_endpoint", ""),
        ] {
            let page = send(&ada, &form, changes).await.expect(422);
            let words = beside(&page, field);
            assert!(!words.is_empty() && words.contains(said), "{changes:?}: {words:?} in {}", page.told());
            let on_top = page.attributes(".note.err a", "href");
            assert!(on_top.contains(&format!("#{field}")), "{changes:?}: {on_top:?}");
            if field != "schedule" {
                let marked = page.attributes(&format!("[id='{field}']"), "aria-invalid");
                assert_eq!(marked, ["true"], "{changes:?}");
            }
            let mut kept: Vec<_> = page.form("/systems/new").expect("the form again");
            let mut typed: Vec<(String, String)> =
                form.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name)).cloned().collect();
            typed.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
            // Of what cannot be chosen the browser would not send anything, or the first choice.
            let chosen = ["csrf", "group", "schedule", "settings.mode", "name"];
            for fields in [&mut kept, &mut typed] {
                fields.retain(|(name, _)| !chosen.contains(&name.as_str()));
                fields.sort();
            }
            assert_eq!(kept, typed, "{changes:?}");
        }
        assert!(systems(&desk).is_empty(), "nothing was made");
        let all = send(&ada, &form, &[("name", ""), ("time_zone", "x"), ("max_attempts", ""), ("settings.transfers", "0")]).await;
        let told = all.texts(".note.err li a");
        assert_eq!(told, ["Name", "Time zone", "Limits and safety, Concurrent transfers", "Attempts"], "in the order of the form");
    }

    /// A forged kind makes nothing.
    async fn there_must_be_such_a_kind(desk: Desk) {
        let ada = desk.as_("ada").await;
        let form = open_form(&desk, &ada).await;
        for kind in ["nonsense", "", "Files"] {
            send(&ada, &form, &[("kind", kind)]).await.expect(404);
        }
        assert!(systems(&desk).is_empty());
    }

    async fn a_name_is_there_once_in_a_group(desk: Desk) {
        desk.files_system("Finance", "Reports").await;
        let ada = desk.as_("ada").await;
        let form = open_form(&desk, &ada).await;
        for name in ["Reports", "  Reports "] {
            let page = send(&ada, &form, &[("name", name)]).await.expect(422);
            assert_eq!(beside(&page, "name"), "This name is already used in the group.");
        }
        let sales = desk.root("Sales").display().to_string();
        let (from, to) = (format!("{sales}/in"), format!("{sales}/out"));
        let elsewhere = [("group", "Sales"), ("settings.source_path", &from), ("settings.destination_path", &to)];
        send(&ada, &form, &elsewhere.map(|(name, value)| (name, value))).await.expect(303);
        send(&ada, &form, &[("name", "reports")]).await.expect(422);
        assert_eq!(systems(&desk), ["Reports", "Reports"]);
        desk.sql("UPDATE systems SET deleted_at = 1 WHERE id = 1");
        send(&ada, &form, &[]).await.expect(303);
    }

    /// A person who specifies systems of one group cannot create one in another.
    async fn a_group_out_of_reach(desk: Desk) {
        let ada = desk.as_("ada").await;
        let mut form = open_form(&desk, &ada).await;
        let dora = desk.as_("dora").await;
        let token = dora.get("/systems/new").await.token().expect("a form");
        form.retain(|(name, _)| name != "csrf");
        form.push(("csrf".to_owned(), token));
        let page = send(&dora, &form, &[]).await.expect(422);
        assert!(beside(&page, "group").contains("Choose a group"), "{}", page.told());
        assert!(!page.attributes("option", "value").contains(&"Finance".to_owned()), "nor does the form name it");
        assert!(systems(&desk).is_empty());
    }
}
