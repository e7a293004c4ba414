//! Which names can exist at the destination.

use super::run::skipped;
use crate::domain::message::{Category, MAX_KEY_BYTES, Message};
use crate::sync::connectors::files::codes;
use crate::sync::connectors::files::endpoint::Abilities;
use crate::sync::connectors::files::path::ItemPath;

/// A Warning if a path of the source cannot be one of the destination.
pub(super) fn impossible(path: &ItemPath, item_type: &'static str, destination: &Abilities) -> Option<Message> {
    let warning = |code| skipped(Category::Warning, code, item_type, path);
    let too_long = |length: usize, longest: usize| {
        (length > longest).then(|| warning(codes::TOO_LONG).arg(length.to_string()).arg(longest.to_string()))
    };
    let name = path.name();
    let text = std::str::from_utf8(name);
    if destination.utf8_only && text.is_err() {
        return Some(warning(codes::NAME).arg("it is not UTF-8"));
    }
    if destination.trims_white_space && text.is_ok_and(|text| text.trim() != text) {
        return Some(warning(codes::NAME).arg("white space at its beginning or end would be lost"));
    }
    too_long(name.len(), destination.longest_name)
        .or_else(|| too_long(path.as_bytes().len(), destination.longest_path.min(MAX_KEY_BYTES)))
}
