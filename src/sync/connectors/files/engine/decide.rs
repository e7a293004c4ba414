//! What a file needs: pure rules over what both ends report and what is remembered.

use super::memory::Memory;
use crate::sync::connectors::files::endpoint::Facts;

/// What must be done about a file that the source has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Equal, as remembered.
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

/// What a file needs, and at which ends only its size shows that it did not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) need: Need,
    pub(super) source_by_size: bool,
    pub(super) destination_by_size: bool,
}

/// How facts compare with earlier ones of the same end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Likeness {
    /// An etag or a time agrees, and nothing contradicts.
    Same,
    /// Only the size agrees: the end reports neither a time nor an etag, then and now.
    SameSize,
    Different,
    /// There is nothing to compare.
    Unknown,
}

/// `sets_times`: whether the destination's times come from the source and can be compared with it.
pub(super) fn need(source: &Facts, destination: Option<&Facts>, memory: Option<&Memory>, sets_times: bool) -> Verdict {
    let certain = |need| Verdict { need, source_by_size: false, destination_by_size: false };
    let Some(destination) = destination else { return certain(Need::Insert { drift: memory.is_some() }) };
    let mut drift = false;
    if let Some(memory) = memory {
        let (here, there) = (likeness(&memory.source, source), likeness(&memory.destination, destination));
        if here.is_equal() && there.is_equal() {
            let by_size = |likeness| likeness == Likeness::SameSize;
            let (source_by_size, destination_by_size) = (by_size(here), by_size(there));
            return Verdict { need: Need::Nothing, source_by_size, destination_by_size };
        }
        drift = there == Likeness::Different;
    }
    // A run may have been interrupted after the transfer and before it was remembered. A changed etag
    // contradicts that, even if size and time (S3: in whole seconds) are equal.
    let contradicted = memory.is_some_and(|memory| {
        memory.source.etag_agrees(source) == Some(false) || memory.destination.etag_agrees(destination) == Some(false)
    });
    let equal = sets_times && agree(source.size, destination.size) == Some(true);
    if equal && !contradicted && agree(source.modified, destination.modified) == Some(true) {
        return certain(Need::Adopt);
    }
    certain(Need::Update { drift })
}

impl Likeness {
    const fn is_equal(self) -> bool {
        matches!(self, Self::Same | Self::SameSize)
    }
}

fn likeness(before: &Facts, now: &Facts) -> Likeness {
    let size = agree(before.size, now.size);
    let texts = agree(before.time_text.as_ref(), now.time_text.as_ref());
    let marks = [before.etag_agrees(now), agree(before.modified, now.modified), texts];
    let has_mark = |facts: &Facts| facts.etag.is_some() || facts.modified.is_some() || facts.time_text.is_some();
    if size == Some(false) || marks.contains(&Some(false)) {
        Likeness::Different
    } else if marks.contains(&Some(true)) {
        Likeness::Same
    } else if size == Some(true) && !has_mark(before) && !has_mark(now) {
        Likeness::SameSize
    } else {
        Likeness::Unknown
    }
}

