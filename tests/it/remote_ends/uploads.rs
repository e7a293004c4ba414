//! Big files, and files of which not all comes: nothing incomplete is ever visible.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use syncdesk::sync::connectors::files::endpoint::{
    Endpoint, EndpointError, EndpointResult, Facts, FileReader, ItemError, ItemType,
};
use syncdesk::sync::connectors::files::incoming::Incoming;
use syncdesk::sync::connectors::files::path::ItemPath;
use syncdesk::sync::stop::Stopped;

use super::source::{Source, digest_of, lease, read, source, write};
use super::{RUN, Server, against_each_server, path, trouble_of};

const MIB: u64 = 1024 * 1024;

against_each_server! {
    fifty_mebibytes_are_streamed,
    sizes_around_a_part_come_through,
    a_source_that_breaks_leaves_nothing,
    a_stopped_run_leaves_nothing,
    a_run_without_its_lease_changes_nothing,
    what_is_incomplete_is_never_seen,
}

/// Looks at the end before each piece that it gives.
struct Looking {
    source: Source,
    end: Box<dyn Endpoint>,
    /// Sizes under the name.
    seen: Arc<Mutex<Vec<Option<u64>>>>,
}

impl FileReader for Looking {
    fn facts(&self) -> &Facts {
        self.source.facts()
    }

    fn next(&mut self) -> BoxFuture<'_, EndpointResult<Option<Bytes>>> {
        Box::pin(async {
            let listed = match self.end.list(&ItemPath::root()).await {
                // A service without folders has none before there is something in it.
                Err(EndpointError::Item { trouble: ItemError::NotFound, .. }) => Vec::new(),
                listed => listed.expect("a listing").entries,
            };
            let found = listed.iter().find(|entry| entry.name == b"file");
            self.seen.lock().expect("no panic").push(found.and_then(|entry| entry.facts.size));
            self.source.next().await
        })
    }
}

/// Neither a new file nor one that takes the place of another.
async fn what_is_incomplete_is_never_seen(server: Server) {
    let end = server.ready().await;
    for (size, before) in [(12 * MIB, None), (7 * MIB, Some(12 * MIB)), (MIB / 2, Some(7 * MIB))] {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let looking = Looking { source: source(size, 1), end: server.open(), seen: seen.clone() };
        let incoming = Incoming::new(Box::new(looking), lease(), Arc::default());
        end.write(&path("file"), incoming).await.expect("a file");
        let seen = seen.lock().expect("no panic").clone();
        assert!(seen.len() > 2 && seen.iter().all(|size| *size == before), "{seen:?}");
        assert_eq!(end.stat(&path("file")).await.unwrap().and_then(|entry| entry.facts.size), Some(size));
    }
}

async fn fifty_mebibytes_are_streamed(server: Server) {
    let end = server.ready().await;
    let (file, size) = (path("big.bin"), 50 * MIB + 12_345);
    let stored = write(&*end, &file, size, 1).await.expect("a big file");
    assert_eq!(stored.size, Some(size));
    let (facts, digest) = read(&*end, &file).await.expect("its content");
    assert_eq!((facts.size, digest), (Some(size), digest_of(size, 1)));
    assert_eq!(end.list(&ItemPath::root()).await.unwrap().entries.len(), 1);
}

async fn sizes_around_a_part_come_through(server: Server) {
    let end = server.ready().await;
    for size in [MIB - 1, MIB, MIB + 1, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 10 * MIB] {
        write(&*end, &path("file"), size, 3).await.unwrap_or_else(|error| panic!("{size}: {error:?}"));
        let (facts, digest) = read(&*end, &path("file")).await.expect("its content");
        assert_eq!((facts.size, digest), (Some(size), digest_of(size, 3)));
    }
}

async fn a_source_that_breaks_leaves_nothing(server: Server) {
    let end = server.ready().await;
    write(&*end, &path("old"), 10, 1).await.expect("a file");
    for (size, at) in [(1_000, 0), (MIB, MIB / 2), (12 * MIB, MIB), (12 * MIB, 11 * MIB)] {
        let broken = source(size, 2).breaking_at(at).incoming(&lease());
        assert_eq!(trouble_of(end.write(&path("old"), broken).await), Some(ItemError::Changed), "{size} {at}");
    }
    let listed = end.list(&ItemPath::root()).await.expect("a listing").entries;
    assert_eq!(listed.iter().map(|entry| entry.kind).collect::<Vec<_>>(), [ItemType::File], "no temporary file");
    let (_, digest) = read(&*end, &path("old")).await.expect("its content");
    assert_eq!(digest, digest_of(10, 1));
}

async fn a_stopped_run_leaves_nothing(server: Server) {
    let end = server.ready().await;
    for size in [10, 12 * MIB] {
        let stop = lease();
        let incoming = source(size, 1).incoming(&stop);
        stop.stop(Stopped::Canceled);
        assert_eq!(end.write(&path("file"), incoming).await, Err(EndpointError::Stopped(Stopped::Canceled)));
        assert_eq!(end.stat(&path("file")).await, Ok(None));
    }
}

/// It may have sent, but what it sent does not get its name.
async fn a_run_without_its_lease_changes_nothing(server: Server) {
    let end = server.ready().await;
    for size in [10, 12 * MIB] {
        let lost = syncdesk::sync::stop::Stop::leased(syncdesk::clock::since_boot(), std::time::Duration::ZERO);
        let written = end.write(&path("file"), source(size, 1).incoming(&lost)).await;
        assert_eq!(written, Err(EndpointError::Stopped(Stopped::LeaseLost)));
        assert_eq!(end.stat(&path("file")).await, Ok(None));
    }
}

/// Only `WebDAV` has temporary files.
#[tokio::test]
async fn what_a_crashed_run_left_is_removed_by_a_later_one() {
    let server = Server::webdav("leftovers");
    let end = server.ready().await;
    for run in [RUN - 1, RUN, RUN + 1] {
        write(&*end, &path(&format!(".syncdesk-{run}-1.upload")), 5, 1).await.expect("a leftover");
    }
    let listed = end.list(&ItemPath::root()).await.expect("a listing").entries;
    assert!(listed.iter().all(|entry| entry.kind == ItemType::LeftOver), "{listed:?}");
    let mut removed = Vec::new();
    for entry in &listed {
        removed.push(end.remove_leftover(&ItemPath::root().join(&entry.name)).await.expect("an answer"));
    }
    removed.sort_unstable();
    assert_eq!(removed, [false, false, true], "only the earlier run's");
    assert_eq!(end.list(&ItemPath::root()).await.unwrap().entries.len(), 2);
}
