//! From paths to keys and back.

use crate::sync::connectors::files::endpoint::{EndpointError, EndpointResult, ItemError};
use crate::sync::connectors::files::path::{ItemPath, is_name};

/// Bytes of the longest key, for both services. (Azure counts characters; bytes are on the safe side.)
const LONGEST_KEY: usize = 1_024;

/// What a service does to names, and how it writes listings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Rules {
    #[default]
    S3,
    /// Names that end in a dot lose it, and `\` becomes `/`.
    Azure,
}

impl Rules {
    /// The outermost element of a listing.
    pub(super) const fn listing(self) -> &'static str {
        match self {
            Self::S3 => "ListBucketResult",
            Self::Azure => "EnumerationResults",
        }
    }
}

/// The keys below one folder of a bucket.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    /// Ends in `/`, or is empty.
    prefix: String,
    rules: Rules,
}

impl Keys {
    /// `folder` is below the bucket; empty for all of it.
    pub(super) fn new(folder: &str, rules: Rules) -> Self {
        let folder = folder.trim_matches('/');
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        Self { prefix, rules }
    }

    /// Bytes of the longest path; one more is for the `/` of a folder.
    pub(super) const fn longest(&self) -> usize {
        LONGEST_KEY.saturating_sub(self.prefix.len() + 1)
    }

    /// The key of a file.
    pub(super) fn file(&self, path: &ItemPath) -> EndpointResult<String> {
        let impossible = |why: &str| Err(EndpointError::item(ItemError::Name, why));
        let Some(text) = path.as_str() else { return impossible("it is not UTF-8") };
        if self.rules == Rules::Azure && path.names().any(|name| name.ends_with(b".") || name.contains(&b'\\')) {
            return impossible("Azure does not support a dot at the end of a name, or a backslash");
        }
        let key = format!("{}{text}", self.prefix);
        if key.len() > LONGEST_KEY {
            return Err(EndpointError::item(ItemError::TooLong, format!("its key has {} bytes", key.len())));
        }
        Ok(key)
    }

    /// The key of a file that is written or deleted.
    pub(super) fn written(&self, path: &ItemPath) -> EndpointResult<String> {
        let key = self.file(path)?;
        // OpenDAL trims white space from paths: what it changes would lead to another object.
        if key.trim() == key {
            return Ok(key);
        }
        Err(EndpointError::item(ItemError::Name, "white space at its beginning or end would be lost"))
    }

    /// The key of a folder's marker, which is the prefix of all that is in it; empty for a whole bucket.
    pub(super) fn folder(&self, path: &ItemPath) -> EndpointResult<String> {
        if path.is_root() { Ok(self.prefix.clone()) } else { self.file(path).map(|key| format!("{key}/")) }
    }

    /// How messages show a key: what comes after the folder of the settings.
    pub(super) fn display_key(&self, key: &[u8]) -> Vec<u8> {
        key.strip_prefix(self.prefix.as_bytes()).unwrap_or(key).to_vec()
    }
}

/// What a key in the listing of one level is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Child<'a> {
    /// The marker of the folder that is listed.
    Itself,
    /// A child of that name. A key that ends in `/` is a folder.
    Named(&'a [u8]),
    /// No path leads to it; why.
    Unusable(&'static str),
    /// It does not belong into this listing.
    Elsewhere,
}

/// What a key is in the listing of `prefix`.
pub(super) fn child<'a>(prefix: &str, key: &'a [u8]) -> Child<'a> {
    let Some(below) = key.strip_prefix(prefix.as_bytes()) else { return Child::Elsewhere };
    let name = below.strip_suffix(b"/").unwrap_or(below);
    match name {
        b"" if below.is_empty() => Child::Itself,
        b"" => Child::Unusable("the key has an empty name"),
        b"." => Child::Unusable("the key has the name “.”"),
        b".." => Child::Unusable("the key has the name “..”"),
        name if name.contains(&0) => Child::Unusable("the key has a null character"),
        name if is_name(name) => Child::Named(name),
        _ => Child::Elsewhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> ItemPath {
        ItemPath::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn keys_are_paths_below_the_prefix() {
        let all = Keys::new("", Rules::S3);
        let some = Keys::new("/team/data", Rules::S3);
        assert_eq!(all.file(&path("a b/c")), Ok("a b/c".into()));
        assert_eq!(some.file(&path("a b/c")), Ok("team/data/a b/c".into()));
        assert_eq!(all.folder(&ItemPath::root()), Ok(String::new()));
        assert_eq!(some.folder(&ItemPath::root()), Ok("team/data/".into()));
        assert_eq!(some.folder(&path("a")), Ok("team/data/a/".into()));
        assert_eq!((all.longest(), some.longest()), (1_023, 1_013));
        assert_eq!(some.display_key(b"team/data//a"), b"/a");
        assert_eq!(all.display_key(b"/a"), b"/a");
    }

    #[test]
    fn what_cannot_be_a_key() {
        let trouble = |keys: &Keys, path: &ItemPath| match keys.written(path) {
            Err(EndpointError::Item { trouble, .. }) => Some(trouble),
            _ => None,
        };
        let (s3, azure) = (Keys::new("", Rules::S3), Keys::new("", Rules::Azure));
        assert_eq!(trouble(&s3, &ItemPath::parse(b"\xff").unwrap()), Some(ItemError::Name));
        assert_eq!(trouble(&s3, &path(" a")), Some(ItemError::Name));
        assert_eq!(trouble(&s3, &path("a/b\n")), Some(ItemError::Name));
        assert_eq!(s3.file(&path(" a")), Ok(" a".into()), "it can be read");
        assert_eq!(trouble(&s3, &path("a /b")), None);
        assert_eq!(trouble(&s3, &path(&"x".repeat(1_025))), Some(ItemError::TooLong));
        assert_eq!((trouble(&s3, &path("a.")), trouble(&azure, &path("a."))), (None, Some(ItemError::Name)));
        assert_eq!((trouble(&s3, &path("a\\b")), trouble(&azure, &path("a\\b/c"))), (None, Some(ItemError::Name)));
    }

    #[test]
    fn children_of_a_listing() {
        for (prefix, key, expected) in [
            ("", "a", Child::Named(b"a")),
            ("", "a/", Child::Named(b"a")),
            ("x/", "x/a", Child::Named(b"a")),
            ("x/", "x/a\r\n", Child::Named(b"a\r\n")),
            ("x/", "x/...", Child::Named(b"...")),
            ("x/", "x/", Child::Itself),
            ("x/", "y/a", Child::Elsewhere),
            ("x/", "x/a/b", Child::Elsewhere),
            ("x/", "x/a//", Child::Elsewhere),
        ] {
            assert_eq!(child(prefix, key.as_bytes()), expected, "{key} in {prefix}");
        }
        for (prefix, key) in
            [("x/", "x//"), ("", "/"), ("x/", "x/../"), ("x/", "x/."), ("", "./"), ("", "a\0"), ("", "\0/")]
        {
            assert!(matches!(child(prefix, key.as_bytes()), Child::Unusable(_)), "{key} in {prefix}");
        }
    }
}
