//! The views of the list of systems that the reader has saved: a name for filter, order and tab.

use std::collections::BTreeMap;

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use maud::{Markup, html};

use crate::access::{Grant, verbs};
use crate::ids::{PersonId, ViewKey};
use crate::ops::error::OpError;
use crate::ops::saved_views::{self as ops, MAX_VIEWS, ViewChange};
use crate::queries::Db;
use crate::queries::saved_views::{SavedView, saved_views};
use crate::web::error::WebError;
use crate::web::extract::{Loaded, Posted, Viewer};
use crate::web::loader::{LoadError, Reading};
use crate::web::present::errors_of;
use crate::web::state::App;
use crate::web::ui::field::{error_line, summary};
use crate::web::ui::layout::{crumbs, head};
use crate::web::ui::table::{Column, actions, table, text};
use crate::web::ui::{Control, Errors, FieldView, Nav, PageContext, Tone, button, empty, foreign, form, page};
use crate::web::urls::{self, SystemsQuery};
use crate::web::{response, session};

/// What the page shows.
#[derive(Debug, Clone, Default)]
pub struct ViewsView {
    pub views: Vec<SavedView>,
    /// The query of the list that gets a name.
    pub to_save: Option<SystemsQuery>,
    /// As typed: the name of a new view, or of one that is renamed.
    pub name: String,
    pub renamed: Option<ViewKey>,
    pub errors: Errors,
}

/// The list that is to be saved.
#[derive(Debug, Default, serde::Deserialize)]
pub struct ViewsQuery {
    list: Option<String>,
}

