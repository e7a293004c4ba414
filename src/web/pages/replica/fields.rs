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
    let line = line.join(" · ");
    let short: String = line.chars().take(160).collect();
    if short.len() < line.len() { format!("{short}…") } else { line }
}
