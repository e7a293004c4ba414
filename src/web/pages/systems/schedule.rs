//! The part of the settings form that says when a system runs.

use maud::{Markup, html};

use crate::web::ui::{Errors, Tone};

/// The names of the schedule's inputs, and of the four modes.
pub const MODE: &str = "schedule";
pub const MODES: [Mode; 4] = [
    Mode { value: "none", label: "Manual only", input: None },
    Mode {
        value: "every",
        label: "Every N minutes",
        input: Some(Input {
            name: "every_minutes",
            label: "Minutes",
            help: "1 to 10,080 (one week). 30 means on the hour and at half past.",
            size: 5,
        }),
    },
    Mode {
        value: "daily",
        label: "Daily at a fixed time",
        input: Some(Input {
            name: "daily_at",
            label: "Time",
            help: "For example 23:00, in the time zone below.",
            size: 5,
        }),
    },
    Mode {
        value: "cron",
        label: "Cron expression",
        input: Some(Input {
            name: "cron",
            label: "Expression",
            help: "Minute, hour, day of month, month, weekday. For example 30 6 * * mon-fri.",
            size: 20,
        }),
    },
];

/// A way to say when.
#[derive(Debug, Clone, Copy)]
pub struct Mode {
    pub value: &'static str,
    pub label: &'static str,
    pub input: Option<Input>,
}

/// What a mode needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Input {
    pub name: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    pub size: u32,
}

/// The fieldset; `value` gives what was typed into an input.
#[must_use]
pub fn fieldset<'a>(value: impl Fn(&str) -> &'a str, errors: &Errors) -> Markup {
    let chosen = value(MODE);
    html! {
        fieldset.schedule #schedule {
            legend { "Schedule" }
            @if let Some(error) = errors.get(MODE) { p.wrong #schedule-error { (Tone::Error) (error) } }
            @for mode in MODES {
                div.mode {
                    label {
                        input type="radio" name=(MODE) value=(mode.value)
                            checked[mode.value == chosen || (chosen.is_empty() && mode.value == "none")];
                        " " (mode.label)
                    } " "
                    @if let Some(input) = mode.input { (line(input, value(input.name), errors)) }
                }
            }
        }
    }
}

fn line(input: Input, value: &str, errors: &Errors) -> Markup {
    let error = errors.get(input.name);
    html! {
        span.line {
            label.hidden for=(input.name) { (input.label) " " }
            input type="text" id=(input.name) name=(input.name) value=(value) size=(input.size) spellcheck="false"
                aria-describedby={ @if error.is_some() { (input.name) "-error " } (input.name) "-help" }
                aria-invalid=[error.map(|_| "true")];
            " " small #{ (input.name) "-help" } { (input.help) }
        }
        @if let Some(error) = error { p.wrong #{ (input.name) "-error" } { (Tone::Error) (error) } }
    }
}
