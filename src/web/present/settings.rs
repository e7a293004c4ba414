//! The settings of a system in words, without secrets.

use std::time::Duration;

use super::forms::typed;
use crate::domain::kind::{Field, Input, SettingsArea};
use crate::domain::schedule::Schedule;
use crate::queries::systems::{System, SystemDetails};
use crate::sync::registry;
use crate::web::ui::text::duration;

/// Settings that belong together: label and value of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsGroup {
    pub title: &'static str,
    pub rows: Vec<(String, String)>,
}

/// Label and value of each field of the connector that has a value.
#[must_use]
pub fn settings(system: &System) -> Vec<(String, String)> {
    let values = rows(system, &[]).into_iter();
    values.map(|(field, value)| (format!("{} · {}", field.section, field.label), value)).collect()
}

/// All of them in groups, the schedule first. A stored secret is named, and never shown.
#[must_use]
pub fn settings_in_groups(details: &SystemDetails) -> Vec<SettingsGroup> {
    let rows = rows(&details.system, &details.slots);
    let areas = SettingsArea::ALL.iter().map(|area| SettingsGroup {
        title: area.title(),
        rows: rows
            .iter()
            .filter(|(field, _value)| field.area() == *area)
            .map(|(field, value)| (label(field, *area), value.clone()))
            .collect(),
    });
    std::iter::once(schedule(details)).chain(areas).filter(|group| !group.rows.is_empty()).collect()
}

/// Only the first group has fields of the same name in several sections.
fn label(field: &Field, area: SettingsArea) -> String {
    match area {
        SettingsArea::Connection => format!("{} · {}", field.section, field.label),
        SettingsArea::Content | SettingsArea::Limits => field.label.to_owned(),
    }
}

fn schedule(details: &SystemDetails) -> SettingsGroup {
    let system = &details.system;
    let span = |micros: i64| duration(Duration::from_micros(u64::try_from(micros).unwrap_or(0)));
    let planned = system.schedule.parse::<Schedule>().map(|schedule| schedule.title()).unwrap_or_default();
    let mut rows = vec![
        ("Schedule", planned),
        ("Time zone", system.time_zone.clone()),
        ("Stop if no progress for", span(system.timeout_us)),
        ("Attempts", format!("{}, after temporary errors", system.max_attempts)),
    ];
    rows.extend(details.watch.freshness_us.map(|budget| ("Silent after", span(budget))));
    let rows = rows.into_iter().map(|(label, value)| (label.to_owned(), value)).collect();
    SettingsGroup { title: "Schedule and time limits", rows }
}

fn rows(system: &System, slots: &[String]) -> Vec<(&'static Field, String)> {
    let Some(connector) = registry::of_kind(&system.kind) else { return Vec::new() };
    let values = typed(&system.settings);
    let row = |field: &'static Field| {
        let value = || values.get(field.name).filter(|value| !value.is_empty());
        let shown_value = match field.input {
            Input::Choice(choices) => {
                let value = value()?;
                choices.iter().find(|(word, _)| word == value).map_or(value.as_str(), |(_, label)| *label).to_owned()
            }
            Input::Secret | Input::SecretLines if slots.iter().any(|slot| slot == field.name) => {
                "stored, encrypted".to_owned()
            }
            Input::Secret | Input::SecretLines => return None,
            Input::Line | Input::Lines | Input::Number => value()?.clone(),
        };
        Some((field, shown_value))
    };
    connector.fields().iter().filter_map(row).collect()
}
