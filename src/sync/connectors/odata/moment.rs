//! Times in the forms that OData allows: seconds may be missing, and parts of a second may have twelve digits.

use chrono::{FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};

/// `hh:mm`, `hh:mm:ss` or `hh:mm:ss.f` (`timeOfDayValue` of the ABNF of OData 4.01).
pub(super) fn time(text: &str) -> Option<NaiveTime> {
    text.parse().ok().or_else(|| NaiveTime::parse_from_str(text, "%H:%M").ok())
}

/// A date and a time of day.
pub(super) fn without_zone(text: &str) -> Option<NaiveDateTime> {
    let (date, of_day) = text.split_once(['T', 't'])?;
    Some(date.parse::<NaiveDate>().ok()?.and_time(time(of_day)?))
}

/// Whether it is a date and a time of day with `Z` or an offset (`dateTimeOffsetValue`).
pub(super) fn with_zone(text: &str) -> bool {
    let rest = match text.strip_suffix(['Z', 'z']) {
        Some(rest) => Some(rest),
        None => text.len().checked_sub("+hh:mm".len()).and_then(|at| text.split_at_checked(at)).and_then(
            |(rest, offset)| {
                let inner = offset.strip_prefix(['+', '-'])?;
                let is_plain = inner.bytes().all(|sign| sign.is_ascii_digit() || sign == b':');
                offset.parse::<FixedOffset>().ok().filter(|_| is_plain).map(|_offset| rest)
            },
        ),
    };
    rest.and_then(without_zone).is_some()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("2026-11-27T10:00:00Z", true)]
    #[case("2026-11-27T10:00Z", true)]
    #[case("2026-11-27t10:00z", true)]
    #[case("2026-11-27T10:00+02:00", true)]
    #[case("2026-11-27T10:00:00-11:30", true)]
    #[case("2026-11-27T10:00:00.123456789012Z", true)]
    #[case("2026-11-27T10:00:00", false)]
    #[case("2026-11-27T10:00", false)]
    #[case("2026-11-27T10Z", false)]
    #[case("2026-11-27T10:61Z", false)]
    #[case("2026-02-30T10:00Z", false)]
    #[case("2026-11-27T10:00+0200", false)]
    #[case("2026-11-27Z", false)]
    #[case("ä+02:00", false)]
    fn moments_with_a_zone(#[case] text: &str, #[case] is_one: bool) {
        assert_eq!(with_zone(text), is_one);
    }

    #[test]
    fn times_of_day() {
        assert_eq!(time("10:05"), NaiveTime::from_hms_opt(10, 5, 0));
        assert_eq!(time("10:05:07.5"), NaiveTime::from_hms_milli_opt(10, 5, 7, 500));
        assert_eq!([time("10"), time("25:00"), time("10:00Z")], [None, None, None]);
    }
}
