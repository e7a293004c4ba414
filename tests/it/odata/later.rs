//! What a later run may build on: links to changes, and how they end.

use serde_json::json;

use super::stub::{Service, V4, is_for, json as reply, xml};
use crate::database::both_databases;
use crate::desk::Desk;
use crate::stub::{Reply, Request};

/// Two things, and a link to what changes.
fn first(request: &Request) -> Option<Reply> {
    let page = json!({"value": [{"Id": 1, "Name": "one"}, {"Id": 2, "Name": "two"}], "@odata.deltaLink": "Things?$deltatoken=1"});
    is_for(request, "Things").then(|| reply(&page.to_string()))
}

fn of_changes(request: &Request) -> bool {
    request.path.contains("$deltatoken") || request.path.contains("$skiptoken")
}

/// How many requests for Things asked for changes only.
fn asked_for_changes(service: &Service) -> usize {
    service.seen().iter().filter(|request| of_changes(request)).count()
}

both_databases! {
    /// Another account may see other records: what was kept for the next run says nothing to it.
    async fn another_reader_reads_everything(desk: Desk) {
        let service = Service::start();
        service.answers(first);
        let system = desk.odata_system(&service.root(), &[]).await;
        for changes in [0, 1] {
            assert_eq!(desk.sync(&system).await.result, "completed");
            assert_eq!(asked_for_changes(&service), changes);
        }
        desk.sql(r#"UPDATE systems SET settings = replace(settings, '"headers":[]', '"headers":["sap-client: 200"]')"#);
        assert_eq!(desk.sync(&system).await.result, "completed");
        assert_eq!(asked_for_changes(&service), 1, "it is asked for everything");
        assert_eq!(service.seen().last().and_then(|request| request.header("sap-client")), Some("200"));
    }

    /// The same properties in another order are the same model.
    async fn order_is_no_change(desk: Desk) {
        let service = Service::start();
        service.answers(first);
        let system = desk.odata_system(&service.root(), &[]).await;
        assert_eq!(desk.sync(&system).await.result, "completed");
        let name = r#"<Property Name="Name" Type="Edm.String" MaxLength="9"/>"#;
        let turned = V4.replace(name, "").replace("</EntityType>", &format!("{name}</EntityType>"));
        service.answers(move |request| first(request).or_else(|| is_for(request, "$metadata").then(|| xml(&turned))));
        let run = desk.sync(&system).await;
        assert_eq!(asked_for_changes(&service), 1);
        assert!(run.told().iter().all(|line| !line.contains("ODATA-MODEL")), "{:?}", run.told());
    }

    /// Word of what is gone that cannot be understood is told, and everything is read the next time.
    async fn words_of_removal(desk: Desk) {
        let service = Service::start();
        service.answers(first);
        let system = desk.odata_system(&service.root(), &[]).await;
        assert_eq!(desk.sync(&system).await.result, "completed");
        // Removed and there again; and removed, nobody knows what.
        service.answers(|request| {
            let page = json!({"value": [
                {"@removed": {"reason": "deleted"}, "@id": "Things(1)"}, {"Id": 1, "Name": "again"},
                {"@removed": {"reason": "deleted"}, "@id": "elsewhere"},
            ], "@odata.deltaLink": "Things?$deltatoken=2"});
            if of_changes(request) { Some(reply(&page.to_string())) } else { first(request) }
        });
        let run = desk.sync(&system).await;
        assert_eq!(run.told().iter().filter(|line| line.starts_with("warning")).collect::<Vec<_>>(), [
            "warning ODATA-CONSISTENCY A deleted record has no readable key (Id). The record was skipped.",
        ]);
        assert_eq!(desk.replica("Things"), [json!({"Id": 1, "Name": "again"}), json!({"Id": 2, "Name": "two"})]);
        assert_eq!(desk.sync(&system).await.result, "completed");
        assert_eq!(asked_for_changes(&service), 1);
    }

    /// A reading of changes that fails for good must not fail for ever.
    async fn changes_that_cannot_be_read_to_their_end(desk: Desk) {
        let service = Service::start();
        service.answers(first);
        let system = desk.odata_system(&service.root(), &[("max_attempts", "1")]).await;
        assert_eq!(desk.sync(&system).await.result, "completed");
        service.answers(|request| {
            if request.path.contains("$skiptoken") {
                return Some(Reply::status(410));
            }
            let page = json!({"value": [{"Id": 3}], "@odata.nextLink": "Things?$skiptoken=2"});
            if of_changes(request) { Some(reply(&page.to_string())) } else { first(request) }
        });
        let failed = desk.sync(&system).await;
        assert_eq!(failed.result, "error", "{:?}", failed.told());
        assert_eq!(desk.replica("Things").len(), 2);
        let run = desk.sync(&system).await;
        assert_eq!(run.result, "completed", "{:?}", run.told());
        assert_eq!(asked_for_changes(&service), 2, "everything was read");
    }

    /// Changes without an end, each in its own way: nothing new, the same record in ever new forms, the same one gone.
    async fn changes_that_never_end(desk: Desk) {
        let service = Service::start();
        service.answers(first);
        let system = desk.odata_system(&service.root(), &[("max_attempts", "1")]).await;
        assert_eq!(desk.sync(&system).await.result, "completed");
        for case in ["as it was", "new", "gone"] {
            let (asked, mut n) = (service.seen().len(), 0);
            service.answers(move |request| {
                n += 1;
                let record = match case {
                    "as it was" => json!({"Id": 1, "Name": "one"}),
                    "new" => json!({"Id": 1, "Name": format!("no {n}")}),
                    _ => json!({"@removed": {"reason": "deleted"}, "@id": "Things(1)"}),
                };
                let page = json!({"value": [record], "@odata.nextLink": format!("Things?$skiptoken={n}")});
                if of_changes(request) { Some(reply(&page.to_string())) } else { first(request) }
            });
            let run = desk.sync(&system).await;
            assert!(run.told().iter().any(|line| line.starts_with("error ODATA-LOOP ")), "{case}: {:?}", run.told());
            assert!(service.seen().len() < asked + 30, "{case}: it ends");
            let run = desk.sync(&system).await;
            assert_eq!(run.result, "completed", "{case}, everything is read: {:?}", run.told());
            assert_eq!(desk.replica("Things"), [json!({"Id": 1, "Name": "one"}), json!({"Id": 2, "Name": "two"})], "{case}");
        }
    }

    /// Many pages of changes are no fault, nor is a record that changes while they are read.
    async fn changes_of_many_pages(desk: Desk) {
        let service = Service::start();
        service.answers(first);
        let system = desk.odata_system(&service.root(), &[]).await;
        assert_eq!(desk.sync(&system).await.result, "completed");
        service.answers(|request| {
            let page = |n: u32| {
                let link = if n < 60 { "@odata.nextLink" } else { "@odata.deltaLink" };
                let id = if n.is_multiple_of(2) { 1 } else { n };
                json!({"value": [{"Id": id, "Name": format!("no {n}")}], link: format!("Things?$skiptoken={}", n + 1)})
            };
            let token = request.path.rsplit_once("$skiptoken=").map_or(Ok(0), |(_, token)| token.parse());
            if of_changes(request) { Some(reply(&page(token.expect("a number")).to_string())) } else { first(request) }
        });
        let run = desk.sync(&system).await;
        assert_eq!(run.result, "completed", "{:?}", run.told());
        assert_eq!(desk.replica("Things")[0], json!({"Id": 1, "Name": "no 60"}));
    }

    /// What we signed in with is in no log, also when the service says it back.
    async fn an_echo_of_the_sign_in(desk: Desk) {
        let service = Service::start();
        let fields = [
            ("settings.auth", "header"), ("settings.header_name", "APIKey"), ("settings.secret", "very-secret-key"), ("max_attempts", "1"),
        ];
        let system = desk.odata_system(&service.root(), &fields).await;
        for (status, kind, code) in [(400, "application/json", "AFC-E09"), (200, "text/html", "ODATA-ANSWER"), (200, "application/json", "ODATA-ANSWER")] {
            service.answers(move |request| is_for(request, "Things").then(|| {
                let key = request.header("apikey").expect("it is sent");
                let body = json!({"error": {"message": format!("I do not like {key}, go away")}});
                Reply::body(status, body.to_string()).with("content-type", kind)
            }));
            let run = desk.sync(&system).await;
            let log = format!("{:?}", run.log);
            assert!(log.contains(code) && log.contains("I do not like •••, go away"), "{log}");
            assert!(!log.contains("very-secret-key"), "{log}");
        }
        service.says("$metadata", || xml(&V4.replace("4.0", "very-secret-key")));
        assert!(!format!("{:?}", desk.sync(&system).await.log).contains("very-secret-key"));
    }
}
