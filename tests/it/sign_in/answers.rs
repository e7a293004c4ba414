//! Who is let in, and what the others learn: nothing.

use std::time::Duration;

use futures_util::FutureExt;
use secrecy::SecretString;
use syncdesk::ops::error::OpError;
use syncdesk::ops::passwords::{Passwords, RECOMMENDED};
use syncdesk::ops::sign_in::{SignInResult, sign_in};
use tokio::time::timeout;

use crate::database::both_databases;
use crate::desk::{Desk, PASSWORD};
use crate::visitor::Answer;

/// As many as may wait for a password to be hashed, and then some.
const CROWD: usize = 70;

/// An answer without any hashing comes sooner.
const PATIENCE: Duration = Duration::from_millis(500);

async fn attempt(desk: &Desk, name: &str, password: &str, next: &str) -> Answer {
    let visitor = desk.nobody();
    visitor.get("/sign-in").await.expect(200);
    visitor.post_form("/sign-in", &[("name", name), ("password", password), ("next", next)]).await
}

/// The page without what differs in each response.
fn blank(answer: &Answer, name: &str) -> String {
    let token = answer.token().expect("a form");
    let mut body = answer.body.replace(&token, "TOKEN").replace(name, "NAME");
    for time in answer.texts("footer time").iter().chain(&answer.attributes("footer time", "datetime")) {
        body = body.replace(time, "TIME");
    }
    for title in answer.attributes("footer time", "title") {
        body = body.replace(&title, "TIME");
    }
    body
}

both_databases! {
    /// The right name and password sign a person in.
    async fn the_right_name_and_password(desk: Desk) {
        for name in ["mona", "  mona "] {
            let answer = attempt(&desk, name, PASSWORD, "").await.expect(303);
            assert_eq!(answer.location(), "/");
        }
        let begun = desk.texts(
            "SELECT action || ' ' || subject || ' ' || principal || ' ' || address AS value
             FROM audit JOIN audit_personal ON audit_id = id WHERE action LIKE 'session%'",
        );
        assert_eq!(begun, ["session.begin mona mona 127.0.0.1"; 2]);
    }

    /// A wrong name, a wrong password and a disabled account get the same response.
    async fn others_are_told_the_same(desk: Desk) {
        desk.sql("UPDATE people SET disabled_at = 1 WHERE name = 'nils'");
        let wrong = attempt(&desk, "mona", "another phrase that is long", "").await.expect(422);
        assert!(wrong.says("Wrong user name or password."), "{}", wrong.told());
        for (name, password) in [
            ("nobodys", PASSWORD),
            ("nils", PASSWORD),
            ("MONA", PASSWORD),
            ("mona", ""),
            ("mona", &PASSWORD.to_uppercase()),
            ("mona", &format!("{PASSWORD} ")),
            ("", PASSWORD),
            ("mona' OR 1=1 --", PASSWORD),
        ] {
            let other = attempt(&desk, name, password, "").await.expect(422);
            if !name.is_empty() && !name.contains('\'') {
                assert_eq!(blank(&other, name), blank(&wrong, "mona"), "{name} with {password}");
            }
            assert_eq!(other.text("main"), wrong.text("main"), "{name} with {password}");
            let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
            assert_eq!(names(&other), names(&wrong));
            assert!(other.attributes("input[name=password]", "value").is_empty(), "no password comes back");
        }
        let signed_in = "SELECT 'somebody' AS value FROM sessions WHERE person_id IS NOT NULL";
        assert!(desk.texts(signed_in).is_empty());
    }

    /// The time is the same because the work is: every sign-in waits for a turn at hashing, also where there is no
    /// hash. While others hold all turns and all places in the queue, nobody is answered but that there are too many.
    async fn a_password_is_hashed_for_everybody(desk: Desk) {
        desk.sql("UPDATE people SET disabled_at = 1 WHERE name = 'nils'");
        let passwords = Passwords::new(RECOMMENDED).expect("passwords can be hashed");
        let secret = || SecretString::from("not the password");
        let (store, now) = (&desk.context.store, desk.context.clock.now());
        // Begun and then left alone: they never give back the turn that they wait for.
        let mut crowd: Vec<_> = (0..CROWD).map(|_| Box::pin(passwords.hash(secret()))).collect();
        for waiting in &mut crowd {
            let _ = waiting.as_mut().now_or_never();
        }
        for name in ["mona", "nils", "nobodys", ""] {
            let answer = timeout(PATIENCE, sign_in(store, &passwords, name, secret(), None, now)).await;
            assert!(matches!(answer, Err(_) | Ok(Err(OpError::Busy))), "{name}: {answer:?}");
        }
        drop(crowd);
        let answer = sign_in(store, &passwords, "nobodys", secret(), None, now).await;
        assert!(matches!(answer, Ok(SignInResult::Refused(None))), "{answer:?}");
    }

    /// A link that leads to the sign-in page must not lead out of the portal.
    async fn afterwards_one_stays_here(desk: Desk) {
        for (number, next) in [
            "https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "\\\\elsewhere.example",
            "javascript:alert(1)", "systems", "/\t/elsewhere.example", "/\r\nset-cookie: a=b", " //elsewhere.example",
        ].into_iter().enumerate() {
            let visitor = desk.nobody();
            let query = serde_urlencoded::to_string([("next", next)]).expect("text");
            let page = visitor.get(&format!("/sign-in?{query}")).await.expect(200);
            assert!(page.attributes("input[name=next]", "value").is_empty(), "{next:?}");
            // Another account for each half, so that nobody is throttled.
            let name = if number % 2 == 0 { "mona" } else { "wim" };
            let fields = [("name", name), ("password", PASSWORD), ("next", next)];
            let answer = visitor.post_form("/sign-in", &fields).await.expect(303);
            assert_eq!(answer.location(), "/", "{next:?}");
        }
    }

    /// After signing in, a person gets the page that they had requested.
    async fn afterwards_one_continues(desk: Desk) {
        let visitor = desk.nobody();
        let asked = visitor.get("/systems?status=error&q=a%26b%20%C3%A4").await.expect(303);
        let page = visitor.follow(asked).await.expect(200);
        assert_eq!(page.attributes("input[name=next]", "value"), ["/systems?status=error&q=a%26b%20%C3%A4"]);
        let wrong = visitor.submit("/sign-in", &[("name", "mona"), ("password", "wrong")]).await.expect(422);
        assert_eq!(wrong.attributes("input[name=next]", "value"), ["/systems?status=error&q=a%26b%20%C3%A4"]);
        let answer = visitor.submit("/sign-in", &[("name", "mona"), ("password", PASSWORD)]).await.expect(303);
        assert_eq!(answer.location(), "/systems?status=error&q=a%26b%20%C3%A4");
        visitor.follow(answer).await.expect(200);
        let odd = attempt(&desk, "wim", PASSWORD, "/ä\u{1}").await.expect(303);
        assert!(odd.location().starts_with('/') && odd.location().is_ascii(), "{}", odd.location());
    }
}
