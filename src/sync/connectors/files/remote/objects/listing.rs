//! One folder of a bucket.
//!
//! Everything that the service lists appears in the result: as an entry, or as something that cannot be an item. A
//! listing that does not come to an end is an error.

use std::collections::{BTreeMap, BTreeSet};

use super::keys::{Child, Keys, child};
use super::page::Listed;
use super::service::{Service, Wanted};
use crate::sync::connectors::files::endpoint::{DirEntry, EndpointError, EndpointResult, Facts, ItemType};
use crate::sync::connectors::files::listing::{Listing, Unusable};
use crate::sync::connectors::files::remote::bounds::Bounds;

/// Pages in a row that have nothing new. Services send some that are empty where much was deleted.
pub(super) const EMPTY_PAGES: u32 = 1_000;

/// Number of objects that are named one by one, of those whose keys are not paths.
const SHOWN: u32 = 1_000;

/// What was found below a prefix.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) listing: Listing,
    /// The folder has a marker, or anything is below it.
    pub(super) exists: bool,
}

/// Lists the folder with the key `prefix`. Where `a` and `a/b` both exist, `a` is the folder, and the object `a` cannot
/// be an item: no other endpoint can store both.
pub(super) async fn children(service: &Service, keys: &Keys, prefix: &str) -> EndpointResult<Found> {
    let mut folder = Folder::new(service, keys, prefix);
    let wanted = Wanted { prefix, one_level: true, most: None };
    let mut tokens = BTreeSet::new();
    let mut empty = 0;
    let mut token: Option<String> = None;
    loop {
        let (page, _memory) = service.page(wanted, token.as_deref()).await?;
        let before = folder.size();
        for listed in page.objects {
            folder.count(listed.key.len() + listed.facts.etag.as_ref().map_or(0, String::len)).await?;
            folder.object(listed)?;
        }
        for key in page.prefixes {
            folder.count(key.len()).await?;
            folder.prefix(key).await?;
        }
        let Some(next) = page.next else { return Ok(folder.found()) };
        empty = if folder.size() > before { 0 } else { empty + 1 };
        folder.count(next.len()).await?;
        if empty >= EMPTY_PAGES || !tokens.insert(next.clone()) {
            return Err(service.nonsense("the pages of the listing form a loop"));
        }
        token = Some(next);
    }
}

/// A folder whose pages come in.
struct Folder<'a> {
    service: &'a Service,
    keys: &'a Keys,
    prefix: &'a str,
    bounds: Bounds,
    files: BTreeMap<Vec<u8>, Facts>,
    folders: BTreeSet<Vec<u8>>,
    /// Prefixes that are no paths.
    odd: BTreeSet<Vec<u8>>,
    /// Entries for names that are listed twice and differ.
    twice: Vec<DirEntry>,
    unusable: Vec<Unusable>,
    marker: bool,
}

impl<'a> Folder<'a> {
    fn new(service: &'a Service, keys: &'a Keys, prefix: &'a str) -> Self {
        Self {
            service,
            keys,
            prefix,
            bounds: Bounds::new(service.sender.client(), &service.host()),
            files: BTreeMap::new(),
            folders: BTreeSet::new(),
            odd: BTreeSet::new(),
            twice: Vec::new(),
            unusable: Vec::new(),
            marker: false,
        }
    }

    fn size(&self) -> usize {
        self.files.len() + self.folders.len() + self.unusable.len() + usize::from(self.marker)
    }

    async fn count(&mut self, bytes: usize) -> EndpointResult<()> {
        Ok(self.bounds.count(bytes).await?)
    }

    fn object(&mut self, listed: Listed) -> EndpointResult<()> {
        let Listed { key, facts, folder } = listed;
        let has_content = facts.size.is_some_and(|size| size > 0);
        match child(self.prefix, &key) {
            Child::Named(name) if folder || key.ends_with(b"/") => {
                let name = name.to_vec();
                if has_content {
                    self.refuse(&key, "it represents a folder, and its content would be lost");
                }
                self.folders.insert(name);
            }
            Child::Named(name) => match self.files.insert(name.to_vec(), facts.clone()) {
                Some(other) if other != facts => {
                    self.twice.push(DirEntry { name: name.to_vec(), kind: ItemType::File, facts: other });
                }
                Some(_) | None => {}
            },
            Child::Itself => {
                self.marker = true;
                if has_content {
                    self.refuse(&key, "it represents a folder, and its content would be lost");
                }
            }
            Child::Unusable(why) => self.refuse(&key, why),
            Child::Elsewhere => return Err(self.elsewhere(&key)),
        }
        Ok(())
    }

    async fn prefix(&mut self, key: Vec<u8>) -> EndpointResult<()> {
        match child(self.prefix, &key) {
            Child::Named(name) => {
                self.folders.insert(name.to_vec());
            }
            Child::Itself => self.marker = true,
            Child::Unusable(why) => {
                if self.odd.insert(key.clone()) {
                    self.all_below(&key, why).await?;
                }
            }
            Child::Elsewhere => return Err(self.elsewhere(&key)),
        }
        Ok(())
    }

    /// Shows each object below a prefix that is no path, up to a number.
    async fn all_below(&mut self, key: &[u8], why: &'static str) -> EndpointResult<()> {
        let Ok(prefix) = std::str::from_utf8(key) else {
            self.refuse(key, why);
            return Ok(());
        };
        let (mut left, before) = (SHOWN, self.unusable.len());
        let mut token: Option<String> = None;
        // Each page takes one at least, so that pages without end come to an end.
        while left > 0 {
            let wanted = Wanted { prefix, one_level: false, most: Some(left) };
            let (page, _memory) = self.service.page(wanted, token.as_deref()).await?;
            for listed in &page.objects {
                self.count(listed.key.len()).await?;
                self.refuse(&listed.key, why);
            }
            left = left.saturating_sub(u32::try_from(page.objects.len()).unwrap_or(u32::MAX).max(1));
            match page.next {
                Some(next) => token = Some(next),
                None if self.unusable.len() > before => return Ok(()),
                None => break,
            }
        }
        self.refuse(key, why);
        Ok(())
    }

    fn refuse(&mut self, key: &[u8], why: &str) {
        self.unusable.push(Unusable { shown: self.keys.display_key(key), words: why.to_owned() });
    }

    fn elsewhere(&self, key: &[u8]) -> EndpointError {
        let key = String::from_utf8_lossy(key);
        self.service.nonsense(&format!("the listing of “{}” has the key “{key}”", self.prefix))
    }

    fn found(mut self) -> Found {
        for name in &self.folders {
            if self.files.remove(name).is_some() {
                let key = [self.prefix.as_bytes(), name].concat();
                let words = "a folder has the same name".to_owned();
                self.unusable.push(Unusable { shown: self.keys.display_key(&key), words });
            }
        }
        let exists = self.size() > 0;
        self.bounds.keep();
        let folder = |name| DirEntry { name, kind: ItemType::Folder, facts: Facts::default() };
        let file = |(name, facts): (Vec<u8>, Facts)| DirEntry { kind: ItemType::of_file(&name), name, facts };
        let mut entries: Vec<DirEntry> = self.files.into_iter().map(file).collect();
        entries.extend(self.folders.into_iter().map(folder));
        entries.extend(self.twice);
        Found { listing: Listing { entries, unusable: self.unusable, ..Listing::default() }, exists }
    }
}
