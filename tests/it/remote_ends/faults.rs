//! A service that limits, stalls, breaks off, or answers nonsense.

use std::time::Duration;

use syncdesk::domain::run::Stage;
use syncdesk::net::Patience;
use syncdesk::sync::connectors::files::endpoint::{Endpoint, EndpointError, EndpointResult, ItemError, Which};
use syncdesk::sync::connectors::files::path::ItemPath;
use syncdesk::sync::connectors::files::remote;
use syncdesk::sync::connectors::files::settings::EndpointKind;
use syncdesk::sync::stop::Stopped;

use super::source::{lease, source, write};
use super::{RUN, net, path, settings, trouble_of};
use crate::stub::{Reply, Stub};

/// An end that talks to the stub, with little patience.
pub fn open(kind: EndpointKind, stub: &Stub) -> Box<dyn Endpoint> {
    open_with(kind, stub, net().client().unwrap().patience().longest_pause)
}

/// The same with pauses of up to this length.
fn open_with(kind: EndpointKind, stub: &Stub, longest_pause: Duration) -> Box<dyn Endpoint> {
    let patience = Patience { idle: Duration::from_millis(300), longest_pause, ..net().client().unwrap().patience() };
    let settings = settings(kind, stub.url(""), "bucket".to_owned(), "account");
    let opened = remote::open(&settings, Some(&"c2VjcmV0".into()), &net().patient(patience), Which::Destination, RUN);
    opened.expect("settings that lead to the stub")
}

pub const KINDS: [EndpointKind; 3] = [EndpointKind::S3, EndpointKind::Azblob, EndpointKind::Webdav];

/// The root's listing, with one file in it.
pub fn listing(kind: EndpointKind) -> Reply {
    match kind {
        EndpointKind::S3 => Reply::body(
            200,
            "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>team/data/a</Key><Size>3</Size>\
             <LastModified>2025-11-22T08:26:40.000Z</LastModified><ETag>\"e\"</ETag></Contents></ListBucketResult>",
        ),
        EndpointKind::Azblob => Reply::body(
            200,
            "<EnumerationResults><Blobs><Blob><Name>team/data/a</Name><Properties>\
             <Last-Modified>Sat, 22 Nov 2025 08:26:40 GMT</Last-Modified><Etag>e</Etag>\
             <Content-Length>3</Content-Length><Content-Type/><Content-MD5/></Properties></Blob></Blobs>\
             <NextMarker/></EnumerationResults>",
        ),
        EndpointKind::Webdav | EndpointKind::Local => Reply::body(
            207,
            "<multistatus xmlns=\"DAV:\"><response><href>http://inside:8080/team/data/</href><propstat><prop>\
             <resourcetype><collection/></resourcetype></prop></propstat></response>\
             <response><href>http://inside:8080/team/data/a</href><propstat><prop>\
             <getcontentlength>3</getcontentlength></prop></propstat></response></multistatus>",
        ),
    }
}

async fn list(end: &dyn Endpoint) -> EndpointResult<Vec<String>> {
    let listed = end.list(&ItemPath::root()).await?.entries;
    Ok(listed.into_iter().map(|entry| String::from_utf8(entry.name).unwrap()).collect())
}

