//! Heads of pages: what monitors and link checkers ask for, and clients that know no chunks.

use std::sync::Arc;

use reqwest::Method;
use syncdesk::clock::SystemClock;
use syncdesk::web::routes::{self, ROUTES};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::database::{Database, Fixture, both_databases};
use crate::desk::Desk;

/// A queued run is never carried out: its live log has no end.
struct Idle(Desk);

impl Fixture for Idle {
    async fn on(database: Database) -> Self {
        Self(Desk::with(database, &["--live-log-readers=1"], Arc::new(SystemClock)).await)
    }
}

both_databases! {
    /// Whatever can be read has a head, which says the same and ends at once.
    async fn whatever_can_be_read_has_a_head(idle: Idle) {
        let Idle(desk) = idle;
        let (tree, ada) = (desk.files_system("Finance", "Reports").await, desk.as_("ada").await);
        desk.request_run(&ada, &tree).await;
        for row in ROUTES.iter().filter(|row| row.method == routes::Method::Get) {
            let path = row.path.replace("{system}", &tree.key).replace("{run}", "1").replace("{check}", "1");
            let path = path.replace("{page}", "files").replace("{code}", "FILE-GONE").replace("{template}", "Auditor");
            let head = ada.send(Method::HEAD, &path, &[], None).await;
            assert_eq!(head.body, "", "{path}");
            if path.ends_with("/live") {
                assert_eq!(head.status, 200, "twice, though one may read at a time");
                ada.send(Method::HEAD, &path, &[], None).await.expect(200);
                continue;
            }
            let page = ada.get(&path).await;
            assert_eq!(head.status, page.status, "{path}");
            for name in ["content-type", "location", "refresh", "cache-control", "content-security-policy"] {
                assert_eq!(head.header(name), page.header(name), "{name} of {path}");
            }
        }
        let changes = ada.send(Method::HEAD, &format!("{}/synchronize", tree.page()), &[], None).await;
        assert_eq!(changes.status, 404, "what changes something has none");
    }

    /// HTTP/1.0: the end of the connection is the end of the page, packed or not.
    async fn who_knows_no_chunks_gets_none(desk: Desk) {
        let host = desk.base.trim_start_matches("http://");
        for coding in ["identity", "gzip"] {
            let mut stream = TcpStream::connect(host).await.expect("the portal listens");
            let request = format!("GET /sign-in HTTP/1.0\r\nHost: {host}\r\nAccept-Encoding: {coding}\r\n\r\n");
            stream.write_all(request.as_bytes()).await.expect("it is sent");
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await.expect("the connection ends");
            let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
            let (head, body) = (String::from_utf8_lossy(&answer[..end]).to_lowercase(), &answer[end..]);
            assert!(!head.contains("transfer-encoding"), "{head}");
            assert_eq!(head.contains("content-encoding: gzip"), coding == "gzip", "{head}");
            let begin: &[u8] = if coding == "gzip" { b"\x1f\x8b" } else { b"<!DOCTYPE html>" };
            assert!(body.starts_with(begin), "{coding}");
        }
    }
}
