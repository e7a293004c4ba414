//! The phases of a run: one bar, and the same in words.

use std::time::Duration;

use maud::{Markup, html};

use super::text::duration;
use crate::clock::Stamp;
use crate::domain::phase::PhaseStart;

/// A phase with how long it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhaseView {
    pub title: &'static str,
    pub took: Duration,
    pub state: PhaseState,
}

/// How a phase came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhaseState {
    Over,
    /// It goes on.
    Current,
    /// The run ended early in it.
    Stopped,
}

/// Makes them of when each began. `ended`: when the run ended, if it did, and whether that was early.
#[must_use]
pub fn phase_views(starts: &[PhaseStart], ended: Option<(Stamp, bool)>, now: Stamp) -> Vec<PhaseView> {
    let (end, last) = match ended {
        None => (now, PhaseState::Current),
        Some((at, true)) => (at, PhaseState::Stopped),
        Some((at, false)) => (at, PhaseState::Over),
    };
    let next = starts.iter().skip(1).map(|next| (next.began, PhaseState::Over)).chain(std::iter::once((end, last)));
    let view = |(start, (end, state)): (&PhaseStart, (Stamp, PhaseState))| PhaseView {
        title: start.phase.title(),
        took: end.since(start.began),
        state,
    };
    starts.iter().zip(next).map(view).collect()
}

const WIDTH: u128 = 480;
const GAP: u128 = 2;
/// The least width of a phase: also a short one can be seen.
const LEAST: u128 = 2;
/// How many fills there are.
const FILLS: usize = 5;

/// The bar and its words; nothing of a run without phases.
#[must_use]
pub fn phases(phases: &[PhaseView]) -> Markup {
    if phases.is_empty() {
        return html! {};
    }
    let widths = widths(phases);
    let begins = widths.iter().scan(0, |x, width| {
        let begin = *x;
        *x += width + GAP;
        Some(begin)
    });
    html! {
        div.pad {
            svg.bar.phases viewBox="0 0 480 12" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                @for (place, (x, width)) in begins.zip(&widths).enumerate() {
                    rect.(fill(place)) x=(x) y="0" width=(width) height="12" {}
                }
            }
            ol.legend aria-label="Phases" {
                @for (place, phase) in phases.iter().enumerate() {
                    li {
                        svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true" focusable="false" { rect.(fill(place)) width="10" height="10" rx="2" {} }
                        (phase.title) " " b { (duration(phase.took)) }
                        @match phase.state {
                            PhaseState::Over => {},
                            PhaseState::Current => " so far",
                            PhaseState::Stopped => ", stopped",
                        }
                    }
                }
            }
        }
    }
}

fn fill(place: usize) -> String {
    format!("f-p{}", place % FILLS + 1)
}

/// Together with the gaps they fill the bar.
fn widths(phases: &[PhaseView]) -> Vec<u128> {
    let n = phases.len() as u128;
    let all = phases.iter().map(|phase| phase.took.as_micros()).sum::<u128>().max(1);
    let room = WIDTH.saturating_sub((GAP + LEAST) * n);
    phases.iter().map(|phase| LEAST + room * phase.took.as_micros() / all).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::phase::Phase;

    fn starts() -> Vec<PhaseStart> {
        let start = |(phase, began)| PhaseStart { phase, began: Stamp(began) };
        [(Phase::Connect, 0), (Phase::Compare, 400_000), (Phase::Copy, 36_400_000)].map(start).into()
    }

    #[test]
    fn a_phase_ends_where_the_next_one_begins() {
        let told = |ended| {
            let views = phase_views(&starts(), ended, Stamp(40_400_000));
            views
                .iter()
                .map(|view| format!("{} {} {:?}", view.title, view.took.as_millis(), view.state))
                .collect::<Vec<_>>()
        };
        assert_eq!(told(None), ["Connect 400 Over", "Compare 36000 Over", "Copy 4000 Current"]);
        let stopped = told(Some((Stamp(37_400_000), true)));
        assert_eq!(stopped[2], "Copy 1000 Stopped");
        assert_eq!(told(Some((Stamp(37_400_000), false)))[2], "Copy 1000 Over");
        assert_eq!(phase_views(&[], None, Stamp(1)), []);
    }

    #[test]
    fn the_bar_is_full_and_each_phase_is_seen() {
        let widths = widths(&phase_views(&starts(), None, Stamp(40_400_000)));
        assert!(widths.iter().all(|width| *width >= LEAST), "{widths:?}");
        assert!((470..=WIDTH).contains(&(widths.iter().sum::<u128>() + 3 * GAP)), "{widths:?}");
        let drawn = phases(&phase_views(&starts(), None, Stamp(40_400_000))).into_string();
        assert!(drawn.contains("Compare <b>36\u{a0}s</b>") && drawn.contains("<b>4\u{a0}s</b> so far"), "{drawn}");
        assert_eq!(phases(&[]).into_string(), "");
    }
}
