//! Checks, and what real servers refuse.

use syncdesk::domain::run::{PeerFailure, Stage};
use syncdesk::net::Net;
use syncdesk::sync::connectors::files::endpoint::{EndpointError, Which};
use syncdesk::sync::connectors::files::path::ItemPath;
use syncdesk::sync::connectors::files::remote;
use syncdesk::sync::connectors::files::settings::EndpointSettings;

use super::source::write;
use super::{RUN, Server, against_each_server, net, path};

against_each_server! {
    a_check_succeeds_and_changes_nothing,
    a_wrong_secret_is_refused_at_the_sign_in,
    a_wrong_account_is_refused_at_the_sign_in,
    a_server_that_is_not_there_is_told_with_its_stage,
    loopback_is_not_reached_unless_the_operator_allows_it,
    a_secret_is_never_told,
}

fn stage(failure: &PeerFailure) -> (Stage, &'static str, bool) {
    (failure.stage, failure.code, failure.transient)
}

fn whole<T: std::fmt::Debug>(result: Result<T, EndpointError>) -> PeerFailure {
    match result {
        Err(EndpointError::Whole(failure)) => failure,
        other => panic!("{other:?}"),
    }
}

/// The same server, with other settings.
async fn checked(server: &Server, which: Which, change: impl FnOnce(&mut EndpointSettings)) -> Result<(), PeerFailure> {
    let mut settings = server.settings.clone();
    change(&mut settings);
    remote::open(&settings, Some(&server.secret), &net(), which, RUN)?.check().await
}

async fn a_check_succeeds_and_changes_nothing(server: Server) {
    let root = ItemPath::root();
    assert_eq!(checked(&server, Which::Destination, |_| {}).await, Ok(()), "its first run makes the folder");
    assert_eq!(server.open().stat(&root).await, Ok(None));
    let missing = checked(&server, Which::Source, |_| {}).await.expect_err("a source that is not there");
    assert_eq!(stage(&missing), (Stage::Content, "FILE-ROOT", false));
    let end = server.ready().await;
    write(&*end, &path("a"), 1, 1).await.expect("a file");
    assert_eq!(checked(&server, Which::Source, |_| {}).await, Ok(()));
    assert_eq!(checked(&server, Which::Source, |settings| settings.path.clear()).await, Ok(()), "all of it");
}

async fn a_wrong_secret_is_refused_at_the_sign_in(server: Server) {
    server.ready().await;
    let wrong = server.open_as(Which::Destination, &"d3Jvbmcgc2VjcmV0".into(), RUN);
    let expected = (Stage::SignIn, "PEER-SIGN-IN", false);
    let failure = wrong.check().await.expect_err("a wrong secret");
    assert_eq!(stage(&failure), expected);
    assert!(failure.foreign_text.is_some_and(|words| words.starts_with("40")), "in the peer's words");
    assert_eq!(stage(&whole(wrong.list(&ItemPath::root()).await)), expected);
    assert_eq!(stage(&whole(write(&*wrong, &path("a"), 5, 1).await)), expected);
    assert_eq!(stage(&whole(wrong.read(&path("a")).await.map(|_reader| ()))), expected);
    assert_eq!(stage(&whole(wrong.make_folder(&path("a")).await)), expected);
    assert_eq!(server.open().stat(&path("a")).await, Ok(None));
}

async fn a_wrong_account_is_refused_at_the_sign_in(server: Server) {
    let refused = checked(&server, Which::Destination, |settings| settings.account = "nobody".into()).await;
    assert_eq!(refused.expect_err("nobody").stage, Stage::SignIn);
}

async fn a_server_that_is_not_there_is_told_with_its_stage(server: Server) {
    let at = async |from: &str, to: &str| {
        let refused =
            checked(&server, Which::Source, |settings| settings.endpoint = settings.endpoint.replace(from, to));
        stage(&refused.await.expect_err("not there"))
    };
    let port = server.settings.endpoint.split(':').nth(2).unwrap().split('/').next().unwrap();
    assert_eq!(at(port, "1").await, (Stage::Tcp, "PEER-REFUSED", true));
    assert_eq!(at("127.0.0.1", "no-such-host.invalid").await.0, Stage::NameLookup);
    assert_eq!(at("http:", "https:").await.0, Stage::Tls);
    assert_eq!(at("http:", "gopher:").await, (Stage::Settings, "PEER-ADDRESS", false));
}

async fn loopback_is_not_reached_unless_the_operator_allows_it(server: Server) {
    let opened = remote::open(&server.settings, Some(&server.secret), &Net::default(), Which::Source, RUN);
    let refused = match opened {
        Ok(end) => end.check().await.expect_err("loopback"),
        Err(failure) => failure,
    };
    assert_eq!(stage(&refused), (Stage::Tcp, "PEER-FORBIDDEN", false));
}

async fn a_secret_is_never_told(server: Server) {
    let secret = "c2VjcmV0LXRoYXQtbXVzdC1ub3QtYmUtdG9sZA==";
    let end = server.open_as(Which::Destination, &secret.into(), RUN);
    let said = format!("{:?}{:?}", end.check().await, end.list(&ItemPath::root()).await);
    assert!(said.contains("PEER-SIGN-IN"), "{said}");
    assert!(!said.contains(secret) && !said.contains("secret-that"), "{said}");
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_told_as_such() {
    for server in [Server::s3("no_bucket"), Server::azurite("no_bucket")] {
        for which in [Which::Source, Which::Destination] {
            let refused = checked(&server, which, |settings| settings.bucket = "not-there".into()).await;
            assert_eq!(stage(&refused.expect_err("no bucket")), (Stage::Content, "FILE-ROOT", false));
        }
    }
}

#[tokio::test]
async fn settings_that_lead_nowhere_are_refused_before_anything_is_sent() {
    let server = Server::s3("settings");
    for change in [
        |settings: &mut EndpointSettings| settings.bucket.clear(),
        |settings: &mut EndpointSettings| settings.account.clear(),
    ] {
        let refused = checked(&server, Which::Source, change).await.expect_err("something is missing");
        assert_eq!(refused.stage, Stage::Settings);
    }
    let without = remote::open(&server.settings, None, &net(), Which::Source, RUN);
    assert_eq!(without.err().map(|failure| failure.stage), Some(Stage::Settings));
}
