//! *Check connection*: where it failed, and what the service responded.

use super::counts_hold;
use crate::database::both_databases;
use crate::desk::{Desk, Tree};
use crate::stub::{Reply, Stub};
use crate::visitor::Answer;

/// Presses the button on the system's page; the page of the result.
async fn check(desk: &Desk, tree: &Tree) -> Answer {
    check_as(desk, "wim", tree).await
}

async fn check_as(desk: &Desk, name: &str, tree: &Tree) -> Answer {
    let visitor = desk.as_(name).await;
    // The check that follows a save would answer this request as well.
    desk.work().await;
    visitor.open(&tree.page()).await.expect(200);
    let asked = visitor.submit(&format!("{}/check", tree.page()), &[]).await.expect(303);
    desk.ended(&visitor, asked.location()).await
}

/// How each stage went.
fn stages(page: &Answer) -> Vec<String> {
    page.texts("ol.stages li").into_iter().map(|stage| stage.replace(['✓', '✕', '○'], "").replace("  ", " ")).collect()
}

/// A WebDAV share as the destination.
async fn share(desk: &Desk, name: &str, endpoint: &str) -> Tree {
    let fields = [
        ("settings.destination_kind", "webdav"),
        ("settings.destination_endpoint", endpoint),
        ("settings.destination_path", ""),
        ("settings.destination_account", "ada"),
        ("settings.destination_secret", "wrong-secret"),
    ];
    desk.files_system_with("Finance", name, &fields).await
}

const STAGES: [&str; 7] = ["settings", "name lookup", "TCP", "TLS", "sign-in", "protocol", "content"];

/// By hand: all before it passed but those that are not needed, all behind it were not reached.
fn failed_at(place: usize, not_needed: &[usize]) -> Vec<String> {
    let word = |at: usize| match at.cmp(&place) {
        _ if not_needed.contains(&at) => "not needed",
        std::cmp::Ordering::Less => "passed",
        std::cmp::Ordering::Equal => "failed",
        std::cmp::Ordering::Greater => "not reached",
    };
    STAGES.iter().enumerate().map(|(at, stage)| format!("{stage} {}", word(at))).collect()
}

/// Of a local folder: name lookup, TCP, TLS, sign-in, protocol.
const REMOTE: [usize; 5] = [1, 2, 3, 4, 5];
/// Of plain HTTP to a number: name lookup, TLS.
const NAMED: [usize; 2] = [1, 3];

