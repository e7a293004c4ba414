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
            Self::NoTheme => "Choose one from the list.",
            Self::NoTimeZone => "Use a time zone such as Europe/Berlin or UTC.",

            Self::NoUserName => return write!(f, "Use {NAME_HINT}"),
            Self::PersonNameTaken => "This name is taken.",
            Self::NoAccount(name) => return write!(f, "There is no enabled account with the name {name}."),
            Self::Weak(weakness) => return f.write_str(&weak(*weakness)),
            Self::PasswordsDiffer => "The passwords do not match.",
            Self::WrongPassword => "This is not your current password.",
            Self::TooManyAttempts(wait) => return write!(f, "Too many attempts. Try again in {}.", duration(*wait)),
            Self::WrongSetupToken => {
                "This is not the setup token printed on the console. `syncdesk setup-token` prints a new one."
            }
            Self::NoGroupName(most) => {
                return write!(f, "Use 1 to {most} characters without a slash, and no dot at the start.");
            }
            Self::GroupNameTaken => "A group with this name already exists.",
            Self::NoGroup(name) => return write!(f, "There is no group {name}. Create it with `syncdesk group add`."),
            Self::NoCollection { name, known } => {
                return write!(f, "There is no role collection {name}. Use one of: {known}.");
            }
            Self::EverywhereOnly(collection) => {
                return write!(f, "{collection} can be assigned for all systems only. Omit --group and use --all.");
            }

            Self::NoViewName => "Enter a name for the view.",
            Self::ViewNameTaken => "You already have a view with this name.",
            Self::NoSystemName | Self::NoCredentialName => "Enter a name.",
            Self::SystemNameTaken | Self::CredentialNameTaken => "This name is already used in the group.",
            Self::SystemNameConfused(taken) => {
                return write!(
                    f,
                    "The name “{taken}” is already used in the group; it differs only in upper and lower case."
                );
            }
            Self::GroupNotOffered => "Choose a group in which you can specify systems.",
            Self::GroupOfParent => "A child system is always in the group of its parent.",
            Self::ChildShares => "A child of this system uses a shared credential. Stop using it there first.",
            Self::Schedule(error) => return error.fmt(f),
            Self::Minutes(most) => return write!(f, "Enter a number of minutes from 1 to {}.", grouped(*most)),
            Self::Seconds(most) => return write!(f, "Enter a number of seconds from 1 to {}.", grouped(*most)),
            Self::Attempts => "Enter a number from 1 (no retry) to 20.",
            Self::NoWebAddress => "Enter a URL that starts with https:// or http://, or leave the field empty.",
            Self::UserInUrl => "Enter the URL without a user name and password: everyone who can see the settings can see it.",
            Self::RoleChanges { to_production } => role_changes(*to_production),
            Self::FreshnessHours => "Enter a number of hours from 1 to 8,784 (one year), or leave the field empty.",
            Self::Setting(said) => said,
            Self::Unused => "No setting uses this field. Clear it.",
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
            Self::FolderOutside(root) => return write!(f, "Local folders of this group must be in {}.", root.display()),
            Self::WholeHost => {
                "A mirror of a whole host can delete everything on it. Enter a folder, or ask an administrator."
            }
            Self::LocationTaken(Some((name, group))) => {
                return write!(f, "The system “{name}” in the group “{group}” already writes to this location.");
            }
            Self::LocationTaken(None) => "Another system already writes to this location. Ask an administrator.",
            Self::NeedsSetCredentials(template) => {
                return write!(
                    f,
                    "This change needs the permission SetCredentials in this group. Ask for the role {}.",
                    template.as_str()
                );
            }
            Self::SecretMissing => "Enter the secret. It is required to sign in.",
            Self::SecretOfAnother => "The address, path or account has changed. Enter the secret again.",
            Self::OutsideShared(name) => {
                return write!(f, "The shared credential “{name}” cannot be used for this address. Enter a secret, or undo the change.");
            }
            Self::SecretDeleted => {
                "The address, path or account has changed, so the secret of your last attempt was deleted. Enter it again."
            }
            Self::SecretExpired => "The secret that you entered is no longer kept. Enter it again.",
            Self::SecretNotKept => {
                "Enter it again. It is kept only when the fields that decide where it is sent have no errors."
            }
            Self::NoReason => "Enter a reason. It is visible to everyone who can see the system.",

            Self::NoServiceUrl => "Use a URL such as https://files.example/team, without an account, ? or #.",

            Self::NoAdvice => "Enter a note, or remove it.",
            Self::AdviceTooLong { most, length } => {
                return write!(f, "Use at most {} characters. You have entered {}.", amount(*most), amount(*length));
            }
            Self::NoPlacing => "Choose a position.",
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

fn amount(n: usize) -> String {
    grouped(u64::try_from(n).unwrap_or(u64::MAX))
}

/// With a comma between thousands; for numbers below a million.
fn grouped(number: u64) -> String {
    match (number / 1_000, number % 1_000) {
        (0, below) => below.to_string(),
        (thousands, rest) => format!("{thousands},{rest:03}"),
    }
}

const fn role_changes(to_production: bool) -> &'static str {
    if to_production {
        "This changes a test system to a production system. Its earlier runs and their data count as production too. \
         Confirm the change below, and save again."
    } else {
        "This changes a production system to a test system. Data that you must keep for audits may be in it. \
         Confirm the change below, and save again."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_a_comma_between_thousands() {
        assert_eq!([7, 999, 1_000, 10_080].map(grouped), ["7", "999", "1,000", "10,080"]);
    }
}
