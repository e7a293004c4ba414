//! The deletion limit.

use sha2::{Digest, Sha256};

use crate::domain::brake;
use crate::domain::message::{Category, Message};
use crate::sync::connectors::files::codes;
use crate::sync::connectors::files::mtime::Mtime;
use crate::sync::connectors::files::settings::Mode;
use crate::sync::items::{Action, BrakedPlan};
use crate::sync::stop::StopReason;

use super::compare::Compared;
use super::run::Run;
use super::steps::{Planned, What};

/// Steps read at once.
const PAGE: usize = 1_000;

/// Lets the run go on, or keeps the plan for a person and halts.
pub(super) async fn pull(run: &Run<'_>, found: &Compared, source: bool) -> Result<(), StopReason> {
    let (percent, count) = (run.settings.brake_percent, run.settings.brake_count);
    let reason = match run.settings.mode {
        Mode::Copy => None,
        Mode::Mirror => brake::decide(found.deletions, found.items, !source, percent, count),
    };
    let Some(reason) = reason else { return Ok(()) };
    let digest = digest(run).await?;
    if run.context.confirmed.as_ref() == Some(&digest) {
        return Ok(());
    }
    let share = if found.items == 0 { 0 } else { found.deletions.saturating_mul(100) / found.items };
    let message = Message::of_run(Category::Error, codes::BRAKE)
        .arg(found.deletions.to_string())
        .arg(found.items.to_string())
        .arg(share.to_string())
        .arg(percent.to_string())
        .arg(count.to_string())
        .arg(reason.as_str())
        .arg(if run.context.confirmed.is_some() { "changed" } else { "" });
    run.log(message).await?;
    let plan = BrakedPlan { digest, deletions: found.deletions, items: found.items, reason };
    run.items.brake(plan).await?;
    Err(StopReason::Braked)
}

/// SHA-256 over both endpoints and the sorted deletions: paths, and the sizes and modification times of files. A file
/// that was written after the plan was made gives another digest. Each part has its length, so that nothing can be
/// shifted.
async fn digest(run: &Run<'_>) -> Result<String, StopReason> {
    let mut hash = Sha256::new();
    let part = |hash: &mut Sha256, bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    part(&mut hash, run.settings.source.address().as_bytes());
    part(&mut hash, run.settings.destination.address().as_bytes());
    let mut after: Option<Vec<u8>> = None;
    loop {
        let page = run.items.steps(Action::Delete, after.as_deref(), PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.key.clone());
        for planned in page.iter().filter_map(Planned::from_step) {
            hash.update(match planned.detail.what {
                What::File => b"f",
                What::Folder => b"d",
            });
            part(&mut hash, planned.path.as_bytes());
            hash.update(planned.detail.size.to_be_bytes());
            let (seconds, nanos) = planned.detail.modified.map_or((0, u32::MAX), Mtime::parts);
            hash.update(seconds.to_be_bytes());
            hash.update(nanos.to_be_bytes());
        }
    }
    Ok(hex::encode(hash.finalize()))
}