both_databases! {
    /// A successful connection check shows each stage as passed.
    async fn a_good_one(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        let page = check(&desk, &tree).await;
        let passed = failed_at(6, &REMOTE).into_iter().map(|stage| stage.replace("failed", "passed"));
        assert_eq!(stages(&page), passed.collect::<Vec<_>>(), "{}", page.told());
        assert!(page.says("Requested by wim") && page.says("Ended"), "{}", page.told());
        let system = desk.as_("wim").await.get(&tree.page()).await.expect(200);
        assert_eq!(system.attributes("[aria-labelledby=connection] .now .st", "class"), ["st ok"]);
        assert!(system.attributes("main a", "href").contains(&page.path), "the last result is a click away");
        counts_hold(&desk);
    }

    /// A check reports a missing folder, and the status of the system follows.
    async fn a_folder_that_is_missing(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        std::fs::remove_dir_all(&tree.source).expect("the source goes");
        let page = check(&desk, &tree).await;
        assert_eq!(stages(&page), failed_at(6, &REMOTE), "{}", page.told());
        assert!(page.says("The connection check failed"), "{}", page.told());
        let system = desk.as_("wim").await.get(&tree.page()).await.expect(200);
        assert_eq!(system.attributes(".head .st", "class"), ["st err"], "the status follows");
        counts_hold(&desk);
    }

    /// A check reports a port on which no service listens.
    async fn nobody_listens(desk: Desk) {
        let tree = share(&desk, "Share", "http://127.0.0.1:9").await;
        let page = check(&desk, &tree).await;
        assert_eq!(stages(&page), failed_at(2, &NAMED), "{}", page.told());
    }

    /// A check reports a host name that does not exist.
    async fn a_name_that_there_is_not(desk: Desk) {
        let tree = share(&desk, "Share", "http://nowhere.invalid").await;
        let page = check(&desk, &tree).await;
        assert_eq!(stages(&page), failed_at(1, &[3]), "{}", page.told());
    }

    /// Addresses that connectors must not reach are refused before anything is sent.
    async fn an_address_that_is_not_allowed(desk: Desk) {
        let tree = share(&desk, "Share", "http://169.254.169.254").await;
        let page = check(&desk, &tree).await;
        assert_eq!(stages(&page), failed_at(2, &NAMED), "{}", page.told());
        assert!(page.says("Syncdesk is not allowed to connect to this address"), "{}", page.told());
    }

    /// A refused password is reported with the service's own message.
    async fn a_password_that_is_refused(desk: Desk) {
        let stub = Stub::start(|_number, _request| Reply::body(401, "<b>No such user</b> here"));
        let tree = share(&desk, "Share", &stub.url("")).await;
        let page = check(&desk, &tree).await;
        assert_eq!(stages(&page), failed_at(4, &NAMED), "{}", page.told());
        assert!(page.says("<b>No such user</b> here"), "{}", page.told());
        assert!(page.texts("main b").is_empty(), "as text");
        assert!(!page.body.contains("wrong-secret"), "without the secret");
    }

    /// A check reports a service that speaks another protocol.
    async fn another_protocol(desk: Desk) {
        let stub = Stub::start(|_number, _request| Reply::Raw(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()));
        let tree = share(&desk, "Share", &stub.url("")).await;
        let page = check(&desk, &tree).await;
        assert_eq!(stages(&page), failed_at(5, &NAMED), "{}", page.told());
    }

    /// Where nobody signs in, no sign-in has passed.
    async fn an_anonymous_service(desk: Desk) {
        let stub = Stub::start(|_number, _request| Reply::Raw(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()));
        let endpoint = stub.url("");
        let fields = [
            ("settings.destination_kind", "webdav"),
            ("settings.destination_endpoint", endpoint.as_str()),
            ("settings.destination_path", ""),
        ];
        let tree = desk.files_system_with("Finance", "Public", &fields).await;
        let page = check(&desk, &tree).await;
        assert_eq!(stages(&page), failed_at(5, &[1, 3, 4]), "{}", page.told());
    }

    /// Further checks are promised where they come.
    async fn it_says_whether_others_follow(desk: Desk) {
        let tree = share(&desk, "Share", "http://127.0.0.1:9").await;
        let page = check(&desk, &tree).await;
        let promised = "Syncdesk checks the connection again automatically.";
        assert!(page.says(promised), "{}", page.told());
        desk.sql("UPDATE systems SET hold_since = 1, hold_reason = 'Repairs.', hold_by = 'mona'");
        let page = desk.as_("wim").await.get(&page.path).await.expect(200);
        assert!(page.says("The connection check failed") && !page.says(promised) && !page.says("tries again"), "{}", page.told());
    }

    /// The page of a check is found below its own system only.
    async fn a_check_of_another_system(desk: Desk) {
        let (one, other) = (desk.files_system("Finance", "One").await, desk.files_system("Sales", "Other").await);
        desk.sql("UPDATE watches SET next_check = NULL; DELETE FROM checks");
        let page = check(&desk, &one).await;
        desk.as_("wim").await.get(&page.path.replace(&one.key, &other.key)).await.expect(404);
        desk.as_("mona").await.get(&page.path).await.expect(200);
        desk.as_("dora").await.get(&page.path).await.expect(404);
        // Its number counts within its own system only.
        desk.sql("UPDATE watches SET next_check = NULL; DELETE FROM checks");
        for (tree, number) in [(&one, 1), (&one, 2), (&other, 1)] {
            assert_eq!(check_as(&desk, "ada", tree).await.path, format!("{}/checks/{number}", tree.page()));
        }
    }

    /// What earlier checks found can still be looked at, after the connection has come back.
    async fn the_last_ones_are_listed(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        let hidden = tree.source.with_extension("gone");
        std::fs::rename(&tree.source, &hidden).expect("the source goes");
        let failed = check_as(&desk, "mona", &tree).await;
        std::fs::rename(&hidden, &tree.source).expect("it is back");
        let good = check_as(&desk, "ada", &tree).await;
        let list = format!("{}/checks", tree.page());
        assert!(good.attributes("main a", "href").contains(&list), "{}", good.told());
        let page = desk.as_("wim").await.get(&list).await.expect(200);
        assert_eq!(page.attributes("tbody th a", "href")[..2], [good.path, failed.path]);
        let rows = page.texts("tbody tr");
        assert!(rows[0].contains("OK") && rows[0].ends_with("ada"), "{rows:?}");
        assert!(rows[1].contains("Error at content FILE-SOURCE-MISSING") && rows[1].ends_with("mona"), "{rows:?}");
        desk.sql("DELETE FROM checks");
        assert!(desk.as_("wim").await.get(&list).await.expect(200).says("No checks yet."));
    }

    /// People who can only view a system can check it once a minute; people who are responsible for it, as often as needed.
    async fn people_who_look_have_patience(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        check(&desk, &tree).await;
        let wim = desk.as_("wim").await;
        wim.get(&tree.page()).await.expect(200);
        let refused = wim.post_form(&format!("{}/check", tree.page()), &[]).await.expect(409);
        assert!(refused.says("The connection was checked less than a minute ago."), "{}", refused.told());
        let who = "SELECT personal.principal AS value FROM audit JOIN audit_personal personal ON personal.audit_id = audit.id
            WHERE audit.action = 'system.check'";
        assert_eq!(desk.texts(who), ["wim"], "it is recorded, and only what was done");
        check_as(&desk, "mona", &tree).await;
        check_as(&desk, "mona", &tree).await;
        desk.sql("UPDATE checks SET queued_at = queued_at - 60000000");
        check(&desk, &tree).await;
    }
}
