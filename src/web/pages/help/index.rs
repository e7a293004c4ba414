//! Help: where to begin, the role templates, and the codes by family, with a search in any notation.

use actix_web::HttpResponse;
use actix_web::web::Query;
use maud::{Markup, PreEscaped, html};

use super::markdown::html_of;
use crate::access::Verb;
use crate::domain::catalogue::hresult::{self, HResult};
use crate::domain::catalogue::{self, CodeInfo, Family, Fixer};
use crate::domain::doc::{Doc, ROLES};
use crate::domain::message::Category;
use crate::domain::team_note::TeamNote;
use crate::queries::Db;
use crate::queries::help;
use crate::web::extract::{Loaded, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::response;
use crate::web::ui::layout::{crumbs, head};
use crate::web::ui::table::{Column, table, text};
use crate::web::ui::text::count;
use crate::web::ui::{Badge, Nav, PageContext, empty, failure, foreign, page};
use crate::web::urls::{self, filter_text};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct IndexView {
    /// Words that were asked for.
    pub q: String,
    pub part: Part,
    /// Names and opening words of each, rendered from our own Markdown: safe.
    pub roles: Vec<(String, String)>,
    /// The codes of each family that have the words.
    pub families: Vec<(&'static str, Vec<CodeRow>)>,
    /// The reader may connect systems.
    pub may_connect: bool,
}

/// Which part of Help is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Where to begin, and the search.
    Start,
    /// The codes that have the words; all without words.
    Codes,
    Roles,
}

/// A code in short.
#[derive(Debug, Clone)]
pub struct CodeRow {
    pub code: String,
    pub title: String,
    pub category: Badge,
    pub fixer: &'static str,
    /// There is a team note on this code.
    pub has_note: bool,
}

/// What to look for.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct IndexQuery {
    #[serde(deserialize_with = "filter_text")]
    q: String,
    /// `codes` or `roles`; empty for the start.
    show: String,
}

/// Reads all team notes.
///
/// # Errors
/// When the database cannot be read.
pub fn load(_reading: &Reading, db: &mut Db) -> Result<Vec<TeamNote>, LoadError> {
    Ok(help::notes(db)?)
}

/// Where to begin; the codes that are asked for; or the role templates.
pub async fn show(Loaded(notes): Loaded<Vec<TeamNote>>, viewer: Viewer, query: Query<IndexQuery>) -> HttpResponse {
    let opening = |body: &str| body.lines().take_while(|line| !line.trim().is_empty()).collect::<Vec<_>>().join(" ");
    let IndexQuery { q, show } = query.into_inner();
    let part = match show.as_str() {
        "codes" => Part::Codes,
        "roles" if q.is_empty() => Part::Roles,
        _ if q.is_empty() => Part::Start,
        _ => Part::Codes,
    };
    let shown = IndexView {
        roles: ROLES.iter().map(|(name, page)| ((*name).to_owned(), html_of(&opening(Doc::read(page).body)))).collect(),
        families: if part == Part::Codes { families(&q, &notes) } else { Vec::new() },
        may_connect: viewer.may_anywhere(&[Verb::SpecifySystems]),
        part,
        q,
    };
    response::page(view(&viewer.page_context(Some(Nav::Help)), &shown))
}

/// The codes that have all words, in the catalog or in a team note; codes that only have a team note come last.
fn families(q: &str, notes: &[TeamNote]) -> Vec<(&'static str, Vec<CodeRow>)> {
    let note = |code: &str| notes.iter().find(|note| note.code == code);
    let row = |entry: &CodeInfo| CodeRow {
        code: entry.code.to_owned(),
        title: entry.title.to_owned(),
        category: entry.category.into(),
        fixer: entry.fixer.title(),
        has_note: note(entry.code).is_some(),
    };
    let fits = |entry: &&CodeInfo| entry.tells(q, note(entry.code).map_or("", |note| &note.advice));
    let of = |family: Family| catalogue::all().filter(move |entry| entry.family == family).filter(fits).map(row);
    let mut families: Vec<_> = Family::ALL.iter().map(|family| (family.title(), of(*family).collect())).collect();
    let unknown =
        |note: &&TeamNote| *catalogue::by_code(&note.code) == catalogue::UNKNOWN && hresult::find(&note.code).is_none();
    let only_here = notes.iter().filter(unknown).filter(|note| catalogue::has_words(q, &[&note.code, &note.advice]));
    let only_here = only_here.map(|note| CodeRow {
        code: note.code.clone(),
        title: note.in_short(),
        category: Badge::from(catalogue::UNKNOWN.category),
        fixer: catalogue::UNKNOWN.fixer.title(),
        has_note: true,
    });
    families.push(("Azure File Sync", hresult::all().iter().filter(|one| is_asked(one, q)).map(number_row).collect()));
    families.push(("Codes with a team note only", only_here.collect()));
    families.retain(|(_title, rows): &(_, Vec<CodeRow>)| !rows.is_empty());
    families
}

