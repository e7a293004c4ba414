//! SIGTERM: what was begun is brought to its end. (Runs: `processes::end`.)

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use crate::database::both_databases;
use crate::program::Home;
use crate::wait::wait_until;

/// Whether the port is closed.
fn is_closed(address: &str) -> bool {
    TcpStream::connect(address).is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
}

both_databases! {
    /// A request whose body is still on its way gets its response; new connections are refused.
    async fn requests_in_order(console: Home) {
        let mut portal = console.serve(&[]);
        let address = portal.base.trim_start_matches("http://").to_owned();
        let mut request = TcpStream::connect(&address).expect("the portal listens");
        let head = "POST /sign-in HTTP/1.1\r\nhost: desk\r\ncontent-type: application/x-www-form-urlencoded\r\n\
                    content-length: 8\r\nconnection: close\r\nexpect: 100-continue\r\n\r\n";
        request.write_all(head.as_bytes()).expect("it is sent");
        // The portal has read the head when it asks for the body.
        let mut goes_on = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
        request.read_exact(&mut goes_on).expect("it goes on");
        assert!(goes_on.starts_with(b"HTTP/1.1 100 "), "{}", String::from_utf8_lossy(&goes_on));
        request.write_all(b"name").expect("it is sent");
        portal.terminate();
        wait_until("the port to be closed", || is_closed(&address).then_some(()));
        assert!(portal.is_running(), "it waits for what was begun");
        request.write_all(b"=ada").expect("it is sent");
        let mut answer = String::new();
        request.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 303 ") && answer.contains("location: /setup"), "{answer}");
        assert_eq!(portal.ended(), Some(0));
    }

    /// `syncdesk work` runs without the portal.
    async fn a_worker_alone(console: Home) {
        let mut worker = console.work(&[]);
        worker.terminate();
        assert_eq!(worker.ended(), Some(0));
    }
}
