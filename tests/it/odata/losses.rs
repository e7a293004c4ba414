//! What a service leaves out, and what it does not have any more: nothing of it is silent.

use serde_json::json;

use super::stub::{Service, is_for, json as reply};
use crate::database::both_databases;
use crate::desk::Desk;

both_databases! {
    /// A property that may be null may be left out; the run says in how many records.
    async fn properties_that_are_absent(desk: Desk) {
        let service = Service::start();
        service.says("Things", || reply(r#"{"value": [{"Id": 1, "Name": "one"}, {"Id": 2, "Price": null}, {"Id": 3}]}"#));
        let system = desk.odata_system(&service.root(), &[]).await;
        let said = [
            "information ODATA-ABSENT Absent from 2 records of Things, and taken as empty there: Name.",
            "information ODATA-ABSENT Absent from 2 records of Things, and taken as empty there: Price.",
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
            let said = format!("warning ODATA-SHORT The service says that Things has {count} records, and sent 2. No record of it became orphaned in this run.");
            assert!(run.told().contains(&said), "{:?}", run.told());
            assert_eq!(desk.replica("Things").len(), 4);
        }
        // What it says of two records less is the truth.
        service.says("Things", move || says(2, "1 2"));
        assert_eq!(desk.sync(&system).await.result, "completed");
        assert_eq!(desk.replica("Things").len(), 2);
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
                format!("warning ODATA-LOSS {gone} of the {had} records of Things are gone at the source, all in this run. They are orphaned now.")
            });
            assert_eq!(warnings, said.into_iter().collect::<Vec<_>>(), "{n}");
            let result = if warning.is_some() { "completed_with_warnings" } else { "completed" };
            assert_eq!((run.result.as_str(), desk.replica("Things").len()), (result, n));
        }
    }
}
