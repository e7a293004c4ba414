//! Addresses of items, and items of hrefs.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use reqwest::Url;

use crate::sync::connectors::files::endpoint::{EndpointError, EndpointResult, ItemError};
use crate::sync::connectors::files::path::{ItemPath, is_name};

/// What a segment of a path keeps as it is (RFC 3986, "unreserved").
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The address of a root and of all below it.
#[derive(Debug, Clone)]
pub(super) struct Addresses {
    /// Without a trailing slash.
    root: String,
}

impl Addresses {
    /// `folder` is below the share.
    pub(super) fn new(share: &Url, folder: &str) -> Self {
        let root = share.as_str().trim_end_matches('/').to_owned();
        let below = folder.split('/').filter(|name| !name.is_empty());
        Self { root: below.fold(root, |root, name| joined(&root, name)) }
    }

    /// The address of a file, or of a folder.
    pub(super) fn of(&self, path: &ItemPath, folder: bool) -> EndpointResult<Url> {
        let Some(text) = path.as_str() else { return Err(EndpointError::item(ItemError::Name, "it is not UTF-8")) };
        // Servers lose them on the way, or put them into XML that has none.
        if text.chars().any(char::is_control) {
            return Err(EndpointError::item(ItemError::Name, "it has control characters"));
        }
        let names = text.split('/').filter(|name| !name.is_empty());
        let address = names.fold(self.root.clone(), |address, name| joined(&address, name));
        let address = if folder { format!("{address}/") } else { address };
        Url::parse(&address).map_err(|error| EndpointError::item(ItemError::Name, error))
    }

    /// The names that lead to the root.
    pub(super) fn root_names(&self) -> Names {
        names(&self.root)
    }

    /// The folders from the share's host down to the root, the root last.
    pub(super) fn to_root(&self) -> Vec<Url> {
        let Ok(mut url) = Url::parse(&format!("{}/", self.root)) else { return Vec::new() };
        let mut urls = Vec::new();
        while url.path() != "/" {
            urls.push(url.clone());
            match url.join("..") {
                Ok(above) => url = above,
                Err(_) => break,
            }
        }
        urls.reverse();
        urls
    }
}

fn joined(address: &str, name: &str) -> String {
    format!("{address}/{}", utf8_percent_encode(name, ESCAPED))
}

/// Which item of a folder's listing an href is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum HrefTarget {
    Itself,
    Child(Vec<u8>),
    /// Something in the child of this name.
    Below(Vec<u8>),
    /// A child whose name no path can have, such as `a%2Fb`: the name as it came.
    Odd(String),
    /// A child, or something in one, with a query, a fragment or a session in its href, which are no part of a name; or
    /// a name in which they should be encoded. It begins with the name as it came.
    Unclear(String),
    /// A folder that the folder is in.
    Above,
    Elsewhere,
}

/// The decoded names of a path.
pub(super) type Names = Vec<Vec<u8>>;

/// Compares an href (an address or a path) with the names that lead to the folder.
pub(super) fn place_of(href: &str, folder: &[Vec<u8>]) -> HrefTarget {
    let path = path_of(href);
    let bare = bare(path);
    match place_of_path(&bare, folder) {
        HrefTarget::Child(_) | HrefTarget::Odd(_) | HrefTarget::Below(_) if bare != path => {
            HrefTarget::Unclear(segments(path).get(folder.len()..).unwrap_or_default().join("/"))
        }
        place => place,
    }
}

/// A path without query, fragment and sessions (RFC 3986, 3; the parameter is that of Jakarta Servlet, 7.1.3).
fn bare(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let without_session = |segment: &str| {
        let session = segment.to_ascii_lowercase().find(";jsessionid=");
        segment.get(..session.unwrap_or(segment.len())).unwrap_or_default().to_owned()
    };
    path.split('/').map(without_session).collect::<Vec<_>>().join("/")
}

fn place_of_path(path: &str, folder: &[Vec<u8>]) -> HrefTarget {
    let segments = segments(path);
    let told: Names = segments.iter().map(|segment| percent_decode_str(segment).collect()).collect();
    match told.strip_prefix(folder) {
        Some([]) => HrefTarget::Itself,
        Some([name]) if is_name(name) => HrefTarget::Child(name.clone()),
        Some([_]) => HrefTarget::Odd(segments.last().map(|name| (*name).to_owned()).unwrap_or_default()),
        Some([name, ..]) if is_name(name) => HrefTarget::Below(name.clone()),
        None if folder.starts_with(&told) => HrefTarget::Above,
        Some(_) | None => HrefTarget::Elsewhere,
    }
}

