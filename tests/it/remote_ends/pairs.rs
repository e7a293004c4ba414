//! Every kind of end as the source of every kind.

use std::path::Path;

use super::Server;
use super::chain::{put, tree};
use super::ports::{Mirror, Spot};

/// A spot of each kind, of the same name.
fn spots(name: &str, folder: &Path) -> [(&'static str, Spot); 4] {
    let folder = folder.join(name);
    std::fs::create_dir(&folder).expect("a folder");
    [
        ("local", Spot::folder(folder)),
        ("s3", Spot::server(&Server::s3(name))),
        ("azblob", Spot::server(&Server::azurite(name))),
        ("webdav", Spot::server(&Server::webdav(name))),
    ]
}

#[tokio::test]
async fn every_kind_goes_to_every_kind() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let original = folder.path().join("original");
    put(&original, "a", b"one");
    put(&original, "b c/\u{fc} #1.txt", b"two");
    put(&original, "b c/deep/empty", b"");
    let first = Spot::folder(original.clone());
    let sources = spots("pairs-from", folder.path());
    for (kind, source) in &sources {
        assert_eq!(Mirror::new(&first, source).run().await.1, [0, 5, 0, 0, 0], "{kind}");
    }
    for (number, (from, source)) in sources.iter().enumerate() {
        for (to, destination) in spots(&format!("pairs-to-{number}"), folder.path()) {
            let mut pair = Mirror::new(source, &destination);
            assert_eq!(pair.run().await.1, [0, 5, 0, 0, 0], "from {from} to {to}");
            assert_eq!(pair.run().await.1, [3, 0, 0, 0, 0], "from {from} to {to}, unchanged");
            let back = folder.path().join(format!("{from}-{to}"));
            std::fs::create_dir(&back).expect("a folder");
            Mirror::new(&destination, &Spot::folder(back.clone())).run().await;
            assert_eq!(tree(&back), tree(&original), "from {from} to {to}, and back");
        }
    }
}
