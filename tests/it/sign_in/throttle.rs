//! Guessing is slow, and keeps nobody else out.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use syncdesk::clock::{Clock, FixedClock, SystemClock};

use crate::database::{Database, Fixture, both_databases};
use crate::desk::{Desk, PASSWORD, sign_in};
use crate::visitor::{Answer, Visitor};

const NEW_PASSWORD: &str = "another phrase, as long";

/// Behind a proxy that says whose request it is, and with a clock that stands still: no attempt is given back.
struct Behind {
    desk: Desk,
    clock: Arc<FixedClock>,
}

impl Fixture for Behind {
    async fn on(database: Database) -> Self {
        let clock = Arc::new(FixedClock::at(SystemClock.now()));
        Self { desk: Desk::with(database, &["--trusted-proxies=127.0.0.1"], clock.clone()).await, clock }
    }
}

async fn guess(visitor: &Visitor, name: &str) -> Answer {
    visitor.get("/sign-in").await.expect(200);
    visitor.post_form("/sign-in", &[("name", name), ("password", "a guess, and wrong")]).await
}

/// More guesses at Mona's account than the one counter of all places allows.
async fn guess_from_everywhere(desk: &Desk) {
    let stranger = desk.nobody();
    stranger.get("/sign-in").await.expect(200);
    for host in 0..101 {
        let stranger = stranger.clone().from(&format!("192.0.2.{host}"));
        let guessed = stranger.post_form("/sign-in", &[("name", "mona"), ("password", "a guess, and wrong")]).await;
        // She may have signed in once herself, which counts.
        let expected: &[u16] = if host < 99 {
            &[422]
        } else if host < 100 {
            &[422, 429]
        } else {
            &[429]
        };
        assert!(expected.contains(&guessed.status), "{host}: {}", guessed.told());
    }
}

/// Signs Mona out here; her browser stays known.
async fn sign_out(visitor: &Visitor) {
    visitor.get("/account").await.expect(200);
    visitor.submit("/sign-out", &[]).await.expect(303);
}

