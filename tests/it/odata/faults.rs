//! Services that misbehave: the run says what it was, and every set stays as it was.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::stub::{Service, V4, is_for, json, v2, xml};
use crate::certificates::OURS;
use crate::database::{Database, Fixture, both_databases};
use crate::desk::{Desk, Tree};
use crate::peers::ODataServer;
use crate::stub::Reply;
use crate::wait::until;

/// A system whose first run has brought one thing.
struct Shop {
    desk: Desk,
    service: Service,
    system: Tree,
}

const ONE: &str = r#"{"value": [{"Id": 1, "Name": "one", "Price": "1.00"}]}"#;

impl Fixture for Shop {
    async fn on(database: Database) -> Self {
        let (desk, service) = (Desk::on(database).await, Service::start());
        service.says("Things", || json(ONE));
        let fields = [("max_attempts", "1"), ("settings.timeout_seconds", "30")];
        let system = desk.odata_system(&service.root(), &fields).await;
        assert_eq!(desk.sync(&system).await.result, "completed");
        // Its first check, which is automatic, calls the service too.
        let unchecked = "SELECT name AS value FROM systems WHERE checked_at IS NULL";
        until("the first check", async || desk.texts(unchecked).is_empty().then_some(())).await;
        Self { desk, service, system }
    }
}

impl Shop {
    /// The next run ends in error, with this code; Things is as it was.
    async fn fails(&self, code: &str) -> serde_json::Value {
        self.fails_with(code, 1).await
    }

    /// The next run ends in error, with this code; after it Things has this number of records.
    async fn fails_with(&self, code: &str, things: usize) -> serde_json::Value {
        let run = self.desk.sync(&self.system).await;
        let error = run.log.iter().find(|line| line["category"] == "error").cloned();
        let error = error.unwrap_or_else(|| panic!("{code}: {:?}", run.told()));
        assert_eq!((run.result.as_str(), error["code"].as_str()), ("error", Some(code)), "{:?}", run.told());
        assert_eq!(self.desk.replica_counts(), ["Others 0 0".to_owned(), format!("Things {things} 0")], "{code}");
        assert_eq!(self.desk.replica("Things").len(), things);
        error
    }
}

