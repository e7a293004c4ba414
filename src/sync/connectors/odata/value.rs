//! One value of a record: whether it fits its property, and how it is kept.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

use super::metadata::{EdmType, Property};
use super::moment;
use crate::domain::json::Json;

/// What is wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TypeMismatch {
    Type,
    Length,
    Precision,
    Range,
}

impl TypeMismatch {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Length => "length",
            Self::Precision => "precision",
            Self::Range => "range",
        }
    }
}

/// The value as it is kept: dates and times of version 2 in the form of version 4, everything else as it came.
pub(super) fn kept(value: Json, property: &Property) -> Result<Json, TypeMismatch> {
    if value == Json::Null {
        return Ok(value);
    }
    if !property.collection {
        return single(value, property);
    }
    let elements = match value {
        Json::List(elements) => elements,
        // Version 2 wraps them.
        Json::Object(mut wrapped) => match wrapped.remove("results") {
            Some(Json::List(elements)) => elements,
            _ => return Err(TypeMismatch::Type),
        },
        _ => return Err(TypeMismatch::Type),
    };
    elements.into_iter().map(|element| single(element, property)).collect::<Result<Vec<_>, _>>().map(Json::List)
}

fn single(value: Json, property: &Property) -> Result<Json, TypeMismatch> {
    match (property.kind, value) {
        (EdmType::Text, Json::Text(text)) => {
            let fits = property.max_length.is_none_or(|most| text.chars().count() <= most as usize);
            if fits { Ok(Json::Text(text)) } else { Err(TypeMismatch::Length) }
        }
        (EdmType::Boolean, value @ Json::Bool(_))
        | (EdmType::Complex, value @ Json::Object(_))
        | (EdmType::Enumeration, value @ (Json::Text(_) | Json::Number(_)))
        | (EdmType::Other | EdmType::Stream, value) => Ok(value),
        (kind @ (EdmType::Integer(..) | EdmType::Decimal | EdmType::Float), value) => {
            let text = match &value {
                Json::Number(number) => number.written(),
                Json::Text(text) => text,
                _ => return Err(TypeMismatch::Type),
            };
            match kind {
                EdmType::Integer(least, most) => integer(text, least, most)?,
                EdmType::Decimal => decimal(text, property)?,
                _ => float(text, matches!(value, Json::Text(_)))?,
            }
            Ok(value)
        }
        (EdmType::Binary, Json::Text(text)) => binary(text, property),
        (kind, Json::Text(text)) => of_kind(kind, &text).map(Json::Text).ok_or(TypeMismatch::Type),
        _ => Err(TypeMismatch::Type),
    }
}

fn integer(text: &str, least: i64, most: i64) -> Result<(), TypeMismatch> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(TypeMismatch::Type);
    }
    let fits = text.parse::<i64>().is_ok_and(|number| (least..=most).contains(&number));
    if fits { Ok(()) } else { Err(TypeMismatch::Range) }
}

/// A number that has an `f64`; or a word for one that has not.
fn float(text: &str, may_be_word: bool) -> Result<(), TypeMismatch> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(()),
        Ok(_) if may_be_word && matches!(text.trim_start_matches('-'), "INF" | "NaN") => Ok(()),
        Ok(_) if text.bytes().any(|byte| byte.is_ascii_digit()) => Err(TypeMismatch::Range),
        Ok(_) | Err(_) => Err(TypeMismatch::Type),
    }
}

/// Digits, and how many of them behind the point.
fn decimal(text: &str, property: &Property) -> Result<(), TypeMismatch> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().map_err(|_no_number| TypeMismatch::Type)?),
        None => (text, 0),
    };
    let digits = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let number = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() || !number(whole) || !number(part) || !(-400..=400).contains(&exponent) {
        return Err(TypeMismatch::Type);
    }
    let length = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX);
    let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
    let behind = (length(part) - exponent).max(0);
    let before = if whole.is_empty() && exponent <= 0 { 0 } else { (length(whole) + exponent).max(0) };
    let scale = i64::from(property.scale.unwrap_or(u32::MAX));
    let precision = i64::from(property.precision.unwrap_or(u32::MAX));
    let room = property.scale.map_or(precision, |scale| precision - i64::from(scale));
    if behind > scale || before + behind > precision || before > room { Err(TypeMismatch::Precision) } else { Ok(()) }
}

