//! What a service leaves out, and what it does not have any more: nothing of it is silent.

use serde_json::json;

use super::stub::{Service, is_for, json as reply};
use crate::database::both_databases;
use crate::desk::Desk;

both_databases! {
    /// A nullable property may be missing; the run reports in how many records.
    async fn properties_that_are_absent(desk: Desk) {
        let service = Service::start();
        service.says("Things", || reply(r#"{"value": [{"Id": 1, "Name": "one"}, {"Id": 2, "Price": null}, {"Id": 3}]}"#));
        let system = desk.odata_system(&service.root(), &[]).await;
        let said = [
            "information ODATA-ABSENT Name is missing in 2 records of Things and is treated as empty.",
            "information ODATA-ABSENT Price is missing in 2 records of Things and is treated as empty.",
        ];
        let run = desk.sync(&system).await;
        assert_eq!(run.told()[1..3], said);
        assert_eq!(run.result, "completed");
        assert_eq!(desk.replica("Things"), [json!({"Id": 1, "Name": "one"}), json!({"Id": 2, "Price": null}), json!({"Id": 3})]);
        assert_eq!(desk.sync(&system).await.told()[1..3], said, "each run says it");
    }

    /// The service says that it has more records than it sends, and no link leads to the others.
    async fn fewer_records_than_announced(desk: Desk) {
        let service = Service::start();
        let says = |count: i64, ids: &str| {
            let rows: Vec<_> = ids.split_whitespace().map(|id| json!({"Id": id.parse::<i64>().expect("a number"), "Name": "x", "Price": null})).collect();
            reply(&json!({"@odata.count": count, "value": rows}).to_string())
        };
        service.says("Things", move || says(4, "1 2 3 4"));
        let system = desk.odata_system(&service.root(), &[]).await;
        assert_eq!(desk.sync(&system).await.result, "completed");
        for count in [4, i64::MAX] {
            service.says("Things", move || says(count, "1 2"));
            let run = desk.sync(&system).await;
            assert_eq!(run.result, "completed_with_warnings");
            let said = format!("warning ODATA-SHORT The service counts {count} records in Things but sent 2. No record of it became orphaned in this run.");
            assert!(run.told().contains(&said), "{:?}", run.told());
            assert_eq!(desk.replica("Things").len(), 4);
        }
        // What it says of two records less is the truth.
        service.says("Things", move || says(2, "1 2"));
        assert_eq!(desk.sync(&system).await.result, "completed");
        assert_eq!(desk.replica("Things").len(), 2);
    }

    /// Each in its own way, half of the records come, and something beside them may mean that there are more.
    async fn what_may_mean_that_there_is_more(desk: Desk) {
        let service = Service::start();
        let all = r#"{"Id": 1, "Name": "x", "Price": null}, {"Id": 2, "Name": "x", "Price": null}"#;
        let page = |records: &str, members: &str| format!(r#"{{"@odata.context": "$metadata#Things", "value": [{records}]{members}, "@odata.deltaLink": "Things?$deltatoken=1"}}"#);
        let system = desk.odata_system(&service.root(), &[("settings.master_sets", "Things")]).await;
        for (member, code, what) in [
            (r#""value@odata.nextLink": "Things?$skiptoken=2""#, "UNCLEAR", "“value@odata.nextLink” suggests that there are more records"),
            (r#""Things@odata.nextLink": "Things?$skiptoken=2""#, "UNCLEAR", "“Things@odata.nextLink” suggests that there are more records"),
            (r#""hasMore": true"#, "UNCLEAR", "“hasMore” suggests that there are more records"),
            (r#""links": [{"rel": "next", "href": "Things?2"}]"#, "UNCLEAR", "“links” suggests that there are more records"),
            (r#""meta": {"cursor": "abc"}"#, "UNCLEAR", "“meta” suggests that there are more records"),
            (r#""$count": 2"#, "UNCLEAR", "“$count” is 2, but 1 arrived"),
            (r#""total": "2""#, "UNCLEAR", "“total” is 2, but 1 arrived"),
            (r#""@odata.count": 2.5"#, "UNCLEAR", "“@odata.count” cannot be read"),
            (r#""@odata.count": 2, "@odata.count": 1"#, "UNCLEAR", "“@odata.count” appears twice with different values"),
            (r#""@odata.count": 1, "@odata.count": null"#, "UNCLEAR", "“@odata.count” appears twice with different values"),
            (r#""@odata.nextLink": null, "@odata.nextLink": "Things?$skiptoken=2""#, "UNCLEAR", "“@odata.nextLink” appears twice with different values"),
            (r#""@odata.count": 2.0"#, "SHORT", ""),
            (r#""@odata.count": 0.2e1"#, "SHORT", ""),
            (r#""@odata.count": "2""#, "SHORT", ""),
        ] {
            let both = page(all, "");
            service.says("Things", move || reply(&both).with("etag", "\"1\""));
            desk.sql("UPDATE replica_sets SET state = ''");
            assert_eq!(desk.sync(&system).await.result, "completed", "{member}");
            let half = page(r#"{"Id": 1, "Name": "x", "Price": null}"#, &format!(", {member}"));
            service.answers(move |request| is_for(request, "Things").then(|| {
                let rest = r#"{"value": []}"#;
                reply(if request.path.contains("$skiptoken") { rest } else { &half }).with("etag", "\"2\"")
            }));
            desk.sql("UPDATE replica_sets SET state = ''");
            let run = desk.sync(&system).await;
            let warnings: Vec<_> = run.told().into_iter().filter(|line| line.starts_with("warning ")).collect();
            let said = match code {
                "SHORT" => "warning ODATA-SHORT The service counts 2 records in Things but sent 1. No record of it became orphaned in this run.".to_owned(),
                _ => format!("warning ODATA-UNCLEAR It is unclear whether the service sent all records of Things: {what}. No missing record became orphaned in this run."),
            };
            assert_eq!((warnings, run.result.as_str()), (vec![said], "completed_with_warnings"), "{member}");
            assert_eq!(desk.replica_counts(), ["Things 2 0"], "{member}");
            let kept = desk.texts("SELECT state AS value FROM replica_sets").concat();
            assert!(kept.contains(r#""delta":null,"etag":null"#), "{member}: {kept}");
        }
        // What looks like more and says no, or counts what came.
        let one = page(r#"{"Id": 1, "Name": "x", "Price": null}"#, r#", "hasMore": false, "total": 1, "nextPage": null"#);
        service.says("Things", move || reply(&one));
        let run = desk.sync(&system).await;
        assert_eq!((run.result.as_str(), desk.replica_counts()), ("completed", vec!["Things 1 1".to_owned()]), "{:?}", run.told());
    }

    /// Where changes are read, what was kept for them is not kept any longer.
    async fn changes_of_which_there_may_be_more(desk: Desk) {
        let service = Service::start();
        let whole = r#"{"value": [{"Id": 1, "Name": "x", "Price": null}], "@odata.deltaLink": "Things?$deltatoken=1"}"#;
        service.answers(move |request| is_for(request, "Things").then(|| {
            let changes = r#"{"value": [], "hasMore": true, "@odata.deltaLink": "Things?$deltatoken=2"}"#;
            reply(if request.path.contains("$deltatoken") { changes } else { whole })
        }));
        let system = desk.odata_system(&service.root(), &[("settings.master_sets", "Things")]).await;
        for result in ["completed", "completed_with_warnings", "completed"] {
            let run = desk.sync(&system).await;
            assert_eq!(run.result, result, "{:?}", run.told());
        }
        let asked = service.seen().into_iter().filter(|request| is_for(request, "Things"));
        assert_eq!(asked.map(|request| request.path).collect::<Vec<_>>(), ["/odata/Things", "/odata/Things?$deltatoken=1", "/odata/Things"]);
    }

    /// An answer for another set, or a link out of the service, fails the set.
    async fn what_belongs_to_something_else(desk: Desk) {
        let service = Service::start();
        let one = r#""value": [{"Id": 1, "Name": "x", "Price": null}]"#;
        let two = r#"{"value": [{"Id": 1, "Name": "x", "Price": null}, {"Id": 2, "Name": "x", "Price": null}]}"#;
        service.says("Things", move || reply(two));
        let system = desk.odata_system(&service.root(), &[("settings.master_sets", "Things"), ("max_attempts", "1")]).await;
        assert_eq!(desk.sync(&system).await.result, "completed");
        let root = service.root();
        let outside = format!("{}/othertenant/Things?2", root.trim_end_matches("/odata"));
        let origin = root.trim_end_matches("/odata");
        let astray = format!("error ODATA-ASTRAY A link in the response for Things leads to another host, port, scheme or path: {origin}/othertenant/Things, but the service root is {root}/. Syncdesk did not follow it. The set was not changed.");
        let other = "error ODATA-ANSWER The response for Things is not valid: it belongs to the entity set Others. The set was not changed.".to_owned();
        for (member, said) in [
            (r#""@odata.context": "http://x/$metadata#Others""#.to_owned(), &other),
            (r#""@context": "$metadata#Others(Id,Name)""#.to_owned(), &other),
            (format!(r#""@odata.nextLink": "{outside}""#), &astray),
            (format!(r#""@odata.deltaLink": "{outside}""#), &astray),
        ] {
            let page = format!("{{{member}, {one}}}");
            service.says("Things", move || reply(&page));
            let run = desk.sync(&system).await;
            assert!(run.told().contains(said), "{member}: {:?}", run.told());
            assert_eq!(desk.replica_counts(), ["Things 2 0"], "{member}");
            assert!(service.seen().iter().all(|request| !request.path.contains("othertenant")));
        }
        // Properties that a response leaves aside must not vanish from the replica.
        service.says("Things", move || reply(r#"{"@odata.context": "$metadata#Things(Id)", "value": [{"Id": 1}, {"Id": 2}]}"#));
        let run = desk.sync(&system).await;
        assert!(run.told().iter().any(|line| line.contains("it has only some of the properties: Id")), "{:?}", run.told());
        for context in ["#Things(Id,Name)", "#Things/$delta", "#Collection(S.Thing)", "#S.C/Things", "#Things/S.Derived", "x", "#Unknown"] {
            let page = format!(r#"{{"@odata.context": "$metadata{context}", {}"#, &two[1..]);
            service.says("Things", move || reply(&page));
            let run = desk.sync(&system).await;
            let expected = if context.ends_with("$delta") { "completed_with_warnings" } else { "completed" };
            assert_eq!(run.result, expected, "{context}: {:?}", run.told());
        }
        // One path, in other letters.
        for next in [format!("{}/%6fdata/Things?$skiptoken=1", origin.replace("http", "HTTP")), "/Odata/Things?$skiptoken=1".to_owned()] {
            let first = format!(r#"{{{one}, "@odata.nextLink": "{next}"}}"#);
            let rest = r#"{"value": [{"Id": 2, "Name": "x", "Price": null}]}"#;
            service.answers(move |request| {
                if request.path.contains("$skiptoken") { Some(reply(rest)) } else { is_for(request, "Things").then(|| reply(&first)) }
            });
            let run = desk.sync(&system).await;
            assert_eq!((run.result.as_str(), desk.replica_counts()), ("completed", vec!["Things 2 0".to_owned()]), "{:?}", run.told());
        }
    }

    /// More than 10 records, of which more than a fifth goes in one run: a Warning, and nothing stops.
    async fn much_of_a_set(desk: Desk) {
        let service = Service::start();
        let things = |n: usize| {
            let rows: Vec<_> = (0..n).map(|id| json!({"Id": id, "Name": "x", "Price": null})).collect();
            reply(&json!({"value": rows}).to_string())
        };
        let system = desk.odata_system(&service.root(), &[]).await;
        for (n, warning) in [
            (10, None), (1, None), (20, None), (16, None), (11, Some((5, 16))), (8, Some((3, 11))), (5, None), (100, None), (80, None),
            (63, Some((17, 80))),
        ] {
            service.answers(move |request| is_for(request, "Things").then(|| things(n)));
            let run = desk.sync(&system).await;
            let warnings: Vec<_> = run.told().into_iter().filter(|line| line.starts_with("warning ")).collect();
            let said = warning.map(|(gone, had)| {
                format!("warning ODATA-LOSS {gone} of {had} records of Things disappeared from the source in this run and became orphaned.")
            });
            assert_eq!(warnings, said.into_iter().collect::<Vec<_>>(), "{n}");
            let result = if warning.is_some() { "completed_with_warnings" } else { "completed" };
            assert_eq!((run.result.as_str(), desk.replica("Things").len()), (result, n));
        }
    }
}
