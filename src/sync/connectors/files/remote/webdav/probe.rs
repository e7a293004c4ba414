//! Which characters of names a service keeps.
//!
//! Some services cut a name at `?` or `;`, or put another character there, when they read where a file is moved to:
//! the file then gets the name of another one. So before the first file with such a character gets its name, its
//! temporary file gets one with the character. What the service makes of that is recognized and removed.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::sync::connectors::files::path::ItemPath;

/// What is known of a service. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct NameRules(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    good: BTreeSet<char>,
    /// Of each of these sets at least one character is changed.
    bad: Vec<BTreeSet<char>>,
}

/// What is known of the characters of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Judgement {
    Kept,
    Changed,
    /// These have to be tried.
    Untried(String),
}

impl NameRules {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn judge(&self, path: &ItemPath) -> Judgement {
        let known = self.known();
        let untried: BTreeSet<char> = risky(path).difference(&known.good).copied().collect();
        if untried.is_empty() {
            Judgement::Kept
        } else if known.bad.iter().any(|bad| bad.is_subset(&untried)) {
            Judgement::Changed
        } else {
            Judgement::Untried(untried.into_iter().collect())
        }
    }

    /// Notes how a try with these characters ended.
    pub(super) fn note(&self, characters: &str, kept: bool) {
        let mut known = self.known();
        if kept {
            known.good.extend(characters.chars());
        } else {
            known.bad.push(characters.chars().collect());
        }
    }
}

/// Characters that mean something in addresses or to file systems. All others are kept by every service.
fn risky(path: &ItemPath) -> BTreeSet<char> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~ ".contains(&byte);
    path.name().iter().filter(|byte| byte.is_ascii() && !plain(**byte)).map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(kept: &NameRules, name: &str) -> Judgement {
        kept.judge(&ItemPath::root().join(b"fo?der").join(name.as_bytes()))
    }

    #[test]
    fn each_character_is_tried_once() {
        let kept = NameRules::default();
        assert_eq!(judge(&kept, "plain name-1_2.txt"), Judgement::Kept);
        assert_eq!(judge(&kept, "\u{fc}ber"), Judgement::Kept);
        assert_eq!(judge(&kept, "a?b;c?"), Judgement::Untried(";?".into()));
        kept.note(";", true);
        assert_eq!(judge(&kept, "a?b;c"), Judgement::Untried("?".into()));
        kept.note("?", false);
        assert_eq!(judge(&kept, "a?b;c"), Judgement::Changed);
        assert_eq!(judge(&kept, "a?b#c"), Judgement::Changed);
        assert_eq!(judge(&kept, "b;c"), Judgement::Kept);
        assert_eq!(judge(&kept, "b#c"), Judgement::Untried("#".into()));
    }
}
