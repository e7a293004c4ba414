//! Credentials that systems of a group share: sealed bytes with the scope in which they can be used. Nothing here can open
//! them. Which system uses which is in `credentials`.

use std::collections::HashMap;

use diesel::dsl::count;
use diesel::prelude::*;

use super::backend::{OneAtATime, alone};
use super::cached::is_in;
use super::connection::{Db, DbBackend};
use super::error::Result;
use super::groups;
use super::schema::{credentials, shared_credentials, systems};
use super::systems::{InReach, reached as reached_systems, within};
use crate::access::{Grant, Internal, verbs};
use crate::clock::Stamp;
use crate::domain::kind::SecretScope;
use crate::domain::names::are_same;
use crate::domain::paging::{Page, PageRequest, Start};
use crate::ids::{CredentialKey, GroupId, SystemId};

/// A shared credential.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = shared_credentials)]
pub struct SharedCredential {
    pub key: CredentialKey,
    pub group_id: GroupId,
    pub name: String,
    origin: String,
    account: String,
    path: String,
    signs: bool,
    pub key_id: String,
    pub sealed: Vec<u8>,
    pub changed_at: Stamp,
    pub changed_by: String,
}

impl SharedCredential {
    #[must_use]
    pub fn scope(&self) -> SecretScope {
        let Self { origin, account, path, signs, .. } = self.clone();
        SecretScope { origin, account, path, signs }
    }
}

/// A new shared credential.
#[derive(Debug, Clone)]
pub struct NewShared {
    pub key: CredentialKey,
    pub group: GroupId,
    pub name: String,
    pub scope: SecretScope,
    pub sealed: SealedShared,
}

/// The id of a key, and what is sealed with it.
pub type SealedShared = (String, Vec<u8>);

/// Where a page of the list begins: by name.
pub type SharedCursor = (String, CredentialKey);

/// Makes a shared credential in a group within reach.
///
/// # Errors
/// [`super::StoreError::NotFound`] when the group is out of reach; [`super::StoreError::Duplicate`] when the name is taken.
pub fn create(db: &mut Db, grant: &Grant<verbs::SetCredentials>, new: NewShared, now: Stamp) -> Result<()> {
    if !grant.scope().covers(new.group) {
        return Err(super::StoreError::NotFound);
    }
    let SecretScope { origin, account, path, signs } = new.scope;
    let by = grant.principal();
    diesel::insert_into(shared_credentials::table)
        .values((
            shared_credentials::key.eq(new.key),
            shared_credentials::group_id.eq(new.group),
            shared_credentials::name.eq(new.name),
            shared_credentials::origin.eq(origin),
            shared_credentials::account.eq(account),
            shared_credentials::path.eq(path),
            shared_credentials::signs.eq(signs),
            (shared_credentials::key_id.eq(new.sealed.0), shared_credentials::sealed.eq(new.sealed.1)),
            shared_credentials::created_at.eq(now),
            done_by!(by => shared_credentials::created_by_kind, shared_credentials::created_by_id, shared_credentials::created_by),
            shared_credentials::changed_at.eq(now),
            done_by!(by => shared_credentials::changed_by_kind, shared_credentials::changed_by_id, shared_credentials::changed_by),
        ))
        .execute(db)?;
    Ok(())
}

/// A shared credential in reach, for a change that follows: other changes and new uses of it wait until this transaction
/// has ended.
///
/// # Errors
/// [`super::StoreError::NotFound`] when there is none in reach.
pub fn find_to_change(
    db: &mut Db,
    grant: &Grant<verbs::SetCredentials>,
    key: &CredentialKey,
) -> Result<InReach<SharedCredential>> {
    diesel::update(shared_credentials::table.find(key))
        .set(shared_credentials::name.eq(shared_credentials::name))
        .execute(db)?;
    let found = reached(grant).filter(shared_credentials::key.eq(key)).select(SharedCredential::as_select());
    Ok(InReach::new(found.first(db)?))
}

/// What changes of a credential.
#[derive(Debug, Clone, Default, AsChangeset)]
#[diesel(table_name = shared_credentials)]
pub struct SharedChange {
    pub name: Option<String>,
    pub key_id: Option<String>,
    pub sealed: Option<Vec<u8>>,
}

/// Changes a credential.
///
/// # Errors
/// [`super::StoreError::Duplicate`] when the name is taken.
pub fn save(
    db: &mut Db,
    grant: &Grant<verbs::SetCredentials>,
    shared: &InReach<SharedCredential>,
    change: &SharedChange,
    now: Stamp,
) -> Result<()> {
    let by = grant.principal();
    diesel::update(shared_credentials::table.find(&shared.key))
        .set((
            change,
            shared_credentials::changed_at.eq(now),
            done_by!(by => shared_credentials::changed_by_kind, shared_credentials::changed_by_id, shared_credentials::changed_by),
        ))
        .execute(db)?;
    Ok(())
}

