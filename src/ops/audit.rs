//! The audit log: each change is recorded in its own transaction, with who, when, from where, before and after.

use serde_json::Value;

use super::audit_seal::{self, personal_digest};
use crate::access::Principal;
use crate::clock::Stamp;
use crate::ids::{GroupId, SystemId};
use crate::store::audit::{Change, Personal, write};
use crate::store::systems::System;
use crate::store::{Db, Result};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    AdviseOnCode,
    RemoveAdvice,
    CreateGroup,
    RotateKeys,
    CreatePerson,
    ChangePassword,
    ResetPassword,
    ChangeTimeZone,
    ConfirmPlan,
    SetUpPortal,
    CancelRun,
    RequestRun,
    SignIn,
    EndSessions,
    RefuseSignIn,
    ChangeSystem,
    CheckSystem,
    CreateSystem,
    DeleteSystem,
    HoldSystem,
    /// A system left this group for another.
    LeaveGroup,
    ReleaseSystem,
    CreateCredential,
    ReplaceSecret,
    RenameCredential,
    DeleteCredential,
    UseCredential,
    StopUsingCredential,
    /// A worker tried the settings of a system that is not saved yet.
    TryDraft,
    CreateFolder,
}

impl Action {
    pub const ALL: [Self; 30] = [
        Self::AdviseOnCode,
        Self::RemoveAdvice,
        Self::CreateGroup,
        Self::RotateKeys,
        Self::CreatePerson,
        Self::ChangePassword,
        Self::ResetPassword,
        Self::ChangeTimeZone,
        Self::ConfirmPlan,
        Self::SetUpPortal,
        Self::CancelRun,
        Self::RequestRun,
        Self::SignIn,
        Self::EndSessions,
        Self::RefuseSignIn,
        Self::ChangeSystem,
        Self::CheckSystem,
        Self::CreateSystem,
        Self::DeleteSystem,
        Self::HoldSystem,
        Self::LeaveGroup,
        Self::ReleaseSystem,
        Self::CreateCredential,
        Self::ReplaceSecret,
        Self::RenameCredential,
        Self::DeleteCredential,
        Self::UseCredential,
        Self::StopUsingCredential,
        Self::TryDraft,
        Self::CreateFolder,
    ];

    /// The text that is stored. Seals cover it, so it never changes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AdviseOnCode => "code.advise",
            Self::RemoveAdvice => "code.unadvise",
            Self::CreateGroup => "group.create",
            Self::RotateKeys => "key.rotate",
            Self::CreatePerson => "person.create",
            Self::ChangePassword => "person.password",
            Self::ResetPassword => "person.reset_password",
            Self::ChangeTimeZone => "person.time_zone",
            Self::ConfirmPlan => "plan.confirm",
            Self::SetUpPortal => "portal.set_up",
            Self::CancelRun => "run.cancel",
            Self::RequestRun => "run.request",
            Self::SignIn => "session.begin",
            Self::EndSessions => "session.end_all",
            Self::RefuseSignIn => "session.refused",
            Self::ChangeSystem => "system.change",
            Self::CheckSystem => "system.check",
            Self::CreateSystem => "system.create",
            Self::DeleteSystem => "system.delete",
            Self::HoldSystem => "system.hold",
            Self::LeaveGroup => "system.leave",
            Self::ReleaseSystem => "system.release",
            Self::CreateCredential => "credential.create",
            Self::ReplaceSecret => "credential.secret",
            Self::RenameCredential => "credential.rename",
            Self::DeleteCredential => "credential.delete",
            Self::UseCredential => "credential.use",
            Self::StopUsingCredential => "credential.stop",
            Self::TryDraft => "draft.try",
            Self::CreateFolder => "folder.create",
        }
    }
}

/// One entry: an action, what it concerned, and the states before and after it as JSON without secrets.
#[derive(Debug, Clone)]
pub struct Event {
    action: Action,
    system: Option<SystemId>,
    group: Option<GroupId>,
    subject: String,
    before: Option<Value>,
    after: Option<Value>,
    erase_at: Option<Stamp>,
}

impl Event {
    /// An action that concerns the portal as a whole.
    #[must_use]
    pub fn new(action: Action, subject: impl Into<String>) -> Self {
        Self { action, system: None, group: None, subject: subject.into(), before: None, after: None, erase_at: None }
    }

    /// An action on a system.
    #[must_use]
    pub fn of(action: Action, system: &System) -> Self {
        Self::new(action, &system.name).in_group(system.id, system.group_id)
    }

    /// Says which system of which group it concerned.
    #[must_use]
    pub fn in_group(self, system: SystemId, group: GroupId) -> Self {
        Self { system: Some(system), group: Some(group), ..self }
    }

    /// Says which group it concerned, without a system.
    #[must_use]
    pub fn of_group(self, group: GroupId) -> Self {
        Self { group: Some(group), ..self }
    }

    #[must_use]
    pub fn before(self, state: Value) -> Self {
        Self { before: Some(state), ..self }
    }

    #[must_use]
    pub fn after(self, state: Value) -> Self {
        Self { after: Some(state), ..self }
    }

    /// Erases who and from where at this time: strangers did it.
    #[must_use]
    pub fn erase_at(self, at: Stamp) -> Self {
        Self { erase_at: Some(at), ..self }
    }
}

/// Writes entries about what one principal does from one address.
#[derive(Debug, Clone)]
pub struct AuditLog {
    pub principal: Principal,
    pub address: Option<String>,
}

impl AuditLog {
    #[must_use]
    pub fn new(principal: &Principal, address: Option<String>) -> Self {
        Self { principal: principal.clone(), address }
    }

    /// Writes an entry in the transaction of its cause.
    ///
    /// # Errors
    /// As the store.
    pub fn record(&self, db: &mut Db, event: Event, now: Stamp) -> Result<()> {
        let salt = super::random::bytes::<16>().to_vec();
        let personal = Personal {
            digest: personal_digest(&audit_seal::Personal {
                salt: &salt,
                who: Some((self.principal.kind(), self.principal.id())),
                name: self.principal.name(),
                address: self.address.as_deref(),
            })
            .to_vec(),
            salt,
            principal: self.principal.clone(),
            address: self.address.clone(),
            erase_at: event.erase_at,
        };
        let change = Change {
            action: event.action.as_str(),
            system: event.system,
            group: event.group,
            subject: &event.subject,
            before: event.before.map(|state| state.to_string()),
            after: event.after.map(|state| state.to_string()),
        };
        write(db, &change, &personal, now)
    }
}
