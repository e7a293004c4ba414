//! Sessions: on the server, so that they can be ended from anywhere.

use std::sync::Arc;
use std::time::Duration;

use actix_session::storage::SessionStore;
use actix_web::cookie::time::Duration as CookieDuration;
use secrecy::SecretString;
use syncdesk::access::Reach;
use syncdesk::clock::{Clock, FixedClock, SystemClock};
use syncdesk::ops::passwords::{Passwords, RECOMMENDED, VerifiedPassword};
use syncdesk::ops::reset_password::reset_password;
use syncdesk::ops::sign_in::{SignInResult, sign_in as sign_in_with};
use syncdesk::store::{groups, people};
use syncdesk::web::session::store::Sessions;

use crate::database::{Database, Fixture, both_databases};
use crate::desk::{Desk, PASSWORD, sign_in};
use crate::proofs::console;
use crate::visitor::Visitor;

const HOUR: Duration = Duration::from_hours(1);
const COOKIE: &str = "syncdesk";

/// Whose clock stands still until it is moved.
struct Still {
    desk: Desk,
    clock: Arc<FixedClock>,
}

impl Fixture for Still {
    async fn on(database: Database) -> Self {
        let clock = Arc::new(FixedClock::at(SystemClock.now()));
        let settings = ["--session-idle-hours=2", "--session-hours=5"];
        Self { desk: Desk::with(database, &settings, clock.clone()).await, clock }
    }
}

async fn is_in(visitor: &Visitor) -> bool {
    let answer = visitor.get("/account").await;
    assert!(answer.status == 200 || answer.location().starts_with("/sign-in"), "{}", answer.told());
    answer.status == 200
}

