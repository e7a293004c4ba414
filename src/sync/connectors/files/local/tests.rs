//! What nothing may lead out of, tried with and without `openat2`.

use futures_util::future::BoxFuture;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::*;
use crate::sync::connectors::files::path::ItemPath;

fn local(root: &Path, name_by_name: bool) -> Local {
    let tree = Tree::new(root.to_path_buf(), ItemPath::root());
    if name_by_name {
        tree.name_by_name();
    }
    Local::new(tree, Which::Destination, 1, String::new())
}

fn path(text: &str) -> ItemPath {
    ItemPath::parse(text.as_bytes()).unwrap()
}

#[expect(clippy::needless_pass_by_value, reason = "reads better at the many callers")]
fn trouble<T>(result: EndpointResult<T>) -> Option<ItemError> {
    match result {
        Err(EndpointError::Item { trouble, .. }) => Some(trouble),
        Err(EndpointError::Whole(_) | EndpointError::Stopped(_)) | Ok(_) => None,
    }
}

async fn kinds(end: &Local, folder: &str) -> Vec<(String, ItemType)> {
    let entries = end.list(&path(folder)).await.unwrap().entries;
    let mut kinds: Vec<_> =
        entries.into_iter().map(|entry| (String::from_utf8(entry.name).unwrap(), entry.kind)).collect();
    kinds.sort_by(|one, other| one.0.cmp(&other.0));
    kinds
}

#[tokio::test]
async fn a_mount_is_seen_and_not_entered() {
    for name_by_name in [false, true] {
        let end = local(Path::new("/"), name_by_name);
        assert!(kinds(&end, "").await.contains(&("proc".to_owned(), ItemType::Mount)));
        assert_eq!(trouble(end.list(&path("proc")).await), Some(ItemError::InTheWay));
        assert_eq!(trouble(end.read(&path("proc/version")).await), Some(ItemError::InTheWay));
    }
}

#[tokio::test]
async fn a_mount_as_the_root_is_fine() {
    let end = local(Path::new("/proc"), false);
    assert!(kinds(&end, "").await.contains(&("version".to_owned(), ItemType::File)));
}

#[tokio::test]
async fn no_operation_goes_through_a_link() {
    for name_by_name in [false, true] {
        let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(outside.path().join("file"), "outside").unwrap();
        fs::create_dir(outside.path().join("empty")).unwrap();
        symlink(outside.path(), root.path().join("link")).unwrap();
        symlink(outside.path().join("file"), root.path().join("to-file")).unwrap();
        let end = local(root.path(), name_by_name);
        let way = Some(ItemError::InTheWay);
        assert_eq!(trouble(end.list(&path("link")).await), way);
        assert_eq!(trouble(end.read(&path("link/file")).await), way);
        assert_eq!(trouble(end.read(&path("to-file")).await), way);
        assert_eq!(trouble(end.stat(&path("link/file")).await), way);
        assert_eq!(trouble(end.make_folder(&path("link/new")).await), way);
        assert_eq!(trouble(end.make_folder(&path("link")).await), way);
        assert_eq!(trouble(end.delete_file(&path("link/file")).await), way);
        assert_eq!(trouble(end.delete_folder(&path("link/empty")).await), way);
        assert_eq!(trouble(end.delete_folder(&path("link")).await), way);
        assert_eq!(
            kinds(&end, "").await,
            [("link".to_owned(), ItemType::Link), ("to-file".to_owned(), ItemType::Link)]
        );
        assert!(outside.path().join("file").exists() && outside.path().join("empty").exists());
        assert!(!outside.path().join("new").exists());
    }
}

