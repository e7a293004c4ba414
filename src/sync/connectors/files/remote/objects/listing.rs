//! One folder of a bucket.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use opendal::{Error, ErrorKind, Operator};

use super::facts;
use super::keys::child;
use super::transport::failed;
use crate::sync::connectors::files::end::{Entry, Facts, Kind};
use crate::sync::connectors::files::remote::bounds::Bounds;

/// What was found below a prefix.
pub(super) struct Found {
    pub(super) entries: Vec<Entry>,
    /// The folder has a marker of its own.
    pub(super) marker: bool,
}

/// The children of a folder, each name once. Where `a` and `a/b` both exist, `a` is the folder: no other
/// end can hold both.
pub(super) async fn children(operator: &Operator, prefix: &str, mut bounds: Bounds) -> opendal::Result<Found> {
    let mut lister = operator.lister_with(prefix).await?;
    let mut entries = BTreeMap::new();
    let mut marker = false;
    let mut seen = 0;
    while let Some(found) = lister.try_next().await? {
        seen += 1;
        // Each name comes twice at most, and there are few keys that are no names.
        if seen > 2 * entries.len() + 10 {
            return Err(Error::new(ErrorKind::Unexpected, "the listing goes round in circles"));
        }
        let etag = found.metadata().etag().map_or(0, str::len);
        bounds.count(found.path().len() + etag).await.map_err(failed)?;
        marker |= found.path() == prefix;
        let Some(name) = child(prefix, found.path()).map(|name| name.as_bytes().to_vec()) else { continue };
        if found.path().ends_with('/') {
            entries.insert(name.clone(), Entry { name, kind: Kind::Folder, facts: Facts::default() });
        } else {
            let facts = facts(found.metadata());
            entries.entry(name.clone()).or_insert(Entry { name, kind: Kind::File, facts });
        }
    }
    bounds.keep();
    Ok(Found { entries: entries.into_values().collect(), marker })
}
