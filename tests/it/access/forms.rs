//! Forged forms: without the token of this session nothing is changed.

use std::collections::BTreeSet;

use syncdesk::web::routes::{Method, ROUTES};

use super::matrix::Board;
use crate::database::both_databases;
use crate::desk::Desk;
use crate::visitor::Visitor;

/// Everything that a form of the portal can change, as text.
const STATE: [&str; 9] = [
    "SELECT count(*) || ' entries' AS value FROM audit",
    "SELECT key || name || settings_version || coalesce(hold_reason, '-') || coalesce(deleted_at, 0) AS value
     FROM systems ORDER BY id",
    "SELECT no || state || coalesce(cancel_by, '-') AS value FROM runs ORDER BY id",
    "SELECT id || state AS value FROM checks ORDER BY id",
    "SELECT name || password_hash || coalesce(time_zone, '-') AS value FROM people ORDER BY id",
    "SELECT count(*) || ' sessions' AS value FROM sessions",
    "SELECT count(*) || ' drafts' AS value FROM connect_drafts",
    "SELECT count(*) || ' bulk actions' AS value FROM bulk_actions",
    "SELECT count(*) || ' views' AS value FROM saved_views",
];

/// A key that could be one, and is none.
const NO_DRAFT: &str = "cccccccccc";

fn state(desk: &Desk) -> Vec<String> {
    STATE.iter().flat_map(|query| desk.texts(query)).collect()
}

async fn token_of(visitor: &Visitor) -> String {
    visitor.get("/account").await.expect(200).token().expect("a form")
}

both_databases! {
    /// A form without its CSRF token changes nothing, even for an administrator.
    async fn a_form_without_its_token_changes_nothing(board: Board) {
        let desk = &board.desk;
        let ada = desk.as_("ada").await;
        let key = desk.texts("SELECT key AS value FROM systems ORDER BY id").remove(0);
        let tokens = [
            ("somebody else's", token_of(&desk.as_("dora").await).await),
            ("that of another session of hers", token_of(&desk.signed_in("ada").await).await),
            ("a visitor's", desk.nobody().get("/sign-in").await.token().expect("a form")),
            ("half of hers", token_of(&ada).await.split_at(43).0.to_owned()),
            ("empty", String::new()),
        ];
        let fields = [("name", "Forged"), ("reason", "forged"), ("time_zone", "Asia/Tokyo"), ("group", "Sales")];
        let before = state(desk);
        let mut tried = 0;
        let forms = ROUTES.iter().filter(|row| row.method == Method::Post);
        for row in forms.filter(|row| !["/setup", "/sign-in"].contains(&row.path)) {
            let path = row.path.replace("{system}", &key).replace("{run}", "1").replace("{draft}", NO_DRAFT);
            for (whose, token) in &tokens {
                let forged = [&fields[..], &[("csrf", token.as_str())]].concat();
                let answer = ada.post_bare(&path, &forged).await.expect(403);
                assert_eq!(answer.texts("h1"), ["Form expired"], "{path} with {whose}");
                tried += 1;
            }
            // In the address it is no token.
            let token = token_of(&ada).await;
            ada.post_bare(&format!("{path}?csrf={token}"), &fields).await.expect(403);
        }
        assert_eq!(tried, 5 * 27, "all routes that post, but for signing in and setting up");
        assert_eq!(state(desk), before);
        ada.get("/account").await.expect(200);
    }

    async fn a_token_is_masked_again_in_each_response(board: Board) {
        let ada = board.desk.as_("ada").await;
        let stranger = board.desk.nobody();
        let mut tokens = BTreeSet::new();
        for _ in 0..4 {
            for (visitor, path) in [(&ada, "/systems"), (&ada, "/account"), (&stranger, "/sign-in")] {
                let page = visitor.get(path).await.expect(200);
                let all: BTreeSet<String> = page.attributes("input[name=csrf]", "value").into_iter().collect();
                assert!(!all.is_empty() && all.is_disjoint(&tokens), "{path}: {all:?}");
                tokens.extend(all);
            }
        }
        // A page that was opened earlier can still be sent.
        let earlier = token_of(&ada).await;
        ada.get("/account").await.expect(200);
        ada.post_bare("/account/time-zone", &[("time_zone", "Asia/Tokyo"), ("csrf", &earlier)]).await.expect(303);
        assert_eq!(board.desk.texts("SELECT time_zone AS value FROM people WHERE name = 'ada'"), ["Asia/Tokyo"]);
    }

    /// Before signing in the secret travels in a cookie; a made-up one or none is refused.
    async fn a_visitor_needs_the_cookie_that_belongs_to_the_token(desk: Desk) {
        let sign_in = [("name", "ada"), ("password", crate::desk::PASSWORD)];
        let visitor = desk.nobody();
        let token = visitor.get("/sign-in").await.token().expect("a form");
        let with_token = [&sign_in[..], &[("csrf", token.as_str())]].concat();
        desk.nobody().post_bare("/sign-in", &with_token).await.expect(403);
        let forged = desk.nobody();
        forged.set_cookie("syncdesk_visit", &"A".repeat(96));
        forged.post_bare("/sign-in", &with_token).await.expect(403);
        assert!(desk.texts("SELECT 'some' AS value FROM sessions WHERE person_id IS NOT NULL").is_empty());
        visitor.post_bare("/sign-in", &with_token).await.expect(303);
    }
}
