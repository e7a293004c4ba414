//! The one client: where it goes, where it does not, and what it says when something goes wrong.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;
use std::time::Duration;

use bytes::Bytes;
use ipnet::IpNet;
use reqwest::{Method, Request};
use syncdesk::domain::run::{PeerFailure, Stage};
use syncdesk::net::client::{Answer, Outgoing};
use syncdesk::net::{Net, Patience};

use crate::certificates::{Issued, OURS, STRANGE};
use crate::peers::Http2;
use crate::stub::{Reply, Stub};

/// Loopback is on the operator's list, and nobody waits long.
fn open_net() -> Net {
    let loopback: [IpNet; 2] = ["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
    Net::new(loopback.to_vec()).patient(impatient())
}

fn impatient() -> Patience {
    Patience { idle: Duration::from_millis(200), ..Patience::default() }
}

async fn get(net: &Net, url: &str) -> Result<Answer, PeerFailure> {
    net.client()?.send(Request::new(Method::GET, url.parse().unwrap()), Outgoing::Nothing).await
}

async fn failure(net: &Net, url: &str) -> (Stage, &'static str, bool) {
    let failure = get(net, url).await.expect_err(url);
    assert!(!failure.args.is_empty(), "{failure:?}");
    (failure.stage, failure.code, failure.transient)
}

#[tokio::test]
async fn an_answer_comes_whatever_its_status() {
    let stub = Stub::start(|_, _| Reply::body(404, "not here"));
    let mut answer = get(&open_net(), &stub.url("/a?b=c")).await.unwrap();
    assert_eq!(answer.status, 404);
    assert_eq!(answer.short().await.unwrap(), "not here");
    assert_eq!(stub.seen()[0].path, "/a?b=c");
    assert_eq!(stub.seen()[0].header("user-agent"), Some(concat!("Syncdesk/", env!("CARGO_PKG_VERSION"))));
}

#[tokio::test]
async fn a_private_address_is_refused_before_anything_is_sent() {
    let stub = Stub::start(|_, _| Reply::status(200));
    let strict = Net::default();
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "127.1", "2130706433", "0x7f.1", "0"] {
        let url = format!("http://{host}:{}/", stub.port());
        assert_eq!(failure(&strict, &url).await, (Stage::Tcp, "PEER-FORBIDDEN", false), "{url}");
    }
    assert_eq!(stub.seen().len(), 0);
}

#[tokio::test]
async fn metadata_is_refused_even_when_everything_is_allowed() {
    let lenient = Net::new(vec!["0.0.0.0/0".parse().unwrap(), "::/0".parse().unwrap()]).patient(impatient());
    for host in ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "0xa9fea9fe"] {
        let url = format!("http://{host}/latest/meta-data/");
        assert_eq!(failure(&lenient, &url).await, (Stage::Tcp, "PEER-FORBIDDEN", false), "{url}");
    }
}

#[tokio::test]
async fn a_redirect_leads_only_where_the_filter_allows() {
    let stub = Stub::start(|_, request| match request.path.as_str() {
        "/good" => Reply::status(302).with("location", "/end"),
        "/end" => Reply::body(200, "arrived"),
        "/metadata" => Reply::status(302).with("location", "http://169.254.169.254/"),
        "/mapped" => Reply::status(307).with("location", "http://[::ffff:10.0.0.1]/"),
        "/file" => Reply::status(302).with("location", "ftp://127.0.0.1/"),
        _ => Reply::status(302).with("location", "/round"),
    });
    let net = open_net();
    let mut answer = get(&net, &stub.url("/good")).await.unwrap();
    assert_eq!(answer.short().await.unwrap(), "arrived");
    for path in ["/metadata", "/mapped", "/file", "/round"] {
        assert_eq!(failure(&net, &stub.url(path)).await, (Stage::Protocol, "PEER-REDIRECT", false), "{path}");
    }
    assert_eq!(stub.seen().iter().filter(|request| request.path == "/round").count(), 6);
}

