//! A large upload is a stream, which no end can send again: the file is opened and written once more.

use std::path::PathBuf;

use syncdesk::sync::stop::StopReason;

use super::ports::{Mirror, Spot};
use crate::stub::Sink;

/// More than what is kept to be sent again.
const SIZE: u64 = 3 << 20;

fn large() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("large.bin");
    std::fs::write(&file, vec![7; usize::try_from(SIZE).expect("small")]).expect("a file");
    let root = folder.path().to_owned();
    (folder, root)
}

#[tokio::test]
async fn an_upload_that_breaks_is_done_once_more() {
    let (_folder, root) = large();
    let sink = Sink::breaking(1);
    let (_, counts) = Mirror::new(&Spot::folder(root), &Spot::share(sink.address())).run().await;
    assert_eq!(counts, [0, 1, 0, 0, 0]);
    assert_eq!(sink.files().into_iter().collect::<Vec<_>>(), [("large.bin".to_owned(), SIZE)]);
    assert_eq!(sink.methods().iter().filter(|method| *method == "PUT").count(), 2);
}

#[tokio::test]
async fn one_that_breaks_again_fails_the_run() {
    let (_folder, root) = large();
    let sink = Sink::breaking(2);
    let outcome = Mirror::new(&Spot::folder(root), &Spot::share(sink.address())).outcome().await.1;
    let Err(StopReason::Failed(failure)) = outcome else { panic!("{outcome:?}") };
    assert!(failure.transient, "the next attempt may do better: {failure:?}");
    assert_eq!(sink.methods().iter().filter(|method| *method == "PUT").count(), 2);
    assert!(sink.files().is_empty());
}
