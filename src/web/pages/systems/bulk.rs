//! One command for the systems that are selected in the list. Its results have their own page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use maud::{Markup, html};

use crate::access::{Grant, Template, verbs};
use crate::domain::bulk::BulkAction;
use crate::ids::SystemKey;
use crate::ops::bulk::{BulkRequest, MAX_ITEMS, request, verb};
use crate::ops::error::OpError;
use crate::queries::bulk::selected_systems;
use crate::web::error::WebError;
use crate::web::extract::{Posted, Viewer};
use crate::web::present::errors_of;
use crate::web::refusals::Explain;
use crate::web::response;
use crate::web::state::App;
use crate::web::ui::field::summary;
use crate::web::ui::layout::{crumbs, head};
use crate::web::ui::{Control, Errors, FieldView, Nav, PageContext, button, foreign, form, link_button, number, page};
use crate::web::urls::{self, Cursor, SystemsQuery};

/// What the names of the check boxes begin with.
pub(super) const SELECTED: &str = "s.";

/// The page that asks why systems are put on hold.
#[derive(Debug, Clone)]
pub struct BulkHoldView {
    /// Key and name.
    pub systems: Vec<(SystemKey, String)>,
    /// As typed.
    pub reason: String,
    pub errors: Errors,
    /// The form that asks: the same one sent twice is one action.
    pub request_key: String,
    /// The list, and its query.
    pub list: (String, String),
}

/// Stores what is requested and leads to its results. A hold asks for its reason first.
///
/// # Errors
/// When nothing is selected, the permission is missing, or the database cannot be written.
pub async fn submit(
    grant: Grant<verbs::SeeSystem>,
    viewer: Viewer,
    posted: Posted,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let no_action = || WebError::unprocessable("Select what to do with the systems.").with_back(list_of(&posted));
    let action = BulkAction::parse(posted.field("do")).ok_or_else(no_action)?;
    let needed = verb(action);
    let Some(actor) = viewer.actor.as_ref().filter(|actor| actor.scope_of(&[needed]).is_some()) else {
        return Err(WebError::forbidden(Template::to_ask_for(needed)));
    };
    let keys = selected(&posted);
    if action == BulkAction::Hold && !keys.is_empty() && !posted.0.contains_key("reason") {
        return ask(&grant, &viewer, &posted, &app, Errors::new(), StatusCode::OK).await;
    }
    let (reason, request_key) = (posted.field("reason"), posted.field("request"));
    let asked = BulkRequest { action, keys, reason, request_key, audit: viewer.audit(grant.principal()) };
    match request(&app.store, &grant, actor.id(), asked).await {
        Ok(key) => Ok(response::see_other(&urls::bulk(&key))),
        Err(OpError::Invalid(wrong)) => {
            ask(&grant, &viewer, &posted, &app, errors_of(wrong), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(OpError::Refused(why)) => Err(WebError::unprocessable(why.explain()).with_back(list_of(&posted))),
        Err(error) => Err(error.into()),
    }
}

/// What the selected check boxes name.
fn selected(posted: &Posted) -> Vec<&str> {
    posted.0.keys().filter_map(|name| name.strip_prefix(SELECTED)).collect()
}

/// The list that has the form.
fn list_of(posted: &Posted) -> String {
    let query = Query::<SystemsQuery>::from_query(posted.field("list")).map(Query::into_inner);
    urls::systems(&query.unwrap_or_default(), &Cursor::default())
}

async fn ask(
    grant: &Grant<verbs::SeeSystem>,
    viewer: &Viewer,
    posted: &Posted,
    app: &App,
    errors: Errors,
    status: StatusCode,
) -> Result<HttpResponse, WebError> {
    let keys: Vec<SystemKey> = selected(posted).into_iter().take(MAX_ITEMS).filter_map(SystemKey::parse).collect();
    let grant = grant.clone();
    let systems = app.store.read(move |db| selected_systems(db, &grant, keys)).await?;
    if systems.is_empty() {
        let why = "The selected systems no longer exist, or you cannot see them. Reload the list.";
        return Err(WebError::unprocessable(why).with_back(list_of(posted)));
    }
    let shown = BulkHoldView {
        systems: systems.into_iter().map(|system| (system.key, system.name)).collect(),
        reason: posted.field("reason").to_owned(),
        errors,
        request_key: posted.field("request").to_owned(),
        list: (list_of(posted), posted.field("list").to_owned()),
    };
    Ok(response::page_with(status, view(&viewer.page_context(Some(Nav::Systems)), &shown)))
}

#[must_use]
pub fn view(context: &PageContext, view: &BulkHoldView) -> Markup {
    let title = title(BulkAction::Hold, view.systems.len());
    let (list, query) = &view.list;
    page(
        context,
        &title,
        &html! {
            (crumbs(&[(list.clone(), "Systems")]))
            (head(&html! { (title) }, &html! {}, &html! {}))
            (summary(&view.errors))
            div.box.pad {
                p { "These systems start no runs until they are released. Runs that have started continue." }
                ul { @for (_key, name) in &view.systems { li { (foreign::name(name)) } } }
                (form(context, urls::BULK_SYSTEMS, &html! {
                    input type="hidden" name="do" value=(BulkAction::Hold.as_str());
                    input type="hidden" name="request" value=(view.request_key);
                    @if !query.is_empty() { input type="hidden" name="list" value=(query); }
                    @for (key, _name) in &view.systems { input type="hidden" name={ (SELECTED) (key) } value="on"; }
                    (FieldView::new("reason", "Reason", &view.reason, Control::Line)
                        .help("Visible to everyone who can see these systems. Say why and until when.")
                        .required()
                        .view(&view.errors))
                    div.row { (button("Put on hold", "primary")) (link_button(list, "Cancel", "")) }
                }))
            }
        },
    )
}

/// What a bulk action does, with how many systems: `Put 3 systems on hold`.
#[must_use]
pub fn title(action: BulkAction, systems: usize) -> String {
    let n = number(i64::try_from(systems).unwrap_or(i64::MAX));
    let systems = if systems == 1 { format!("{n} system") } else { format!("{n} systems") };
    match action {
        BulkAction::Synchronize => format!("Synchronize {systems}"),
        BulkAction::Check => format!("Check the connection of {systems}"),
        BulkAction::Hold => format!("Put {systems} on hold"),
        BulkAction::Release => format!("Release {systems}"),
    }
}
