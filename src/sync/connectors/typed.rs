//! Reading a settings form: what every kind does with what was typed.

use serde_json::{Map, Value};

use crate::domain::kind::Reading;
use crate::sync::connector::{Field, FieldError, Input, Typed};

/// A form that is being read.
pub(super) struct TypedForm<'a> {
    pub(super) typed: &'a Typed,
    pub(super) json: Map<String, Value>,
    pub(super) errors: Vec<FieldError>,
}

impl<'a> TypedForm<'a> {
    pub(super) fn new(typed: &'a Typed) -> Self {
        Self { typed, json: Map::new(), errors: Vec::new() }
    }

    /// What was typed, without white space at its ends.
    pub(super) fn text(&self, field: &str) -> &'a str {
        self.typed.get(field).map_or("", |text| text.trim())
    }

    /// What was typed, line by line, without empty lines.
    pub(super) fn lines(&self, field: &str) -> Vec<String> {
        let text = self.typed.get(field).map_or("", String::as_str);
        text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
    }

    pub(super) fn wrong(&mut self, field: &'static str, message: impl Into<String>) {
        self.errors.push(FieldError { field, message: message.into() });
    }

    pub(super) fn is_wrong(&self, field: &str) -> bool {
        self.errors.iter().any(|error| error.field == field)
    }

    /// The settings with the default of each field that could not be read, so that the other fields can still be
    /// checked together.
    pub(super) fn finish(mut self, fields: &[Field]) -> Reading {
        for field in fields.iter().filter(|field| !field.input.is_secret()) {
            self.json.entry(field.name).or_insert_with(|| match field.input {
                Input::Lines => Value::Array(Vec::new()),
                Input::Number => field.default.parse::<i64>().unwrap_or_default().into(),
                Input::Line | Input::Choice(_) | Input::Secret | Input::SecretLines => field.default.into(),
            });
        }
        Reading { settings: Value::Object(self.json), errors: self.errors }
    }

    pub(super) fn set(&mut self, field: &str, value: impl Into<Value>) {
        self.json.insert(field.to_owned(), value.into());
    }

    pub(super) fn number(&mut self, field: &'static str, default: &str, least: i64, most: i64) {
        let text = match self.text(field) {
            "" => default,
            text => text,
        };
        match text.parse::<i64>() {
            Ok(number) if (least..=most).contains(&number) => self.set(field, number),
            Ok(_) | Err(_) => self.wrong(field, format!("Enter a number from {least} to {most}.")),
        }
    }
}
