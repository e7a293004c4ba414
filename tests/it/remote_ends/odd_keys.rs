//! Buckets whose keys are no paths, or say less than usual: each object arrives, or a Warning has its key.

use std::collections::BTreeMap;
use std::path::Path;

use syncdesk::domain::message::{Category, Message};
use syncdesk::sync::connectors::files::settings::EndpointKind;
use syncdesk::sync::stop::StopReason;

use super::Server;
use super::chain::{put, tree};
use super::ports::{Mirror, Spot};
use crate::peers::Azurite;
use crate::stub::{Bucket, Habits, Object};

const KINDS: [EndpointKind; 2] = [EndpointKind::S3, EndpointKind::Azblob];

/// Keys and codes of the Warnings, sorted.
fn warnings(messages: &[Message]) -> Vec<String> {
    let warned = messages.iter().filter(|message| message.category == Category::Warning);
    let line = |message: &Message| format!("{} {}", message.code, String::from_utf8_lossy(&message.item_key));
    let mut lines: Vec<String> = warned.map(line).collect();
    lines.sort();
    lines
}

/// The files below a folder, without folders.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let content = |content: Option<Vec<u8>>| content.map(|content| String::from_utf8(content).expect("text"));
    tree(folder).into_iter().filter_map(|(path, found)| Some((path, content(found)?))).collect()
}

/// A mirror of the bucket into a folder.
fn fetched(bucket: &Bucket, folder: &Path) -> Mirror {
    Mirror::new(&Spot::bucket(bucket, ""), &Spot::folder(folder.to_owned()))
}

#[tokio::test]
async fn each_object_arrives_or_is_reported() {
    let good = ["ok.txt", "x/ok.txt", "both/in.txt", "cr\rlf\n", " a b+c%41&d", ".x.y", "z/.x/y"];
    let odd =
        ["x//lost.txt", "/lead.txt", "./dot.txt", "../up.txt", "x/./y", "x/..", "both", "nul\0", "//", "x///y", "e/"];
    for kind in KINDS {
        for page in [1, 2, 1_000] {
            let bucket = Bucket::new(kind, Habits { page, ..Habits::default() });
            bucket.put(&good);
            bucket.put(&odd);
            let folder = tempfile::tempdir().expect("a folder");
            let mut mirror = fetched(&bucket, folder.path());
            let (messages, counts) = mirror.run().await;
            let arrived: Vec<String> = files(folder.path()).into_keys().collect();
            let mut expected: Vec<String> = good.iter().map(|key| (*key).to_owned()).collect();
            expected.sort();
            assert_eq!(arrived, expected, "{kind:?}");
            let mut expected: Vec<String> = odd.iter().map(|key| format!("FILE-NAME {key}")).collect();
            expected.sort();
            assert_eq!(warnings(&messages), expected, "{kind:?}");
            assert_eq!(counts[4], 11, "skipped: {counts:?}");
            let (messages, counts) = mirror.run().await;
            assert_eq!((warnings(&messages), &counts[..4]), (expected, &[7, 0, 0, 0][..]), "{kind:?}: the second run");
        }
    }
}

/// Azurite stores any name.
#[tokio::test]
async fn each_blob_of_a_real_container_arrives_or_is_reported() {
    let mut server = Server::azurite("odd_keys");
    server.settings.path.clear();
    let container = &server.settings.bucket;
    for name in ["ok.txt", "x/ok.txt", "x//lost.txt", "both", "both/in.txt", "a%20b"] {
        Azurite::shared().put_blob(container, name, &[], name.as_bytes());
    }
    Azurite::shared().put_blob(container, "empty", &[("hdi_isfolder", "true")], b"");
    let folder = tempfile::tempdir().expect("a folder");
    let mut mirror = Mirror::new(&Spot::server(&server), &Spot::folder(folder.path().to_owned()));
    let (messages, _) = mirror.run().await;
    let arrived: Vec<String> = files(folder.path()).into_keys().collect();
    assert_eq!(arrived, ["a b", "both/in.txt", "ok.txt", "x/ok.txt"], "{messages:?}");
    assert_eq!(warnings(&messages), ["FILE-NAME both", "FILE-NAME x//lost.txt"]);
    assert!(folder.path().join("empty").is_dir());
    Azurite::shared().put_blob(container, "empty/new.txt", &[], b"new");
    mirror.run().await;
    assert_eq!(files(folder.path())["empty/new.txt"], "new");
    // And as a surplus at the destination: the marker goes with the folder.
    let source = Spot::folder(folder.path().to_owned());
    std::fs::remove_dir_all(folder.path().join("empty")).expect("it was there");
    let mut back = Mirror::new(&source, &Spot::server(&server));
    back.run().await;
    let (messages, counts) = back.run().await;
    assert_eq!(counts[1..4], [0, 0, 0], "nothing is left to do: {messages:?}");
}

