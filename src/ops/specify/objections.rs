//! What speaks against a system beside the systems, groups and secrets that exist: found together with what is wrong in
//! the form itself, as far as that can be read.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::{Grant, Template, Verb, verbs};
use crate::config::Config;
use crate::domain::kind::{ConnectorKind, Kinds, SecretRecipient};
use crate::ids::GroupId;
use crate::store::credentials::Credential;
use crate::store::systems::{InReach, System};
use crate::store::{Db, Result, credentials, groups, systems};

use super::super::objection::{Objection, Objections};
use super::form::Specified;
use super::territory;

/// What a form is checked against.
pub(in crate::ops) struct Against<'a> {
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
pub(in crate::ops) fn objections(db: &mut Db, against: &Against<'_>, specified: &Specified) -> Result<Objections> {
    let mut wrong = specified.wrong.clone();
    // A group out of reach is answered as one that does not exist.
    let group = groups::by_name(db, &specified.group)?.filter(|group| against.grant.scope().covers(*group));
    match group {
        Some(group) if against.system.is_some_and(|system| system.parent_id.is_some() && system.group_id != group) => {
            wrong.push(("group".to_owned(), Objection::GroupOfParent));
        }
        Some(group) => {
            wrong.extend(name(db, against, specified, group)?);
            wrong.extend(folders(against, specified));
            if let Some(system) = against.system.filter(|system| system.group_id != group)
                && credentials::is_shared_below(db, system)?
            {
                wrong.push(("group".to_owned(), Objection::ChildShares));
            }
        }
        None => {
            wrong.push(("group".to_owned(), Objection::GroupNotOffered));
        }
    }
    if against.system.is_some_and(|system| system.production != specified.production) && !specified.confirms_role {
        wrong.push(("production".to_owned(), Objection::RoleChanges { to_production: specified.production }));
    }
    wrong.extend(secrets(db, against, specified, group)?);
    wrong.extend(taken(db, against, specified)?);
    Ok(wrong)
}

/// For whom the secrets of a system were, for whom they are to be, and whether it moves to another group.
pub(super) struct Recipients {
    pub was: BTreeMap<&'static str, SecretRecipient>,
    pub is: BTreeMap<&'static str, SecretRecipient>,
    pub moves: bool,
}

impl Recipients {
    /// Whether what is stored in a slot may be used for what its system is to be. A shared credential stays in its group.
    pub fn keep(&self, credential: &Credential) -> bool {
        let is = self.is.get(credential.slot());
        match credential {
            Credential::Own(own) => self.was.get(own.slot.as_str()).zip(is).is_some_and(|(was, is)| was.covers(is)),
            Credential::Shared { shared, .. } => !self.moves && is.is_some_and(|is| shared.scope().covers(is)),
        }
    }
}

/// What to do about a name that is taken.
pub(super) fn name_taken() -> (String, Objection) {
    ("name".to_owned(), Objection::SystemNameTaken)
}

fn name(db: &mut Db, against: &Against<'_>, specified: &Specified, group: GroupId) -> Result<Objections> {
    if specified.is_wrong(&["name"]) {
        return Ok(Vec::new());
    }
    let parent = against.system.and_then(|system| system.parent_id);
    let taken = systems::taken_name(db, (group, parent), &specified.name, against.system)?;
    Ok(taken
        .map(|taken| {
            let is_confused = taken != specified.name;
            if is_confused { ("name".to_owned(), Objection::SystemNameConfused(taken)) } else { name_taken() }
        })
        .into_iter()
        .collect())
}

/// Whether the person may set credentials in the group of the system, and in the one that it moves to, if that is in reach.
fn may_set(against: &Against<'_>, next: Option<GroupId>) -> bool {
    let now = against.system.map(|system| system.group_id);
    against.secrets.is_some_and(|secrets| now.into_iter().chain(next).all(|group| secrets.scope().covers(group)))
}

fn not_allowed(slot: &str) -> (String, Objection) {
    (slot.to_owned(), Objection::NeedsSetCredentials(Template::to_ask_for(Verb::SetCredentials)))
}

/// A required secret that is neither typed nor stored for this recipient; whatever changes secrets where the person must
/// not.
fn secrets(db: &mut Db, against: &Against<'_>, specified: &Specified, group: Option<GroupId>) -> Result<Objections> {
    let kind = against.kind;
    let stored = against.system.map_or(Ok(Vec::new()), |system| credentials::of_system(db, system))?;
    let has = |slot: &str| stored.iter().find(|have| have.slot() == slot);
    let was = against
        .system
        .and_then(|system| serde_json::from_str(&system.settings).ok())
        .map(|settings| kind.owners(&settings))
        .unwrap_or_default();
    let moves = against.system.zip(group).is_some_and(|(system, group)| system.group_id != group);
    let recipients = Recipients { was, is: kind.owners(&specified.settings), moves };
    // While the address cannot be read, nobody knows whether it is another one.
    let is_known = |slot: &str| !kind.owner_fields(slot).iter().any(|field| specified.unread.contains(field));
    if !may_set(against, group) {
        let lost = stored.iter().filter(|have| is_known(have.slot()) && !recipients.keep(have));
        let missing = recipients.is.iter().filter(|(slot, owner)| owner.required && has(slot).is_none());
        let typed = specified.secrets.keys().map(String::as_str);
        let touched = typed.chain(lost.map(Credential::slot));
        let touched: BTreeSet<&str> = touched.chain(missing.map(|(slot, _owner)| *slot)).collect();
        return Ok(touched.into_iter().map(not_allowed).collect());
    }
    let mut wrong = Objections::new();
    for (&slot, owner) in &recipients.is {
        if specified.secrets.contains_key(slot) || !owner.required || specified.is_wrong(&[slot]) {
            continue;
        }
        let objection = match has(slot) {
            None => Objection::SecretMissing,
            Some(have) if !is_known(slot) || recipients.keep(have) => continue,
            Some(Credential::Own(_)) => Objection::SecretOfAnother,
            Some(Credential::Shared { shared, .. }) => Objection::OutsideShared(shared.name.clone()),
        };
        wrong.push((slot.to_owned(), objection));
    }
    Ok(wrong)
}

/// Local folders outside the folder of the group.
fn folders(against: &Against<'_>, specified: &Specified) -> Objections {
    let root = against.config.file_root(&specified.group);
    let folders = against.kind.local_folders(&specified.settings).into_iter();
    folders
        .filter(|(field, folder)| !specified.unread.contains(field) && !folder.starts_with(&root))
        .map(|(field, _folder)| (field.to_owned(), Objection::FolderOutside(root.clone())))
        .collect()
}

/// A destination that another system writes to, where one of the two deletes.
fn taken(db: &mut Db, against: &Against<'_>, specified: &Specified) -> Result<Objections> {
    let fields = against.kind.territory_fields();
    let Some(field) = fields.first().filter(|_| !fields.iter().any(|field| specified.unread.contains(field))) else {
        return Ok(Vec::new());
    };
    let wanted = (against.kind, &specified.settings);
    let why = territory::refused(db, against.grant, against.kinds, wanted, against.system)?;
    Ok(why.map(|why| ((*field).to_owned(), why)).into_iter().collect())
}
