//! Credentials that several systems of a group share: created, changed and deleted by people who may set credentials there.
//! A credential has its own scope, which never changes: its secret cannot be sent elsewhere.

mod uses;

pub(super) use uses::release;
pub use uses::{NotUsed, Slot, UseError, stop_using, use_shared};

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::audit::{Action, AuditLog, Event};
use super::error::{OpError, Result};
use super::keys::Sealing;
use super::objection::{Objection, name_objection};
use super::random;
use super::vault::{Vault, seal_shared};
use crate::access::{Grant, verbs};
use crate::domain::kind::SecretScope;
use crate::ids::{CredentialKey, GroupId};
use crate::net::origin;
use crate::store::shared_credentials::{self, NewShared, SharedChange, SharedCredential};
use crate::store::{self, Db, Store, checks, groups};

type SetCredentials = Grant<verbs::SetCredentials>;

/// A shared credential as it was typed.
pub struct NewCredential {
    pub group: String,
    pub name: String,
    /// The service and the path below which the secret can be used.
    pub url: String,
    pub account: String,
    /// Whether the secret only signs requests.
    pub signs: bool,
    pub secret: SecretString,
}

/// Creates a shared credential.
///
/// # Errors
/// [`OpError::Invalid`] with everything that is wrong: a group out of reach, a name that is taken, an unusable URL, no
/// secret.
pub async fn create(
    store: &Store,
    vault: &Vault,
    grant: &SetCredentials,
    new: NewCredential,
    audit: AuditLog,
) -> Result<CredentialKey> {
    let NewCredential { group, name, url, account, signs, secret } = new;
    let (name, grant, made) = (name.trim().to_owned(), grant.clone(), CredentialKey::from_random(random::bytes()));
    let key = made.clone();
    let scope = parse_scope(url.trim(), account.trim(), signs);
    let sealing = sealing(vault)?;
    let created = store.write(move |db| {
        let now = store::now(db)?;
        let mut wrong = Vec::new();
        // A group out of reach is answered as one that does not exist.
        let group = groups::by_name(db, &group)?.filter(|group| grant.scope().covers(*group));
        match group {
            Some(group) => wrong.extend(check_name(db, &grant, group, (&name, None))?),
            None => wrong.push(("group".to_owned(), Objection::GroupNotOffered)),
        }
        if scope.is_none() {
            wrong.push(("url".to_owned(), Objection::NoServiceUrl));
        }
        if secret.expose_secret().is_empty() {
            wrong.push(("secret".to_owned(), Objection::SecretMissing));
        }
        let (Some((group, scope)), true) = (group.zip(scope), wrong.is_empty()) else {
            return Err(OpError::Invalid(wrong));
        };
        let sealed = seal_shared(&sealing, (&made, group, &scope), &secret);
        let SecretScope { origin, account, path, signs } = &scope;
        let after = serde_json::json!({
            "key": made.as_str(), "origin": origin, "account": account, "path": path, "signs": signs,
        });
        let event = Event::new(Action::CreateCredential, &name).of_group(group).after(after);
        shared_credentials::create(db, &grant, NewShared { key: made, group, name, scope, sealed }, now)?;
        Ok(audit.record(db, event, now)?)
    });
    created.await.map_err(|error: OpError| error.taken("name", Objection::CredentialNameTaken))?;
    Ok(key)
}

/// Replaces the secret for all systems that use the credential, and queues a connection check of each.
///
/// # Errors
/// [`OpError::NotFound`] for one out of reach; [`OpError::Invalid`] for an empty secret.
pub async fn replace_secret(
    store: &Store,
    vault: &Vault,
    grant: &SetCredentials,
    key: &CredentialKey,
    secret: SecretString,
    audit: AuditLog,
) -> Result<()> {
    let (grant, key, sealing) = (grant.clone(), key.clone(), sealing(vault)?);
    let replaced = store.write(move |db| {
        let now = store::now(db)?;
        let users = shared_credentials::lock_users(db, &grant, &key)?;
        let found = shared_credentials::find_to_change(db, &grant, &key)?;
        if secret.expose_secret().is_empty() {
            return Err(OpError::field("secret", Objection::SecretMissing));
        }
        let (key_id, sealed) = seal_shared(&sealing, (&key, found.group_id, &found.scope()), &secret);
        let change = SharedChange { key_id: Some(key_id), sealed: Some(sealed), name: None };
        shared_credentials::save(db, &grant, &found, &change, now)?;
        for system in users {
            checks::queue_after_change(db, system, &audit.principal, now)?;
        }
        Ok(audit.record(db, event(Action::ReplaceSecret, &found), now)?)
    });
    replaced.await
}

