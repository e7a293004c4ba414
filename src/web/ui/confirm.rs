//! Asking before something that cannot be taken back.

use maud::{Markup, html};

use super::{PageContext, button, form, link_button};

/// A page's body that asks: what will happen, the button that does it, and the way back.
#[derive(Debug, Clone, Copy)]
pub struct Confirm<'a> {
    pub action: &'a str,
    /// What the button says: the deed, not "OK".
    pub deed: &'a str,
    pub back: &'a str,
    /// What the way back says.
    pub stay: &'a str,
}

/// Consequences, then the two ways on.
#[must_use]
pub fn confirm(context: &PageContext, confirm: Confirm<'_>, consequences: &Markup) -> Markup {
    html! {
        div.box.pad {
            (consequences)
            (form(context, confirm.action, &html! {
                div.row {
                    (button(confirm.deed, "danger"))
                    (link_button(confirm.back, confirm.stay, ""))
                }
            }))
        }
    }
}
