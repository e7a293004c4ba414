//! What people who have not signed in can use up, or learn: next to nothing. Against the real program.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};

use crate::database::{Database, Fixture, TestDatabase, both_databases};
use crate::desk::Desk;
use crate::program::{Home, Process, said};
use crate::visitor::Visitor;
use crate::wait::{PATIENCE, until, wait_until};

const PASSWORD: &str = "a phrase that is long enough";

/// A portal with Ada, whose log is in a file.
struct Served {
    process: Process,
    // Dropped last: the program must end before its home goes.
    home: Home,
}

const LOG: &str = "stderr.log";

impl Served {
    fn new(database: Database, settings: &[&str]) -> Self {
        let home = Home::new(TestDatabase::on(database));
        let ada = ["user", "add", "ada", "--collection", "Administrator", "--all"];
        said(home.command(&ada), PASSWORD).worked();
        let args = [&["serve", "--listen=127.0.0.1:0", "--workers=0"], settings].concat();
        let script = format!("exec \"$@\" 2>{LOG}");
        let process = home.process(&home.command(&args), &["sh", "-c", &script, "sh"], "listens on ");
        Self { process, home }
    }

    /// The log, once the program has ended in order.
    fn log(mut self) -> String {
        self.process.terminate();
        assert_eq!(self.process.ended(), Some(0));
        fs::read_to_string(self.home.path.join(LOG)).expect("its log")
    }

    fn connection(&self) -> TcpStream {
        TcpStream::connect(self.process.base.trim_start_matches("http://")).expect("it listens")
    }

    fn raw(&self, request: &[u8]) -> String {
        let mut connection = self.connection();
        connection.write_all(request).expect("it is sent");
        let mut answer = String::new();
        // It may close before it has read all.
        let _ = connection.read_to_string(&mut answer);
        answer
    }
}

/// Behind a proxy, so that strangers have addresses.
struct Behind(Served);

impl Fixture for Behind {
    async fn on(database: Database) -> Self {
        Self(Served::new(database, &["--trusted-proxies=127.0.0.1"]))
    }
}

async fn guess(visitor: &Visitor, number: u32) -> u16 {
    let name = format!("person{number}");
    visitor.post_form("/sign-in", &[("name", &name), ("password", "a guess, and wrong")]).await.status
}

/// Failed sign-ins of the measurement, and the addresses that they come from: of each, thirty and some are verified.
const ATTEMPTS: u32 = 10_000;
const ADDRESSES: u32 = 12;

both_databases! {
    /// After 10,000 failed sign-ins from 12 addresses memory is within 10 MiB of what it was after two.
    async fn ten_thousand_failed_sign_ins_leave_no_memory_behind(behind: Behind) {
        let Behind(served) = behind;
        let stranger = served.process.visitor();
        stranger.get("/sign-in").await.expect(200);
        for number in 0..2 {
            assert_eq!(guess(&stranger.clone().from("198.51.100.1"), number).await, 422);
        }
        let after_two = served.process.memory("VmRSS:");
        let guesses = stream::iter(0..ATTEMPTS).map(|number| {
            let visitor = stranger.clone().from(&format!("192.0.2.{}", number % ADDRESSES));
            async move { guess(&visitor, number).await }
        });
        let statuses: Vec<u16> = guesses.buffer_unordered(8).collect().await;
        let verified = statuses.iter().filter(|status| **status == 422).count();
        assert!(statuses.iter().all(|status| [422, 429].contains(status)));
        assert!(verified >= 30 * usize::try_from(ADDRESSES).expect("small"), "{verified} were verified");
        let grown = served.process.memory("VmRSS:") - after_two;
        assert!(grown < 10 * 1024, "{after_two} KiB after two, {grown} KiB more after {ATTEMPTS}, {verified} verified");
    }
}

