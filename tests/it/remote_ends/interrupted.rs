//! Transfers that are interrupted: what is complete in the end, and what is never treated as complete.

use syncdesk::sync::connectors::files::endpoint::{Endpoint, EndpointResult, ItemError};
use syncdesk::sync::connectors::files::settings::EndpointKind;

use super::faults::{KINDS, open};
use super::source::write;
use super::{path, trouble_of};
use crate::stub::{Reply, Request, Stub};

const MIB: u64 = 1024 * 1024;

/// The second part of a file of three bytes, for who asks as the first answer's etag allows.
fn rest(request: &Request) -> Reply {
    match (request.header("range"), request.header("if-match")) {
        (Some("bytes=2-"), Some("\"e\"")) => {
            Reply::body(206, "c").with("etag", "\"e\"").with("content-range", "bytes 2-2/3")
        }
        other => Reply::body(400, format!("{other:?}")),
    }
}

fn beginning() -> Reply {
    Reply::body(200, "ab").with("content-length", "3").with("etag", "\"e\"")
}

fn looked_at() -> Reply {
    looked_at_bytes(3)
}

fn looked_at_bytes(size: usize) -> Reply {
    let facts = format!("<getcontentlength>{size}</getcontentlength><getetag>\"e\"</getetag>");
    Reply::body(
        207,
        format!(
            "<multistatus xmlns=\"DAV:\"><response><href>/team/data/a</href><propstat><prop>\
             {facts}</prop></propstat></response></multistatus>"
        ),
    )
}

/// The next letter of what is asked for; then the connection breaks.
fn one_letter(content: &str, request: &Request) -> Reply {
    let range = request.header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-'));
    let (from, size) = (range.map_or(0, |from| from.parse().expect("a number")), content.len());
    let letter = &content[from..=from];
    let reply = Reply::body(if from == 0 { 200 } else { 206 }, letter)
        .with("content-range", format!("bytes {from}-{}/{size}", size - 1));
    reply.with("content-length", (size - from).to_string()).with("etag", "\"e\"")
}

async fn content(end: &dyn Endpoint) -> EndpointResult<Vec<u8>> {
    let mut reader = end.read(&path("a")).await?;
    let mut content = Vec::new();
    while let Some(piece) = reader.next().await? {
        content.extend_from_slice(&piece);
    }
    Ok(content)
}

#[tokio::test]
async fn a_download_that_breaks_off_continues() {
    for kind in KINDS {
        let stub = Stub::start(|n, request| match (request.method.as_str(), n) {
            ("PROPFIND", _) => looked_at(),
            (_, 0) => beginning(),
            (_, 1) => Reply::status(503).with("retry-after", "0"),
            _ => rest(request),
        });
        assert_eq!(content(&*open(kind, &stub)).await, Ok(b"abc".to_vec()), "{kind:?}");
    }
}

/// Breaks count since anything came: a large file may be interrupted as often as it takes.
#[tokio::test]
async fn a_download_that_continues_between_breaks_outlasts_many() {
    const CONTENT: &str = "abcdefgh";
    for kind in KINDS {
        let stub = Stub::start(|_, request| match request.method.as_str() {
            "PROPFIND" => looked_at_bytes(CONTENT.len()),
            _ => one_letter(CONTENT, request),
        });
        assert_eq!(content(&*open(kind, &stub)).await, Ok(CONTENT.as_bytes().to_vec()), "{kind:?}");
        let asked = stub.seen().iter().filter(|request| request.method == "GET").count();
        assert_eq!(asked, CONTENT.len(), "{kind:?}: it broke after each letter but the last");
    }
}

#[tokio::test]
async fn a_file_that_changed_during_a_download_is_not_combined() {
    for kind in KINDS {
        let replaced = Stub::start(|n, _| if n == 0 { beginning() } else { Reply::status(412) });
        assert_eq!(trouble_of(content(&*open(kind, &replaced)).await), Some(ItemError::Changed), "{kind:?}");
        // It does not know parts, and sends the whole again, of which nothing may be taken.
        let again = || Reply::body(200, "xyz").with("etag", "\"e\"");
        let whole = Stub::start(move |n, _| if n == 0 { beginning() } else { again() });
        let mut reader = open(kind, &whole).read(&path("a")).await.map_err(|error| format!("{error:?}")).unwrap();
        assert_eq!(reader.next().await, Ok(Some("ab".into())), "{kind:?}");
        let error = reader.next().await.expect_err("no more");
        assert!(
            !format!("{error:?}").contains("Changed"),
            "{kind:?}: it is the same version, and broke off: {error:?}"
        );
        let another = || Reply::body(200, "xyz").with("etag", "\"f\"");
        let whole = Stub::start(move |n, _| if n == 0 { beginning() } else { another() });
        let error = content(&*open(kind, &whole)).await.expect_err("no part");
        let expected = if kind == EndpointKind::Webdav { "Changed" } else { "PEER-NONSENSE" };
        assert!(format!("{error:?}").contains(expected), "{kind:?}: {error:?}");
        let no_etag = Stub::start(|_, request| match request.method.as_str() {
            "PROPFIND" => Reply::body(
                207,
                "<multistatus xmlns=\"DAV:\"><response><href>/team/data/a</href><propstat><prop>\
                 <getcontentlength>3</getcontentlength></prop></propstat></response></multistatus>",
            ),
            _ => Reply::body(200, "ab").with("content-length", "3"),
        });
        assert_eq!(trouble_of(content(&*open(kind, &no_etag)).await), Some(ItemError::Other), "{kind:?}");
    }
}

