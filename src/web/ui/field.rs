//! A field of a form: label, input, help and error, linked for screen readers.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::Choice;

/// What is wrong, by the name of the field.
pub type Errors = BTreeMap<String, String>;

/// How a field is filled in.
#[derive(Debug, Clone, Copy)]
pub enum Control<'a> {
    Line,
    Number {
        min: i64,
        max: i64,
    },
    Lines,
    Password {
        autocomplete: &'static str,
    },
    /// Write-only: a secret is never sent back.
    Secret {
        state: SecretState,
        /// Of several lines.
        lines: bool,
    },
    Choice(&'a [Choice]),
    /// A line with suggestions.
    Suggest(&'a [Choice]),
    Check,
}

/// What exists of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretState {
    NotSet,
    Stored,
    /// Typed into a form that was refused, and kept on the server for the next attempt.
    Kept,
}

/// A field with what was typed.
#[derive(Debug, Clone, Copy)]
pub struct FieldView<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub help: &'a str,
    pub value: &'a str,
    pub control: Control<'a>,
    pub required: bool,
    pub autocomplete: Option<&'static str>,
    /// The options that use it, separated by spaces; empty: all. The style sheet hides the field for the others.
    pub only: &'a str,
}

impl<'a> FieldView<'a> {
    #[must_use]
    pub const fn new(name: &'a str, label: &'a str, value: &'a str, control: Control<'a>) -> Self {
        Self { name, label, help: "", value, control, required: false, autocomplete: None, only: "" }
    }

    #[must_use]
    pub const fn help(mut self, help: &'a str) -> Self {
        self.help = help;
        self
    }

    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    #[must_use]
    pub const fn autocomplete(mut self, autocomplete: &'static str) -> Self {
        self.autocomplete = Some(autocomplete);
        self
    }

    #[must_use]
    pub const fn only(mut self, options: &'a str) -> Self {
        self.only = options;
        self
    }

    /// The field; its error comes from `errors`.
    #[must_use]
    pub fn view(&self, errors: &Errors) -> Markup {
        let error = errors.get(self.name);
        let described = self.described_by(error.is_some());
        html! {
            div.fld.check[matches!(self.control, Control::Check)].bad[error.is_some()]
                data-for=[(!self.only.is_empty()).then_some(self.only)] {
                @if let Control::Check = self.control {
                    label { (self.input(&described)) " " (self.label) }
                } @else {
                    label for=(self.name) { (self.label) @if !self.required { (self.remark()) } } " "
                    (self.input(&described))
                }
                (error_line(self.name, errors))
                @if !self.help.is_empty() { p.hint #{ (self.name) "-help" } { (self.help) } }
            }
        }
    }

    fn remark(&self) -> Markup {
        html! {
            @match self.control {
                Control::Secret { state: SecretState::Stored, .. } => { " " span.remark { "Stored" } },
                Control::Secret { state: SecretState::NotSet, .. } => { " " span.remark { "Not set" } },
                Control::Secret { state: SecretState::Kept, .. } => { " " span.remark { "Kept from your last attempt" } },
                Control::Line | Control::Number { .. } | Control::Lines | Control::Password { .. } | Control::Choice(_)
                | Control::Suggest(_) | Control::Check => {}
            }
        }
    }

    fn described_by(&self, wrong: bool) -> Described {
        let error = wrong.then(|| format!("{}-error", self.name));
        let help = (!self.help.is_empty()).then(|| format!("{}-help", self.name));
        let by: Vec<String> = error.into_iter().chain(help).collect();
        Described { by: (!by.is_empty()).then(|| by.join(" ")), invalid: wrong.then_some("true") }
    }

    fn input(&self, described: &Described) -> Markup {
        match self.control {
            Control::Line => self.line("text", self.value, described, None),
            Control::Suggest(choices) => self.suggest(choices, described),
            Control::Number { min, max } => self.number(min, max, described),
            Control::Lines => self.lines(self.value, described),
            Control::Secret { lines: true, .. } => self.lines("", described),
            Control::Password { .. } | Control::Secret { lines: false, .. } => {
                self.line("password", "", described, None)
            }
            Control::Choice(choices) => self.select(choices, described),
            Control::Check => html! {
                input type="checkbox" id=(self.name) name=(self.name) value="yes" checked[self.value == "yes"]
                    aria-describedby=[&described.by] aria-invalid=[described.invalid];
            },
        }
    }

    fn line(&self, kind: &str, value: &str, described: &Described, list: Option<&str>) -> Markup {
        let autocomplete = match self.control {
            Control::Password { autocomplete } => Some(autocomplete),
            // It keeps browsers from offering the reader's own password.
            Control::Secret { .. } => Some("new-password"),
            Control::Line
            | Control::Number { .. }
            | Control::Lines
            | Control::Choice(_)
            | Control::Suggest(_)
            | Control::Check => self.autocomplete,
        };
        html! {
            input type=(kind) id=(self.name) name=(self.name) value=[(!value.is_empty()).then_some(value)] list=[list]
                autocomplete=[autocomplete] placeholder=[self.placeholder()] required[self.required] spellcheck="false"
                aria-describedby=[&described.by] aria-invalid=[described.invalid];
        }
    }

    fn suggest(&self, choices: &[Choice], described: &Described) -> Markup {
        let list = format!("{}-list", self.name);
        html! {
            (self.line("text", self.value, described, Some(&list)))
            datalist #(list) { @for choice in choices { option value=(choice.value) {} } }
        }
    }

    fn number(&self, min: i64, max: i64, described: &Described) -> Markup {
        html! {
            input type="number" id=(self.name) name=(self.name) value=(self.value) min=(min) max=(max)
                inputmode="numeric" required[self.required]
                aria-describedby=[&described.by] aria-invalid=[described.invalid];
        }
    }

    const fn placeholder(&self) -> Option<&'static str> {
        match self.control {
            Control::Secret { state: SecretState::Stored, .. } => Some("Leave empty to keep the current value"),
            Control::Secret { state: SecretState::Kept, .. } => Some("Leave empty to use it, or enter a new one"),
            Control::Secret { state: SecretState::NotSet, .. }
            | Control::Line
            | Control::Number { .. }
            | Control::Lines
            | Control::Password { .. }
            | Control::Choice(_)
            | Control::Suggest(_)
            | Control::Check => None,
        }
    }