/// More things than before, so that something would be published.
fn two() -> Reply {
    json(r#"{"value": [{"Id": 1, "Name": "one", "Price": "1.00"}, {"Id": 2, "Name": "two", "Price": "1.00"}]}"#)
}

both_databases! {
    /// In each case Others fails and stays as it was, and Things is published all the same.
    async fn answers_that_are_none(shop: Shop) {
        let deep = format!("{{\"value\": [{{\"Id\": {}", "[".repeat(10_000));
        for (reply, said) in [
            (Reply::body(200, "<html><body>Please sign in</body></html>").with("content-type", "text/html"), "text/html"),
            (Reply::body(200, ONE).with("content-type", "text/plain"), "text/plain"),
            (json("<html>Please sign in</html>"), "not a JSON object"),
            (json(&ONE[..30]), "ends too early"),
            (json(&deep), "ends too early"),
            (json(r#"{"d": {"results": []}, "value": {}}"#), "list of records"),
            (json(r#"{"d": {"results": []}}"#), "list of records"),
            (json(r#"{"error": {"code": "X", "message": "No luck."}}"#), "reports an error"),
            (json(r#"{"value": [], "error": {"code": "X", "message": "No luck."}}"#), "reports an error"),
            (json(r#"{"value": [], "nextLink": "Others?2"}"#), "its “nextLink” is not of version 4"),
            (json("{\"value\": []}").with("content-encoding", "gzip"), ""),
        ] {
            let reply = std::sync::Mutex::new(Some(reply));
            shop.service.answers(move |request| {
                if is_for(request, "Others") {
                    return reply.lock().expect("no panic").take();
                }
                is_for(request, "Things").then(two)
            });
            let code = if said.is_empty() { "PEER-NONSENSE" } else { "ODATA-ANSWER" };
            let error = shop.fails_with(code, 2).await;
            assert!(error["text"].as_str().expect("a text").contains(said), "{said}: {error}");
            assert_eq!(error["item_key"], "Others", "{error}");
        }
    }

    /// Bad day: invalid XML, entity expansion, deep nesting.
    async fn metadata_that_is_none(shop: Shop) {
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
        let deep = format!("<edmx:Edmx Version=\"4.0\">{}", "<a>".repeat(10_000));
        for (body, said) in [
            ("<html><body>Please sign in</body></html>".to_owned(), "not an OData document"),
            (format!("{bomb}{V4}"), "DOCTYPE"),
            (deep, "levels deep"),
            (V4[..300].to_owned(), ""),
            ("{}".to_owned(), ""),
        ] {
            shop.service.says("$metadata", move || xml(&body));
            let error = shop.fails("ODATA-METADATA").await;
            assert!(error["text"].as_str().expect("a text").contains(said), "{said}: {error}");
        }
        let three = v2().replace("<edmx:DataServices>", "<edmx:DataServices m:DataServiceVersion=\"3.0\" xmlns:m=\"m\">");
        shop.service.says("$metadata", move || xml(&three));
        let error = shop.fails("ODATA-VERSION").await;
        assert_eq!(error["text"], "This service uses OData version 3. Syncdesk reads versions 2 and 4.");
    }

    /// Bad day: a nextLink to another host or in a loop.
    async fn links_that_lead_astray(shop: Shop) {
        let paged = |next: &str| json(&ONE.replace("]}", &format!("], \"@odata.nextLink\": \"{next}\"}}")));
        let elsewhere = shop.service.root().replace("127.0.0.1", "localhost") + "/Things?$skiptoken=2";
        for (next, code) in [
            ("http://169.254.169.254/latest/meta-data".to_owned(), "ODATA-ASTRAY"),
            (elsewhere, "ODATA-ASTRAY"),
            ("Things".to_owned(), "ODATA-LOOP"),
        ] {
            let before = shop.service.seen().len();
            shop.service.says("Things", move || paged(&next));
            shop.fails(code).await;
            assert!(shop.service.seen().len() < before + 20, "it ends");
        }
    }

    /// Each in its own way without an end.
    async fn pages_that_never_end(shop: Shop) {
        for page in [ONE, r#"{"value": []}"#, r#"{"value": [{"Name": "no key"}]}"#] {
            let (asked, mut n) = (shop.service.seen().len(), 0);
            shop.service.answers(move |request| is_for(request, "Things").then(|| {
                n += 1;
                json(&page.replace("]}", &format!("], \"@odata.nextLink\": \"Things?$skiptoken={n}\"}}")))
            }));
            shop.fails("ODATA-LOOP").await;
            assert!(shop.service.seen().len() < asked + 40, "it ends: {page}");
        }
        // A service that does not know `$skip`.
        shop.service.says("Things", || json(ONE));
        let fields = [("name", "Windows"), ("settings.paging", "client"), ("settings.page_size", "1"), ("max_attempts", "1")];
        let windows = shop.desk.odata_system(&shop.service.root(), &fields).await;
        let run = shop.desk.sync(&windows).await;
        assert!(run.told().iter().any(|line| line.starts_with("error ODATA-LOOP ")), "{:?}", run.told());
    }

    /// An empty answer is no reason to give up what there is, unless the settings say so.
    async fn a_set_that_comes_without_records(shop: Shop) {
        for empty in [r#"{"value": []}"#, r#"{"value": [{"Name": "no key"}]}"#] {
            shop.service.says("Things", move || json(empty));
            shop.fails("ODATA-EMPTIED").await;
        }
        let lenient = [("name", "Lenient"), ("settings.emptied", "orphan")];
        let system = shop.desk.odata_system(&shop.service.root(), &lenient).await;
        shop.service.says("Things", || json(ONE));
        shop.desk.sync(&system).await;
        shop.service.says("Things", || json(r#"{"value": []}"#));
        let told = shop.desk.sync(&system).await.told();
        let gone = "success AFC-S10 1 record of Things no longer exists at the source and became orphaned.";
        assert!(told.contains(&gone.to_owned()), "{told:?}");
        assert_eq!(shop.desk.orphans("Things").len(), 1);
    }

    /// The etag of a set belongs to its first page.
    async fn not_modified_in_the_middle(shop: Shop) {
        shop.service.says("Things", || json(ONE).with("etag", "W/\"7\""));
        assert_eq!(shop.desk.sync(&shop.system).await.result, "completed");
        let asked = shop.service.seen().len();
        shop.service.answers(|request| is_for(request, "Things").then(|| {
            if request.path.contains("$skiptoken") {
                return Reply::status(304);
            }
            json(&ONE.replace("]}", "], \"@odata.nextLink\": \"Things?$skiptoken=1\"}"))
        }));
        shop.fails("AFC-E09").await;
        let asked = shop.service.seen().split_off(asked).into_iter().filter(|request| is_for(request, "Things"));
        let etags: Vec<_> = asked.map(|request| request.header("if-none-match").is_some()).collect();
        assert_eq!(etags, [true, false]);
    }

    /// Records without an end, a record without an end, and a short answer that expands without an end: 65 MiB each.
    async fn answers_are_bounded(shop: Shop) {
        let record = format!(r#"{{"Id": 1, "Name": "{}"}},"#, "x".repeat(1 << 20));
        let many = format!(r#"{{"value": [{}"#, record.repeat(65));
        let one = format!(r#"{{"value": [{{"Id": 1, "Name": "{}"#, "x".repeat(65 << 20));
        let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut bomb, one.as_bytes()).expect("memory");
        let bomb = bomb.finish().expect("memory");
        for body in [many.into_bytes(), one.into_bytes(), bomb] {
            let coding = if body.starts_with(b"{") { "identity" } else { "gzip" };
            shop.service.says("Things", move || {
                Reply::Http(200, vec![("content-type", "application/json".to_owned()), ("content-encoding", coding.to_owned())], body.clone())
            });
            shop.fails("PEER-TOO-LARGE").await;
        }
    }

    /// Timeouts.
    async fn silence_and_broken_connections(shop: Shop) {
        let half = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{\"value\": [".to_vec();
        let again = half.clone();
        shop.service.says("Things", move || Reply::Silence(again.clone()));
        shop.desk.sql("UPDATE systems SET settings = replace(settings, '\"timeout_seconds\":30', '\"timeout_seconds\":1')");
        shop.fails("PEER-SLOW").await;
        let again = half.clone();
        shop.service.says("Things", move || Reply::Raw(again.clone()));
        shop.fails("PEER-AWAY").await;
        // What breaks off once is asked for again, and so is what is too much for now.
        let asked = AtomicUsize::new(0);
        shop.service.answers(move |request| is_for(request, "Things").then(|| match asked.fetch_add(1, Ordering::SeqCst) {
            0 => Reply::Raw(half.clone()),
            1 => Reply::status(503).with("retry-after", "0"),
            2 => Reply::status(429).with("retry-after", "1"),
            _ => two(),
        }));
        let run = shop.desk.sync(&shop.system).await;
        assert_eq!(run.result, "completed", "{:?}", run.told());
        assert_eq!(shop.desk.replica("Things").len(), 2);
    }

    /// A longer pause than a run waits for: the run ends, and is tried again by the queue.
    async fn a_service_that_wants_a_long_pause(shop: Shop) {
        shop.service.says("Things", || Reply::status(503).with("retry-after", "3600"));
        let asked = shop.service.seen().len();
        shop.fails("PEER-LIMIT").await;
        let of_things = shop.service.seen().split_off(asked).into_iter().filter(|request| is_for(request, "Things"));
        assert_eq!(of_things.count(), 1, "it is left alone");
    }

    /// Bad day: a service that changes its model during the run.
    async fn a_model_that_changes_during_the_run(shop: Shop) {
        let asked = AtomicUsize::new(0);
        shop.service.answers(move |request| {
            if is_for(request, "$metadata") && asked.fetch_add(1, Ordering::SeqCst) > 0 {
                return Some(xml(&V4.replace("MaxLength=\"9\"", "MaxLength=\"99\"")));
            }
            is_for(request, "Things").then(two)
        });
        shop.fails("ODATA-MODEL-MOVED").await;
    }

    /// The database says so by a trigger: no disk is really full.
    async fn a_full_database(shop: Shop) {
        shop.desk.sql(if shop.desk.is_on_postgres() {
            "CREATE FUNCTION full_disk() RETURNS trigger AS $$ BEGIN
               RAISE EXCEPTION 'could not extend file: No space left on device'; END $$ LANGUAGE plpgsql;
             CREATE TRIGGER full_disk BEFORE INSERT ON replica_records FOR EACH ROW EXECUTE FUNCTION full_disk()"
        } else {
            "CREATE TRIGGER full_disk BEFORE INSERT ON replica_records
             BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        });
        shop.service.says("Things", two);
        shop.fails("STORE-FULL").await;
        shop.desk.sql(if shop.desk.is_on_postgres() {
            "DROP TRIGGER full_disk ON replica_records"
        } else {
            "DROP TRIGGER full_disk"
        });
        assert_eq!(shop.desk.sync(&shop.system).await.result, "completed");
        assert_eq!(shop.desk.replica("Things").len(), 2);
    }

    /// What a run has left is swept up by the next, under its own claim.
    async fn what_was_staged_is_swept_up(shop: Shop) {
        let asked = AtomicUsize::new(0);
        shop.service.answers(move |request| {
            if is_for(request, "Things") {
                return Some(json(r#"{"value": [{"Id": 1, "Name": "changed", "Price": null}, {"Id": 2, "Name": "new", "Price": null}]}"#));
            }
            let moved = is_for(request, "$metadata") && asked.fetch_add(1, Ordering::SeqCst) % 2 == 1;
            moved.then(|| xml(&V4.replace("MaxLength=\"9\"", "MaxLength=\"99\"")))
        });
        let rows = |what: &str| shop.desk.texts(&format!("SELECT CAST(count(*) AS TEXT) AS value FROM {what}")).concat();
        shop.fails("ODATA-MODEL-MOVED").await;
        assert_eq!(rows("replica_records"), "3");
        assert_eq!(rows("replica_records WHERE to_run IS NOT NULL"), "1");
        shop.service.says("Things", || json(ONE));
        let run = shop.desk.sync(&shop.system).await;
        assert_eq!(run.result, "completed", "{:?}", run.told());
        assert_eq!([rows("replica_records"), rows("replica_records WHERE to_run IS NOT NULL"), rows("replica_seen")], ["1", "0", "1"]);
        shop.desk.sync(&shop.system).await;
        assert_eq!(shop.desk.replica("Things").len(), 1);
    }

    async fn rights_that_are_missing(shop: Shop) {
        shop.service.says("Things", || json(r#"{"error": {"code": "1", "message": "Not for you."}}"#).but(403));
        let error = shop.fails("AFC-E04").await;
        assert!(error["foreign_text"].as_str().expect("words").ends_with("1: Not for you."), "{error}");
        shop.service.says("Things", || Reply::status(400));
        shop.fails("AFC-E09").await;
        shop.service.says("Things", || Reply::status(401));
        shop.fails("PEER-SIGN-IN").await;
        shop.service.says("Things", || Reply::status(302).with("location", "http://localhost:9/elsewhere"));
        shop.fails("PEER-REDIRECT").await;
    }
}

/// What a check of a system says: its code and its stage.
pub(super) async fn checked(desk: &Desk, root: &str, fields: &[(&str, &str)]) -> (String, String) {
    let system = desk.odata_system(root, fields).await;
    let ada = desk.as_("ada").await;
    ada.get(&system.page()).await.expect(200);
    let asked = ada.submit(&format!("{}/check", system.page()), &[]).await.expect(303);
    desk.ended(&ada, asked.location()).await;
    let of_system = format!("FROM checks c JOIN systems s ON s.id = c.system_id WHERE s.key = '{}'", system.key);
    // The last: the first is automatic.
    let one = |column: &str| {
        desk.texts(&format!("SELECT coalesce({column}, '') AS value {of_system} ORDER BY c.id"))
            .pop()
            .unwrap_or_default()
    };
    (one("c.code"), one("c.stage"))
}

both_databases! {
    /// The connection, stage by stage.
    async fn checks(desk: Desk) {
        let (sap, stub, secure) = (ODataServer::mock_sap_with_password(), Service::start(), Service::secure());
        let ca = OURS.pem();
        let basic = [("settings.auth", "basic"), ("settings.account", ODataServer::USER)];
        let with = |name: &'static str, more: &[(&'static str, &'static str)]| [&[("name", name)], &basic[..], more].concat();
        let ok = (String::new(), String::new());
        let right = with("right", &[("settings.secret", ODataServer::PASSWORD)]);
        assert_eq!(checked(&desk, &sap.root(), &right).await, ok);
        let wrong = with("wrong", &[("settings.secret", "wrong")]);
        for (root, fields, code, stage) in [
            (sap.root(), wrong.as_slice(), "PEER-SIGN-IN", "sign_in"),
            ("http://no-such-host.invalid".to_owned(), &[("name", "name")], "PEER-NAME", "name_lookup"),
            ("http://127.0.0.1:1".to_owned(), &[("name", "port")], "PEER-REFUSED", "tcp"),
            ("http://10.1.2.3/x".to_owned(), &[("name", "private")], "PEER-FORBIDDEN", "tcp"),
            (secure.root(), &[("name", "tls")], "PEER-TLS", "tls"),
            (sap.host(), &[("name", "page")], "PEER-SIGN-IN", "sign_in"),
            (stub.root(), &[("name", "none"), ("settings.master_sets", "Nothing*")], "ODATA-NO-SETS", "content"),
        ] {
            assert_eq!(checked(&desk, &root, fields).await, (code.to_owned(), stage.to_owned()), "{root}");
        }
        assert_eq!(checked(&desk, &secure.root(), &[("name", "ca"), ("settings.ca", ca.as_str())]).await, ok);
        stub.says("$metadata", || Reply::body(200, "<html>Sign in</html>").with("content-type", "text/html"));
        let html = checked(&desk, &stub.root(), &[("name", "html")]).await;
        assert_eq!(html, ("ODATA-METADATA".to_owned(), "content".to_owned()));
    }
}
