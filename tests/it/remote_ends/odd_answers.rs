//! Services that do not do what they are asked for, or describe files badly: a change counts only if it is
//! confirmed, and what changed arrives.

use std::fs;

use syncdesk::domain::message::{Category, Message};
use syncdesk::sync::stop::StopReason;

use super::chain::{put, tree};
use super::ports::{Mirror, Spot};
use super::{Server, path, trouble_of};
use crate::stub::{Dav, Reply, inside_207};

fn codes(messages: &[Message]) -> Vec<String> {
    let told = messages.iter().filter(|message| message.code != "FILE-SUMMARY");
    told.map(|message| format!("{} {}", message.code, String::from_utf8_lossy(&message.item_key)).trim_end().to_owned())
        .collect()
}

/// A folder with 20 files and `gone.txt` that was mirrored to a share, without `gone.txt` now.
async fn without_one() -> (Dav, tempfile::TempDir, Mirror) {
    let (dav, folder) = (Dav::new(), tempfile::tempdir().expect("a folder"));
    for n in 0..20 {
        put(folder.path(), &format!("k{n:02}.txt"), b"k");
    }
    put(folder.path(), "gone.txt", b"g");
    let mut mirror = Mirror::new(&Spot::folder(folder.path().to_owned()), &Spot::share(dav.address()));
    assert_eq!(mirror.run().await.1, [0, 21, 0, 0, 0]);
    fs::remove_file(folder.path().join("gone.txt")).expect("a file");
    (dav, folder, mirror)
}

/// RFC 4918, 9.6.1: 207 says that something was not deleted.
#[tokio::test]
async fn a_deletion_that_is_not_confirmed_does_not_count() {
    let (dav, _folder, mut mirror) = without_one().await;
    for (reply, code) in [
        (inside_207("gone.txt", "423 Locked"), "FILE-TROUBLE"),
        (inside_207("gone.txt", "403 Forbidden"), "FILE-DENIED"),
        (inside_207("gone.txt", "404 Not Found"), "FILE-TROUBLE"),
        (inside_207("gone.txt", "204 No Content"), "FILE-TROUBLE"),
        (Reply::body(207, "<multistatus xmlns=\"DAV:\"/>"), "FILE-TROUBLE"),
        (Reply::body(207, "no XML"), "FILE-TROUBLE"),
        (Reply::status(202), "FILE-TROUBLE"),
        (Reply::status(404), "FILE-TROUBLE"),
    ] {
        dav.odd(|odd| odd.answers = [("DELETE", reply)].into());
        let (messages, counts) = mirror.run().await;
        assert_eq!((codes(&messages), counts), (vec![format!("{code} gone.txt")], vec![20, 0, 0, 0, 1]));
        assert!(dav.tree().contains(&"gone.txt=g".to_owned()));
    }
    dav.odd(|odd| odd.answers.clear());
    let (messages, counts) = mirror.run().await;
    assert_eq!((codes(&messages), counts), (vec!["FILE-DELETED gone.txt".to_owned()], vec![20, 0, 0, 1, 0]));
}

#[tokio::test]
async fn an_upload_that_is_not_confirmed_does_not_count() {
    let (dav, folder, mut mirror) = without_one().await;
    put(folder.path(), "k00.txt", b"changed");
    for (method, reply, code) in [
        ("MOVE", inside_207("k00.txt", "423 Locked"), "FILE-TROUBLE"),
        ("MOVE", inside_207("k00.txt", "403 Forbidden"), "FILE-DENIED"),
        ("MOVE", Reply::body(207, "<multistatus xmlns=\"DAV:\"/>"), "FILE-TROUBLE"),
        ("MOVE", Reply::status(202), "FILE-TROUBLE"),
        ("PUT", inside_207("x", "423 Locked"), "FILE-TROUBLE"),
        ("PUT", inside_207("x", "403 Forbidden"), "FILE-DENIED"),
        // It takes what it is sent, and forgets it.
        ("PUT", Reply::status(201), "FILE-TROUBLE"),
    ] {
        let shown = format!("{method} {code}");
        dav.odd(|odd| odd.answers = [(method, reply), ("DELETE", inside_207("gone.txt", "423 Locked"))].into());
        let (messages, counts) = mirror.run().await;
        assert!(codes(&messages).contains(&format!("{code} k00.txt")), "{shown}: {messages:?}");
        assert!(!messages.iter().any(|message| message.category == Category::Success), "{shown}: {messages:?}");
        assert_eq!(counts, [19, 0, 0, 0, 2], "{shown}");
        assert!(dav.tree().contains(&"k00.txt=k".to_owned()), "{shown}");
    }
    dav.odd(|odd| odd.answers.clear());
    assert_eq!(mirror.run().await.1, [19, 0, 1, 1, 0]);
    assert!(dav.tree().iter().all(|line| !line.contains(".syncdesk-")), "leftovers are removed: {:?}", dav.tree());
}