/// Malformed requests are counted, and logged once a minute.
#[tokio::test]
async fn malformed_requests_are_counted_and_not_logged_one_by_one() {
    let served = Served::new(Database::Sqlite, &[]);
    for _ in 0..200 {
        let answer = served.raw(b"NONSENSE \x1b[2J\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }
    let large = format!("GET / HTTP/1.1\r\nhost: desk\r\nx: {}\r\n\r\n", "x".repeat(200_000));
    served.raw(large.as_bytes());
    served.process.visitor().get("/sign-in").await.expect(200);
    let log = served.log();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("malformed request")).collect();
    let counted = lines.iter().map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = words.iter().position(|word| *word == "malformed").expect("the word");
        words[at - 1].parse::<u32>().expect("a number")
    });
    assert_eq!(counted.sum::<u32>(), 201, "{log}");
    assert!(lines.iter().all(|line| line.contains("from 127.0.0.1 (")), "{log}");
    // One line a minute, however long the test takes.
    assert!(lines.len() <= 10 && !log.contains("ERROR") && !log.contains('\u{1b}'), "{log}");
}

/// Invalid cookies are not logged.
#[tokio::test]
async fn cookies_that_are_not_valid_are_not_logged() {
    let served = Served::new(Database::Sqlite, &[]);
    for _ in 0..20 {
        let stranger = served.process.visitor();
        stranger.set_cookie("syncdesk", &"A".repeat(100));
        stranger.get("/sign-in").await.expect(200);
    }
    let log = served.log();
    assert!(!log.contains("actix_session") && !log.contains("WARN"), "{log}");
}

/// Sends as much as is taken, and reads nothing.
fn send_without_reading(served: &Served, connections: usize, bytes: &[u8]) -> Vec<TcpStream> {
    let send = |_number| {
        let mut connection = served.connection();
        connection.set_write_timeout(Some(Duration::from_millis(20))).expect("a limit");
        let _ = connection.write_all(bytes);
        connection
    };
    (0..connections).map(send).collect()
}

/// What the process uses in addition, in KiB, while it does this.
async fn grown(served: &Served, does: impl FnOnce() -> Vec<TcpStream>) -> i64 {
    served.process.visitor().get("/sign-in").await.expect(200);
    served.process.forget_peak();
    let before = served.process.memory("VmHWM:");
    let open = does();
    // Others are served all the time.
    for _ in 0..20 {
        served.process.visitor().get("/sign-in").await.expect(200);
    }
    let grown = served.process.memory("VmHWM:") - before;
    drop(open);
    println!("{before} KiB, {grown} KiB more");
    grown
}

#[tokio::test]
async fn answers_that_nobody_reads_use_little_memory() {
    let served = Served::new(Database::Sqlite, &[]);
    for path in ["/static/app.css", "/sign-in", "/"] {
        let request = format!("GET {path} HTTP/1.1\r\nhost: desk\r\n\r\n");
        let more = grown(&served, || send_without_reading(&served, 50, request.repeat(9_000).as_bytes())).await;
        assert!(more < 30 * 1024, "{path}: {more} KiB more");
    }
}

#[tokio::test]
async fn heads_without_end_use_little_memory() {
    let served = Served::new(Database::Sqlite, &[]);
    let head = format!("GET /sign-in HTTP/1.1\r\nhost: desk\r\nx: {}", "x".repeat(60_000));
    let more = grown(&served, || send_without_reading(&served, 450, head.as_bytes())).await;
    // About as many as one place may have.
    assert!(more < 40 * 1024, "{more} KiB more");
}

