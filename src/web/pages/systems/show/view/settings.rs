//! The settings of a system in groups, the schedule first.

use maud::{Markup, html};

use super::SystemView;
use crate::web::ui::foreign;
use crate::web::urls;

pub(super) fn settings(view: &SystemView) -> Markup {
    html! {
        @if !view.settings.is_empty() {
            section.box #settings aria-labelledby="settings-title" {
                header.bh {
                    h2 #settings-title { "Settings" }
                    @if view.may.edit { a.end.act href=(urls::system_edit(&view.key)) { "Edit" } }
                }
                div.pad.c3 {
                    @for group in &view.settings {
                        div {
                            h3 { (group.title) }
                            dl { @for (label, value) in &group.rows { div { dt { (label) } dd { (foreign::name(value)) } } } }
                        }
                    }
                }
            }
        }
    }
}
