//! The preview of a draft: what a first run would do. Nothing is changed on either side.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use maud::{Markup, html};

use super::super::stages::{CheckState, SECONDS, state};
use super::trial::stored;
use super::{OpenDraft, Specify};
use crate::domain::run::RunState;
use crate::domain::team_note::TeamNote;
use crate::domain::trial::{Content, FileSums, MAX_ENTRIES, Preview, PreviewAction, StoppedBy};
use crate::ids::DraftKey;
use crate::queries::connect::Trial;
use crate::web::error::WebError;
use crate::web::extract::Viewer;
use crate::web::response;
use crate::web::state::App;
use crate::web::ui::failure::failure;
use crate::web::ui::layout::{crumbs, head, refreshing};
use crate::web::ui::table::{numbers, table, text};
use crate::web::ui::text::count;
use crate::web::ui::{Badge, Nav, PageContext, Refresh, Tone, bytes, foreign, link_button, number, page};
use crate::web::urls::{self, DraftPage};

/// Waits for the preview; its result is on the page of the draft.
///
/// # Errors
/// When the reader has no such draft or the database cannot be read.
pub async fn show(
    grant: Specify,
    viewer: Viewer,
    path: Path<DraftKey>,
    app: Data<App>,
) -> Result<HttpResponse, WebError> {
    let draft = OpenDraft::find(&app, &grant, &viewer, path.into_inner()).await?;
    let selection = urls::draft(&draft.key, DraftPage::Selection);
    match &draft.overview.preview {
        Some(preview) if preview.state != RunState::Ended => {
            let refresh = Refresh { seconds: SECONDS, stop: selection.clone() };
            let context = viewer.page_context(Some(Nav::Systems));
            Ok(response::refreshing(context, Some(refresh), |context| waiting(context, &selection)))
        }
        Some(_) | None => Ok(response::see_other(&format!("{selection}#preview"))),
    }
}

fn waiting(context: &PageContext, selection: &str) -> Markup {
    page(
        context,
        "Preview",
        &html! {
            (crumbs(&[(urls::SYSTEMS.to_owned(), "Systems"), (selection.to_owned(), "Connect a system")]))
            (head(&html! { "Preview" }, &html! { (Badge::new(Tone::Busy, "Reading…")) }, &html! {}))
            (refreshing(context))
            div.box.pad {
                p { "A worker reads both sides and changes nothing. This takes at most 10 seconds once it has started." }
                (link_button(selection, "Back", ""))
            }
        },
    )
}

/// The last preview of a draft.
pub(super) enum PreviewView {
    None,
    Open,
    Done(Preview),
    Failed(Box<CheckState>),
}

impl PreviewView {
    pub(super) fn of(trial: Option<&Trial>, note: Option<&TeamNote>) -> Self {
        let Some(trial) = trial else { return Self::None };
        if trial.state != RunState::Ended {
            return Self::Open;
        }
        let found = trial.found.as_deref().and_then(|found| serde_json::from_str(found).ok());
        found.map_or_else(|| Self::Failed(Box::new(state(&stored(trial), note, false, None))), Self::Done)
    }
}

pub(super) fn section(key: &DraftKey, view: &PreviewView) -> Markup {
    html! {
        section.box #preview aria-labelledby="preview-title" {
            header.bh { h2 #preview-title { "Preview" } span { "A dry run that changes nothing on either side" } }
            @match view {
                PreviewView::None => div.pad { p.soft { "Select Preview to see what a first run with these settings would do." } },
                PreviewView::Open => div.pad { p { a href=(urls::draft(key, DraftPage::Preview)) { "The preview is in process" } "." } },
                PreviewView::Done(preview) => (result(preview)),
                PreviewView::Failed(state) => div.pad { (failed(state)) },
            }
        }
    }
}

fn failed(state: &CheckState) -> Markup {
    html! {
        @if let CheckState::Failed { failure: why, .. } = state { (failure(&html! { "The preview failed" }, why, &html! {})) }
    }
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn result(preview: &Preview) -> Markup {
    let of_files = matches!(preview.content, Content::Files(_));
    let columns = if of_files {
        [text("Item"), text("A first run would"), numbers("Size")]
    } else {
        [text("Entity set"), text("A first run would"), numbers("Records")]
    };
    html! {
        div.pad {
            p {
                @match &preview.content {
                    Content::Files(sums) => (files(sums)),
                    Content::Sets { offered, selected } => {
                        "The service offers " (count(signed(*offered), "entity set", "entity sets")) ". The settings select "
                        (number(signed(*selected))) "."
                    },
                }
            }
            @match preview.stopped {
                Some(StoppedBy::Entries) => p { strong { "The preview stopped early, after " (number(signed(MAX_ENTRIES))) " entries. There is more." } },
                Some(StoppedBy::Time) => p { strong { "The preview stopped early, after 10 seconds. There is more." } },
                None => {},
            }
        }
        @if !preview.rows.is_empty() {
            (table(
                &html! { "What a first run would do: first " (count(i64::try_from(preview.rows.len()).unwrap_or(i64::MAX), "row", "rows")) },
                &columns,
                &html! {
                    @for row in &preview.rows {
                        tr {
                            th scope="row" data-l=(columns[0].title) { (foreign::name(&row.name)) }
                            td data-l=(columns[1].title) { (deed(row.action)) }
                            td.n data-l=(columns[2].title) {
                                @match row.size {
                                    None => span.soft { (if of_files { "unknown" } else { "not counted" }) },
                                    Some(size) if of_files => (bytes(signed(size))),
                                    Some(records) => (number(signed(records))),
                                }
                            }
                        }
                    }
                },
            ))
        }
    }
}

const fn deed(action: PreviewAction) -> &'static str {
    match action {
        PreviewAction::Copy => "copy it",
        PreviewAction::Replace => "replace the file at the destination",
        PreviewAction::Delete => "delete it at the destination",
        PreviewAction::Read => "read it",
    }
}

fn files(sums: &FileSums) -> Markup {
    let files = |n: u64| count(signed(n), "file", "files");
    html! {
        "A first run would copy " strong { (files(sums.new)) } " and replace " strong { (files(sums.replaced)) }
        ", " (bytes(signed(sums.bytes))) " in total. It would delete " strong { (count(signed(sums.deleted), "item", "items")) }
        " at the destination. " (count(signed(sums.unchanged), "file is", "files are")) " already the same on both sides."
        @if sums.skipped > 0 { " It would skip " (count(signed(sums.skipped), "item", "items")) "." }
    }
}