/// An error number that is written so, or has all words.
fn is_asked(one: &HResult, q: &str) -> bool {
    let texts = one.meanings.iter().flat_map(|(meaning, to_do)| [*meaning, *to_do]);
    let texts: Vec<&str> = std::iter::once(one.name).chain(texts).collect();
    hresult::find(q) == Some(one) || catalogue::has_words(q, &[&texts.join(" "), &one.hex()])
}

fn number_row(one: &HResult) -> CodeRow {
    CodeRow {
        code: one.name.to_owned(),
        title: format!("{} ({})", one.meanings.first().map_or("", |(meaning, _to_do)| meaning), one.hex()),
        category: Badge::from(Category::Error),
        fixer: if one.is_transient { Fixer::Nobody.title() } else { Fixer::Administrator.title() },
        has_note: false,
    }
}

#[must_use]
pub fn view(context: &PageContext, view: &IndexView) -> Markup {
    let title = match view.part {
        Part::Start => "Help",
        Part::Codes => "Codes",
        Part::Roles => "Role templates",
    };
    page(
        context,
        title,
        &html! {
            @if view.part != Part::Start { (crumbs(&[(urls::HELP.to_owned(), "Help")])) }
            (head(&html! { (title) }, &html! {}, &html! {}))
            @match view.part {
                Part::Start => { (cards(view)) (codes(view)) },
                Part::Codes => (codes(view)),
                Part::Roles => (roles(&view.roles)),
            }
        },
    )
}

/// Where to begin.
fn cards(view: &IndexView) -> Markup {
    let guide = |page: &str, words: &str| html! { li { a href=(urls::help_guide(page)) { (words) } } };
    html! {
        div.cards {
            section.box.pad {
                h2 { "Start" }
                p { "Connect your first system, and give people their roles." }
                ul.list.tight {
                    @if view.may_connect { li { a href=(urls::NEW_SYSTEM) { "Connect a system" } } }
                    (guide("index", "How Syncdesk works, in words"))
                    (guide("operator", "Install and operate Syncdesk"))
                }
            }
            section.box.pad {
                h2 { "When something is red" }
                p { "Open the system, read “What to do”, and try again." }
                ul.list.tight {
                    li { a href=(urls::HELP_CONNECTION) { "The connection fails: checklist" } }
                    li { a href=(urls::help_guide("index")) { "What a run can end with" } }
                    li { a href=(urls::HELP_CODES) { "All codes, with who can fix them" } }
                }
            }
            section.box.pad {
                h2 { "Reference" }
                p { "Settings, rules and permissions, each on its own page." }
                ul.list.tight {
                    (guide("files", "Files"))
                    (guide("odata", "OData services"))
                    li { a href=(urls::HELP_ROLES) { "Role templates" } }
                }
            }
        }
    }
}

fn roles(roles: &[(String, String)]) -> Markup {
    html! {
        section.box.settings aria-label="Role templates" {
            dl {
                @for (name, words) in roles {
                    div { dt { a.mono href=(urls::help_role(name)) { (name) } } dd { (PreEscaped(words)) } }
                }
            }
        }
    }
}

const COLUMNS: [Column<'_>; 4] = [text("Code"), text("What it is"), text("Category"), text("Who can fix it")];

fn codes(view: &IndexView) -> Markup {
    let found: usize = view.families.iter().map(|(_, rows)| rows.len()).sum();
    let found = i64::try_from(found).unwrap_or(i64::MAX);
    html! {
        section.box aria-labelledby="codes" {
            header.bh {
                h2 #codes { "Codes of messages" }
                @if view.part == Part::Start { a.end href=(urls::HELP_CODES) { "All codes" } }
                @else { span.end.soft { (count(found, "code", "codes")) @if !view.q.is_empty() { " with “" (foreign::text(&view.q)) "”" } } }
            }
            form.flt method="get" action=(urls::HELP) role="search" aria-label="Codes" {
                label { "Code or words " input type="search" name="q" value=(view.q) placeholder="FILE-BRAKE, 0x80c8300e"; } " "
                button.btn { "Search" } " "
                @if !view.q.is_empty() { a.clear href=(urls::HELP) { "Clear filter" } }
            }
            @if view.part == Part::Start {
                p.strip-note { "A code is found in any notation: in lower case, with spaces, or as a hexadecimal or decimal error number." }
            } @else if view.families.is_empty() {
                (empty::empty("No codes match.", &html! {
                    p { "A code of another version, or of an engine with its own codes, has a page too: open it from its message." }
                }))
            }
            @for (family, rows) in &view.families {
                h3 { (family) }
                (table(&html! { (family) ", with who can fix them" }, &COLUMNS, &html! { @for row in rows { (code_row(row)) } }))
            }
        }
    }
}

fn code_row(row: &CodeRow) -> Markup {
    html! {
        tr {
            th scope="row" data-l="Code" { (failure::code(&row.code)) }
            td data-l="What it is" { (foreign::text(&row.title)) @if row.has_note { " " span.remark { "team note" } } }
            td data-l="Category" { (row.category) }
            td data-l="Who can fix it" { (row.fixer) }
        }
    }
}
