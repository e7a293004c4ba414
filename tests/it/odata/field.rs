//! Services as they are found in the field: each deviates in one way, and loses nothing by it.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use serde_json::{Value, json};

use super::stub::{Service, V4, is_for, json as reply, v2, xml};
use crate::database::both_databases;
use crate::desk::Desk;
use crate::stub::{Reply, Request};

const TWO: &str = r#"{"value": [{"Id": 1, "Name": "one", "Price": null}, {"Id": 2, "Name": "two", "Price": null}]}"#;

fn things(request: &Request, reply: impl FnOnce() -> Reply) -> Option<Reply> {
    is_for(request, "Things").then(reply)
}

/// In each coding: its name, and the bytes.
fn encoded(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let level = Compression::default();
    let mut gzip = GzEncoder::new(Vec::new(), level);
    let mut zlib = ZlibEncoder::new(Vec::new(), level);
    let mut bare = DeflateEncoder::new(Vec::new(), level);
    for encoder in [&mut gzip as &mut dyn Write, &mut zlib, &mut bare] {
        encoder.write_all(text.as_bytes()).expect("memory");
    }
    let (zlib, bare) = (zlib.finish().expect("memory"), bare.finish().expect("memory"));
    vec![("gzip", gzip.finish().expect("memory")), ("deflate", zlib), ("Deflate", bare)]
}

/// Stored data of a set, by key, as text.
fn stored(desk: &Desk, set: &str) -> Vec<String> {
    desk.texts(&format!(
        "SELECT data AS value FROM replica_records r JOIN replica_sets s ON s.id = r.set_id
         WHERE s.name = '{set}' AND r.to_run IS NULL AND NOT r.orphaned ORDER BY r.record_key"
    ))
}

