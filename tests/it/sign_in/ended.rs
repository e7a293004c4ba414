//! Forms that are sent after their session has ended.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use syncdesk::clock::{Clock, FixedClock, SystemClock};

use crate::database::{Database, Fixture, both_databases};
use crate::desk::{Desk, PASSWORD, Tree};
use crate::visitor::{Answer, Visitor};

/// Whose clock stands still until it is moved; sessions end after two idle hours.
struct Still {
    desk: Desk,
    clock: Arc<FixedClock>,
    tree: Tree,
}

impl Fixture for Still {
    async fn on(database: Database) -> Self {
        let clock = Arc::new(FixedClock::at(SystemClock.now()));
        let settings = ["--session-idle-hours=2", "--session-hours=50"];
        let desk = Desk::with(database, &settings, clock.clone()).await;
        desk.add_person("eve", "Administrator", None).await;
        let tree = desk.files_system("Finance", "Reports").await;
        Self { desk, clock, tree }
    }
}

/// The cookie of a session.
const COOKIE: &str = "syncdesk";

const SECRET: &str = "hunter2-hunter2";

impl Still {
    /// Ada sends the form of the system under another name, when her session has ended.
    async fn sent_too_late(&self) -> (Visitor, Answer) {
        let ada = self.desk.signed_in("ada").await;
        let edit = self.edit();
        ada.get(&edit).await.expect(200);
        self.clock.advance(Duration::from_mins(121));
        let share =
            [("name", "Renamed"), ("settings.destination_kind", "webdav"), ("settings.destination_secret", SECRET)];
        let answer = ada.submit(&edit, &share).await.expect(303);
        (ada, answer)
    }

    fn edit(&self) -> String {
        format!("{}/edit", self.tree.page())
    }

    fn drafts(&self) -> Vec<String> {
        self.desk.texts("SELECT slot AS value FROM secret_drafts")
    }

    fn names(&self) -> Vec<String> {
        self.desk.texts("SELECT name AS value FROM systems")
    }
}

/// Signs in on the page that a request was led to, and goes where that leads.
async fn sign_in_there(visitor: &Visitor, led: &Answer, name: &str) -> Answer {
    visitor.get(led.location()).await.expect(200);
    let signed_in = visitor.submit("/sign-in", &[("name", name), ("password", PASSWORD)]).await.expect(303);
    visitor.get(signed_in.location()).await
}

fn value(page: &Answer, field: &str) -> String {
    page.attributes(&format!("[id='{field}']"), "value").concat()
}