/// The same below a folder of the bucket: keys are shown without it.
#[tokio::test]
async fn keys_are_shown_below_the_folder() {
    for kind in KINDS {
        let bucket = Bucket::of(kind, &["team/data/a", "team/data//b", "team/data/c//d", "team/e"]);
        let folder = tempfile::tempdir().expect("a folder");
        let source = Spot::bucket(&bucket, "team/data");
        let (messages, _) = Mirror::new(&source, &Spot::folder(folder.path().to_owned())).run().await;
        assert_eq!(warnings(&messages), ["FILE-NAME /b", "FILE-NAME c//d"], "{kind:?}");
        assert_eq!(files(folder.path()).into_keys().collect::<Vec<_>>(), ["a"], "{kind:?}");
    }
}

/// What was copied while its key was a path stays when it is hidden by others.
#[tokio::test]
async fn a_mirror_deletes_no_copy_of_an_object_that_is_hidden() {
    for kind in KINDS {
        let bucket = Bucket::of(kind, &["both", "x/a", "y/a"]);
        let folder = tempfile::tempdir().expect("a folder");
        let mut mirror = fetched(&bucket, folder.path());
        mirror.run().await;
        bucket.put(&["both/in.txt", "x//b", "y/"]);
        let before = files(folder.path());
        let (messages, counts) = mirror.run().await;
        assert_eq!((files(folder.path()), counts[3]), (before, 0), "{kind:?}: {messages:?}");
        let warned = warnings(&messages);
        assert!(warned.contains(&"FILE-NAME both".to_owned()), "{warned:?}");
        assert!(warned.contains(&"FILE-IN-THE-WAY both".to_owned()), "{warned:?}");
        assert!(warned.contains(&"FILE-NAME x//b".to_owned()) && warned.contains(&"FILE-NAME y/".to_owned()));
    }
}

/// At the destination they are neither deleted nor replaced, and the folders that they are in stay.
#[tokio::test]
async fn a_mirror_into_a_bucket_leaves_odd_keys_alone() {
    let odd = ["/lead", "x//y", "./a", "both", "both/in.txt", "marked/", "gone//z"];
    for kind in KINDS {
        let bucket = Bucket::of(kind, &odd);
        bucket.put(&["surplus", "gone/a"]);
        let folder = tempfile::tempdir().expect("a folder");
        put(folder.path(), "both/in.txt", b"new");
        put(folder.path(), "x/new", b"new");
        let source = Spot::folder(folder.path().to_owned());
        let mut mirror = Mirror::new(&source, &Spot::bucket(&bucket, "")).with("brake_percent", "100");
        let (messages, counts) = mirror.run().await;
        assert_eq!(counts[3], 2, "deleted: {messages:?}");
        let keys = bucket.keys();
        assert!(odd.iter().all(|key| keys.contains(&(*key).to_owned())), "{kind:?}: {keys:?}");
        assert!(!keys.contains(&"surplus".to_owned()) && !keys.contains(&"gone/a".to_owned()), "{keys:?}");
        assert_eq!(bucket.get("both").expect("the object").content, b"both", "{kind:?}");
        let warned = warnings(&messages);
        for key in ["/lead", "x//y", "./a", "both", "marked/", "gone//z"] {
            assert!(warned.contains(&format!("FILE-NAME {key}")), "{kind:?} {key}: {warned:?}");
        }
        assert!(!warned.iter().any(|line| line.starts_with("FILE-GONE")), "{warned:?}");
    }
}

