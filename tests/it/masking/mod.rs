//! Every credential of every kind is sent to a service that shows it in every form: it comes back nowhere.

mod echo;
mod forms;
mod search;

use std::fs;
use std::path::{Path, PathBuf};

use crate::certificates::OURS;
use crate::database::both_databases;
use crate::desk::{Tree, ended, key_of, request_run};
use crate::processes::fleet::{Fleet, set_up};
use crate::program::Process;
use crate::visitor::Visitor;
use echo::{ACCESS, ALL, COOKIE, Echo, Place, REFRESH, Shape};
use search::{Needles, pages, tables};

const PASSWORD: &str = "Pa\"ss\\wo/rd&1 +<%41>xyz";
const BEARER: &str = "tok-4f9c2e71b8d0a6";
const S3_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY";
const AZURE_KEY: &str = "c2VjcmV0LWtleS1vZi1henVyZS1pcy1zaXh0eS1mb3VyLWJ5dGVzLWxvbmctYWJjZGVmZ2hpag==";
const SIGNATURE: &str = "q7Zr0Xk2m9Lw+f3Vb8Nc1Td5Hs6Jg4PaYeQuRiOxWzM=";
const BASIC: &str = "hor<se \"staple\" 100%";
const API_KEY: &str = "key-8c1f0e2d5b7a9364";
const CLIENT: &str = "cl1ent/secret+with=signs";
/// In a further header, which everybody sees who sees the settings; logs have other readers.
const SECOND_KEY: &str = "second-0b1c2d3e4f5a";

/// A system to be connected: its kind, and the fields of its form.
struct Connected {
    tree: Tree,
    shapes: &'static [Shape],
    place: Place,
}

async fn connect(ada: &Visitor, kind: &str, name: &str, fields: &[(&str, &str)]) -> Tree {
    let new = format!("/systems/new?kind={kind}");
    ada.get(&new).await.expect(200);
    let all = [&[("name", name), ("max_attempts", "1")][..], fields].concat();
    let made = ada.submit("/systems/new", &all).await.expect(303);
    let key = key_of(made.location());
    Tree { key, source: PathBuf::new(), destination: PathBuf::new() }
}

async fn check(ada: &Visitor, tree: &Tree) {
    ada.open(&tree.page()).await.expect(200);
    let asked = ada.submit(&format!("{}/check", tree.page()), &[]).await.expect(303);
    ended(ada, asked.location()).await;
}

/// The number that only the private key has; the rest of it is in the certificate, too.
fn number_of(key: &str) -> String {
    let body: String = key.lines().filter(|line| !line.starts_with("-----")).collect();
    body[48..90].to_owned()
}

/// The real program, which logs all that it can to this file.
fn traced(fleet: &Fleet, log: &Path) -> Process {
    let args = ["serve", "--listen=127.0.0.1:0", "--allow-networks=127.0.0.0/8", "--log=trace", &fleet.0.roots()];
    let redirected = format!("exec \"$@\" 2>{}", log.display());
    let before = ["sh", "-c", redirected.as_str(), "sh"];
    fleet.0.process(&fleet.0.command(&args), &before, "listens on ")
}

/// What nothing may have: each credential, and the number of the private key.
fn needles(number: &str) -> Needles {
    let mut needles = Needles::default();
    for secret in [PASSWORD, BEARER, S3_KEY, AZURE_KEY, SIGNATURE, BASIC, API_KEY, CLIENT, ACCESS, REFRESH, COOKIE] {
        needles.add(secret);
    }
    needles.add(number);
    needles
}

