//! What a new password must be: long, and neither common nor derived from what everybody knows.
//!
//! The list of common passwords and the patterns (repeats, sequences, rows of a keyboard, years, letters replaced by
//! digits) are those of the crate zxcvbn, embedded in the program.

use std::ops::RangeInclusive;

use zxcvbn::zxcvbn;

/// How many characters a new password has.
pub const CHARACTERS: RangeInclusive<usize> = 12..=128;

/// Words that everybody knows here, and that therefore do not make a password harder to guess.
const CONTEXT: [&str; 4] = ["syncdesk", "sync", "desk", "administrator"];

/// How many letters and digits a password must have besides such words.
const OWN: usize = 8;

/// Fewest guesses that a password must take, as zxcvbn estimates them. Its grade 3 of 4 begins at 10^8; by trial, words
/// with a year behind them (“Summer2024!!”) take 10^8.0, three unrelated words 10^11 and more.
const MIN_GUESSES: u64 = 1_000_000_000;

/// The rule, for the hint below a password field.
pub const HINT: &str = "12 to 128 characters. Several unrelated words are better than special characters.";

/// Why a password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    TooShort,
    TooLong,
    /// It is the user name.
    UserName,
    EasyToGuess,
}

/// Checks a new password of the person with this user name. Runs in some milliseconds, for every length.
///
/// # Errors
/// Why it is refused.
pub fn check(password: &str, name: &str) -> Result<(), Weakness> {
    let characters = password.chars().count();
    if characters < *CHARACTERS.start() {
        return Err(Weakness::TooShort);
    }
    if characters > *CHARACTERS.end() {
        return Err(Weakness::TooLong);
    }
    let (known, name) = (password.trim().to_lowercase(), name.trim().to_lowercase());
    if known == name {
        return Err(Weakness::UserName);
    }
    let parts = name.split(|letter: char| !letter.is_alphanumeric()).filter(|part| part.chars().count() > 2);
    let context: Vec<&str> = CONTEXT.into_iter().chain([name.as_str()]).chain(parts).collect();
    let rest = without(&known, &context);
    let is_context = rest.len() < known.len() && rest.chars().filter(|letter| letter.is_alphanumeric()).count() < OWN;
    if is_context || zxcvbn(password, &context).guesses() < MIN_GUESSES {
        return Err(Weakness::EasyToGuess);
    }
    Ok(())
}

/// The text without these words, the longest first.
fn without(text: &str, words: &[&str]) -> String {
    let mut words: Vec<&str> = words.iter().copied().filter(|word| !word.is_empty()).collect();
    words.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
    words.into_iter().fold(text.to_owned(), |text, word| text.replace(word, ""))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("elevenchars", Weakness::TooShort)]
    #[case(&"tree lamp ".repeat(13), Weakness::TooLong)]
    #[case("Ada.Lovelace ", Weakness::UserName)]
    fn the_wrong_length_and_the_name(#[case] password: &str, #[case] expected: Weakness) {
        assert_eq!(check(password, "ada.lovelace"), Err(expected), "{password}");
    }

    /// By hand: from published lists of the most common passwords, and by the habits of people who must use 12.
    #[test]
    fn common_passwords_are_refused() {
        for password in [
            "password1234",
            "Password1234",
            "P@ssw0rd1234",
            "password12345!",
            "passwordpassword",
            "mypassword123",
            "111111111111",
            "000000000000",
            "aaaaaaaaaaaa",
            "123456789012",
            "1234567890123",
            "123123123123",
            "987654321012",
            "121212121212",
            "qwertyuiop12",
            "qwertyuiop123",
            "qwerty123456",
            "qwertyqwerty",
            "asdfghjkl123",
            "asdfasdfasdf",
            "1q2w3e4r5t6y",
            "1qaz2wsx3edc",
            "abcabcabcabc",
            "abcdefghijkl",
            "abc123abc123",
            "iloveyou1234",
            "letmein12345",
            "welcome12345",
            "Welcome2024!",
            "administrator",
            "Administrator1",
            "admin1234567",
            "changeme1234",
            "Summer2024!!",
            "football1234",
            "monkey123456",
            "dragon123456",
            "princess1234",
            "sunshine1234",
            "superman1234",
            "starwars1234",
            "michael12345",
            "ääääääääääää",
            "Winter2026!!",
            "Passwort1234",
            "LetMeIn!2024",
            "monkeybanana",
            "London2024!!",
        ] {
            assert!(check(password, "mona").is_err(), "{password}");
        }
    }

    #[test]
    fn words_of_the_context_are_refused() {
        for password in [
            "syncdesk2026",
            "Syncdesk1234",
            "SyncdeskSyncdesk",
            "$yncDesk2026",
            "mona.lehmann1",
            "lehmann12345",
            "Lehmann-mona1",
            "monalehmann2026",
            "syncdeskmona",
        ] {
            assert!(check(password, "mona.lehmann").is_err(), "{password}");
        }
    }

    #[test]
    fn other_passwords_are_accepted() {
        for password in [
            "a phrase that is long enough",
            "correct horse battery",
            "tX9#kvLq2!mz",
            "грибы растут в лесу",
            "twelve chars",
            "four wet llamas",
        ] {
            assert_eq!(check(password, "mona.lehmann"), Ok(()), "{password}");
        }
        let longest: String = "seventeen green umbrellas beside ".repeat(4).chars().take(128).collect();
        assert_eq!(check(&longest, "mona"), Ok(()));
    }
}