/// Locks the systems that use a credential, before the caller locks the credential itself: everybody locks them in this
/// order. Returns those that are checked when it changes, which excludes systems on hold.
pub fn lock_users(
    db: &mut Db,
    grant: &Grant<verbs::SetCredentials>,
    key: &CredentialKey,
) -> Result<Vec<InReach<SystemId>>> {
    let users = credentials::table.filter(credentials::shared_key.eq(key)).select(credentials::system_id);
    diesel::update(systems::table.filter(systems::id.eq_any(users)))
        .set(systems::last_run_no.eq(systems::last_run_no))
        .execute(db)?;
    let live = reached_systems(grant).filter(systems::id.eq_any(users)).filter(systems::hold_since.is_null());
    let ids: Vec<SystemId> = live.order(systems::id).select(systems::id).load(db)?;
    Ok(ids.into_iter().map(InReach::new).collect())
}

/// Deletes a credential that no system uses.
pub fn delete(db: &mut Db, shared: &InReach<SharedCredential>) -> Result<()> {
    diesel::delete(shared_credentials::table.find(&shared.key)).execute(db)?;
    Ok(())
}

/// Whether another credential of the group has this name or one that looks equal. Until the transaction ends, no other
/// transaction can check a name.
pub fn is_name_taken(
    db: &mut Db,
    _grant: &Grant<verbs::SetCredentials>,
    group: GroupId,
    (name, except): (&str, Option<&CredentialKey>),
) -> Result<bool> {
    alone(db, OneAtATime::Names)?;
    let of_group = shared_credentials::table.filter(shared_credentials::group_id.eq(group));
    let found: Vec<(CredentialKey, String)> =
        of_group.select((shared_credentials::key, shared_credentials::name)).load(db)?;
    Ok(found.iter().any(|(key, known)| Some(key) != except && are_same(known, name)))
}

/// How many systems use each of these credentials. Those that nobody uses are omitted.
pub fn uses(
    db: &mut Db,
    _grant: &Grant<verbs::SetCredentials>,
    keys: &[CredentialKey],
) -> Result<HashMap<CredentialKey, i64>> {
    let shared = credentials::shared_key.assume_not_null();
    let counted = credentials::table
        .filter(is_in(shared, keys))
        .group_by(credentials::shared_key)
        .select((shared, count(credentials::system_id).aggregate_distinct()));
    Ok(counted.load::<(CredentialKey, i64)>(db)?.into_iter().collect())
}

/// A page of the credentials in reach by name, each with the name of its group.
pub fn list(
    db: &mut Db,
    grant: &Grant<verbs::SetCredentials>,
    request: &PageRequest<SharedCursor>,
) -> Result<Page<(SharedCredential, String), SharedCursor>> {
    use shared_credentials::{key, name};
    let query = match request.start.clone() {
        Start::First | Start::Last => reached(grant),
        Start::After((last, id)) => reached(grant).filter(name.gt(last.clone()).or(name.eq(last).and(key.gt(id)))),
        Start::Before((first, id)) => reached(grant).filter(name.lt(first.clone()).or(name.eq(first).and(key.lt(id)))),
    };
    let query = if request.is_backwards() { query.order((name.desc(), key.desc())) } else { query.order((name, key)) };
    let rows: Vec<SharedCredential> = query.limit(request.to_read()).select(SharedCredential::as_select()).load(db)?;
    let page = request.page(rows, |shared| (shared.name.clone(), shared.key.clone()));
    let groups: HashMap<GroupId, String> = groups::in_reach(db, grant)?.into_iter().collect();
    let of_group = |shared: SharedCredential| {
        let group = groups.get(&shared.group_id).cloned().unwrap_or_default();
        (shared, group)
    };
    Ok(page.map(|rows| rows.into_iter().map(of_group).collect()))
}

/// Some credentials that are not sealed with this key: what a rotation still has to do.
pub fn not_under(db: &mut Db, _console: Internal, key_id: &str, limit: i64) -> Result<Vec<SharedCredential>> {
    let others = shared_credentials::table.filter(shared_credentials::key_id.ne(key_id)).limit(limit);
    Ok(others.select(SharedCredential::as_select()).load(db)?)
}

/// Re-encrypts a credential that is still sealed with the old key; returns 0 or 1.
pub fn reseal(
    db: &mut Db,
    _console: Internal,
    key: &CredentialKey,
    (key_id, sealed): &SealedShared,
    old_key: &str,
) -> Result<usize> {
    let row = shared_credentials::table.find(key).filter(shared_credentials::key_id.eq(old_key));
    Ok(diesel::update(row)
        .set((shared_credentials::key_id.eq(key_id), shared_credentials::sealed.eq(sealed)))
        .execute(db)?)
}

fn reached<'a>(grant: &Grant<verbs::SetCredentials>) -> shared_credentials::BoxedQuery<'a, DbBackend> {
    within(grant, shared_credentials::table.into_boxed(), shared_credentials::group_id)
}
