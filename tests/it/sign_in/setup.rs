//! The set-up page: there once, for whoever reads the console.

use std::sync::Arc;

use syncdesk::access::Internal;
use syncdesk::clock::SystemClock;
use syncdesk::ops::people;
use syncdesk::web::routes::{Method, ROUTES};

use crate::database::{Database, Fixture, both_databases};
use crate::desk::{Desk, PASSWORD};
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
    async fn until_then_every_page_leads_there(new: New) {
        // Somebody who administers nothing does not count.
        new.desk.add_person("wim", "Watcher", None).await;
        let open = ["/setup", "/health", "/static/app.css", "/static/icon.svg"];
        let visitor = new.desk.nobody();
        visitor.get("/setup").await.expect(200);
        for row in ROUTES.iter().filter(|row| !open.contains(&row.path)) {
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
    }

    async fn with_the_token_it_makes_an_administrator_once(new: New) {
        let (desk, token) = (&new.desk, new.token.as_str());
        let visitor = desk.nobody();
        let page = visitor.get(&format!("/setup?token={token}")).await.expect(200);
        assert_eq!(page.attributes("input[name=token]", "value"), [token], "the address on the console fills it in");
        for (token, name, password, said) in [
            ("", "ada", PASSWORD, "This is not the token printed on the console."),
            ("wrong", "ada", PASSWORD, "This is not the token printed on the console."),
            (&token[1..], "ada", PASSWORD, "This is not the token printed on the console."),
            (token, "ada", "short", "Use at least 12 characters."),
            (token, "", PASSWORD, "1 to 60 letters, digits"),
            (token, "a b", PASSWORD, "1 to 60 letters, digits"),
        ] {
            let refused = set_up(&visitor, token, name, password).await.expect(422);
            assert!(refused.says(said), "{}", refused.told());
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
        assert!(people::setup_token(&desk.house.store, &Internal::console(), false).await.is_err(), "nor another token");
    }

    /// Both have looked and found nobody when somebody lets go of the database.
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
        let fresh = people::setup_token(&new.desk.house.store, &Internal::console(), false).await;
        let fresh = fresh.expect("a token").expect("a new one");
        let visitor = new.desk.nobody();
        set_up(&visitor, &new.token, "ada", PASSWORD).await.expect(422);
        set_up(&visitor, &fresh, "ada", PASSWORD).await.expect(303);
    }
}
