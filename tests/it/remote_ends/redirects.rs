//! Redirects: none leads to another service, and none is followed by a request that changes something.

use syncdesk::sync::connectors::files::endpoint::{EndpointError, EndpointResult};
use syncdesk::sync::connectors::files::path::ItemPath;
use syncdesk::sync::connectors::files::settings::EndpointKind;

use super::faults::{KINDS, listing, open};
use super::path;
use super::source::write;
use crate::stub::{Reply, Stub};

const STATUSES: [u16; 4] = [301, 302, 307, 308];

/// The arguments of the failure: from where, to where, why.
fn redirected<T: std::fmt::Debug>(result: EndpointResult<T>) -> Vec<String> {
    match result {
        Err(EndpointError::Whole(failure)) if failure.code == "PEER-REDIRECT" => failure.args,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn nothing_arrives_at_another_port() {
    for kind in KINDS {
        for status in STATUSES {
            let other = Stub::start(|_, _| Reply::body(200, "caught"));
            let to = other.url("/caught/");
            let stub = Stub::start(move |_, _| Reply::status(status).with("location", to.clone()));
            let end = open(kind, &stub);
            let origin = |stub: &Stub| stub.url("");
            let expected = vec![origin(&stub), origin(&other), "elsewhere".to_owned()];
            let root = ItemPath::root();
            assert_eq!(redirected(end.list(&root).await.map(|_| ())), expected, "{kind:?} {status}");
            assert_eq!(redirected(end.stat(&path("a")).await.map(|_| ())), expected, "{kind:?} {status}");
            assert_eq!(redirected(end.read(&path("a")).await.map(|_| ())), expected, "{kind:?} {status}");
            assert_eq!(redirected(write(&*end, &path("a"), 3, 1).await.map(|_| ())), expected, "{kind:?} {status}");
            assert_eq!(
                redirected(write(&*end, &path("a"), 3 << 20, 1).await.map(|_| ())),
                expected,
                "{kind:?} {status}"
            );
            assert_eq!(redirected(end.delete_file(&path("a")).await), expected, "{kind:?} {status}");
            assert_eq!(redirected(end.make_folder(&path("a")).await), expected, "{kind:?} {status}");
            assert_eq!(end.check().await.map_err(|failure| failure.args), Err(expected), "{kind:?} {status}");
            assert!(other.seen().is_empty(), "{kind:?} {status}: {:?}", other.seen());
        }
    }
}

/// Not even on its own host: a change arrives where it was sent to, or nowhere.
#[tokio::test]
async fn a_change_is_not_redirected() {
    for kind in KINDS {
        for status in STATUSES {
            let stub = Stub::start(move |_, request| match request.method.as_str() {
                "GET" | "HEAD" | "PROPFIND" => Reply::status(404),
                _ => Reply::status(status).with("location", "/elsewhere"),
            });
            let end = open(kind, &stub);
            let expected = vec![stub.url(""), stub.url(""), "changes".to_owned()];
            assert_eq!(redirected(write(&*end, &path("a"), 3, 1).await.map(|_| ())), expected, "{kind:?} {status}");
            assert_eq!(redirected(end.make_folder(&path("a")).await), expected, "{kind:?} {status}");
            assert!(stub.seen().iter().all(|request| request.path != "/elsewhere"), "{kind:?} {status}");
        }
    }
}

/// The listing of something else on the same host says nothing of what was asked for.
#[tokio::test]
async fn a_listing_is_not_that_of_another_path() {
    for kind in KINDS {
        for to in ["/elsewhere/", "/elsewhere?list-type=2", "?list-type=2"] {
            if kind == EndpointKind::Webdav && to.starts_with('?') {
                continue;
            }
            let stub = Stub::start(move |n, _| match n {
                0 => Reply::status(302).with("location", to),
                _ => listing(kind),
            });
            let args = redirected(open(kind, &stub).list(&ItemPath::root()).await.map(|_| ()));
            assert_eq!((args[0].as_str(), args[2].as_str()), (stub.url("").as_str(), "path"), "{kind:?} {to}");
        }
    }
}

/// Nor is a file at another path the one that was asked for.
#[tokio::test]
async fn a_file_is_not_that_of_another_path() {
    for kind in KINDS {
        let stub = Stub::start(move |_, request| {
            if request.path.contains("elsewhere") {
                return Reply::body(200, "theirs").with("etag", "\"e\"").with("content-type", "text/plain");
            }
            Reply::status(302).with("location", "/elsewhere")
        });
        let read = open(kind, &stub).read(&path("a")).await.map(|_reader| ());
        assert!(read.is_err(), "{kind:?}");
    }
}