    fn lines(&self, value: &str, described: &Described) -> Markup {
        let rows = value.lines().count().clamp(3, 12);
        // Browsers drop one line end after the tag: ours, not one that was typed.
        html! {
            textarea id=(self.name) name=(self.name) rows=(rows) spellcheck="false"
                autocomplete=[self.autocomplete] placeholder=[self.placeholder()]
                aria-describedby=[&described.by] aria-invalid=[described.invalid] { "\n" (value) }
        }
    }

    fn select(&self, choices: &[Choice], described: &Described) -> Markup {
        html! {
            select id=(self.name) name=(self.name)
                aria-describedby=[&described.by] aria-invalid=[described.invalid] {
                @for choice in choices {
                    option value=(choice.value) selected[choice.value == self.value] { (choice.label) }
                }
            }
        }
    }
}

/// The texts that belong to an input.
#[derive(Debug)]
struct Described {
    by: Option<String>,
    invalid: Option<&'static str>,
}

/// What is wrong with a field, if anything is.
#[must_use]
pub fn error_line(name: &str, errors: &Errors) -> Markup {
    html! { @if let Some(error) = errors.get(name) { p.wrong #{ (name) "-error" } { (super::Tone::Error) (error) } } }
}

/// What has to be fixed, at the top of a refused form, with a link to each field.
#[must_use]
pub fn summary(errors: &Errors) -> Markup {
    summary_in_order(errors, &[])
}

/// The same, in the order of the form: name and label of each field.
#[must_use]
pub fn summary_in_order(errors: &Errors, fields: &[(String, String)]) -> Markup {
    let known = |name: &String| fields.iter().any(|(field, _)| field == name);
    html! {
        @if !errors.is_empty() {
            div.note.err role="alert" {
                p { strong { (super::Tone::Error) "Not saved. Fix the following:" } }
                ul {
                    @for (name, label) in fields {
                        @if let Some(error) = errors.get(name) { li { a href={ "#" (name) } { (label) } ": " (error) } }
                    }
                    @for (name, error) in errors.iter().filter(|(name, _)| !known(name)) {
                        li { a href={ "#" (name) } { (error) } }
                    }
                }
            }
        }
    }
}

/// Adds "Enter it again" to each of the password fields of a form, if the form has any error, because passwords are never sent to the browser.
/// `errors` are those of this form only.
#[must_use]
pub fn passwords_again(errors: &Errors, passwords: &[&str]) -> Errors {
    let mut errors = errors.clone();
    if !errors.is_empty() {
        for field in passwords {
            let said = || "Enter it again. Passwords are never sent to the browser.".to_owned();
            errors.entry((*field).to_owned()).or_insert_with(said);
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_sent_back() {
        for state in [SecretState::NotSet, SecretState::Stored, SecretState::Kept] {
            for lines in [false, true] {
                let field = FieldView::new("key", "Key", "hunter2", Control::Secret { state, lines });
                assert!(!field.view(&Errors::new()).into_string().contains("hunter2"), "{state:?}, {lines}");
            }
        }
    }
}
