//! Between the program and Postgres: it passes everything on, unless a test lets it lose something.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// What the server says when it has committed.
const COMMITTED: &[u8] = b"C\0\0\0\x0bCOMMIT\0";

/// Listens on its own port until this is dropped.
pub struct Relay {
    port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    server: u16,
    is_over: AtomicBool,
    is_away: AtomicBool,
    /// The confirmation of each second commit does not arrive.
    loses: AtomicBool,
    commits: AtomicUsize,
    lost: AtomicUsize,
    refused: AtomicUsize,
    open: Mutex<Vec<TcpStream>>,
}

impl Relay {
    /// In front of the server of this address.
    pub fn to(url: &str) -> Self {
        let server = url.rsplit_once(':').and_then(|(_, rest)| rest.split_once('/')).expect("a port").0;
        let state = Arc::new(State { server: server.parse().expect("a number"), ..State::default() });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let shared = state.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if shared.is_over.load(Ordering::SeqCst) {
                    break;
                }
                shared.accept(&client);
            }
        });
        Self { port, state }
    }

    /// The address by which the database is reached through it.
    pub fn url(&self, direct: &str) -> String {
        direct.replace(&format!(":{}/", self.state.server), &format!(":{}/", self.port))
    }

    /// All connections end, and no new one is taken.
    pub fn go_away(&self) {
        self.state.is_away.store(true, Ordering::SeqCst);
        for stream in self.state.open.lock().expect("no panic").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    pub fn come_back(&self) {
        self.state.is_away.store(false, Ordering::SeqCst);
    }

    /// How many connections were refused.
    pub fn refused(&self) -> usize {
        self.state.refused.load(Ordering::SeqCst)
    }

    /// From now on the confirmation of each second commit is lost, with its connection.
    pub fn loses_commits(&self, loses: bool) {
        self.state.loses.store(loses, Ordering::SeqCst);
    }

    /// How many were lost.
    pub fn lost(&self) -> usize {
        self.state.lost.load(Ordering::SeqCst)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.state.is_over.store(true, Ordering::SeqCst);
        self.go_away();
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

impl State {
    fn accept(self: &Arc<Self>, client: &TcpStream) {
        let mut open = self.open.lock().expect("no panic");
        if self.is_away.load(Ordering::SeqCst) {
            self.refused.fetch_add(1, Ordering::SeqCst);
            let _ = client.shutdown(Shutdown::Both);
            return;
        }
        let server = TcpStream::connect((Ipv4Addr::LOCALHOST, self.server)).expect("Postgres listens");
        let twin = |stream: &TcpStream| stream.try_clone().expect("a second handle");
        open.extend([twin(client), twin(&server)]);
        let (from, to) = (twin(client), twin(&server));
        thread::spawn(move || pass_on(from, to, |_bytes| true));
        let (from, to, state) = (server, twin(client), self.clone());
        thread::spawn(move || pass_on(from, to, move |bytes| !state.is_lost(bytes)));
    }

    fn is_lost(&self, bytes: &[u8]) -> bool {
        let commits = bytes.windows(COMMITTED.len()).any(|window| window == COMMITTED);
        let lost = commits
            && self.loses.load(Ordering::SeqCst)
            && self.commits.fetch_add(1, Ordering::SeqCst).is_multiple_of(2);
        self.lost.fetch_add(usize::from(lost), Ordering::SeqCst);
        lost
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, passes: impl Fn(&[u8]) -> bool) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        if !passes(&buffer[..n]) || to.write_all(&buffer[..n]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
