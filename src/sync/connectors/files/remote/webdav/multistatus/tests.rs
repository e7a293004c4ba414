use super::*;
use crate::sync::connectors::files::endpoint::{ItemError, Mtime};
use crate::sync::connectors::files::remote::webdav::response::{Properties, State};

async fn read(xml: &str) -> Read<Vec<Response>> {
    let mut answer = Multistatus::new(xml.as_bytes());
    let mut all = Vec::new();
    while let Some(response) = answer.next().await? {
        all.push(response);
    }
    Ok(all)
}

/// Each href with what is known of it.
async fn states(xml: &str) -> Vec<(String, State)> {
    read(xml).await.unwrap().into_iter().map(|response| (response.href, response.state)).collect()
}

fn file(size: u64) -> Properties {
    Properties { size: Some(size), ..Properties::default() }
}

fn exists(href: &str, known: Properties) -> (String, State) {
    (href.to_owned(), State::Exists(known))
}

#[tokio::test]
async fn files_and_folders_with_what_is_known_of_them() {
    let xml = r#"<?xml version="1.0"?>
        <d:multistatus xmlns:d="DAV:" xmlns:o="urn:others">
          <d:response><d:href>/dav/</d:href>
            <d:propstat><d:prop><d:resourcetype><d:collection/></d:resourcetype></d:prop>
              <d:status>HTTP/1.1 200 OK</d:status></d:propstat>
            <d:propstat><d:prop><d:getcontentlength/><o:size>7</o:size></d:prop>
              <d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>
          </d:response>
          <d:response><d:href>/dav/a%20b</d:href>
            <d:propstat><d:prop><d:resourcetype/><d:getcontentlength> 12 </d:getcontentlength>
              <d:getlastmodified>Sat, 22 Nov 2025 08:26:40 GMT</d:getlastmodified>
              <d:getetag>"abc&amp;&#100;"</d:getetag></d:prop>
              <d:status>HTTP/1.1 200 OK</d:status></d:propstat>
          </d:response>
        </d:multistatus>"#;
    let modified = Some(Mtime::from_parts(1_763_800_000, 0));
    let expected = [
        exists("/dav/", Properties { folder: true, ..Properties::default() }),
        exists("/dav/a%20b", Properties { modified, etag: Some("abc&d".into()), ..file(12) }),
    ];
    assert_eq!(states(xml).await, expected);
}

#[tokio::test]
async fn properties_that_were_refused_do_not_count() {
    let xml = r#"<multistatus xmlns="DAV:"><response><href>/a</href>
        <propstat><prop><getcontentlength>99</getcontentlength><getetag>"x"</getetag></prop>
          <status>HTTP/1.1 403 Forbidden</status></propstat>
        <propstat><prop><getcontentlength>3</getcontentlength></prop><status>HTTP/1.1 200 OK</status></propstat>
        </response><response><href>/b</href><status>HTTP/1.1 404 Not Found</status></response></multistatus>"#;
    assert_eq!(states(xml).await, [exists("/a", file(3)), ("/b".to_owned(), State::Missing)]);
    let failures: Vec<_> =
        read(xml).await.unwrap().into_iter().map(|response| response.failure.unwrap().code).collect();
    assert_eq!(failures, [Some(403), Some(404)]);
}

/// What a server sends when it does not know how long a file is.
#[tokio::test]
async fn a_size_that_is_no_size_is_unknown() {
    for size in [
        "<getcontentlength/>",
        "<getcontentlength>-2</getcontentlength>",
        "<getcontentlength>1e3</getcontentlength>",
        "",
    ] {
        let xml = format!(
            r#"<multistatus xmlns="DAV:"><response><href>/a</href><propstat><prop><resourcetype/>{size}</prop></propstat></response></multistatus>"#
        );
        assert_eq!(states(&xml).await, [exists("/a", Properties::default())], "{size}");
    }
}

