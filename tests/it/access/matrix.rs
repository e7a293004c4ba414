//! Probes the matrix, with good requests and with malformed ones: a stranger gets the same answer either way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use syncdesk::clock::SystemClock;
use syncdesk::web::routes::{Method, ROUTES};

use super::table::{Expected, Line, PORTAL, SYSTEM, lines};
use crate::database::{Database, Fixture, both_databases};
use crate::desk::{Desk, Tree, sign_in};
use crate::visitor::{Answer, Visitor};

/// A key that could be one, and is none.
const NO_SYSTEM: &str = "bbbbbbbbbb";
/// What cannot be a key at all.
const NO_KEYS: [&str; 5] = ["x", "UPPERCASE1", "%00%01%02%03%04%05", "..%2f..%2f", "%ff%fe"];
const NO_RUNS: [&str; 5] = ["abc", "-1", "0", "99999999999999999999", "%ff"];
const NO_QUERY: &str =
    "?after=x&before=%ff&around=%00&category=nonsense&q=%00&status=%F0&sort=7&kind=%00&refresh=&no=x&at=x&group=%00";
const FORM: &str = "application/x-www-form-urlencoded";

/// Two systems that nothing works at: run 1 was stopped by the brake, run 2 is queued, a check waits.
pub struct Board {
    pub desk: Desk,
    finance: Place,
    sales: Place,
    people: BTreeMap<&'static str, Person>,
    /// The key of a draft of Ada's.
    draft: String,
}

struct Place {
    tree: Tree,
    check: String,
}

struct Person {
    visitor: Visitor,
    /// Good for every form of their session.
    token: String,
}

impl Fixture for Board {
    async fn on(database: Database) -> Self {
        let desk = Desk::with(
            database,
            &["--trusted-proxies=127.0.0.1", "--security-contact=mailto:security@example.org"],
            Arc::new(SystemClock),
        )
        .await;
        desk.add_reader().await;
        let finance = Place::new(&desk, "Finance").await;
        let sales = Place::new(&desk, "Sales").await;
        for place in [&finance, &sales] {
            desk.run_of(&place.tree).by("ada").queue();
        }
        let mut people = BTreeMap::new();
        for name in ["nobody", "nils", "ada", "mona", "wim", "sven", "lena", "dora"] {
            people.insert(name, Person::new(&desk, name).await);
        }
        let draft = draft(&desk).await;
        Self { desk, finance, sales, people, draft }
    }
}

async fn draft(desk: &Desk) -> String {
    let ada = desk.as_("ada").await;
    ada.get("/systems/new").await.expect(200);
    let begun = ada.submit("/systems/connect", &[("name", "Begun"), ("kind", "files")]).await.expect(303);
    begun.location().rsplit('/').next().expect("a key").to_owned()
}

impl Board {
    pub fn people(&self) -> impl Iterator<Item = (&'static str, &Visitor)> {
        self.people.iter().map(|(name, person)| (*name, &person.visitor))
    }
}

impl Place {
    async fn new(desk: &Desk, group: &str) -> Self {
        let tree = desk.saved_system(group, "Reports").await;
        let ada = desk.as_("ada").await;
        let claim = desk.run_of(&tree).by("ada").start();
        desk.publish(&claim);
        desk.brake(&claim, "a");
        ada.get(&tree.page()).await.expect(200);
        let check = ada.post_form(&format!("{}/check", tree.page()), &[]).await.expect(303);
        let check = check.location().rsplit('/').next().expect("a number").to_owned();
        Self { tree, check }
    }
}

impl Person {
    async fn new(desk: &Desk, name: &str) -> Self {
        // Everyone has a separate address, so that the probes do not throttle each other.
        let visitor =
            desk.nobody().from(&format!("2001:db8:{:x}::1", name.len() * 256 + usize::from(name.as_bytes()[0])));
        let mut form = "/sign-in";
        if name != "nobody" {
            sign_in(&visitor, name).await.expect(303);
            form = "/account";
        }
        let token = visitor.get(form).await.expect(200).token().expect("a form");
        Self { visitor, token }
    }
}

/// One route table that server, tests and access snapshot walk.
#[test]
fn every_route_is_in_the_matrix() {
    let listed: BTreeSet<(bool, &str)> =
        lines(PORTAL).iter().chain(&lines(SYSTEM)).map(|line| (line.posts, line.path)).collect();
    let served: BTreeSet<(bool, &str)> = ROUTES.iter().map(|row| (row.method == Method::Post, row.path)).collect();
    assert_eq!(listed, served);
}

