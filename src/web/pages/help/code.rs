//! What an error code means, who can fix it, and how: from the catalog and the team note.

use actix_web::HttpResponse;
use actix_web::web::Path;
use maud::{Markup, PreEscaped, html};

use super::markdown::html_of;
use crate::access::Verb;
use crate::domain::catalogue::{self, UNKNOWN};
use crate::domain::team_note::{Placing, TeamNote, can_be_code};
use crate::queries::Db;
use crate::queries::help::note;
use crate::web::extract::{Loaded, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::response;
use crate::web::ui::layout::{crumbs, head};
use crate::web::ui::tile::{Fact, facts_list};
use crate::web::ui::{Badge, Nav, PageContext, foreign, link_button, page, time};
use crate::web::urls;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct CodeView {
    pub code: String,
    pub title: String,
    /// What the catalogue knows in short; none of a code that it does not have.
    pub known: Option<Known>,
    /// Rendered from our own Markdown: safe.
    pub html: String,
    pub note: Option<TeamNote>,
    /// The reader may write the team note.
    pub may_write: bool,
}

/// What the catalogue knows in short.
#[derive(Debug, Clone)]
pub struct Known {
    pub category: Badge,
    pub area: &'static str,
    pub fixer: &'static str,
    /// Whether and how it resolves automatically; empty when it does not.
    pub heals: &'static str,
}

/// Reads the team note on a code.
///
/// # Errors
/// When the database cannot be read.
pub fn load(reading: &Reading, db: &mut Db) -> Result<Option<TeamNote>, LoadError> {
    let path: String = reading.path()?;
    let code = catalogue::canonical(&path);
    Ok(if can_be_code(code) { note(db, code)? } else { None })
}

/// What a code means. A code that this version does not know gets a page that says so.
pub async fn show(Loaded(note): Loaded<Option<TeamNote>>, viewer: Viewer, path: Path<String>) -> HttpResponse {
    let code = catalogue::canonical(&path).to_owned();
    let entry = catalogue::by_code(&code);
    let can_be_code = can_be_code(&code);
    let shown = CodeView {
        title: entry.title.to_owned(),
        known: (*entry != UNKNOWN).then(|| Known {
            category: entry.category.into(),
            area: entry.area.title(),
            fixer: entry.fixer.title(),
            heals: entry.healing.in_general(),
        }),
        html: html_of(entry.doc().body),
        note,
        may_write: can_be_code && viewer.may_anywhere(&[Verb::ManagePortal]),
        code,
    };
    response::page(view(&viewer.page_context(Some(Nav::Help)), &shown))
}

#[must_use]
pub fn view(context: &PageContext, view: &CodeView) -> Markup {
    let verb = if view.note.is_some() { "Edit team note" } else { "Add team note" };
    let actions = html! { @if view.may_write { (link_button(&urls::help_code_note(&view.code), verb, "")) } };
    page(
        context,
        &view.code,
        &html! {
            (crumbs(&[(urls::HELP.to_owned(), "Help")]))
            (head(&html! { span.mono { (foreign::text(&view.code)) } }, &html! { span.soft { (view.title) } }, &actions))
            @if let Some(known) = &view.known { div.facts { (facts_list(&facts(known))) } }
            @if let Some(note) = &view.note { (team_note(context, note)) }
            article.box.pad.prose { (PreEscaped(&view.html)) }
        },
    )
}

fn facts(known: &Known) -> Vec<Fact> {
    let mut facts = vec![
        ("Category", html! { (known.category) }),
        ("Area", html! { (known.area) }),
        ("Who can fix it", html! { (known.fixer) }),
    ];
    if !known.heals.is_empty() {
        facts.push(("Resolves automatically", html! { (known.heals) }));
    }
    facts
}

/// The team note, marked as such.
fn team_note(context: &PageContext, note: &TeamNote) -> Markup {
    html! {
        section.box.pad.prose.team-note aria-labelledby="team-note" {
            h2 #team-note { "Team note" }
            @for paragraph in note.paragraphs() { p.own dir="auto" { (foreign::text(paragraph)) } }
            p.small {
                "Written by " bdi { (note.written_by) } " " (time::time_in_words(context, note.written_at)) ". "
                @match note.placing {
                    Placing::Beside => "It adds to the catalog’s text.",
                    Placing::Instead => "It takes the place of “What to do” below.",
                }
            }
        }
    }
}
