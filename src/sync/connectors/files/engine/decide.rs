//! What a file needs: pure rules over what both sides and the memory tell.

use super::memory::Memory;
use crate::sync::connectors::files::end::Facts;

/// What is to be done about a file that the source has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Equal, and known to be.
    Nothing,
    /// Equal by size and time, but not remembered: remember it.
    Adopt,
    Insert {
        drift: bool,
    },
    Update {
        /// The destination is not what the last transfer left there.
        drift: bool,
    },
}

/// `sets_times`: whether the destination's times come from the source and can be compared with it.
pub(super) fn need(source: &Facts, destination: Option<&Facts>, memory: Option<&Memory>, sets_times: bool) -> Need {
    let Some(destination) = destination else { return Need::Insert { drift: memory.is_some() } };
    let drift = memory.is_some_and(|memory| !same(&memory.destination, destination));
    if memory.is_some_and(|memory| same(&memory.source, source)) && !drift {
        return Need::Nothing;
    }
    let comparable = sets_times && source.modified.is_some();
    if comparable && source.size == destination.size && source.modified == destination.modified {
        return Need::Adopt;
    }
    Need::Update { drift }
}

/// Whether one side is still what it was. What either does not tell is not compared.
fn same(before: &Facts, now: &Facts) -> bool {
    let agree = |equal: Option<bool>| equal.unwrap_or(true);
    before.size == now.size
        && agree(before.modified.zip(now.modified).map(|(before, now)| before == now))
        && agree(before.etag.as_ref().zip(now.etag.as_ref()).map(|(before, now)| before == now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::connectors::files::end::Mtime;

    fn facts(size: u64, modified: i64) -> Facts {
        Facts { size: Some(size), modified: Some(Mtime::from_parts(modified, 0)), ..Facts::default() }
    }

    fn remembered(source: Facts, destination: Facts) -> Memory {
        Memory { source, destination }
    }

    #[test]
    fn rules() {
        let (old, new, other) = (facts(1, 10), facts(1, 20), facts(1, 30));
        let memory = remembered(old.clone(), old.clone());
        let apart = remembered(old.clone(), other.clone());
        let need = |s: &Facts, d: Option<&Facts>, m: Option<&Memory>| super::need(s, d, m, true);
        assert_eq!(need(&old, None, None), Need::Insert { drift: false });
        assert_eq!(need(&old, None, Some(&memory)), Need::Insert { drift: true });
        assert_eq!(need(&old, Some(&old), Some(&memory)), Need::Nothing);
        assert_eq!(need(&old, Some(&other), Some(&apart)), Need::Nothing, "each side is compared with its own past");
        assert_eq!(need(&new, Some(&old), Some(&memory)), Need::Update { drift: false });
        assert_eq!(need(&old, Some(&new), Some(&memory)), Need::Update { drift: true });
        assert_eq!(need(&new, Some(&new), Some(&memory)), Need::Adopt, "a crash before the memory was stored");
        assert_eq!(need(&old, Some(&old), None), Need::Adopt);
        assert_eq!(need(&old, Some(&new), None), Need::Update { drift: false });
        assert_eq!(super::need(&old, Some(&old), None, false), Need::Update { drift: false });
    }

    #[test]
    fn what_is_not_told_is_not_compared() {
        let with = |etag: &str| Facts { size: Some(1), etag: Some(etag.to_owned()), ..Facts::default() };
        let memory = remembered(facts(1, 1), with("a"));
        assert_eq!(need(&facts(1, 1), Some(&with("a")), Some(&memory), false), Need::Nothing);
        assert_eq!(need(&facts(1, 1), Some(&with("b")), Some(&memory), false), Need::Update { drift: true });
    }
}
