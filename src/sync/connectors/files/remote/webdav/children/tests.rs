use super::*;
use crate::sync::connectors::files::remote::webdav::address::place_of;
use crate::sync::connectors::files::remote::webdav::multistatus::Multistatus;

const OK: &str = "<status>HTTP/1.1 200 OK</status>";

fn file(name: &str) -> String {
    let props = "<prop><resourcetype/><getcontentlength>3</getcontentlength></prop>";
    format!("<response><href>/f/{name}</href><propstat>{props}{OK}</propstat></response>")
}

fn folder(name: &str) -> String {
    let props = "<prop><resourcetype><collection/></resourcetype></prop>";
    format!("<response><href>/f/{name}</href><propstat>{props}{OK}</propstat></response>")
}

fn status(name: &str, status: &str) -> String {
    format!("<response><href>/f/{name}</href><status>HTTP/1.1 {status}</status></response>")
}

/// The listing of `/f`, from these responses.
async fn listed(responses: &[String]) -> EndpointResult<Listing> {
    let xml = format!(r#"<multistatus xmlns="DAV:">{}</multistatus>"#, responses.concat());
    let mut multistatus = Multistatus::new(xml.as_bytes());
    let mut placed = Vec::new();
    while let Some(response) = multistatus.next().await.unwrap() {
        placed.push((place_of(&response.href, &[b"f".to_vec()]), response));
    }
    listing(&ItemPath::root().join(b"f"), placed)
}

/// Children; those that are unknown with `?`, unusable ones with `!`, and `…` at the end if something is missing.
async fn shown(responses: &[String]) -> String {
    let listing = listed(&[vec![folder("")], responses.to_vec()].concat()).await.unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let entries = listing.entries.iter().map(|entry| text(&entry.name));
    let unknown = listing.unknown.iter().map(|one| format!("{}?", text(&one.name)));
    let unusable = listing.unusable.iter().map(|one| format!("{}!", text(&one.shown)));
    let cut = listing.incomplete.iter().map(|_| "…".to_owned());
    entries.chain(unknown).chain(unusable).chain(cut).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn only_404_and_410_say_that_a_child_does_not_exist() {
    for (line, expected) in [
        ("404 Not Found", "a"),
        ("410 Gone", "a"),
        ("401 Unauthorized", "a b?"),
        ("403 Forbidden", "a b?"),
        ("423 Locked", "a b?"),
        ("424 Failed Dependency", "a b?"),
        ("429 Too Many Requests", "a b?"),
        ("500 Internal Server Error", "a b?"),
        ("503 Service Unavailable", "a b?"),
        ("302 Found", "a b?"),
        ("200 OK", "a b?"),
        ("nonsense", "a b?"),
        ("", "a b?"),
    ] {
        assert_eq!(shown(&[file("a"), status("b", line)]).await, expected, "{line}");
        assert_eq!(shown(&[file("a"), status("b/", line)]).await, expected, "{line}");
    }
}

#[tokio::test]
async fn the_status_of_a_propstat_decides_too() {
    let with = |name: &str, props: &str, line: &str| {
        let status = format!("<status>HTTP/1.1 {line}</status>");
        format!("<response><href>/f/{name}</href><propstat><prop>{props}</prop>{status}</propstat></response>")
    };
    let all = "<resourcetype/><getcontentlength/>";
    for line in ["401 Unauthorized", "403 Forbidden", "404 Not Found", "423 Locked", "500 Oops", "odd"] {
        assert_eq!(shown(&[with("b", all, line)]).await, "b?", "{line}");
    }
    let kind_refused = format!(
        "<response><href>/f/b</href><propstat><prop><getetag>\"e\"</getetag></prop>{OK}</propstat>\
         <propstat><prop><resourcetype/></prop><status>HTTP/1.1 403 Forbidden</status></propstat></response>"
    );
    assert_eq!(shown(&[kind_refused]).await, "b?", "it may be a folder");
    let size = "<getcontentlength>3</getcontentlength>";
    assert_eq!(shown(&[with("b", size, "200 OK")]).await, "b", "a file without resourcetype");
    assert_eq!(shown(&[with("b/", size, "200 OK")]).await, "b?", "perhaps a folder");
    let time = "<getlastmodified>Thu, 01 Jan 2026 00:00:00 GMT</getlastmodified>";
    assert_eq!(shown(&[with("b", time, "200 OK")]).await, "b?", "a folder has no size either");
}

#[tokio::test]
async fn every_href_is_accounted_for() {
    assert_eq!(shown(&[file("a"), file("in%2Fvoice.txt")]).await, "a f/in%2Fvoice.txt!");
    assert_eq!(shown(&[status("in%2Fvoice.txt", "404 Not Found")]).await, "");
    assert_eq!(shown(&[file("a"), file("../other/b")]).await, "a …");
    assert_eq!(shown(&[file("a"), status("../other/b", "404 Not Found")]).await, "a");
    assert_eq!(shown(&[file("a"), folder("../")]).await, "a", "the folder above is no child");
    assert_eq!(shown(&[folder("a"), file("a/b"), file("c/d")]).await, "a c?");
    assert_eq!(shown(&[file("a"), format!("<response>{OK}</response>")]).await, "a …", "no href");
    let several = "<response><href>/f/b</href><href>/f/c</href><status>HTTP/1.1 503 Busy</status></response>";
    assert_eq!(shown(&[file("a"), several.to_owned()]).await, "a b? c?", "one status for several");
    assert_eq!(shown(&[file("a"), status("a", "404 Not Found")]).await, "a?", "a contradiction");
}

#[tokio::test]
async fn a_listing_that_says_that_it_was_cut_is_incomplete() {
    assert_eq!(shown(&[file("a"), status("", "507 Insufficient Storage")]).await, "a …");
    assert_eq!(shown(&[file("a"), status("", "404 Not Found")]).await, "a …");
}

#[tokio::test]
async fn what_is_reported_of_the_folder_itself() {
    let trouble = async |responses: &[String]| match listed(responses).await {
        Err(EndpointError::Item { trouble, .. }) => Some(trouble),
        _ => None,
    };
    assert_eq!(trouble(&[folder("")]).await, None);
    assert_eq!(trouble(&[status("", "404 Not Found")]).await, Some(ItemError::NotFound));
    assert_eq!(trouble(&[status("", "403 Forbidden"), file("a")]).await, Some(ItemError::Denied));
    assert_eq!(trouble(&[status("", "503 Busy"), file("a")]).await, Some(ItemError::Other));
    assert_eq!(trouble(&[file(""), file("a")]).await, Some(ItemError::NotFound), "it is a file");
    assert_eq!(trouble(&[file("a")]).await, Some(ItemError::Other));
    assert_eq!(trouble(&[]).await, Some(ItemError::Other), "an empty answer is no empty folder");
}

/// A service reports the limit that cut the listing, of a folder above (RFC 6578, 3.6).
#[tokio::test]
async fn a_failure_of_a_folder_above_makes_the_listing_incomplete() {
    let above = |line: &str| format!("<response><href>/</href><status>HTTP/1.1 {line}</status></response>");
    assert_eq!(shown(&[file("a"), above("507 Insufficient Storage")]).await, "a …");
    assert_eq!(shown(&[file("a"), above("404 Not Found")]).await, "a");
}