#[tokio::test]
async fn a_webdav_file_that_changes_while_it_is_read_is_seen() {
    let stub = Stub::start(|_, request| match request.method.as_str() {
        "PROPFIND" => looked_at(),
        _ => Reply::body(200, "old").with("etag", "\"before\""),
    });
    assert_eq!(trouble_of(content(&*open(EndpointKind::Webdav, &stub)).await), Some(ItemError::Changed));
}

/// The MOVE was carried out, but its answer was lost.
#[tokio::test]
async fn a_move_whose_answer_is_lost_is_found_done() {
    let stub = Stub::start(|_, request| match request.method.as_str() {
        "MOVE" => Reply::Raw(Vec::new()),
        "PROPFIND" => looked_at(),
        _ => Reply::status(201),
    });
    let answers = Stub::start(move |n, request| match (request.method.as_str(), n) {
        ("MOVE", 1) => Reply::Raw(Vec::new()),
        ("MOVE", _) => Reply::status(404),
        ("PROPFIND", _) => looked_at(),
        _ => Reply::status(201),
    });
    assert_eq!(
        write(&*open(EndpointKind::Webdav, &answers), &path("a"), 3, 1).await.map(|facts| facts.size),
        Ok(Some(3))
    );
    assert!(write(&*open(EndpointKind::Webdav, &stub), &path("a"), 3, 1).await.is_err(), "nobody knows");
    let asked: Vec<_> = stub.seen().into_iter().map(|request| request.method).collect();
    assert_eq!(asked, ["PUT", "MOVE", "MOVE", "MOVE", "MOVE", "DELETE"], "and it is tidied up");
}

/// The same where a file is replaced: only another version than before proves that it was done.
#[tokio::test]
async fn a_replacing_move_whose_answer_is_lost_is_found_done() {
    let known = |etag: &str| {
        Reply::body(
            207,
            format!(
                "<multistatus xmlns=\"DAV:\"><response><href>/team/data/a</href><propstat><prop><getcontentlength>3\
                 </getcontentlength><getetag>\"{etag}\"</getetag></prop></propstat></response></multistatus>"
            ),
        )
    };
    for (after, expected) in [("new", Ok(())), ("old", Err(Some(ItemError::Other)))] {
        // PUT, a MOVE that must not overwrite, a look, a MOVE that may, the same again, a look.
        let stub = Stub::start(move |n, request| match (request.method.as_str(), n) {
            ("MOVE", 1) => Reply::status(412),
            ("MOVE", 3) => Reply::Raw(Vec::new()),
            ("MOVE", _) => Reply::status(404),
            ("PROPFIND", 2) => known("old"),
            ("PROPFIND", _) => known(after),
            _ => Reply::status(201),
        });
        let written = write(&*open(EndpointKind::Webdav, &stub), &path("a"), 3, 1).await;
        assert_eq!(written.map(|_facts| ()).map_err(|error| trouble_of(Err::<(), _>(error))), expected, "{after}");
        let asked = stub.seen().into_iter().filter(|request| request.method == "MOVE");
        let overwrite: Vec<_> = asked.map(|request| request.header("overwrite").map(str::to_owned)).collect();
        assert_eq!(overwrite, ["F", "T", "T"].map(|may| Some(may.to_owned())), "{after}");
    }
}

#[tokio::test]
async fn parts_of_an_upload_are_sent_again_and_removed_if_it_fails() {
    let answer = |request: &Request, part: Reply| match (request.method.as_str(), request.path.split_once('?')) {
        ("POST", Some((_, "uploads=" | "uploads"))) => {
            Reply::body(200, "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>")
        }
        ("POST", _) => {
            Reply::body(200, "<CompleteMultipartUploadResult><ETag>\"w\"</ETag></CompleteMultipartUploadResult>")
        }
        ("PUT", _) => part,
        _ => Reply::status(204),
    };
    let good = || Reply::status(200).with("etag", "\"p\"");
    let stub = Stub::start(move |n, request| answer(request, if n == 1 { Reply::status(503) } else { good() }));
    let stored = write(&*open(EndpointKind::S3, &stub), &path("a"), 11 * MIB, 1).await.expect("an object");
    assert_eq!((stored.size, stored.etag.as_deref()), (Some(11 * MIB), Some("w")));
    let sizes: Vec<_> =
        stub.seen().iter().filter(|part| part.method == "PUT").map(|part| part.body.len() as u64).collect();
    assert_eq!(sizes, [5 * MIB, 5 * MIB, 5 * MIB, MIB], "the first one twice");

    let broken = Stub::start(move |n, request| answer(request, if n == 1 { good() } else { Reply::status(403) }));
    assert_eq!(
        trouble_of(write(&*open(EndpointKind::S3, &broken), &path("a"), 11 * MIB, 1).await),
        Some(ItemError::Denied)
    );
    assert_eq!(broken.seen().last().map(|request| request.method.clone()), Some("DELETE".to_owned()));
}
