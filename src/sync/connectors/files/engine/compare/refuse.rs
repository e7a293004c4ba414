//! Items of the source that cannot be handled at all, and why.

use crate::domain::message::{Category, Message};
use crate::sync::connectors::files::codes;
use crate::sync::connectors::files::endpoint::{DirEntry, ItemType, Which};
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::connectors::files::settings::Mode;

use super::super::possible::impossible;
use super::super::run::skipped;
use super::Walk;

/// The word for a kind of item in messages.
pub(super) fn type_name(kind: ItemType) -> &'static str {
    match kind {
        ItemType::File | ItemType::LeftOver => "file",
        ItemType::Folder => "folder",
        ItemType::Link => "link",
        ItemType::Other => "special",
        ItemType::Mount => "mount",
    }
}

impl Walk<'_> {
    /// Why an item of the source cannot be handled at all.
    pub(super) fn refuse(
        &self,
        source: &DirEntry,
        destination: Option<&DirEntry>,
        path: &ItemPath,
        clash: Option<Vec<u8>>,
    ) -> Option<Message> {
        let item_type = type_name(source.kind);
        if let Some(message) = stranger(source.kind, Which::Source, path) {
            return Some(message);
        }
        if let Some(other) = clash {
            let other = String::from_utf8_lossy(&other).into_owned();
            return Some(skipped(Category::Warning, codes::CASE, item_type, path).arg(other));
        }
        if let Some(message) = impossible(path, item_type, self.run.destination.abilities()) {
            return Some(message);
        }
        let there = destination?.kind;
        let in_the_way = match there {
            ItemType::Link | ItemType::Other | ItemType::Mount => true,
            ItemType::File | ItemType::Folder | ItemType::LeftOver => {
                let hidden = self.stack.last().is_some_and(|top| top.hidden.contains(path.name()));
                there != source.kind && (hidden || self.run.settings.mode == Mode::Copy)
            }
        };
        in_the_way.then(|| skipped(Category::Warning, codes::IN_THE_WAY, item_type, path).arg(type_name(there)))
    }
}

/// Information about what is no item: links, special files, mounts.
pub(super) fn stranger(kind: ItemType, which: Which, path: &ItemPath) -> Option<Message> {
    let code = match kind {
        ItemType::Link => codes::LINK,
        ItemType::Other => codes::SPECIAL,
        ItemType::Mount => codes::MOUNT,
        ItemType::File | ItemType::Folder | ItemType::LeftOver => return None,
    };
    Some(skipped(Category::Information, code, type_name(kind), path).arg(which.as_str()))
}
