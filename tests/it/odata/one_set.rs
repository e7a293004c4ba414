//! One bad entity set costs only itself: it stays as it was, and the others are published.

use serde_json::{Value, json};

use super::faults::checked;
use super::stub::{Service, V4, is_for, json as reply, v2, xml};
use super::system::Run;
use crate::database::both_databases;
use crate::desk::Desk;
use crate::stub::Reply;

const ONE: &str = r#"{"value": [{"Id": 1, "Name": "one"}]}"#;
const TWO: &str = r#"{"value": [{"Id": 1, "Name": "one"}, {"Id": 2, "Name": "two"}]}"#;

/// Category, code and item of what is no success.
fn troubles(run: &Run) -> Vec<String> {
    let text = |line: &Value, name: &str| line[name].as_str().unwrap_or_default().to_owned();
    let told = run.log.iter().filter(|line| line["category"] == "error" || line["category"] == "warning");
    told.map(|line| {
        [text(line, "category"), text(line, "code"), text(line, "item_key")].join(" ").trim_end().to_owned()
    })
    .collect()
}

/// A model with further sets and types, and a reference to another document.
fn with(sets: &str, types: &str) -> String {
    let reference =
        r#"<edmx:Reference Uri="/odata/common"><edmx:Include Namespace="common" Alias="c"/></edmx:Reference>"#;
    V4.replace("<edmx:DataServices>", &format!("{reference}<edmx:DataServices>"))
        .replace("<EntityType Name=\"Thing\">", &format!("{types}<EntityType Name=\"Thing\">"))
        .replace("<EntitySet Name=\"Things\"", &format!("{sets}<EntitySet Name=\"Things\""))
}