#[tokio::test]
async fn a_folder_with_nothing_but_odd_keys_has_not_disappeared() {
    for kind in KINDS {
        let bucket = Bucket::of(kind, &["a//", "b/./c", "ok"]);
        let folder = tempfile::tempdir().expect("a folder");
        let (messages, _) = fetched(&bucket, folder.path()).run().await;
        assert_eq!(warnings(&messages), ["FILE-NAME a//", "FILE-NAME b/./c"], "{kind:?}");
        assert!(folder.path().join("a").is_dir() && folder.path().join("b").is_dir(), "{kind:?}");
    }
}

#[tokio::test]
async fn a_blob_that_represents_a_folder_is_one() {
    let bucket = Bucket::of(EndpointKind::Azblob, &["a.txt"]);
    let marker = |value: &str, content: &str| Object {
        content: content.into(),
        metadata: vec![("hdi_isfolder".to_owned(), value.to_owned())],
    };
    bucket.insert("empty", marker("true", ""));
    bucket.insert("full", marker("True", "content"));
    bucket.insert("file", marker("false", "a file"));
    let folder = tempfile::tempdir().expect("a folder");
    let mut mirror = fetched(&bucket, folder.path());
    let (messages, counts) = mirror.run().await;
    assert!(folder.path().join("empty").is_dir() && folder.path().join("full").is_dir(), "{messages:?}");
    assert_eq!(files(folder.path()).into_keys().collect::<Vec<_>>(), ["a.txt", "file"]);
    assert_eq!((warnings(&messages), counts[4]), (vec!["FILE-NAME full".to_owned()], 1));
    bucket.put(&["empty/new.txt"]);
    let (messages, _) = mirror.run().await;
    assert_eq!(files(folder.path()).get("empty/new.txt").map(String::as_str), Some("empty/new.txt"), "{messages:?}");

    // As the root of a system, and as a surplus of a mirror.
    let inner = tempfile::tempdir().expect("a folder");
    bucket.insert("root", marker("true", ""));
    let (_, counts) = Mirror::new(&Spot::bucket(&bucket, "root"), &Spot::folder(inner.path().to_owned())).run().await;
    assert_eq!(counts, [0; 5], "an empty folder is no missing one");
    let source = Spot::folder(inner.path().to_owned());
    put(inner.path(), "a.txt", b"new");
    let target = Bucket::of(EndpointKind::Azblob, &["a.txt"]);
    target.insert("old", marker("true", ""));
    Mirror::new(&source, &Spot::bucket(&target, "")).with("brake_percent", "100").run().await;
    assert_eq!(target.keys(), ["a.txt"]);
}

/// Unknown sizes, times and versions: what exists arrives, and a change is never missed.
#[tokio::test]
async fn objects_of_which_little_is_known_arrive() {
    for kind in KINDS {
        for (sizes, etags, time) in [
            (false, true, "2025-11-22T08:26:40.000Z"),
            (true, true, ""),
            (false, false, ""),
            (false, false, "some time ago"),
            (true, true, "some time ago"),
            (true, true, "Saturday, 22-Nov-25 08:26:40 GMT"),
            (true, true, "Fri, 01 Jan 2300 00:00:00 GMT"),
        ] {
            let bucket = Bucket::new(kind, Habits { sizes, etags, time, ..Habits::default() });
            bucket.set("a", "one");
            let folder = tempfile::tempdir().expect("a folder");
            let mut mirror = fetched(&bucket, folder.path());
            mirror.run().await;
            bucket.set("a", "two");
            let (messages, counts) = mirror.run().await;
            assert_eq!(files(folder.path())["a"], "two", "{kind:?} {sizes} {etags} {time}: {messages:?}");
            assert_eq!(counts[2..], [1, 0, 0], "{kind:?} {sizes} {etags} {time}: {messages:?}");
            assert_eq!(warnings(&messages), [""; 0], "{kind:?} {sizes} {etags} {time}");
        }
    }
}

/// The service lists a key, and then takes it for another one.
#[tokio::test]
async fn an_object_that_is_listed_and_not_found_has_not_disappeared() {
    for kind in KINDS {
        let bucket = Bucket::new(kind, Habits { blind: true, ..Habits::default() });
        bucket.put(&["a"]);
        let folder = tempfile::tempdir().expect("a folder");
        let (messages, outcome) = fetched(&bucket, folder.path()).outcome().await;
        assert_eq!(warnings(&messages), ["FILE-NAME a"], "{kind:?}");
        assert!(matches!(outcome, Ok(()) | Err(StopReason::Failed(_))), "{outcome:?}");
    }
}
