//! Role templates: fixed sets of permissions. `templates-docs/roles/` tells people the same.

use super::permission::Verb;
use crate::domain::words::words;

words! {
    /// A role template.
    Template {
        MonitorSystemsApp = "MonitorSystemsApp",
        MonitorSystemsAppDisplay = "MonitorSystemsApp_Display",
        SpecifySystemsApp = "SpecifySystemsApp",
        SpecifySystemsAppDisplay = "SpecifySystemsApp_Display",
        SystemAdmin = "SystemAdmin",
        BusinessLogsAccessAll = "BusinessLogs_AccessAll",
        BusinessLogsAccessGroup = "BusinessLogs_AccessGroup",
        UserAdmin = "UserAdmin",
        Auditor = "Auditor",
    }
}

impl Template {
    /// What the template gives. Specify contains its display variant; `SystemAdmin` contains Monitor,
    /// Specify and the portal, and no logs.
    #[must_use]
    pub const fn gives(self) -> &'static [Verb] {
        use Verb::{
            Assign, CancelRun, CheckConnection, ConfirmDeletions, Export, HoldSystem, MakeTokens, ManagePeople,
            ManagePortal, ReadAudit, ReadLogs, RequestRun, SeeSettings, SeeSystems, SetCredentials, SpecifySystems,
            WorkIssues,
        };
        match self {
            Self::MonitorSystemsApp => {
                &[SeeSystems, Export, CheckConnection, RequestRun, CancelRun, HoldSystem, WorkIssues, ConfirmDeletions]
            }
            Self::MonitorSystemsAppDisplay => &[SeeSystems, Export, CheckConnection],
            Self::SpecifySystemsApp => {
                &[SeeSettings, Export, CheckConnection, SpecifySystems, SetCredentials, HoldSystem, MakeTokens]
            }
            Self::SpecifySystemsAppDisplay => &[SeeSettings, Export, CheckConnection],
            Self::SystemAdmin => &[
                SeeSystems,
                SeeSettings,
                Export,
                CheckConnection,
                RequestRun,
                CancelRun,
                HoldSystem,
                WorkIssues,
                ConfirmDeletions,
                SpecifySystems,
                SetCredentials,
                MakeTokens,
                ManagePeople,
                ManagePortal,
            ],
            Self::BusinessLogsAccessAll | Self::BusinessLogsAccessGroup => &[ReadLogs],
            Self::UserAdmin => &[ManagePeople, Assign],
            Self::Auditor => &[ReadAudit],
        }
    }

    /// The smallest template that gives a verb: the one to ask an administrator for.
    #[must_use]
    pub const fn to_ask_for(verb: Verb) -> Self {
        match verb {
            Verb::SeeSystems | Verb::CheckConnection | Verb::Export => Self::MonitorSystemsAppDisplay,
            Verb::SeeSettings => Self::SpecifySystemsAppDisplay,
            Verb::RequestRun | Verb::CancelRun | Verb::HoldSystem | Verb::WorkIssues | Verb::ConfirmDeletions => {
                Self::MonitorSystemsApp
            }
            Verb::SpecifySystems | Verb::SetCredentials | Verb::MakeTokens => Self::SpecifySystemsApp,
            Verb::ReadLogs => Self::BusinessLogsAccessGroup,
            Verb::ManagePeople | Verb::Assign => Self::UserAdmin,
            Verb::ManagePortal => Self::SystemAdmin,
            Verb::ReadAudit => Self::Auditor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::doc::{Doc, ROLES};

    #[test]
    fn the_pages_under_help_tell_the_same() {
        for template in Template::ALL {
            let doc = Doc::find(ROLES, template.as_str()).unwrap();
            assert_eq!(doc.title, template.as_str());
            let told = doc.section("Permissions").lines().filter_map(|line| line.strip_prefix("- ")?.split_once(':'));
            let mut told: Vec<String> = told.map(|(verb, _)| verb.to_owned()).collect();
            let mut given: Vec<String> = template.gives().iter().map(|verb| format!("{verb:?}")).collect();
            told.sort_unstable();
            given.sort_unstable();
            assert_eq!(told, given, "{}", template.as_str());
        }
    }
}
