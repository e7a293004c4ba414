//! The fields of the settings form, by the page that asks for them: of the whole form, and of the pages on which a system
//! is connected.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::super::schedule;
use super::{EditView, REFERENCE, Subject, VERSION};
use crate::access::{Template, Verb};
use crate::domain::kind::{ConnectorKind, Field, FormPage, Input};
use crate::ops::specify::CONFIRMS_ROLE;
use crate::web::session::unsaved::{KEPT_SLOTS, SETTING};
use crate::web::ui::field::{SecretState, error_line};
use crate::web::ui::foreign;
use crate::web::ui::{Choice, Control, FieldView};

/// A page of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// What it is called, and to which group it belongs.
    Naming,
    /// Where it is, and how Syncdesk signs in.
    Location,
    /// What is synchronized, and when.
    Selection,
}

impl Step {
    pub const ALL: [Self; 3] = [Self::Naming, Self::Location, Self::Selection];

    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Naming => "Kind and name",
            Self::Location => "Location and sign-in",
            Self::Selection => "Selection and schedule",
        }
    }

    /// Names and labels of the inputs, in the order of the page.
    #[must_use]
    pub fn labels(self, fields: &[Field]) -> Vec<(String, String)> {
        [self.plain(fields), self.advanced(fields)].concat()
    }

    fn plain(self, fields: &[Field]) -> Vec<(String, String)> {
        match self {
            Self::Naming => own(&NAMING),
            Self::Location => of_kind(fields, FormPage::Location, false),
            Self::Selection => {
                let modes = schedule::MODES.iter().filter_map(|mode| mode.input.map(|input| (input.name, mode.label)));
                let modes: Vec<_> = std::iter::once((schedule::MODE, "Schedule")).chain(modes).collect();
                [of_kind(fields, FormPage::Selection, false), own(&modes), own(&[("time_zone", "Time zone")])].concat()
            }
        }
    }

    fn advanced(self, fields: &[Field]) -> Vec<(String, String)> {
        match self {
            Self::Naming => Vec::new(),
            Self::Location => of_kind(fields, FormPage::Location, true),
            Self::Selection => [of_kind(fields, FormPage::Selection, true), own(&LIMITS)].concat(),
        }
    }

    /// The names of the inputs.
    #[must_use]
    pub fn inputs(self, kind: &dyn ConnectorKind) -> BTreeSet<String> {
        self.labels(kind.fields()).into_iter().map(|(name, _label)| name).collect()
    }
}

/// Names and labels of all inputs, in the order of the form on one page.
pub(in crate::web::pages::systems) fn labels_of_all(fields: &[Field]) -> Vec<(String, String)> {
    let plain = Step::ALL.iter().flat_map(|step| step.plain(fields));
    plain.chain(Step::ALL.iter().flat_map(|step| step.advanced(fields))).collect()
}

fn of_kind(fields: &[Field], page: FormPage, advanced: bool) -> Vec<(String, String)> {
    let fields = fields.iter().filter(|field| field.page == page && field.advanced == advanced);
    let label = |field: &Field| (format!("{SETTING}{}", field.name), format!("{}, {}", field.section, field.label));
    fields.map(label).collect()
}

fn own(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, label)| ((*name).to_owned(), (*label).to_owned())).collect()
}

const NAMING: [(&str, &str); 4] =
    [("name", "Name"), ("group", "Group"), ("production", "Production system"), ("admin_url", "Administration page")];

const LIMITS: [(&str, &str); 3] = [
    ("timeout_minutes", "Timeout (minutes)"),
    ("max_attempts", "Attempts"),
    ("freshness_hours", "Silent after (hours)"),
];

pub(in crate::web::pages::systems) fn hidden(view: &EditView) -> Markup {
    html! {
        input type="hidden" name="kind" value=(view.kind);
        @if !view.kept.is_empty() {
            input type="hidden" name=(REFERENCE) value=(view.reference);
            input type="hidden" name=(KEPT_SLOTS) value=(view.kept.iter().map(String::as_str).collect::<Vec<_>>().join(" "));
        }
        @if let Subject::System { version, .. } = view.subject {
            input type="hidden" name=(VERSION) value=(version);
        }
    }
}

fn value<'a>(view: &'a EditView, name: &str) -> &'a str {
    view.typed.get(name).map_or("", String::as_str)
}

/// What it is called, and to which group it belongs.
pub(in crate::web::pages::systems) fn general(view: &EditView) -> Markup {
    html! {
        fieldset {
            legend { "General" }
            (FieldView::new("name", "Name", value(view, "name"), Control::Line)
                .help("A name that people will recognize. Must be unique in the group.").required().autocomplete("off").view(&view.errors))
            (FieldView::new("group", "Group", value(view, "group"), Control::Choice(&view.groups))
                .help("The group decides who can see and change this system.").required().view(&view.errors))
            (FieldView::new("production", "Production system", value(view, "production"), Control::Check)
                .view(&view.errors))
            @if view.errors.contains_key("production") || !value(view, CONFIRMS_ROLE).is_empty() {
                (FieldView::new(CONFIRMS_ROLE, "Confirm the change between production and test", value(view, CONFIRMS_ROLE),
                    Control::Check).view(&view.errors))
            }
            (FieldView::new("admin_url", "Administration page", value(view, "admin_url"), Control::Line)
                .help("URL of the administration page of the system itself. Syncdesk shows a link to it and never opens it.")
                .autocomplete("off").view(&view.errors))
        }
    }
}

