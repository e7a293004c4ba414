//! Pieces of forms.

use std::collections::BTreeMap;
use std::fmt::{Display, Write};
use std::sync::OnceLock;

use serde_json::Value;

use crate::web::ui::{Choice, Errors};

/// What use cases say of fields, as forms show it: all of it, also where several things are wrong with one field.
#[must_use]
pub fn errors_of(wrong: impl IntoIterator<Item = (String, impl Display)>) -> Errors {
    let mut errors = Errors::new();
    for (field, said) in wrong {
        let shown: &mut String = errors.entry(field).or_default();
        if !shown.is_empty() {
            shown.push(' ');
        }
        let _ = write!(shown, "{said}");
    }
    errors
}

/// Every time zone there is.
#[must_use]
pub fn time_zones() -> Vec<Choice> {
    static ZONES: OnceLock<Vec<Choice>> = OnceLock::new();
    ZONES.get_or_init(|| chrono_tz::TZ_VARIANTS.iter().map(|zone| Choice::new(zone.name(), "")).collect()).clone()
}

/// Stored settings as the inputs of their form: one flat object, lists a line an entry.
#[must_use]
pub fn typed(settings: &str) -> BTreeMap<String, String> {
    let object: serde_json::Map<String, Value> = serde_json::from_str(settings).unwrap_or_default();
    let told = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(entries) => entries.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    };
    object.iter().map(|(name, value)| (name.clone(), told(value))).collect()
}
