//! Listing a folder of a share: every response is accounted for.

use std::collections::BTreeSet;

use super::WebDav;
use super::address::HrefTarget;
use super::propfind::Depth;
use super::response::{Properties, Response, State, Status};
use crate::sync::connectors::files::endpoint::{DirEntry, EndpointError, EndpointResult, ItemError, ItemType};
use crate::sync::connectors::files::listing::{Listing, Unknown, Unusable};
use crate::sync::connectors::files::path::ItemPath;

impl WebDav {
    pub(super) async fn children(&self, folder: &ItemPath) -> EndpointResult<Listing> {
        let placed = self.exchange.tell(&self.url(folder, true)?, Depth::Children).await?;
        if folder.is_root() && !placed.iter().any(|(place, _)| *place == HrefTarget::Itself) {
            return Err(self.exchange.nonsense("the response lists a different folder").into());
        }
        listing(folder, placed)
    }
}

/// What becomes of the responses about a folder.
fn listing(folder: &ItemPath, placed: Vec<(HrefTarget, Response)>) -> EndpointResult<Listing> {
    let mut gathered = Gathered::default();
    for (place, response) in placed {
        gathered.add(folder, place, response);
    }
    gathered.listing()
}

#[derive(Default)]
struct Gathered {
    listing: Listing,
    /// What was reported of the folder itself.
    itself: Vec<State>,
    /// Names that were reported not to exist.
    missing: BTreeSet<Vec<u8>>,
    /// Children of which something inside was reported.
    parents: BTreeSet<Vec<u8>>,
}

impl Gathered {
    fn add(&mut self, folder: &ItemPath, place: HrefTarget, response: Response) {
        let Response { href, state, .. } = response;
        if href.is_empty() {
            return self.listing.miss("a response names no item");
        }
        match (place, state) {
            (HrefTarget::Itself, state) => self.itself.push(state),
            (HrefTarget::Child(name), State::Exists(known)) => self.listing.entries.push(entry(name, known)),
            (HrefTarget::Child(name), State::Missing) => {
                self.missing.insert(name);
            }
            (HrefTarget::Child(name), State::Unknown(status)) => {
                self.listing.unknown.push(Unknown { name, trouble: status.unknown(), words: status.words });
            }
            (HrefTarget::Below(name), _) => {
                self.parents.insert(name);
            }
            // A limit can be reported of a folder above (RFC 6578, 3.6).
            (HrefTarget::Above, State::Unknown(status)) => self.listing.miss(status.words),
            // Otherwise a folder above is no child, whatever was reported of it.
            (HrefTarget::Above, State::Exists(_) | State::Missing)
            | (HrefTarget::Odd(_) | HrefTarget::Elsewhere, State::Missing) => {}
            (HrefTarget::Odd(name), State::Exists(_) | State::Unknown(_)) => {
                let shown = folder.join(name.as_bytes()).as_bytes().to_vec();
                self.listing.unusable.push(Unusable { shown, words: "this name cannot be used in a path".to_owned() });
            }
            // Its name is one of two, or neither of them: any child may be meant.
            (HrefTarget::Unclear(name), _) => {
                let shown = folder.join(name.as_bytes()).as_bytes().to_vec();
                let words = "the service lists it with a query string, a fragment or a session ID, which do not belong to a name";
                self.listing.unusable.push(Unusable { shown, words: words.to_owned() });
                self.listing.miss(format!("the service lists {href}, and its name is not clear"));
            }
            (HrefTarget::Elsewhere, State::Exists(_) | State::Unknown(_)) => {
                self.listing.miss(format!("the service lists {href}, which is not in this folder"));
            }
        }
    }

    fn listing(mut self) -> EndpointResult<Listing> {
        self.about_itself()?;
        let contradicted: Vec<usize> =
            (0..self.listing.entries.len()).rev().filter(|at| self.is_contradicted(*at)).collect();
        for at in contradicted {
            let name = self.listing.entries.swap_remove(at).name;
            self.doubt(name, "the service reports both that it exists and that it does not");
        }
        let known = self.listing.entries.iter().map(|entry| entry.name.clone());
        let known: BTreeSet<Vec<u8>> = known.chain(self.listing.unknown.iter().map(|one| one.name.clone())).collect();
        for name in std::mem::take(&mut self.parents).difference(&known) {
            self.doubt(name.clone(), "the service lists its content but not the folder itself");
        }
        Ok(self.listing)
    }

    fn is_contradicted(&self, at: usize) -> bool {
        self.listing.entries.get(at).is_some_and(|entry| self.missing.contains(&entry.name))
    }

    fn doubt(&mut self, name: Vec<u8>, words: &str) {
        self.listing.unknown.push(Unknown { name, trouble: ItemError::Other, words: words.to_owned() });
    }

    /// Whether the folder exists; a failure beside that means that its listing was cut (RFC 6578, 3.6: status 507).
    fn about_itself(&mut self) -> EndpointResult<()> {
        let states = std::mem::take(&mut self.itself);
        let exists = states.iter().find_map(|state| match state {
            State::Exists(known) => Some(known.folder),
            State::Missing | State::Unknown(_) => None,
        });
        let unknown: Option<&Status> = states.iter().find_map(|state| match state {
            State::Unknown(reason) => Some(reason),
            State::Exists(_) | State::Missing => None,
        });
        match (exists, unknown) {
            (Some(true), Some(reason)) => self.listing.miss(reason.words.as_str()),
            (Some(true), None) if states.contains(&State::Missing) => {
                self.listing.miss("the service also reports that the folder does not exist");
            }
            (Some(true), None) => {}
            (Some(false), _) => return Err(EndpointError::item(ItemError::NotFound, "it is now a file")),
            (None, Some(reason)) => return Err(EndpointError::item(reason.unknown(), &reason.words)),
            (None, None) if states.is_empty() => {
                return Err(EndpointError::item(ItemError::Other, "the response lists a different folder"));
            }
            (None, None) => return Err(EndpointError::item(ItemError::NotFound, "it does not exist")),
        }
        Ok(())
    }
}

pub(super) fn entry(name: Vec<u8>, known: Properties) -> DirEntry {
    let kind = if known.folder { ItemType::Folder } else { ItemType::of_file(&name) };
    DirEntry { name, kind, facts: known.facts() }
}

#[cfg(test)]
mod tests;
