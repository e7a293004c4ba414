//! No two systems may write to one place when one of them deletes there.

use crate::database::both_databases;
use crate::desk::{Desk, key_of};
use crate::visitor::{Answer, Visitor};
use crate::wait::until;

/// What people with reach *all* read, and all others.
const SAID: &str = "already writes to this location";
const SAID_TO_OTHERS: &str = "Another system already writes to this location. Ask an administrator.";

/// Without reach *all*, of a mirror without a folder.
const SAID_OF_HOSTS: &str =
    "A mirror of a whole host can delete everything on it. Enter a folder, or ask an administrator.";

/// The fields of an S3 end.
fn bucket<'a>(endpoint: &'a str, name: &'a str, path: &'a str) -> [(&'static str, &'a str); 7] {
    [
        ("settings.destination_kind", "s3"),
        ("settings.destination_endpoint", endpoint),
        ("settings.destination_bucket", name),
        ("settings.destination_region", "eu-central-1"),
        ("settings.destination_account", "AKIAEXAMPLE"),
        ("settings.destination_secret", "a secret"),
        ("settings.destination_path", path),
    ]
}

/// The fields of a WebDAV end without a sign-in.
fn share<'a>(endpoint: &'a str, path: &'a str) -> [(&'static str, &'a str); 3] {
    [
        ("settings.destination_kind", "webdav"),
        ("settings.destination_endpoint", endpoint),
        ("settings.destination_path", path),
    ]
}

/// Sends the form for a system of a group, from a separate folder to `destination`.
async fn connect(
    visitor: &Visitor,
    desk: &Desk,
    group: &str,
    name: &str,
    mode: &str,
    destination: &[(&str, &str)],
) -> Answer {
    let source = desk.root(group).join("sources").join(name).display().to_string();
    let mut fields = vec![("name", name), ("group", group), ("settings.mode", mode), ("settings.source_path", &source)];
    fields.extend(destination);
    visitor.get("/systems/new?kind=files").await.expect(200);
    visitor.submit("/systems/new", &fields).await
}

