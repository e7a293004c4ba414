use super::parse;

/// Seconds and nanoseconds since 1970 UTC.
fn read(text: &str) -> Option<(i64, u32)> {
    parse(text).map(|time| (time.timestamp(), time.timestamp_subsec_nanos()))
}

/// 06 Nov 1994 08:49:37 UTC, the example of RFC 9110.
const EXAMPLE: i64 = 784_111_777;

#[test]
fn the_three_forms_of_http() {
    for text in [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "  Sun, 06 Nov 1994 08:49:37 GMT\r\n",
    ] {
        assert_eq!(read(text), Some((EXAMPLE, 0)), "{text}");
    }
}

#[test]
fn forms_between_them() {
    for text in [
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 6 Nov 1994 8:49:37 GMT",
        "06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 06 Nov 1994 08:49:37 -0000",
        "Sun, 06 Nov 1994 08:49:37 +00:00",
        "Sun, 06 Nov 1994 08:49:37 GMT-00:00",
        "Sun, 06 Nov 1994 08:49:37 GMT+00:00",
        "Sun, 06 Nov 1994 09:49:37 GMT+0100",
        "Sun, 06 Nov 1994 09:49:37 GMT+1",
        "Sun, 06 Nov 1994 03:49:37 -0500",
        "Sun, 06 Nov 1994 14:19:37 +05:30",
        "Sun, 06 Nov 1994 09:49:37 CET",
        "Sun, 06 Nov 1994 10:49:37 CEST",
        "Sun, 06 Nov 1994 03:49:37 EST",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 UT",
        "Sun, 06 Nov 1994 08:49:37 Z",
        "Sun, 06 Nov 1994 08:49:37Z",
        "Sun, 06 Nov 1994 08:49:37",
        "sun, 06 nov 1994 08:49:37 gmt",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "06 Nov 94 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sunday, 6-Nov-94 08:49:37 GMT",
        "Sun Nov 06 08:49:37 UTC 1994",
        "Sun Nov 6 09:49:37 CET 1994",
        "Sun Nov 06 09:49:37 +0100 1994",
        "Sun Nov 06 1994 09:49:37 GMT+0100 (Central European Time)",
        "Sunday, November 6, 1994 08:49:37 GMT",
        "Mon, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 09:49:37 +0100 (CET)",
        "1994-11-06T08:49:37Z",
        "1994-11-06t08:49:37z",
        "1994-11-06T08:49:37+00:00",
        "1994-11-06T09:49:37+0100",
        "1994-11-06T09:49:37+01",
        "1994-11-06T09:49:37+01:00[Europe/Berlin]",
        "1994-11-06 08:49:37Z",
        "1994-11-06 08:49:37 UTC",
        "1994-11-06 09:49:37 +0100",
        "1994-11-06T08:49:37",
        "1994-11-06 08:49:37",
        "1994-11-6T8:49:37Z",
        "19941106T084937Z",
        "19941106T084937",
        "+001994-11-06T08:49:37Z",
    ] {
        assert_eq!(read(text), Some((EXAMPLE, 0)), "{text}");
    }
}

#[test]
fn fractions_and_missing_seconds() {
    assert_eq!(read("1994-11-06T08:49:37.25Z"), Some((EXAMPLE, 250_000_000)));
    assert_eq!(read("1994-11-06T08:49:37,000000001+00:00"), Some((EXAMPLE, 1)));
    assert_eq!(read("1994-11-06T08:49:37.1234567891234Z"), Some((EXAMPLE, 123_456_789)));
    assert_eq!(read("Sun, 06 Nov 1994 08:49:37.5 GMT"), Some((EXAMPLE, 500_000_000)));
    assert_eq!(read("1994-11-06T08:49Z"), Some((EXAMPLE - 37, 0)));
    assert_eq!(read("Sun, 06 Nov 1994 08:49 GMT"), Some((EXAMPLE - 37, 0)));
    assert_eq!(read("1994-11-06"), Some((EXAMPLE - 31_777, 0)));
}

#[test]
fn times_long_ago_and_far_ahead() {
    for (text, seconds, nanos) in [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0, 0),
        ("Wed, 31 Dec 1969 23:59:59 GMT", -1, 0),
        ("1969-12-31T23:59:59.75Z", -1, 750_000_000),
        ("Mon, 01 Jan 1601 00:00:00 GMT", -11_644_473_600, 0),
        ("0001-01-01T00:00:00Z", -62_135_596_800, 0),
        ("Sun, 01 Jan 2300 00:00:00 GMT", 10_413_792_000, 0),
        ("2446-05-10T22:38:55.5Z", 15_032_385_535, 500_000_000),
        ("9999-12-31T23:59:59Z", 253_402_300_799, 0),
    ] {
        assert_eq!(read(text), Some((seconds, nanos)), "{text}");
    }
}

/// RFC 9110 allows a second 60.
#[test]
fn leap_seconds() {
    assert_eq!(read("Sat, 31 Dec 2016 23:59:60 GMT"), read("Sun, 01 Jan 2017 00:00:00 GMT"));
    assert_eq!(read("2016-12-31T23:59:60Z"), read("2017-01-01T00:00:00Z"));
}

#[test]
fn a_weekday_tells_the_century_of_a_short_year() {
    for (text, same) in [
        ("Thursday, 01-Jan-70 00:00:00 GMT", "1970-01-01"),
        ("Friday, 27-Nov-26 10:00:00 GMT", "2026-11-27T10:00:00Z"),
        ("Saturday, 06-Nov-76 00:00:00 GMT", "1976-11-06"),
        ("Friday, 06-Nov-76 00:00:00 GMT", "2076-11-06"),
        ("Tuesday, 29-Feb-00 00:00:00 GMT", "2000-02-29"),
        ("06-Nov-68 00:00:00 GMT", "2068-11-06"),
        ("06-Nov-69 00:00:00 GMT", "1969-11-06"),
    ] {
        assert_eq!(read(text), read(same), "{text}");
        assert!(read(text).is_some(), "{text}");
    }
}

#[test]
fn what_is_not_clear_is_not_read() {
    for text in [
        "",
        "0",
        "1763800000",
        "soon",
        "yesterday",
        "11/27/2026 10:00:00",
        "27.11.2026 10:00:00",
        "10:00:00",
        "Sun, 06 Nov 1994",
        "Nov 1994 08:49:37",
        "Sun, 32 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 1994 08:49:37 XYZ",
        "Sun, 06 Nov 1994 08:49:37 CET+0100",
        "Sun, 06 Nov 1994 08:49:37 PM",
        "Sun, 06 Nov 1994 08:49:37 GMT GMT",
        "Sun, 06 Nov 1994 08:49:37 +2500",
        "Sun, 06 Nov 1994 08:49:37 (",
        "Sun, 06 Nov 94 95 08:49:37 GMT",
        "Sun, 06 Nov 100 08:49:37 GMT",
        "Tue, 29 Feb 2100 00:00:00 GMT",
        "1994-13-06T08:49:37Z",
        "1994-11-06T08:49:37.Z",
        "1994-11-06T08:49:37X",
        "1994-11-06T",
        "94-11-06T08:49:37Z",
        "2026-11-27T10Z",
        "ä6 Nov 1994 08:49:37 ü",
        "١٢ Nov 1994 08:49:37 GMT",
        "1994-11-06T08:49:37+1é",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}