both_databases! {
    /// Media types in any case, byte order marks, and every coding, also of the metadata.
    async fn answers_in_another_dress(desk: Desk) {
        let service = Service::start();
        let system = desk.odata_system(&service.root(), &[]).await;
        let kind = |kind: &'static str| move |body: &[u8]| Reply::body(200, body).with("content-type", kind);
        for dress in [kind("Application/JSON; odata.metadata=minimal"), kind("application/json;IEEE754Compatible=true;charset=UTF-8")] {
            service.says("Things", move || dress(TWO.as_bytes()));
            let run = desk.sync(&system).await;
            assert_eq!(run.result, "completed", "{:?}", run.told());
        }
        service.says("Things", || reply(&format!("\u{feff}{TWO}")));
        assert_eq!(desk.sync(&system).await.result, "completed");
        for (coding, body) in encoded(TWO) {
            let model = encoded(&format!("\u{feff}{V4}")).remove(0).1;
            service.answers(move |request| {
                if is_for(request, "$metadata") {
                    return Some(Reply::body(200, model.clone()).with("content-type", "application/xml").with("content-encoding", "gzip"));
                }
                things(request, || Reply::body(200, body.clone()).with("content-type", "application/json").with("content-encoding", coding))
            });
            let run = desk.sync(&system).await;
            assert_eq!(run.result, "completed", "{coding}: {:?}", run.told());
            assert_eq!(desk.replica("Things").len(), 2);
        }
        let coding = service.seen().last().and_then(|request| request.header("accept-encoding").map(str::to_owned));
        assert_eq!(coding.as_deref(), Some("identity"), "nobody asked for it");
        let wide: Vec<u8> = format!("\u{feff}{V4}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        service.answers(move |request| {
            if is_for(request, "$metadata") { Some(Reply::body(200, wide.clone())) } else { things(request, || reply(TWO)) }
        });
        assert_eq!(desk.sync(&system).await.result, "completed");
    }

    /// Digits beyond those of a double; a number that nobody reads; what an earlier version has stored.
    async fn all_digits_are_kept(desk: Desk) {
        let model = V4.replace("Precision=\"5\" Scale=\"2\"", "Precision=\"31\" Scale=\"10\"").replace("Name=\"Id\" Type=\"Edm.Int32\"", "Name=\"Id\" Type=\"Edm.Int64\"");
        let service = Service::start();
        let system = desk.odata_system(&service.root(), &[("settings.master_sets", "Things")]).await;
        let says = |records: &str| {
            let (model, page) = (model.clone(), format!(r#"{{"value": [{records}]}}"#));
            service.answers(move |request| if is_for(request, "$metadata") { Some(xml(&model)) } else { things(request, || reply(&page)) });
        };
        says(r#"{"Id": 9007199254740993, "Name": "a", "Price": 12345678901234567890.1234567891, "Id@x": 1e400},
                {"Id": "9223372036854775807", "Name": "b", "Price": 100.00}"#);
        let run = desk.sync(&system).await;
        assert_eq!(run.result, "completed", "{:?}", run.told());
        assert_eq!(stored(&desk, "Things"), [
            r#"{"Id":9007199254740993,"Name":"a","Price":12345678901234567890.1234567891}"#,
            r#"{"Id":"9223372036854775807","Name":"b","Price":100.00}"#,
        ]);
        let mona = desk.as_("mona").await;
        let lines = mona.get(&format!("{}/replica/Things/records.ndjson", system.page())).await.expect(200);
        assert!(lines.body.contains("12345678901234567890.1234567891"), "{}", lines.body);
        let cells = mona.get(&format!("{}/replica/Things/records.csv", system.page())).await.expect(200);
        assert!(cells.body.contains("12345678901234567890.1234567891") && cells.body.contains("100.00"), "{}", cells.body);
        let page = mona.get(&format!("{}/replica/Things", system.page())).await.expect(200);
        assert!(page.says("12345678901234567890.1234567891"), "{}", page.told());

        // The last digit is a change, another way to write a number is none.
        says(r#"{"Id": 9007199254740993, "Name": "a", "Price": 12345678901234567890.1234567892},
                {"Id": "9223372036854775807", "Name": "b", "Price": 1e2}"#);
        let run = desk.sync(&system).await;
        assert_eq!(run.told(), ["success AFC-S07 Updated 1 record of Things."]);
        // What a version that kept numbers as doubles has stored.
        let old = r#"{"Id":9007199254740993,"Name":"a","Price":1.5}"#;
        says(r#"{"Id": 9007199254740993, "Name": "a", "Price": 1.50}, {"Id": "9223372036854775807", "Name": "b", "Price": 1e2}"#);
        desk.sync(&system).await;
        let digest = hex::encode(&sha256(old)[..16]);
        let kept = if desk.is_on_postgres() { "encode(digest, 'hex')" } else { "lower(hex(digest))" };
        let kept = desk.texts(&format!("SELECT {kept} AS value FROM replica_records WHERE to_run IS NULL ORDER BY record_key")).remove(0);
        assert_eq!(kept, digest, "it is equal for the digest");
    }

    /// One record that cannot be read costs only itself.
    async fn one_bad_record(desk: Desk) {
        let service = Service::start();
        let page = br#"{"value": [{"Id": 1, "Name": "a"}, {"Id": 2, "Name": "half \ud83d"}, {"Id": 3, "Name": "c", "Name": "d"}, 7, null, "x", [],
            {"Id": 4, "Price": NaN}, {"Id": 5, "Price": 1e400}, {"Id": 6, "Name": "f", "@x": 1e400, "@y": "\ud83d"}]}"#;
        service.says("Things", || reply(&String::from_utf8_lossy(page)));
        let system = desk.odata_system(&service.root(), &[]).await;
        let run = desk.sync(&system).await;
        assert_eq!(run.result, "completed_with_warnings");
        let mut warnings: Vec<String> = run.log.iter().filter(|line| line["category"] == "warning")
            .map(|line| format!("{} {} {}", line["code"].as_str().expect("text"), line["item_key"].as_str().unwrap_or_default(), line["text"].as_str().expect("text"))).collect();
        warnings.sort();
        assert_eq!(warnings, [
            "ODATA-RECORD  Skipped: a record is not a JSON object.",
            "ODATA-RECORD  Skipped: a record is not a JSON object.",
            "ODATA-RECORD  Skipped: a record is not a JSON object.",
            "ODATA-RECORD  Skipped: a record is not a JSON object.",
            "ODATA-RECORD 2 Skipped: a text is not valid Unicode: Name.",
            "ODATA-RECORD 3 Skipped: a property appears twice: Name.",
            "ODATA-RECORD 4 Skipped: a record is not valid JSON: expected value at line 1 column 20.",
            "ODATA-STRUCTURE 5 The property Price has too many digits: 1e400. The record was skipped.",
        ]);
        assert_eq!(desk.replica("Things").iter().map(|thing| thing["Id"].clone()).collect::<Vec<_>>(), [json!(1), json!(6)]);
    }

    /// A record whose key cannot be read could be any: none is known to be gone.
    async fn what_cannot_be_read_is_not_gone(desk: Desk) {
        let service = Service::start();
        service.says("Things", || reply(TWO));
        let system = desk.odata_system(&service.root(), &[("settings.master_sets", "Things")]).await;
        assert_eq!(desk.sync(&system).await.result, "completed");
        for bad in [r#"{"Id": null}"#, "7", r#"{"Id": "\ud83d"}"#, r#"{"Id": 99999999999}"#] {
            let page = format!(r#"{{"value": [{{"Id": 1, "Name": "one", "Price": null}}, {bad}]}}"#);
            service.says("Things", move || reply(&page));
            let run = desk.sync(&system).await;
            assert_eq!(run.result, "completed_with_warnings", "{bad}");
            let said = "warning ODATA-NOT-ORPHANED No record of Things became orphaned in this run: 1 skipped record has no readable key and could be any record of the set.";
            assert!(run.told().contains(&said.to_owned()), "{bad}: {:?}", run.told());
            assert_eq!(desk.replica_counts(), ["Things 2 0"], "{bad}");
        }
        service.says("Things", || reply(r#"{"value": [{"Id": 1, "Name": "one", "Price": null}]}"#));
        assert_eq!(desk.sync(&system).await.result, "completed");
        assert_eq!(desk.replica_counts(), ["Things 1 1"]);
    }

    /// What was skipped comes again, although the service says that nothing has changed.
    async fn nothing_is_built_on_a_reading_with_holes(desk: Desk) {
        let service = Service::start();
        let bad = r#"{"value": [{"Id": 1, "Name": "one"}, {"Id": 2, "Name": "much too long"}], "@odata.deltaLink": "Things?$deltatoken=1"}"#;
        for (link, name) in [(bad.to_owned(), "delta"), (bad.replace("@odata.deltaLink", "@odata.x"), "etag")] {
            service.answers(move |request| things(request, || match request.header("if-none-match") {
                _ if request.path.contains("$deltatoken") => reply(r#"{"value": [], "@odata.deltaLink": "Things?$deltatoken=1"}"#),
                Some(_) => Reply::status(304),
                None => reply(&link).with("etag", "\"7\""),
            }));
            let system = desk.odata_system(&service.root(), &[("name", name)]).await;
            for _ in 0..2 {
                let run = desk.sync(&system).await;
                assert_eq!(run.result, "completed_with_warnings", "{name}: {:?}", run.told());
            }
        }
    }

    /// A record that two pages of changes bring is updated once.
    async fn a_record_that_changes_twice_counts_once(desk: Desk) {
        let service = Service::start();
        let first = r#"{"value": [{"Id": 1, "Name": "one"}, {"Id": 2, "Name": "two"}], "@odata.deltaLink": "Things?$deltatoken=1"}"#;
        service.says("Things", || reply(first));
        let system = desk.odata_system(&service.root(), &[("settings.master_sets", "Things")]).await;
        desk.sync(&system).await;
        service.says("Things", || reply(first));
        service.answers(|request| things(request, || {
            if request.path.contains("$skiptoken") {
                return reply(r#"{"value": [{"Id": 1, "Name": "eins", "Price": null}], "@odata.deltaLink": "Things?$deltatoken=2"}"#);
            }
            reply(r#"{"value": [{"Id": 1, "Name": "uno", "Price": null}], "@odata.nextLink": "Things?$skiptoken=2"}"#)
        }));
        let run = desk.sync(&system).await;
        assert_eq!(run.told(), ["success AFC-S07 Updated 1 record of Things."]);
        assert_eq!(desk.replica("Things")[0]["Name"], "eins");
    }

    /// Derived types, a key by path, empty parts of keys, times without seconds.
    async fn records_of_all_kinds(desk: Desk) {
        let types = r#"<ComplexType Name="Place"><Property Name="Zip" Type="Edm.String" Nullable="false"/></ComplexType>
            <EntityType Name="Person"><Key><PropertyRef Name="At/Zip" Alias="zip"/><PropertyRef Name="Div"/></Key>
            <Property Name="At" Type="S.Place" Nullable="false"/><Property Name="Div" Type="Edm.String" Nullable="false"/>
            <Property Name="Born" Type="Edm.DateTimeOffset"/><Property Name="Up" Type="Edm.TimeOfDay"/></EntityType>
            <EntityType Name="Employee" BaseType="S.Person"><Property Name="Cost" Type="Edm.Int64" Nullable="false"/></EntityType>"#;
        let model = V4.replace("<EntityType Name=\"Thing\">", &format!("{types}<EntityType Name=\"Thing\">"))
            .replace("Name=\"Things\" EntityType=\"S.Thing\"", "Name=\"Things\" EntityType=\"S.Person\"");
        let page = json!({"value": [
            {"At": {"Zip": "1"}, "Div": "", "Born": "2026-11-27T10:00Z", "Up": "10:00"},
            {"@odata.type": "#S.Employee", "At": {"Zip": "2"}, "Div": "a", "Born": "2026-11-27T10:00+02:00", "Up": null, "Cost": 7},
        ]}).to_string();
        let service = Service::start();
        service.answers(move |request| if is_for(request, "$metadata") { Some(xml(&model)) } else { things(request, || reply(&page)) });
        let system = desk.odata_system(&service.root(), &[("settings.master_sets", "Things")]).await;
        let run = desk.sync(&system).await;
        assert_eq!(run.result, "completed", "{:?}", run.told());
        assert_eq!(desk.texts("SELECT CAST(count(*) AS TEXT) AS value FROM replica_records").concat(), "2");
        let csv = desk.as_("mona").await.get(&format!("{}/replica/Things/records.csv", system.page())).await.expect(200);
        let lines: Vec<&str> = csv.body.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(lines[0], "record_key,state,Div,At,Born,Up,Cost", "{lines:?}");
        assert!(lines[1].starts_with("1/,active,,"), "{lines:?}");
        assert!(lines[2].starts_with("2/a,active,a,") && lines[2].ends_with(",7"), "{lines:?}");
    }

    /// The same times in version 2.
    async fn times_of_version_2(desk: Desk) {
        let model = v2().replace("Name=\"Name\" Type=\"Edm.String\" MaxLength=\"9\"", "Name=\"Name\" Type=\"Edm.DateTime\"");
        let service = Service::start();
        service.answers(move |request| if is_for(request, "$metadata") { Some(xml(&model)) } else {
            things(request, || reply(r#"{"d": {"results": [{"Id": 1, "Name": "2014-08-22T10:15", "Price": "1"}], "__next": ""}}"#))
        });
        let system = desk.odata_system(&service.root(), &[("settings.master_sets", "Things")]).await;
        assert_eq!(desk.sync(&system).await.result, "completed");
        assert_eq!(desk.replica("Things")[0]["Name"], "2014-08-22T10:15:00");
    }

    /// A service that refuses large numbers as text is asked once more, and remembered; one that refuses for ever is not.
    async fn numbers_as_text_are_not_for_all(desk: Desk) {
        for status in [406, 415] {
            let service = Service::start();
            service.answers(move |request| {
                let refused = request.header("accept").is_some_and(|accept| accept.contains("IEEE754"));
                if refused { Some(Reply::status(status)) } else { things(request, || reply(TWO)) }
            });
            let fields = [("name", if status == 406 { "406" } else { "415" }), ("settings.parallel", "1")];
            let system = desk.odata_system(&service.root(), &fields).await;
            let run = desk.sync(&system).await;
            assert_eq!(run.result, "completed", "{:?}", run.told());
            let asked = service.seen().into_iter().filter(|request| request.header("accept").is_some_and(|accept| accept.contains("IEEE754")));
            assert_eq!(asked.count(), 1, "it is remembered for the run");
        }
        let service = Service::start();
        service.says("Things", || Reply::status(406));
        let system = desk.odata_system(&service.root(), &[("name", "never")]).await;
        let before = service.seen().len();
        assert_eq!(desk.sync(&system).await.result, "error");
        let asked = service.seen().split_off(before).into_iter().filter(|request| is_for(request, "Things"));
        assert!(asked.count() <= 3);
    }

    /// A connection that breaks in the middle of a large page: it is read again, and nothing comes twice.
    async fn a_page_that_breaks_in_the_middle(desk: Desk) {
        let page = |n: usize, link: &str| {
            let rows: Vec<Value> = (0..n).map(|id| json!({"Id": id, "Name": if id == 7 { "much too long" } else { "x" }, "Price": null})).collect();
            json!({"value": rows, "@odata.deltaLink": link}).to_string()
        };
        let (whole, asked) = (page(5_000, "Things?$deltatoken=1"), AtomicUsize::new(0));
        let service = Service::start();
        service.answers(move |request| things(request, || {
            if asked.fetch_add(1, Ordering::SeqCst) > 0 {
                return reply(&whole);
            }
            let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", whole.len());
            Reply::Raw([head.as_bytes(), &whole.as_bytes()[..whole.len() * 3 / 4]].concat())
        }));
        let system = desk.odata_system(&service.root(), &[("settings.master_sets", "Things")]).await;
        let run = desk.sync(&system).await;
        assert_eq!(run.told(), [
            "warning ODATA-STRUCTURE The property Name is too long: much too long. The record was skipped.",
            "success AFC-S06 Inserted 4999 records of Things.",
        ]);
        let run = desk.sync(&system).await;
        assert!(service.seen().iter().all(|request| !request.path.contains("$deltatoken")), "{:?}", run.told());
    }
}

fn sha256(text: &str) -> Vec<u8> {
    use sha2::Digest;
    sha2::Sha256::digest(text.as_bytes()).to_vec()
}