both_databases! {
    /// Each way to fail, after a run in which all went well: the old records stay, and those of others are new.
    async fn the_others_are_published(desk: Desk) {
        let service = Service::start();
        let root = service.root();
        let origin = root.strip_suffix("/odata").expect("a path").to_owned();
        let (host, port) = origin.strip_prefix("http://").and_then(|rest| rest.split_once(':')).expect("a port");
        let astray = format!("https://{host}:{port}/odata/Others?2");
        let said = format!("A link in the response for Others leads to another host, port, scheme or path: https://{host}:{port}, but the service root is http://{host}:{port}.");
        let linked = ONE.replace("]}", &format!("], \"@odata.nextLink\": \"{astray}\"}}"));
        let fails: Vec<(Reply, &str, &str)> = vec![
            (reply("{\"value\": 7}"), "ODATA-ANSWER", "not a list of records"),
            (reply(&ONE[..20]), "ODATA-ANSWER", "ends too early"),
            (reply(r#"{"value": [], "odata.nextLink": "x"}"#), "ODATA-VERSION", "This service uses OData version 3."),
            (reply(ONE).with("odata-version", "3.0"), "ODATA-VERSION", "version 3"),
            (reply(r#"{"value": []}"#), "ODATA-EMPTIED", "Others returned no records, but the replica has 1."),
            (reply(&linked), "ODATA-ASTRAY", &said),
            (Reply::status(400), "AFC-E09", ""),
            (reply(r#"{"error": {"code": "", "message": "Not you."}}"#).but(403), "AFC-E04", ""),
            (Reply::status(500), "PEER-AWAY", ""),
        ];
        for (n, (fail, code, said)) in fails.into_iter().enumerate() {
            service.answers(|request| (!is_for(request, "$metadata")).then(|| reply(ONE)));
            let name = format!("case {n}");
            let system = desk.odata_system(&root, &[("name", &name), ("max_attempts", "1")]).await;
            assert_eq!(desk.sync(&system).await.result, "completed");
            let before = (desk.count("replica_records"), desk.count("replica_seen"));
            let fail = std::sync::Mutex::new(Some(fail));
            service.answers(move |request| match request.path.as_str() {
                "/odata/Others" => Some(match &mut *fail.lock().expect("no panic") {
                    Some(Reply::Http(status, headers, body)) => Reply::Http(*status, headers.clone(), body.clone()),
                    _ => Reply::status(400),
                }),
                _ => is_for(request, "Things").then(|| reply(TWO)),
            });
            let run = desk.sync(&system).await;
            assert_eq!((run.result.as_str(), troubles(&run)), ("error", vec![format!("error {code} Others"), "error ODATA-SETS-FAILED".to_owned()]), "{n}");
            let error = run.log.iter().find(|line| line["code"] == code).expect("an Error");
            assert!(error["text"].as_str().expect("a text").contains(said), "{error}");
            let counts: Vec<String> = desk.texts(&format!(
                "SELECT r.name || ' ' || r.active || ' ' || r.orphaned AS value FROM replica_sets r JOIN systems s ON s.id = r.system_id WHERE s.name = '{name}' ORDER BY r.name"
            ));
            assert_eq!(counts, ["Others 1 0", "Things 2 0"], "{code}");
            let records = |count: &str| count.parse::<i64>().expect("a number");
            assert_eq!(records(&desk.count("replica_records")), records(&before.0) + 1, "{code}: nothing of it is left");
            assert!(run.log.iter().any(|line| line["text"] == "1 of 2 sets could not be read: Others. They were not changed; the others were published."), "{:?}", run.told());
        }
    }

    /// Nothing that was staged of the failed set is seen, and nothing of it is orphaned.
    async fn an_incomplete_reading_orphans_nothing(desk: Desk) {
        let service = Service::start();
        service.answers(|request| (!is_for(request, "$metadata")).then(|| reply(TWO)));
        let system = desk.odata_system(&service.root(), &[("max_attempts", "1")]).await;
        assert_eq!(desk.sync(&system).await.result, "completed");
        service.answers(|request| match request.path.as_str() {
            "/odata/Others" => Some(reply(r#"{"value": [{"Id": 1, "Name": "uno"}, {"Id": 3, "Name": "new"}], "@odata.nextLink": "Others?2"}"#)),
            "/odata/Others?2" => Some(Reply::status(400)),
            _ => is_for(request, "Things").then(|| reply(ONE)),
        });
        assert_eq!(desk.sync(&system).await.result, "error");
        assert_eq!(desk.replica_counts(), ["Others 2 0", "Things 1 1"]);
        assert_eq!(desk.replica("Others"), [json!({"Id": 1, "Name": "one"}), json!({"Id": 2, "Name": "two"})]);
        service.answers(|request| (!is_for(request, "$metadata")).then(|| reply(TWO)));
        assert_eq!(desk.sync(&system).await.result, "completed");
        assert_eq!(desk.replica_counts(), ["Others 2 0", "Things 2 0"]);
    }

    /// 404 to a set that the metadata still have: by setting, as when it is in the metadata no more.
    async fn a_set_that_answers_404_is_gone(desk: Desk) {
        let service = Service::start();
        service.answers(|request| (!is_for(request, "$metadata")).then(|| reply(ONE)));
        let lenient = desk.odata_system(&service.root(), &[("max_attempts", "1")]).await;
        let strict = desk.odata_system(&service.root(), &[("name", "Strict"), ("settings.gone", "error"), ("max_attempts", "1")]).await;
        for system in [&lenient, &strict] {
            assert_eq!(desk.sync(system).await.result, "completed");
        }
        for status in [404, 410] {
            service.answers(move |request| if is_for(request, "Others") { Some(Reply::status(status)) } else { is_for(request, "Things").then(|| reply(TWO)) });
            let run = desk.sync(&lenient).await;
            assert_eq!((run.result.as_str(), troubles(&run)), ("completed_with_warnings", vec!["warning ODATA-SET-GONE Others".to_owned()]));
            let run = desk.sync(&strict).await;
            assert_eq!((run.result.as_str(), troubles(&run)), ("error", vec!["error ODATA-SET-MISSING".to_owned()]));
        }
        let mut counts = desk.replica_counts();
        counts.sort();
        assert_eq!(counts, ["Others 1 0", "Others 1 0", "Things 1 0", "Things 2 0"]);
    }

    /// A set that cannot be used is an Error only where it is selected, and costs only itself there.
    async fn sets_that_cannot_be_used(desk: Desk) {
        let keyless = r#"<EntityType Name="Report"><Property Name="Line" Type="Edm.String"/></EntityType>"#;
        let documents = [
            (with(r#"<EntitySet Name="Odd" EntityType="S.Report"/>"#, keyless), "its type has no key"),
            (with(r#"<EntitySet Name="Odd" EntityType="S.Nobody"/>"#, ""), "there is no type “S.Nobody”"),
            (with(r#"<EntitySet Name="Odd" EntityType="c.Unit"/>"#, ""), "its type “common.Unit” is in a document that could not be used"),
        ];
        for (n, (model, said)) in documents.into_iter().enumerate() {
            let service = Service::start();
            service.answers(move |request| {
                if is_for(request, "common") { return Some(Reply::status(404)) }
                if is_for(request, "$metadata") { Some(xml(&model)) } else { is_for(request, "Things").then(|| reply(TWO)) }
            });
            let name = |which: &str| format!("{which} {n}");
            let only = name("only");
            let system = desk.odata_system(&service.root(), &[("name", &only), ("settings.master_sets", "Things")]).await;
            let run = desk.sync(&system).await;
            assert_eq!(run.result, "completed", "{:?}", run.told());
            let all = name("all");
            let fields = [("name", all.as_str()), ("max_attempts", "1")];
            assert_eq!(checked(&desk, &service.root(), &fields).await, (String::new(), String::new()), "the connection works");
            let selected = name("selected");
            let fields = [("name", selected.as_str()), ("max_attempts", "1"), ("settings.master_sets", "Things\nOdd")];
            let system = desk.odata_system(&service.root(), &fields).await;
            let run = desk.sync(&system).await;
            assert_eq!((run.result.as_str(), troubles(&run)), ("error", vec!["error ODATA-SET-UNUSABLE Odd".to_owned(), "error ODATA-SETS-FAILED".to_owned()]));
            assert!(run.told().iter().any(|line| line.contains(said)), "{said}: {:?}", run.told());
            assert!(run.told().contains(&"success AFC-S06 Inserted 2 records of Things.".to_owned()), "{:?}", run.told());
            let alone = name("alone");
            let fields = [("name", alone.as_str()), ("settings.master_sets", "Odd")];
            assert_eq!(checked(&desk, &service.root(), &fields).await.0, "ODATA-SET-UNUSABLE");
        }
    }

    /// A document that the metadata refer to, from the same place.
    async fn types_of_another_document(desk: Desk) {
        let model = with(r#"<EntitySet Name="Units" EntityType="c.Unit"/>"#, "");
        let common = r#"<edmx:Edmx Version="4.0"><edmx:DataServices><Schema Namespace="common"><EntityType Name="Unit"><Key><PropertyRef Name="Code"/></Key>
            <Property Name="Code" Type="Edm.String" Nullable="false"/></EntityType></Schema></edmx:DataServices></edmx:Edmx>"#;
        let service = Service::start();
        service.answers(move |request| {
            if is_for(request, "common") { return Some(xml(common)) }
            if is_for(request, "$metadata") { Some(xml(&model)) } else { is_for(request, "Units").then(|| reply(r#"{"value": [{"Code": "PC"}]}"#)) }
        });
        let system = desk.odata_system(&service.root(), &[("settings.master_sets", "Units")]).await;
        let run = desk.sync(&system).await;
        assert_eq!(run.result, "completed", "{:?}", run.told());
        assert_eq!(desk.replica("Units"), [json!({"Code": "PC"})]);
        // From elsewhere it is not even asked for.
        let elsewhere = with(r#"<EntitySet Name="Units" EntityType="c.Unit"/>"#, "").replace("/odata/common", "http://localhost:9/common");
        service.answers(move |request| is_for(request, "$metadata").then(|| xml(&elsewhere)));
        let run = desk.sync(&system).await;
        assert!(run.told().iter().any(|line| line.contains("it is on another host")), "{:?}", run.told());
        assert_eq!(desk.replica("Units").len(), 1, "it stays");
        let page = desk.as_("mona").await.get(&format!("{}/replica/Units", system.page())).await.expect(200);
        assert!(page.says("Key starts with (Code)"), "the model of what stays is kept: {}", page.told());
    }

    /// A record that refers to one of a set that could not be read: what the replica has of it counts.
    async fn references_into_a_set_that_stays(desk: Desk) {
        let model = V4
            .replace("<EntityType Name=\"Thing\">", "<EntityType Name=\"Node\"><Key><PropertyRef Name=\"Id\"/></Key>\
                <Property Name=\"Id\" Type=\"Edm.Int32\" Nullable=\"false\"/><Property Name=\"Up\" Type=\"Edm.Int32\"/>\
                <NavigationProperty Name=\"up\" Type=\"S.Thing\"><ReferentialConstraint Property=\"Up\" ReferencedProperty=\"Id\"/>\
                </NavigationProperty></EntityType><EntityType Name=\"Thing\">")
            .replace("<EntitySet Name=\"Others\" EntityType=\"S.Thing\"/>", "<EntitySet Name=\"Others\" EntityType=\"S.Node\"/>");
        let service = Service::start();
        let answers = |things: Option<&'static str>, others: &'static str| {
            let model = model.clone();
            service.answers(move |request| {
                if is_for(request, "$metadata") { return Some(xml(&model)) }
                if is_for(request, "Others") { return Some(reply(others)) }
                Some(things.map_or_else(|| Reply::status(400), reply))
            });
        };
        let system = desk.odata_system(&service.root(), &[("max_attempts", "1")]).await;
        // The model declares no binding: only one set has the type.
        answers(Some(TWO), r#"{"value": [{"Id": 1, "Up": 1}, {"Id": 9, "Up": 9}]}"#);
        let run = desk.sync(&system).await;
        assert_eq!(troubles(&run), ["warning ODATA-REFERENCE 9"]);
        answers(None, r#"{"value": [{"Id": 1, "Up": 1}, {"Id": 2, "Up": 2}, {"Id": 3, "Up": 3}]}"#);
        let run = desk.sync(&system).await;
        assert_eq!(troubles(&run), ["warning ODATA-REFERENCE 3", "error AFC-E09 Things", "error ODATA-SETS-FAILED"]);
        assert_eq!(desk.replica_counts(), ["Others 2 0", "Things 2 0"]);
    }

    /// After three sets in a row that fail for a reason that may pass, the service is left alone.
    async fn a_service_that_fails_is_left_alone(desk: Desk) {
        let sets = (0..20).map(|n| format!("<EntitySet Name=\"Set{n}\" EntityType=\"S.Thing\"/>"));
        let sets = sets.collect::<Vec<_>>().concat();
        let model = with(&sets, "");
        let service = Service::start();
        service.answers(move |request| Some(if is_for(request, "$metadata") { xml(&model) } else { Reply::status(503).with("retry-after", "3600") }));
        let system = desk.odata_system(&service.root(), &[("settings.parallel", "1"), ("max_attempts", "1")]).await;
        let run = desk.sync(&system).await;
        assert_eq!(troubles(&run).iter().filter(|line| line.contains("PEER-LIMIT")).count(), 3, "{:?}", run.told());
        assert!(!service.seen().iter().any(|request| is_for(request, "Set9")));
    }

    /// Version 2 needs its `d`; version 3 is refused by name wherever it shows.
    async fn version_3_is_refused_by_name(desk: Desk) {
        let service = Service::start();
        let v2 = v2();
        let three = |body: &'static str, header: Option<&'static str>| {
            let model = v2.clone();
            service.answers(move |request| {
                if is_for(request, "$metadata") { return Some(xml(&model)) }
                let answer = reply(body);
                Some(match header { Some(version) => answer.with("dataserviceversion", version), None => answer })
            });
        };
        let system = desk.odata_system(&service.root(), &[("max_attempts", "1")]).await;
        for (body, header) in [
            (r#"{"odata.metadata": "x", "value": [{"Id": 1}], "odata.nextLink": "y"}"#, None),
            (r#"{"d": {"results": [{"Id": 1}]}}"#, Some("3.0;")),
        ] {
            three(body, header);
            let run = desk.sync(&system).await;
            assert!(run.told().iter().any(|line| line == "error ODATA-VERSION This service uses OData version 3. Syncdesk reads versions 2 and 4."), "{:?}", run.told());
            assert!(desk.replica("Things").is_empty());
        }
        three(r#"{"value": [{"Id": 1}]}"#, None);
        let run = desk.sync(&system).await;
        assert!(run.told().iter().any(|line| line.contains("ODATA-ANSWER") && line.contains("no list of records in “d”")), "{:?}", run.told());
    }

    /// Errors in XML, and errors without a code.
    async fn errors_are_shown_as_code_and_message(desk: Desk) {
        let service = Service::start();
        let xml_error = "<?xml version=\"1.0\"?><error xmlns=\"m\"><code>SY/530</code><message>No authority</message>\
            <innererror><code>in</code><message>ner</message></innererror></error>";
        let system = desk.odata_system(&service.root(), &[("max_attempts", "1"), ("settings.master_sets", "Things")]).await;
        for (body, kind, words) in [
            (xml_error, "application/xml", "400 Bad Request: SY/530: No authority"),
            (r#"{"error": {"code": "", "message": "words"}}"#, "application/json", "400 Bad Request: words"),
            (r#"{"error": {"code": "X", "message": "y", "innererror": {"message": "in"}}}"#, "application/json", "400 Bad Request: X: y"),
        ] {
            service.says("Things", move || Reply::body(400, body).with("content-type", kind));
            let run = desk.sync(&system).await;
            let error = run.log.iter().find(|line| line["category"] == "error").expect("an Error");
            assert_eq!(error["foreign_text"], words);
        }
    }
}
