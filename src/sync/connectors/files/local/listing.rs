//! Listing a local folder, with what could not be described.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use rustix::fs::Dir;
use rustix::io::Errno;

use super::LocalInner;
use super::tree::Purpose;
use crate::sync::connectors::files::endpoint::{DirEntry, EndpointError, EndpointResult, Facts, ItemError, ItemType};
use crate::sync::connectors::files::listing::{Listing, Unknown};
use crate::sync::connectors::files::path::{ItemPath, is_name};

impl LocalInner {
    pub(super) fn list(&self, folder: &ItemPath) -> EndpointResult<Listing> {
        let trouble = |errno: Errno| self.trouble(errno);
        let dir = self.tree.folder(folder, Purpose::List).map_err(trouble)?;
        let names = || {
            let names = Dir::read_from(&dir).map_err(trouble)?;
            Ok(names.map(|found| Ok(found?.file_name().to_bytes().to_vec())))
        };
        let look =
            |name: &[u8]| self.tree.stat(&dir, OsStr::from_bytes(name)).map(|(kind, facts, _mode)| (kind, facts));
        collect(names, look, trouble)
    }
}

/// Describes each name. A name whose description fails is unknown, unless it vanished: then it is not listed again.
/// Names that could not be read are missing from the listing.
fn collect<N: Iterator<Item = Result<Vec<u8>, Errno>>>(
    names: impl Fn() -> EndpointResult<N>,
    look: impl Fn(&[u8]) -> Result<(ItemType, Facts), Errno>,
    trouble: impl Fn(Errno) -> EndpointError,
) -> EndpointResult<Listing> {
    let (mut listing, mut vanished) = (Listing::default(), BTreeSet::new());
    for name in names()? {
        let name = match name {
            Ok(name) => name,
            // Nothing was read: the folder as a whole cannot be listed.
            Err(errno) if listing.is_empty() => return Err(trouble(errno)),
            Err(errno) => {
                let EndpointError::Item { words, .. } = trouble(errno) else { return Err(trouble(errno)) };
                listing.miss(words);
                break;
            }
        };
        if !is_name(&name) {
            continue;
        }
        match look(&name) {
            Ok((kind, facts)) => {
                let kind = if kind == ItemType::File { ItemType::of_file(&name) } else { kind };
                listing.entries.push(DirEntry { name, kind, facts });
            }
            Err(Errno::NOENT) => drop(vanished.insert(name)),
            Err(errno) => match trouble(errno) {
                EndpointError::Item { trouble, words } => listing.unknown.push(Unknown { name, trouble, words }),
                whole => return Err(whole),
            },
        }
    }
    if !vanished.is_empty() {
        // Some file systems list names that they do not find, for example those that they cannot translate.
        for name in names()?.map_while(Result::ok).filter(|name| vanished.contains(name)) {
            if look(&name).is_err() {
                let words = "it is listed but cannot be found".to_owned();
                listing.unknown.push(Unknown { name, trouble: ItemError::Other, words });
            }
        }
    }
    closed(listing)
}

/// Where permission is denied for every child, it is denied for the folder: one Warning is enough.
fn closed(mut listing: Listing) -> EndpointResult<Listing> {
    let denied = listing.entries.is_empty() && listing.unknown.iter().all(|one| one.trouble == ItemError::Denied);
    match listing.unknown.pop() {
        Some(one) if denied => Err(EndpointError::item(one.trouble, one.words)),
        Some(one) => {
            listing.unknown.push(one);
            Ok(listing)
        }
        None => Ok(listing),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::sync::connectors::files::endpoint::Which;
    use crate::sync::connectors::files::local::trouble;

    /// Each name with the error of its description, if any.
    fn listed(names: &[(&str, Option<Errno>)], end: Option<Errno>) -> EndpointResult<Listing> {
        // What vanished is not listed again.
        let times = Cell::new(0);
        let given = || {
            let again = times.replace(1) > 0;
            let names =
                names.iter().filter(move |(name, errno)| !again || *errno != Some(Errno::NOENT) || *name == "ghost");
            Ok(names.map(|(name, _)| Ok(name.as_bytes().to_vec())).chain(end.map(Err)))
        };
        let look = |name: &[u8]| match names.iter().find(|(given, _)| given.as_bytes() == name) {
            Some((_, Some(errno))) => Err(*errno),
            Some((_, None)) | None => Ok((ItemType::File, Facts::default())),
        };
        collect(given, look, |errno| trouble::of(errno, Which::Source))
    }

    fn shown(listing: &Listing) -> String {
        let entries = listing.entries.iter().map(|entry| String::from_utf8_lossy(&entry.name).into_owned());
        let unknown = listing.unknown.iter().map(|one| format!("{}?", String::from_utf8_lossy(&one.name)));
        let end = listing.incomplete.iter().map(|words| format!("… {words}"));
        entries.chain(unknown).chain(end).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_vanished_is_missing_and_what_fails_is_unknown() {
        let listing =
            listed(&[("a", None), ("b", Some(Errno::NOENT)), ("c", Some(Errno::IO)), (".", None)], None).unwrap();
        assert_eq!(shown(&listing), "a c?");
        let listing = listed(&[("a", None), ("b", Some(Errno::ACCESS))], None).unwrap();
        assert_eq!(shown(&listing), "a b?");
        let listing = listed(&[("a", None), ("ghost", Some(Errno::NOENT)), ("b", Some(Errno::NOENT))], None).unwrap();
        assert_eq!(shown(&listing), "a ghost?", "what is listed again and not found exists for all we know");
    }

    #[test]
    fn an_error_in_the_middle_makes_the_listing_incomplete() {
        let listing = listed(&[("a", None)], Some(Errno::IO)).unwrap();
        assert!(shown(&listing).starts_with("a … "), "{}", shown(&listing));
        assert!(matches!(listed(&[], Some(Errno::IO)), Err(EndpointError::Item { trouble: ItemError::Other, .. })));
        assert!(matches!(listed(&[("a", None)], Some(Errno::STALE)), Err(EndpointError::Whole(_))), "the disk is away");
    }

    #[test]
    fn a_folder_that_may_be_listed_but_not_entered_is_closed() {
        let (a, b) = (("a", Some(Errno::ACCESS)), ("b", Some(Errno::PERM)));
        assert!(matches!(listed(&[a, b], None), Err(EndpointError::Item { trouble: ItemError::Denied, .. })));
        assert_eq!(shown(&listed(&[a, ("b", Some(Errno::IO))], None).unwrap()), "a? b?");
    }
}