both_databases! {
    /// As the review tried it: guesses from one address, and the owner with the right password from another.
    async fn one_place_does_not_keep_the_owner_out(behind: Behind) {
        let Behind { desk, clock } = behind;
        let stranger = desk.nobody().from("192.0.2.99");
        for _ in 0..10 {
            guess(&stranger, "mona").await.expect(422);
        }
        for _ in 0..40 {
            let refused = guess(&stranger, "MONA").await.expect(429);
            assert!(refused.says("Too many attempts. Try again"), "{}", refused.told());
            clock.advance(Duration::from_millis(500));
        }
        let right = stranger.submit("/sign-in", &[("name", "mona"), ("password", PASSWORD)]).await;
        assert_eq!(right.status, 429, "the password is not even verified");
        sign_in(&desk.nobody().from("192.0.2.1"), "mona").await.expect(303);
        sign_in(&stranger.twin().from("192.0.2.98"), "mona").await.expect(303);
    }

    /// Guesses from very many places slow the account down; a browser that its owner has used is not slowed, and
    /// survives sign-out. No other account and no other browser has anything of it.
    async fn a_known_browser_has_its_own_counter(behind: Behind) {
        let Behind { desk, clock } = behind;
        let home = desk.nobody().from("198.51.100.1");
        sign_in(&home, "mona").await.expect(303);
        sign_out(&home).await;
        let device = home.cookie("syncdesk_device").expect("it survives");
        assert!(!device.contains("mona"), "{device}");
        guess_from_everywhere(&desk).await;

        sign_in(&desk.nobody().from("203.0.113.5"), "mona").await.expect(429);
        sign_in(&home, "mona").await.expect(303);
        sign_in(&desk.nobody().from("203.0.113.5"), "wim").await.expect(303);
        // Somebody else with the same browser, or with a made-up cookie.
        for cookie in [&device[1..], "x", ""] {
            let forged = desk.nobody().from("203.0.113.6");
            forged.set_cookie("syncdesk_device", cookie);
            sign_in(&forged, "mona").await.expect(429);
        }
        // A stolen one guesses no faster.
        let thief = desk.nobody().from("203.0.113.7");
        thief.set_cookie("syncdesk_device", &device);
        for _ in 0..9 {
            guess(&thief, "mona").await.expect(422);
        }
        guess(&thief, "mona").await.expect(429);
        clock.advance(Duration::from_hours(91 * 24));
        guess_from_everywhere(&desk).await;
        sign_in(&thief, "mona").await.expect(429);
    }

    /// A browser that its owner has used is not slowed, even at the address of an attacker.
    async fn a_known_browser_at_the_same_address(behind: Behind) {
        let Behind { desk, .. } = behind;
        let home = desk.nobody().from("192.0.2.1");
        sign_in(&home, "mona").await.expect(303);
        sign_out(&home).await;
        for number in 0..29 {
            guess(&desk.nobody().from("192.0.2.1"), &format!("person{number}")).await.expect(422);
        }
        guess(&desk.nobody().from("192.0.2.1"), "somebody").await.expect(429);
        sign_in(&home, "mona").await.expect(303);
    }

    /// A signed-in person can change the password whatever strangers do.
    async fn the_owner_changes_the_password(behind: Behind) {
        let Behind { desk, .. } = behind;
        let home = desk.nobody().from("192.0.2.1");
        sign_in(&home, "mona").await.expect(303);
        guess_from_everywhere(&desk).await;
        let page = "/account/password";
        home.get("/account").await.expect(200);
        for _ in 0..9 {
            let fields = [("current", "wrong"), ("password", NEW_PASSWORD), ("password_again", NEW_PASSWORD)];
            home.submit(page, &fields).await.expect(422);
        }
        let fields = [("current", PASSWORD), ("password", NEW_PASSWORD), ("password_again", NEW_PASSWORD)];
        home.submit(page, &fields).await.expect(303);
        // It is slow all the same: an open session is no way to guess.
        home.get("/account").await.expect(200);
        let slowed = home.submit(page, &[("current", NEW_PASSWORD), ("password", PASSWORD), ("password_again", PASSWORD)]).await;
        assert!(slowed.expect(422).text("#current-error").contains("Too many attempts. Try again in 30"));
    }

    /// After thirty failed sign-ins an address is refused, whatever the accounts; other addresses are not.
    async fn an_address(behind: Behind) {
        let Behind { desk, .. } = behind;
        let stranger = desk.nobody().from("2001:db8:1:2::5");
        for number in 0..30 {
            guess(&stranger, &format!("person{number}")).await.expect(422);
        }
        guess(&stranger, "somebody else").await.expect(429);
        for host in 0..8 {
            let neighbor = desk.nobody().from(&format!("2001:db8:1:2::{host:x}:1"));
            guess(&neighbor, "somebody else").await.expect(429);
        }
        sign_in(&desk.nobody().from("2001:db8:1:3::5"), "wim").await.expect(303);
    }

    /// A name that nobody has is slowed like any other.
    async fn unknown_names_are_slowed_alike(behind: Behind) {
        let Behind { desk, .. } = behind;
        for name in ["mona", "nobodys"] {
            let stranger = desk.nobody().from(&format!("192.0.2.{}", name.len()));
            let statuses: Vec<u16> = {
                let mut statuses = Vec::new();
                for _ in 0..12 {
                    statuses.push(guess(&stranger, name).await.status);
                }
                statuses
            };
            assert_eq!(statuses, [[422; 10].as_slice(), &[429; 2]].concat(), "{name}");
        }
    }

    /// More people at the same time than can be let in are told so; nothing breaks.
    async fn a_crowd_is_not_an_error(behind: Behind) {
        let Behind { desk, .. } = behind;
        let crowd = (0..120).map(|number| {
            let visitor = desk.nobody().from(&format!("198.51.100.{number}"));
            async move { guess(&visitor, &format!("person{number}")).await.status }
        });
        let statuses = join_all(crowd).await;
        assert!(statuses.iter().all(|status| [422, 429].contains(status)), "{statuses:?}");
        assert!(statuses.contains(&422));
        sign_in(&desk.nobody().from("203.0.113.1"), "wim").await.expect(303);
    }
}

/// The same without a proxy that is trusted.
struct Direct(Desk);

impl Fixture for Direct {
    async fn on(database: Database) -> Self {
        let clock = Arc::new(FixedClock::at(SystemClock.now()));
        Self(Desk::with(database, &[], clock).await)
    }
}

both_databases! {
    /// Without a proxy that is trusted, anybody could make up addresses.
    async fn made_up_addresses_do_not_count(direct: Direct) {
        let Direct(desk) = direct;
        for host in 0..31 {
            let visitor = desk.nobody().from(&format!("192.0.2.{host}"));
            let guessed = guess(&visitor, &format!("person{host}")).await;
            assert_eq!(guessed.status, if host < 30 { 422 } else { 429 }, "{host}: {}", guessed.told());
        }
        let heard = desk.texts("SELECT DISTINCT address AS value FROM audit_personal WHERE address IS NOT NULL");
        assert!(heard.is_empty() || heard == ["127.0.0.1"], "{heard:?}");
    }
}
