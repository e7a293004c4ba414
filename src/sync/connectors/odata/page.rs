//! One answer of a service: records, one after the other, and where it goes on.

use std::fmt;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// What stands in an answer beside its records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Page {
    /// Where the next page is.
    pub(super) next: Option<String>,
    /// Where changes will be told.
    pub(super) delta: Option<String>,
    /// What the service says is wrong, in its own words.
    pub(super) error: Option<String>,
    /// Whether there was a list of records at all.
    pub(super) whole: bool,
}

/// An entry of the list.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Entry {
    Record(Map<String, Value>),
    /// It is gone: what is told of it, and its address if there is one.
    Removed(Map<String, Value>, Option<String>),
}

/// A page has at most so many records.
const MOST: usize = 100_000;

/// Reads an answer; each entry is handed on as soon as it is read, so that only one is kept.
///
/// # Errors
/// Why it is none, in words.
pub(super) fn read(body: &[u8], entry: &mut dyn FnMut(Entry)) -> Result<Page, String> {
    let mut page = Page::default();
    let mut answer = serde_json::Deserializer::from_slice(body);
    Level { page: &mut page, entry, inner: false }.deserialize(&mut answer).map_err(|error| error.to_string())?;
    answer.end().map_err(|error| error.to_string())?;
    if page.whole || page.error.is_some() { Ok(page) } else { Err("it has no list of records".to_owned()) }
}

/// An object that holds the list: the answer of V4, or the `d` of V2.
struct Level<'a> {
    page: &'a mut Page,
    entry: &'a mut dyn FnMut(Entry),
    inner: bool,
}

impl<'de> DeserializeSeed<'de> for Level<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level<'_> {
    type Value = ();

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an answer of OData")
    }

    /// V2, version 1: the list stands in `d` itself.
    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        if !self.inner {
            return Err(A::Error::custom("it is a list"));
        }
        self.page.whole = true;
        List(self.entry).visit_seq(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            match name.as_str() {
                "d" if !self.inner => {
                    members.next_value_seed(Level { page: self.page, entry: self.entry, inner: true })?;
                }
                "value" | "results" if (name == "results") == self.inner => {
                    self.page.whole = true;
                    members.next_value_seed(List(self.entry))?;
                }
                "@odata.nextLink" | "@nextLink" | "__next" => self.page.next = members.next_value()?,
                "@odata.deltaLink" | "@deltaLink" | "__delta" => self.page.delta = members.next_value()?,
                "error" if !self.inner => self.page.error = Some(words(&members.next_value()?)),
                _ => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

struct List<'a>(&'a mut dyn FnMut(Entry));

impl<'de> DeserializeSeed<'de> for List<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = ();

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut n = 0;
        while let Some(record) = list.next_element::<Map<String, Value>>()? {
            n += 1;
            if n > MOST {
                return Err(A::Error::custom(format!("it has more than {MOST} records")));
            }
            (self.0)(sorted(record));
        }
        Ok(())
    }
}

/// A record, or word that one is gone (in the form of 4.0 or of 4.01).
fn sorted(record: Map<String, Value>) -> Entry {
    let text = |names: &[&str]| names.iter().find_map(|name| record.get(*name)?.as_str().map(str::to_owned));
    let address = || text(&["@odata.id", "@id", "id"]);
    let of_4_0 = text(&["@odata.context", "@context"]).is_some_and(|context| context.ends_with("/$deletedEntity"));
    if of_4_0 || record.contains_key("@removed") || record.contains_key("@odata.removed") {
        let address = address();
        return Entry::Removed(record, address);
    }
    Entry::Record(record)
}

/// What an error of OData says: its code and its message, which V2 wraps once more.
pub(super) fn words(error: &Value) -> String {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let message = error.get("message").and_then(|message| text(message).or_else(|| text(message.get("value")?)));
    let code = error.get("code").and_then(text);
    match (code, message) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => error.to_string(),
    }
}

/// What the service says in the body of a refusal; as it stands if it is no error of OData.
pub(super) fn refusal(body: &str) -> String {
    let parsed = serde_json::from_str::<Value>(body).ok();
    parsed.and_then(|value| value.get("error").map(words)).unwrap_or_else(|| body.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(body: &str) -> Result<(Page, Vec<Entry>), String> {
        let mut entries = Vec::new();
        let page = read(body.as_bytes(), &mut |entry| entries.push(entry))?;
        Ok((page, entries))
    }

    fn names(entries: &[Entry]) -> Vec<String> {
        let name = |entry: &Entry| match entry {
            Entry::Record(record) => record["Id"].to_string(),
            Entry::Removed(_, address) => format!("gone {}", address.clone().unwrap_or_default()),
        };
        entries.iter().map(name).collect()
    }

    #[test]
    fn version_4() {
        let body = r#"{"@odata.context": "x", "value": [{"Id": 1}, {"Id": 2}], "@odata.nextLink": "n", "@odata.deltaLink": "d"}"#;
        let (page, entries) = read_text(body).unwrap();
        assert_eq!((page.next.as_deref(), page.delta.as_deref()), (Some("n"), Some("d")));
        assert_eq!(names(&entries), ["1", "2"]);
    }

    #[test]
    fn what_is_gone_in_either_form() {
        let body = r#"{"value": [{"@odata.context": "x#Things/$deletedEntity", "id": "Things(1)", "reason": "deleted"},
            {"@removed": {"reason": "deleted"}, "@id": "Things(2)"}, {"Id": 3}]}"#;
        assert_eq!(names(&read_text(body).unwrap().1), ["gone Things(1)", "gone Things(2)", "3"]);
    }

    #[test]
    fn version_2() {
        let (page, entries) = read_text(r#"{"d": {"results": [{"Id": 1}], "__next": "n"}}"#).unwrap();
        assert_eq!((page.next.as_deref(), names(&entries)), (Some("n"), vec!["1".to_owned()]));
        assert_eq!(names(&read_text(r#"{"d": [{"Id": 1}]}"#).unwrap().1), ["1"]);
    }

    #[test]
    fn errors_in_their_own_words() {
        let (page, _) = read_text(r#"{"error": {"code": "X/1", "message": {"lang": "en", "value": "No."}}}"#).unwrap();
        assert_eq!(page.error.as_deref(), Some("X/1: No."));
        assert_eq!(refusal(r#"{"error": {"message": "No."}}"#), "No.");
        assert_eq!(refusal("<html>"), "<html>");
    }

    #[test]
    fn what_is_no_answer() {
        for body in [
            "",
            "<html><body>Sign in</body></html>",
            "[]",
            "{}",
            r#"{"value": {}}"#,
            r#"{"value": [1]}"#,
            r#"{"value": [{"Id": 1}"#,
            r#"{"value": []} and more"#,
        ] {
            assert!(read_text(body).is_err(), "{body}");
        }
        let many = format!("{{\"value\": [{{}}{}]}}", ",{}".repeat(MOST));
        assert!(read_text(&many).unwrap_err().contains("more than 100000 records"));
        let deep = format!("{{\"value\": [{{\"Id\": {}", "[".repeat(100_000));
        assert!(read_text(&deep).unwrap_err().contains("recursion"));
    }
}