both_databases! {
    async fn a_long_form_is_shown_again(still: Still) {
        let (ada, led) = still.sent_too_late().await;
        assert_eq!(still.names(), ["Reports"]);
        let page = ada.get(led.location()).await.expect(200);
        assert!(page.says("Your session has ended, so nothing was saved yet. Your entries are kept for one hour"), "{}", page.told());
        let form = sign_in_there(&ada, &led, "ada").await.expect(200);
        assert!(form.says("These entries are not saved yet"), "{}", form.told());
        assert_eq!((value(&form, "name"), form.path.starts_with(&still.edit())), ("Renamed".to_owned(), true), "{}", form.path);
        assert!(form.text("[id='settings.destination_secret-error']").contains("Enter it again"), "{}", form.told());
        assert!(!form.body.contains(SECRET), "a secret is not kept");
        assert_eq!(still.names(), ["Reports"], "nothing is saved until she says so");
        ada.submit(&still.edit(), &[("settings.destination_kind", "local")]).await.expect(303);
        assert_eq!(still.names(), ["Renamed"]);
        assert_eq!(still.drafts(), [""; 0], "what is saved is not kept any longer");
        let again = ada.get(&form.path).await.expect(200);
        assert!(!again.says("These entries are not saved yet"), "{}", again.told());
    }

    /// A form of an earlier session is shown again after the person has signed in again in another tab.
    async fn a_form_of_an_earlier_session_is_shown_again(still: Still) {
        let tab = still.desk.signed_in("ada").await;
        let edit = tab.get(&still.edit()).await.expect(200);
        let again = still.desk.signed_in("ada").await;
        tab.set_cookie(COOKIE, &again.cookie(COOKIE).expect("a session"));
        let mut fields = edit.form(&still.edit()).expect("a form");
        fields.retain(|(name, _value)| name != "name");
        fields.push(("name".to_owned(), "Renamed".to_owned()));
        let body = serde_urlencoded::to_string(&fields).expect("fields are text");
        let form = ("content-type", "application/x-www-form-urlencoded");
        for elsewhere in [vec![form], vec![form, ("sec-fetch-site", "cross-site")]] {
            tab.send(Method::POST, &still.edit(), &elsewhere, Some(body.clone())).await.expect(403);
        }
        assert_eq!(still.drafts(), [""; 0]);
        let led = tab.send(Method::POST, &still.edit(), &[form, ("sec-fetch-site", "same-origin")], Some(body)).await;
        let shown = tab.follow(led.expect(303)).await.expect(200);
        assert!(shown.says("These entries are not saved yet"), "{}", shown.told());
        assert_eq!((value(&shown, "name").as_str(), still.names()), ("Renamed", vec!["Reports".to_owned()]));
        tab.submit(&still.edit(), &[]).await.expect(303);
        assert_eq!(still.names(), ["Renamed"]);
    }

    /// A form is shown again when another tab was the first to notice the end of the session.
    async fn after_the_whole_life_of_a_session(still: Still) {
        let ada = still.desk.signed_in("ada").await;
        for _hour in 0..49 {
            ada.get(&still.edit()).await.expect(200);
            still.clock.advance(Duration::from_hours(1));
        }
        ada.get(&still.edit()).await.expect(200);
        still.clock.advance(Duration::from_hours(1));
        ada.get("/systems").await.expect(303);
        let led = ada.submit(&still.edit(), &[("name", "Renamed")]).await.expect(303);
        let form = sign_in_there(&ada, &led, "ada").await.expect(200);
        assert_eq!(value(&form, "name"), "Renamed", "{}", form.told());
    }

    /// A form is not kept for a person who cannot save it.
    async fn not_for_those_who_may_not_save_it(still: Still) {
        let mona = still.desk.signed_in("mona").await;
        for (path, fields) in [(still.edit(), &[("name", "Renamed")][..]), ("/systems/new".to_owned(), &[("kind", "files")])] {
            mona.get("/account").await;
            mona.open("/account").await.expect(200);
            still.clock.advance(Duration::from_mins(121));
            let led = mona.post_form(&path, fields).await.expect(303);
            let said = mona.get(led.location()).await.expect(200);
            assert!(said.says("nothing was saved or started."), "{path}: {}", said.told());
            assert_eq!(still.drafts(), [""; 0]);
            sign_in_there(&mona, &led, "mona").await;
        }
    }

    /// A form is not shown to another person at the same browser.
    async fn not_to_somebody_else(still: Still) {
        let (browser, led) = still.sent_too_late().await;
        let form = sign_in_there(&browser, &led, "eve").await.expect(200);
        assert!(form.says("are not available") && !form.body.contains("Renamed"), "{}", form.told());
        assert_eq!(value(&form, "name"), "Reports");
    }

    /// A form is not shown again after an hour.
    async fn not_after_an_hour(still: Still) {
        let (ada, led) = still.sent_too_late().await;
        still.clock.advance(Duration::from_mins(61));
        let form = sign_in_there(&ada, &led, "ada").await.expect(200);
        assert!(form.says("are not available") && !form.body.contains("Renamed"), "{}", form.told());
    }

    /// What others changed since the form was opened is not overwritten.
    async fn on_top_of_what_was_read(still: Still) {
        let (ada, led) = still.sent_too_late().await;
        still.desk.sql("UPDATE systems SET settings_version = settings_version + 1");
        sign_in_there(&ada, &led, "ada").await.expect(200);
        ada.submit(&still.edit(), &[("settings.destination_kind", "local")]).await.expect(409);
    }

    /// The forms for a new system, a hold and a team note are shown again after the session has ended.
    async fn a_new_system_a_reason_and_a_note(still: Still) {
        let ada = still.desk.signed_in("ada").await;
        let hold = format!("{}/hold", still.tree.page());
        for (page, form, field, typed) in [
            ("/systems/new?kind=odata", "/systems/new", "name", "Orders"),
            (&hold, &hold, "reason", "The disk is replaced."),
            ("/help/codes/PEER-AWAY/note", "/help/codes/PEER-AWAY/note", "advice", "Call Mona."),
        ] {
            ada.get(page).await.expect(200);
            still.clock.advance(Duration::from_mins(121));
            let led = ada.submit(form, &[(field, typed)]).await.expect(303);
            let shown = sign_in_there(&ada, &led, "ada").await.expect(200);
            assert!(shown.path.starts_with(form) && shown.body.contains(typed), "{}: {}", shown.path, shown.told());
            assert!(shown.says("These entries are not saved yet"), "{}", shown.told());
        }
    }

    /// A button that needs no typing, a password, a session that nobody knows any more, and a forged form.
    async fn of_all_else_the_page_says_that_it_was_lost(still: Still) {
        let (desk, page) = (&still.desk, still.tree.page());
        let ada = desk.signed_in("ada").await;
        ada.get("/account").await.expect(200);
        still.clock.advance(Duration::from_mins(121));
        let password = [("current", PASSWORD), ("password", "another phrase, as long"), ("password_again", "another phrase, as long")];
        for (visitor, path, fields, back) in [
            (&ada, format!("{page}/release"), &[][..], page.clone()),
            (&ada, "/account/password".to_owned(), &password, "/account".to_owned()),
            (&ada, still.edit(), &[("csrf", "forged"), ("name", "Forged")], still.edit()),
            (&desk.nobody(), still.edit(), &[("name", "Stranger")], still.edit()),
        ] {
            let led = visitor.post_bare(&path, fields).await.expect(303);
            let said = visitor.get(led.location()).await.expect(200);
            assert!(said.says("You are no longer signed in, so nothing was saved or started."), "{path}: {}", said.told());
            assert_eq!(said.attributes("[name=next]", "value"), [back], "{path}");
        }
        assert_eq!(still.drafts(), [""; 0], "nothing of it is kept");
        let led = ada.get(&page).await.expect(303);
        let said = ada.get(led.location()).await.expect(200);
        assert!(said.says("Your session has ended. Sign in to continue."), "{}", said.told());
        let stranger = desk.nobody().get(desk.nobody().get(&page).await.expect(303).location()).await.expect(200);
        assert!(!stranger.says("session has ended"), "{}", stranger.told());
    }
}
