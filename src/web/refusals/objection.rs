//! What is wrong with a field, and what to do.

use std::fmt;

use crate::domain::invisible::code_of;
use crate::ops::objection::Objection;
use crate::ops::passwords::rules::{CHARACTERS, Weakness};
use crate::ops::people::NAME_HINT;
use crate::web::ui::duration;

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong(most) => return write!(f, "Use at most {most} characters."),
            Self::Invisible(character) => {
                return write!(f, "Remove the invisible character {}.", code_of(*character));
            }
            Self::NoTimeZone => "Use a time zone such as Europe/Berlin or UTC.",

            Self::NoUserName => return write!(f, "Use {NAME_HINT}"),
            Self::PersonNameTaken => "This name is taken.",
            Self::NoAccount(name) => return write!(f, "There is no enabled account with the name {name}."),
            Self::Weak(weakness) => return f.write_str(&weak(*weakness)),
            Self::PasswordsDiffer => "The two passwords differ.",
            Self::WrongPassword => "This is not your current password.",
            Self::TooManyAttempts(wait) => return write!(f, "Too many attempts. Try again in {}.", duration(*wait)),
            Self::WrongSetupToken => {
                "This is not the setup token printed on the console. `syncdesk setup-token` prints a new one."
            }
            Self::NoGroupName(most) => {
                return write!(f, "Use 1 to {most} characters without a slash, and no dot at the start.");
            }
            Self::GroupNameTaken => "There is a group with this name.",
            Self::NoGroup(name) => return write!(f, "There is no group {name}. `syncdesk group add` makes one."),
            Self::NoCollection { name, known } => {
                return write!(f, "There is no role collection {name}. Use one of: {known}.");
            }
            Self::EverywhereOnly(collection) => {
                return write!(f, "{collection} can be assigned with reach all only: leave out the group.");
            }

            Self::NoSystemName => "Give the system a name.",
            Self::SystemNameTaken => "Another system of this group has this name already.",
            Self::SystemNameConfused(taken) => {
                return write!(
                    f,
                    "Another system of this group is called “{taken}”, which differs only in upper and lower case."
                );
            }
            Self::GroupNotOffered => "Choose one of the groups that you may specify systems in.",
            Self::GroupOfParent => "A child system is always in the group of its parent.",
            Self::ChildShares => "A child of this system uses a shared credential. Stop using it there first.",
            Self::Schedule(error) => return error.fmt(f),
            Self::Minutes(most) => return write!(f, "A number of minutes from 1 to {}.", grouped(*most)),
            Self::Seconds(most) => return write!(f, "A number of seconds from 1 to {}.", grouped(*most)),
            Self::Attempts => "A number from 1 (no retry) to 20.",
            Self::FreshnessHours => "A number of hours from 1 to 8 784 (a year), or nothing.",
            Self::Setting(said) => said,
            Self::Unused => "Nothing uses this field. Clear it.",
            Self::UnusedBy { option, choice } => {
                return write!(
                    f,
                    "“{option}” does not use this field. Clear it, or choose another option under {choice}."
                );
            }
            Self::UnusedBySchedule => {
                "The selected schedule does not use this field. Clear it, or select this choice."
            }
            Self::ChoiceSelected => {
                "This choice is now selected, because its field was filled in. Save again to use it, or clear the field \
                 and select another choice."
            }
            Self::FolderOutside(root) => return write!(f, "Local folders of this group lie in {}.", root.display()),
            Self::WholeHost => {
                "A mirror of a whole host can delete everything on it. Enter a folder, or ask an administrator."
            }
            Self::LocationTaken(Some((name, group))) => {
                return write!(f, "The system “{name}” of the group “{group}” already writes to this location.");
            }
            Self::LocationTaken(None) => "Another system already writes to this location. Ask an administrator.",
            Self::NeedsSetCredentials(template) => {
                return write!(
                    f,
                    "This change needs the permission SetCredentials in this group. Ask for the role {}.",
                    template.as_str()
                );
            }
            Self::SecretMissing => "Enter the secret: without it nobody can sign in.",
            Self::SecretOfAnother => "The address, path or account has changed. Enter the secret again.",
            Self::OutsideShared(name) => {
                return write!(f, "The shared credential “{name}” cannot be used there. Enter a secret, or undo the change.");
            }
            Self::SecretDeleted => {
                "The address, path or account has changed, so the secret of your last attempt was deleted. Enter it again."
            }
            Self::SecretExpired => "The secret that you entered is no longer kept. Enter it again.",
            Self::SecretNotKept => {
                "Enter it again. It is kept only when the fields that decide where it is sent have no errors."
            }
            Self::NoReason => "Enter a reason. Everyone who sees the system reads it.",

            Self::NoCredentialName => "Give the credential a name.",
            Self::CredentialNameTaken => "Another credential of this group has this name already.",
            Self::NoServiceUrl => "Use a URL such as https://files.example/team, without an account, ? or #.",

            Self::NoAdvice => "Write what to do; to take the advice back, remove it.",
            Self::AdviceTooLong { most, length } => {
                return write!(f, "Use at most {most} characters; these are {length}.");
            }
            Self::NoPlacing => "Choose one of the two.",
        })
    }
}

fn weak(weakness: Weakness) -> String {
    match weakness {
        Weakness::TooShort => format!("Use at least {} characters.", CHARACTERS.start()),
        Weakness::TooLong => format!("Use at most {} characters.", CHARACTERS.end()),
        Weakness::UserName => "Use a password that differs from the user name.".to_owned(),
        Weakness::EasyToGuess => {
            "This password is easy to guess: it is common, follows a pattern, or is built from the user name or \
             “syncdesk”. Use several unrelated words."
                .to_owned()
        }
    }
}

/// With a space between thousands, as other numbers of forms have it; for numbers below a million.
fn grouped(number: u64) -> String {
    match (number / 1_000, number % 1_000) {
        (0, below) => below.to_string(),
        (thousands, rest) => format!("{thousands} {rest:03}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_a_space_between_thousands() {
        assert_eq!([7, 999, 1_000, 10_080].map(grouped), ["7", "999", "1 000", "10 080"]);
    }
}
