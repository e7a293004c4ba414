//! Redirects of an OData service and of the service that gives tokens.

use super::stub::{Service, is_for};
use crate::database::both_databases;
use crate::desk::Desk;
use crate::stub::{Reply, Stub};

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
        assert!(told.contains("PEER-REDIRECT") && told.contains("changes something"), "{told}");
        assert!(service.seen().iter().all(|request| request.path != "/odata/moved"));
        assert!(other.seen().is_empty(), "{:?}", other.seen());
    }
}
