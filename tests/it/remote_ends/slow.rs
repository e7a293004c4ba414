//! Services that send a few bytes now and then: each sign of life comes in time, and yet nothing moves.
//!
//! They end after ten seconds, so that a test fails where nobody gives up on them.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use bytes::Bytes;
use reqwest::{Method, Request};
use syncdesk::domain::run::{PeerFailure, Stage};
use syncdesk::net::Patience;
use syncdesk::net::body::Body;
use syncdesk::net::client::{Answer, Outgoing};
use syncdesk::sync::connectors::files::endpoint::{EndpointError, ItemError};
use syncdesk::sync::connectors::files::path::ItemPath;
use syncdesk::sync::connectors::files::settings::EndpointKind;

use super::faults::{KINDS, open, whole};
use super::{net, path, trouble_of};
use crate::stub::{Reply, Stub};
use crate::wait::pause;

const SLOW: (&str, Stage, bool) = ("PEER-SLOW", Stage::Protocol, true);

async fn send(method: Method, url: &str, body: Outgoing) -> Result<Answer, PeerFailure> {
    let impatient = Patience { idle: Duration::from_millis(300), ..net().patience() };
    net().patient(impatient).client()?.send(Request::new(method, url.parse().expect("an address")), body).await
}

async fn get(stub: &Stub) -> Result<Answer, PeerFailure> {
    send(Method::GET, &stub.url("/"), Outgoing::Nothing).await
}

fn told<T: std::fmt::Debug>(result: Result<T, PeerFailure>) -> (&'static str, Stage, bool) {
    let failure = result.expect_err("it is slow");
    (failure.code, failure.stage, failure.transient)
}

fn head(status: u16) -> String {
    format!("HTTP/1.1 {status} Stub\r\nconnection: close\r\n\r\n")
}

#[tokio::test]
async fn the_head_of_an_answer() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    let hints = Stub::start(|_, _| Reply::dripping("", "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n", answer));
    assert_eq!(told(get(&hints).await), SLOW, "interim answers do not count");
    let headers = Stub::start(|_, _| Reply::dripping("HTTP/1.1 200 OK\r\nx: ", "a", "\r\ncontent-length: 0\r\n\r\n"));
    assert_eq!(told(get(&headers).await), SLOW);
}

#[tokio::test]
async fn the_body_of_an_answer() {
    let stub = Stub::start(|_, _| Reply::dripping(head(200), "x", ""));
    assert_eq!(told(get(&stub).await.expect("a head").short().await), SLOW);
    let body = Body::of(get(&stub).await.expect("a head"), 1_000, 1_000).expect("no coding");
    assert_eq!(told(body.whole().await), SLOW);
}

/// It is only quoted, so that its beginning is enough.
#[tokio::test]
async fn the_body_of_a_refusal() {
    let stub = Stub::start(|_, _| Reply::dripping(head(500) + "<b>No", "!", ""));
    let words = get(&stub).await.expect("a head").words(100).await;
    assert!(words.starts_with("<b>No") && words.len() < 20, "{words}");
    let mut body = Body::of(get(&stub).await.expect("a head"), 1_000, 1_000).expect("no coding");
    let words = body.words().await;
    assert!(words.starts_with("<b>No") && words.len() < 20, "{words}");
    for kind in KINDS {
        let refused = Stub::start(|_, _| Reply::dripping(head(400) + "No", "!", ""));
        let Err(EndpointError::Item { words, .. }) = open(kind, &refused).read(&path("a")).await.map(|_reader| ())
        else {
            panic!("{kind:?}")
        };
        assert!(words.contains("No!") && words.len() < 40, "{kind:?}: {words}");
    }
}

#[tokio::test]
async fn a_listing() {
    for kind in KINDS {
        let status = if kind == EndpointKind::Webdav { 207 } else { 200 };
        let stub = Stub::start(move |_, _| Reply::dripping(head(status), " ", ""));
        assert_eq!(whole(open(kind, &stub).list(&ItemPath::root()).await), SLOW, "{kind:?}");
    }
}

#[tokio::test]
async fn what_confirms_a_change() {
    let stub = Stub::start(|_, request| match request.method.as_str() {
        "DELETE" => {
            let refused =
                "<response><href>/team/data/a</href><status>HTTP/1.1 403 No</status></response></multistatus>";
            Reply::dripping(head(207) + "<multistatus xmlns=\"DAV:\">", " ", refused)
        }
        _ => Reply::body(
            207,
            "<multistatus xmlns=\"DAV:\"><response><href>/team/data/a</href><propstat><prop><getcontentlength>1\
             </getcontentlength></prop></propstat></response></multistatus>",
        ),
    });
    let deleted = open(EndpointKind::Webdav, &stub).delete_file(&path("a")).await;
    assert_eq!(trouble_of(deleted), Some(ItemError::Other), "nothing confirms it");
}

/// A file that stalls is read on a few times, and not for as long as each attempt brings a byte.
#[tokio::test]
async fn a_file() {
    for kind in KINDS {
        let stub = Stub::start(|n, request| {
            let from: usize = request.header("range").map_or(0, |range| range[6..range.len() - 1].parse().unwrap());
            let range = format!("content-range: bytes {from}-999/1000\r\ncontent-length: {}\r\n", 1_000 - from);
            let status = if from == 0 { 200 } else { 206 };
            let head = format!("HTTP/1.1 {status} Stub\r\netag: \"e\"\r\n{range}connection: close\r\n\r\n");
            if n < 10 { Reply::dripping(head, "x", "") } else { Reply::Raw((head + &"x".repeat(1_000 - from)).into()) }
        });
        let mut reader = open(kind, &stub).read(&path("a")).await.map_err(|error| format!("{error:?}")).unwrap();
        let ended = loop {
            match reader.next().await {
                Ok(Some(_piece)) => {}
                ended => break ended,
            }
        };
        assert_eq!(whole(ended), SLOW, "{kind:?}");
    }
}

/// Uploads too: the service reads what it is sent a byte at a time.
#[tokio::test]
async fn a_service_that_hardly_reads() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("bound"));
    std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().expect("a connection");
        for _ in 0..1_000 {
            pause();
            if connection.read(&mut [0]).is_err() {
                return;
            }
        }
        let _ = std::io::copy(&mut (&mut connection).take(63 << 20), &mut std::io::sink());
        let _ = connection.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n");
    });
    let pieces = std::iter::repeat_n(Bytes::from(vec![7_u8; 1 << 20]), 64);
    let pieces = Box::pin(futures_util::stream::iter(pieces.map(Ok)));
    assert_eq!(told(send(Method::PUT, &url, Outgoing::Streamed(pieces, Some(64 << 20))).await), SLOW);
}
