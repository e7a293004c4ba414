//! Guessing is slow.

use std::sync::Arc;

use futures_util::future::join_all;
use syncdesk::clock::SystemClock;

use crate::database::{Database, Fixture, both_databases};
use crate::desk::{Desk, PASSWORD, sign_in};
use crate::visitor::{Answer, Visitor};

/// Behind a proxy that says whose request it is.
struct Behind(Desk);

impl Fixture for Behind {
    async fn on(database: Database) -> Self {
        Self(Desk::with(database, &["--trusted-proxies=127.0.0.1"], Arc::new(SystemClock)).await)
    }
}

async fn guess(visitor: &Visitor, name: &str) -> Answer {
    visitor.get("/sign-in").await.expect(200);
    visitor.post_form("/sign-in", &[("name", name), ("password", "a guess, and wrong")]).await
}

both_databases! {
    /// Ten guesses at an account, then it waits, wherever they come from; others sign in.
    async fn an_account(behind: Behind) {
        let Behind(desk) = behind;
        let before = desk.nobody().from("192.0.2.200");
        sign_in(&before, "mona").await.expect(303);
        for host in 0..9 {
            guess(&desk.nobody().from(&format!("192.0.2.{host}")), "mona").await.expect(422);
        }
        let stranger = desk.nobody().from("192.0.2.99");
        let refused = guess(&stranger, "MONA").await.expect(429);
        assert!(refused.says("Too many attempts. Please wait"), "{}", refused.told());
        let right = stranger.submit("/sign-in", &[("name", "mona"), ("password", PASSWORD)]).await;
        assert_eq!(right.status, 429, "the password is not even looked at");
        sign_in(&desk.nobody().from("192.0.2.99"), "wim").await.expect(303);
        before.get("/account").await.expect(200);
    }

    /// Thirty guesses from an address, whatever the accounts; from elsewhere people sign in.
    async fn an_address(behind: Behind) {
        let Behind(desk) = behind;
        let mut refused = 0;
        let stranger = desk.nobody().from("2001:db8:1:2::5");
        for number in 0..34 {
            let answer = guess(&stranger, &format!("person{number}")).await;
            assert!(answer.status == 422 || (number >= 30 && answer.status == 429), "{number}: {}", answer.told());
            refused += u32::from(answer.status == 429);
        }
        // One attempt each two seconds is given back meanwhile, so that not all of the last four need be refused on a
        // slow machine; neighbours in the same /64 are the same place.
        for host in 0..8 {
            let neighbour = desk.nobody().from(&format!("2001:db8:1:2::{host:x}:1"));
            refused += u32::from(guess(&neighbour, "somebody else").await.status == 429);
        }
        assert!(refused > 0);
        sign_in(&desk.nobody().from("2001:db8:1:3::5"), "wim").await.expect(303);
    }

    /// Without a proxy that is trusted, anybody could make up addresses.
    async fn made_up_addresses_do_not_count(desk: Desk) {
        let mut refused = 0;
        for host in 0..60 {
            let visitor = desk.nobody().from(&format!("192.0.2.{host}"));
            refused += u32::from(guess(&visitor, &format!("person{host}")).await.status == 429);
        }
        assert!(refused > 0);
        let heard = desk.texts("SELECT DISTINCT address AS value FROM audit_personal WHERE address IS NOT NULL");
        assert!(heard.is_empty() || heard == ["127.0.0.1"], "{heard:?}");
    }

    /// More people at once than can be let in are told so; nothing breaks.
    async fn a_crowd_is_not_an_error(behind: Behind) {
        let Behind(desk) = behind;
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