/// Which local folders the systems of a group may use.
pub(in crate::web::pages::systems) fn folders(view: &EditView) -> Markup {
    html! {
        @match view.roots.as_slice() {
            [] => {},
            [(_group, folder)] => div.field { p.hint { "Local folders of this group must be in " code.mono { (folder) } } },
            several => details.field {
                summary { "Allowed local folders for each group" }
                dl.folders { @for (group, folder) in several { div { dt { (foreign::name(group)) } dd { code.mono { (folder) } } } } }
            },
        }
    }
}

/// The fields of a page, by section, without the advanced ones.
pub(in crate::web::pages::systems) fn plain(view: &EditView, page: FormPage) -> Markup {
    let fields: Vec<&Field> = view.fields.iter().filter(|field| field.page == page && !field.advanced).collect();
    by_section(view, &fields)
}

fn by_section(view: &EditView, fields: &[&Field]) -> Markup {
    let mut sections: Vec<&str> = fields.iter().map(|field| field.section).collect();
    sections.dedup();
    html! {
        @for section in sections {
            fieldset {
                legend { (section) }
                @for field in fields.iter().filter(|field| field.section == section) { (setting(view, field)) }
            }
        }
    }
}

/// What most people leave as it is: closed, unless something in it was changed or is wrong.
pub(in crate::web::pages::systems) fn advanced(view: &EditView, pages: &[FormPage]) -> Markup {
    let fields: Vec<&Field> =
        view.fields.iter().filter(|field| field.advanced && pages.contains(&field.page)).collect();
    let has_limits = pages.contains(&FormPage::Selection);
    let limits = LIMITS.iter().filter(|_| has_limits);
    let is_wrong = |name: &str| view.errors.contains_key(name);
    let is_changed = |field: &&Field| {
        let name = format!("{SETTING}{}", field.name);
        is_wrong(&name) || view.typed.get(&name).is_some_and(|value| value.trim() != field.default)
    };
    let open = fields.iter().any(is_changed) || limits.clone().any(|(name, _)| is_wrong(name));
    let names = fields.iter().map(|field| field.label).chain(limits.map(|(_, label)| *label));
    let names: Vec<String> = names.map(small).collect();
    html! {
        @if !names.is_empty() {
            details.adv open[open] {
                summary { "Advanced: " (names.join(", ")) }
                (by_section(view, &fields))
                @if has_limits { (limits_of_runs(view)) }
            }
        }
    }
}

/// A label in the middle of a sentence.
fn small(label: &str) -> String {
    let mut letters = label.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn setting(view: &EditView, field: &Field) -> Markup {
    let name = format!("{SETTING}{}", field.name);
    let choices: Vec<Choice> = match field.input {
        Input::Choice(choices) => choices.iter().map(|(value, label)| Choice::new(*value, *label)).collect(),
        Input::Line | Input::Lines | Input::Number | Input::Secret | Input::SecretLines => Vec::new(),
    };
    let control = match field.input {
        Input::Line => Control::Line,
        Input::Lines => Control::Lines,
        Input::Number => Control::Number { min: 0, max: i64::from(i32::MAX) },
        Input::Choice(_) => Control::Choice(&choices),
        Input::Secret => Control::Secret { state: secret(view, field.name), lines: false },
        Input::SecretLines => Control::Secret { state: secret(view, field.name), lines: true },
    };
    let only = field.only.join(" ");
    if field.input.is_secret() && !view.may_set_secrets {
        return withheld(view, &name, field, &only);
    }
    let value = view.typed.get(&name).map_or(field.default, String::as_str);
    FieldView::new(&name, field.label, value, control)
        .help(field.help)
        .autocomplete("off")
        .only(&only)
        .view(&view.errors)
}

/// Shown instead of the field of a secret to people who may not enter it.
fn withheld(view: &EditView, name: &str, field: &Field, only: &str) -> Markup {
    html! {
        div.field.wrong[view.errors.contains_key(name)] #(name) data-for=[(!only.is_empty()).then_some(only)] {
            p {
                (field.label) ": " @if view.stored.contains(field.name) { "stored" } @else { "not set" } ". "
                "You cannot change it. You need the permission SetCredentials (role "
                (Template::to_ask_for(Verb::SetCredentials).as_str()) ")."
            }
            (error_line(name, &view.errors))
        }
    }
}

fn secret(view: &EditView, slot: &str) -> SecretState {
    match (view.kept.contains(slot), view.stored.contains(slot)) {
        (true, _) => SecretState::Kept,
        (false, true) => SecretState::Stored,
        (false, false) => SecretState::NotSet,
    }
}

/// When it runs.
pub(in crate::web::pages::systems) fn running(view: &EditView) -> Markup {
    html! {
        (schedule::fieldset(|name| value(view, name), &view.errors))
        fieldset {
            legend { "Time zone" }
            (FieldView::new("time_zone", "Time zone", value(view, "time_zone"), Control::Suggest(&view.time_zones))
                .help("Used for the schedule, for example Europe/Berlin.").required().autocomplete("off").view(&view.errors))
        }
    }
}

fn limits_of_runs(view: &EditView) -> Markup {
    html! {
        fieldset {
            legend { "Limits" }
            (FieldView::new("timeout_minutes", "Timeout (minutes)", value(view, "timeout_minutes"),
                Control::Number { min: 1, max: 10_080 })
                .help("Stops the run with an error if there is no progress for this long. Total duration is not limited.")
                .view(&view.errors))
            (FieldView::new("max_attempts", "Attempts", value(view, "max_attempts"), Control::Number { min: 1, max: 20 })
                .help("Total attempts after a temporary error. 1 means no retry.").view(&view.errors))
            (FieldView::new("freshness_hours", "Silent after (hours)", value(view, "freshness_hours"), Control::Number { min: 1, max: 8_784 })
                .help("If no run succeeds for this long, the system is marked Silent (an error). Empty: two missed runs.")
                .view(&view.errors))
        }
    }
}