both_databases! {
    /// A mirror and another system cannot write to the same folder, or to one within the other.
    async fn folders(desk: Desk) {
        let ada = desk.as_("ada").await;
        let root = desk.root("Finance").display().to_string();
        let to = |path: &str| format!("{root}/{path}");
        let first = to("shared/reports");
        connect(&ada, &desk, "Finance", "first", "copy", &[("settings.destination_path", &first)]).await.expect(303);
        for (number, (path, mode, stands)) in [
            ("shared/reports", "mirror", false),
            ("shared/reports/", "mirror", false),
            ("shared//./reports", "mirror", false),
            ("shared/reports/below", "mirror", false),
            ("shared", "mirror", false),
            ("shared/reports", "copy", true),
            ("shared/reports2", "mirror", true),
            ("shared/report", "mirror", true),
            ("shared/reports2/below", "copy", false),
            ("shared/Reports", "mirror", true),
        ].into_iter().enumerate() {
            let (name, path) = (format!("system {number}"), to(path));
            let answer = connect(&ada, &desk, "Finance", &name, mode, &[("settings.destination_path", &path)]).await;
            let answer = answer.expect(if stands { 303 } else { 422 });
            if !stands {
                let words = answer.text("[id='settings.destination_path-error']");
                let theirs = if path.contains("reports2") { "system 6" } else { "first" };
                let said = format!("The system “{theirs}” in the group “Finance” already writes to this location.");
                assert_eq!(words, said);
            }
        }
    }

    /// A change of mode counts like a new system; a deleted system counts no more.
    async fn later_changes(desk: Desk) {
        let ada = desk.as_("ada").await;
        let path = desk.root("Finance").join("shared").display().to_string();
        let destination = [("settings.destination_path", path.as_str())];
        let one = connect(&ada, &desk, "Finance", "one", "copy", &destination).await.expect(303);
        let other = connect(&ada, &desk, "Finance", "other", "copy", &destination).await.expect(303);
        let [one, other] = [one, other].map(|made| format!("/systems/{}", key_of(made.location())));
        let edit = format!("{one}/edit");
        ada.get(&edit).await.expect(200);
        let refused = ada.submit(&edit, &[("settings.mode", "mirror")]).await.expect(422);
        assert!(refused.says(SAID), "{}", refused.told());
        let delete = format!("{other}/delete");
        ada.get(&delete).await.expect(200);
        ada.submit(&delete, &[]).await.expect(303);
        ada.get(&edit).await.expect(200);
        ada.submit(&edit, &[("settings.mode", "mirror")]).await.expect(303);
        ada.get(&edit).await.expect(200);
        ada.submit(&edit, &[("settings.transfers", "8")]).await.expect(303);
    }

    /// A mirror and another system cannot write to the same part of a bucket, even in groups that do not see each other.
    async fn buckets(desk: Desk) {
        let ada = desk.as_("ada").await;
        connect(&ada, &desk, "Finance", "Ledger", "copy", &bucket("http://127.0.0.1:9", "reports", "a/b")).await.expect(303);
        let dora = desk.as_("dora").await;
        for (number, (endpoint, name, path, stands)) in [
            ("http://127.0.0.1:9/", "reports", "a/b", false),
            ("http://127.0.0.1:9", "reports", "/a/b/c/", false),
            ("http://127.0.0.1:9", "reports", "", false),
            ("http://127.0.0.1:9", "reports", "a/bb", true),
            ("http://127.0.0.1:9", "others", "a/b", true),
            ("http://127.0.0.1:10", "reports", "a/b", true),
        ].into_iter().enumerate() {
            let number = format!("system {number}");
            let answer = connect(&dora, &desk, "Sales", &number, "mirror", &bucket(endpoint, name, path)).await;
            let answer = answer.expect(if stands { 303 } else { 422 });
            if !stands {
                assert!(answer.says(SAID_TO_OTHERS) && !answer.says("Ledger") && !answer.says("Finance"), "{}", answer.told());
            }
        }
    }

    /// The same destination is recognized however the settings spell it.
    async fn spellings(desk: Desk) {
        let (ada, dora) = (desk.as_("ada").await, desk.as_("dora").await);
        connect(&ada, &desk, "Finance", "first", "mirror", &share("http://127.0.0.1:9/ov", "team/a")).await.expect(303);
        for (number, (endpoint, path, stands)) in [
            ("http://127.0.0.1:9/ov", "team/a", false),
            ("http://127.0.0.1:9/%6fv", "team/a", false),
            ("http://127.0.0.1:9/%6Fv/", "team", false),
            ("http://127.0.0.1:9//ov", "team/a/b", false),
            ("http://127.0.0.1:9/ov//team", "a", false),
            ("http://127.0.0.1:9/./ov", "team/a", false),
            ("http://127.0.0.1:9/x/../ov", "team/a", false),
            ("http://127.0.0.1:9/x/%2e%2E/ov", "team/a", false),
            ("http://127.0.0.1:9/ov%2Fteam", "a", false),
            ("http://127.0.0.1:9/ov./team%20", "a.", false),
            ("http://localhost:9/ov", "team/a", false),
            ("http://LocalHost.:9/ov", "team/a", false),
            ("HTTP://127.1:9/ov", "team/a", false),
            ("http://[::1]:9/ov", "team/a", false),
            ("http://[::ffff:7f00:1]:9/ov", "team/a", false),
            ("http://127.0.0.1:10/ov", "team/a", true),
            ("http://127.0.0.1:9/ov", "team/ab", true),
            ("http://127.0.0.1:9/%256fv", "team/a", true),
            ("http://files.example/x", "", true),
            ("https://FILES.example.:443//%78", "", false),
        ].into_iter().enumerate() {
            let name = format!("system {number}");
            let answer = connect(&dora, &desk, "Sales", &name, "mirror", &share(endpoint, path)).await;
            assert_eq!(answer.status, if stands { 303 } else { 422 }, "{endpoint} {path}: {}", answer.told());
            assert!(stands || answer.says(SAID_TO_OTHERS), "{endpoint} {path}: {}", answer.told());
        }
    }

    /// A mirror of a whole host would keep everybody else from it.
    async fn whole_hosts(desk: Desk) {
        let (ada, dora) = (desk.as_("ada").await, desk.as_("dora").await);
        for endpoint in ["http://127.0.0.1:9", "http://127.0.0.1:9/x/..", "http://127.0.0.1:9/%2e/"] {
            let refused = connect(&dora, &desk, "Sales", "squat", "mirror", &share(endpoint, "")).await.expect(422);
            assert!(refused.says(SAID_OF_HOSTS), "{endpoint}: {}", refused.told());
        }
        let copy = connect(&dora, &desk, "Sales", "copy", "copy", &share("http://127.0.0.1:9", "")).await;
        let copy = copy.expect(303);
        let edit = format!("{}/edit", copy.location().split('?').next().unwrap_or_default());
        dora.get(&edit).await.expect(200);
        let refused = dora.submit(&edit, &[("settings.mode", "mirror")]).await.expect(422);
        assert!(refused.says(SAID_OF_HOSTS), "{}", refused.told());
        connect(&ada, &desk, "Sales", "all of it", "mirror", &share("http://127.0.0.1:10", "")).await.expect(303);
    }

    /// What an administrator has made of a whole host, its group may go on with, but not turn to another host.
    async fn a_whole_host_stays_as_it_was_made(desk: Desk) {
        let (ada, dora) = (desk.as_("ada").await, desk.as_("dora").await);
        let made = connect(&ada, &desk, "Sales", "all of it", "mirror", &share("http://127.0.0.1:10", "")).await;
        let edit = format!("/systems/{}/edit", key_of(made.expect(303).location()));
        dora.get(&edit).await.expect(200);
        dora.submit(&edit, &[("name", "all of that")]).await.expect(303);
        assert_eq!(desk.texts("SELECT name AS value FROM systems"), ["all of that"]);
        dora.get(&edit).await.expect(200);
        let refused = dora.submit(&edit, &[("settings.destination_endpoint", "http://127.0.0.1:11")]).await.expect(422);
        assert!(refused.says(SAID_OF_HOSTS), "{}", refused.told());
    }

    /// Of two people who claim the same destination at the same time, one is refused.
    async fn two_at_once(desk: Desk) {
        let (ada, sven) = (desk.as_("ada").await, desk.as_("sven").await);
        let path = desk.root("Finance").join("shared").display().to_string();
        let destination = [("settings.destination_path", path.as_str())];
        let mut held = desk.bare();
        let lock = if desk.is_on_postgres() { "LOCK TABLE systems IN SHARE MODE" } else { "UPDATE portal SET value = value" };
        held.execute(&format!("BEGIN; {lock}"));
        let let_go = async {
            if desk.is_on_postgres() {
                until("both to wait", async || (desk.waiting_for_locks() == 2).then_some(())).await;
            }
            held.execute("COMMIT");
        };
        let (one, other, ()) = tokio::join!(
            connect(&ada, &desk, "Finance", "one", "mirror", &destination),
            connect(&sven, &desk, "Finance", "other", "mirror", &destination),
            let_go,
        );
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 422], "{} and {}", one.told(), other.told());
        assert_eq!(desk.texts("SELECT name AS value FROM systems").len(), 1);
    }
}