#[tokio::test]
async fn a_folder_that_is_not_confirmed_does_not_count() {
    let (dav, folder, mut mirror) = without_one().await;
    put(folder.path(), "new/a.txt", b"a");
    for reply in
        [inside_207("new", "403 Forbidden"), Reply::status(202), Reply::body(207, "<multistatus xmlns=\"DAV:\"/>")]
    {
        dav.odd(|odd| odd.answers = [("MKCOL", reply), ("DELETE", inside_207("gone.txt", "423 Locked"))].into());
        let (messages, counts) = mirror.run().await;
        assert!(!messages.iter().any(|message| message.category == Category::Success), "{messages:?}");
        assert_eq!(counts, [20, 0, 0, 0, 3]);
    }
}

/// Nextcloud answers 400 to names that end in `.part` and `.filepart`, ownCloud 403; older ones take them and
/// have nothing.
#[tokio::test]
async fn files_arrive_where_names_of_partial_files_are_refused() {
    for reply in [Reply::status(400), Reply::status(403), Reply::status(201)] {
        let (dav, folder) = (Dav::new(), tempfile::tempdir().expect("a folder"));
        dav.odd(|odd| {
            let endings = [".part", ".filepart", ".tmp", ".lock", "~", ".crdownload", ".partial"];
            odd.refused = endings.map(|ending| (ending, reply.again())).into();
        });
        put(folder.path(), "a.txt", b"a");
        let mut mirror = Mirror::new(&Spot::folder(folder.path().to_owned()), &Spot::share(dav.address()));
        assert_eq!(mirror.run().await.1, [0, 1, 0, 0, 0]);
        assert_eq!(dav.tree(), ["a.txt=a"]);
    }
}

/// A run that had items to copy, copied none and found none equal is an Error, and deletes nothing.
#[tokio::test]
async fn a_destination_that_takes_nothing_ends_the_run_in_error() {
    for (reply, code, words) in [
        (Reply::body(400, "Filenames must not end with that"), "FILE-TROUBLE", "Filenames must not"),
        (Reply::body(403, "reserved"), "FILE-DENIED", "reserved"),
        (Reply::status(201), "FILE-TROUBLE", "the temporary file does not exist"),
    ] {
        let (dav, folder) = (Dav::new(), tempfile::tempdir().expect("a folder"));
        dav.odd(|odd| odd.answers = [("PUT", reply)].into());
        for name in ["a.txt", "x/b.txt"] {
            put(folder.path(), name, b"a");
        }
        let mut mirror = Mirror::new(&Spot::folder(folder.path().to_owned()), &Spot::share(dav.address()));
        let (messages, outcome) = mirror.outcome().await;
        let Err(StopReason::Failed(failure)) = outcome else { panic!("{outcome:?}") };
        assert_eq!((failure.code, failure.args.as_slice()), ("FILE-NOTHING-ARRIVED", ["2".to_owned()].as_slice()));
        assert!(failure.foreign_text.is_some_and(|said| said.contains(words)), "{messages:?}");
        assert_eq!(messages.iter().filter(|message| message.code == code).count(), 2, "{messages:?}");
    }
}

/// RFC 4918, 15.4: `getcontentlength` is there only where GET has a length.
#[tokio::test]
async fn files_of_unknown_size_arrive_and_stay() {
    for length in ["none", "", "-2", "12 bytes"] {
        for chunked in [false, true] {
            let (dav, folder) = (Dav::new(), tempfile::tempdir().expect("a folder"));
            dav.odd(|odd| (odd.length, odd.chunked) = (Some(length), chunked));
            dav.put("a.txt", "aaaa");
            dav.put("empty.txt", "");
            dav.put("large.bin", &"x".repeat(3 * 1024 * 1024));
            let mut mirror = Mirror::new(&Spot::share(dav.address()), &Spot::folder(folder.path().to_owned()));
            assert_eq!(mirror.run().await.1, [0, 3, 0, 0, 0], "{length} {chunked}");
            assert_eq!(tree(folder.path()).get("large.bin").cloned().flatten().map(|text| text.len()), Some(3 << 20));
            assert_eq!(mirror.run().await.1, [3, 0, 0, 0, 0], "{length} {chunked}");
            dav.put("a.txt", "bbbb");
            assert_eq!(mirror.run().await.1, [2, 0, 1, 0, 0], "{length} {chunked}");
            assert_eq!(fs::read(folder.path().join("a.txt")).expect("a file"), b"bbbb");
        }
    }
}