both_databases! {
    async fn a_session_is_rotated_at_sign_in(desk: Desk) {
        let visitor = desk.signed_in("mona").await;
        let (old, cookie) = (visitor.twin(), visitor.cookie(COOKIE).expect("a session"));
        visitor.get("/account").await.expect(200);
        assert_eq!(visitor.cookie(COOKIE).as_ref(), Some(&cookie), "it stays while it is used");
        visitor.post_form("/sign-in", &[("name", "wim"), ("password", PASSWORD)]).await.expect(303);
        assert_ne!(visitor.cookie(COOKIE).expect("a session"), cookie);
        assert!(visitor.get("/account").await.says("wim"));
        assert!(!is_in(&old).await, "the cookie of before is worth nothing");
        // A cookie that somebody planted is not taken over.
        let planted = desk.nobody();
        planted.set_cookie(COOKIE, &cookie);
        sign_in(&planted, "mona").await.expect(303);
        assert_ne!(planted.cookie(COOKIE).expect("a session"), cookie);
        assert!(!is_in(&old).await);
    }

    /// A copy of the database signs nobody in.
    async fn the_database_keeps_a_hash_only(desk: Desk) {
        let visitor = desk.signed_in("mona").await;
        let cookie = visitor.cookie(COOKIE).expect("a session");
        let key = cookie.split(['=', '%']).next_back().expect("the key stands last");
        let kept = desk.texts("SELECT state AS value FROM sessions").join(" ");
        assert!(!kept.is_empty() && key.len() > 20 && !kept.contains(key), "{key} in {kept}");
        for forged in ["x", "", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", key] {
            let stranger = desk.nobody();
            stranger.set_cookie(COOKIE, forged);
            assert!(!is_in(&stranger).await, "{forged}");
        }
    }

    /// Sign out here.
    async fn sign_out_here(desk: Desk) {
        let (here, there) = (desk.signed_in("mona").await, desk.signed_in("mona").await);
        let kept = here.twin();
        here.get("/account").await.expect(200);
        let answer = here.submit("/sign-out", &[]).await.expect(303);
        assert_eq!(answer.location(), "/sign-in");
        assert_eq!(here.cookie(COOKIE), None);
        assert!(!is_in(&here).await && !is_in(&kept).await && is_in(&there).await);
    }

    /// Sign out everywhere.
    async fn sign_out_everywhere(desk: Desk) {
        let (here, there) = (desk.signed_in("mona").await, desk.signed_in("mona").await);
        let other = desk.signed_in("wim").await;
        let page = here.get("/account").await.expect(200);
        assert!(page.says("You are signed in on 2 browsers, including this one."), "{}", page.told());
        here.submit("/account/sign-out-everywhere", &[]).await.expect(303);
        assert!(!is_in(&here).await && !is_in(&there).await && is_in(&other).await);
        let entry = desk.texts("SELECT subject AS value FROM audit WHERE action = 'session.end_all'");
        assert_eq!(entry, ["mona"]);
    }

    async fn a_new_password_ends_the_other_sessions(desk: Desk) {
        let (here, there) = (desk.signed_in("mona").await, desk.signed_in("mona").await);
        let kept = here.twin();
        let new = "another phrase, as long";
        here.get("/account").await.expect(200);
        for (current, password, again, said) in [
            ("wrong", new, new, "This is not your current password."),
            (PASSWORD, new, "different", "The passwords do not match."),
            (PASSWORD, "short", "short", "Use at least 12 characters."),
        ] {
            let fields = [("current", current), ("password", password), ("password_again", again)];
            let refused = here.submit("/account/password", &fields).await.expect(422);
            assert!(refused.says(said), "{}", refused.told());
            for secret in [PASSWORD, new] {
                assert!(!refused.body.contains(secret), "no password comes back");
            }
        }
        assert!(is_in(&there).await, "nothing has happened yet");
        here.get("/account").await.expect(200);
        let fields = [("current", PASSWORD), ("password", new), ("password_again", new)];
        let changed = here.submit("/account/password", &fields).await.expect(303);
        let told = here.follow(changed).await.expect(200);
        assert!(told.says("Password changed."), "{}", told.told());
        assert!(!is_in(&there).await && !is_in(&kept).await, "the old cookie of this browser ends too");
        sign_in(&desk.nobody(), "mona").await.expect(422);
        let visitor = desk.nobody();
        visitor.get("/sign-in").await.expect(200);
        visitor.post_form("/sign-in", &[("name", "mona"), ("password", new)]).await.expect(303);
    }

    async fn a_disabled_account_is_out_at_once(desk: Desk) {
        let visitor = desk.signed_in("mona").await;
        desk.sql("UPDATE people SET disabled_at = 1 WHERE name = 'mona'");
        assert!(!is_in(&visitor).await);
        sign_in(&desk.nobody(), "mona").await.expect(422);
        desk.sql("UPDATE people SET disabled_at = NULL WHERE name = 'mona'");
        assert!(!is_in(&visitor).await, "what has ended does not come back");
    }

    /// Rights are read afresh for each request, in both directions.
    async fn a_removed_role_shows_at_the_next_click(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        let mona = desk.as_("mona").await;
        mona.get(&tree.page()).await.expect(200);
        let assignment = "person_id = (SELECT id FROM people WHERE name = 'mona')";
        desk.sql(&format!("UPDATE assignments SET group_id = (SELECT id FROM system_groups WHERE name = 'Sales') WHERE {assignment}"));
        mona.get(&tree.page()).await.expect(404);
        assert!(!mona.get("/systems").await.expect(200).says("Reports"));
        desk.sql(&format!("UPDATE assignments SET group_id = NULL, collection_id = 3 WHERE {assignment}"));
        let page = mona.get(&tree.page()).await.expect(200);
        assert!(!page.says("Synchronize now") && page.attributes(".side a[href='/account']", "title") == ["Watcher"], "{}", page.told());
        desk.sql(&format!("DELETE FROM assignments WHERE {assignment}"));
        mona.get("/systems").await.expect(403);
        mona.get("/account").await.expect(200);
        desk.sql(
            "INSERT INTO assignments (person_id, collection_id, group_id, created_at, created_by)
             SELECT id, 1, NULL, 0, 'test' FROM people WHERE name = 'mona'",
        );
        mona.get(&format!("{}/edit", tree.page())).await.expect(200);
    }

    /// The password is replaced between the moment when it was verified and the moment when the session is stored.
    async fn a_session_of_a_replaced_password_does_not_begin(desk: Desk) {
        let context = &desk.context;
        let sessions = Sessions { store: context.store.clone(), clock: context.clock.clone(), idle: HOUR, life: HOUR };
        let begun = async |verified: &VerifiedPassword| {
            let id = desk.texts("SELECT CAST(id AS TEXT) AS value FROM people WHERE name = 'mona'").concat();
            let password = serde_json::to_string(verified).expect("it is JSON");
            let state = [("person".to_owned(), id), ("password".to_owned(), password)].into();
            let key = sessions.save(state, &CookieDuration::HOUR).await.expect("it answers");
            sessions.load(&key).await.expect("it answers").is_some()
        };
        let password = || SecretString::from(PASSWORD);
        let (passwords, now) = (Passwords::new(RECOMMENDED).expect("it can hash"), context.clock.now());
        let Ok(SignInResult::In(_mona, old)) = sign_in_with(&context.store, &passwords, "mona", password(), None, now).await else {
            panic!("she signs in");
        };
        assert!(begun(&old).await);
        reset_password(&context.store, console(), &passwords, ("mona", password()), now).await.expect("it is reset");
        assert!(!begun(&old).await);
        let Ok(SignInResult::In(_mona, new)) = sign_in_with(&context.store, &passwords, "mona", password(), None, now).await else {
            panic!("she signs in");
        };
        assert!(begun(&new).await);
    }

    /// All sessions of the person whose password changes end; sessions of others stay.
    async fn a_role_change_ends_them(desk: Desk) {
        let (here, there, other) = (desk.signed_in("mona").await, desk.signed_in("mona").await, desk.signed_in("wim").await);
        here.get("/systems/new").await.expect(403);
        let now = desk.context.clock.now();
        let assigned = desk.context.store.write(move |db| {
            let mona = people::account(db, "mona")?.expect("she has an account").id;
            let delegate = people::collection(db, "Delegate")?.expect("it is built in");
            let sales = groups::by_name(db, "Sales")?.expect("there is this group");
            people::assign(db, mona, delegate, Reach::Group(sales), &console().principal(), now)
        });
        assigned.await.expect("it is assigned");
        assert!(!is_in(&here).await && !is_in(&there).await && is_in(&other).await);
        let again = desk.signed_in("mona").await;
        again.get("/systems/new").await.expect(200);
        assert!(again.get("/account").await.says("Delegate"));
    }

    /// An unused session ends long before its maximum of five hours.
    async fn an_idle_session_ends(still: Still) {
        let visitor = still.desk.signed_in("mona").await;
        still.clock.advance(Duration::from_mins(80));
        assert!(is_in(&visitor).await, "it was used 80 minutes ago");
        still.clock.advance(Duration::from_mins(80));
        assert!(is_in(&visitor).await, "each use counts");
        still.clock.advance(Duration::from_mins(121));
        assert!(!is_in(&visitor).await, "it is idle for more than two hours");
        still.clock.advance(Duration::from_mins(1));
        assert!(!is_in(&visitor).await, "and stays ended");
    }

    async fn a_session_does_not_last_for_ever(still: Still) {
        let visitor = still.desk.signed_in("mona").await;
        for minutes in (0..300).step_by(50) {
            assert!(is_in(&visitor).await, "after {minutes} minutes");
            still.clock.advance(Duration::from_mins(50));
        }
        still.clock.advance(Duration::from_secs(1));
        assert!(!is_in(&visitor).await, "after five hours, though it was used all the time");
    }
}
