//! A mirror from a WebDAV share whose listings lack something: nothing is deleted, and nothing is forgotten.

use std::path::Path;

use syncdesk::domain::message::{Category, Message};

use super::chain::tree;
use super::ports::{Mirror, Spot};
use crate::stub::Dav;

/// A share with 42 files that were mirrored into a folder.
struct Pair {
    dav: Dav,
    folder: tempfile::TempDir,
    mirror: Mirror,
}

impl Pair {
    async fn mirrored() -> Self {
        let (dav, folder) = (Dav::new(), tempfile::tempdir().expect("a folder"));
        for n in 0..40 {
            dav.put(&format!("k{n:02}.txt"), "k");
        }
        dav.put("locked.txt", "s");
        dav.put("team/one.txt", "1");
        let mut mirror = Mirror::new(&Spot::share(dav.address()), &Spot::folder(folder.path().to_owned()));
        assert_eq!(mirror.run().await.1, [0, 43, 0, 0, 0]);
        Self { dav, folder, mirror }
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A run that must leave everything as it is: its Warnings, as code and key.
    async fn keeps_everything(&mut self, why: &str) -> Vec<String> {
        let before = tree(self.folder());
        let (messages, counts) = self.mirror.run().await;
        assert_eq!(tree(self.folder()), before, "{why}: {messages:?}");
        assert_eq!(counts[3], 0, "{why}: nothing is deleted");
        let warnings = warnings(&messages);
        assert!(counts[4] >= 1 && !warnings.is_empty(), "{why}: {messages:?}");
        warnings
    }

    /// The share lists everything again: nothing has to be copied.
    async fn recovers(&mut self, why: &str) {
        self.dav.odd(|odd| *odd = crate::stub::Oddities::default());
        assert_eq!(self.mirror.run().await.1, [42, 0, 0, 0, 0], "{why}");
    }
}

fn warnings(messages: &[Message]) -> Vec<String> {
    let warnings = messages.iter().filter(|message| message.category == Category::Warning);
    warnings.map(|message| format!("{} {}", message.code, String::from_utf8_lossy(&message.item_key))).collect()
}

#[tokio::test]
async fn a_child_with_a_status_is_not_deleted() {
    let mut pair = Pair::mirrored().await;
    for (status, code) in [
        ("401 Unauthorized", "FILE-DENIED"),
        ("403 Forbidden", "FILE-DENIED"),
        ("423 Locked", "FILE-UNKNOWN"),
        ("500 Internal Server Error", "FILE-UNKNOWN"),
        ("503 Service Unavailable", "FILE-UNKNOWN"),
        ("507 Insufficient Storage", "FILE-UNKNOWN"),
        ("nonsense", "FILE-UNKNOWN"),
    ] {
        for name in ["locked.txt", "team"] {
            let expected = [format!("{code} {name}")];
            pair.dav.odd(|odd| odd.status = [(name.to_owned(), status.to_owned())].into());
            assert_eq!(pair.keeps_everything(&format!("{name} {status}")).await, expected);
            pair.dav.odd(|odd| {
                odd.status.clear();
                odd.propstat = [(name.to_owned(), status.to_owned())].into();
            });
            assert_eq!(pair.keeps_everything(&format!("{name} propstat {status}")).await, expected);
            pair.recovers(status).await;
        }
    }
}

#[tokio::test]
async fn a_child_that_does_not_exist_any_more_is_deleted() {
    for status in ["404 Not Found", "410 Gone"] {
        let mut pair = Pair::mirrored().await;
        pair.dav.odd(|odd| odd.status = [("locked.txt".to_owned(), status.to_owned())].into());
        assert_eq!(pair.mirror.run().await.1, [41, 0, 0, 1, 0], "{status}");
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_listed_is_not_empty() {
    let mut pair = Pair::mirrored().await;
    // It was deleted after its parent was listed, or the service stumbles.
    pair.dav.odd(|odd| odd.vanished = vec!["team".to_owned()]);
    assert_eq!(pair.keeps_everything("404").await, ["FILE-GONE team"]);
    pair.recovers("404").await;
}

/// A listing that may lack something leads to no deletion and no blind transfer, while what is certain is still
/// done.
#[tokio::test]
async fn what_belongs_to_no_name_makes_a_listing_incomplete() {
    let file = |href: &str| {
        let properties = "<prop><resourcetype/></prop><status>HTTP/1.1 200 OK</status>";
        format!("<response><href>{href}</href><propstat>{properties}</propstat></response>")
    };
    for more in [
        file("/elsewhere/x.txt"),
        file("x.txt"),
        file(""),
        "<response><status>HTTP/1.1 503 Busy</status></response>".to_owned(),
        "<response><href>/share/</href><status>HTTP/1.1 507 Insufficient Storage</status></response>".to_owned(),
    ] {
        let mut pair = Pair::mirrored().await;
        let gone = pair.dav.state().items.remove("locked.txt");
        pair.dav.odd(|odd| odd.more.clone_from(&more));
        assert_eq!(pair.keeps_everything(&more).await, ["FILE-INCOMPLETE /"], "{more}");
        pair.dav.state().items.extend(gone.map(|item| ("locked.txt".to_owned(), item)));
        pair.recovers(&more).await;
    }
}

/// A query, a fragment or a session is no part of a name, and a name must not have one: either may be meant.
#[tokio::test]
async fn what_is_no_part_of_a_name_leaves_names_unclear() {
    let response = |href: &str| {
        let properties = "<prop><resourcetype/></prop><status>HTTP/1.1 200 OK</status>";
        format!("<response><href>/share/{href}</href><propstat>{properties}</propstat></response>")
    };
    for href in ["locked.txt?sid=1", "locked.txt#1", "locked.txt;jsessionid=1F", "team?sid=1", "team;jsessionid=1F/"] {
        let mut pair = Pair::mirrored().await;
        let name = if href.starts_with("team") { "team" } else { "locked.txt" };
        let hidden: Vec<_> = pair.dav.state().items.extract_if(.., |path, _item| path.starts_with(name)).collect();
        pair.dav.odd(|odd| odd.more = response(href));
        let found = pair.keeps_everything(href).await;
        assert_eq!(found, [format!("FILE-NAME {}", href.trim_end_matches('/')), "FILE-INCOMPLETE /".to_owned()]);
        // Nothing beside it is deleted, either, since the service may mean anything.
        let other = pair.dav.state().items.remove("k00.txt");
        pair.keeps_everything(href).await;
        pair.dav.state().items.extend(hidden.into_iter().chain(other.map(|item| ("k00.txt".to_owned(), item))));
        pair.recovers(href).await;
    }
}

/// A redirect to the listing of another folder says nothing of this one.
#[tokio::test]
async fn a_folder_that_is_redirected_elsewhere_is_unknown() {
    let mut pair = Pair::mirrored().await;
    pair.dav.put("other/two.txt", "2");
    assert_eq!(pair.mirror.run().await.1, [42, 2, 0, 0, 0]);
    pair.dav.odd(|odd| odd.redirects = [("team".to_owned(), "/share/other/".to_owned())].into());
    assert_eq!(pair.keeps_everything("another folder").await, ["FILE-TROUBLE team"]);
    let (messages, _) = pair.mirror.run().await;
    let said =
        messages.iter().find(|message| message.code == "FILE-TROUBLE").and_then(|told| told.foreign_text.clone());
    assert!(said.as_ref().is_some_and(|said| said.contains("/share/other/: turn off this redirect")), "{said:?}");
    // The slash at the end of a folder is no other path, nor is another spelling.
    for same in ["/share/team/", "/share/%74eam"] {
        pair.dav.odd(|odd| odd.redirects = [("team".to_owned(), same.to_owned())].into());
        assert_eq!(pair.mirror.run().await.1, [43, 0, 0, 0, 0], "{same}");
    }
}

/// Names that can never be items, and names that are listed twice, are Warnings.
#[tokio::test]
async fn a_name_that_no_path_leads_to_is_a_warning() {
    let mut pair = Pair::mirrored().await;
    let properties = "<prop><resourcetype/></prop><status>HTTP/1.1 200 OK</status>";
    pair.dav.odd(|odd| {
        odd.more = format!(
            "<response><href>/share/in%2Fvoice.txt</href><propstat>{properties}</propstat></response>\
             <response><href>/share/k00.txt</href><propstat>{properties}</propstat></response>"
        );
    });
    let found = pair.keeps_everything("a slash in a name, and a name twice").await;
    assert_eq!(found, ["FILE-NAME in%2Fvoice.txt", "FILE-UNKNOWN k00.txt"]);
    // What is certain is still done.
    pair.dav.state().items.remove("k01.txt");
    let (messages, counts) = pair.mirror.run().await;
    assert_eq!(counts, [40, 0, 0, 1, 2], "{messages:?}");
}

/// The destination cannot describe an item: it is neither written over nor deleted, nor is its folder.
#[tokio::test]
async fn at_the_destination_too() {
    let (dav, folder) = (Dav::new(), tempfile::tempdir().expect("a folder"));
    let put = |name: &str, text: &str| super::chain::put(folder.path(), name, text.as_bytes());
    for n in 0..40 {
        put(&format!("k{n:02}.txt"), "k");
    }
    put("locked.txt", "old");
    put("team/one.txt", "1");
    let mut mirror = Mirror::new(&Spot::folder(folder.path().to_owned()), &Spot::share(dav.address()));
    assert_eq!(mirror.run().await.1, [0, 43, 0, 0, 0]);
    put("locked.txt", "newer");
    std::fs::remove_dir_all(folder.path().join("team")).expect("a folder");
    let before = dav.tree();
    dav.odd(|odd| {
        odd.status = ["locked.txt", "team/one.txt"].map(|name| (name.to_owned(), "423 Locked".to_owned())).into();
    });
    let (messages, counts) = mirror.run().await;
    assert_eq!(warnings(&messages), ["FILE-UNKNOWN locked.txt", "FILE-UNKNOWN team/one.txt"]);
    assert_eq!((dav.tree(), counts), (before, vec![40, 0, 0, 0, 2]));
    dav.odd(|odd| odd.status.clear());
    assert_eq!(mirror.run().await.1, [40, 0, 1, 2, 0]);
    assert_eq!(dav.tree().len(), 41);
}

/// Hrefs that all share another path (a proxy, capitals) are translated, with one Information.
#[tokio::test]
async fn hrefs_that_share_another_path_are_translated() {
    for prefix in ["/internal/dav/share", "/SHARE", "/other"] {
        let (dav, folder) = (Dav::new(), tempfile::tempdir().expect("a folder"));
        dav.odd(|odd| odd.prefix = prefix.to_owned());
        dav.put("a b.txt", "1");
        dav.put("team/one.txt", "1");
        let mut mirror = Mirror::new(&Spot::share(dav.address()), &Spot::folder(folder.path().to_owned()));
        let (messages, counts) = mirror.run().await;
        assert_eq!(counts, [0, 3, 0, 0, 0], "{prefix}");
        let told: Vec<_> = messages.iter().filter(|message| message.code == "FILE-OTHER-PATH").collect();
        assert_eq!(told.len(), 1, "once per run: {messages:?}");
        assert_eq!(told[0].args, ["source", &format!("{prefix}/"), "/share/"]);
        assert_eq!(mirror.run().await.1, [2, 0, 0, 0, 0], "{prefix}");
        // A response that does not share it is no child of anything.
        dav.odd(|odd| {
            odd.more = "<response><href>/share/c</href><status>HTTP/1.1 503 Busy</status></response>".to_owned();
        });
        dav.state().items.remove("a b.txt");
        let (messages, counts) = mirror.run().await;
        assert_eq!((warnings(&messages), counts[3]), (vec!["FILE-INCOMPLETE /".to_owned()], 0), "{prefix}");
    }
}
