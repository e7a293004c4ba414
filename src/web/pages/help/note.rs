//! The team note on a code: writing and removing it.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use maud::{Markup, html};

use crate::access::{Grant, verbs};
use crate::clock::Stamp;
use crate::domain::catalogue;
use crate::domain::team_note::{MAX_ADVICE, Placing, can_be_code};
use crate::ops::error::OpError;
use crate::ops::team_notes as ops;
use crate::queries::help;
use crate::web::error::WebError;
use crate::web::extract::{Posted, Viewer};
use crate::web::present::errors_of;
use crate::web::refusals::Explain as _;
use crate::web::session::unsaved::{UnsavedQuery, shown_again};
use crate::web::state::App;
use crate::web::ui::field::summary;
use crate::web::ui::layout::{crumbs, head};
use crate::web::ui::{Choice, Control, Errors, FieldView, Nav, PageContext, Tone, button, form, link_button, page};
use crate::web::{response, session, urls};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct NoteView {
    pub code: String,
    pub title: String,
    /// As typed, or as it is.
    pub advice: String,
    pub placing: String,
    /// When the advice that can be changed or removed was written.
    pub stored: Option<Stamp>,
    pub errors: Errors,
}

/// The form, with the current team note.
///
/// # Errors
/// For what cannot be a code, and when the database cannot be read.
pub async fn show(
    _grant: Grant<verbs::ManagePortal>,
    mut viewer: Viewer,
    path: Path<String>,
    query: Query<UnsavedQuery>,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let code = known(&path)?;
    if let Some(unsaved) = shown_again(&app, &mut viewer, &urls::help_code_note(&code), &query.unsaved).await? {
        // What was read then: somebody may have written since.
        let (seen, typed) = (unsaved.field("seen").parse().ok(), (unsaved.field("advice"), unsaved.field("placing")));
        return Ok(answer(&viewer, code, typed, seen.map(Stamp), Errors::new()));
    }
    let wanted = code.clone();
    let note = app.store.read(move |db| help::note(db, &wanted)).await?;
    let stored = note.as_ref().map(|note| note.written_at);
    let (advice, placing) = note.map_or((String::new(), Placing::Beside), |note| (note.advice, note.placing));
    Ok(answer(&viewer, code, (&advice, placing.as_str()), stored, Errors::new()))
}

/// Writes the advice.
///
/// # Errors
/// As for [`show`].
pub async fn submit(
    grant: Grant<verbs::ManagePortal>,
    viewer: Viewer,
    path: Path<String>,
    posted: Posted,
    session: Session,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let code = known(&path)?;
    let typed = (posted.field("advice"), posted.field("placing"));
    let seen = posted.field("seen").parse().ok().map(Stamp);
    let draft = ops::Draft { advice: typed.0, placing: typed.1, seen };
    match ops::write(&app.store, &grant, &code, draft, viewer.audit(grant.principal()), viewer.now).await {
        Ok(()) => {
            session::tell(&session, Tone::Ok, "Team note saved.", None);
            Ok(response::see_other(&urls::help_code(&code)))
        }
        Err(OpError::Invalid(wrong)) => Ok(answer(&viewer, code, typed, seen, errors_of(wrong))),
        // With what was typed, so that the next save knows of theirs.
        Err(OpError::Refused(refusal)) => {
            let wanted = code.clone();
            let stored = app.store.read(move |db| help::note(db, &wanted)).await?.map(|note| note.written_at);
            Ok(answer(&viewer, code, typed, stored, errors_of(vec![("advice".to_owned(), refusal.explain())])))
        }
        Err(error) => Err(error.into()),
    }
}

/// Removes the advice.
///
/// # Errors
/// As for [`show`], and when there is none.
pub async fn remove(
    grant: Grant<verbs::ManagePortal>,
    viewer: Viewer,
    path: Path<String>,
    session: Session,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let code = known(&path)?;
    match ops::remove(&app.store, &grant, &code, viewer.audit(grant.principal()), viewer.now).await {
        Ok(()) => {
            session::tell(&session, Tone::Neutral, "Team note removed.", None);
            Ok(response::see_other(&urls::help_code(&code)))
        }
        Err(error) => Err(WebError::from(error).with_back(urls::help_code(&code))),
    }
}

fn known(code: &str) -> Result<String, WebError> {
    let code = catalogue::canonical(code);
    if can_be_code(code) { Ok(code.to_owned()) } else { Err(WebError::not_found()) }
}

fn answer(
    viewer: &Viewer,
    code: String,
    (advice, placing): (&str, &str),
    stored: Option<Stamp>,
    errors: Errors,
) -> HttpResponse {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = NoteView {
        title: catalogue::by_code(&code).title.to_owned(),
        code,
        advice: advice.to_owned(),
        placing: placing.to_owned(),
        stored,
        errors,
    };
    response::page_with(status, view(&viewer.page_context(Some(Nav::Help)), &shown))
}

#[must_use]
pub fn view(context: &PageContext, view: &NoteView) -> Markup {
    let choices: Vec<Choice> =
        Placing::ALL.iter().map(|placing| Choice::new(placing.as_str(), placing.title())).collect();
    let help = format!(
        "Plain text, at most {MAX_ADVICE} characters; an empty line starts a new paragraph. Everyone who is signed in can read it. The first paragraph is also shown with each failure that has this code."
    );
    page(
        context,
        &format!("Team note on {}", view.code),
        &html! {
            (crumbs(&[(urls::HELP.to_owned(), "Help"), (urls::help_code(&view.code), &view.code)]))
            (head(&html! { "Team note" }, &html! { span.soft { span.mono { (view.code) } ", " (view.title) } }, &html! {}))
            (summary(&view.errors))
            div.box.pad {
                (form(context, &urls::help_code_note(&view.code), &html! {
                    @if let Some(seen) = view.stored { input type="hidden" name="seen" value=(seen.0); }
                    (FieldView::new("advice", "What to do", &view.advice, Control::Lines).help(&help).required().view(&view.errors))
                    (FieldView::new("placing", "Where it is shown", &view.placing, Control::Choice(&choices)).view(&view.errors))
                    div.row {
                        (button("Save", "primary"))
                        (link_button(&urls::help_code(&view.code), "Cancel", ""))
                    }
                }))
                @if view.stored.is_some() {
                    (form(context, &urls::help_code_note_remove(&view.code), &html! { div.row.apart { (button("Remove team note", "")) } }))
                }
            }
        },
    )
}