fn binary(text: String, property: &Property) -> Result<Json, TypeMismatch> {
    let letters = text.trim_end_matches('=');
    if !letters.bytes().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, b'+' | b'/' | b'-' | b'_')) {
        return Err(TypeMismatch::Type);
    }
    let bytes = letters.len() * 3 / 4;
    if property.max_length.is_some_and(|most| bytes > most as usize) {
        return Err(TypeMismatch::Length);
    }
    Ok(Json::Text(text))
}

/// A moment, a span or a number of a thing; `None` when it is not of this kind.
fn of_kind(kind: EdmType, text: &str) -> Option<String> {
    match kind {
        EdmType::Guid => {
            let sizes: Vec<usize> = text.split('-').map(str::len).collect();
            let fits = sizes == [8, 4, 4, 4, 12] && text.bytes().all(|sign| sign.is_ascii_hexdigit() || sign == b'-');
            fits.then(|| text.to_lowercase())
        }
        EdmType::DateTime => match of_v2(text) {
            Some(moment) => Some(plain(moment.naive_utc())),
            None => moment::without_zone(text.trim_end_matches(['Z', 'z'])).map(plain),
        },
        EdmType::DateTimeOffset => match of_v2(text) {
            Some(moment) => Some(format!("{}Z", plain(moment.naive_utc()))),
            None => moment::with_zone(text).then(|| text.to_owned()),
        },
        EdmType::Date => text.parse::<NaiveDate>().ok().map(|_date| text.to_owned()),
        EdmType::TimeOfDay => moment::time(text).map(|_time| text.to_owned()),
        EdmType::Duration => text.trim_start_matches('-').starts_with('P').then(|| text.to_owned()),
        _ => None,
    }
}

/// Without a zone; parts of a second only if there are any.
fn plain(moment: NaiveDateTime) -> String {
    moment.format("%Y-%m-%dT%H:%M:%S%.f").to_string()
}