/// Renames the credential.
///
/// # Errors
/// [`OpError::NotFound`] for one out of reach; [`OpError::Invalid`] for a name that cannot be used or is taken.
pub async fn rename(
    store: &Store,
    grant: &SetCredentials,
    key: &CredentialKey,
    name: &str,
    audit: AuditLog,
) -> Result<()> {
    let (grant, key, name) = (grant.clone(), key.clone(), name.trim().to_owned());
    let renamed = store.write(move |db| {
        let now = store::now(db)?;
        let found = shared_credentials::find_to_change(db, &grant, &key)?;
        if let Some(wrong) = check_name(db, &grant, found.group_id, (&name, Some(&key)))? {
            return Err(OpError::Invalid(vec![wrong]));
        }
        let before = serde_json::json!({ "name": found.name });
        let renamed = Event::new(Action::RenameCredential, &name).of_group(found.group_id).before(before);
        let change = SharedChange { name: Some(name), ..SharedChange::default() };
        shared_credentials::save(db, &grant, &found, &change, now)?;
        Ok(audit.record(db, renamed, now)?)
    });
    renamed.await.map_err(|error: OpError| error.taken("name", Objection::CredentialNameTaken))
}

/// Systems use it: how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InUse(pub i64);

/// Deletes the credential.
///
/// # Errors
/// [`InUse`]; [`OpError::NotFound`] for one out of reach.
pub async fn delete(store: &Store, grant: &SetCredentials, key: &CredentialKey, audit: AuditLog) -> Result<(), InUse> {
    let (grant, key) = (grant.clone(), key.clone());
    let deleted = store.write(move |db| {
        let now = store::now(db)?;
        let found = shared_credentials::find_to_change(db, &grant, &key)?;
        if let Some(systems) = shared_credentials::uses(db, &grant, &[key])?.into_values().next() {
            return Err(OpError::Refused(InUse(systems)));
        }
        shared_credentials::delete(db, &found)?;
        Ok(audit.record(db, event(Action::DeleteCredential, &found), now)?)
    });
    deleted.await
}

fn event(action: Action, shared: &SharedCredential) -> Event {
    Event::new(action, &shared.name).of_group(shared.group_id)
}

/// Held until the transaction has ended: a rotation waits for it.
fn sealing(vault: &Vault) -> Result<Arc<Sealing>> {
    Ok(Arc::new(vault.sealing().map_err(|error| OpError::Internal(error.to_string()))?))
}

fn check_name(
    db: &mut Db,
    grant: &SetCredentials,
    group: GroupId,
    (name, except): (&str, Option<&CredentialKey>),
) -> store::Result<Option<(String, Objection)>> {
    let objection = match name_objection(name, Objection::NoCredentialName) {
        None if shared_credentials::is_name_taken(db, grant, group, (name, except))? => {
            Some(Objection::CredentialNameTaken)
        }
        other => other,
    };
    Ok(objection.map(|objection| ("name".to_owned(), objection)))
}

/// The scope below a URL of a service; `None` for a URL with anything but scheme, host, port and a path that leads
/// downwards.
fn parse_scope(url: &str, account: &str, signs: bool) -> Option<SecretScope> {
    let parsed = reqwest::Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let is_plain = parsed.username().is_empty() && parsed.password().is_none() && parsed.fragment().is_none();
    if !is_plain || parsed.query().is_some() {
        return None;
    }
    Some(SecretScope { origin: origin::origin(url), account: account.to_owned(), path: origin::path(url)?, signs })
}
