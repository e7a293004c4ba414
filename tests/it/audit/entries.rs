//! Each change says who, when, from where, before and after, and no secret.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use syncdesk::app::AppContext;
use syncdesk::clock::{Clock, FixedClock, Stamp, SystemClock};
use syncdesk::domain::run::Trigger;
use syncdesk::ops::audit::Action;
use syncdesk::ops::failed_sign_ins::{FailedSignIns, KEPT};
use syncdesk::ops::maintenance;
use syncdesk::ops::seal_audit::verify_audit;

use super::{Entry, entries};
use crate::database::{Database, Fixture, both_databases};
use crate::desk::{Desk, PASSWORD, sign_in};
use crate::proofs::worker;
use crate::visitor::Visitor;

const SECRET: &str = "s3cr3t of the bucket";
const NEW_PASSWORD: &str = "another phrase, as long";

/// A portal at a moment, behind a proxy, and Ada somewhere.
struct Moment {
    desk: Desk,
    ada: Visitor,
    now: i64,
}

impl Fixture for Moment {
    async fn on(database: Database) -> Self {
        let clock = Arc::new(FixedClock::at(SystemClock.now()));
        let now = clock.now().0;
        let desk = Desk::with(database, &["--trusted-proxies=127.0.0.1"], clock).await;
        let ada = desk.nobody().from("192.0.2.7");
        sign_in(&ada, "ada").await.expect(303);
        Self { desk, ada, now }
    }
}