const COLUMNS: [Column<'_>; 3] = [text("View"), text("Shows"), actions("Actions")];

/// Reads the views.
///
/// # Errors
/// When the database cannot be read.
pub fn load(reading: &Reading, db: &mut Db) -> Result<Vec<SavedView>, LoadError> {
    Ok(saved_views(db, &reading.grant()?, reading.actor.id())?)
}

/// The views, and a form if one is to be saved.
pub async fn show(Loaded(views): Loaded<Vec<SavedView>>, viewer: Viewer, query: Query<ViewsQuery>) -> HttpResponse {
    let shown = ViewsView { views, to_save: query.list.as_deref().map(read_list), ..ViewsView::default() };
    response::page(view(&viewer.page_context(Some(Nav::Systems)), &shown))
}

/// Saves a view, and leads to it.
///
/// # Errors
/// When there are too many, or the database cannot be written.
pub async fn submit(
    grant: Grant<verbs::SeeSystem>,
    viewer: Viewer,
    posted: Posted,
    session: Session,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let (list, name, reader) = (read_list(posted.field("list")), posted.field("name"), reader_of(&viewer)?);
    let query = urls::view_query(&list);
    match ops::save(&app.store, &grant, reader, name, &query).await {
        Ok(()) => {
            session::tell(&session, Tone::Ok, &format!("View {} saved.", name.trim()), None);
            Ok(response::see_other(&urls::opened_view(&query)))
        }
        Err(OpError::Invalid(wrong)) => {
            let typed = ViewsView {
                to_save: Some(list),
                name: name.to_owned(),
                errors: errors_of(wrong),
                ..ViewsView::default()
            };
            refused(grant, &viewer, &app, typed).await
        }
        Err(error) => Err(WebError::from(error).with_back(urls::VIEWS.to_owned())),
    }
}

/// Renames a view, deletes it, or makes it the default one.
///
/// # Errors
/// When the reader has no such view, or the database cannot be written.
pub async fn change(
    grant: Grant<verbs::SeeSystem>,
    viewer: Viewer,
    path: Path<ViewKey>,
    posted: Posted,
    session: Session,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let (key, name, reader) = (path.into_inner(), posted.field("name"), reader_of(&viewer)?);
    let (change, done) = match posted.field("do") {
        "rename" => (ViewChange::Rename(name.to_owned()), "View renamed."),
        "default" => (ViewChange::MakeDefault, "The list of systems now opens with this view."),
        "ordinary" => (ViewChange::MakeOrdinary, "The list of systems now opens with all systems."),
        "delete" => (ViewChange::Delete, "View deleted."),
        _ => return Err(WebError::unprocessable("Select what to do with the view.").with_back(urls::VIEWS.to_owned())),
    };
    match ops::change(&app.store, &grant, reader, &key, change).await {
        Ok(()) => {
            session::tell(&session, Tone::Ok, done, None);
            Ok(response::see_other(urls::VIEWS))
        }
        Err(OpError::Invalid(wrong)) => {
            let errors = errors_of(wrong);
            let typed = ViewsView { name: name.to_owned(), renamed: Some(key), errors, ..ViewsView::default() };
            refused(grant, &viewer, &app, typed).await
        }
        Err(error) => Err(error.into()),
    }
}

fn reader_of(viewer: &Viewer) -> Result<PersonId, WebError> {
    viewer.actor.as_ref().map(crate::access::Actor::id).ok_or_else(WebError::not_found)
}

fn read_list(query: &str) -> SystemsQuery {
    Query::from_query(query).map(Query::into_inner).unwrap_or_default()
}

async fn refused(
    grant: Grant<verbs::SeeSystem>,
    viewer: &Viewer,
    app: &App,
    typed: ViewsView,
) -> Result<HttpResponse, WebError> {
    let reader = reader_of(viewer)?;
    let views = app.store.read(move |db| saved_views(db, &grant, reader)).await?;
    let shown = view(&viewer.page_context(Some(Nav::Systems)), &ViewsView { views, ..typed });
    Ok(response::page_with(StatusCode::UNPROCESSABLE_ENTITY, shown))
}

#[must_use]
pub fn view(context: &PageContext, view: &ViewsView) -> Markup {
    page(
        context,
        "Saved views",
        &html! {
            (crumbs(&[(urls::SYSTEMS.to_owned(), "Systems")]))
            (head(&html! { "Saved views" }, &html! { p { "Only you can see your views. Maximum: " (MAX_VIEWS) "." } }, &html! {}))
            @if let Some(list) = &view.to_save { (save_form(context, view, list)) }
            section.box aria-label="Your views" {
                @if view.views.is_empty() {
                    (empty::empty("You have no saved views.", &html! {
                        p { "Filter and sort the " a href=(urls::ALL_SYSTEMS) { "list of systems" } ", then select Save this view." }
                    }))
                } @else {
                    (table(&html! { "Your views, by name" }, &COLUMNS, &html! {
                        @for saved in &view.views { (row(context, view, saved)) }
                    }))
                }
            }
        },
    )
}

fn save_form(context: &PageContext, view: &ViewsView, list: &SystemsQuery) -> Markup {
    let query = urls::view_query(list);
    let shows = format!("Shows: {}.", in_words(list));
    html! {
        (summary(&view.errors))
        div.box.pad {
            (form(context, urls::VIEWS, &html! {
                input type="hidden" name="list" value=(query);
                (FieldView::new("name", "Name", &view.name, Control::Line).help(&shows).required().view(&view.errors))
                div.row { (button("Save view", "primary")) a.btn href=(urls::opened_view(&query)) { "Cancel" } }
            }))
        }
    }
}

fn row(context: &PageContext, view: &ViewsView, saved: &SavedView) -> Markup {
    let is_renamed = view.renamed.as_ref() == Some(&saved.key);
    let (name, errors) = if is_renamed { (&view.name, view.errors.clone()) } else { (&saved.name, BTreeMap::new()) };
    let invalid = errors.contains_key("name").then_some("true");
    let of_view = html! { span.vh { ": " (foreign::name(&saved.name)) } };
    html! {
        tr {
            th scope="row" {
                a href=(urls::opened_view(&saved.query)) { (foreign::name(&saved.name)) }
                @if saved.is_default { " " span.remark { "Default" } }
            }
            td data-l="Shows" { (foreign::text(&in_words(&read_list(&saved.query)))) }
            td.act {
                (form(context, &urls::view(&saved.key), &html! {
                    div.row {
                        input type="text" name="name" value=(name) aria-label={ "New name of " (saved.name) } aria-invalid=[invalid]
                            aria-describedby=[invalid.map(|_| "name-error")];
                        button.btn.small name="do" value="rename" { "Rename" (of_view) } " "
                        @if saved.is_default {
                            button.btn.small name="do" value="ordinary" { "Do not use as default" (of_view) } " "
                        } @else {
                            button.btn.small name="do" value="default" { "Make default" (of_view) } " "
                        }
                        button.btn.small.danger name="do" value="delete" { "Delete" (of_view) }
                    }
                    (error_line("name", &errors))
                }))
            }
        }
    }
}

/// What a view shows: `Status error, group Finance, by name`.
fn in_words(query: &SystemsQuery) -> String {
    let parts = [
        ("status ", query.status.replace('_', " ")),
        ("kind ", query.kind.clone()),
        ("group ", query.group.clone()),
        ("name contains ", query.q.clone()),
        ("children of ", query.within.clone()),
    ];
    let mut parts: Vec<String> = parts
        .into_iter()
        .filter(|(_word, value)| !value.is_empty())
        .map(|(word, value)| format!("{word}{value}"))
        .collect();
    if parts.is_empty() {
        parts.push("all systems".to_owned());
    }
    parts.push(match query.sort.as_str() {
        "name" => "by name".to_owned(),
        "success" => "oldest success first".to_owned(),
        _ => "worst first".to_owned(),
    });
    parts.join(", ")
}
