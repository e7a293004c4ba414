//! One tree through all kinds of ends: a folder, S3, Azure Blob, `WebDAV`, and a folder again.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::Server;
use super::ports::{Mirror, Spot};

/// Each file below a folder with its content; folders are there with none.
pub fn tree(folder: &Path) -> BTreeMap<String, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name().into_string().unwrap())).unwrap();
        if path.is_dir() {
            found.extend(tree(&path).into_iter().map(|(below, content)| (format!("{name}/{below}"), content)));
            found.insert(name, None);
        } else {
            found.insert(name, Some(fs::read(path).unwrap()));
        }
    }
    found
}

pub fn put(folder: &Path, path: &str, content: &[u8]) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// Runs each system of the chain once: what each counted.
async fn pass(chain: &mut [Mirror]) -> Vec<Vec<i64>> {
    let mut counts = Vec::new();
    for mirror in chain {
        counts.push(mirror.run().await.1);
    }
    counts
}

/// S3 against s3s-fs; a wrong secret is refused.
#[tokio::test]
async fn a_tree_goes_through_every_kind_of_end_and_comes_back_equal() {
    let (first, last) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let from = first.path();
    for n in 0..30 {
        put(from, &format!("many/{n:02}"), format!("file {n}").as_bytes());
    }
    put(from, "a b/ü #1 100%.txt", b"odd");
    put(from, "empty file", b"");
    put(from, "big.bin", &vec![7; 6 * 1024 * 1024]);
    put(from, "deep/er/and/deeper/file", b"deep");

    let servers = [Server::s3("chain"), Server::azurite("chain"), Server::webdav("chain")];
    let mut spots = vec![Spot::folder(from.to_owned())];
    spots.extend(servers.iter().map(Spot::server));
    spots.push(Spot::folder(last.path().to_owned()));
    let mut chain: Vec<Mirror> = spots.windows(2).map(|pair| Mirror::new(&pair[0], &pair[1])).collect();

    // 34 files in 6 folders.
    assert_eq!(pass(&mut chain).await, vec![vec![0, 40, 0, 0, 0]; 4]);
    assert_eq!(tree(last.path()), tree(from));
    assert_eq!(pass(&mut chain).await, vec![vec![34, 0, 0, 0, 0]; 4], "nothing moves that did not change");

    put(from, "many/07", b"changed");
    // Of another size: s3s-fs lists no etags and whole seconds, so the same size within a second is no change.
    put(from, "big.bin", &vec![8; 6 * 1024 * 1024 + 1]);
    put(from, "new/file", b"new");
    fs::remove_file(from.join("many/01")).unwrap();
    fs::remove_dir_all(from.join("deep")).unwrap();
    // Two files are new in content, a file and its folder are new, two files and four folders are gone.
    assert_eq!(pass(&mut chain).await, vec![vec![30, 2, 2, 6, 0]; 4]);
    assert_eq!(tree(last.path()), tree(from));
}
