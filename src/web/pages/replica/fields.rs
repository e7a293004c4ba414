//! The fields of a record: read from its data, in the words of the service.

use serde_json::{Map, Value};

/// A record's data.
pub(super) fn read(data: &str) -> Map<String, Value> {
    serde_json::from_str(data).unwrap_or_default()
}

/// A value for people; nothing for null.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The same for a page that has many; exports have all of it.
pub(super) fn short(value: &Value) -> String {
    cut(&shown(value), 1_000)
}

/// At most so many characters.
fn cut(text: &str, most: usize) -> String {
    let short: String = text.chars().take(most).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

/// The names of a set's properties in the model, those of the key first.
pub(super) fn names(model: &str, set: &str) -> (Vec<String>, Vec<String>) {
    let model: Value = serde_json::from_str(model).unwrap_or_default();
    let of_set = model.get("sets").and_then(|sets| sets.get(set));
    let key: Vec<String> = of_set
        .and_then(|set| set.get("key")?.as_array())
        .map(|names| names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect())
        .unwrap_or_default();
    let properties = of_set.and_then(|set| set.get("properties")?.as_object());
    let others = properties.into_iter().flat_map(Map::keys).filter(|name| !key.contains(name)).cloned().collect();
    (key, others)
}

/// The first fields that have a value, on one line.
pub(super) fn summary(data: &str, key: &[String]) -> String {
    let record = read(data);
    let fields = record.iter().filter(|(name, value)| !key.contains(name) && !shown(value).is_empty());
    let line: Vec<String> = fields.take(4).map(|(name, value)| format!("{name}: {}", shown(value))).collect();
    cut(&line.join(" · "), 160)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_where_they_are_shown() {
        let long = Value::String("ä".repeat(1_001));
        assert_eq!(short(&long), "ä".repeat(1_000) + "…");
        assert_eq!(shown(&long).chars().count(), 1_001);
        let record = serde_json::json!({"Id": 1, "Text": long}).to_string();
        assert_eq!(summary(&record, &["Id".to_owned()]).chars().count(), 161);
        assert_eq!([short(&Value::Null), short(&Value::from(7))], ["", "7"]);
    }
}