/// Whether two values are equal; `None` unless both are known.
fn agree<T: PartialEq>(one: Option<T>, other: Option<T>) -> Option<bool> {
    one.zip(other).map(|(one, other)| one == other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::connectors::files::endpoint::Mtime;

    fn facts(size: u64, modified: i64) -> Facts {
        Facts { size: Some(size), modified: Some(Mtime::from_parts(modified, 0)), ..Facts::default() }
    }

    fn marked(etag: &str, facts: &Facts) -> Facts {
        Facts { etag: Some(etag.to_owned()), ..facts.clone() }
    }

    fn remembered(source: &Facts, destination: &Facts) -> Memory {
        Memory { source: source.clone(), destination: destination.clone() }
    }

    fn need(source: &Facts, destination: Option<&Facts>, memory: Option<&Memory>) -> Need {
        super::need(source, destination, memory, true).need
    }

    #[test]
    fn rules() {
        let (old, new, other) = (facts(1, 10), facts(1, 20), facts(1, 30));
        let memory = remembered(&old, &old);
        let apart = remembered(&old, &other);
        assert_eq!(need(&old, None, None), Need::Insert { drift: false });
        assert_eq!(need(&old, None, Some(&memory)), Need::Insert { drift: true });
        assert_eq!(need(&old, Some(&old), Some(&memory)), Need::Nothing);
        assert_eq!(need(&old, Some(&other), Some(&apart)), Need::Nothing, "each side is compared with its own past");
        assert_eq!(need(&new, Some(&old), Some(&memory)), Need::Update { drift: false });
        assert_eq!(need(&old, Some(&new), Some(&memory)), Need::Update { drift: true });
        assert_eq!(need(&new, Some(&new), Some(&memory)), Need::Adopt, "a crash before it was remembered");
        assert_eq!(need(&old, Some(&old), None), Need::Adopt);
        assert_eq!(need(&old, Some(&new), None), Need::Update { drift: false });
        assert_eq!(super::need(&old, Some(&old), None, false).need, Need::Update { drift: false });
    }

    /// Found with S3: other content of the same size within the same second.
    #[test]
    fn a_changed_etag_is_never_adopted() {
        let at = facts(4, 10);
        let memory = remembered(&marked("a", &at), &at);
        assert_eq!(need(&marked("b", &at), Some(&at), Some(&memory)), Need::Update { drift: false });
        assert_eq!(need(&marked("a", &at), Some(&at), Some(&memory)), Need::Nothing);
        assert_eq!(need(&marked("b", &at), Some(&at), None), Need::Adopt, "there is no baseline to contradict");
        let theirs = remembered(&at, &marked("a", &at));
        assert_eq!(need(&at, Some(&marked("b", &at)), Some(&theirs)), Need::Update { drift: true });
    }

    #[test]
    fn weak_and_strong_etags_are_compared_by_their_opaque_part() {
        let at = facts(4, 10);
        let memory = remembered(&marked("W/a", &at), &at);
        assert_eq!(need(&marked("a", &at), Some(&at), Some(&memory)), Need::Nothing);
        assert_eq!(need(&marked("W/b", &at), Some(&at), Some(&memory)), Need::Update { drift: false });
    }

    #[test]
    fn one_mark_in_common_is_enough() {
        let etag = Facts { size: Some(1), etag: Some("a".to_owned()), ..Facts::default() };
        let both = marked("a", &facts(1, 1));
        let memory = remembered(&facts(1, 1), &etag);
        assert_eq!(need(&both, Some(&both), Some(&memory)), Need::Nothing);
        let other = marked("b", &facts(1, 1));
        assert_eq!(super::need(&both, Some(&other), Some(&memory), false).need, Need::Update { drift: true });
    }

    #[test]
    fn unknown_is_not_equal() {
        let (bare, timed) = (Facts { size: Some(1), ..Facts::default() }, facts(1, 1));
        let memory = |source: &Facts| remembered(source, &timed);
        let update = Need::Update { drift: false };
        // Each case: remembered, now.
        for (before, now) in [(&timed, &bare), (&bare, &timed), (&marked("a", &bare), &bare)] {
            assert_eq!(super::need(now, Some(&timed), Some(&memory(before)), false).need, update, "{before:?} {now:?}");
        }
        let nothing = Facts::default();
        assert_eq!(super::need(&nothing, Some(&timed), Some(&memory(&bare)), false).need, update, "no size either");
        assert_eq!(need(&bare, Some(&bare), None), update, "an equal size alone is not adopted");
        let sizeless = Facts { size: None, ..timed.clone() };
        assert_eq!(need(&sizeless, Some(&timed), None), update);
        assert_eq!(need(&sizeless, Some(&timed), Some(&memory(&timed))), Need::Nothing, "the time agrees");
    }

    #[test]
    fn a_time_that_cannot_be_read_is_compared_as_text() {
        let text = |text: &str| Facts { size: Some(1), time_text: Some(text.to_owned()), ..Facts::default() };
        let there = facts(1, 1);
        let memory = remembered(&text("noon"), &there);
        let with = |source: &Facts| super::need(source, Some(&there), Some(&memory), false);
        assert_eq!(with(&text("noon")).need, Need::Nothing);
        assert!(!with(&text("noon")).source_by_size);
        assert_eq!(with(&text("one")).need, Need::Update { drift: false });
        assert_eq!(with(&facts(1, 1)).need, Need::Update { drift: false }, "it can be read now");
    }

    #[test]
    fn only_the_size_is_said_to_be_compared() {
        let bare = |size| Facts { size: Some(size), ..Facts::default() };
        let there = facts(1, 1);
        let memory = remembered(&bare(1), &there);
        let found = super::need(&bare(1), Some(&there), Some(&memory), false);
        assert_eq!(found, Verdict { need: Need::Nothing, source_by_size: true, destination_by_size: false });
        let found = super::need(&there, Some(&bare(1)), Some(&remembered(&there, &bare(1))), false);
        assert_eq!(found, Verdict { need: Need::Nothing, source_by_size: false, destination_by_size: true });
        assert_eq!(super::need(&bare(2), Some(&there), Some(&memory), false).need, Need::Update { drift: false });
    }
}
