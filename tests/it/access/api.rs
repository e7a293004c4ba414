//! `/api`: who is let in, and how failures look.

use reqwest::Method;

use crate::database::both_databases;
use crate::desk::Desk;

both_databases! {
    /// Programs: a session is no key to `/api/v1`. Without a valid bearer token every request, whatever its method, gets a problem document and no cookie.
    async fn cookies_are_ignored_and_failures_are_problem_documents(desk: Desk) {
        let ada = desk.as_("ada").await;
        ada.get("/systems").await.expect(200);
        let none = [("accept", "application/json")];
        let wrong = [("authorization", "Bearer abc")];
        let basic = [("authorization", "Basic YWRhOmFkYQ==")];
        let twice = [("authorization", "Bearer abc"), ("authorization", "Bearer def")];
        for path in ["/api", "/api/v1/systems", "/api/v1/systems/aaaaaaaaaa/runs?x=%00", "/api/v2"] {
            for method in [Method::GET, Method::POST, Method::DELETE, Method::OPTIONS] {
                for (headers, challenge) in [
                    (&none[..], r#"Bearer realm="Syncdesk""#),
                    (&wrong, r#"Bearer realm="Syncdesk", error="invalid_token""#),
                    (&basic, r#"Bearer realm="Syncdesk""#),
                    (&twice, r#"Bearer realm="Syncdesk""#),
                ] {
                    let answer = ada.send(method.clone(), path, headers, None).await;
                    assert_eq!((answer.status, answer.header("www-authenticate")), (401, challenge), "{method} {path}");
                    assert_eq!(answer.header("content-type"), "application/problem+json");
                    assert_eq!((answer.header("set-cookie"), answer.header("access-control-allow-origin")), ("", ""));
                    assert_eq!(answer.header("x-content-type-options"), "nosniff", "the headers of every response");
                    let problem: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
                    assert_eq!((&problem["status"], &problem["code"]), (&401.into(), &"unauthorized".into()), "{problem}");
                }
            }
        }
        ada.get("/systems").await.expect(200);
    }
}
