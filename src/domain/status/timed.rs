//! What time alone makes of a system: paused, silent.

use super::{Freshness, Obstacle};
use crate::clock::Stamp;

/// What is to come unless something good comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coming {
    /// On hold nothing comes: no checks, no runs, no alarms.
    pub held: bool,
    pub pause_at: Option<Stamp>,
    pub silent_at: Option<Stamp>,
}

/// What has come by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timed {
    pub paused_since: Option<Stamp>,
    pub silent_since: Option<Stamp>,
    /// When to look again.
    pub next_change_at: Option<Stamp>,
}

impl Coming {
    /// What has come by `now`.
    #[must_use]
    pub fn by(self, now: Stamp) -> Timed {
        let comes = |at: Option<Stamp>| at.filter(|_at| !self.held);
        let (pause, silence) = (comes(self.pause_at), comes(self.silent_at));
        let passed = |at: Option<Stamp>| at.filter(|at| *at <= now);
        Timed {
            paused_since: passed(pause),
            silent_since: passed(silence),
            next_change_at: [pause, silence].into_iter().flatten().filter(|at| *at > now).min(),
        }
    }
}

impl Obstacle {
    /// Of a system with these times.
    #[must_use]
    pub const fn of(held: Option<Stamp>, paused: Option<Stamp>) -> Self {
        match (held, paused) {
            (Some(_), _) => Self::OnHold,
            (None, Some(_)) => Self::Paused,
            (None, None) => Self::None,
        }
    }
}

impl Freshness {
    /// Of a system that is silent since then, or not.
    #[must_use]
    pub const fn of(silent: Option<Stamp>) -> Self {
        if silent.is_some() { Self::Silent } else { Self::Fresh }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing_comes(false, None, None, (None, None, None))]
    #[case::both_to_come(false, Some(110), Some(120), (None, None, Some(110)))]
    #[case::this_instant(false, Some(100), None, (Some(100), None, None))]
    #[case::paused_and_silence_to_come(false, Some(90), Some(120), (Some(90), None, Some(120)))]
    #[case::silent_and_pause_to_come(false, Some(110), Some(80), (None, Some(80), Some(110)))]
    #[case::both(false, Some(90), Some(80), (Some(90), Some(80), None))]
    #[case::on_hold(true, Some(90), Some(120), (None, None, None))]
    fn by_now(
        #[case] held: bool,
        #[case] pause: Option<i64>,
        #[case] silent: Option<i64>,
        #[case] expected: (Option<i64>, Option<i64>, Option<i64>),
    ) {
        let coming = Coming { held, pause_at: pause.map(Stamp), silent_at: silent.map(Stamp) };
        let timed = coming.by(Stamp(100));
        let plain = |at: Option<Stamp>| at.map(|at| at.0);
        let found = (plain(timed.paused_since), plain(timed.silent_since), plain(timed.next_change_at));
        assert_eq!(found, expected);
    }
}
