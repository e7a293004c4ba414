//! What can be wrong with a field of a form or of the command line. `web::refusals` has the sentences.

use std::path::PathBuf;
use std::time::Duration;

use super::passwords::rules::Weakness;
use crate::access::Template;
use crate::domain::invisible::check_name;
use crate::domain::schedule::ScheduleError;

/// Longest name of a system or a shared credential, in characters.
const MAX_NAME: usize = 120;

/// Fields, each with what is wrong with it.
pub type Objections = Vec<(String, Objection)>;

/// What is wrong with a name that people read; `none` if it is empty.
pub(super) fn name_objection(name: &str, none: Objection) -> Option<Objection> {
    if name.is_empty() {
        Some(none)
    } else if name.chars().count() > MAX_NAME {
        Some(Objection::TooLong(MAX_NAME))
    } else {
        check_name(name).err().map(Objection::Invisible)
    }
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Objection {
    /// It has more characters than these.
    TooLong(usize),
    /// It has a character that nobody sees.
    Invisible(char),
    /// No time zone has this name.
    NoTimeZone,
    NoTheme,

    // Of people and groups.
    /// A user name has to be of letters, digits and a few signs.
    NoUserName,
    PersonNameTaken,
    NoAccount(String),
    Weak(Weakness),
    PasswordsDiffer,
    WrongPassword,
    /// Too many attempts: how long to wait.
    TooManyAttempts(Duration),
    WrongSetupToken,
    /// A group has no name, too long a one, or one that cannot be a folder's.
    NoGroupName(usize),
    GroupNameTaken,
    NoGroup(String),
    NoCollection {
        name: String,
        known: String,
    },
    /// A role collection that can be assigned everywhere only.
    EverywhereOnly(String),

    // Of systems.
    NoSystemName,
    SystemNameTaken,
    /// The name of another system differs in case only.
    SystemNameConfused(String),
    GroupNotOffered,
    /// A child system would leave the group of its parent.
    GroupOfParent,
    /// A child would leave the group of the shared credential that it uses.
    ChildShares,
    Schedule(ScheduleError),
    /// Numbers up to this one are possible.
    Minutes(u64),
    Seconds(u64),
    Attempts,
    FreshnessHours,
    /// It is not a URL that a browser opens as a page.
    NoWebAddress,
    UserInUrl,
    /// The role changes, from Production or to it, and the person has not confirmed that.
    RoleChanges {
        to_production: bool,
    },
    /// What the connector says of one of its fields.
    Setting(String),
    /// Nothing uses the field.
    Unused,
    /// The option of a choice that does not use the field.
    UnusedBy {
        option: String,
        choice: &'static str,
    },
    UnusedBySchedule,
    /// The choice that uses the field is selected now.
    ChoiceSelected,
    FolderOutside(PathBuf),
    WholeHost,
    /// Another system writes there: its name and group, if the person may know.
    LocationTaken(Option<(String, String)>),
    /// Who may set credentials.
    NeedsSetCredentials(Template),
    SecretMissing,
    SecretOfAnother,
    /// The system uses this shared credential, which is not for it any more.
    OutsideShared(String),
    SecretDeleted,
    SecretExpired,
    SecretNotKept,
    NoReason,

    // Of shared credentials.
    NoCredentialName,
    CredentialNameTaken,
    NoServiceUrl,

    // Of saved views.
    NoViewName,
    ViewNameTaken,

    // Of team notes.
    NoAdvice,
    AdviceTooLong {
        most: usize,
        length: usize,
    },
    NoPlacing,
}
