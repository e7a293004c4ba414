//! Passwords: argon2id with 19 MiB, two passes and one lane, two at a time, so that memory stays bounded.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use super::random;

/// Memory in KiB, passes, lanes: the first choice of OWASP's list for argon2id.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
/// Hashing at once.
const AT_ONCE: usize = 2;
/// Hashing and waiting together; who comes then is sent away. At 20 ms each, the last one waits for a second.
const SEATS: usize = 64;

/// Fewest characters of a new password.
pub const MIN_CHARACTERS: usize = 12;
/// Most bytes of a new password.
pub const MAX_BYTES: usize = 256;

/// Why no answer was found.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    #[error("too many people are signing in at this moment")]
    Busy,
    #[error("a password could not be hashed: {0}")]
    Failed(argon2::password_hash::Error),
    #[error("a stored password is not an argon2 hash")]
    NotAHash,
    #[error("the process ends")]
    Ending,
}

/// Hashes and verifies. Made once, as it makes the hash that stands in for unknown names.
#[derive(Debug)]
pub struct Passwords {
    stand_in: Arc<str>,
    turns: Arc<Semaphore>,
    seats: Arc<Semaphore>,
}

impl Passwords {
    /// Takes as long as one sign-in.
    ///
    /// # Errors
    /// When there is no memory for hashing.
    pub fn new() -> Result<Self, PasswordError> {
        Ok(Self {
            stand_in: hash_now(&SecretString::from(random::token()))?.into(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            seats: Arc::new(Semaphore::new(SEATS)),
        })
    }

    /// The hash to store for a password, as a PHC string with its salt and cost.
    ///
    /// # Errors
    /// [`PasswordError::Busy`], or when hashing fails.
    pub async fn hash(&self, password: SecretString) -> Result<String, PasswordError> {
        self.in_turn(move || hash_now(&password)).await
    }

    /// Whether the password is the stored one. Without a stored one it takes the same time and is not.
    ///
    /// # Errors
    /// [`PasswordError::Busy`], or when the stored hash cannot be read.
    pub async fn verify(&self, stored: Option<String>, password: SecretString) -> Result<bool, PasswordError> {
        let stand_in = Arc::clone(&self.stand_in);
        self.in_turn(move || {
            let known = stored.is_some();
            let fits = verify_now(stored.as_deref().unwrap_or(&stand_in), &password)?;
            Ok(known && fits)
        })
        .await
    }

    /// The work keeps its turn and its seat until it is done, also when nobody waits for it any more.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let seat = Arc::clone(&self.seats).try_acquire_owned().ok().ok_or(PasswordError::Busy)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.ok().ok_or(PasswordError::Ending)?;
        let worked = tokio::task::spawn_blocking(move || {
            let _held = (seat, turn);
            work()
        });
        worked.await.unwrap_or(Err(PasswordError::Ending))
    }
}

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|error| PasswordError::Failed(error.into()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &SecretString) -> Result<String, PasswordError> {
    let salt = random::bytes::<16>();
    let hash = argon2()?.hash_password_with_salt(password.expose_secret().as_bytes(), &salt);
    hash.map(|hash| hash.to_string()).map_err(PasswordError::Failed)
}

fn verify_now(stored: &str, password: &SecretString) -> Result<bool, PasswordError> {
    use argon2::password_hash::Error;
    let hash = PasswordHash::new(stored).ok().ok_or(PasswordError::NotAHash)?;
    match argon2()?.verify_password(password.expose_secret().as_bytes(), &hash) {
        Ok(()) => Ok(true),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(PasswordError::Failed(error)),
    }
}

/// What is asked of a new password, beside that only its owner knows it.
///
/// # Errors
/// The sentence for the form.
pub fn rules(password: &str, name: &str) -> Result<(), &'static str> {
    if password.chars().count() < MIN_CHARACTERS {
        Err("Use at least 12 characters.")
    } else if password.len() > MAX_BYTES {
        Err("Use at most 256 bytes; letters beyond the English ones take two or more.")
    } else if password.trim().to_lowercase() == name.trim().to_lowercase() {
        Err("Use something else than your name.")
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[tokio::test]
    async fn a_password_is_known_again() {
        let passwords = Passwords::new().unwrap();
        let hash = passwords.hash(secret("correct horse")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify(Some(hash.clone()), secret("correct horse")).await.unwrap());
        assert!(!passwords.verify(Some(hash.clone()), secret("Correct horse")).await.unwrap());
        assert!(!passwords.verify(Some(hash.clone()), secret("")).await.unwrap());
        assert_ne!(passwords.hash(secret("correct horse")).await.unwrap(), hash, "each has its own salt");
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        let passwords = Passwords::new().unwrap();
        assert!(!passwords.verify(None, secret("correct horse")).await.unwrap());
        let broken = passwords.verify(Some("plain".into()), secret("plain")).await;
        assert!(matches!(broken, Err(PasswordError::NotAHash)));
    }

    #[test]
    fn the_stand_in_costs_the_same() {
        let passwords = Passwords::new().unwrap();
        assert!(passwords.stand_in.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }

    #[tokio::test]
    async fn no_more_than_two_at_once_and_a_bounded_queue() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let passwords = Passwords::new().unwrap();
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let works = (0..=SEATS).map(|_| {
            let (running, most) = (Arc::clone(&running), Arc::clone(&most));
            passwords.in_turn(move || {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::yield_now();
                running.fetch_sub(1, Ordering::SeqCst);
                Ok(())
            })
        });
        let ends = futures_util::future::join_all(works).await;
        assert!(most.load(Ordering::SeqCst) <= AT_ONCE);
        assert_eq!(ends.iter().filter(|end| matches!(end, Err(PasswordError::Busy))).count(), 1);
        assert!(passwords.verify(None, secret("x")).await.is_ok(), "seats are free again");
    }

    #[rstest]
    #[case("elevenchars", "ada", Err("Use at least 12 characters."))]
    #[case("twelve chars", "ada", Ok(()))]
    #[case("ääääääääääää", "ada", Ok(()))]
    #[case("Ada.Lovelace ", "ada.lovelace", Err("Use something else than your name."))]
    fn what_is_asked_of_a_password(#[case] text: &str, #[case] name: &str, #[case] expected: Result<(), &str>) {
        assert_eq!(rules(text, name), expected);
    }

    #[test]
    fn a_password_has_at_most_256_bytes() {
        assert_eq!(rules(&"a".repeat(256), "ada"), Ok(()));
        assert!(rules(&"ä".repeat(129), "ada").is_err());
    }
}
