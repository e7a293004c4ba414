//! Redirects of an OData service and of the service that gives tokens.

use super::stub::{Service, is_for, json};
use crate::database::both_databases;
use crate::desk::Desk;
use crate::stub::{Reply, Stub};

const ONE: &str = r#"{"value": [{"Id": 1, "Name": "one", "Price": "1.00"}]}"#;

both_databases! {
    async fn nothing_arrives_at_another_port(desk: Desk) {
        let other = Stub::start(|_, _| Reply::body(200, "{\"value\": [], \"access_token\": \"caught-caught\"}"));
        let service = Service::start();
        let root = service.root();
        let token_url = root.replace("/odata", "/odata/token");
        let fields = [
            ("settings.auth", "oauth2"), ("settings.account", "desk"), ("settings.secret", "the client secret"),
            ("settings.token_url", token_url.as_str()), ("max_attempts", "1"),
        ];
        let system = desk.odata_system(&root, &fields).await;
        for (from, path) in [("", "Things"), ("", "$metadata"), ("token", "token")] {
            for status in [301, 302, 307, 308] {
                let to = other.url("/odata/caught");
                service.answers(move |request| {
                    if is_for(request, path) {
                        return Some(Reply::status(status).with("location", to.clone()));
                    }
                    is_for(request, "token").then(|| Reply::body(200, "{\"access_token\": \"good-token\"}"))
                });
                let run = desk.sync(&system).await;
                assert_eq!(run.result, "error", "{from}{path} {status}");
                let told = run.told().join("\n");
                let origins = [root.trim_end_matches("/odata").to_owned(), other.url("")];
                assert!(told.contains("PEER-REDIRECT") && origins.iter().all(|origin| told.contains(origin)), "{told}");
            }
        }
        // Not on its own host, either: the client secret goes where it was sent to, or nowhere.
        service.answers(|request| is_for(request, "token").then(|| Reply::status(307).with("location", "/odata/moved")));
        let told = desk.sync(&system).await.told().join("\n");
        assert!(told.contains("PEER-REDIRECT") && told.contains("change something"), "{told}");
        assert!(service.seen().iter().all(|request| request.path != "/odata/moved"));
        assert!(other.seen().is_empty(), "{:?}", other.seen());
    }

    /// The records of another set on the same host are not those that were asked for; a slash or capitals do not matter.
    async fn a_set_is_not_read_from_another_path(desk: Desk) {
        let service = Service::start();
        service.says("Things", || json(ONE));
        let system = desk.odata_system(&service.root(), &[("max_attempts", "1")]).await;
        assert_eq!(desk.sync(&system).await.result, "completed");
        for to in ["/odata/Others", "/odata/", "/sign-in?to=/odata/Things"] {
            service.answers(move |request| {
                is_for(request, "Things").then(|| Reply::status(302).with("location", to))
                    .or_else(|| request.path.starts_with("/sign-in").then(|| json("{\"value\": []}")))
            });
            let told = desk.sync(&system).await.told().join("\n");
            assert!(told.contains("PEER-REDIRECT") && told.contains("the path differs"), "{to}: {told}");
            assert_eq!(desk.replica("Things").len(), 1, "{to}");
        }
        service.answers(|request| match request.path.as_str() {
            "/odata/Things" => Some(Reply::status(302).with("location", "/ODATA/things/")),
            "/ODATA/things/" => Some(json(ONE)),
            _ => None,
        });
        assert_eq!(desk.sync(&system).await.result, "completed");
    }

    /// What is only quoted is not waited for, however long it drips.
    async fn a_refusal_that_drips(desk: Desk) {
        let service = Service::start();
        let system = desk.odata_system(&service.root(), &[("max_attempts", "1"), ("settings.timeout_seconds", "1")]).await;
        for (status, code) in [("403 No", "AFC-E04"), ("200 OK\r\ncontent-type: text/html", "ODATA-ANSWER")] {
            service.answers(move |request| is_for(request, "Things").then(|| {
                let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\n\r\nIt drips");
                Reply::dripping(head, "!", " to its end")
            }));
            let told = format!("{:?}", desk.sync(&system).await.log);
            assert!(told.contains(code) && told.contains("It drips!") && !told.contains("to its end"), "{told}");
        }
    }
}
