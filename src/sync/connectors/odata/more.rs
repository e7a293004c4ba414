//! Members that mean nothing to Syncdesk, but look as if there were more records than came: to pass over one would make
//! records orphaned that are still there.

use serde_json::Value;

/// Parts of names that speak of more.
const OF_MORE: [&str; 8] = ["next", "more", "skip", "cursor", "continu", "remain", "trunc", "incomplete"];

/// Parts of names that speak of how many there are.
const OF_COUNTS: [&str; 2] = ["count", "total"];

/// Words that have such parts and speak of something else.
const OTHERS: [&str; 3] = ["account", "country", "discount"];

/// Texts that say no.
const NO: [&str; 5] = ["", "0", "false", "n", "no"];

/// What a member says of further records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// There are more records.
    More,
    /// The total number of records. There are more if fewer came.
    Count(i64),
}

/// The most that a member says of further records, by the names in it. `value`: `None` if it cannot be read.
pub(super) fn sign(name: &str, value: Option<&Value>) -> Option<Sign> {
    let plain = OTHERS.iter().fold(name.to_lowercase(), |name, other| name.replace(other, ""));
    let has = |parts: &[&str]| parts.iter().any(|part| plain.contains(part));
    let (of_more, of_counts) = (has(&OF_MORE), has(&OF_COUNTS));
    let Some(value) = value else { return (of_more || of_counts).then_some(Sign::More) };
    let inside = match value {
        Value::Array(values) => most(values.iter().map(|value| sign("", Some(value)))),
        Value::Object(members) => most(members.iter().map(|(name, value)| sign(name, Some(value)))),
        Value::String(text) if plain == "rel" && text.trim().eq_ignore_ascii_case("next") => Some(Sign::More),
        _ => None,
    };
    let outside = match whole(value) {
        _ if !says_something(value) => None,
        // A number of pages is none of records.
        Some(count) if of_counts && !of_more && !plain.contains("page") => Some(Sign::Count(count)),
        _ => (of_more || of_counts).then_some(Sign::More),
    };
    most([inside, outside].into_iter())
}

/// More than any count is that there are more.
fn most(signs: impl Iterator<Item = Option<Sign>>) -> Option<Sign> {
    signs.flatten().reduce(|one, other| match (one, other) {
        (Sign::Count(one), Sign::Count(other)) => Sign::Count(one.max(other)),
        _ => Sign::More,
    })
}

/// Whether anything in a value is neither empty nor a no.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(yes) => *yes,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !NO.contains(&text.trim().to_lowercase().as_str()),
        Value::Array(values) => values.iter().any(says_something),
        Value::Object(members) => members.values().any(says_something),
    }
}

/// A whole number in any notation, also as text: 250, 250.0, 2.5e2, "250".
pub(super) fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let number = number.as_f64().filter(|number| number.fract() == 0.0)?;
            format!("{number:.0}").parse().ok()
        }),
        Value::String(text) => whole(&Value::Number(serde_json::from_str(text.trim()).ok()?)),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case("250", Some(250))]
    #[case("250.0", Some(250))]
    #[case("2.5e2", Some(250))]
    #[case("\"250\"", Some(250))]
    #[case("\" 250.0 \"", Some(250))]
    #[case("9223372036854775807", Some(i64::MAX))]
    #[case("-1", Some(-1))]
    #[case("2.5", None)]
    #[case("1e30", None)]
    #[case("\"many\"", None)]
    #[case("true", None)]
    #[case("[250]", None)]
    fn whole_numbers(#[case] written: &str, #[case] expected: Option<i64>) {
        assert_eq!(whole(&serde_json::from_str(written).unwrap()), expected, "{written}");
    }

    #[test]
    fn what_looks_like_more() {
        for (name, value) in [
            ("hasMore", json!(true)),
            ("has_more", json!("yes")),
            ("value@odata.nextLink", json!("Things?$skiptoken=2")),
            ("links", json!([{"rel": "self", "href": "x"}, {"rel": "next", "href": "y"}])),
            ("_links", json!({"next": {"href": "y"}})),
            ("pageInfo", json!({"hasNextPage": true, "total": 2})),
            ("cursor", json!("abc")),
            ("nextSkip", json!(100)),
            ("continuationToken", json!("abc")),
            ("isTruncated", json!(true)),
            ("remainingCount", json!(3)),
            ("pageCount", json!(3)),
            ("count", json!("many")),
        ] {
            assert_eq!(sign(name, Some(&value)), Some(Sign::More), "{name}");
        }
        assert_eq!(sign("nextPage", None), Some(Sign::More));
    }

    #[test]
    fn what_counts() {
        for (name, value) in [
            ("$count", json!(250)),
            ("total", json!("250")),
            ("Orders@odata.count", json!(250.0)),
            ("meta", json!({"totalRecords": 250, "of": {"count": 7}})),
        ] {
            assert_eq!(sign(name, Some(&value)), Some(Sign::Count(250)), "{name}");
        }
    }

    #[test]
    fn what_says_nothing_of_it() {
        for (name, value) in [
            ("hasMore", json!(false)),
            ("hasMore", json!("false")),
            ("next", json!(null)),
            ("links", json!([{"rel": "self", "href": "x"}])),
            ("_links", json!({"next": null})),
            ("skip", json!(0)),
            ("@odata.metadataEtag", json!("W/\"7\"")),
            ("@Core.Messages", json!([{"message": "There are more."}])),
            ("account", json!("A")),
            ("country", json!("DE")),
        ] {
            assert_eq!(sign(name, Some(&value)), None, "{name}");
        }
        assert_eq!(sign("@x", None), None);
    }
}