/// One at a time, and in order, also those with a body.
#[tokio::test]
async fn requests_that_follow_each_other_at_once_are_all_answered() {
    let served = Served::new(Database::Sqlite, &[]);
    let form = "host: desk\r\ncontent-type: application/x-www-form-urlencoded";
    let requests = [
        ("GET /static/app.css HTTP/1.1\r\nhost: desk\r\n\r\n".to_owned(), "HTTP/1.1 200 OK", "text/css"),
        ("GET / HTTP/1.1\r\nhost: desk\r\n\r\n".to_owned(), "HTTP/1.1 303 See Other", ""),
        (format!("POST /sign-in HTTP/1.1\r\n{form}\r\ncontent-length: 6\r\n\r\nname=x"), "HTTP/1.1 403", "text/html"),
        ("GET /nowhere HTTP/1.1\r\nhost: desk\r\n\r\n".to_owned(), "HTTP/1.1 404", "text/html"),
        (
            format!("POST /sign-in HTTP/1.1\r\n{form}\r\ntransfer-encoding: chunked\r\n\r\n6\r\nname=x\r\n0\r\n\r\n"),
            "HTTP/1.1 403",
            "text/html",
        ),
        ("GET /sign-in HTTP/1.1\r\nhost: desk\r\n\r\n".to_owned(), "HTTP/1.1 200 OK", "text/html"),
    ];
    let round: String = requests.iter().map(|(request, ..)| request.as_str()).collect();
    let sent = round.repeat(50) + "GET /health HTTP/1.1\r\nhost: desk\r\nconnection: close\r\n\r\n";
    let mut connection = served.connection();
    let mut sender = connection.try_clone().expect("a second handle");
    let sending = std::thread::spawn(move || sender.write_all(sent.as_bytes()));
    let mut answers = String::new();
    connection.read_to_string(&mut answers).expect("all answers");
    sending.join().expect("no panic").expect("all is sent");
    let mut heads = answers.split("HTTP/1.1 ").skip(1);
    for (number, (request, status, kind)) in std::iter::repeat_n(&requests, 50).flatten().enumerate() {
        let head = heads.next().unwrap_or_else(|| panic!("no answer to request {number}"));
        let head = head.split("\r\n\r\n").next().expect("a head");
        let fits = format!("HTTP/1.1 {head}").starts_with(status) && head.contains(kind);
        assert!(fits, "request {number}: {request}\n{head}");
    }
    assert!(heads.next().is_some_and(|head| head.starts_with("200 ")), "the last one");
    assert!(heads.next().is_none(), "no other");
}

/// The head of a later request of a connection has no more time than the first one.
#[tokio::test]
async fn a_head_that_does_not_end_ends_the_connection() {
    let served = Served::new(Database::Sqlite, &[]);
    let good = "GET /health HTTP/1.1\r\nhost: desk\r\n\r\n";
    let form = "host: desk\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 6";
    let post = format!("POST /sign-in HTTP/1.1\r\n{form}\r\n\r\nname=x");
    for (requests, answers) in [(String::new(), 0), (good.to_owned(), 1), (good.repeat(3), 3), (post, 1)] {
        let mut connection = served.connection();
        connection.set_read_timeout(Some(PATIENCE)).expect("a limit");
        connection.write_all(format!("{requests}GET /health HTTP/1.1\r\nx: ").as_bytes()).expect("it is sent");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).expect("the connection ends");
        let heads = answer.split("HTTP/1.1 ").skip(1).filter(|head| !head.starts_with("408 "));
        assert_eq!(heads.count(), answers, "{answer}");
    }
}

/// Of one address; others are served.
#[tokio::test]
async fn one_place_has_its_share_of_the_connections() {
    let served = Served::new(Database::Sqlite, &[]);
    let ask = |mut connection: TcpStream| {
        connection.set_read_timeout(Some(PATIENCE)).expect("a limit");
        let _ = connection.write_all(b"GET /health HTTP/1.1\r\nhost: desk\r\nconnection: close\r\n\r\n");
        let mut answer = String::new();
        let _ = connection.read_to_string(&mut answer);
        answer
    };
    let other = async || {
        let other = tokio::net::TcpSocket::new_v4().expect("a socket");
        other.bind("127.0.0.2:0".parse().expect("an address")).expect("all of 127.0.0.0/8 is this machine");
        let address = served.process.base.trim_start_matches("http://").parse().expect("an address");
        let other = other.connect(address).await.and_then(tokio::net::TcpStream::into_std).expect("it listens");
        other.set_nonblocking(false).expect("it can wait");
        other
    };
    // They are closed after ten seconds without a head, which a busy machine may need to open all of them.
    let held = until("a refusal", async || {
        let held: Vec<TcpStream> = (0..500).map(|_| served.connection()).collect();
        let refused = ask(served.connection());
        assert!(ask(other().await).starts_with("HTTP/1.1 200 "), "others are served");
        refused.is_empty().then_some(held)
    })
    .await;
    drop(held);
    wait_until("a free connection", || ask(served.connection()).starts_with("HTTP/1.1 200 ").then_some(()));
}

