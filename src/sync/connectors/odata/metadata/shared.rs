//! Shared sets as they are stored, each complete.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serializer};

use super::EntitySet;

pub(super) fn serialize<S: Serializer>(
    sets: &BTreeMap<String, Arc<EntitySet>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(sets.iter().map(|(name, set)| (name, &**set)))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Arc<EntitySet>>, D::Error> {
    let sets = BTreeMap::<String, EntitySet>::deserialize(deserializer)?;
    Ok(sets.into_iter().map(|(name, set)| (name, Arc::new(set))).collect())
}
