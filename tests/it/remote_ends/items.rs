//! What an end does with files and folders.

use syncdesk::sync::connectors::files::endpoint::{DirEntry, Endpoint, Facts, ItemError, ItemType};
use syncdesk::sync::connectors::files::listing::Listing;
use syncdesk::sync::connectors::files::path::ItemPath;

use super::source::{digest_of, read, write};
use super::{Server, against_each_server, path, trouble_of};

against_each_server! {
    a_root_is_missing_until_it_is_made,
    a_file_is_written_listed_read_replaced_and_deleted,
    all_that_is_told_of_a_file_agrees,
    odd_names_stay_what_they_are,
    names_that_cannot_be_kept_are_refused,
    folders_come_and_go,
    a_folder_is_never_deleted_or_replaced_as_a_file,
    many_files_are_all_listed,
}

fn names(entries: &[DirEntry]) -> Vec<String> {
    let mut names: Vec<_> = entries.iter().map(|entry| String::from_utf8(entry.name.clone()).unwrap()).collect();
    names.sort();
    names
}

async fn list(end: &dyn Endpoint, folder: &str) -> Vec<DirEntry> {
    end.list(&path(folder)).await.expect("a listing").entries
}

/// As the engine compares: what either does not tell is not compared.
fn agree(one: &Facts, other: &Facts) -> bool {
    one.size == other.size
        && one.modified.zip(other.modified).is_none_or(|(one, other)| one == other)
        && one.etag.as_ref().zip(other.etag.as_ref()).is_none_or(|(one, other)| one == other)
}

async fn a_root_is_missing_until_it_is_made(server: Server) {
    let (end, root) = (server.open(), ItemPath::root());
    assert_eq!(end.stat(&root).await, Ok(None));
    assert_eq!(trouble_of(end.list(&root).await), Some(ItemError::NotFound));
    assert_eq!(end.stat(&path("a")).await, Ok(None));
    assert_eq!(trouble_of(end.list(&path("a")).await), Some(ItemError::NotFound));
    assert_eq!(trouble_of(end.read(&path("a")).await), Some(ItemError::NotFound));
    assert_eq!(end.make_folder(&root).await, Ok(()));
    assert_eq!(end.make_folder(&root).await, Ok(()));
    if server.shows_empty_folders {
        assert_eq!(end.stat(&root).await.unwrap().map(|entry| entry.kind), Some(ItemType::Folder));
        assert_eq!(end.list(&root).await, Ok(Listing::default()));
    }
}

async fn a_file_is_written_listed_read_replaced_and_deleted(server: Server) {
    let end = server.ready().await;
    let file = path("report.bin");
    for (size, seed) in [(1_000, 1), (0, 2), (700_000, 3)] {
        let stored = write(&*end, &file, size, seed).await.expect("a file");
        assert_eq!(stored.size, Some(size));
        assert_eq!(names(&list(&*end, "").await), ["report.bin"], "and no temporary file");
        let (facts, digest) = read(&*end, &file).await.expect("its content");
        assert!(agree(&facts, &stored), "{facts:?} and {stored:?}");
        assert_eq!(digest, digest_of(size, seed));
    }
    assert_eq!(end.delete_file(&file).await, Ok(()));
    assert_eq!(end.delete_file(&file).await, Ok(()), "it is gone already");
    assert_eq!(end.stat(&file).await, Ok(None));
    assert_eq!(trouble_of(end.read(&file).await), Some(ItemError::NotFound));
}

