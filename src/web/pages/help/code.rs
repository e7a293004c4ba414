//! What an error code means, who can fix it, and how: from the catalog and the team note.

use actix_web::HttpResponse;
use actix_web::web::Path;
use maud::{Markup, PreEscaped, html};

use super::markdown::html_of;
use crate::access::Verb;
use crate::domain::catalogue::hresult::{self, HResult};
use crate::domain::catalogue::{self, UNKNOWN};
use crate::domain::team_note::{Placing, TeamNote, can_be_code};
use crate::queries::help::{LastSeen, SeenIn, SeenLately, note, seen_lately};
use crate::queries::{Db, Start};
use crate::web::extract::{Loaded, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::response;
use crate::web::ui::layout::{crumbs, head};
use crate::web::ui::text::count;
use crate::web::ui::tile::{Fact, facts_list};
use crate::web::ui::{Badge, Nav, PageContext, foreign, link_button, number, page, time};
use crate::web::urls::{self, Cursor, LogsQuery, MessageQuery, MessagesQuery, Since};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct CodeView {
    pub code: String,
    pub title: String,
    /// What the catalogue knows in short; none of a code that it does not have.
    pub known: Option<Known>,
    /// The error number of that name; the catalogue does not have it then.
    pub number: Option<&'static HResult>,
    /// Rendered from our own Markdown: safe.
    pub html: String,
    pub seen: SeenLately,
    /// The reader may search messages.
    pub may_search: bool,
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

/// What is read of a code.
#[derive(Debug, Default)]
pub struct Found {
    note: Option<TeamNote>,
    seen: SeenLately,
}

/// Reads the team note on a code, and where it was seen.
///
/// # Errors
/// When the database cannot be read.
pub fn load(reading: &Reading, db: &mut Db) -> Result<Found, LoadError> {
    let path: String = reading.path()?;
    let code = catalogue::canonical(&path);
    if !can_be_code(code) {
        return Ok(Found::default());
    }
    // What is past retention is not shown, although it may still be stored.
    let since = reading.now.minus(Since::Week.span()).max(reading.app.kept_since(reading.now));
    let seen = seen_lately(db, &reading.actor, code, since)?;
    Ok(Found { note: note(db, code)?, seen })
}

/// What a code means. A code that this version does not know gets a page that says so.
pub async fn show(Loaded(Found { note, seen }): Loaded<Found>, viewer: Viewer, path: Path<String>) -> HttpResponse {
    let code = catalogue::canonical(&path).to_owned();
    let entry = catalogue::by_code(&code);
    let can_be_code = can_be_code(&code);
    let number = hresult::find(&code).filter(|_| *entry == UNKNOWN);
    let shown = CodeView {
        title: if number.is_some() { "Error of Azure File Sync".to_owned() } else { entry.title.to_owned() },
        number,
        seen,
        may_search: viewer.may_anywhere(&[Verb::ReadLogs]),
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
            @match view.number {
                Some(number) => (of_number(number)),
                None => article.box.pad.prose { (PreEscaped(&view.html)) },
            }
            (seen(context, view))
        },
    )
}

/// What an error number means, and how else it is written.
fn of_number(number: &HResult) -> Markup {
    html! {
        div.note.err {
            dl.why {
                @for (meaning, to_do) in &number.meanings {
                    div { dt { "What it means" } " " dd { (meaning) } }
                    div { dt { "What to do" } " " dd { (to_do) } }
                }
                @if number.is_transient { div { dt { "Resolves automatically" } " " dd { "Usually. Check it if it stays for a day." } } }
                div { dt { "Also written" } " " dd.mono { (number.hex()) ", " (number.signed()) ", " (number.number) } }
            }
        }
    }
}

/// The systems where the code was seen lately.
fn seen(context: &PageContext, view: &CodeView) -> Markup {
    let search = LogsQuery { code: view.code.clone(), ..LogsQuery::default() };
    let search = MessagesQuery { runs: search, ..MessagesQuery::default() };
    html! {
        section.box aria-labelledby="seen" {
            header.bh {
                h2 #seen { "Seen in the last 7 days" }
                @if view.may_search { a.end href=(urls::logs_messages(&search, &Cursor::default())) { "All messages with this code" } }
            }
            @if view.seen.systems.is_empty() {
                p.strip-note { "In no system that you can see." }
            } @else {
                ul.list.tight {
                    @for system in &view.seen.systems {
                        li {
                            a href=(where_seen(system, &view.code)) { (foreign::name(&system.name)) }
                            small.end {
                                (time::relative(context, system.at))
                                @if system.runs > 0 { " · " (count(system.runs, "run", "runs")) }
                                @if system.checks > 0 { " · " (count(system.checks, "check", "checks")) }
                            }
                        }
                    }
                }
            }
            @if let Some(most) = view.seen.looked_at_most {
                p.strip-note { "Counted among the last " (number(most)) " runs and checks with this code, of all systems." }
            }
        }
    }
}

fn where_seen(system: &SeenIn, code: &str) -> String {
    match system.last {
        LastSeen::Run(no) => {
            let filter = MessageQuery { code: code.to_owned(), ..MessageQuery::default() };
            urls::messages(&system.key, no, &filter, Start::First)
        }
        LastSeen::Check(no) => urls::check(&system.key, no),
    }
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
                    Placing::Beside => "It is shown with the standard advice.",
                    Placing::Instead => "It replaces “What to do” below.",
                }
            }
        }
    }
}
