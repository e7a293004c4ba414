//! Zones of times, as offsets from UTC.

use super::number;

/// Zone names with one meaning everywhere, and their offsets in minutes (RFC 5322 4.3, and those of Europe and Japan).
const NAMES: &[(&str, i64)] = &[
    ("Z", 0),
    ("UT", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("WET", 0),
    ("WEST", 60),
    ("CET", 60),
    ("CEST", 120),
    ("MEZ", 60),
    ("MESZ", 120),
    ("EET", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("JST", 540),
    ("EST", -300),
    ("EDT", -240),
    ("CST", -360),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
];

/// Reads `Z`, `GMT`, `CET`, `+0100`, `+01:00`, `-01`, and `GMT-00:00`: seconds east of UTC.
pub(super) fn parse(text: &str) -> Option<i64> {
    let Some(sign) = text.find(['+', '-']) else { return named(text) };
    let (name, offset) = text.split_at(sign);
    // `GMT+0100` is an offset from UTC. After another name it is not clear what the offset is from.
    if !(name.is_empty() || named(name) == Some(0)) {
        return None;
    }
    let east = offset.starts_with('+');
    let seconds = numeric(offset.get(1..)?)?;
    Some(if east { seconds } else { -seconds })
}

fn named(name: &str) -> Option<i64> {
    NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, minutes)| minutes * 60)
}

/// `0100`, `01:00`, `1:00` or `01`, in seconds.
fn numeric(digits: &str) -> Option<i64> {
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "00"),
    };
    let (hours, minutes): (i64, i64) = (number(hours, 1, 2)?, number(minutes, 2, 2)?);
    (hours < 24 && minutes < 60).then_some((hours * 60 + minutes) * 60)
}
