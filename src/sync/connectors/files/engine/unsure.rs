//! The rule for what an end does not know: it is neither deleted nor written, at either end, and nothing
//! below it is; its baseline stays, it counts as skipped, and a Warning says why.

use crate::domain::message::{Category, MAX_KEY_BYTES, Message};
use crate::sync::connectors::files::codes;
use crate::sync::connectors::files::endpoint::Which;
use crate::sync::connectors::files::filter::Scope;
use crate::sync::connectors::files::listing::{Unknown, Unusable};
use crate::sync::connectors::files::path::ItemPath;
use crate::sync::connectors::files::settings::Mode;
use crate::sync::stop::StopReason;

use super::compare::Walk;
use super::compare::folder_visit::FolderVisit;
use super::existence::{Children, Existence};
use super::run::{skipped, unknown};
use super::steps::What;

/// The item type of what may be a file or a folder.
const ITEM: &str = "item";

impl Walk<'_> {
    /// At least one end does not know whether the item exists.
    pub(super) async fn unsure(
        &mut self,
        source: Existence,
        destination: Existence,
        path: ItemPath,
        scope: Scope,
    ) -> Result<(), StopReason> {
        let there = !destination.is_missing();
        // What stays at the destination is an item of it all the same, for the deletion limit.
        self.found.items += i64::from(destination.entry().is_some() && scope == Scope::Inside);
        let wanted = !matches!(source, Existence::Missing | Existence::Unlisted);
        match (source, destination) {
            (Existence::Unknown(Unknown { trouble, words, .. }), _) => {
                self.refused(unknown(trouble, words, Which::Source, ITEM, &path), &path, there).await
            }
            // A copy run leaves alone what only the destination has.
            (_, _) if !wanted && self.run.settings.mode == Mode::Copy => self.memories.keep(&path).await,
            (_, Existence::Unknown(Unknown { trouble, words, .. })) => {
                let message = unknown(trouble, words, Which::Destination, ITEM, &path);
                if wanted {
                    self.refused(message, &path, there).await
                } else {
                    self.pass_by(message, &path, there).await
                }
            }
            // The Warning is that of the folder whose listing is incomplete.
            (_, _) => {
                self.found.tally.skipped += 1;
                self.found.tally.refused += i64::from(wanted);
                self.keep_there(there);
                self.memories.keep(&path).await
            }
        }
    }

    /// Reports what a listing lacks, and protects what is in the folder.
    pub(super) async fn incomplete(
        &mut self,
        frame: &mut FolderVisit,
        which: Which,
        listed: &Children,
    ) -> Result<(), StopReason> {
        let matters = which == Which::Source || self.run.settings.mode == Mode::Mirror;
        for Unusable { shown, words } in &listed.unusable {
            frame.kept += u64::from(which == Which::Destination);
            let path = ItemPath::parse(shown);
            if let Some(path) = path.as_ref().filter(|_path| which == Which::Source) {
                frame.hidden.insert(path.name().to_vec());
            }
            let outside = path.is_some_and(|path| self.run.filter.widest(frame.scope, &path) == Scope::Outside);
            if outside || !matters {
                continue;
            }
            self.found.tally.skipped += 1;
            let message = skipped(Category::Warning, codes::NAME, ITEM, &frame.path).arg(words.as_str());
            let message = Message { item_key: shown.iter().take(MAX_KEY_BYTES).copied().collect(), ..message };
            if which == Which::Source {
                self.found.tally.refused(&message);
            }
            self.run.log(message).await?;
        }
        let Some(words) = &listed.incomplete else { return Ok(()) };
        frame.kept += u64::from(which == Which::Destination);
        self.memories.keep_unlisted(&frame.path).await?;
        self.found.tally.skipped += 1;
        let message = skipped(Category::Warning, codes::INCOMPLETE, What::Folder.as_str(), &frame.path);
        self.run.log(message.arg(which.as_str()).quoting(words.as_str())).await
    }
}
