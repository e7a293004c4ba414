//! SIGTERM: what was begun is brought to its end.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use super::{Console, Serving, own, said};
use crate::database::both_databases;
use crate::visitor::Visitor;
use crate::wait::{until, wait_until};

const PASSWORD: &str = "a phrase that is long enough";

/// A hole, but copied in full: long enough that the run is still going on.
const LARGE_BYTES: u64 = 8 << 30;

async fn signed_in(console: &Console, portal: &Serving) -> Visitor {
    let ada = ["user", "add", "ada", "--collection", "Administrator", "--all"];
    said(console.command(&ada), PASSWORD).worked();
    let visitor = portal.visitor();
    visitor.open("/").await.expect(200);
    visitor.submit("/sign-in", &[("name", "ada"), ("password", PASSWORD)]).await.expect(303);
    visitor
}

/// Whether nobody listens there any more.
fn is_closed(address: &str) -> bool {
    TcpStream::connect(address).is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
}

both_databases! {
    /// A request whose body is still on its way gets its answer; nobody else is let in meanwhile.
    async fn requests_in_order(console: Console) {
        let mut portal = Serving::start(console.command(&["serve", "--listen=127.0.0.1:0"]), "listens on ");
        let address = portal.base.trim_start_matches("http://").to_owned();
        let mut request = TcpStream::connect(&address).expect("the portal listens");
        let head = "POST /sign-in HTTP/1.1\r\nhost: desk\r\ncontent-type: application/x-www-form-urlencoded\r\n\
                    content-length: 8\r\nconnection: close\r\n\r\nname";
        request.write_all(head.as_bytes()).expect("it is sent");
        // Its worker has it: another request on the same connection would have to wait.
        portal.visitor().get("/health").await.expect(200);
        portal.terminate();
        wait_until("the port to be closed", || is_closed(&address).then_some(()));
        assert!(portal.child.try_wait().expect("a child can be asked").is_none(), "it waits for what was begun");
        request.write_all(b"=ada").expect("it is sent");
        let mut answer = String::new();
        request.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 303 ") && answer.contains("location: /setup"), "{answer}");
        assert_eq!(portal.ended(), Some(0));
    }

    /// A live log that is being read ends with a whole page; the run ends as shut down, and is tried again later.
    async fn runs_and_live_logs(console: Console) {
        let mut portal = Serving::start(console.command(&["serve", "--listen=127.0.0.1:0"]), "listens on ");
        let ada = signed_in(&console, &portal).await;
        let root = console.data().join("files/General");
        let (source, destination) = (root.join("in"), root.join("out"));
        for folder in [&source, &destination] {
            fs::create_dir_all(folder).expect("a folder");
            own(folder);
        }
        File::create(source.join("large.bin")).and_then(|file| file.set_len(LARGE_BYTES)).expect("a large file");
        let (from, to) = (source.display().to_string(), destination.display().to_string());
        ada.get("/systems/new?kind=files").await.expect(200);
        let fields = [("name", "Large"), ("settings.source_path", from.as_str()), ("settings.destination_path", to.as_str())];
        let page = ada.submit("/systems/new", &fields).await.expect(303).location().to_owned();
        ada.open(&page).await.expect(200);
        ada.submit(&format!("{page}/synchronize"), &[]).await.expect(303);
        until("the run to copy", async || {
            fs::read_dir(&destination).expect("a folder").next().map(|_file| ())
        }).await;

        let address = portal.base.trim_start_matches("http://");
        let mut live = TcpStream::connect(address).expect("the portal listens");
        let cookie = ada.cookie("syncdesk").expect("a session");
        let request = format!("GET {page}/runs/1/live HTTP/1.1\r\nhost: desk\r\ncookie: syncdesk={cookie}\r\n\r\n");
        live.write_all(request.as_bytes()).expect("it is sent");
        let mut read = vec![0; 1 << 16];
        let mut page = String::new();
        while !page.contains("<tbody>") {
            let bytes = live.read(&mut read).expect("the head of the page");
            page.push_str(&String::from_utf8_lossy(&read[..bytes]));
        }
        portal.terminate();
        live.read_to_string(&mut page).expect("the rest of the page");
        assert!(page.contains("</html>") && page.ends_with("\r\n0\r\n\r\n"), "the page is whole: {page}");
        assert_eq!(portal.ended(), Some(0));
        let kept = console.database.connect().texts(
            "SELECT no || ' ' || state || ' ' || coalesce(end_reason, '-') || ' ' || trigger AS value FROM runs ORDER BY no",
        );
        assert_eq!(kept, ["1 ended shut_down manual", "2 queued - retry"]);
        let left: Vec<_> = fs::read_dir(&destination).expect("a folder").flatten().map(|file| file.file_name()).collect();
        assert!(!left.contains(&"large.bin".into()), "nothing incomplete under its name: {left:?}");
    }

    async fn a_worker_alone(console: Console) {
        let mut worker = Serving::start(console.command(&["work"]), "Syncdesk works.");
        worker.terminate();
        assert_eq!(worker.ended(), Some(0));
    }
}