impl Moment {
    /// Opens a page and sends its form; the entries that this left.
    async fn send(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Vec<Entry> {
        let before = entries(&self.desk).len();
        self.ada.open(page).await.expect(200);
        self.ada.submit(action, fields).await.expect(303);
        let mut left = entries(&self.desk).split_off(before);
        for entry in &mut left {
            // What is done to systems and runs goes by the clock of the database, which goes on.
            assert!(entry.at >= self.now, "{}", entry.at);
            entry.at = self.now;
        }
        left
    }

    /// What Ada did, now, from where she sits.
    fn done(&self, action: &str, subject: &str, group: Option<&str>, before: Value, after: Value) -> Entry {
        Entry {
            action: action.to_owned(),
            subject: subject.to_owned(),
            principal: "ada".to_owned(),
            address: Some("192.0.2.7".to_owned()),
            group: group.map(ToOwned::to_owned),
            at: self.now,
            before,
            after,
        }
    }
}

/// By hand; `portal.set_up` is in `sign_in::setup`, `session.begin` in `sign_in::answers`, `key.rotate` in `rotation`, what
/// is done to shared credentials in `shared`, what is done with drafts in `systems::connect`.
const ACTIONS: [&str; 30] = [
    "code.advise",
    "code.unadvise",
    "credential.create",
    "credential.delete",
    "credential.rename",
    "credential.secret",
    "credential.stop",
    "credential.use",
    "draft.try",
    "folder.create",
    "group.create",
    "key.rotate",
    "person.create",
    "person.password",
    "person.reset_password",
    "person.time_zone",
    "plan.confirm",
    "portal.set_up",
    "run.cancel",
    "run.request",
    "session.begin",
    "session.end_all",
    "session.refused",
    "system.change",
    "system.check",
    "system.create",
    "system.delete",
    "system.hold",
    "system.leave",
    "system.release",
];

/// Anyone who adds an action adds a test of its entry.
#[test]
fn every_action_is_listed() {
    let mut actions = Action::ALL.map(Action::as_str);
    actions.sort_unstable();
    assert_eq!(actions, ACTIONS);
}

both_databases! {
    /// Changes of people, passwords and sessions are in the audit log.
    async fn people(moment: Moment) {
        let mut moment = moment;
        let Moment { desk, .. } = &moment;
        let console = |action: &str, subject: &str, after: Value| Entry {
            principal: "Console".to_owned(),
            address: None,
            ..moment.done(action, subject, None, Value::Null, after)
        };
        let first = entries(desk);
        assert_eq!(first[0], console("group.create", "Finance", Value::Null));
        let mona = json!({ "collection": "Operator", "group": "Finance" });
        assert!(first.contains(&console("person.create", "mona", mona)), "{first:#?}");

        let zone = moment.send("/account", "/account/time-zone", &[("time_zone", "Asia/Tokyo")]).await;
        let (none, tokyo) = (json!({ "time_zone": null }), json!({ "time_zone": "Asia/Tokyo" }));
        assert_eq!(zone, [moment.done("person.time_zone", "ada", None, none, tokyo.clone())]);
        let zone = moment.send("/account", "/account/time-zone", &[("time_zone", "UTC")]).await;
        assert_eq!(zone, [moment.done("person.time_zone", "ada", None, tokyo, json!({ "time_zone": "UTC" }))]);

        let fields = [("current", PASSWORD), ("password", NEW_PASSWORD), ("password_again", NEW_PASSWORD)];
        let password = moment.send("/account", "/account/password", &fields).await;
        assert_eq!(password, [moment.done("person.password", "ada", None, Value::Null, Value::Null)]);
        let ended = moment.send("/account", "/account/sign-out-everywhere", &[]).await;
        assert_eq!(ended, [moment.done("session.end_all", "ada", None, Value::Null, Value::Null)]);

        for name in ["mona", "mona", "nobodys"] {
            let guess = desk.nobody().from("192.0.2.9");
            guess.get("/sign-in").await.expect(200);
            guess.post_form("/sign-in", &[("name", name), ("password", "s3cr3t guess")]).await.expect(422);
        }
        no_secret(desk);
        // They are told once a minute, and at the end.
        moment.desk.end();
        let Moment { desk, now, .. } = &moment;
        let refused: Vec<Entry> = entries(desk).into_iter().filter(|entry| entry.action == "session.refused").collect();
        let times = refused.iter().filter_map(|entry| entry.after["times"].as_u64()).sum::<u64>();
        assert_eq!(times, 3, "{refused:#?}");
        assert!(refused.iter().all(|entry| entry.address.as_deref() == Some("192.0.2.9") && entry.at == *now));
        let subjects: BTreeSet<&str> = refused.iter().map(|entry| entry.subject.as_str()).collect();
        assert_eq!(subjects, BTreeSet::from(["(unknown name)", "mona"]), "a name that nobody has may be a password");
    }

    /// After 90 days, and not before; the chain holds, and entries of people who are signed in keep theirs.
    async fn addresses_of_failed_sign_ins_are_erased(moment: Moment) {
        let Moment { desk, .. } = &moment;
        let AppContext { store, vault, config, .. } = &desk.context;
        let failed_sign_ins = FailedSignIns::default();
        for host in 0..5 {
            failed_sign_ins.note(Some("mona".to_owned()), Some(format!("2001:db8::{host}")));
        }
        let now = Stamp(moment.now);
        failed_sign_ins.write(store, now).await.expect("it is written");
        let addresses = || desk.texts("SELECT address AS value FROM audit_personal WHERE address LIKE '2001:%'");
        assert_eq!(addresses(), ["2001:db8:0:0::/64"], "one place, counted together");
        let others = entries(desk).len();
        maintenance::round(store, vault, config, worker(), now.plus(KEPT.saturating_sub(Duration::from_secs(1)))).await.expect("a round");
        assert_eq!(addresses().len(), 1);
        maintenance::round(store, vault, config, worker(), now.plus(KEPT)).await.expect("a round");
        assert!(addresses().is_empty());
        let kept = desk.texts("SELECT action AS value FROM audit WHERE action = 'session.refused'");
        assert_eq!((kept.len(), entries(desk).len()), (1, others - 1), "the entry itself stays");
        let verified = verify_audit(store, vault).await.expect("it is read");
        assert!(verified.is_ok(), "{verified:?}");
    }

    /// To write the same again is no change.
    async fn advice_of_the_house(moment: Moment) {
        let form = "/help/codes/FILE-FULL/note";
        let told = |advice: &str, placing: &str| json!({ "advice": advice, "placing": placing });
        let written = moment.send(form, form, &[("advice", " Call 4711.\r\n")]).await;
        let (first, second) = (told("Call 4711.", "beside"), told("Write.", "instead"));
        assert_eq!(written, [moment.done("code.advise", "FILE-FULL", None, Value::Null, first.clone())]);
        assert_eq!(moment.send(form, form, &[]).await, []);
        let written = moment.send(form, form, &[("advice", "Write."), ("placing", "instead")]).await;
        assert_eq!(written, [moment.done("code.advise", "FILE-FULL", None, first, second.clone())]);
        let removed = moment.send(form, &format!("{form}/remove"), &[]).await;
        assert_eq!(removed, [moment.done("code.unadvise", "FILE-FULL", None, second, Value::Null)]);
    }

    /// Creating, changing, holding, releasing, checking, moving and deleting a system are in the audit log.
    async fn a_system(moment: Moment) {
        let Moment { desk, ada, .. } = &moment;
        let root = desk.root("Finance").join("in").display().to_string();
        let fields = [
            ("name", "Reports"), ("group", "Finance"), ("settings.source_path", root.as_str()),
            ("settings.destination_kind", "s3"), ("settings.destination_bucket", "reports"),
            ("settings.destination_endpoint", "http://127.0.0.1:9"), ("settings.destination_account", "AKIAEXAMPLE"),
            ("settings.destination_secret", SECRET),
        ];
        let made = moment.send("/systems/new?kind=files", "/systems/new", &fields).await;
        assert_eq!(made.len(), 1);
        let created = &made[0].after;
        assert_eq!(made[0], moment.done("system.create", "Reports", Some("Finance"), Value::Null, created.clone()));
        assert_eq!(created["settings"]["destination_account"], "AKIAEXAMPLE");
        assert_eq!(created["secrets_changed"], json!(["destination_secret"]), "that it was typed, not what");
        let page = ada.get("/systems").await.attributes("tbody th a", "href").remove(0);

        let edit = format!("{page}/edit");
        let fields = [("name", "Ledger"), ("settings.destination_secret", "s3cr3t number two"), ("max_attempts", "3")];
        let changed = moment.send(&edit, &edit, &fields).await;
        let (before, after) = (&changed[0].before, &changed[0].after);
        assert_eq!(changed, [moment.done("system.change", "Ledger", Some("Finance"), before.clone(), after.clone())]);
        assert_eq!((&before["name"], &after["name"]), (&json!("Reports"), &json!("Ledger")));
        assert_eq!((&before["max_attempts"], &after["max_attempts"]), (&json!(5), &json!(3)));
        assert_eq!(before["settings"], after["settings"]);

        let hold = format!("{page}/hold");
        let reason = json!({ "reason": "moving" });
        let put = moment.send(&hold, &hold, &[("reason", "moving")]).await;
        assert_eq!(put, [moment.done("system.hold", "Ledger", Some("Finance"), Value::Null, reason.clone())]);
        let released = moment.send(&page, &format!("{page}/release"), &[]).await;
        assert_eq!(released, [moment.done("system.release", "Ledger", Some("Finance"), reason, Value::Null)]);

        // The check that the release has made due would answer the request.
        desk.work().await;
        let checked = moment.send(&page, &format!("{page}/check"), &[]).await;
        let check = checked[0].after.clone();
        assert_eq!(checked, [moment.done("system.check", "Ledger", Some("Finance"), Value::Null, check)]);

        let sales = desk.root("Sales").join("in").display().to_string();
        let moved = moment.send(&edit, &edit, &[("group", "Sales"), ("settings.source_path", sales.as_str())]).await;
        assert_eq!(moved[0], moment.done("system.leave", "Ledger", Some("Finance"), Value::Null, Value::Null));
        assert_eq!((moved[1].action.as_str(), moved[1].group.as_deref()), ("system.change", Some("Sales")));
        assert_eq!(moved.len(), 2);

        let delete = format!("{page}/delete");
        let deleted = moment.send(&delete, &delete, &[]).await;
        let before = deleted[0].before.clone();
        assert_eq!([&before["name"], &before["key"]], [&json!("Ledger"), &json!(page.trim_start_matches("/systems/"))]);
        assert_eq!((&before["production"], &before["settings"]["destination_bucket"]), (&json!(true), &json!("reports")));
        assert_eq!(deleted, [moment.done("system.delete", "Ledger", Some("Sales"), before, Value::Null)]);
        no_secret(desk);
    }

    /// Requesting a run, confirming a plan and canceling a run are in the audit log.
    async fn runs(moment: Moment) {
        let Moment { desk, ada, .. } = &moment;
        let mirror = desk.files_system_with("Sales", "Mirror", &[("settings.mode", "mirror")]).await;
        for number in 0..12 {
            std::fs::write(mirror.destination.join(format!("old {number}")), "old").expect("a file");
        }
        let button = format!("{}/synchronize", mirror.page());
        let asked = moment.send(&mirror.page(), &button, &[]).await;
        assert_eq!(asked, [moment.done("run.request", "Mirror", Some("Sales"), Value::Null, json!({ "run": 1 }))]);
        desk.ended(ada, &mirror.run(1)).await;
        let plan = format!("{}/plan", mirror.run(1));
        let confirmed = moment.send(&plan, &format!("{plan}/confirm"), &[]).await;
        let digest = confirmed[0].after["digest"].clone();
        assert_eq!(digest.as_str().map(str::len), Some(64), "{digest}");
        let after = json!({ "run": 1, "new_run": 2, "digest": digest });
        assert_eq!(confirmed, [moment.done("plan.confirm", "Mirror", Some("Sales"), Value::Null, after)]);
        desk.ended(ada, &mirror.run(2)).await;

        desk.run_of(&mirror).trigger(Trigger::Retry).attempt(2).not_before(Stamp(9_000_000_000_000_000)).queue();
        let cancel = format!("{}/cancel", mirror.run(3));
        let canceled = moment.send(&cancel, &cancel, &[]).await;
        assert_eq!(canceled, [moment.done("run.cancel", "Mirror", Some("Sales"), Value::Null, json!({ "run": 3 }))]);
    }

    /// What is not told does not happen: the entry is part of the change.
    async fn without_its_entry_nothing_changes(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        let (ada, hold, edit) = (desk.as_("ada").await, format!("{}/hold", tree.page()), format!("{}/edit", tree.page()));
        desk.sql("ALTER TABLE audit_personal RENAME TO gone");
        ada.get(&hold).await.expect(200);
        let broken = ada.submit(&hold, &[("reason", "moving")]).await.expect(500);
        assert!(broken.says("If this keeps happening, send your administrator this request ID"), "{}", broken.told());
        assert!(!broken.says("audit_personal"), "no inner words");
        ada.get(&edit).await.expect(200);
        ada.submit(&edit, &[("name", "Changed")]).await.expect(500);
        ada.get("/account").await.expect(200);
        ada.submit("/account/time-zone", &[("time_zone", "Asia/Tokyo")]).await.expect(500);
        ada.open(&tree.page()).await.expect(200);
        ada.submit(&format!("{}/synchronize", tree.page()), &[]).await.expect(500);
        let kept = desk.texts("SELECT name || settings_version || coalesce(hold_reason, '-') || last_run_no AS value FROM systems");
        assert_eq!(kept, ["Reports1-0"]);
        assert!(desk.texts("SELECT time_zone AS value FROM people WHERE time_zone IS NOT NULL").is_empty());
        assert!(desk.texts("SELECT state AS value FROM runs").is_empty());
    }
}

/// Neither a password nor the secret of an end is in any entry.
fn no_secret(desk: &Desk) {
    let all = format!("{:?}", entries(desk));
    for secret in ["s3cr3t", PASSWORD, NEW_PASSWORD, "argon2"] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
}
