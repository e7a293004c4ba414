//! The setup page: it exists once, for the person who reads the console.

use std::sync::Arc;

use syncdesk::clock::{Clock, FixedClock, SystemClock};
use syncdesk::ops::set_up as ops;
use syncdesk::web::routes::{Method, ROUTES};

use crate::database::{Database, Fixture, both_databases};
use crate::desk::{Desk, PASSWORD};
use crate::proofs::console;
use crate::visitor::{Answer, Visitor};
use crate::wait::until;

/// Without anybody.
struct New {
    desk: Desk,
    token: String,
}

impl Fixture for New {
    async fn on(database: Database) -> Self {
        let desk = Desk::empty(database, &[], Arc::new(SystemClock)).await;
        let token = desk.setup_token.clone().expect("a token for the console");
        Self { desk, token }
    }
}

async fn set_up(visitor: &Visitor, token: &str, name: &str, password: &str) -> Answer {
    visitor.get("/setup").await.expect(200);
    let fields = [("token", token), ("name", name), ("password", password), ("password_again", password)];
    visitor.submit("/setup", &fields).await
}

fn administrators(desk: &Desk) -> Vec<String> {
    desk.texts("SELECT name AS value FROM people ORDER BY id")
}

both_databases! {
    /// Until there is an administrator, every page leads to the setup page.
    async fn until_then_every_page_leads_there(new: New) {
        // Somebody who administers nothing does not count.
        new.desk.add_person("wim", "Watcher", None).await;
        let open = ["/setup", "/health", "/static/app.css", "/static/icon.svg"];
        let missing = "/.well-known/security.txt";
        let visitor = new.desk.nobody();
        visitor.get("/setup").await.expect(200);
        for row in ROUTES.iter().filter(|row| !open.contains(&row.path) && row.path != missing) {
            let path = row.path.replace("{system}", "bbbbbbbbbb");
            let answer = match row.method {
                Method::Get => visitor.get(&path).await,
                Method::Post => visitor.post_form(&path, &[("name", "wim"), ("password", PASSWORD)]).await,
            };
            assert_eq!((answer.status, answer.location()), (303, "/setup"), "{path}");
        }
        for path in open {
            visitor.get(path).await.expect(200);
        }
        visitor.get(missing).await.expect(404);
    }

    /// The setup token creates one administrator, once.
    async fn with_the_token_it_makes_an_administrator_once(new: New) {
        let (desk, token) = (&new.desk, new.token.as_str());
        let visitor = desk.nobody();
        for (token, name, password, said) in [
            ("", "ada", PASSWORD, "This is not the setup token printed on the console."),
            ("wrong", "ada", PASSWORD, "This is not the setup token printed on the console."),
            (&token[1..], "ada", PASSWORD, "This is not the setup token printed on the console."),
            (token, "ada", "short", "Use at least 12 characters."),
            (token, "", PASSWORD, "Use 1 to 60 characters: letters, digits"),
            (token, "a b", PASSWORD, "Use 1 to 60 characters: letters, digits"),
        ] {
            let refused = set_up(&visitor, token, name, password).await.expect(422);
            assert!(refused.says(said), "{}", refused.told());
            assert_eq!(refused.texts(".note li").len(), 1, "nothing else is wrong: {}", refused.told());
            assert_eq!(refused.attributes("input[name=name]", "value").concat(), name, "what was typed is kept");
            assert!(!refused.body.contains(PASSWORD), "but the password");
        }
        assert!(administrators(desk).is_empty());

        set_up(&visitor, token, "ada", PASSWORD).await.expect(303);
        visitor.get("/systems/new").await.expect(200);
        assert_eq!(administrators(desk), ["ada"]);
        let entry = desk.texts("SELECT action || ' ' || subject || ' ' || after AS value FROM audit");
        assert_eq!(entry, [r#"portal.set_up ada {"collection":"Administrator","reach":"all"}"#]);

        let second = desk.nobody();
        assert_eq!(second.get("/setup").await.expect(303).location(), "/");
        second.get("/sign-in").await.expect(200);
        let again = [("token", token), ("name", "eve"), ("password", PASSWORD), ("password_again", PASSWORD)];
        assert_eq!(second.post_form("/setup", &again).await.expect(303).location(), "/");
        assert_eq!(administrators(desk), ["ada"]);
        assert!(ops::renew_token(&desk.context.store, console(), false).await.is_err(), "nor another token");
    }

    /// The setup token is in no address: the link has its own code, which works once.
    async fn the_link_on_the_console_works_once(new: New) {
        let code = new.desk.setup_code.clone().expect("a code for the console");
        assert_ne!(code, new.token);
        let link = format!("/setup?token={code}");
        let filled = |page: &Answer| page.attributes("input[name=token]", "value");
        let visitor = new.desk.nobody();
        assert!(filled(&visitor.get("/setup").await.expect(200)).is_empty());
        assert!(filled(&visitor.get(&format!("/setup?token={}", new.token)).await.expect(200)).is_empty(), "the token is not its code");
        assert_eq!(filled(&visitor.get(&link).await.expect(200)), [new.token.as_str()]);
        let used = new.desk.nobody().get(&link).await.expect(200);
        assert!(filled(&used).is_empty() && used.text(".note.warn").contains("was already used"), "{}", used.told());
        // The page that was opened is filled in, and works.
        let fields = [("name", "ada"), ("password", PASSWORD), ("password_again", PASSWORD)];
        visitor.get("/setup").await.expect(200);
        visitor.submit("/setup", &[&fields[..], &[("token", &new.token)]].concat()).await.expect(303);
        assert_eq!(administrators(&new.desk), ["ada"]);
    }

    /// A password never comes back, and the page says that it has to be typed again.
    async fn passwords_are_asked_for_again(new: New) {
        let visitor = new.desk.nobody();
        let again = "Enter it again. Passwords are never sent to the browser.";
        let refused = set_up(&visitor, &new.token, "a b", PASSWORD).await.expect(422);
        for field in ["password", "password_again"] {
            assert!(refused.text(&format!("#{field}-error")).contains(again), "{}", refused.told());
        }
        let refused = set_up(&visitor, &new.token, "ada", "short").await.expect(422);
        assert!(refused.text("#password-error").contains("at least 12 characters"), "{}", refused.told());
        assert!(refused.text("#password_again-error").contains(again), "{}", refused.told());
        set_up(&visitor, &new.token, "ada", PASSWORD).await.expect(303);
        // The same where a password is changed, and at no other form of that page.
        visitor.get("/account").await.expect(200);
        let fields = [("current", "wrong"), ("password", PASSWORD), ("password_again", PASSWORD)];
        let refused = visitor.submit("/account/password", &fields).await.expect(422);
        for field in ["password", "password_again"] {
            assert!(refused.text(&format!("#{field}-error")).contains(again), "{}", refused.told());
        }
        let refused = visitor.submit("/account/time-zone", &[("time_zone", "Mars")]).await.expect(422);
        assert!(refused.texts("#password-error").is_empty(), "{}", refused.told());
    }

    /// Every error at the same time, in the order of the form.
    async fn all_errors_are_reported_together(new: New) {
        let visitor = new.desk.nobody();
        let page = visitor.get("/setup").await.expect(200);
        assert_eq!(page.texts("label"), ["Setup token", "User name", "Password", "Confirm password", "Time zone"]);
        assert!(page.text("#name-help").contains("1 to 60 characters: letters, digits and . _ - @ +"), "{}", page.told());
        let fields = [("token", "wrong"), ("name", "Ada Lovelace"), ("password", "short"), ("password_again", "other"), ("time_zone", "Mars")];
        let refused = visitor.submit("/setup", &fields).await.expect(422);
        let said = refused.texts(".note li");
        let expected = ["Setup token", "User name", "Password", "Confirm password", "Time zone"];
        assert_eq!(said.len(), expected.len(), "{said:?}");
        for (said, expected) in said.iter().zip(expected) {
            assert!(said.starts_with(expected), "{said} {expected}");
        }
        for (field, _value) in fields {
            assert_eq!(refused.texts(&format!("#{field}-error")).len(), 1, "beside {field}");
        }
        let kept = |name: &str| refused.attributes(&format!("input[name={name}]"), "value").concat();
        assert_eq!([kept("name"), kept("time_zone"), kept("password")], ["Ada Lovelace", "Mars", ""]);
    }

    /// L8: common passwords, patterns and words of the context are refused; 12 to 128 characters.
    async fn common_passwords_are_refused(new: New) {
        let visitor = new.desk.nobody();
        for (name, password) in [("ada", "password1234"), ("ada", "111111111111"), ("ada", "syncdesk2026"), ("lovelace", "lovelace1234")] {
            let refused = set_up(&visitor, &new.token, name, password).await.expect(422);
            assert!(refused.text("#password-error").contains("easy to guess"), "{password}: {}", refused.told());
        }
        let long = "seventeen green umbrellas beside ".repeat(4);
        let refused = set_up(&visitor, &new.token, "ada", &long).await.expect(422);
        assert!(refused.text("#password-error").contains("at most 128 characters"), "{}", refused.told());
        set_up(&visitor, &new.token, "ada", &long[..128]).await.expect(303);
    }

    /// Two people who use the setup page at the same time create one administrator.
    async fn two_at_once_make_one_administrator(new: New) {
        let desk = &new.desk;
        let (one, other) = (desk.nobody(), desk.nobody());
        let mut held = desk.bare();
        held.execute("BEGIN; UPDATE portal SET value = value");
        let let_go = async {
            if desk.is_on_postgres() {
                until("both to wait", async || (desk.waiting_for_locks() == 2).then_some(())).await;
            }
            held.execute("COMMIT");
        };
        let tries = (set_up(&one, &new.token, "ada", PASSWORD), set_up(&other, &new.token, "eve", PASSWORD));
        let (first, second, ()) = tokio::join!(tries.0, tries.1, let_go);
        let made = administrators(desk);
        assert_eq!(made.len(), 1, "{made:?}: {} and {}", first.told(), second.told());
        let (winner, loser) = if made == ["ada"] { (&one, &other) } else { (&other, &one) };
        winner.get("/account").await.expect(200);
        assert!(loser.get("/account").await.location().starts_with("/sign-in"));
    }

    async fn a_renewed_token_voids_the_old_one(new: New) {
        let kept = new.desk.texts("SELECT value FROM portal").join(" ");
        assert!(!kept.contains(&new.token), "the database has its hash only");
        let fresh = ops::renew_token(&new.desk.context.store, console(), false).await;
        let fresh = fresh.expect("a token").expect("a new one");
        let visitor = new.desk.nobody();
        set_up(&visitor, &new.token, "ada", PASSWORD).await.expect(422);
        set_up(&visitor, &fresh, "ada", PASSWORD).await.expect(303);
    }
}

/// Whose clock does not move, so that no attempt is given back.
struct Still(New);

impl Fixture for Still {
    async fn on(database: Database) -> Self {
        let clock = Arc::new(FixedClock::at(SystemClock.now()));
        let desk = Desk::empty(database, &["--trusted-proxies=127.0.0.1"], clock).await;
        let token = desk.setup_token.clone().expect("a token for the console");
        Self(New { desk, token })
    }
}

both_databases! {
    async fn guessing_the_token_is_slow(still: Still) {
        let Still(new) = still;
        let stranger = new.desk.nobody().from("192.0.2.1");
        stranger.get("/setup").await.expect(200);
        for _ in 0..30 {
            stranger.post_form("/setup", &[("token", "guess")]).await.expect(422);
        }
        let refused = stranger.post_form("/setup", &[("token", "guess")]).await.expect(429);
        assert!(refused.says("wait 2 seconds"), "{}", refused.told());
        set_up(&new.desk.nobody().from("192.0.2.2"), &new.token, "ada", PASSWORD).await.expect(303);
    }
}