both_databases! {
    /// A service that shows every credential it was sent, in more than twenty forms and each part of an answer:
    /// nothing of it is in the database, on a page, in an export, or in the log at --log trace.
    async fn no_credential_comes_back(fleet: Fleet) {
        let log = fleet.0.path.join("log.txt");
        let mut process = traced(&fleet, &log);
        let ada = set_up(&mut process).await;
        let (certificate, key) = OURS.client().typed();
        let number = number_of(&key);
        let mut needles = needles(&number);
        let sas = format!("?sv=2024-11-04&ss=b&sp=rl&sig={}", SIGNATURE.replace('+', "%2B").replace('=', "%3D"));

        let mut received = Vec::new();
        for (kind, name, shapes, place, known, fields) in [
            ("files", "Password", &ALL[..], Place::Everything, vec![PASSWORD], vec![
                ("settings.source_kind", "webdav"), ("settings.source_account", "ada"), ("settings.source_secret", PASSWORD),
            ]),
            ("files", "Token", &[Shape::Teapot, Shape::Multistatus, Shape::Cut], Place::Everything, vec![BEARER], vec![
                ("settings.source_kind", "webdav"), ("settings.source_account", ""), ("settings.source_secret", BEARER),
            ]),
            ("files", "Objects", &[Shape::Teapot, Shape::Xml, Shape::Header, Shape::Page, Shape::StatusLine, Shape::Cut],
                Place::Everything, vec![S3_KEY], vec![
                ("settings.source_kind", "s3"), ("settings.source_bucket", "bucket"), ("settings.source_account", "AKIAEXAMPLE"),
                ("settings.source_secret", S3_KEY),
            ]),
            ("files", "Blobs", &[Shape::Teapot, Shape::Xml, Shape::Header, Shape::Page], Place::Everything, vec![AZURE_KEY], vec![
                ("settings.source_kind", "azblob"), ("settings.source_bucket", "bucket"), ("settings.source_account", "account"),
                ("settings.source_secret", AZURE_KEY),
            ]),
            ("files", "Shared", &[Shape::Teapot, Shape::Xml, Shape::Location], Place::Everything, vec![SIGNATURE], vec![
                ("settings.source_kind", "azblob"), ("settings.source_bucket", "bucket"), ("settings.source_account", "account"),
                ("settings.source_secret", sas.as_str()),
            ]),
            ("odata", "Basic", &ALL[..], Place::Everything, vec![BASIC, SECOND_KEY], vec![
                ("settings.auth", "basic"), ("settings.account", "ada"), ("settings.secret", BASIC),
                ("settings.headers", "X-Second-Key: second-0b1c2d3e4f5a"),
            ]),
            ("odata", "Key", &[Shape::Teapot, Shape::ErrorIn200, Shape::Version], Place::Everything, vec![API_KEY], vec![
                ("settings.auth", "header"), ("settings.header_name", "APIKey"), ("settings.secret", API_KEY),
            ]),
            ("odata", "Access", &[Shape::Teapot, Shape::Json, Shape::Mismatch], Place::Everything, vec![CLIENT, ACCESS, REFRESH, COOKIE], vec![
                ("settings.auth", "oauth2"), ("settings.account", "desk"), ("settings.secret", CLIENT),
            ]),
            ("odata", "Client", &[Shape::Teapot, Shape::Json, Shape::Xml, Shape::Page, Shape::Location, Shape::Cut], Place::Token,
                vec![CLIENT], vec![
                ("settings.auth", "oauth2"), ("settings.account", "desk"), ("settings.secret", CLIENT),
            ]),
        ] {
            let echo = Echo::start(known.into_iter().map(ToOwned::to_owned).collect());
            let (files, root, token) = (echo.stub.url(""), echo.stub.url("/odata"), echo.stub.url("/token"));
            let folder = fleet.0.trees().join(name);
            fs::create_dir(&folder).expect("a folder");
            crate::program::own(&folder);
            let destination = folder.display().to_string();
            let mut fields = fields;
            fields.extend(match kind {
                "files" => vec![("settings.source_path", ""), ("settings.source_endpoint", &files), ("settings.destination_path", &destination)],
                _ => vec![("settings.root", root.as_str())],
            });
            if fields.contains(&("settings.auth", "oauth2")) {
                fields.push(("settings.token_url", token.as_str()));
            }
            let connected = Connected { tree: connect(&ada, kind, name, &fields).await, shapes, place };
            for shape in connected.shapes {
                echo.answers(*shape, connected.place);
                check(&ada, &connected.tree).await;
            }
            let asked = echo.stub.seen().len();
            assert!(asked >= shapes.len(), "{name}: {asked}");
            // In the middle of a run: a file that is refused, a file with a secret as its mark, a page of records.
            if name == "Password" || name == "Basic" {
                let inner = [Shape::Teapot, Shape::Json, Shape::ErrorIn200, Shape::Mismatch, Shape::Types, Shape::Cut, Shape::Page];
                for shape in inner {
                    echo.answers(shape, Place::Content);
                    let number = request_run(&ada, &connected.tree).await;
                    ended(&ada, &connected.tree.run(number)).await;
                }
                echo.answers(Shape::Teapot, Place::Nothing);
                let number = request_run(&ada, &connected.tree).await;
                let page = ended(&ada, &connected.tree.run(number)).await;
                assert!(page.says("Completed"), "{name}: {}", page.told());
            }
            received.extend(echo.received.lock().expect("no panic").iter().cloned());
        }
        received.iter().filter(|header| !header.is_empty()).for_each(|header| needles.add_whole(header));
        private_key(&ada, &fleet, (&certificate, &key, &number)).await;
        let quoted = fleet.texts("SELECT detail AS value FROM checks WHERE detail IS NOT NULL").concat();
        assert!(!quoted.contains(SECOND_KEY), "{quoted}");

        let (mut masks, pages) = (0, pages(&ada).await);
        assert!(pages.len() > 60, "{:?}", pages.iter().map(|(path, _)| path).collect::<Vec<_>>());
        for ending in [".csv", ".ndjson"] {
            assert!(pages.iter().any(|(path, _)| path.contains(ending)), "{ending}");
        }
        for (place, text) in pages.iter().chain(&tables(&fleet.0.database)) {
            masks += text.matches("•••").count();
            needles.miss(place, text);
        }
        assert!(masks > 500, "{masks} masks: the service was not quoted");
        process.terminate();
        process.ended();
        let log = String::from_utf8_lossy(&fs::read(&log).expect("the log")).into_owned();
        assert!(log.lines().count() > 3, "{log}");
        assert!(!log.contains("DEBUG") || log.lines().filter(|line| line.contains("DEBUG")).all(|line| line.contains("syncdesk")), "{log}");
        needles.miss("the log", &log);
    }
}

/// A private key never leaves, but a service may know it all the same.
async fn private_key(ada: &Visitor, fleet: &Fleet, (certificate, key, number): (&str, &str, &str)) {
    let (told, forms) = (number.to_owned(), forms::forms(number).join(" | "));
    let stub = crate::stub::Stub::secure(move |_, _| crate::stub::Reply::body(418, format!("{told} {forms}")));
    let (root, ca) = (stub.url("/odata"), OURS.pem());
    let fields = [
        ("settings.root", root.as_str()),
        ("settings.auth", "certificate"),
        ("settings.certificate", certificate),
        ("settings.key", key),
        ("settings.ca", ca.as_str()),
    ];
    let system = connect(ada, "odata", "Certificate", &fields).await;
    check(ada, &system).await;
    let seen =
        fleet.texts("SELECT detail AS value FROM checks WHERE detail LIKE '%418%' ORDER BY id DESC LIMIT 1").concat();
    assert!(!stub.seen().is_empty() && seen.contains("•••"), "{seen}");
}
