//! The catalogue of codes: what each means, who can do something about it, and what.
//!
//! Messages store a code and arguments; their text is rendered from here when it is shown, so that it
//! can be reworded. The long texts are separate pages in `templates-docs/codes/`, built into the
//! binary. A code that is not here (of an older version, of somebody else's engine) is shown with its
//! arguments under [`UNKNOWN`]. Team notes on codes are not part of the catalog.

pub mod cause;
mod entry;
mod files;
pub mod hresult;
mod odata;
mod peer;
mod syncdesk;
mod template;

use std::collections::HashMap;
use std::sync::LazyLock;

pub use self::entry::{Area, CodeInfo, Family, Fixer, Healing, Scope, has_words};
use super::message::StoredMessage;
use crate::domain::message::Category;

/// One table of entries: family, then for each code its scope, category, area, who can fix it, how it
/// heals, title and text. The page is found by the code.
macro_rules! entries {
    ($family:ident: $($code:literal $scope:ident $category:ident $area:ident $fixer:ident $healing:ident
        $title:literal $template:literal)+) => {
        &[$(CodeInfo {
            family: Family::$family,
            code: $code,
            scope: Scope::$scope,
            category: Category::$category,
            area: Area::$area,
            fixer: Fixer::$fixer,
            healing: Healing::$healing,
            title: $title,
            template: $template,
            page: include_str!(concat!("../../../templates-docs/codes/", $code, ".md")),
        },)+]
    };
}
use entries;

/// What is said of a code that the catalogue does not have.
pub static UNKNOWN: CodeInfo = CodeInfo {
    family: Family::Syncdesk,
    code: "UNKNOWN",
    scope: Scope::Run,
    category: Category::Information,
    area: Area::Run,
    fixer: Fixer::Vendor,
    healing: Healing::ByHand,
    title: "Unknown code",
    template: "This code is unknown to this version of Syncdesk.",
    page: include_str!("../../../templates-docs/codes/UNKNOWN.md"),
};

/// All entries, family by family.
pub fn all() -> impl Iterator<Item = &'static CodeInfo> {
    [files::ENTRIES, odata::ENTRIES, peer::ENTRIES, syncdesk::ENTRIES].into_iter().flatten()
}

/// An entry by a code of Syncdesk's own, which no two families share; [`UNKNOWN`] for any other.
#[must_use]
pub fn by_code(code: &str) -> &'static CodeInfo {
    static BY_CODE: LazyLock<HashMap<&str, &CodeInfo>> =
        LazyLock::new(|| all().map(|entry| (entry.code, entry)).collect());
    BY_CODE.get(code).copied().unwrap_or(&UNKNOWN)
}

/// A code as the catalogue writes it, in whatever case and notation it was typed. One that the catalogue does not have
/// stays as it is.
#[must_use]
pub fn canonical(typed: &str) -> &str {
    let typed = typed.trim();
    let own = all().find(|entry| entry.code.eq_ignore_ascii_case(typed)).map(|entry| entry.code);
    own.or_else(|| hresult::find(typed).map(|one| one.name)).unwrap_or(typed)
}

/// The text of a message. An unknown code is shown with its arguments, so that nothing is lost.
#[must_use]
pub fn text(code: &str, args: &[String]) -> String {
    let entry = by_code(code);
    if *entry != UNKNOWN {
        return entry.text(args);
    }
    let args: Vec<&str> = args.iter().map(String::as_str).filter(|arg| !arg.is_empty()).collect();
    if args.is_empty() { code.to_owned() } else { format!("{code}: {}", args.join(", ")) }
}

/// Whether a message has these words (in lower case): in its text, code, item key or the peer's words.
#[must_use]
pub fn mentions(message: &StoredMessage, needle: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(needle);
    has(&String::from_utf8_lossy(&message.item_key))
        || message.foreign_text.as_deref().is_some_and(has)
        || has(&message.code)
        || message.args.iter().any(|arg| has(arg))
        || has(&text(&message.code, &message.args))
}

#[cfg(test)]
mod tests;