#[tokio::test]
async fn deletions_never_take_the_wrong_kind() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("full/of")).unwrap();
    fs::write(root.path().join("file"), "").unwrap();
    let end = local(root.path(), false);
    assert_eq!(trouble(end.delete_file(&path("full")).await), Some(ItemError::InTheWay));
    assert_eq!(trouble(end.delete_folder(&path("file")).await), Some(ItemError::InTheWay));
    assert_eq!(trouble(end.delete_folder(&path("full")).await), Some(ItemError::NotEmpty));
    assert_eq!(end.delete_file(&path("nothing")).await, Ok(()));
    assert_eq!(end.delete_folder(&path("no/thing")).await, Ok(()));
}

#[tokio::test]
async fn a_root_that_is_missing_or_no_folder() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("file"), "").unwrap();
    symlink(root.path(), root.path().join("link")).unwrap();
    let below = |name: &str| {
        let tree = Tree::new(root.path().to_path_buf(), path(name));
        Local::new(tree, Which::Destination, 1, format!("/{name}"))
    };
    assert_eq!(below("missing").stat(&ItemPath::root()).await, Ok(None));
    assert_eq!(below("missing").check().await, Ok(()), "its first run makes it");
    for name in ["file", "link"] {
        let Err(EndpointError::Whole(failure)) = below(name).stat(&ItemPath::root()).await else { panic!("{name}") };
        assert_eq!(failure.code, codes::ROOT);
        assert_eq!(below(name).check().await.unwrap_err().code, codes::ROOT);
    }
    let deep = below("made/on/the/way");
    deep.make_folder(&ItemPath::root()).await.unwrap();
    assert!(root.path().join("made/on/the/way").is_dir());
}

#[test]
fn only_the_allowed_folders() {
    let settings = |path: &str| EndpointSettings {
        kind: crate::sync::connectors::files::settings::EndpointKind::Local,
        path: path.to_owned(),
        bucket: String::new(),
        endpoint: String::new(),
        region: String::new(),
        account: String::new(),
    };
    let roots = [PathBuf::from("/data/files/sales"), PathBuf::from("/srv/share")];
    let allowed = |path: &str| open(&settings(path), &roots, Which::Source, 1).is_ok();
    assert!(allowed("/data/files/sales") && allowed("/srv/share/deep/er"));
    assert!(!allowed("/data/files/salesmen") && !allowed("/data/files") && !allowed("/") && !allowed(""));
}

/// Gives content, and takes the lease away when the last of it was given.
struct Losing {
    facts: Facts,
    pieces: usize,
    stop: crate::sync::stop::Stop,
}

impl FileReader for Losing {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn next(&mut self) -> BoxFuture<'_, EndpointResult<Option<bytes::Bytes>>> {
        let piece = self.pieces.checked_sub(1).map(|left| {
            self.pieces = left;
            bytes::Bytes::from(vec![7; 1024 * 1024])
        });
        if piece.is_none() {
            self.stop.extend(std::time::Duration::ZERO, std::time::Duration::ZERO);
        }
        Box::pin(async { Ok(piece) })
    }
}

/// It may have written all of a file, but the file does not get its name.
#[tokio::test]
async fn a_run_without_its_lease_changes_nothing() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("old"), "before").unwrap();
    let end = local(root.path(), false);
    for name in ["old", "new"] {
        for pieces in [0, 1, 3] {
            let stop = crate::sync::stop::Stop::leased(crate::clock::since_boot(), std::time::Duration::from_mins(10));
            let facts = Facts { size: Some(pieces as u64 * 1024 * 1024), ..Facts::default() };
            let losing = Losing { facts, pieces, stop: stop.clone() };
            let written = end.write(&path(name), Incoming::new(Box::new(losing), stop, Arc::default())).await;
            let lost = Err(EndpointError::Stopped(crate::sync::stop::Stopped::LeaseLost));
            assert_eq!(written, lost, "{name} {pieces}");
            assert_eq!(kinds(&end, "").await, [("old".to_owned(), ItemType::File)], "and no temporary file");
            assert_eq!(fs::read_to_string(root.path().join("old")).unwrap(), "before");
        }
    }
}
