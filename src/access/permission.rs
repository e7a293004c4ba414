//! Permissions: each is its own verb, and none implies another.

use crate::domain::words::words;

words! {
    /// What somebody may do.
    Verb {
        SeeSystems = "see_systems",
        SeeSettings = "see_settings",
        CheckConnection = "check_connection",
        RequestRun = "request_run",
        CancelRun = "cancel_run",
        HoldSystem = "hold_system",
        WorkIssues = "work_issues",
        ReadLogs = "read_logs",
        SpecifySystems = "specify_systems",
        SetCredentials = "set_credentials",
        ConfirmDeletions = "confirm_deletions",
        ManagePeople = "manage_people",
        Assign = "assign",
        MakeTokens = "make_tokens",
        ManagePortal = "manage_portal",
        ReadAudit = "read_audit",
        Export = "export",
    }
}

impl Verb {
    /// Whether it concerns the portal as a whole: given for a group, it is not given.
    #[must_use]
    pub const fn needs_reach_all(self) -> bool {
        matches!(self, Self::ManagePortal)
    }
}

/// A permission as a type: any of its verbs suffices.
pub trait Permission: Send + Sync + 'static {
    const ANY_OF: &'static [Verb];
}

/// The permissions that routes and use cases name.
pub mod verbs {
    use super::{Permission, Verb};

    macro_rules! permissions {
        ($($(#[$doc:meta])* $name:ident = $($verb:ident)|+;)*) => {$(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl Permission for $name {
                const ANY_OF: &'static [Verb] = &[$(Verb::$verb),+];
            }
        )*};
    }

    permissions! {
        /// Systems with their status.
        SeeSystems = SeeSystems;
        /// A system by its monitor page or by its settings.
        SeeSystem = SeeSystems | SeeSettings;
        /// Settings without secrets.
        SeeSettings = SeeSettings;
        CheckConnection = CheckConnection;
        RequestRun = RequestRun;
        CancelRun = CancelRun;
        HoldSystem = HoldSystem;
        /// The header of a run: for people who see its system or read its log.
        SeeRun = SeeSystems | ReadLogs;
        ReadLogs = ReadLogs;
        SpecifySystems = SpecifySystems;
        /// Entering, replacing and removing credentials, beside changing a system.
        SetCredentials = SetCredentials;
        ConfirmDeletions = ConfirmDeletions;
        Export = Export;
        /// Settings of the portal and team notes. With reach *all* only.
        ManagePortal = ManagePortal;
    }
}