/// `/Date(ticks)/`, in milliseconds since 1970, with an offset in minutes or without.
fn of_v2(text: &str) -> Option<DateTime<chrono::Utc>> {
    let inside = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
    let offset_at = inside.char_indices().skip(1).find(|(_, sign)| matches!(sign, '+' | '-')).map(|(at, _)| at);
    let (ticks, offset) = offset_at.map_or((inside, "0"), |at| inside.split_at(at));
    // At most a day, as offsets are.
    let minutes: i32 = offset.parse().ok()?;
    if minutes.abs() >= 24 * 60 {
        return None;
    }
    DateTime::from_timestamp_millis(ticks.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn of(value: &serde_json::Value) -> Json {
        Json::read(&value.to_string()).unwrap()
    }

    fn property(kind: EdmType) -> Property {
        Property { kind, collection: false, nullable: true, max_length: None, precision: None, scale: None }
    }

    #[rstest]
    #[case(EdmType::Text, json!("x"), true)]
    #[case(EdmType::Text, json!(1), false)]
    #[case(EdmType::Boolean, json!("true"), false)]
    #[case(EdmType::Integer(0, 255), json!(255), true)]
    #[case(EdmType::Integer(0, 255), json!(256), false)]
    #[case(EdmType::Integer(0, 255), json!(1.5), false)]
    #[case(EdmType::Integer(i64::MIN, i64::MAX), json!("9223372036854775807"), true)]
    #[case(EdmType::Integer(i64::MIN, i64::MAX), json!("9223372036854775808"), false)]
    #[case(EdmType::Decimal, json!("12.50"), true)]
    #[case(EdmType::Decimal, json!("12,50"), false)]
    #[case(EdmType::Decimal, json!("1e-9223372036854775808"), false)]
    #[case(EdmType::Float, json!("NaN"), true)]
    #[case(EdmType::Float, json!("-INF"), true)]
    #[case(EdmType::Guid, json!("3f2504e0-4f89-11d3-9a0c-0305e82c3301"), true)]
    #[case(EdmType::Guid, json!("3f2504e0"), false)]
    #[case(EdmType::Date, json!("2026-02-29"), false)]
    #[case(EdmType::Date, json!("2028-02-29"), true)]
    #[case(EdmType::TimeOfDay, json!("23:59:59.1"), true)]
    #[case(EdmType::Duration, json!("PT11H00M00S"), true)]
    #[case(EdmType::Duration, json!("11:00"), false)]
    #[case(EdmType::DateTimeOffset, json!("2026-01-01T10:00:00Z"), true)]
    #[case(EdmType::DateTimeOffset, json!("2026-01-01T10:00Z"), true)]
    #[case(EdmType::DateTimeOffset, json!("2026-01-01T10:00+02:00"), true)]
    #[case(EdmType::DateTimeOffset, json!("2026-01-01T10:00"), false)]
    #[case(EdmType::DateTimeOffset, json!("yesterday"), false)]
    #[case(EdmType::TimeOfDay, json!("10:00"), true)]
    #[case(EdmType::TimeOfDay, json!("24:00"), false)]
    #[case(EdmType::Binary, json!("aGk="), true)]
    #[case(EdmType::Binary, json!("a b"), false)]
    #[case(EdmType::Complex, json!({"a": 1}), true)]
    #[case(EdmType::Complex, json!([1]), false)]
    #[case(EdmType::Text, json!(null), true)]
    fn types(#[case] kind: EdmType, #[case] value: serde_json::Value, #[case] fits: bool) {
        assert_eq!(kept(of(&value), &property(kind)).is_ok(), fits);
    }

    #[rstest]
    #[case("/Date(1638057600000)/", "2021-11-28T00:00:00")]
    #[case("/Date(-1000)/", "1969-12-31T23:59:59")]
    #[case("/Date(1638057600123+0060)/", "2021-11-28T00:00:00.123")]
    #[case("2021-11-28T00:00:00", "2021-11-28T00:00:00")]
    #[case("2014-08-22T10:15", "2014-08-22T10:15:00")]
    #[case("2014-08-22T10:15Z", "2014-08-22T10:15:00")]
    fn dates_of_v2(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(kept(of(&json!(text)), &property(EdmType::DateTime)), Ok(of(&json!(expected))));
    }

    #[rstest]
    #[case("99.99", 4, Some(2), true)]
    #[case("100.00", 4, Some(2), false)]
    #[case("1.234", 4, Some(2), false)]
    #[case("0.10", 2, Some(2), true)]
    #[case("-0012.300", 3, Some(1), true)]
    #[case("1e2", 3, Some(0), true)]
    #[case("1e3", 3, Some(0), false)]
    #[case("1.5e-2", 5, Some(3), true)]
    #[case("12345", 5, None, true)]
    #[case("123456", 5, None, false)]
    fn precision_and_scale(#[case] text: &str, #[case] precision: u32, #[case] scale: Option<u32>, #[case] fits: bool) {
        let property = Property { precision: Some(precision), scale, ..property(EdmType::Decimal) };
        let expected = if fits { Ok(Json::Text(text.to_owned())) } else { Err(TypeMismatch::Precision) };
        assert_eq!(kept(Json::Text(text.to_owned()), &property), expected);
    }

    #[test]
    fn length_counts_letters() {
        let property = Property { max_length: Some(3), ..property(EdmType::Text) };
        assert!(kept(of(&json!("äöü")), &property).is_ok());
        assert_eq!(kept(of(&json!("abcd")), &property), Err(TypeMismatch::Length));
    }

    #[test]
    fn collections_in_either_version() {
        let property = Property { collection: true, ..property(EdmType::Text) };
        assert_eq!(kept(of(&json!(["a"])), &property), Ok(of(&json!(["a"]))));
        assert_eq!(kept(of(&json!({"results": ["a"]})), &property), Ok(of(&json!(["a"]))));
        assert_eq!(kept(of(&json!("a")), &property), Err(TypeMismatch::Type));
    }

    #[rstest]
    #[case(EdmType::Decimal, "12345678901234567890.1234567891", Ok(()))]
    #[case(EdmType::Decimal, "100.00", Ok(()))]
    #[case(EdmType::Integer(i64::MIN, i64::MAX), "9007199254740993", Ok(()))]
    #[case(EdmType::Integer(i64::MIN, i64::MAX), "9223372036854775808", Err(TypeMismatch::Range))]
    #[case(EdmType::Integer(0, 255), "1e2", Err(TypeMismatch::Type))]
    #[case(EdmType::Float, "1e400", Err(TypeMismatch::Range))]
    #[case(EdmType::Float, "-0.0", Ok(()))]
    #[case(EdmType::Text, "1", Err(TypeMismatch::Type))]
    #[case(EdmType::Other, "1e400", Ok(()))]
    fn numbers_keep_their_digits(#[case] kind: EdmType, #[case] written: &str, #[case] fits: Result<(), TypeMismatch>) {
        let found = kept(Json::read(written).unwrap(), &property(kind)).map(|value| value.to_string());
        assert_eq!(found, fits.map(|()| written.to_owned()));
    }
}
