//! What the service and Syncdesk agree on: pages of V2, etags, deltas that are refused, headers, the way there.

use std::sync::{Arc, Condvar, Mutex};

use serde_json::json;

use super::stub::{Service, V4, is_for, json as reply, v2, xml};
use crate::certificates::OURS;
use crate::database::both_databases;
use crate::desk::Desk;
use crate::peers::ODataServer;
use crate::stub::{Reply, Stub};

both_databases! {
    /// No foreign server has `__next`.
    async fn pages_of_version_2(desk: Desk) {
        let service = Service::start();
        let root = service.root();
        service.answers(move |request| {
            if is_for(request, "$metadata") {
                return Some(xml(&v2()));
            }
            let page = request.path.split("$skiptoken=").nth(1).map_or(0, |page| page.parse::<i64>().expect("a number"));
            is_for(request, "Things").then(|| {
                let rows = json!([{"__metadata": {"uri": "x"}, "Id": page * 2 + 1, "Name": "x"}, {"Id": page * 2 + 2}]);
                // Whole, and relative.
                let next = [format!("{root}/Things?$skiptoken=1"), "Things?$skiptoken=2".to_owned()];
                let mut page = json!({"results": rows, "__next": next.get(usize::try_from(page).expect("small"))});
                page.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
                reply(&json!({"d": page}).to_string())
            }).or_else(|| Some(reply(r#"{"d": {"results": []}}"#)))
        });
        let system = desk.odata_system(&service.root(), &[]).await;
        let run = desk.sync(&system).await;
        assert_eq!(run.result, "completed", "{:?}", run.told());
        assert_eq!(desk.replica("Things").len(), 6);
        let versions: Vec<_> = service.seen().iter().filter(|request| is_for(request, "Things"))
            .map(|request| request.header("maxdataserviceversion").map(str::to_owned)).collect();
        assert_eq!(versions, [Some("2.0".to_owned()), Some("2.0".to_owned()), Some("2.0".to_owned())]);
    }

    /// A service that gives less than it is asked for, and says nothing of it.
    async fn windows_that_are_not_full(desk: Desk) {
        let service = Service::start();
        service.answers(|request| is_for(request, "Things").then(|| {
            let skip = request.path.split("$skip=").nth(1).map_or(0, |skip| skip.parse::<i64>().expect("a number"));
            let rows: Vec<_> = (skip..5).take(2).map(|id| json!({"Id": id})).collect();
            reply(&json!({"value": rows}).to_string())
        }));
        let system = desk.odata_system(&service.root(), &[("settings.paging", "client"), ("settings.page_size", "4")]).await;
        for _ in 0..2 {
            let run = desk.sync(&system).await;
            assert_eq!(run.result, "completed", "{:?}", run.told());
            assert_eq!(desk.replica_counts(), ["Others 0 0", "Things 5 0"]);
        }
    }

    async fn a_set_that_has_its_etag_is_not_read_again(desk: Desk) {
        let service = Service::start();
        service.answers(|request| is_for(request, "Things").then(|| match request.header("if-none-match") {
            Some("W/\"7\"") => Reply::status(304),
            _ => reply(r#"{"value": [{"Id": 1, "Name": "one"}]}"#).with("etag", "W/\"7\""),
        }));
        let system = desk.odata_system(&service.root(), &[]).await;
        desk.sync(&system).await;
        for _ in 0..2 {
            let run = desk.sync(&system).await;
            let told = "information AFC-I02 Nothing has changed in Things, so it was skipped.";
            assert!(run.told().contains(&told.to_owned()), "{:?}", run.told());
            assert_eq!(desk.replica_counts(), ["Others 0 0", "Things 1 0"]);
        }
        let asked = service.seen().iter().filter(|request| is_for(request, "Things")).count();
        assert_eq!(asked, 3);
    }

    /// mock-sap refuses tokens that it did not give out; a reset makes it forget them.
    async fn a_refused_delta_is_read_whole(desk: Desk) {
        let service = ODataServer::mock_sap_v4();
        let system = desk.odata_system(&service.root(), &[("settings.master_sets", "SalesOrder")]).await;
        assert_eq!(desk.sync(&system).await.result, "completed");
        let quiet = desk.sync(&system).await;
        assert_eq!(quiet.result, "completed", "{:?}", quiet.told());
        desk.sql("UPDATE replica_sets SET state = replace(state, 'deltatoken=', 'deltatoken=nonsense')");
        let run = desk.sync(&system).await;
        assert_eq!(run.told(), [
            "warning AFC-W01 The service no longer reports what has changed in SalesOrder, so everything was read.",
            "information ODATA-ABSENT SAP__Messages is missing in 25 records of SalesOrder and is treated as empty.",
            "information AFC-I02 Nothing has changed in SalesOrder, so it was skipped.",
        ]);
        assert_eq!(run.result, "completed_with_warnings");
        assert_eq!(desk.sync(&system).await.result, "completed", "it goes on with the new link");
    }

    async fn headers_and_a_key(desk: Desk) {
        let service = Service::start();
        let fields = [
            ("settings.auth", "header"), ("settings.header_name", "APIKey"), ("settings.secret", "the key"),
            ("settings.headers", "sap-client: 100\nX-Trace: yes"), ("settings.page_size", "250"),
        ];
        let system = desk.odata_system(&service.root(), &fields).await;
        assert_eq!(desk.sync(&system).await.result, "completed");
        for request in service.seen() {
            let headers = ["apikey", "sap-client", "x-trace"].map(|name| request.header(name));
            assert_eq!(headers, [Some("the key"), Some("100"), Some("yes")], "{}", request.path);
        }
        let asked: Vec<_> = service.seen().into_iter().filter(|request| is_for(request, "Things")).collect();
        assert_eq!(asked[0].header("prefer"), Some("odata.track-changes, odata.maxpagesize=250"));
    }

    /// The service takes the token back in the middle of a run; the client's secret goes to the token's address only.
    async fn a_token_that_ends_early(desk: Desk) {
        let service = Service::start();
        let (mut given, mut ended) = (0, None);
        service.answers(move |request| {
            if is_for(request, "token") {
                given += 1;
                let body = String::from_utf8_lossy(&request.body).into_owned();
                assert_eq!(body, "grant_type=client_credentials&scope=read");
                return Some(reply(&json!({"access_token": given.to_string(), "expires_in": 3600}).to_string()));
            }
            let token = request.header("authorization").map(str::to_owned);
            if is_for(request, "Things") && ended.is_none() {
                ended.clone_from(&token);
            }
            (token.is_none() || token == ended).then(|| Reply::status(401))
        });
        let token = format!("{}/token", service.root());
        let fields = [
            ("settings.auth", "oauth2"), ("settings.account", "client"), ("settings.secret", "a b"), ("settings.scope", "read"),
            ("settings.token_url", token.as_str()), ("max_attempts", "1"), ("settings.parallel", "1"),
        ];
        let system = desk.odata_system(&service.root(), &fields).await;
        let run = desk.sync(&system).await;
        assert_eq!(run.result, "completed", "{:?}", run.told());
        let things: Vec<_> = service.seen().into_iter().filter(|request| is_for(request, "Things")).collect();
        assert_ne!(things[0].header("authorization"), things[1].header("authorization"));
        // base64 of client:a+b, as RFC 6749 (2.3.1) has it.
        let secret = Some("Basic Y2xpZW50OmErYg==");
        for request in service.seen() {
            assert_eq!(request.header("authorization") == secret, is_for(&request, "token"), "{}", request.path);
        }
        service.says("token", || reply(r#"{"error": "invalid_client"}"#).but(401));
        let run = desk.sync(&system).await;
        assert_eq!(run.told()[0].split(' ').nth(1), Some("ODATA-TOKEN"), "{:?}", run.told());
    }

    /// What was refused is not sent again as it was: each refusal may count towards a lock of the account.
    async fn a_refused_sign_in_is_sent_once(desk: Desk) {
        let service = Service::start();
        service.answers(|request| match request.path.as_str() {
            "/odata/token" => Some(reply(r#"{"access_token": "always the same"}"#)),
            _ => is_for(request, "Things").then(|| Reply::status(401)),
        });
        let token = format!("{}/token", service.root());
        let basic = [("settings.auth", "basic"), ("settings.account", "a"), ("settings.secret", "s")];
        let key = [("settings.auth", "header"), ("settings.header_name", "APIKey"), ("settings.secret", "s")];
        let oauth = [
            ("settings.auth", "oauth2"), ("settings.account", "a"), ("settings.secret", "s"), ("settings.token_url", token.as_str()),
        ];
        for (name, fields) in [("None", &[][..]), ("Basic", &basic), ("Key", &key), ("OAuth", &oauth)] {
            let fields = [&[("name", name), ("settings.master_sets", "Things")], fields].concat();
            let system = desk.odata_system(&service.root(), &fields).await;
            // Checks ask for the model only.
            let before = service.seen().len();
            let run = desk.sync(&system).await;
            assert_eq!(run.told()[0].split(' ').nth(1), Some("PEER-SIGN-IN"), "{:?}", run.told());
            let asked = service.seen().split_off(before).into_iter().filter(|request| is_for(request, "Things"));
            assert_eq!(asked.count(), 1, "{name}");
        }
    }

    /// No token lives as long as this one says.
    async fn a_token_for_half_a_trillion_years(desk: Desk) {
        let service = Service::start();
        service.says("token", || reply(r#"{"access_token": "x", "expires_in": 18446744073709551615}"#));
        let token = format!("{}/token", service.root());
        let fields = [
            ("settings.auth", "oauth2"), ("settings.account", "a"), ("settings.secret", "s"), ("settings.token_url", token.as_str()),
        ];
        let system = desk.odata_system(&service.root(), &fields).await;
        assert_eq!(desk.sync(&system).await.result, "completed");
    }

    /// A key goes nowhere else, not even by a redirect.
    async fn a_key_stays_with_its_host(desk: Desk) {
        let (service, thief) = (Service::start(), Stub::start(|_, _| reply("{\"value\": []}")));
        let to = thief.url("/odata/Things");
        service.says("Things", move || Reply::status(302).with("location", to.clone()));
        let fields = [("settings.auth", "header"), ("settings.header_name", "APIKey"), ("settings.secret", "the key"), ("max_attempts", "1")];
        let system = desk.odata_system(&service.root(), &fields).await;
        assert_eq!(desk.sync(&system).await.result, "error");
        assert!(thief.seen().is_empty());
    }

    async fn through_a_proxy_and_by_an_authority_of_ones_own(desk: Desk) {
        let proxy = Stub::start(|_, request| if request.path.ends_with("$metadata") { xml(V4) } else { reply("{\"value\": []}") });
        let through = proxy.url("");
        let system = desk.odata_system("http://no-such-host.invalid/odata", &[("settings.proxy", through.as_str())]).await;
        assert_eq!(desk.sync(&system).await.result, "completed");
        assert!(proxy.seen()[0].path.starts_with("http://no-such-host.invalid/odata/$metadata"), "{}", proxy.seen()[0].path);

        let (service, ca) = (Service::secure(), OURS.pem());
        let fields = [("name", "Secure"), ("settings.ca", ca.as_str())];
        let system = desk.odata_system(&service.root(), &fields).await;
        let ada = desk.as_("ada").await;
        let number = desk.request_run(&ada, &system).await;
        let page = desk.ended(&ada, &system.run(number)).await;
        assert!(page.says("Completed"), "{}", page.told());
    }

    /// Three at once, as the settings say, and no more: each is answered when three are there, or none is left.
    async fn so_many_sets_at_once(desk: Desk) {
        let sets: Vec<_> = (0..9).map(|n| format!("<EntitySet Name=\"Set{n}\" EntityType=\"S.Thing\"/>")).collect();
        let sets = sets.concat();
        let model = V4.replace("<EntitySet Name=\"Things\"", &format!("{sets}<EntitySet Name=\"Things\""));
        let crowd = Arc::new((Mutex::new(Crowd::default()), Condvar::new()));
        let seen = crowd.clone();
        let stub = Stub::start(move |_, request| {
            if request.path.ends_with("$metadata") {
                return xml(&model);
            }
            let mut crowd = seen.0.lock().expect("no panic");
            crowd.came += 1;
            crowd.most = crowd.most.max(crowd.came - crowd.went);
            seen.1.notify_all();
            let full = crowd.came.div_ceil(3) * 3;
            let wait = |crowd: &mut Crowd| crowd.came < full.min(11);
            let mut crowd = seen.1.wait_while(crowd, wait).expect("no panic");
            crowd.went += 1;
            reply("{\"value\": []}")
        });
        let system = desk.odata_system(&stub.url("/odata"), &[("settings.parallel", "3")]).await;
        assert_eq!(desk.sync(&system).await.result, "completed");
        let crowd = crowd.0.lock().expect("no panic");
        assert_eq!((crowd.came, crowd.most), (11, 3));
    }
}

/// Requests for sets.
#[derive(Default)]
struct Crowd {
    came: usize,
    went: usize,
    most: usize,
}
