//! What a worker tries with a draft: the rules are those of a system that is saved. Nothing is saved as a system.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::Notify;

use super::super::audit::{Action, AuditLog, Event};
use super::super::error::{OpError, Result};
use super::super::specify::{Against, Wanted, objections};
use super::person;
use crate::access::{Grant, verbs};
use crate::config::Config;
use crate::domain::kind::Kinds;
use crate::domain::trial::TrialSort;
use crate::ids::{DraftKey, GroupId};
use crate::store::connect::trials::{NewTrial, Trial};
use crate::store::connect::{drafts, trials};
use crate::store::{self, Db, Store, groups};

type Specify = Grant<verbs::SpecifySystems>;

/// What is to be tried.
#[derive(Debug, Clone)]
pub struct Request {
    pub key: DraftKey,
    pub sort: TrialSort,
    /// The fields that have to be good for it.
    pub fields: BTreeSet<String>,
}

/// Queues a trial of the settings. One that is open and tries the same settings answers the request.
///
/// # Errors
/// [`OpError::Invalid`] with what is wrong with the fields; [`OpError::NotFound`] when the person has no such draft.
pub async fn request_trial(
    store: &Store,
    wake: &Notify,
    grant: &Specify,
    wanted: Wanted,
    request: Request,
) -> Result<()> {
    let (person, grant) = (person(grant)?, grant.clone());
    store
        .write(move |db| {
            let now = store::now(db)?;
            let draft = drafts::find(db, person, &request.key, now)?;
            let Wanted { kind, kinds, config, specified, secrets, audit } = wanted;
            let against =
                Against { grant: &grant, secrets: secrets.as_ref(), kind, kinds, config: &config, system: None };
            let mut wrong = objections(db, &against, &specified)?;
            wrong.retain(|(field, _)| request.fields.contains(field));
            if !wrong.is_empty() {
                return Err(OpError::Invalid(wrong));
            }
            let group = group(db, &grant, &specified.group)?;
            let new = NewTrial {
                draft: draft.key,
                sort: request.sort,
                group,
                settings: specified.settings.to_string(),
                make_folder: None,
            };
            trials::queue(db, &new, now)?;
            let tried = Event::new(Action::TryDraft, &specified.name).of_group(group);
            let after = serde_json::json!({ "tried": request.sort.as_str(), "settings": specified.settings });
            audit.record(db, tried.after(after), now)?;
            Ok(())
        })
        .await?;
    wake.notify_one();
    Ok(())
}

/// The last check did not fail for want of a local folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoFolder;

/// Has a worker create the local folder for want of which the last check of a draft failed, and check again.
///
/// # Errors
/// [`NoFolder`]; [`OpError::NotFound`] when the person has no such draft, or may no longer specify systems of its group.
pub async fn create_folder(
    store: &Store,
    wake: &Notify,
    grant: &Specify,
    key: &DraftKey,
    (kinds, config): (Kinds, Arc<Config>),
    audit: AuditLog,
) -> Result<(), NoFolder> {
    let (person, grant, key) = (person(grant)?, grant.clone(), key.clone());
    store
        .write(move |db| {
            let now = store::now(db)?;
            let draft = drafts::find(db, person, &key, now)?;
            let last = trials::last(db, &draft, TrialSort::Check)?.ok_or(OpError::Refused(NoFolder))?;
            let kind = kinds(&draft.kind).ok_or(OpError::NotFound)?;
            let (_draft, group) = trials::subject(db, &last)?;
            if !grant.scope().covers(last.group_id) {
                return Err(OpError::NotFound);
            }
            let (code, args) = failure_of(&last);
            let settings = serde_json::from_str(&last.settings).unwrap_or_default();
            let missing = kind.missing_folder(&settings, code, &args);
            let missing = missing.filter(|(_field, path)| path.starts_with(config.file_root(&group)));
            let (field, path) = missing.ok_or(OpError::Refused(NoFolder))?;
            let Trial { draft, sort, group_id, settings, .. } = last;
            let new = NewTrial { draft, sort, group: group_id, settings, make_folder: Some(field.to_owned()) };
            trials::queue(db, &new, now)?;
            audit.record(db, Event::new(Action::CreateFolder, path.display().to_string()).of_group(group_id), now)?;
            Ok(())
        })
        .await?;
    wake.notify_one();
    Ok(())
}

/// Code and arguments of a failed trial.
fn failure_of(trial: &Trial) -> (&str, Vec<String>) {
    let detail = trial.detail.as_deref().and_then(|detail| serde_json::from_str(detail).ok());
    let (args, _words): (Vec<String>, Option<String>) = detail.unwrap_or_default();
    (trial.code.as_deref().unwrap_or_default(), args)
}

fn group(db: &mut Db, grant: &Specify, name: &str) -> Result<GroupId> {
    groups::by_name(db, name)?.filter(|group| grant.scope().covers(*group)).ok_or(OpError::NotFound)
}