/// Code, stage, transient.
pub fn whole<T: std::fmt::Debug>(result: EndpointResult<T>) -> (&'static str, Stage, bool) {
    match result {
        Err(EndpointError::Whole(failure)) => (failure.code, failure.stage, failure.transient),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn one_bad_moment_does_not_fail_a_run() {
    for kind in KINDS {
        let stub = Stub::start(move |n, _| match n {
            0 => Reply::status(503).with("retry-after", "0"),
            1 => Reply::status(429),
            2 => Reply::Raw(Vec::new()),
            _ => listing(kind),
        });
        assert_eq!(list(&*open(kind, &stub)).await, Ok(vec!["a".to_owned()]), "{kind:?}");
        assert_eq!(stub.seen().len(), 4, "{kind:?}");
    }
}

#[tokio::test]
async fn a_service_that_keeps_limiting_is_told_as_such() {
    for kind in KINDS {
        let limiting = Stub::start(|_, _| Reply::body(503, "<Error><Code>SlowDown</Code></Error>"));
        let end = open(kind, &limiting);
        assert_eq!(whole(list(&*end).await), ("PEER-LIMIT", Stage::Protocol, true), "{kind:?}");
        assert_eq!(limiting.seen().len(), 4, "{kind:?}");
        assert_eq!(end.check().await.map_err(|failure| failure.code), Err("PEER-LIMIT"));
        assert_eq!(limiting.seen().len(), 5, "a check tries once");
        let for_long = Stub::start(|_, _| Reply::status(429).with("retry-after", "3600"));
        assert_eq!(whole(list(&*open(kind, &for_long)).await), ("PEER-LIMIT", Stage::Protocol, true), "{kind:?}");
        assert_eq!(for_long.seen().len(), 1, "nobody waits for an hour here");
    }
}

#[tokio::test]
async fn a_service_that_stalls_is_slow() {
    for kind in KINDS {
        let stub = Stub::start(|_, _| Reply::Silence(Vec::new()));
        assert_eq!(whole(list(&*open(kind, &stub)).await), ("PEER-SLOW", Stage::Protocol, true), "{kind:?}");
    }
}

/// What is treated as an empty folder lets a mirror run delete everything.
#[tokio::test]
async fn nonsense_is_no_empty_folder() {
    let nonsense = [
        "<html><body>Please sign in</body></html>",
        "",
        "{}",
        "<ListBucketResult><Contents>",
        "<multistatus xmlns=\"DAV:\"></multistatus>",
        "<EnumerationResults></EnumerationResults>",
    ];
    for kind in KINDS {
        for body in nonsense {
            for status in [200, 207] {
                let stub = Stub::start(move |_, _| Reply::body(status, body));
                let listed = list(&*open(kind, &stub)).await;
                assert_eq!(whole(listed), ("PEER-NONSENSE", Stage::Protocol, false), "{kind:?} {status} {body}");
            }
        }
    }
}

#[tokio::test]
async fn half_a_listing_is_none() {
    for kind in KINDS {
        let half = move || match listing(kind) {
            Reply::Http(status, headers, body) => {
                let (length, part) = (body.len().to_string(), body[..body.len() / 2].to_vec());
                Reply::Http(status, headers, part).with("content-length", length)
            }
            other => other,
        };
        let stub = Stub::start(move |_, _| half());
        assert_eq!(whole(list(&*open(kind, &stub)).await), ("PEER-AWAY", Stage::Content, true), "{kind:?}");
    }
}

#[tokio::test]
async fn a_redirect_or_a_page_instead_of_a_file_is_seen() {
    for kind in KINDS {
        let moved = Stub::start(|_, _| Reply::status(301));
        assert_eq!(whole(list(&*open(kind, &moved)).await).0, "PEER-NONSENSE", "{kind:?}");
        // A portal of a hotel takes every upload.
        let taken = Stub::start(|_, _| Reply::body(200, "<html>Welcome</html>"));
        assert_eq!(whole(write(&*open(kind, &taken), &path("a"), 3, 1).await).0, "PEER-NONSENSE", "{kind:?}");
    }
}

#[tokio::test]
async fn one_item_that_is_denied_or_breaks_the_service_is_one_items_trouble() {
    for kind in KINDS {
        let stub = Stub::start(|_, request| {
            let secret = request.path.contains("secret");
            let (status, code) = if secret { (403, "AccessDenied") } else { (500, "InternalError") };
            Reply::body(status, format!("<Error><Code>{code}</Code></Error>"))
        });
        let end = open(kind, &stub);
        assert_eq!(trouble_of(end.read(&path("secret")).await), Some(ItemError::Denied), "{kind:?}");
        assert_eq!(trouble_of(end.read(&path("bad")).await), Some(ItemError::Other), "{kind:?}");
        assert_eq!(trouble_of(end.delete_file(&path("bad")).await), Some(ItemError::Other), "{kind:?}");
        let third = end.read(&path("other")).await.map(|_reader| ());
        assert_eq!(whole(third), ("PEER-AWAY", Stage::Content, true), "the third in a row is the service: {kind:?}");
        assert_eq!(whole(list(&*end).await), ("PEER-AWAY", Stage::Content, true), "{kind:?}");
    }
}

#[tokio::test]
async fn a_full_service_is_told_as_such() {
    for kind in KINDS {
        let stub = Stub::start(|_, _| Reply::body(507, "no room"));
        let Err(EndpointError::Whole(failure)) = write(&*open(kind, &stub), &path("a"), 3, 1).await else {
            panic!("{kind:?}")
        };
        assert_eq!((failure.code, failure.stage, failure.transient), ("FILE-FULL", Stage::Content, false), "{kind:?}");
        assert_eq!(failure.args, ["destination"]);
    }
}

/// Against a timer of the same runtime, which is as late as all else on a busy machine.
#[tokio::test]
async fn a_stopped_run_does_not_wait_for_the_service() {
    for kind in KINDS {
        // It asks for a longer pause than the timer takes, and for a shorter one than makes Syncdesk give up.
        for answer in [|| Reply::status(503).with("retry-after", "25"), || Reply::Silence(Vec::new())] {
            let stub = Stub::start(move |_, _| answer());
            let stop = lease();
            let end = open_with(kind, &stub, Duration::from_secs(30));
            let (stopped, is_stopped) = tokio::sync::oneshot::channel();
            let stopping = async {
                crate::wait::until("a request", async || (!stub.seen().is_empty()).then_some(())).await;
                stop.stop(Stopped::Canceled);
                let _ = stopped.send(());
            };
            let late = async {
                let _ = is_stopped.await;
                crate::wait::lasting(Duration::from_secs(20)).await;
            };
            let file = path("a");
            let writing = async { tokio::join!(end.write(&file, source(3, 1).incoming(&stop)), stopping).0 };
            tokio::select! {
                biased;
                written = writing => assert_eq!(written, Err(EndpointError::Stopped(Stopped::Canceled)), "{kind:?}"),
                () = late => panic!("{kind:?}: it waits for the service"),
            }
        }
    }
}

/// Loops end.
#[tokio::test]
async fn a_listing_that_goes_round_in_circles_ends() {
    for (kind, page) in [
        (
            EndpointKind::S3,
            "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>\
          <CommonPrefixes><Prefix>team/data/a/</Prefix></CommonPrefixes></ListBucketResult>",
        ),
        (
            EndpointKind::Azblob,
            "<EnumerationResults><Blobs><BlobPrefix><Name>team/data/a/</Name></BlobPrefix></Blobs>\
          <NextMarker>t</NextMarker></EnumerationResults>",
        ),
    ] {
        let stub = Stub::start(move |_, _| Reply::body(200, page));
        assert_eq!(whole(list(&*open(kind, &stub)).await).0, "PEER-NONSENSE", "{kind:?}");
        assert_eq!(stub.seen().len(), 2, "the same token twice");
        // Two tokens in turn.
        let other = page.replace(">t<", ">other<");
        let stub = Stub::start(move |n, _| Reply::body(200, if n % 2 == 0 { page.to_owned() } else { other.clone() }));
        assert_eq!(whole(list(&*open(kind, &stub)).await).0, "PEER-NONSENSE", "{kind:?}");
        // Always another token, and never anything new.
        let endless = move |n: usize| page.replace(">t<", &format!(">t{n}<"));
        let stub = Stub::start(move |n, _| Reply::body(200, endless(n)));
        assert_eq!(whole(list(&*open(kind, &stub)).await).0, "PEER-NONSENSE", "{kind:?}");
    }
}

/// What would look like the end of the listing.
#[tokio::test]
async fn a_listing_that_is_cut_is_none() {
    let object = "<Contents><Key>team/data/a</Key></Contents>";
    let blob = "<Blobs><Blob><Name>team/data/a</Name></Blob></Blobs>";
    for (kind, page) in [
        (EndpointKind::S3, format!("<ListBucketResult>{object}</ListBucketResult>")),
        (EndpointKind::S3, format!("<ListBucketResult><IsTruncated>true</IsTruncated>{object}</ListBucketResult>")),
        (EndpointKind::S3, format!("<ListBucketResult><IsTruncated>false</IsTruncated>{object}")),
        (EndpointKind::Azblob, format!("<EnumerationResults>{blob}</EnumerationResults>")),
        (EndpointKind::Azblob, format!("<EnumerationResults>{blob}<NextMarker/>")),
    ] {
        let shown = page.clone();
        let stub = Stub::start(move |_, _| Reply::body(200, page.clone()));
        assert_eq!(whole(list(&*open(kind, &stub)).await).0, "PEER-NONSENSE", "{shown}");
    }
}

/// It ignores the prefix or the delimiter: what it lists says nothing about the folder.
#[tokio::test]
async fn a_listing_of_something_else_is_nonsense() {
    for key in ["other/a", "team/data", "team/data/a/b"] {
        let stub = Stub::start(move |_, _| {
            let object = format!("<Contents><Key>{key}</Key></Contents>");
            Reply::body(200, format!("<ListBucketResult><IsTruncated>false</IsTruncated>{object}</ListBucketResult>"))
        });
        assert_eq!(whole(list(&*open(EndpointKind::S3, &stub)).await).0, "PEER-NONSENSE", "{key}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_not_kept() {
    let folder = "<multistatus xmlns=\"DAV:\"><response><href>/team/data/";
    let endless = move || Reply::body(207, format!("{folder}{}", "a".repeat(2 * 1024 * 1024)));
    let stub = Stub::start(move |_, _| endless());
    assert_eq!(whole(list(&*open(EndpointKind::Webdav, &stub)).await).0, "PEER-NONSENSE");
    for kind in [EndpointKind::S3, EndpointKind::Azblob] {
        let stub = Stub::start(|_, _| Reply::body(201, "a".repeat(2 * 1024 * 1024)).with("etag", "\"e\""));
        assert_eq!(whole(write(&*open(kind, &stub), &path("a"), 3, 1).await).0, "PEER-TOO-LARGE", "{kind:?}");
    }
}
