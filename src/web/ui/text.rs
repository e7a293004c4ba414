//! Numbers, sizes and spans as people read them.

use std::fmt;
use std::time::Duration;

/// A number with a comma between thousands: 172,473.
#[must_use]
pub const fn number(n: i64) -> Number {
    Number(n)
}

#[derive(Debug, Clone, Copy)]
pub struct Number(i64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            f.write_str("\u{2212}")?;
        }
        let digits = self.0.unsigned_abs().to_string();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

/// A number with its noun: `1 error`, `2 errors`.
#[must_use]
pub fn count(n: i64, one: &str, many: &str) -> String {
    format!("{}\u{a0}{}", number(n), if n == 1 { one } else { many })
}

/// A size: 512 B, 4.2 MiB.
#[must_use]
pub fn bytes(n: i64) -> String {
    const UNITS: [&str; 4] = ["MiB", "GiB", "TiB", "PiB"];
    if n.unsigned_abs() < 1024 {
        return format!("{n}\u{a0}B");
    }
    // Tenths in whole numbers: exact for every size that fits.
    let mut tenths = i128::from(n) * 10 / 1024;
    let mut unit = "KiB";
    for next in UNITS {
        if tenths < 10_240 {
            break;
        }
        tenths /= 1024;
        unit = next;
    }
    if tenths >= 1000 {
        return format!("{}\u{a0}{unit}", tenths / 10);
    }
    format!("{}.{}\u{a0}{unit}", tenths / 10, tenths % 10)
}

/// A span in its two largest units, the smaller one rounded: 84 ms, 41 s, 2 min 8 s, 3 h 12 min, 2 d 4 h.
#[must_use]
pub fn duration(span: Duration) -> String {
    let millis = span.as_millis();
    if millis < 1_000 {
        return format!("{millis}\u{a0}ms");
    }
    // What is rounded up to a whole larger unit is said in that.
    let (seconds, minutes, hours) = (rounded(span, 1), rounded(span, 60), rounded(span, 3_600));
    let (big, big_unit, small, small_unit) = match (seconds, minutes) {
        (0..60, _) => return format!("{seconds}\u{a0}s"),
        (60..3_600, _) => (seconds / 60, "min", seconds % 60, "s"),
        (3_600.., 0..1_440) => (minutes / 60, "h", minutes % 60, "min"),
        (3_600.., 1_440..) => (hours / 24, "d", hours % 24, "h"),
    };
    if small == 0 {
        return format!("{big}\u{a0}{big_unit}");
    }
    format!("{big}\u{a0}{big_unit} {small}\u{a0}{small_unit}")
}

/// A span for "… ago", rounded: 41 s, 3 min, 2 h 59 min, 15 h, 12 d. Less than ten hours have their minutes.
#[must_use]
pub fn rough(span: Duration) -> String {
    let (seconds, minutes, hours) = (rounded(span, 1), rounded(span, 60), rounded(span, 3_600));
    match (seconds, minutes, hours) {
        (0..60, _, _) => format!("{seconds}\u{a0}s"),
        (60.., 0..60, _) => format!("{minutes}\u{a0}min"),
        (60.., 60..600, _) => duration(Duration::from_mins(minutes)),
        (60.., 600.., 0..48) => format!("{hours}\u{a0}h"),
        (60.., 600.., 48..) => format!("{}\u{a0}d", rounded(span, 86_400)),
    }
}

/// Returns a span in units of `seconds`, rounded to the nearest whole unit.
fn rounded(span: Duration, seconds: u64) -> u64 {
    let half = Duration::from_millis(seconds.saturating_mul(500));
    span.saturating_add(half).as_secs().checked_div(seconds).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_a_comma_between_thousands() {
        for (n, shown) in [(0, "0"), (999, "999"), (1000, "1,000"), (172_473, "172,473")] {
            assert_eq!(number(n).to_string(), shown);
        }
        assert_eq!(number(-1_234_567).to_string(), "\u{2212}1,234,567");
        assert_eq!(number(i64::MIN).to_string().chars().filter(char::is_ascii_digit).count(), 19);
    }

    #[test]
    fn sizes_are_in_binary_units() {
        for (n, shown) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1_048_575, "1023 KiB"),
            (1_048_576, "1.0 MiB"),
            (5_368_709_120, "5.0 GiB"),
            (131_072_000, "125 MiB"),
            (i64::MAX, "8191 PiB"),
        ] {
            assert_eq!(bytes(n).replace('\u{a0}', " "), shown);
        }
    }

    #[test]
    fn spans_have_two_units() {
        for (millis, shown) in [
            (0, "0 ms"),
            (84, "84 ms"),
            (1_900, "2 s"),
            (41_900, "42 s"),
            (59_600, "1 min"),
            (120_000, "2 min"),
            (128_000, "2 min 8 s"),
            (3_599_700, "1 h"),
            (10_790_000, "3 h"),
            (11_520_000, "3 h 12 min"),
            (86_380_000, "1 d"),
            (187_200_000, "2 d 4 h"),
            (259_190_000, "3 d"),
        ] {
            assert_eq!(duration(Duration::from_millis(millis)).replace('\u{a0}', " "), shown);
        }
        for (seconds, shown) in [
            (0, "0 s"),
            (41, "41 s"),
            (60, "1 min"),
            (119, "2 min"),
            (3_540, "59 min"),
            (3_580, "1 h"),
            (10_740, "2 h 59 min"),
            (10_790, "3 h"),
            (35_969, "9 h 59 min"),
            (35_970, "10 h"),
            (54_000 + 1_900, "16 h"),
            (170_000, "47 h"),
            (172_000, "2 d"),
            (258_000, "3 d"),
        ] {
            assert_eq!(rough(Duration::from_secs(seconds)).replace('\u{a0}', " "), shown, "{seconds}");
        }
        assert_eq!(count(1, "error", "errors"), "1\u{a0}error");
    }
}