both_databases! {
    /// Each person gets exactly the pages and actions of their roles, where no system is named.
    async fn routes_that_name_no_system(board: Board) {
        for line in lines(PORTAL) {
            for (name, expected) in &line.cells {
                // Some routes end the session.
                let person = if line.path.contains("/sign-out") { &Person::new(&board.desk, name).await } else { &board.people[name] };
                let path = line.path.replace("{page}", "files").replace("{code}", "FILE-GONE");
                let path = path.replace("{template}", "Auditor").replace("{draft}", &board.draft);
                probe(person, &line, &path, *expected, &format!("{name}: {path}")).await;
            }
        }
    }

    /// Each person gets exactly the pages and actions of their roles, for systems within reach and beyond.
    async fn routes_of_a_system(board: Board) {
        for line in lines(SYSTEM) {
            for (head, expected) in &line.cells {
                let name = head.trim_end_matches(['+', '-']);
                let outside = head.ends_with('-');
                let place = if (name == "dora") == outside { &board.finance } else { &board.sales };
                let person = &board.people[name];
                let what = format!("{head}: {} {}", if line.posts { "POST" } else { "GET" }, line.path);
                let path = path_of(&line, &place.tree.key, place);
                let good = probe(person, &line, &path, *expected, &what).await;
                without_system(person, &line, place, *expected, &good, &what).await;
                without_run(person, &line, place, *expected, &good, &what).await;
            }
        }
        let unchanged = board.desk.texts("SELECT name || ' ' || settings_version AS value FROM systems ORDER BY id");
        assert_eq!(unchanged, ["Reports 1", "Reports 1"], "nothing above has changed a system");
    }
}

/// The address of a row in a place.
fn path_of(line: &Line, key: &str, place: &Place) -> String {
    let queued = line.path.ends_with("/cancel") && !line.posts;
    let path = line.path.replace("{system}", key).replace("{check}", &place.check);
    let path = path.replace("{set}", "Things") + if line.path.ends_with("/record") { "?key=31" } else { "" };
    path.replace("{run}", if queued { "2" } else { "1" })
}

/// What is posted: well-formed, and such that nothing changes.
fn fields(line: &Line, path: &str) -> Vec<(&'static str, String)> {
    let words: &[(&str, &str)] = match line.path {
        "/sign-in" => &[("name", "stranger"), ("password", "not a password of anybody")],
        "/account/password" => {
            &[("current", "wrong"), ("password", "another phrase here"), ("password_again", "another phrase here")]
        }
        "/account/time-zone" => &[("time_zone", "Europe/Berlin")],
        "/systems/new" | "/systems/connect" | "/systems/{system}/edit" => &[
            ("kind", "files"),
            ("production", "yes"),
            ("group", "Sales"),
            ("version", "0"),
            ("schedule", "none"),
            ("time_zone", "UTC"),
            ("timeout_minutes", "60"),
            ("max_attempts", "5"),
            ("settings.source_kind", "webdav"),
            ("settings.source_endpoint", "https://files.example/source"),
            ("settings.destination_kind", "webdav"),
            ("settings.destination_endpoint", "https://files.example/destination"),
            ("settings.mode", "copy"),
        ],
        "/systems/{system}/runs/{run}/plan/confirm" => &[("digest", "another one")],
        _ => &[],
    };
    let mut fields: Vec<(&str, String)> = words.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    fields.push(("request", format!("request for {path}")));
    fields
}

