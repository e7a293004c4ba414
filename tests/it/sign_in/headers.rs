//! What every response says to the browser.

use std::collections::BTreeSet;
use std::sync::Arc;

use syncdesk::clock::SystemClock;

use crate::database::{Database, Fixture, both_databases};
use crate::desk::{Desk, sign_in};
use crate::visitor::Answer;

/// Behind a proxy that speaks https.
struct Https(Desk);

impl Fixture for Https {
    async fn on(database: Database) -> Self {
        Self(Desk::with(database, &["--public-url=https://desk.example.org"], Arc::new(SystemClock)).await)
    }
}

/// By hand: nothing but our own style sheet and pictures, no script, no frame, forms to ourselves only.
const HEADERS: [(&str, &str); 6] = [
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; \
         base-uri 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

#[track_caller]
fn strict(answer: &Answer) {
    for (name, value) in HEADERS {
        assert_eq!(answer.header(name), value, "{name} of {} {}", answer.status, answer.path);
    }
    for told in ["server", "x-powered-by"] {
        assert_eq!(answer.header(told), "", "{told} of {}", answer.path);
    }
}

/// Name and attributes of each cookie that is set, in lower case, sorted.
fn cookies(answer: &Answer) -> Vec<(String, Vec<String>)> {
    let told = |set: &str| {
        let mut parts = set.split("; ");
        let name = parts.next().and_then(|pair| pair.split('=').next()).unwrap_or_default().to_owned();
        let mut attributes: Vec<String> =
            parts.map(str::to_ascii_lowercase).filter(|part| !part.starts_with("max-age")).collect();
        attributes.sort();
        (name, attributes)
    };
    answer.headers.get_all("set-cookie").iter().map(|set| told(set.to_str().expect("text"))).collect()
}

both_databases! {
    async fn responses_are_strict_whatever_they_are(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        desk.synchronize(&tree).await;
        let ada = desk.as_("ada").await;
        let run = tree.run(1);
        let mut answers = vec![desk.nobody().get("/systems").await.expect(303)];
        for (path, status) in [
            ("/systems", 200), ("/nowhere", 404), ("/systems?before=%00", 422), ("/static/app.css", 200),
            ("/static/icon.svg", 200), ("/health", 200), ("/systems.csv", 200), (&format!("{run}/messages.csv"), 200),
            (&format!("{run}/live"), 200),
        ] {
            answers.push(ada.get(path).await.expect(status));
        }
        answers.push(ada.post_bare("/account/time-zone", &[]).await.expect(403));
        answers.push(desk.as_("mona").await.get("/systems/new").await.expect(403));
        answers.iter().for_each(strict);
        for answer in &answers {
            assert_eq!(answer.header("strict-transport-security"), "", "{}", answer.path);
            let kept = answer.path.starts_with("/static") || answer.path == "/health" || answer.status == 303;
            assert!(kept || answer.header("cache-control") == "no-store", "{}", answer.path);
        }
    }

    async fn cookies_over_http(desk: Desk) {
        let visitor = desk.nobody();
        let attributes = ["httponly", "path=/", "samesite=lax"].map(ToOwned::to_owned).to_vec();
        let first = visitor.get("/sign-in").await.expect(200);
        assert_eq!(cookies(&first), [("syncdesk_visit".to_owned(), attributes.clone())]);
        assert!(cookies(&visitor.get("/sign-in").await).is_empty(), "it is set once");
        let answer = sign_in(&visitor, "mona").await.expect(303);
        let strict = ["httponly", "path=/", "samesite=strict"].map(ToOwned::to_owned).to_vec();
        let expected = [("syncdesk".to_owned(), attributes), ("syncdesk_device".to_owned(), strict)];
        assert_eq!(BTreeSet::from_iter(cookies(&answer)), BTreeSet::from(expected));
    }

    /// L8: HSTS with subdomains.
    async fn cookies_over_https(https: Https) {
        let Https(desk) = https;
        let visitor = desk.nobody();
        let attributes = ["httponly", "path=/", "samesite=lax", "secure"].map(ToOwned::to_owned).to_vec();
        let first = visitor.get("/sign-in").await.expect(200);
        strict(&first);
        assert_eq!(first.header("strict-transport-security"), "max-age=31536000; includeSubDomains");
        assert_eq!(cookies(&first), [("__Host-syncdesk_visit".to_owned(), attributes.clone())]);
        let answer = sign_in(&visitor, "mona").await.expect(303);
        let strict = ["httponly", "path=/", "samesite=strict", "secure"].map(ToOwned::to_owned).to_vec();
        let expected = [("__Host-syncdesk".to_owned(), attributes), ("__Host-syncdesk_device".to_owned(), strict)];
        assert_eq!(BTreeSet::from_iter(cookies(&answer)), BTreeSet::from(expected));
        visitor.get("/account").await.expect(200);
    }
}
