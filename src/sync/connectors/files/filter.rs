//! Include and exclude patterns.
//!
//! A pattern without a `/` (other than at its end) matches a name in any folder; with one it is anchored at the root.
//! `*` and `?` stay within a name, `**` spans folders, a `/` at the end means folders only. What matches
//! a folder holds for all that is in it. Exclude wins over include; without any include pattern
//! everything is included.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use super::path::ItemPath;

/// What is synchronized at all.
#[derive(Debug, Clone)]
pub struct PathFilter {
    include: Option<Patterns>,
    exclude: Patterns,
}

#[derive(Debug, Clone)]
struct Patterns {
    any: GlobSet,
    folders: GlobSet,
}

/// How an item stands to the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// An item of the synchronization.
    Inside,
    /// A folder that is no item itself but may have some in it.
    Passed,
    /// Neither copied nor deleted.
    Outside,
}

impl PathFilter {
    /// # Errors
    /// The place of the bad pattern and what is wrong with it.
    pub fn new(include: &[String], exclude: &[String]) -> Result<Self, String> {
        let include = if include.is_empty() { None } else { Some(Patterns::new(include)?) };
        Ok(Self { include, exclude: Patterns::new(exclude)? })
    }

    /// Where a child stands whose folder stands at `parent` (the root: [`PathFilter::root`]).
    #[must_use]
    pub fn scope(&self, parent: Scope, path: &ItemPath, folder: bool) -> Scope {
        let path = Path::new(OsStr::from_bytes(path.as_bytes()));
        if parent == Scope::Outside || self.exclude.matches(path, folder) {
            return Scope::Outside;
        }
        let included = self.include.as_ref().is_none_or(|include| include.matches(path, folder));
        if included || parent == Scope::Inside {
            Scope::Inside
        } else if folder {
            Scope::Passed
        } else {
            Scope::Outside
        }
    }

    /// Where a child may stand of which nobody knows whether it is a folder: outside only if it is outside as
    /// both.
    #[must_use]
    pub fn widest(&self, parent: Scope, path: &ItemPath) -> Scope {
        match self.scope(parent, path, false) {
            Scope::Outside => self.scope(parent, path, true),
            scope => scope,
        }
    }

    /// Where the root stands.
    #[must_use]
    pub const fn root(&self) -> Scope {
        if self.include.is_some() { Scope::Passed } else { Scope::Inside }
    }
}

impl Patterns {
    fn new(patterns: &[String]) -> Result<Self, String> {
        let (mut any, mut folders) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        for pattern in patterns {
            let glob = glob(pattern)?;
            if pattern.ends_with('/') {
                folders.add(glob)
            } else {
                any.add(glob)
            };
        }
        let build = |set: GlobSetBuilder| set.build().map_err(|error| error.to_string());
        Ok(Self { any: build(any)?, folders: build(folders)? })
    }

    fn matches(&self, path: &Path, folder: bool) -> bool {
        self.any.is_match(path) || (folder && self.folders.is_match(path))
    }
}

fn glob(pattern: &str) -> Result<Glob, String> {
    let body = pattern.strip_suffix('/').unwrap_or(pattern);
    let text = if body.contains('/') { body.trim_start_matches('/').to_owned() } else { format!("**/{body}") };
    if text.is_empty() || body.is_empty() {
        return Err(format!("“{pattern}” matches nothing"));
    }
    GlobBuilder::new(&text)
        .literal_separator(true)
        .backslash_escape(true)
        .build()
        .map_err(|error| format!("“{pattern}”: {}", error.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(include: &[&str], exclude: &[&str]) -> PathFilter {
        let own = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        PathFilter::new(&own(include), &own(exclude)).unwrap()
    }

    /// The scope of a path, walking down from the root.
    fn scope(filter: &PathFilter, path: &str, folder: bool) -> Scope {
        let mut at = ItemPath::root();
        let mut scope = filter.root();
        let names: Vec<&str> = path.split('/').collect();
        for (n, name) in names.iter().enumerate() {
            at = at.join(name.as_bytes());
            scope = filter.scope(scope, &at, folder || n + 1 < names.len());
        }
        scope
    }

    #[test]
    fn everything_is_inside_without_patterns() {
        let filter = filter(&[], &[]);
        assert_eq!(scope(&filter, "a/b", false), Scope::Inside);
        assert_eq!(scope(&filter, "a", true), Scope::Inside);
    }

    #[test]
    fn a_name_is_excluded_in_any_folder_and_with_all_in_it() {
        let filter = filter(&[], &["*.tmp", "cache/", "/top", "docs/*.bak"]);
        assert_eq!(scope(&filter, "a.tmp", false), Scope::Outside);
        assert_eq!(scope(&filter, "x/y/a.tmp", false), Scope::Outside);
        assert_eq!(scope(&filter, "x/cache/a", false), Scope::Outside);
        assert_eq!(scope(&filter, "x/cache", false), Scope::Inside, "a file of that name is none of the folders");
        assert_eq!(scope(&filter, "top/a", false), Scope::Outside);
        assert_eq!(scope(&filter, "x/top", false), Scope::Inside);
        assert_eq!(scope(&filter, "docs/a.bak", false), Scope::Outside);
        assert_eq!(scope(&filter, "docs/x/a.bak", false), Scope::Inside);
    }

    #[test]
    fn an_included_folder_brings_all_in_it() {
        let filter = filter(&["docs/", "*.txt"], &["secret*"]);
        assert_eq!(scope(&filter, "docs/a/b.bin", false), Scope::Inside);
        assert_eq!(scope(&filter, "other/b.bin", false), Scope::Outside);
        assert_eq!(scope(&filter, "other/b.txt", false), Scope::Inside);
        assert_eq!(scope(&filter, "other", true), Scope::Passed);
        assert_eq!(scope(&filter, "docs/secret.txt", false), Scope::Outside);
    }

    #[test]
    fn bad_patterns_are_told() {
        assert!(PathFilter::new(&["[a".to_owned()], &[]).is_err());
        assert!(PathFilter::new(&[], &["/".to_owned()]).is_err());
    }

    #[test]
    fn names_that_are_no_text_are_matched_too() {
        let filter = filter(&[], &["*.tmp"]);
        let path = ItemPath::parse(b"\xff.tmp").unwrap();
        assert_eq!(filter.scope(Scope::Inside, &path, false), Scope::Outside);
    }
}
