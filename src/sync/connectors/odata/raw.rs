//! The members of a record, each as it came: one that cannot be read costs only itself, and its record only if
//! somebody reads it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of a record, in their order.
pub(super) struct Raw<'a> {
    members: Vec<(String, &'a RawValue)>,
    /// Why there are no more.
    pub(super) fault: Option<Fault>,
    /// Bytes that are not UTF-8 were replaced by U+FFFD.
    pub(super) is_lossy: bool,
}

/// Why a record cannot be read as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is a list, a text, a number or nothing.
    Shape,
    /// It is not JSON from here on; why, in the words of the parser.
    Syntax(String),
}

impl<'a> Raw<'a> {
    pub(super) fn read(text: &'a str, is_lossy: bool) -> Self {
        let mut members = Vec::new();
        let mut json = serde_json::Deserializer::from_str(text);
        let read = Collect(&mut members).deserialize(&mut json).and_then(|()| json.end());
        let fault = read.err().map(|error| {
            if text.trim_start().starts_with('{') { Fault::Syntax(error.to_string()) } else { Fault::Shape }
        });
        Self { members, fault, is_lossy }
    }

    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.members.iter().map(|(name, value)| (name.as_str(), *value))
    }

    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.members.iter().any(|(name, _)| names.contains(&name.as_str()))
    }

    /// The text of the first of these members that there is.
    pub(super) fn text(&self, names: &[&str]) -> Option<String> {
        let found = names.iter().find_map(|name| self.members.iter().find(|(other, _)| other == name))?;
        serde_json::from_str(found.1.get()).ok()
    }
}

/// Collects the members up to the first that cannot be read.
struct Collect<'a, 'de>(&'a mut Vec<(String, &'de RawValue)>);

impl<'de> DeserializeSeed<'de> for Collect<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Collect<'_, 'de> {
    type Value = ();

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<(), A::Error> {
        while let Some(member) = from.next_entry()? {
            self.0.push(member);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_as_they_came() {
        let raw = Raw::read(r#" {"a": 1e400, "b": "\ud83d", "c": [1, {}]} "#, false);
        let members: Vec<_> = raw.members().map(|(name, value)| (name, value.get())).collect();
        assert_eq!(members, [("a", "1e400"), ("b", r#""\ud83d""#), ("c", "[1, {}]")]);
        assert_eq!((raw.fault.clone(), raw.text(&["x", "b"])), (None, None));
        let deep = format!("{{\"a\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(Raw::read(&deep, false).fault, None);
    }

    #[test]
    fn what_came_before_a_fault_is_there() {
        for text in [r#"{"Id": 1, "x": NaN}"#, r#"{"Id": 1, "#, r#"{"Id": 1, "\ud83d": 2}"#, r#"{"Id": 1}}"#] {
            let raw = Raw::read(text, false);
            assert_eq!(raw.members().next().map(|(name, value)| (name, value.get())), Some(("Id", "1")), "{text}");
            assert!(matches!(raw.fault, Some(Fault::Syntax(_))), "{text}");
        }
        for text in ["7", "null", "\"x\"", "[{}]", "NaN", ""] {
            assert_eq!(Raw::read(text, false).fault, Some(Fault::Shape), "{text}");
        }
    }
}
