//! No two systems write to one place when one of them deletes there.

use super::super::objection::Objection;
use crate::access::{Grant, verbs};
use crate::domain::kind::{ConnectorKind, Kinds};
use crate::store::systems::{InReach, System};
use crate::store::{Db, Result, systems};

/// Why a system must not write where its settings say, for the person who saves it; none if it may.
///
/// `system`: the one that is changed. Whose location it is, is shown only to people with reach *all*: others could
/// use the answer to find out, location by location, what other groups do.
pub(super) fn refused(
    db: &mut Db,
    grant: &Grant<verbs::SpecifySystems>,
    kinds: Kinds,
    wanted: (&dyn ConnectorKind, &serde_json::Value),
    system: Option<&InReach<System>>,
) -> Result<Option<Objection>> {
    let (kind, settings) = wanted;
    let Some(territory) = kind.territory(settings) else { return Ok(None) };
    let everything = grant.scope().is_all();
    let had = system.and_then(|system| kind.territory(&serde_json::from_str(&system.settings).unwrap_or_default()));
    if territory.whole_host && territory.deletes && !everything && had.as_ref() != Some(&territory) {
        return Ok(Some(Objection::WholeHost));
    }
    for other in systems::neighbours(db, grant, system)? {
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