#[tokio::test]
async fn a_secret_does_not_follow_a_redirect_to_another_host() {
    let other = Stub::start(|_, _| Reply::status(200));
    let location = other.url("/");
    let stub = Stub::start(move |_, _| Reply::status(302).with("location", location.clone()));
    let mut request = Request::new(Method::GET, stub.url("/secret?key=1").parse().unwrap());
    request.headers_mut().insert("authorization", "Basic c2VjcmV0".parse().unwrap());
    let refused = open_net().client().unwrap().send(request, Outgoing::Nothing).await.unwrap_err();
    assert_eq!(refused.args, [stub.url(""), other.url(""), "elsewhere".to_owned()]);
    assert_eq!(stub.seen()[0].header("authorization"), Some("Basic c2VjcmV0"));
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn tls_needs_a_certificate_that_somebody_vouches_for() {
    let stub = Stub::secure(|_, _| Reply::body(200, "private"));
    assert_eq!(failure(&open_net(), &stub.url("/")).await, (Stage::Tls, "PEER-TLS", false));
    let trusting = open_net().trusting(OURS.pem().as_bytes()).unwrap();
    assert_eq!(get(&trusting, &stub.url("/")).await.unwrap().short().await.unwrap(), "private");
    assert!(open_net().trusting(b"no certificate").is_err());
    let plain = Stub::start(|_, _| Reply::status(200));
    let url = plain.url("/").replace("http:", "https:");
    let refused = get(&trusting, &url).await.unwrap_err();
    assert_eq!(refused.stage, Stage::Tls, "a port that does not speak TLS: {refused:?}");
    let down = Stub::secure(move |_, _| Reply::status(302).with("location", "http://127.0.0.1:1/"));
    assert_eq!(failure(&trusting, &down.url("/")).await, (Stage::Protocol, "PEER-REDIRECT", false));
}

/// It speaks HTTP/2 too, of which every second refusal would come as "connection closed".
#[tokio::test]
async fn a_peer_that_wants_a_certificate() {
    let peer = Http2::start();
    let none = || open_net().over_http_1().trusting(OURS.pem().as_bytes()).unwrap();
    for _ in 0..30 {
        assert_eq!(failure(&none(), &peer.url()).await, (Stage::Tls, "PEER-CERTIFICATE", false));
    }
    let showing =
        |issued: Issued| none().showing(&issued.certificate.pem(), &issued.key.serialize_pem().into()).unwrap();
    let answer = get(&showing(OURS.client()), &peer.url()).await.unwrap().short().await.unwrap();
    assert_eq!(answer, "let in");
    // To a stranger's, Node says nothing: it hangs up, and nobody can tell why.
    assert_eq!(failure(&showing(STRANGE.client()), &peer.url()).await, (Stage::Protocol, "PEER-AWAY", true));
}

#[tokio::test]
async fn what_goes_wrong_is_told_with_its_stage() {
    let net = open_net();
    assert_eq!(failure(&net, "http://no-such-host.invalid/").await.0, Stage::NameLookup);
    assert_eq!(failure(&net, "http://no-such-host.invalid/").await.1, "PEER-NAME");
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    assert_eq!(failure(&net, &format!("http://127.0.0.1:{free}/")).await, (Stage::Tcp, "PEER-REFUSED", true));
    let garbage = Stub::start(|_, _| Reply::Raw(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()));
    assert_eq!(failure(&net, &garbage.url("/")).await, (Stage::Protocol, "PEER-NONSENSE", false));
    let closed = Stub::start(|_, _| Reply::Raw(Vec::new()));
    assert_eq!(failure(&net, &closed.url("/")).await, (Stage::Protocol, "PEER-AWAY", true));
    let silent = Stub::start(|_, _| Reply::Silence(Vec::new()));
    assert_eq!(failure(&net, &silent.url("/")).await, (Stage::Protocol, "PEER-SLOW", true));
    for odd in ["ftp://127.0.0.1/", "http://user:secret@127.0.0.1/"] {
        let failure = get(&net, odd).await.unwrap_err();
        assert_eq!((failure.stage, failure.code), (Stage::Settings, "PEER-ADDRESS"), "{odd}");
        assert!(!format!("{failure:?}").contains("secret"), "{failure:?}");
    }
}

#[tokio::test]
async fn half_an_answer_is_no_answer() {
    let net = open_net();
    let short = Stub::start(|_, _| Reply::body(200, "half").with("content-length", "8"));
    let failure = get(&net, &short.url("/")).await.unwrap().short().await.unwrap_err();
    assert_eq!((failure.stage, failure.code, failure.transient), (Stage::Content, "PEER-AWAY", true));
    let stuck = Stub::start(|_, _| Reply::Silence(b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nhalf".to_vec()));
    let failure = get(&net, &stuck.url("/")).await.unwrap().short().await.unwrap_err();
    assert_eq!((failure.code, failure.transient), ("PEER-SLOW", true));
    let long = Stub::start(|_, _| Reply::body(200, "a".repeat(65_537)));
    let failure = get(&net, &long.url("/")).await.unwrap().short().await.unwrap_err();
    assert_eq!((failure.code, failure.args[1].as_str()), ("PEER-TOO-LARGE", "65536"));
}

#[tokio::test]
async fn a_body_is_streamed_with_its_length() {
    let stub = Stub::start(|_, _| Reply::status(201));
    let client = open_net().client().unwrap();
    let put = || Request::new(Method::PUT, stub.url("/").parse().unwrap());
    let big = Bytes::from(vec![7_u8; 1_000_000]);
    client.send(put(), Outgoing::Whole(vec![big.clone()])).await.unwrap();
    let pieces = futures_util::stream::iter([Ok(Bytes::from_static(b"one")), Ok(Bytes::from_static(b"two"))]);
    client.send(put(), Outgoing::Streamed(Box::pin(pieces), Some(6))).await.unwrap();
    let seen = stub.seen();
    assert_eq!(seen[0].body, big);
    assert_eq!((seen[1].body.as_slice(), seen[1].header("content-length")), (b"onetwo".as_slice(), Some("6")));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_never_treated_as_whole() {
    let stub = Stub::start(|_, _| Reply::status(201));
    let client = open_net().client().unwrap();
    let put = || Request::new(Method::PUT, stub.url("/").parse().unwrap());
    let broken = futures_util::stream::iter([Ok(Bytes::from_static(b"one")), Err("the source is gone".into())]);
    assert!(client.send(put(), Outgoing::Streamed(Box::pin(broken), Some(6))).await.is_err());
    let short = futures_util::stream::iter([Ok(Bytes::from_static(b"one"))]);
    assert!(client.send(put(), Outgoing::Streamed(Box::pin(short), Some(6))).await.is_err());
    assert_eq!(stub.seen().len(), 0, "the server never saw a whole request");
}

/// A proxy stands only where the filter lets connections go; no user in its address.
#[tokio::test]
async fn a_configured_proxy_is_used_where_the_filter_lets_it_stand() {
    let proxy = Stub::start(|_, _| Reply::body(200, "from the proxy"));
    let net = open_net().through(&proxy.url("").parse().unwrap()).unwrap();
    let mut answer = get(&net, "http://files.example/report").await.unwrap();
    assert_eq!(answer.short().await.unwrap(), "from the proxy");
    assert_eq!(proxy.seen()[0].path, "http://files.example/report");
    assert_eq!(failure(&net, "http://169.254.169.254/").await.1, "PEER-FORBIDDEN");
    let refused = |net: Net, proxy: &str| net.through(&proxy.parse().unwrap()).unwrap_err().code;
    assert_eq!(refused(Net::default(), &proxy.url("")), "PEER-FORBIDDEN");
    for closed in ["http://169.254.169.254", "http://[fe80::1]:3128"] {
        assert_eq!(refused(open_net(), closed), "PEER-FORBIDDEN", "{closed}");
    }
    for useless in ["ftp://127.0.0.1/", "http://user:password@127.0.0.1:3128"] {
        assert_eq!(refused(open_net(), useless), "PEER-ADDRESS", "{useless}");
    }
    // A name passes the filter when it is resolved.
    let named = proxy.url("").replace("127.0.0.1", "localhost").parse().unwrap();
    let net = Net::default().through(&named).unwrap();
    assert_eq!(failure(&net, "http://files.example/report").await.1, "PEER-FORBIDDEN");
    assert_eq!(proxy.seen().len(), 1);
}

/// Proxies of the environment: this program again, with such an environment.
#[tokio::test]
async fn a_proxy_of_the_environment_is_ignored() {
    const AGAIN: &str = "SYNCDESK_TEST_STUB";
    if let Ok(url) = std::env::var(AGAIN) {
        assert_eq!(get(&open_net(), &url).await.unwrap().status, 200);
        return;
    }
    let stub = Stub::start(|_, _| Reply::status(200));
    let again = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "net::a_proxy_of_the_environment_is_ignored"])
        .envs(["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"].map(|name| (name, "http://127.0.0.1:9")))
        .env(AGAIN, stub.url("/"))
        .output()
        .unwrap();
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stdout));
    assert_eq!(stub.seen().len(), 1);
}