/// Sends the good request and the malformed ones; the answer to the good one.
async fn probe(person: &Person, line: &Line, path: &str, expected: Expected, what: &str) -> Answer {
    let visitor = &person.visitor;
    if !line.posts {
        let good = visitor.get(path).await;
        check(&good, expected, what);
        let garbled = visitor.get(&format!("{path}{NO_QUERY}")).await;
        if expected.is_let_in() {
            assert!(garbled.status < 500 && garbled.status != 400, "{what}: {}", garbled.told());
        } else {
            same(&good, &garbled, what);
        }
        return good;
    }
    let mut fields = fields(line, path);
    if ["/systems/new", "/systems/connect"].contains(&line.path) {
        fields.push(("name", format!("Made by {what}")));
    } else if line.path.ends_with("/edit") {
        fields.push(("name", "Changed".to_owned()));
    }
    let without: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut refused = vec![("no token", visitor.post_bare(path, &without).await, 403)];
    let forged = person.token.replace(|letter: char| letter.is_ascii_digit(), "x");
    let forged = [&without[..], &[("csrf", forged.as_str())]].concat();
    refused.push(("a forged token", visitor.post_bare(path, &forged).await, 403));
    for (kind, body, status) in [
        (FORM, "%zz=%&&&=", 403),
        (FORM, "a=%ff%fe&csrf=x", 403),
        (FORM, "a=%00", 422),
        ("text/plain", "csrf=1", 422),
        ("application/json", "{\"csrf\":1}", 422),
        (FORM, &"x".repeat(300 * 1024), 422),
    ] {
        refused.push((kind, visitor.post_body(path, kind, body).await, status));
    }
    // Last, because it may end the session.
    let whole = [&without[..], &[("csrf", &person.token)]].concat();
    let good = visitor.post_bare(path, &whole).await;
    check(&good, expected, what);
    for (how, answer, status) in refused {
        if expected.is_let_in() && line.path != "/setup" {
            assert_eq!(answer.status, status, "{what}, {how}: {}", answer.told());
        } else {
            same(&good, &answer, &format!("{what}, {how}"));
        }
    }
    good
}

/// A system that there is not, and keys that are none.
async fn without_system(person: &Person, line: &Line, place: &Place, expected: Expected, good: &Answer, what: &str) {
    let nobody = expected == Expected::SignIn;
    let mut missing = vec![NO_SYSTEM];
    missing.extend(NO_KEYS);
    for key in missing {
        let path = path_of(line, key, place);
        let answer = if line.posts {
            person.visitor.post_bare(&path, &[("csrf", person.token.as_str())]).await
        } else {
            person.visitor.get(&path).await
        };
        check(&answer, if nobody { Expected::SignIn } else { Expected::NotFound }, &format!("{what} at {key}"));
        if expected == Expected::NotFound {
            same(good, &answer, &format!("{what} at {key}"));
        }
    }
}

/// Numbers of runs and checks that there are not.
async fn without_run(person: &Person, line: &Line, place: &Place, expected: Expected, good: &Answer, what: &str) {
    if !line.path.contains("{run}") && !line.path.contains("{check}") {
        return;
    }
    for number in NO_RUNS {
        let path = line.path.replace("{system}", &place.tree.key).replace("{run}", number).replace("{check}", number);
        let answer = if line.posts {
            person.visitor.post_bare(&path, &[("csrf", person.token.as_str())]).await
        } else {
            person.visitor.get(&path).await
        };
        let what = format!("{what} at {number}");
        if expected.is_let_in() {
            check(&answer, Expected::NotFound, &what);
        } else {
            same(good, &answer, &what);
        }
    }
}

#[track_caller]
fn check(answer: &Answer, expected: Expected, what: &str) {
    let got = (answer.status, answer.location());
    match expected {
        Expected::SignIn => assert!(got.0 == 303 && got.1.starts_with("/sign-in"), "{what}: {got:?}"),
        Expected::NotFound => {
            assert_eq!(got.0, 404, "{what}: {}", answer.told());
            assert_eq!(answer.texts("h1"), ["Page not found"], "{what}: {}", answer.told());
        }
        Expected::Needs(template) => {
            assert_eq!(got.0, 403, "{what}: {}", answer.told());
            let named = answer.texts("main p a.mono");
            assert_eq!(named, [template], "{what}");
        }
        Expected::Let(status) => {
            assert_eq!(got.0, status, "{what}: {}", answer.told());
            assert!(!got.1.starts_with("/sign-in") || what.contains("sign-out"), "{what}: {got:?}");
        }
    }
}

/// Whether two answers tell a stranger the same.
#[track_caller]
fn same(one: &Answer, other: &Answer, what: &str) {
    let path = |answer: &Answer| answer.location().split('?').next().unwrap_or_default().to_owned();
    assert_eq!((one.status, path(one)), (other.status, path(other)), "{what}: {}", other.told());
    if !one.body.is_empty() {
        assert_eq!(one.text("main"), other.text("main"), "{what}");
    }
}