/// L6: a Postgres elsewhere without a verified certificate, and a portal that others reach without https, are
/// warned about in the log.
#[tokio::test]
async fn dangerous_settings_are_in_the_log() {
    let log = Served::new(Database::Sqlite, &["--public-url=http://desk.example.org"]).log();
    assert!(log.contains("People use http://desk.example.org without encryption"), "{log}");
    for fine in [&[][..], &["--public-url=https://desk.example.org"], &["--public-url=http://localhost:8080"]] {
        let log = Served::new(Database::Sqlite, fine).log();
        assert!(!log.contains("without encryption"), "{fine:?}: {log}");
    }
}

both_databases! {
    /// A form of a stranger is small; that of somebody who is signed in may be large.
    async fn a_large_body_is_refused_before_signing_in(desk: Desk) {
        let stranger = desk.nobody();
        stranger.get("/sign-in").await.expect(200);
        let large = "x".repeat(8 * 1024);
        let refused = stranger.post_form("/sign-in", &[("name", "mona"), ("password", &large)]).await.expect(422);
        assert!(refused.says("The form is too large: at most 8 KiB."), "{}", refused.told());
        let mona = desk.as_("mona").await;
        mona.get("/account").await.expect(200);
        let refused = mona.post_form("/account/time-zone", &[("time_zone", &large)]).await.expect(422);
        assert!(refused.says("Use a time zone such as Europe/Berlin"), "{}", refused.told());
        let refused = mona.post_form("/account/time-zone", &[("time_zone", &"x".repeat(256 * 1024))]).await.expect(422);
        assert!(refused.says("The form is too large: at most 256 KiB."), "{}", refused.told());
    }

    async fn another_media_type_is_no_form(desk: Desk) {
        let stranger = desk.nobody();
        let token = stranger.get("/sign-in").await.expect(200).token().expect("a form");
        let fields = serde_urlencoded::to_string([("name", "mona"), ("password", PASSWORD), ("csrf", &token)]);
        let body = fields.expect("text");
        for kind in ["application/x-www-form-urlencodedXYZ", "application/x-www-form-urlencoded2", "text/plain", ""] {
            stranger.post_body("/sign-in", kind, &body).await.expect(422);
        }
        stranger.post_body("/sign-in", "Application/X-WWW-Form-URLEncoded; charset=utf-8", &body).await.expect(303);
    }

    async fn strangers_do_not_see_the_version(desk: Desk) {
        let version = env!("CARGO_PKG_VERSION");
        for path in ["/sign-in", "/nowhere"] {
            let page = desk.nobody().get(path).await;
            assert!(!page.body.contains(version), "{}", page.told());
        }
        assert!(desk.as_("mona").await.get("/systems").await.expect(200).text("footer").contains(version));
    }
}

/// With a contact for security problems.
struct Contact(Desk);

impl Fixture for Contact {
    async fn on(database: Database) -> Self {
        let settings = ["--security-contact=mailto:security@example.org", "--public-url=https://desk.example.org"];
        Self(Desk::with(database, &settings, std::sync::Arc::new(syncdesk::clock::SystemClock)).await)
    }
}

both_databases! {
    async fn security_txt_is_there_when_it_is_configured(contact: Contact) {
        let Contact(desk) = contact;
        let file = desk.nobody().get("/.well-known/security.txt").await.expect(200);
        assert_eq!(file.header("content-type"), "text/plain; charset=utf-8");
        let lines: Vec<&str> = file.body.lines().collect();
        assert_eq!(lines[0], "Contact: mailto:security@example.org");
        let expires = lines[1].strip_prefix("Expires: ").expect("required by the RFC");
        let expires = chrono::DateTime::parse_from_rfc3339(expires).expect("a time");
        let days = (expires.timestamp() - desk.context.clock.now().0 / 1_000_000) / 86_400;
        assert!((170..=180).contains(&days), "{days}");
        assert_eq!(lines[3], "Canonical: https://desk.example.org/.well-known/security.txt");
    }
}
