//! Credentials that several systems of a group share.

mod commands;
mod runs;
mod saved;
mod stored;
mod uses;

use secrecy::SecretString;
use syncdesk::access::{Actor, Assignment, Grant, Permission, Reach, Template};
use syncdesk::domain::paging::{PageRequest, Start};
use syncdesk::ids::{CheckNo, CredentialKey, PersonId, SystemKey};
use syncdesk::ops::audit::AuditLog;
use syncdesk::ops::error::OpError;
use syncdesk::ops::shared_credentials::{self, NewCredential, Slot, UseError};
use syncdesk::queries::credentials::{ListedCredential, shared_credential_list};
use syncdesk::sync::registry;

use crate::desk::{Desk, Tree};
use crate::queue::depot::{ada, by};

const SLOT: &str = "destination_secret";

/// Who may set credentials in one group only.
async fn specifier<P: Permission>(desk: &Desk, group: &str) -> Grant<P> {
    let reach = Reach::Group(desk.group(group).await);
    let given = [Assignment { template: Template::SpecifySystemsApp, reach }];
    Actor::new(PersonId(1), "sven".to_owned(), given.to_vec()).authorize().expect("the role gives it")
}

fn audit() -> AuditLog {
    AuditLog::new(&by("ada"), None)
}

fn new(group: &str, name: &str, url: &str, account: &str) -> NewCredential {
    let (group, name, url, account) = (group.to_owned(), name.to_owned(), url.to_owned(), account.to_owned());
    NewCredential { group, name, url, account, signs: false, secret: SecretString::from("opensesame") }
}

/// Creates one as Ada.
async fn create(desk: &Desk, new: NewCredential) -> CredentialKey {
    let (store, vault) = (&desk.context.store, &desk.context.vault);
    shared_credentials::create(store, vault, &ada(), new, audit()).await.expect("a new credential")
}

fn slot(tree: &Tree) -> Slot {
    Slot { system: SystemKey::parse(&tree.key).expect("a key"), slot: SLOT.to_owned() }
}

/// Makes the destination of a system use a credential, as Ada.
async fn share(desk: &Desk, tree: &Tree, key: &CredentialKey) -> Result<Option<CheckNo>, OpError<UseError>> {
    let store = &desk.context.store;
    shared_credentials::use_shared(store, &ada(), slot(tree), key, registry::kind, audit()).await
}

/// The first page of the list, as Ada.
async fn list(desk: &Desk) -> Vec<ListedCredential> {
    let read = |db: &mut _| shared_credential_list(db, &ada(), &PageRequest::new(Start::First, 50));
    desk.context.store.read(read).await.expect("it is read").rows
}

/// The fields of a WebDAV share as the destination, with its own secret.
fn share_at<'a>(endpoint: &'a str, account: &'a str) -> [(&'static str, &'a str); 5] {
    [
        ("settings.destination_kind", "webdav"),
        ("settings.destination_endpoint", endpoint),
        ("settings.destination_account", account),
        ("settings.destination_path", ""),
        ("settings.destination_secret", "its own"),
    ]
}

/// Slot and name of each shared credential that is used.
fn used(desk: &Desk) -> Vec<String> {
    desk.texts(
        "SELECT slot || ' ' || name AS value FROM credentials JOIN shared_credentials ON key = shared_key ORDER BY system_id",
    )
}
