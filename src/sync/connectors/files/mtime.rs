//! The modification time of a file.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A modification time: seconds since 1970 UTC, negative before, and the nanoseconds after that second. File systems
/// have times that nanoseconds in 64 bits cannot hold (before 1677 and after 2262).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mtime {
    seconds: i64,
    /// Below 1,000,000,000.
    nanos: u32,
}

const SECOND: u32 = 1_000_000_000;

impl Mtime {
    /// From seconds since 1970 UTC and the nanoseconds after them.
    #[must_use]
    pub fn from_parts(seconds: i64, nanos: u32) -> Self {
        Self { seconds: seconds.saturating_add(i64::from(nanos / SECOND)), nanos: nanos % SECOND }
    }

    /// From a time of a service, cut to whole seconds: the same service often shows fractions in one place and not in
    /// another.
    #[must_use]
    pub const fn whole_seconds(time: DateTime<Utc>) -> Self {
        Self { seconds: time.timestamp(), nanos: 0 }
    }

    /// Seconds since 1970 UTC and the nanoseconds after them.
    #[must_use]
    pub const fn parts(self) -> (i64, u32) {
        (self.seconds, self.nanos)
    }

    /// Nanoseconds since 1970 UTC, if they fit into 64 bits.
    fn nanoseconds(self) -> Option<i64> {
        let whole = i128::from(self.seconds) * i128::from(SECOND) + i128::from(self.nanos);
        i64::try_from(whole).ok()
    }
}

/// How a baseline holds a time: nanoseconds as one number, as all baselines did at first; seconds and nanoseconds
/// where they do not fit into that.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored {
    Nanoseconds(i64),
    Parts(i64, u32),
}

impl Serialize for Mtime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stored = self.nanoseconds().map_or(Stored::Parts(self.seconds, self.nanos), Stored::Nanoseconds);
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Mtime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Stored::deserialize(deserializer)? {
            Stored::Nanoseconds(nanos) => {
                let second = i64::from(SECOND);
                let rest = u32::try_from(nanos.rem_euclid(second)).unwrap_or_default();
                Self::from_parts(nanos.div_euclid(second), rest)
            }
            Stored::Parts(seconds, nanos) => Self::from_parts(seconds, nanos),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(seconds: i64, nanos: u32) -> String {
        serde_json::to_string(&Mtime::from_parts(seconds, nanos)).unwrap()
    }

    /// What older versions stored must still be read, and be what is stored today.
    #[test]
    fn most_times_are_one_number() {
        for (seconds, nanos, text) in [
            (0, 0, "0"),
            (1_763_800_000, 123_456_789, "1763800000123456789"),
            (-1, 999_999_999, "-1"),
            (-2, 500_000_000, "-1500000000"),
            (9_223_372_036, 854_775_807, "9223372036854775807"),
            (-9_223_372_037, 145_224_192, "-9223372036854775808"),
        ] {
            assert_eq!(stored(seconds, nanos), text);
            assert_eq!(serde_json::from_str::<Mtime>(text).unwrap(), Mtime::from_parts(seconds, nanos), "{text}");
        }
    }

    #[test]
    fn times_beyond_64_bits_are_exact() {
        for (seconds, nanos, text) in [
            (9_223_372_036, 854_775_808, "[9223372036,854775808]"),
            (10_413_792_000, 1, "[10413792000,1]"),
            (15_032_385_535, 0, "[15032385535,0]"),
            (-11_644_473_600, 0, "[-11644473600,0]"),
            (i64::MAX, 999_999_999, "[9223372036854775807,999999999]"),
            (i64::MIN, 0, "[-9223372036854775808,0]"),
        ] {
            assert_eq!(stored(seconds, nanos), text);
            assert_eq!(serde_json::from_str::<Mtime>(text).unwrap(), Mtime::from_parts(seconds, nanos), "{text}");
        }
    }

    #[test]
    fn later_times_are_greater() {
        let times = [(i64::MIN, 0), (-2, 999_999_999), (-1, 0), (-1, 1), (0, 0), (10_413_792_000, 0), (i64::MAX, 0)];
        assert!(times.map(|(seconds, nanos)| Mtime::from_parts(seconds, nanos)).is_sorted());
        assert_eq!(Mtime::from_parts(1, 1_500_000_000), Mtime::from_parts(2, 500_000_000));
    }
}
