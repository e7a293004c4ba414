//! Folders of this process: the data folder, closed to others, and the folders of groups within it.

use std::fmt::Write as _;
use std::fs::{DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};

/// Makes the folder if it is missing, and takes away what others may do in it.
pub fn prepare(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mode = std::fs::metadata(folder)?.permissions().mode();
    if mode & 0o077 != 0 {
        std::fs::set_permissions(folder, Permissions::from_mode(mode & !0o077 & 0o7777))?;
    }
    Ok(())
}

/// The name of a group as that of a folder: letters, digits, spaces, `-`, `_` and inner dots stay, every other
/// byte becomes `%` and two digits, so that no name leads elsewhere and no two are the same.
pub fn name_for(group: &str) -> String {
    let mut name = String::with_capacity(group.len());
    for (at, letter) in group.char_indices() {
        if letter.is_alphanumeric() || " -_".contains(letter) || (letter == '.' && at > 0) {
            name.push(letter);
        } else {
            let mut bytes = [0; 4];
            for byte in letter.encode_utf8(&mut bytes).bytes() {
                let _ = write!(name, "%{byte:02X}");
            }
        }
    }
    name
}

/// Whether `inside` lies in `folder`, as far as both exist by their true places, else by their names.
pub fn contains(folder: &Path, inside: &Path) -> bool {
    true_place(inside).starts_with(true_place(folder))
}

/// The true place of the part that exists, with the rest of the names after it.
pub fn true_place(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut rest: Vec<Component<'_>> = Vec::new();
    let mut known = absolute.as_path();
    loop {
        if let Ok(place) = known.canonicalize() {
            return rest.iter().rev().fold(place, |place, name| place.join(name));
        }
        let (Some(parent), Some(name)) = (known.parent(), known.components().next_back()) else { return absolute };
        rest.push(name);
        known = parent;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_made_and_closed() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("a/data");
        let mode = || std::fs::metadata(&data).unwrap().permissions().mode() & 0o777;
        prepare(&data).unwrap();
        assert_eq!(mode(), 0o700);
        std::fs::set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
        prepare(&data).unwrap();
        assert_eq!(mode(), 0o700);
        std::fs::write(dir.path().join("file"), "").unwrap();
        assert!(prepare(&dir.path().join("file")).is_err());
    }

    #[test]
    fn no_group_name_leads_elsewhere() {
        assert_eq!(name_for("Finance"), "Finance");
        assert_eq!(name_for("Köln 2.0"), "Köln 2.0");
        assert_eq!(name_for(".."), "%2E.");
        assert_eq!(name_for("a/../b"), "a%2F..%2Fb");
        assert_eq!(name_for("50%"), "50%25");
        assert_eq!(name_for("€\0"), "%E2%82%AC%00");
    }

    #[test]
    fn containing_sees_through_links_and_missing_parts() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        std::fs::create_dir(&data).unwrap();
        std::os::unix::fs::symlink(&data, dir.path().join("link")).unwrap();
        assert!(contains(&data, &data.join("keys.toml")));
        assert!(contains(&dir.path().join("link"), &data.join("keys.toml")));
        assert!(contains(dir.path(), &data.join("not/yet/there")));
        assert!(!contains(&data.join("files"), &data.join("keys.toml")));
        assert!(!contains(&data.join("key"), &data.join("keys.toml")));
    }
}
