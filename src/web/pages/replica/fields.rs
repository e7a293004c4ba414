//! The fields of a record: read from its data, in the words of the service.

use maud::{Markup, html};
use serde_json::{Map, Value};

use crate::domain::json::{Json, Members};
use crate::web::ui::foreign;

/// A record's data, with all digits of its numbers.
pub(super) fn read(data: &str) -> Members {
    match Json::read(data) {
        Ok(Json::Object(members)) => members,
        Ok(_) | Err(_) => Members::new(),
    }
}

/// A value for people; nothing for null.
pub(super) fn display_value(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::Text(text) => text.clone(),
        Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Object(_) => value.to_string(),
    }
}

/// The same for a page that has many; exports have all of it.
pub(super) fn short(value: &Json) -> String {
    cut(&display_value(value), 1_000)
}

/// A value as a page has it, cut by `as_text`.
pub(super) fn cell(value: Option<&Json>, as_text: fn(&Json) -> String) -> Markup {
    let text = value.map(as_text).unwrap_or_default();
    html! { @if text.is_empty() { span.soft { "—" } } @else { bdi { (foreign::text(&text)) } } }
}

/// Maximum number of characters.
fn cut(text: &str, most: usize) -> String {
    let short: String = text.chars().take(most).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

/// The same for a cell among many.
pub(super) fn brief(value: &Json) -> String {
    cut(&display_value(value), 80)
}

/// The names of a set's properties: those of its key, and the others in the order of the service.
pub(super) fn names(model: &str, set: &str) -> (Vec<String>, Vec<String>) {
    let model: Value = serde_json::from_str(model).unwrap_or_default();
    let of_set = model.get("sets").and_then(|sets| sets.get(set));
    let listed = |name: &str| -> Vec<String> {
        let names = of_set.and_then(|set| set.get(name)?.as_array()).into_iter().flatten();
        names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
    };
    let mut key = listed("key");
    // A path into a complex property: that is among the others.
    key.retain(|name| !name.contains('/'));
    let mut others = listed("order");
    if others.is_empty() {
        // Published by a version that kept no order.
        let known = of_set.and_then(|set| set.get("properties")?.as_object());
        others = known.into_iter().flat_map(Map::keys).cloned().collect();
    }
    others.retain(|name| !key.contains(name));
    (key, others)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_the_order_of_the_service() {
        let set = serde_json::json!({"key": ["Id"], "order": ["Name", "Id", "Age"], "properties": {"Age": 1, "Id": 2, "Name": 3}});
        let mut model = serde_json::json!({"sets": {"Things": set}});
        let seen = |model: &Value| {
            let (key, others) = names(&model.to_string(), "Things");
            (key.join(" "), others.join(" "))
        };
        assert_eq!(seen(&model), ("Id".to_owned(), "Name Age".to_owned()));
        model["sets"]["Things"]["order"] = Value::Null;
        assert_eq!(seen(&model), ("Id".to_owned(), "Age Name".to_owned()));
    }

    #[test]
    fn long_values_are_cut_where_they_are_shown() {
        let long = Json::Text("ä".repeat(1_001));
        assert_eq!(short(&long), "ä".repeat(1_000) + "…");
        assert_eq!(display_value(&long).chars().count(), 1_001);
        assert_eq!(brief(&long), "ä".repeat(80) + "…");
        let number = Json::read("12345678901234567890.10").unwrap();
        assert_eq!([short(&Json::Null), short(&number)], ["", "12345678901234567890.10"]);
    }
}