/// A session that is over: the service answers as if all were well, with a page.
#[tokio::test]
async fn a_page_to_sign_in_with_is_no_file() {
    let (dav, folder) = (Dav::new(), tempfile::tempdir().expect("a folder"));
    let write = |name: &str, text: &str, time: &str| {
        dav.put(name, text);
        let mut state = dav.state();
        let item = state.items.get_mut(name).expect("a file");
        (item.time, item.etag) = (time.to_owned(), String::new());
    };
    dav.odd(|odd| odd.length = Some("none"));
    write("a.pdf", "aaaa", "then");
    write("page.html", "<html>page</html>", "then");
    let mut mirror = Mirror::new(&Spot::share(dav.address()), &Spot::folder(folder.path().to_owned()));
    assert_eq!(mirror.run().await.1, [0, 2, 0, 0, 0]);
    let page = || Reply::body(200, "<html>Please sign in</html>").with("content-type", "text/html; charset=utf-8");
    dav.odd(|odd| odd.answers = [("GET", page())].into());
    for (media_type, names) in
        [(None, &["a.pdf"][..]), (Some("application/octet-stream"), &["a.pdf", "page.html"]), (Some("text/html"), &[])]
    {
        dav.odd(|odd| odd.media_type = media_type);
        let time = format!("now, {media_type:?}");
        write("a.pdf", "bbbb", &time);
        write("page.html", "<html>new</html>", &time);
        let before = tree(folder.path());
        let (messages, _) = mirror.outcome().await;
        let told = codes(&messages);
        for name in ["a.pdf", "page.html"] {
            let (code, is_file) = if names.contains(&name) { ("FILE-TROUBLE", false) } else { ("FILE-UPDATED", true) };
            assert!(told.contains(&format!("{code} {name}")), "{media_type:?}, {name}: {messages:?}");
            assert!(is_file || tree(folder.path()).get(name) == before.get(name), "{media_type:?}, {name}");
        }
    }
    // What is sent with other marks than the listed ones is another version, whatever its type.
    dav.odd(|odd| odd.media_type = None);
    let other = Reply::body(200, "cccc").with("last-modified", "another time").with("content-type", "application/pdf");
    dav.odd(|odd| odd.answers = [("GET", other)].into());
    write("a.pdf", "cccc", "later");
    let before = tree(folder.path());
    let (messages, _) = mirror.outcome().await;
    assert!(codes(&messages).contains(&"FILE-CHANGED a.pdf".to_owned()), "{messages:?}");
    assert_eq!(tree(folder.path()).get("a.pdf"), before.get("a.pdf"));
}

#[tokio::test]
async fn files_of_unknown_size_go_from_share_to_share() {
    let (from, to) = (Dav::new(), Dav::new());
    from.odd(|odd| (odd.length, odd.chunked) = (Some("none"), true));
    to.odd(|odd| odd.length = Some("none"));
    from.put("small", "abc");
    from.put("large", &"y".repeat(2 * 1024 * 1024 + 7));
    let mut mirror = Mirror::new(&Spot::share(from.address()), &Spot::share(to.address()));
    assert_eq!(mirror.run().await.1, [0, 2, 0, 0, 0]);
    assert_eq!(to.tree(), from.tree());
    assert_eq!(mirror.run().await.1, [2, 0, 0, 0, 0]);
}