/// The path of an href.
fn path_of(href: &str) -> &str {
    match href.split_once("://") {
        Some((_scheme, rest)) => rest.split_once('/').map_or("", |(_host, path)| path),
        None => href,
    }
}

/// The names of a path.
pub(super) fn names(href: &str) -> Names {
    segments(path_of(href)).into_iter().map(|segment| percent_decode_str(segment).collect()).collect()
}

/// The segments of a path, without those that are empty or dots (RFC 3986, 5.2.4).
fn segments(path: &str) -> Vec<&str> {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            name => segments.push(name),
        }
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses() -> Addresses {
        Addresses::new(&"https://files.example/dav/my%20share".parse().unwrap(), "team/data ä")
    }

    #[test]
    fn names_are_escaped() {
        let of = |text: &str, folder| {
            addresses().of(&ItemPath::parse(text.as_bytes()).unwrap(), folder).unwrap().to_string()
        };
        let root = "https://files.example/dav/my%20share/team/data%20%C3%A4";
        assert_eq!(of("a/b.txt", false), format!("{root}/a/b.txt"));
        assert_eq!(of("a", true), format!("{root}/a/"));
        assert_eq!(of("", true), format!("{root}/"));
        assert_eq!(of(" #?%41\"'/~", false), format!("{root}/%20%23%3F%2541%22%27/~"));
        for impossible in [b"\xff".as_slice(), b"a\nb"] {
            assert!(addresses().of(&ItemPath::parse(impossible).unwrap(), false).is_err());
        }
    }

    #[test]
    fn the_folders_down_to_the_root() {
        let urls: Vec<_> = addresses().to_root().iter().map(|url| url.path().to_owned()).collect();
        let root = "/dav/my%20share/team/data%20%C3%A4/";
        assert_eq!(urls, ["/dav/", "/dav/my%20share/", "/dav/my%20share/team/", root]);
    }

    #[test]
    fn hrefs_in_whatever_spelling() {
        let folder = names(addresses().of(&ItemPath::root(), true).unwrap().path());
        let place = |href: &str| place_of(href, &folder);
        let child = |name: &[u8]| HrefTarget::Child(name.to_vec());
        let root = "/dav/my%20share/team/data%20%C3%A4";
        assert_eq!(place(&format!("{root}/")), HrefTarget::Itself);
        assert_eq!(place("/dav/my share/team/data%20%c3%a4"), HrefTarget::Itself);
        assert_eq!(place("//dav/./my%20share/x/../team/data%20%C3%A4/./"), HrefTarget::Itself);
        assert_eq!(place(&format!("http://inside:8080{root}/a")), child(b"a"));
        assert_eq!(place(&format!("{root}/%20x/")), child(b" x"));
        assert_eq!(place(&format!("{root}/%ff")), child(b"\xff"));
        assert_eq!(place(&format!("{root}/100%")), child(b"100%"), "not encoded");
        for odd in ["b%20%2f", "in%2Fvoice.txt", "%2e%2E", "a%00b"] {
            assert_eq!(place(&format!("{root}/{odd}/")), HrefTarget::Odd(odd.to_owned()));
        }
        assert_eq!(place(&format!("{root}/a/b")), HrefTarget::Below(b"a".to_vec()));
        assert_eq!(place(&format!("{root}/a;b=c/")), child(b"a;b=c"), "a semicolon is part of a name");
        for unclear in ["a?b", "a#b", "a?b/c", "a;jsessionid=1F", "a;JSESSIONID=1F/b", "in%2Fvoice?x"] {
            assert_eq!(place(&format!("{root}/{unclear}")), HrefTarget::Unclear(unclear.to_owned()));
        }
        for itself in ["?", "#x", ";jsessionid=1F", "/?x=/a", "/;jsessionid=1F"] {
            assert_eq!(place(&format!("{root}{itself}")), HrefTarget::Itself, "{itself}");
        }
        for above in ["/dav/", "/dav/my%20share", &format!("{root}/.."), "/", ""] {
            assert_eq!(place(above), HrefTarget::Above, "{above}");
        }
        for elsewhere in ["/dav/other", "/dav/my%20share/team/data/a", "x", &format!("{root}/a%2Fb/c")] {
            assert_eq!(place(elsewhere), HrefTarget::Elsewhere, "{elsewhere}");
        }
    }
}
