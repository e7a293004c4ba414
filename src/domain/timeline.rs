//! When the messages of a run were logged, by category: a bounded number of slices of equal length.
//!
//! A run lasts seconds or days, and nobody knows beforehand: when the slices are used up, each two become
//! one of twice the length. So a timeline never has more than [`SLICES`] of them, whatever the run logs, and
//! none of its counts is lost.

use super::message::{Category, Counts};
use crate::clock::Stamp;

/// How many slices there are at most.
pub const SLICES: usize = 48;
/// How long slices are at first, in microseconds.
const SHORTEST_US: i64 = 125_000;

/// Counts over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    pub begins: Stamp,
    pub slice_us: i64,
    /// In the order of time; the last one is not empty.
    pub slices: Vec<Counts>,
}

/// Neighbouring slices taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub begins: Stamp,
    /// The number that its first message has in the log: messages are numbered in the order of slices.
    pub first_seq: i64,
    pub counts: Counts,
}

impl Timeline {
    /// Empty, and beginning with the first message.
    #[must_use]
    pub const fn from(begins: Stamp) -> Self {
        Self { begins, slice_us: SHORTEST_US, slices: Vec::new() }
    }

    /// Counts a message. A message whose clock went back counts with the message before it.
    pub fn add(&mut self, at: Stamp, category: Category) {
        let mut place = self.slice_at(at);
        while place >= SLICES {
            self.halve();
            place = self.slice_at(at);
        }
        let place = place.max(self.slices.len().saturating_sub(1));
        if self.slices.len() <= place {
            self.slices.resize(place + 1, Counts::default());
        }
        if let Some(slice) = self.slices.get_mut(place) {
            slice.add(category, 1);
        }
    }

    fn slice_at(&self, at: Stamp) -> usize {
        usize::try_from(at.0.saturating_sub(self.begins.0).max(0) / self.slice_us.max(1)).unwrap_or(usize::MAX)
    }

    fn halve(&mut self) {
        self.slice_us = self.slice_us.saturating_mul(2);
        self.slices = self.slices.chunks(2).map(sum).collect();
    }

    /// At most `most` spans that cover everything, without those in which nothing was logged.
    #[must_use]
    pub fn spans(&self, most: usize) -> Vec<Span> {
        let width = self.slices.len().div_ceil(most.max(1)).max(1);
        let mut first_seq = 1;
        let mut spans = Vec::new();
        for (place, slices) in self.slices.chunks(width).enumerate() {
            let counts = sum(slices);
            if counts.total() > 0 {
                let offset = i64::try_from(place * width).unwrap_or(i64::MAX).saturating_mul(self.slice_us);
                spans.push(Span { begins: Stamp(self.begins.0.saturating_add(offset)), first_seq, counts });
            }
            first_seq += counts.total();
        }
        spans
    }

    /// When the last slice ends.
    #[must_use]
    pub fn ends(&self) -> Stamp {
        let slices = i64::try_from(self.slices.len()).unwrap_or(i64::MAX);
        Stamp(self.begins.0.saturating_add(slices.saturating_mul(self.slice_us)))
    }
}

fn sum(slices: &[Counts]) -> Counts {
    let mut sum = Counts::default();
    for slice in slices {
        for category in Category::ALL.iter().copied() {
            sum.add(category, slice.of(category));
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    fn of(times: impl IntoIterator<Item = i64>) -> Timeline {
        let mut timeline = Timeline::from(Stamp(1_000 * SECOND));
        for (number, time) in times.into_iter().enumerate() {
            let category = Category::ALL[number % 4];
            timeline.add(Stamp(1_000 * SECOND + time), category);
        }
        timeline
    }

    fn total(timeline: &Timeline) -> i64 {
        sum(&timeline.slices).total()
    }

    #[test]
    fn a_short_run_has_short_slices() {
        let timeline = of([0, 10_000, 150_000, 5_900_000]);
        assert_eq!((timeline.slice_us, timeline.slices.len(), total(&timeline)), (125_000, 48, 4));
        assert_eq!(timeline.slices[0].total(), 2);
        assert_eq!(timeline.ends(), Stamp(1_006 * SECOND));
    }

    #[test]
    fn a_long_run_has_long_ones_and_none_is_lost() {
        for last in [6_000_000, 3_600 * SECOND, 86_400 * 9 * SECOND, i64::MAX / 2] {
            let timeline = of((0..200).map(|number| last / 199 * number));
            assert!((12..=SLICES).contains(&timeline.slices.len()), "{last}: {}", timeline.slices.len());
            assert_eq!(total(&timeline), 200, "{last}");
        }
    }

    #[test]
    fn one_message_long_after_the_others() {
        let timeline = of([0, 1, 2, 30 * 86_400 * SECOND]);
        assert!(timeline.slices.len() <= SLICES);
        assert_eq!((timeline.slices[0].total(), total(&timeline)), (3, 4));
    }

    /// What stands at a place in the log stands at that place of the timeline, also when a clock went back.
    #[test]
    fn a_clock_that_goes_back_changes_no_number() {
        let timeline = of([0, 3 * SECOND, SECOND, -5 * SECOND, 4 * SECOND]);
        let spans = timeline.spans(SLICES);
        let told: Vec<(i64, i64)> = spans.iter().map(|span| (span.first_seq, span.counts.total())).collect();
        assert_eq!(told, [(1, 1), (2, 3), (5, 1)]);
    }

    #[test]
    fn spans_cover_everything_and_name_their_first_message() {
        let timeline = of((0..1_000).map(|number| number * number * 7));
        let spans = timeline.spans(12);
        assert!(spans.len() <= 12);
        let mut next = 1;
        for span in &spans {
            assert_eq!(span.first_seq, next);
            next += span.counts.total();
        }
        assert_eq!(next, 1_001);
        assert_eq!(of([]).spans(12), []);
    }
}
