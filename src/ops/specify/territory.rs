//! No two systems write to one place when one of them deletes there.

use super::super::objection::Objection;
use crate::access::{Grant, verbs};
use crate::domain::kind::{ConnectorKind, Kinds};
use crate::ids::SystemId;
use crate::store::{Db, Result, systems};

/// Why a system must not write where its settings say, for the person who saves it; none if it may.
///
/// `before`: the settings that it has now. Whose location it is, is shown only to people with reach *all*: others could
/// use the answer to find out, location by location, what other groups do.
pub(super) fn refused(
    db: &mut Db,
    grant: &Grant<verbs::SpecifySystems>,
    kinds: Kinds,
    wanted: (&dyn ConnectorKind, &serde_json::Value),
    before: Option<(SystemId, &serde_json::Value)>,
) -> Result<Option<Objection>> {
    let (kind, settings) = wanted;
    let Some(territory) = kind.territory(settings) else { return Ok(None) };
    let everything = grant.scope().is_all();
    let had = before.and_then(|(_id, settings)| kind.territory(settings));
    if territory.whole_host && territory.deletes && !everything && had.as_ref() != Some(&territory) {
        return Ok(Some(Objection::WholeHost));
    }
    for other in systems::neighbours(db, grant, before.map(|(id, _settings)| id))? {
        let theirs = kinds(&other.kind)
            .zip(serde_json::from_str(&other.settings).ok())
            .and_then(|(kind, settings)| kind.territory(&settings));
        if !theirs.is_some_and(|theirs| theirs.collides(&territory)) {
            continue;
        }
        return Ok(Some(Objection::LocationTaken(everything.then_some((other.name, other.group)))));
    }
    Ok(None)
}
