//! Paths of items: raw bytes below the root of an end, with `/` between names.

use crate::domain::message::MAX_KEY_BYTES;

/// The path of an item below the root of its end; empty for the root itself. Never begins or ends
/// with `/`, has no empty name, no `.` and no `..`. Names are bytes and need not be UTF-8.
///
/// Ordered depth-first: a folder comes before what is in it, names in a folder are sorted bytewise.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ItemPath(Vec<u8>);

impl ItemPath {
    /// The root of an end.
    #[must_use]
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// From bytes with `/` between names; `None` for what is no path of an item.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let whole = bytes.is_empty() || bytes.split(|byte| *byte == b'/').all(is_name);
        whole.then(|| Self(bytes.to_vec()))
    }

    /// From the key of a baseline or a step.
    #[must_use]
    pub fn from_key(key: &[u8]) -> Option<Self> {
        let bytes: Vec<u8> = key.iter().map(|byte| if *byte == 0 { b'/' } else { *byte }).collect();
        Self::parse(&bytes)
    }

    /// The key of baselines and steps: `0x00` instead of `/`, so that the order of the bytes is the
    /// order of the walk.
    #[must_use]
    pub fn key(&self) -> Vec<u8> {
        self.0.iter().map(|byte| if *byte == b'/' { 0 } else { *byte }).collect()
    }

    /// An item of this folder. The name must be one that [`is_name`] accepts.
    #[must_use]
    pub fn join(&self, name: &[u8]) -> Self {
        let mut path = Vec::with_capacity(self.0.len() + 1 + name.len());
        path.extend_from_slice(&self.0);
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(name);
        Self(path)
    }

    /// The folder that it is in; the root for what is directly below it, and for the root.
    #[must_use]
    pub fn parent(&self) -> Self {
        Self(self.split().0.to_vec())
    }

    /// Its name in that folder; empty for the root.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        self.split().1
    }

    fn split(&self) -> (&[u8], &[u8]) {
        match self.0.iter().rposition(|byte| *byte == b'/') {
            Some(slash) => {
                let (parent, name) = self.0.split_at(slash);
                (parent, name.get(1..).unwrap_or_default())
            }
            None => (&[], &self.0),
        }
    }

    /// The names from the root on.
    pub fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.0.split(|byte| *byte == b'/').filter(|name| !name.is_empty())
    }

    #[must_use]
    pub const fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// For ends whose names are text; `None` when it is not UTF-8.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// Whether it is short enough to be remembered.
    #[must_use]
    pub const fn fits(&self) -> bool {
        self.0.len() <= MAX_KEY_BYTES
    }

    /// For messages to people.
    #[must_use]
    pub fn display(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }
}

impl Ord for ItemPath {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let order = |byte: &u8| if *byte == b'/' { 0 } else { *byte };
        self.0.iter().map(order).cmp(other.0.iter().map(order))
    }
}

impl PartialOrd for ItemPath {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Whether bytes can be one name of a path. Ends must drop from their lists what is none.
#[must_use]
pub fn is_name(name: &[u8]) -> bool {
    !matches!(name, b"" | b"." | b"..") && !name.iter().any(|byte| matches!(byte, b'/' | 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> ItemPath {
        ItemPath::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn keys_are_in_the_order_of_the_walk() {
        let walk = ["a", "a/b", "a/b/c", "a/b!", "a!", "a!/b", "aa", "b"].map(path);
        let mut sorted = walk.to_vec();
        sorted.sort();
        assert_eq!(sorted, walk);
        sorted.sort_by_key(ItemPath::key);
        assert_eq!(sorted, walk);
    }

    #[test]
    fn a_key_leads_back_to_its_path() {
        let odd = ItemPath::parse(b"a b/\xff\n/c").unwrap();
        assert_eq!(ItemPath::from_key(&odd.key()), Some(odd));
    }

    #[test]
    fn parts() {
        assert_eq!(path("a/b/c").parent(), path("a/b"));
        assert_eq!(path("a/b/c").name(), b"c");
        assert_eq!(path("a").parent(), ItemPath::root());
        assert_eq!(ItemPath::root().join(b"a").join(b"b"), path("a/b"));
        assert_eq!(path("a/b").names().collect::<Vec<_>>(), [b"a", b"b"]);
        assert_eq!(ItemPath::root().names().count(), 0);
    }

    #[test]
    fn what_is_no_path() {
        for bytes in ["/a", "a/", "a//b", "a/../b", "..", "./a", "a\0b"] {
            assert_eq!(ItemPath::parse(bytes.as_bytes()), None, "{bytes}");
        }
    }
}