#[tokio::test]
async fn the_status_of_an_item_comes_with_its_words() {
    let xml = r#"<multistatus xmlns="DAV:"><response><href>/a</href><status>HTTP/1.1 423 Locked</status>
        <error><lock-token-submitted><href>/a</href></lock-token-submitted></error>
        <responsedescription>Ada has it open</responsedescription></response></multistatus>"#;
    let response = read(xml).await.unwrap().remove(0);
    let State::Unknown(status) = response.state else { panic!("{:?}", response.state) };
    assert_eq!((status.code, status.words.as_str()), (Some(423), "423 Locked: Ada has it open"));
    assert_eq!((status.trouble(), response.href.as_str()), (ItemError::Other, "/a"));
}

#[tokio::test]
async fn an_href_elsewhere_is_not_that_of_the_item() {
    let xml = r#"<multistatus xmlns="DAV:"><response><href>/a</href><propstat><prop>
        <lockdiscovery><activelock><lockroot><href>/other</href></lockroot></activelock></lockdiscovery>
        <getcontentlength>1</getcontentlength></prop></propstat></response></multistatus>"#;
    assert_eq!(states(xml).await, [exists("/a", file(1))]);
}

#[tokio::test]
async fn hrefs_in_cdata_and_entities() {
    let xml = r#"<multistatus xmlns="DAV:"><response><href><![CDATA[/a&b]]></href></response>
        <response><href>/&lt;c&#x3e;</href></response></multistatus>"#;
    let hrefs: Vec<_> = read(xml).await.unwrap().into_iter().map(|response| response.href).collect();
    assert_eq!(hrefs, ["/a&b", "/<c>"]);
}

#[tokio::test]
async fn nonsense_is_no_empty_folder() {
    for xml in [
        "<html><body>Please sign in</body></html>",
        "<multistatus><response/></multistatus>", // not in the namespace of WebDAV
        r#"<multistatus xmlns="DAV:"><response><href>/a</href>"#,
        r#"<multistatus xmlns="DAV:"><response></multistatus>"#,
        r#"<multistatus xmlns="DAV:"><response><href>&unknown;</href></response></multistatus>"#,
        "no xml at all <",
        "just text",
        "",
    ] {
        assert!(read(xml).await.is_err(), "{xml}");
    }
}

#[tokio::test]
async fn an_entry_without_end_is_not_kept() {
    let begin = r#"<multistatus xmlns="DAV:"><response><href>/a"#;
    for endless in ["a".repeat(2_000_000), format!("<{}", "a".repeat(2_000_000)), "<x></x>".repeat(300_000)] {
        let told = read(&format!("{begin}{endless}")).await;
        assert!(told.unwrap_err().contains("an entry is too long"));
    }
}

#[tokio::test]
async fn many_entries_are_longer_than_one_may_be() {
    let one = format!("<response><href>/{}</href></response>", "a".repeat(60_000));
    let xml = format!(r#"<multistatus xmlns="DAV:">{}</multistatus>"#, one.repeat(40));
    assert_eq!(read(&xml).await.unwrap().len(), 40);
}

#[tokio::test]
async fn nesting_has_an_end() {
    let deep = |depth: usize| {
        let inner = format!("{}{}", "<x>".repeat(depth), "</x>".repeat(depth));
        format!(r#"<multistatus xmlns="DAV:">{inner}</multistatus>"#)
    };
    assert_eq!(read(&deep(63)).await, Ok(Vec::new()));
    assert_eq!(read(&deep(64)).await, Err("the response is nested too deeply".into()));
}

/// What cannot be read is kept as it is, to be compared.
#[tokio::test]
async fn times_in_other_forms() {
    let told = async |text: &str| {
        let prop = format!("<resourcetype/><getlastmodified>{text}</getlastmodified>");
        let xml = format!(
            r#"<multistatus xmlns="DAV:"><response><href>/a</href><propstat><prop>{prop}</prop></propstat></response></multistatus>"#
        );
        let State::Exists(known) = states(&xml).await.remove(0).1 else { panic!("{xml}") };
        (known.modified.map(|time| time.parts().0), known.time_text)
    };
    for text in ["2025-11-22T08:26:40Z", "Saturday, 22-Nov-25 08:26:40 GMT", "Sat, 22 Nov 2025 08:26:40 GMT-00:00"] {
        assert_eq!(told(text).await, (Some(1_763_800_000), None), "{text}");
    }
    assert_eq!(told("a while ago").await, (None, Some("a while ago".into())));
    assert_eq!(told("").await, (None, None));
}
