//! The replica as people see it.

use serde_json::{Value, json};

use super::stub::{Service, is_for, json as reply};
use crate::database::both_databases;
use crate::desk::{Desk, Tree, request_run};
use crate::pages::sizes::List;
use crate::visitor::{Answer, timeless};
use crate::wait::until;

/// A system with 120 things and one that is gone, after two runs.
async fn filled(desk: &Desk) -> Tree {
    let service = Service::start();
    let thing = |id: i64| json!({"Id": 1000 + id, "Name": format!("n {id}"), "Price": if id == 7 { json!(null) } else { json!("1.50") }});
    let things = |things: Vec<Value>| json!({ "value": things }).to_string();
    let first = things((0..121).map(thing).collect());
    service.says("Things", move || reply(&first));
    let system = desk.odata_system(&service.root(), &[("settings.config_sets", "Others")]).await;
    desk.sync(&system).await;
    let mut later: Vec<Value> = (0..120).map(thing).collect();
    later[7]["Name"] = json!("=1+1");
    let later = things(later);
    service.says("Things", move || reply(&later));
    desk.sync(&system).await;
    system
}

fn cells(page: &Answer, column: &str) -> Vec<String> {
    page.texts(&format!("[data-l='{column}']"))
}

both_databases! {
    async fn from_the_system_to_one_record(desk: Desk) {
        let system = filled(&desk).await;
        let mona = desk.as_("mona").await;
        let page = mona.get(&system.page()).await.expect(200);
        let replica = format!("{}/replica", system.page());
        assert!(page.attributes("a", "href").contains(&replica));

        let sets = mona.get(&replica).await.expect(200);
        assert_eq!(cells(&sets, "Entity set"), ["Others", "Things"]);
        assert_eq!(cells(&sets, "Data set"), ["Business Configuration", "Master Data"]);
        assert_eq!([cells(&sets, "Active"), cells(&sets, "Orphaned")], [["0", "120"], ["0", "1"]]);
        assert_eq!([cells(&sets, "Last read"), cells(&sets, "Last changed")], [["Run 2", "Run 2"], ["—", "Run 2"]]);

        // Forwards to the end, and back.
        let mut page = mona.get(&format!("{replica}/Things")).await.expect(200);
        assert_eq!(page.texts("thead th"), ["Key", "State", "Name", "Price"]);
        assert_eq!([&cells(&page, "Name")[7], &cells(&page, "Price")[7]], ["=1+1", "—"]);
        let mut keys = cells(&page, "Key");
        assert_eq!(keys.len(), 50);
        while let Some(next) = page.attributes(".pag a[rel=next]", "href").first() {
            page = mona.get(next).await.expect(200);
            keys.extend(cells(&page, "Key"));
        }
        let expected: Vec<String> = (1000..1121).map(|key| key.to_string()).collect();
        assert_eq!(keys, expected);
        let mut back = cells(&page, "Key");
        while let Some(previous) = page.attributes(".pag a[rel=prev]", "href").first() {
            page = mona.get(previous).await.expect(200);
            back = [cells(&page, "Key"), back].concat();
        }
        assert_eq!(back, expected);

        let found = mona.get(&format!("{replica}/Things?q=100")).await.expect(200);
        assert_eq!(cells(&found, "Key").len(), 10);
        let gone = mona.get(&format!("{replica}/Things?state=orphaned")).await.expect(200);
        assert_eq!((cells(&gone, "Key"), cells(&gone, "State")), (vec!["1120".to_owned()], vec!["Orphaned".to_owned()]));
        let none = mona.get(&format!("{replica}/Things?q=%27%25")).await.expect(200);
        assert!(none.says("No records match."), "{}", none.told());

        let link = found.attributes("th a", "href").into_iter().nth(7).expect("a record");
        let record = mona.get(&link).await.expect(200);
        assert_eq!(record.text("h1"), "1007");
        assert_eq!([cells(&record, "Field"), cells(&record, "Value")], [["Id", "Name", "Price"], ["1007", "=1+1", "—"]]);
        assert_eq!(cells(&record, "Run"), ["Run 2", "Run 1"]);
        assert!(cells(&record, "Ended").iter().all(|ended| timeless(ended).starts_with("TIME")), "{}", record.told());
        assert_eq!(cells(&record, "Changes"), ["Name : n 7 → =1+1", "First seen."]);
        let orphan = mona.get(&gone.attributes("th a", "href")[0]).await.expect(200);
        assert_eq!(cells(&orphan, "Changes"), ["Deleted at the source", "First seen."]);
    }

    /// That a run changed something is visible from its page.
    async fn what_a_run_changed_is_seen_from_its_page(desk: Desk) {
        let system = filled(&desk).await;
        desk.sync(&system).await;
        let mona = desk.as_("mona").await;
        let second = mona.get(&system.run(2)).await.expect(200);
        let link = format!("{}/replica?run=2", system.page());
        assert!(second.attributes(".head a", "href").contains(&link), "{}", second.told());
        let changes = mona.get(&link).await.expect(200);
        assert_eq!(cells(&changes, "Entity set"), ["Things"]);
        assert_eq!(cells(&changes, "Changed records"), ["2"]);
        let records = mona.get(&changes.attributes("th a", "href")[0]).await.expect(200);
        assert_eq!(cells(&records, "Key"), ["1007", "1120"]);
        let third = mona.get(&system.run(3)).await.expect(200);
        assert!(third.says("nothing changed"), "{}", third.told());
        // Who reads no logs sees no data either.
        let wim = desk.as_("wim").await;
        let seen = wim.get(&system.run(2)).await.expect(200);
        assert!(!seen.says("what this run changed"), "{}", seen.told());
        assert!(!wim.get(&system.page()).await.expect(200).says("Replica"));
    }

    /// The second of two pages does not come yet: what the run has staged of the first one is not published.
    async fn versions_that_are_only_staged_are_not_shown(desk: Desk) {
        let service = Service::start();
        service.says("Things", || reply(r#"{"value": [{"Id": 1, "Name": "one"}]}"#));
        let system = desk.odata_system(&service.root(), &[]).await;
        desk.sync(&system).await;
        let (go_on, waits) = std::sync::mpsc::channel::<()>();
        service.answers(move |request| is_for(request, "Things").then(|| {
            if request.path.contains("$skiptoken") {
                let _ = waits.recv();
                return reply(r#"{"value": []}"#);
            }
            reply(r#"{"value": [{"Id": 1, "Name": "uno"}], "@odata.nextLink": "Things?$skiptoken=2"}"#)
        }));
        let mona = desk.as_("mona").await;
        let versions = async || {
            let record = mona.get(&format!("{}/replica/Things/record?key=31", system.page())).await.expect(200);
            (cells(&record, "Run"), cells(&record, "Changes"))
        };
        let run = request_run(&mona, &system).await;
        let staged = "SELECT data AS value FROM replica_records WHERE data LIKE '%uno%'";
        desk.work_while(async {
            until("a version to be staged", async || desk.texts(staged).pop()).await;
            assert_eq!(versions().await, (vec!["Run 1".to_owned()], vec!["First seen.".to_owned()]));
            drop(go_on);
        })
        .await;
        desk.ended(&mona, &system.run(run)).await;
        assert_eq!(versions().await.1, ["Name : one → uno", "First seen."]);
    }

    /// Before upkeep comes by, too.
    async fn runs_that_are_past_their_days_are_not_shown(desk: Desk) {
        let system = filled(&desk).await;
        let mona = desk.as_("mona").await;
        let replica = format!("{}/replica", system.page());
        let record = format!("{replica}/Things/record?key={}", "31303037");
        let by_run = ["?run=1", "/Things?run=1", "/Things/records.csv?run=1", "/Things/records.ndjson?run=1"];
        for page in by_run {
            mona.get(&format!("{replica}{page}")).await.expect(200);
        }
        let past = 366_i64 * 86_400_000_000;
        desk.sql(&format!("UPDATE runs SET ended_at = ended_at - {past} WHERE no = 1"));
        for page in by_run {
            mona.get(&format!("{replica}{page}")).await.expect(404);
        }
        let history = mona.get(&record).await.expect(200);
        assert_eq!(cells(&history, "Run"), ["Run 2", "an expired run"]);
        assert_eq!(cells(&history, "Changes")[1], "Unchanged");
        let second = mona.get(&system.run(2)).await.expect(200);
        assert!(!second.attributes("a", "href").contains(&system.run(1)), "{}", second.told());
        desk.sql(&format!("UPDATE runs SET ended_at = ended_at - {past}"));
        let sets = mona.get(&replica).await.expect(200);
        assert_eq!([cells(&sets, "Last read"), cells(&sets, "Last changed")], [["—", "—"], ["—", "—"]]);
        assert!(sets.attributes("main a", "href").iter().all(|href| !href.contains("/runs/")), "{}", sets.told());
    }

    /// Pages of any size, with the first record of a page first.
    async fn sizes_keep_the_place(desk: Desk) {
        let (system, mona) = (filled(&desk).await, desk.as_("mona").await);
        let path = format!("{}/replica/Things", system.page());
        for path in [path.clone(), format!("{path}?q=1"), format!("{path}?run=1")] {
            List { reader: &mona, path: &path, row: "tbody th", usual: 50 }.keeps_its_place().await;
        }
        let page = mona.get(&format!("{path}?rows=25&q=10")).await.expect(200);
        assert_eq!(page.attributes("form.flt [name=rows]", "value"), ["25"]);
        assert_eq!(page.attributes(".clear", "href"), [format!("{path}?rows=25")]);
    }

    /// The records of a replica can be exported as CSV and NDJSON.
    async fn exports(desk: Desk) {
        let system = filled(&desk).await;
        let mona = desk.as_("mona").await;
        let things = format!("{}/replica/Things", system.page());
        let csv = mona.get(&format!("{things}/records.csv")).await.expect(200);
        let lines: Vec<&str> = csv.body.lines().collect();
        assert_eq!((lines.len(), lines[0], lines[8]), (122, "\u{feff}record_key,state,Id,Name,Price", "1007,active,1007,'=1+1,"));
        assert_eq!(lines[121], "1120,orphaned,1120,n 120,1.50");
        assert!(csv.header("content-disposition").contains("Things.csv"));
        let ndjson = mona.get(&format!("{things}/records.ndjson?state=orphaned")).await.expect(200);
        let line: Value = serde_json::from_str(ndjson.body.trim_end()).expect("one line");
        let fields = json!({"Id": 1120, "Name": "n 120", "Price": "1.50"});
        assert_eq!(line, json!({"record_key": "1120", "state": "orphaned", "fields": fields}));
        mona.get(&format!("{}/replica/Nothing/records.csv", system.page())).await.expect(404);
        mona.get(&format!("{things}/record?key=ff")).await.expect(404);
        mona.get(&format!("{things}?run=99")).await.expect(404);
    }

    /// As in logs: what a service hides in its values is shown by its code.
    async fn values_hide_nothing(desk: Desk) {
        let service = Service::start();
        let hidden = "a\u{202e}b\u{1b}[2J";
        let things = json!({ "value": [{ "Id": 1, "Name": hidden, "Price": "1.50" }] }).to_string();
        service.says("Things", move || reply(&things));
        let system = desk.odata_system(&service.root(), &[]).await;
        desk.sync(&system).await;
        let mona = desk.as_("mona").await;
        let records = mona.get(&format!("{}/replica/Things", system.page())).await.expect(200);
        let record = mona.get(&records.attributes("th a", "href")[0]).await.expect(200);
        for page in [records, record] {
            assert!(page.says("a \\u{202E} b \\x1B [2J"), "{}", page.told());
            assert!(!page.body.contains('\u{202e}') && !page.body.contains('\u{1b}'), "{}", page.path);
        }
    }
}
