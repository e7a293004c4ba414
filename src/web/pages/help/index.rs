//! Help: the guide, all role templates, and all codes by family, with a filter by words.

use actix_web::HttpResponse;
use actix_web::web::Query;
use maud::{Markup, PreEscaped, html};

use super::markdown::html_of;
use crate::domain::catalogue::{self, CodeInfo, Family};
use crate::domain::doc::{Doc, GUIDE, ROLES};
use crate::domain::team_note::TeamNote;
use crate::queries::Db;
use crate::queries::help;
use crate::web::extract::{Loaded, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::response;
use crate::web::ui::layout::head;
use crate::web::ui::table::{Column, table, text};
use crate::web::ui::text::count;
use crate::web::ui::{Badge, Nav, PageContext, empty, failure, foreign, page};
use crate::web::urls::{self, filter_text};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct IndexView {
    /// Words that were asked for; the guide and the role templates are shown without them only.
    pub q: String,
    /// Rendered from our own Markdown: safe.
    pub html: String,
    /// Names and opening words of each, rendered likewise.
    pub roles: Vec<(String, String)>,
    /// The codes of each family that have the words.
    pub families: Vec<(&'static str, Vec<CodeRow>)>,
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
}

/// Reads all team notes.
///
/// # Errors
/// When the database cannot be read.
pub fn load(_reading: &Reading, db: &mut Db) -> Result<Vec<TeamNote>, LoadError> {
    Ok(help::notes(db)?)
}

/// The guide's first page, with all templates and codes.
pub async fn show(Loaded(notes): Loaded<Vec<TeamNote>>, viewer: Viewer, query: Query<IndexQuery>) -> HttpResponse {
    let opening = |body: &str| body.lines().take_while(|line| !line.trim().is_empty()).collect::<Vec<_>>().join(" ");
    let q = query.into_inner().q.trim().to_owned();
    let shown = IndexView {
        html: Doc::find(GUIDE, "index").map(|doc| html_of(doc.body)).unwrap_or_default(),
        roles: ROLES.iter().map(|(name, page)| ((*name).to_owned(), html_of(&opening(Doc::read(page).body)))).collect(),
        families: families(&q, &notes),
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
    let unknown = |note: &&TeamNote| *catalogue::by_code(&note.code) == catalogue::UNKNOWN;
    let only_here = notes.iter().filter(unknown).filter(|note| catalogue::has_words(q, &[&note.code, &note.advice]));
    let only_here = only_here.map(|note| CodeRow {
        code: note.code.clone(),
        title: note.in_short(),
        category: Badge::from(catalogue::UNKNOWN.category),
        fixer: catalogue::UNKNOWN.fixer.title(),
        has_note: true,
    });
    families.push(("Codes with a team note only", only_here.collect()));
    families.retain(|(_title, rows): &(_, Vec<CodeRow>)| !rows.is_empty());
    families
}

#[must_use]
pub fn view(context: &PageContext, view: &IndexView) -> Markup {
    let is_whole = view.q.is_empty();
    page(
        context,
        "Help",
        &html! {
            (head(&html! { "Help" }, &html! {}, &html! {}))
            @if is_whole && !view.html.is_empty() { article.box.pad.prose { (PreEscaped(&view.html)) } }
            @if is_whole { (roles(&view.roles)) }
            (codes(view))
        },
    )
}

fn roles(roles: &[(String, String)]) -> Markup {
    html! {
        section.box.settings aria-labelledby="roles" {
            header.bh { h2 #roles { "Role templates" } }
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
                span.end.soft { (count(found, "code", "codes")) @if !view.q.is_empty() { " with “" (foreign::text(&view.q)) "”" } }
            }
            form.flt method="get" action=(urls::HELP) role="search" aria-label="Codes" {
                label { "Words in code, text or advice " input type="search" name="q" value=(view.q); } " "
                button.btn { "Show" } " "
                @if !view.q.is_empty() { a.clear href=(urls::HELP) { "Clear" } }
            }
            @if view.families.is_empty() {
                (empty::empty("No code has these words.", &html! {
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
