//! The deletion limit of a mirror: when a run stops before its first deletion and asks a person.

use super::words::words;

words! {
    /// Why the brake was pulled.
    BrakeReason {
        /// The source is not there.
        SourceMissing = "source_missing",
        /// Every item of the destination would be deleted.
        All = "all",
        /// More than the allowed share and number of the destination's items.
        Share = "share",
    }
}

impl BrakeReason {
    /// The words on pages, after "The run stopped because …".
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::SourceMissing => "the source does not exist",
            Self::All => "every item at the destination would be deleted",
            Self::Share => "more items would be deleted than the deletion limit allows",
        }
    }
}

/// Share of the destination's items, in percent, that a run may delete without confirmation.
pub const DEFAULT_PERCENT: u32 = 20;
/// Number of items that a run may delete without confirmation, whatever share they are.
pub const DEFAULT_COUNT: i64 = 10;

/// Whether a mirror that would delete `deletions` of the destination's `items` (both under the filters)
/// must stop (DESIGN section 6, DECISIONS "Files").
///
/// A missing source always stops it. An empty one only if something would be deleted: then it is every
/// item, and that stops it, however few. Otherwise both limits must be passed: more than `percent` of
/// the items and more than `count`.
#[must_use]
pub fn decide(deletions: i64, items: i64, source_missing: bool, percent: u32, count: i64) -> Option<BrakeReason> {
    let share = i128::from(deletions) * 100 > i128::from(items) * i128::from(percent);
    if source_missing {
        Some(BrakeReason::SourceMissing)
    } else if deletions <= 0 {
        None
    } else if deletions >= items {
        Some(BrakeReason::All)
    } else if share && deletions > count {
        Some(BrakeReason::Share)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing_to_delete(0, 100, None)]
    #[case::empty_source_and_destination(0, 0, None)]
    #[case::the_only_item(1, 1, Some(BrakeReason::All))]
    #[case::all_of_a_few(3, 3, Some(BrakeReason::All))]
    #[case::nearly_all_of_a_few(9, 10, None)]
    #[case::ten_of_eleven(10, 11, None)]
    #[case::eleven_of_twelve(11, 12, Some(BrakeReason::Share))]
    #[case::a_fifth_exactly(20, 100, None)]
    #[case::just_over_a_fifth(21, 100, Some(BrakeReason::Share))]
    #[case::eleven_of_fifty_four(11, 54, Some(BrakeReason::Share))]
    #[case::eleven_of_fifty_five(11, 55, None)]
    #[case::many_of_very_many(200_000, 1_000_000, None)]
    #[case::no_overflow(i64::MAX - 1, i64::MAX, Some(BrakeReason::Share))]
    fn the_default_limits(#[case] deletions: i64, #[case] items: i64, #[case] expected: Option<BrakeReason>) {
        assert_eq!(decide(deletions, items, false, DEFAULT_PERCENT, DEFAULT_COUNT), expected);
    }

    #[rstest]
    #[case::with_deletions(5, 5)]
    #[case::without_deletions(0, 5)]
    #[case::with_an_empty_destination(0, 0)]
    fn a_missing_source_always_brakes(#[case] deletions: i64, #[case] items: i64) {
        assert_eq!(decide(deletions, items, true, 100, i64::MAX), Some(BrakeReason::SourceMissing));
    }

    #[rstest]
    #[case::stricter(2, 100, 1, 1, Some(BrakeReason::Share))]
    #[case::none_at_all(1, 100, 0, 0, Some(BrakeReason::Share))]
    #[case::by_number_only(30, 100, 0, 50, None)]
    #[case::by_share_only(30, 100, 50, 0, None)]
    #[case::all_whatever_the_limits(5, 5, 100, 1_000, Some(BrakeReason::All))]
    fn limits_are_settings(
        #[case] deletions: i64,
        #[case] items: i64,
        #[case] percent: u32,
        #[case] count: i64,
        #[case] expected: Option<BrakeReason>,
    ) {
        assert_eq!(decide(deletions, items, false, percent, count), expected);
    }
}