/// WebDAV times in any form, and a text that is no time: every change arrives.
#[tokio::test]
async fn changes_are_seen_by_any_time_that_changes() {
    for (before, after) in [
        ("2025-11-22T08:26:40Z", "2025-11-22T08:26:41Z"),
        ("Sat, 22 Nov 2025 08:26:40 GMT-00:00", "Sat, 22 Nov 2025 08:26:41 GMT-00:00"),
        ("a while ago", "some time ago"),
        ("a while ago", "2025-11-22T08:26:41Z"),
        ("a while ago", ""),
        ("", "a while ago"),
    ] {
        let (dav, folder) = (Dav::new(), tempfile::tempdir().expect("a folder"));
        let write = |text: &str, time: &str| {
            dav.put("a.txt", text);
            let mut state = dav.state();
            let item = state.items.get_mut("a.txt").expect("a file");
            (item.time, item.etag) = (time.to_owned(), String::new());
        };
        write("aaaa", before);
        let mut mirror = Mirror::new(&Spot::share(dav.address()), &Spot::folder(folder.path().to_owned()));
        assert_eq!(mirror.run().await.1, [0, 1, 0, 0, 0], "{before}");
        assert_eq!(mirror.run().await.1, [1, 0, 0, 0, 0], "{before}");
        write("AAAA", after);
        assert_eq!(mirror.run().await.1, [0, 0, 1, 0, 0], "{before}, {after}");
        assert_eq!(fs::read(folder.path().join("a.txt")).expect("a file"), b"AAAA", "{before}, {after}");
    }
}

#[tokio::test]
async fn without_times_and_etags_sizes_are_compared_and_the_run_says_so() {
    let (dav, folder) = (Dav::new(), tempfile::tempdir().expect("a folder"));
    let write = |name: &str, text: &str| {
        dav.put(name, text);
        let mut state = dav.state();
        let item = state.items.get_mut(name).expect("a file");
        (item.time, item.etag) = (String::new(), String::new());
    };
    write("a.txt", "aaaa");
    write("b.txt", "bbbb");
    let mut mirror = Mirror::new(&Spot::share(dav.address()), &Spot::folder(folder.path().to_owned()));
    assert_eq!(mirror.run().await.1, [0, 2, 0, 0, 0]);
    let (messages, counts) = mirror.run().await;
    assert_eq!(counts, [2, 0, 0, 0, 0]);
    let told: Vec<_> = messages.iter().filter(|message| message.code == "FILE-SIZE-ONLY").collect();
    assert_eq!(
        (told.len(), told[0].args.as_slice()),
        (1, ["source".to_owned()].as_slice()),
        "once per run and endpoint"
    );
    assert_eq!(told[0].category, Category::Information);
    write("a.txt", "longer");
    assert_eq!(mirror.run().await.1, [1, 0, 1, 0, 0]);
    // GET reports neither, though listings do.
    dav.put("c.txt", "cccc");
    dav.odd(|odd| odd.bare = true);
    assert_eq!(mirror.run().await.1, [2, 1, 0, 0, 0]);
    assert_eq!(mirror.run().await.1, [3, 0, 0, 0, 0]);
    dav.put("c.txt", "CCCC");
    assert_eq!(mirror.run().await.1, [2, 0, 1, 0, 0]);
    assert_eq!(fs::read(folder.path().join("c.txt")).expect("a file"), b"CCCC");
}

/// Other content of the same size within the same second: only the etag tells.
#[tokio::test]
async fn a_change_that_only_the_etag_shows_arrives() {
    let (dav, folder) = (Dav::new(), tempfile::tempdir().expect("a folder"));
    dav.put("a.txt", "aaaa");
    let mut mirror = Mirror::new(&Spot::share(dav.address()), &Spot::folder(folder.path().to_owned()));
    assert_eq!(mirror.run().await.1, [0, 1, 0, 0, 0]);
    dav.put("a.txt", "AAAA");
    assert_eq!(mirror.run().await.1, [0, 0, 1, 0, 0]);
    assert_eq!(fs::read(folder.path().join("a.txt")).expect("a file"), b"AAAA");
    assert_eq!(mirror.run().await.1, [1, 0, 0, 0, 0]);
}

/// `WsgiDAV` cuts `a?b` when it reads where a file is moved to: no file `a` may be left, and none may suffer.
#[tokio::test]
async fn a_name_that_a_service_changes_leaves_no_file() {
    let server = Server::webdav("aliases");
    let end = server.ready().await;
    for name in ["a?b", "a;b", "new?", "x?y"] {
        let written = super::source::write(&*end, &path(name), 10, 2).await;
        assert_eq!(trouble_of(written), Some(super::ItemError::Name), "{name}");
        let listed = end.list(&syncdesk::sync::connectors::files::path::ItemPath::root()).await.expect("a listing");
        assert!(listed.is_empty(), "{name}: {listed:?}");
    }
    for name in ["a+b", "c#d%25", "[e]&f='g'"] {
        super::source::write(&*end, &path(name), 10, 2).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
}
