//! What speaks against a system beside the systems, groups and secrets that exist: found together with what is wrong in
//! the form itself, as far as that can be read.

use std::collections::BTreeSet;

use crate::access::{Grant, verbs};
use crate::config::Config;
use crate::domain::kind::{ConnectorKind, Kinds, SecretRecipient};
use crate::ids::{GroupId, SystemId};
use crate::store::systems::{InReach, System};
use crate::store::{Db, Result, credentials, groups, systems};

use super::form::Specified;
use super::territory;

type Objections = Vec<(String, String)>;

/// What a form is checked against.
pub(super) struct Against<'a> {
    pub grant: &'a Grant<verbs::SpecifySystems>,
    pub secrets: Option<&'a Grant<verbs::SetCredentials>>,
    pub kind: &'static dyn ConnectorKind,
    /// Finds the kinds of other systems.
    pub kinds: Kinds,
    pub config: &'a Config,
    /// The system that is changed; none: a new one.
    pub system: Option<&'a InReach<System>>,
}

/// Everything that is wrong with the form: field and what to do. Empty: it can be saved.
pub(super) fn objections(db: &mut Db, against: &Against<'_>, specified: &Specified) -> Result<Objections> {
    let mut wrong = specified.wrong.clone();
    match groups::by_name(db, &specified.group)?.filter(|group| against.grant.scope().covers(*group)) {
        Some(group) => {
            wrong.extend(name(db, against, specified, group)?);
            wrong.extend(folders(against, specified));
        }
        None => {
            wrong.push(("group".to_owned(), "Choose one of the groups that you may specify systems in.".to_owned()));
        }
    }
    wrong.extend(secrets(db, against, specified)?);
    wrong.extend(taken(db, against, specified)?);
    Ok(wrong)
}

/// Whether the stored secret of a slot may be used for what its system is to be.
pub(super) fn keeps(was: Option<&SecretRecipient>, is: Option<&SecretRecipient>) -> bool {
    was.zip(is).is_some_and(|(was, is)| was.covers(is))
}

/// What to do about a name that is taken.
pub(super) fn name_taken() -> (String, String) {
    ("name".to_owned(), "Another system of this group has this name already.".to_owned())
}

fn name_confused(taken: &str) -> (String, String) {
    let said = format!("Another system of this group is called “{taken}”, which differs only in upper and lower case.");
    ("name".to_owned(), said)
}

fn name(db: &mut Db, against: &Against<'_>, specified: &Specified, group: GroupId) -> Result<Objections> {
    if specified.is_wrong(&["name"]) {
        return Ok(Vec::new());
    }
    let except = against.system.map(|system| system.id);
    let taken = systems::taken_name(db, group, &specified.name, except)?;
    Ok(taken
        .map(|taken| if taken == specified.name { name_taken() } else { name_confused(&taken) })
        .into_iter()
        .collect())
}

const NOT_ALLOWED: &str = "You cannot enter, replace or remove credentials here: the permission SetCredentials of the role SpecifySystemsApp is missing.";

/// Whether the person may set credentials in the group of the system, and in the one that it moves to.
fn may_set(db: &mut Db, against: &Against<'_>, specified: &Specified) -> Result<bool> {
    let Some(secrets) = against.secrets else { return Ok(false) };
    let next = groups::by_name(db, &specified.group)?;
    let now = against.system.map(|system| system.group_id);
    Ok(now.into_iter().chain(next).all(|group| secrets.scope().covers(group)))
}

/// A required secret that is neither typed nor stored for this recipient; whatever changes secrets where the person must
/// not.
fn secrets(db: &mut Db, against: &Against<'_>, specified: &Specified) -> Result<Objections> {
    let kind = against.kind;
    let stored: Vec<String> = match against.system {
        Some(system) => credentials::of_system(db, system)?.into_iter().map(|sealed| sealed.slot).collect(),
        None => Vec::new(),
    };
    let was = against
        .system
        .and_then(|system| serde_json::from_str(&system.settings).ok())
        .map(|settings| kind.owners(&settings))
        .unwrap_or_default();
    let owners = kind.owners(&specified.settings);
    if !may_set(db, against, specified)? {
        let lost = |slot: &&String| !keeps(was.get(slot.as_str()), owners.get(slot.as_str()));
        let missing = owners.iter().filter(|(slot, owner)| owner.required && !stored.iter().any(|have| have == *slot));
        let touched = specified.secrets.keys().chain(stored.iter().filter(lost)).map(String::as_str);
        let touched: BTreeSet<&str> = touched.chain(missing.map(|(slot, _owner)| *slot)).collect();
        return Ok(touched.into_iter().map(|slot| (slot.to_owned(), NOT_ALLOWED.to_owned())).collect());
    }
    let mut wrong = Objections::new();
    for (slot, owner) in owners {
        if specified.secrets.contains_key(slot) || !owner.required || specified.is_wrong(&[slot]) {
            continue;
        }
        // While the address cannot be read, nobody knows whether it is another one.
        let is_known = !kind.owner_fields(slot).iter().any(|field| specified.unread.contains(field));
        if !stored.iter().any(|have| have == slot) {
            wrong.push((slot.to_owned(), "Give the secret: without it nobody can sign in.".to_owned()));
        } else if is_known && !keeps(was.get(slot), Some(&owner)) {
            let said = "Where it is sent has changed, or who signs in: type the secret again.";
            wrong.push((slot.to_owned(), said.to_owned()));
        }
    }
    Ok(wrong)
}

/// Local folders outside the folder of the group.
fn folders(against: &Against<'_>, specified: &Specified) -> Objections {
    let root = against.config.file_root(&specified.group);
    let folders = against.kind.local_folders(&specified.settings).into_iter();
    folders
        .filter(|(field, folder)| !specified.unread.contains(field) && !folder.starts_with(&root))
        .map(|(field, _folder)| (field.to_owned(), format!("Local folders of this group lie in {}.", root.display())))
        .collect()
}

/// A destination that another system writes to, where one of the two deletes.
fn taken(db: &mut Db, against: &Against<'_>, specified: &Specified) -> Result<Objections> {
    let fields = against.kind.territory_fields();
    let Some(field) = fields.first().filter(|_| !fields.iter().any(|field| specified.unread.contains(field))) else {
        return Ok(Vec::new());
    };
    let before: Option<(SystemId, serde_json::Value)> =
        against.system.map(|system| (system.id, serde_json::from_str(&system.settings).unwrap_or_default()));
    let before = before.as_ref().map(|(id, settings)| (*id, settings));
    let wanted = (against.kind, &specified.settings);
    let why = territory::refused(db, against.grant, against.kinds, wanted, before)?;
    Ok(why.map(|why| ((*field).to_owned(), why)).into_iter().collect())
}
