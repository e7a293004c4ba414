//! A draft with the settings of a system that exists, without its credentials.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use super::super::edit::{self, filled};
use super::{Specify, without_secrets};
use crate::ids::SystemKey;
use crate::ops::connect;
use crate::queries::systems::system_to_edit;
use crate::web::error::WebError;
use crate::web::response;
use crate::web::state::App;
use crate::web::urls::{self, DraftPage};

/// What the name of a copy ends with.
const COPY: &str = " (copy)";

/// Longest part of the name that is kept, in characters: a name has at most 120.
const KEPT: usize = 110;

/// Begins the draft, and leads to its name.
///
/// # Errors
/// When the system is out of reach, its kind is unknown or the database cannot be written.
pub async fn submit(grant: Specify, path: Path<SystemKey>, app: Data<App>) -> Result<HttpResponse, WebError> {
    let (reader, key) = (grant.clone(), path.into_inner());
    let found = app.store.read(move |db| system_to_edit(db, &reader, &key)).await?;
    let kind = edit::kind(&found.system.kind)?;
    let mut typed = filled(&found);
    let name: String = found.system.name.chars().take(KEPT).collect();
    typed.insert("name".to_owned(), name.trim_end().to_owned() + COPY);
    let draft = connect::add(&app.store, &grant, kind.kind().to_owned(), without_secrets(kind, &typed)).await?;
    Ok(response::see_other(&urls::draft(&draft, DraftPage::Naming)))
}
