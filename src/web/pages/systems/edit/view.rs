//! The form: general fields, the connector's fields by section, schedule and running.

use maud::{Markup, html};

use super::super::schedule;
use super::{EditView, REFERENCE, Subject, VERSION};
use crate::access::{Template, Verb};
use crate::domain::doc::{Doc, GUIDE};
use crate::domain::kind::{Field, Input};
use crate::web::session::unsaved::{KEPT_SLOTS, SETTING};
use crate::web::ui::field::{SecretState, error_line, summary_in_order};
use crate::web::ui::foreign;
use crate::web::ui::layout::{crumbs, head};
use crate::web::ui::{Choice, Control, FieldView, PageContext, button, form, link_button, notice, page};
use crate::web::urls;

#[must_use]
pub fn view(context: &PageContext, view: &EditView) -> Markup {
    let (title, action, back) = match &view.subject {
        Subject::New => ("Connect a system".to_owned(), urls::NEW_SYSTEM.to_owned(), urls::SYSTEMS.to_owned()),
        Subject::System { key, name, .. } => (format!("Edit {name}"), urls::system_edit(key), urls::system(key)),
    };
    page(
        context,
        &title,
        &html! {
            (above(view))
            (head(&html! { (foreign::name(&title)) }, &html! { span.soft { (view.kind_title) } }, &guide(view)))
            @if view.subject == Subject::New { (kinds(view)) }
            (summary_in_order(&view.errors, &labels(view)))
            (notice::unencrypted(&view.exposed))
            (form(context, &action, &html! {
                div.sections #(VERSION) {
                    (hidden(view))
                    (general(view))
                    @for section in sections(view.fields) { (settings(view, section)) }
                    (running(view))
                }
                div.row.sticky {
                    (button(if view.subject == Subject::New { "Connect" } else { "Save" }, "primary"))
                    (link_button(&back, "Cancel", ""))
                }
            }))
        },
    )
}

/// The way to what Help says of this kind, if it says anything.
fn guide(view: &EditView) -> Markup {
    let page = Doc::find(GUIDE, view.kind);
    html! { @if let Some(page) = page { a href=(urls::help_guide(view.kind)) { "Help: " (page.title) } } }
}

fn above(view: &EditView) -> Markup {
    match &view.subject {
        Subject::New => crumbs(&[(urls::SYSTEMS.to_owned(), "Systems")]),
        Subject::System { key, name, .. } => {
            crumbs(&[(urls::SYSTEMS.to_owned(), "Systems"), (urls::system(key), name)])
        }
    }
}

/// The kinds that can be connected, each with its own form.
fn kinds(view: &EditView) -> Markup {
    html! {
        nav.tabs aria-label="Kind of system" {
            @for kind in &view.kinds {
                a href=(urls::new_system(&kind.value)) aria-current=[(kind.value == view.kind).then_some("true")] { (kind.label) } " "
            }
        }
    }
}

fn hidden(view: &EditView) -> Markup {
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

fn general(view: &EditView) -> Markup {
    html! {
        fieldset {
            legend { "General" }
            (FieldView::new("name", "Name", value(view, "name"), Control::Line)
                .help("How people know it. Unique in its group.").required().autocomplete("off").view(&view.errors))
            (FieldView::new("group", "Group", value(view, "group"), Control::Choice(&view.groups))
                .help("Who may see and change it follows from its group.").required().view(&view.errors))
            (folders(view))
            (FieldView::new("production", "Production system", value(view, "production"), Control::Check)
                .view(&view.errors))
        }
    }
}

/// The fields as an error names them, in the order of the form.
fn labels(view: &EditView) -> Vec<(String, String)> {
    let label = |field: &Field| (format!("{SETTING}{}", field.name), format!("{}, {}", field.section, field.label));
    let own = |fields: &[(&str, &str)]| {
        fields.iter().map(|(name, label)| ((*name).to_owned(), (*label).to_owned())).collect()
    };
    let before: Vec<_> = own(&[("name", "Name"), ("group", "Group")]);
    let modes = schedule::MODES.iter().filter_map(|mode| mode.input.map(|input| (input.name, mode.label)));
    let schedule: Vec<_> = own(&std::iter::once((schedule::MODE, "Schedule")).chain(modes).collect::<Vec<_>>());
    let after: Vec<_> = own(&[
        ("time_zone", "Time zone"),
        ("timeout_minutes", "Timeout"),
        ("max_attempts", "Attempts"),
        ("freshness_hours", "Silent after hours"),
    ]);
    before.into_iter().chain(view.fields.iter().map(label)).chain(schedule).chain(after).collect()
}

/// Which local folders the systems of a group may use.
fn folders(view: &EditView) -> Markup {
    html! {
        @match view.roots.as_slice() {
            [] => {},
            [(_group, folder)] => div.field { p.hint { "Local folders of its systems lie in " code.mono { (folder) } } },
            several => details.field {
                summary { "Where local folders of a group lie" }
                dl.folders { @for (group, folder) in several { div { dt { (foreign::name(group)) } dd { code.mono { (folder) } } } } }
            },
        }
    }
}

/// The headings of the fields, in order, each once.
fn sections(fields: &'static [Field]) -> Vec<&'static str> {
    let mut sections = Vec::new();
    for field in fields {
        if !sections.contains(&field.section) {
            sections.push(field.section);
        }
    }
    sections
}

fn settings(view: &EditView, section: &'static str) -> Markup {
    html! {
        fieldset {
            legend { (section) }
            @for field in view.fields.iter().filter(|field| field.section == section) { (setting(view, field)) }
        }
    }
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
    if field.input.is_secret() && !view.may_set_secrets {
        return withheld(view, &name, field);
    }
    let value = view.typed.get(&name).map_or(field.default, String::as_str);
    FieldView::new(&name, field.label, value, control).help(field.help).autocomplete("off").view(&view.errors)
}

/// Shown instead of the field of a secret to people who may not enter it.
fn withheld(view: &EditView, name: &str, field: &Field) -> Markup {
    html! {
        div.field.wrong[view.errors.contains_key(name)] #(name) {
            p {
                (field.label) ": " @if view.stored.contains(field.name) { "stored" } @else { "not set" } ". "
                "You cannot change it. This needs the permission SetCredentials (role "
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

fn running(view: &EditView) -> Markup {
    html! {
        (schedule::fieldset(|name| value(view, name), &view.errors))
        fieldset {
            legend { "Running" }
            (FieldView::new("time_zone", "Time zone", value(view, "time_zone"), Control::Suggest(&view.time_zones))
                .help("The schedule goes by it, such as Europe/Berlin.").required().autocomplete("off").view(&view.errors))
            (FieldView::new("timeout_minutes", "Timeout in minutes", value(view, "timeout_minutes"),
                Control::Number { min: 1, max: 10_080 })
                .help("Stops the run with an error if there is no progress for this long. Total duration is not limited.")
                .required().view(&view.errors))
            (FieldView::new("max_attempts", "Attempts", value(view, "max_attempts"), Control::Number { min: 1, max: 20 })
                .help("Total attempts after a temporary error. 1 means no retry.")
                .required().view(&view.errors))
            (FieldView::new("freshness_hours", "Silent after hours", value(view, "freshness_hours"), Control::Number { min: 1, max: 8_784 })
                .help("If no run succeeds for this long, the system is marked Silent (an error). Empty: two missed runs.")
                .view(&view.errors))
        }
    }
}
