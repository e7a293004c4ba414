//! JSON whose numbers keep their digits.
//!
//! `serde_json::Value` turns a number into an `f64`, and the feature that would keep its text changes numbers for
//! every crate of the program. So values are read from raw text, and only their strings by `serde_json`.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::number::Number;

/// Maximum depth of lists and objects in each other. Readers of what is exported stop at 128.
pub const DEEPEST: usize = 100;

/// The members of an object, by name.
pub type Members = BTreeMap<String, Json>;

/// A value. Two values are equal when they mean the same: 1.50 equals 1.5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Self>),
    Object(Members),
}

/// Why a value cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It is not JSON.
    Syntax,
    /// A string is not valid Unicode, such as half of a surrogate pair.
    Text,
    /// More than [`DEEPEST`] lists and objects in each other.
    Deep,
    /// An object has two members of one name.
    Twice,
}

impl Json {
    /// Reads a whole text.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let raw: &RawValue = serde_json::from_str(text).map_err(|_no_json| Unreadable::Syntax)?;
        Self::of(raw)
    }

    /// Reads a value that was cut out of a text.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn of(raw: &RawValue) -> Result<Self, Unreadable> {
        Self::at(raw, 0)
    }

    fn at(raw: &RawValue, depth: usize) -> Result<Self, Unreadable> {
        let text = raw.get();
        let syntax = |_error| Unreadable::Syntax;
        match text.as_bytes().first() {
            Some(b'n') => Ok(Self::Null),
            Some(b't') => Ok(Self::Bool(true)),
            Some(b'f') => Ok(Self::Bool(false)),
            Some(b'"') => serde_json::from_str(text).map(Self::Text).map_err(|_bad_escape| Unreadable::Text),
            Some(b'[' | b'{') if depth >= DEEPEST => Err(Unreadable::Deep),
            Some(b'[') => {
                let elements: Vec<&RawValue> = serde_json::from_str(text).map_err(syntax)?;
                elements.into_iter().map(|raw| Self::at(raw, depth + 1)).collect::<Result<_, _>>().map(Self::List)
            }
            Some(b'{') => {
                let RawMembers(raw) = serde_json::from_str(text).map_err(|_bad_name| Unreadable::Text)?;
                let mut members = Members::new();
                for (name, raw) in raw {
                    if members.insert(name, Self::at(raw, depth + 1)?).is_some() {
                        return Err(Unreadable::Twice);
                    }
                }
                Ok(Self::Object(members))
            }
            _ => Ok(Self::Number(Number::new(text))),
        }
    }

    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::List(_) | Self::Object(_) => None,
        }
    }

    #[must_use]
    pub const fn as_object(&self) -> Option<&Members> {
        match self {
            Self::Object(members) => Some(members),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::List(_) => None,
        }
    }

    /// The text that is equal for equal values: each number in its normal form.
    #[must_use]
    pub fn normal(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, &|number, out| out.push_str(&number.normal()));
        out
    }

    /// Whether [`Json::normal`] is the text as it is written.
    #[must_use]
    pub fn is_normal(&self) -> bool {
        match self {
            Self::Null | Self::Bool(_) | Self::Text(_) => true,
            Self::Number(number) => number.normal() == number.written(),
            Self::List(elements) => elements.iter().all(Self::is_normal),
            Self::Object(members) => members.values().all(Self::is_normal),
        }
    }

    fn write(&self, out: &mut String, number: &dyn Fn(&Number, &mut String)) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(true) => out.push_str("true"),
            Self::Bool(false) => out.push_str("false"),
            Self::Number(one) => number(one, out),
            Self::Text(text) => quote(text, out),
            Self::List(elements) => {
                out.push('[');
                for (n, element) in elements.iter().enumerate() {
                    out.push_str(if n == 0 { "" } else { "," });
                    element.write(out, number);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (n, (name, value)) in members.iter().enumerate() {
                    out.push_str(if n == 0 { "" } else { "," });
                    quote(name, out);
                    out.push(':');
                    value.write(out, number);
                }
                out.push('}');
            }
        }
    }
}

/// As JSON, with each number as it was written.
impl fmt::Display for Json {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        self.write(&mut out, &|number, out| out.push_str(number.written()));
        to.write_str(&out)
    }
}

fn quote(text: &str, out: &mut String) {
    // Writing a string cannot fail.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}

/// The members of an object in their order, values unread.
pub struct RawMembers<'a>(pub Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for RawMembers<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Collect)
    }
}

struct Collect;

impl<'de> Visitor<'de> for Collect {
    type Value = RawMembers<'de>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<RawMembers<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = from.next_entry()? {
            members.push(member);
        }
        Ok(RawMembers(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_names_are_kept_in_order() {
        let text = r#"{"b":[1.50,12345678901234567890.1234567891,1e400],"a":{"x":null,"ä":"\u0000\"é"},"c":true}"#;
        let read = Json::read(text).unwrap();
        assert_eq!(
            read.to_string(),
            r#"{"a":{"x":null,"ä":"\u0000\"é"},"b":[1.50,12345678901234567890.1234567891,1e400],"c":true}"#
        );
        assert!(read.normal().contains("[1.5,"), "{}", read.normal());
        assert_eq!(Json::read("[1.50, 2]").unwrap(), Json::read("[1.5,2]").unwrap());
    }

    /// What versions that kept numbers as `f64` have stored is written the same way.
    #[test]
    fn it_is_written_like_serde_json_writes_it() {
        let text =
            r#"{"z": [1, -2, 1.50, 100.00, 1e2, 0.1, -0.0, 1e-7, 18446744073709551615], "a": {"q": "\/\u00e9\n"}}"#;
        let before: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(Json::read(text).unwrap().normal(), before.to_string());
    }

    #[test]
    fn what_cannot_be_read() {
        for (text, why) in [
            ("{", Unreadable::Syntax),
            ("[1,]", Unreadable::Syntax),
            ("NaN", Unreadable::Syntax),
            (r#"["\ud83d"]"#, Unreadable::Text),
            (r#"{"\ud83d": 1}"#, Unreadable::Text),
            (r#"[{"a": 1, "a": 1}]"#, Unreadable::Twice),
        ] {
            assert_eq!(Json::read(text), Err(why), "{text}");
        }
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Json::read(&nested(DEEPEST)).is_ok());
        for depth in [DEEPEST + 1, 100_000] {
            assert_eq!(Json::read(&nested(depth)), Err(Unreadable::Deep), "{depth}");
        }
    }
}