async fn all_that_is_told_of_a_file_agrees(server: Server) {
    let end = server.ready().await;
    let file = path("a.txt");
    let written = write(&*end, &file, 10, 1).await.expect("a file");
    let listed = list(&*end, "").await.remove(0).facts;
    let stat = end.stat(&file).await.unwrap().expect("an entry");
    let (opened, _) = read(&*end, &file).await.expect("its content");
    assert_eq!(stat, DirEntry { name: b"a.txt".to_vec(), kind: ItemType::File, facts: stat.facts.clone() });
    assert!(listed.modified.is_some() && listed.etag.is_some() == server.lists_etags, "{listed:?}");
    for told in [&written, &stat.facts, &opened] {
        assert!(agree(&listed, told), "{listed:?} and {told:?}");
    }
    let replaced = write(&*end, &file, 10, 2).await.expect("another content of the same size");
    assert_ne!(replaced.etag, written.etag, "the etag tells");
}

async fn odd_names_stay_what_they_are(server: Server) {
    let end = server.ready().await;
    let long = "ü".repeat(120);
    let odd = [
        "two words",
        "quote\"s 'n' `more`",
        "100%",
        "%41",
        "a#b?c=d&e",
        "a+b",
        "a;b=c,d",
        "[x]{y}|z",
        "<tag>&amp;",
        "a:b*c",
        "new\nline",
        "tab\there",
        "ümläut",
        "u\u{308}",
        "日本語",
        "🦀",
        ".hidden",
        "dot.",
        "back\\slash",
        "~$x",
        &long,
    ];
    let possible: Vec<&str> = odd.into_iter().filter(|name| (server.possible)(name)).collect();
    end.make_folder(&path("odd #1%")).await.expect("a folder");
    for (seed, name) in (1..).zip(&possible) {
        let file = path(&format!("odd #1%/{name}"));
        write(&*end, &file, 10, seed).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
    let mut expected: Vec<String> = possible.iter().map(|name| (*name).to_owned()).collect();
    expected.sort();
    assert_eq!(names(&list(&*end, "odd #1%").await), expected);
    for (seed, name) in (1..).zip(&possible) {
        let file = path(&format!("odd #1%/{name}"));
        let (_, digest) = read(&*end, &file).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(digest, digest_of(10, seed), "{name}");
        end.delete_file(&file).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
}

async fn names_that_cannot_be_kept_are_refused(server: Server) {
    let end = server.ready().await;
    let not_text = ItemPath::parse(b"\xff\xfe").unwrap();
    assert!(end.abilities().utf8_only);
    assert_eq!(trouble_of(write(&*end, &not_text, 1, 1).await), Some(ItemError::Name));
    for name in ["trailing ", "trailing\n", "\ttab first", " leading"] {
        let written = write(&*end, &path(name), 10, 1).await;
        let trimmed = end.abilities().trims_white_space && !name.starts_with(char::is_whitespace);
        if trimmed || !(server.possible)(name) {
            assert_eq!(trouble_of(written), Some(ItemError::Name), "{name:?}");
        } else {
            written.unwrap_or_else(|error| panic!("{name:?}: {error:?}"));
            let listed = list(&*end, "").await;
            assert_eq!(names(&listed), [name], "it is listed as it is");
            assert_eq!(end.delete_file(&path(name)).await, Ok(()));
        }
        let left = end.list(&ItemPath::root()).await.or_else(|error| match error {
            _ if server.shows_empty_folders => Err(error),
            _ => Ok(Listing::default()),
        });
        assert_eq!(left, Ok(Listing::default()), "{name:?}");
    }
}

async fn folders_come_and_go(server: Server) {
    let end = server.ready().await;
    let (outer, inner, file) = (path("outer"), path("outer/in ner"), path("outer/in ner/file"));
    end.make_folder(&outer).await.expect("a folder");
    end.make_folder(&inner).await.expect("a folder in it");
    assert_eq!(end.make_folder(&inner).await, Ok(()), "it is there already");
    if server.shows_empty_folders {
        assert_eq!(list(&*end, "outer/in ner").await, []);
    }
    write(&*end, &file, 5, 1).await.expect("a file in that");
    let folder = |name: &str| DirEntry { name: name.into(), kind: ItemType::Folder, facts: Facts::default() };
    assert_eq!(list(&*end, "").await, [folder("outer")]);
    assert_eq!(list(&*end, "outer").await, [folder("in ner")]);
    assert_eq!(end.stat(&inner).await, Ok(Some(folder("in ner"))));
    assert_eq!(trouble_of(end.delete_folder(&inner).await), Some(ItemError::NotEmpty));
    assert_eq!(trouble_of(end.delete_folder(&outer).await), Some(ItemError::NotEmpty));
    assert!(read(&*end, &file).await.is_ok(), "nothing was deleted");
    assert_eq!(end.delete_file(&file).await, Ok(()));
    assert_eq!(end.delete_folder(&inner).await, Ok(()));
    assert_eq!(end.delete_folder(&inner).await, Ok(()), "it is gone already");
    assert_eq!(end.delete_folder(&outer).await, Ok(()));
    assert_eq!(end.stat(&outer).await, Ok(None));
}

async fn a_folder_is_never_deleted_or_replaced_as_a_file(server: Server) {
    let end = server.ready().await;
    end.make_folder(&path("a")).await.expect("a folder");
    write(&*end, &path("a/precious"), 5, 1).await.expect("a file in it");
    let _ = end.delete_file(&path("a")).await;
    let _ = write(&*end, &path("a"), 5, 2).await;
    assert_eq!(names(&list(&*end, "a").await), ["precious"]);
    let (_, digest) = read(&*end, &path("a/precious")).await.expect("its content");
    assert_eq!(digest, digest_of(5, 1));
}

/// More than a page of a listing (1,000 objects of S3).
async fn many_files_are_all_listed(server: Server) {
    const MANY: usize = 1_050;
    let end = server.ready().await;
    let writes = (0..MANY).map(|n| {
        let end = &end;
        async move { write(&**end, &path(&format!("{n:04}")), 1, 1).await.expect("a file") }
    });
    futures_util::StreamExt::collect::<Vec<_>>(futures_util::StreamExt::buffer_unordered(
        futures_util::stream::iter(writes),
        8,
    ))
    .await;
    let listed = names(&list(&*end, "").await);
    assert_eq!(listed, (0..MANY).map(|n| format!("{n:04}")).collect::<Vec<_>>());
}

/// Where a server takes a name for another one, that other one must not suffer.
#[tokio::test]
async fn a_confused_server_does_no_harm() {
    let server = Server::webdav("confused");
    let end = server.ready().await;
    write(&*end, &path("a"), 10, 1).await.expect("a file");
    for name in ["a?b", "a;b"] {
        assert_eq!(trouble_of(write(&*end, &path(name), 10, 2).await), Some(ItemError::Name), "{name}");
        assert_eq!(names(&list(&*end, "").await), ["a"]);
        let (_, digest) = read(&*end, &path("a")).await.expect("its content");
        assert_eq!(digest, digest_of(10, 1));
    }
}

/// What the bucket holds already, under names that OpenDAL would change: it is read, and not deleted.
#[tokio::test]
async fn a_listing_of_a_bucket_tells_names_as_they_are() {
    let mut server = Server::s3("white-space");
    server.settings.path.clear();
    let bucket = crate::peers::S3::shared().create_bucket("white-space");
    server.settings.bucket = "white-space".into();
    for name in [" a", "b ", "c\nd", "e\u{1}f", "&amp;"] {
        std::fs::write(bucket.join(name), name).expect("an object");
    }
    let end = server.open();
    assert_eq!(names(&list(&*end, "").await), [" a", "&amp;", "b ", "c\nd", "e\u{1}f"]);
    for name in [" a", "b "] {
        assert!(read(&*end, &path(name)).await.is_ok(), "{name:?}");
        assert_eq!(trouble_of(end.delete_file(&path(name)).await), Some(ItemError::Name), "{name:?}");
    }
    assert!(read(&*end, &path("c\nd")).await.is_ok());
}
