//! A number of JSON with all its digits.

use std::borrow::Cow;
use std::fmt;

/// A number, as it was written. Numbers are equal when their values are: 100.00 equals 1e2.
#[derive(Debug, Clone)]
pub struct Number(String);

/// Longest number that is written without an exponent in the normal form.
const LONGEST_PLAIN: usize = 60;

impl Number {
    /// From the text of a number in JSON.
    #[must_use]
    pub fn new(written: &str) -> Self {
        Self(written.to_owned())
    }

    #[must_use]
    pub fn written(&self) -> &str {
        &self.0
    }

    /// The form in which digests and keys have it. Equal values have equal forms, with one exception: an integer
    /// has another form without a point (1) than with one (1.0).
    ///
    /// Earlier versions kept numbers as `f64`. Where that lost nothing, this is what they wrote, so that their
    /// digests and keys stay valid.
    #[must_use]
    pub fn normal(&self) -> Cow<'_, str> {
        let digits = self.0.strip_prefix('-').unwrap_or(&self.0);
        if digits.len() <= 18 && digits != "0" && digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Cow::Borrowed(&self.0);
        }
        let Some(exact) = Exact::of(&self.0) else { return Cow::Borrowed(&self.0) };
        let as_f64 = serde_json::from_str::<serde_json::Value>(&self.0).map(|value| value.to_string());
        match as_f64 {
            Ok(short) if Exact::of(&short).is_some_and(|short| short == exact) => Cow::Owned(short),
            Ok(_) | Err(_) => Cow::Owned(exact.to_string()),
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (Exact::of(&self.0), Exact::of(&other.0)) {
            (Some(one), Some(other)) => one == other,
            _ => self.0 == other.0,
        }
    }
}

impl Eq for Number {}

/// The value: `digits` × 10^`exponent`. No zero begins or ends the digits; zero has none.
#[derive(Debug, PartialEq, Eq)]
struct Exact<'a> {
    negative: bool,
    digits: Cow<'a, str>,
    exponent: i64,
}

impl<'a> Exact<'a> {
    /// `None` when the exponent itself is beyond all bounds.
    fn of(text: &'a str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let negative = mantissa.starts_with('-');
        let mantissa = mantissa.strip_prefix('-').unwrap_or(mantissa);
        let (digits, behind) = match mantissa.split_once('.') {
            Some((whole, part)) => {
                let part = part.trim_end_matches('0');
                (Cow::Owned(format!("{whole}{part}")), length(part))
            }
            None => (Cow::Borrowed(mantissa), 0),
        };
        let significant = digits.trim_start_matches('0').trim_end_matches('0');
        let zeros = length(digits.trim_start_matches('0')) - length(significant);
        if significant.is_empty() {
            return Some(Self { negative: false, digits: Cow::Borrowed(""), exponent: 0 });
        }
        let exponent = exponent.checked_sub(behind)?.checked_add(zeros)?;
        let digits = match digits {
            Cow::Borrowed(digits) => Cow::Borrowed(digits.trim_start_matches('0').trim_end_matches('0')),
            Cow::Owned(_) => Cow::Owned(significant.to_owned()),
        };
        Some(Self { negative, digits, exponent })
    }
}

impl fmt::Display for Exact<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { negative, digits, exponent } = self;
        let (sign, count) = (if *negative { "-" } else { "" }, length(digits));
        let point = count.saturating_add(*exponent);
        let zeros = usize::try_from(point.saturating_neg()).ok().filter(|zeros| *zeros < LONGEST_PLAIN);
        match (usize::try_from(point), zeros) {
            _ if digits.is_empty() => to.write_str("0"),
            (Ok(point), _) if *exponent >= 0 && point <= LONGEST_PLAIN => {
                write!(to, "{sign}{digits}{}", "0".repeat(point - digits.len()))
            }
            (Ok(point), _) if *exponent < 0 && point > 0 => {
                let (whole, part) = digits.split_at_checked(point).unwrap_or((digits, ""));
                write!(to, "{sign}{whole}.{part}")
            }
            (_, Some(zeros)) if *exponent < 0 => write!(to, "{sign}0.{}{digits}", "0".repeat(zeros)),
            _ => write!(to, "{sign}{digits}e{exponent}"),
        }
    }
}

fn length(digits: &str) -> i64 {
    i64::try_from(digits.len()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("1", "1")]
    #[case("-7", "-7")]
    #[case("0", "0")]
    #[case("1.50", "1.5")]
    #[case("100.00", "100.0")]
    #[case("1e2", "100.0")]
    #[case("0.10", "0.1")]
    #[case("-0.0", "-0.0")]
    #[case("9007199254740993", "9007199254740993")]
    #[case("18446744073709551615", "18446744073709551615")]
    #[case("18446744073709551616", "18446744073709551616")]
    #[case("12345678901234567890.1234567891", "12345678901234567890.1234567891")]
    #[case("12345678901234567890.12345678910", "12345678901234567890.1234567891")]
    #[case("0.00000000000000000012345678901234567890", "0.0000000000000000001234567890123456789")]
    #[case("1e400", "1e400")]
    #[case("-10e399", "-1e400")]
    #[case("1e-400", "1e-400")]
    #[case("1e99999999999999999999", "1e99999999999999999999")]
    fn normal_forms(#[case] written: &str, #[case] normal: &str) {
        assert_eq!(Number::new(written).normal(), normal);
    }

    #[test]
    fn no_two_numbers_collide() {
        let numbers = ["0.1", "0.10000000000000001", "12345678901234567.1", "12345678901234567.2", "12345678901234567"];
        for (n, one) in numbers.iter().enumerate() {
            for (m, other) in numbers.iter().enumerate() {
                let (one, other) = (Number::new(one), Number::new(other));
                assert_eq!(one.normal() == other.normal(), n == m, "{one:?} {other:?}");
                assert_eq!(one == other, n == m, "{one:?} {other:?}");
            }
        }
        assert_eq!(Number::new("100.00"), Number::new("1E+2"));
        assert_eq!(Number::new("0.0"), Number::new("-0"));
        assert_ne!(Number::new("1"), Number::new("-1"));
    }
}
