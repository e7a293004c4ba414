//! Passwords: argon2id, at most two at the same time and in two buffers that are
//! allocated once, so that memory stays bounded.

mod buffers;
pub mod rules;

use std::sync::Arc;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

use self::buffers::Buffers;
use super::random;

/// What a hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
}

/// The first choice of OWASP's list for argon2id.
pub const RECOMMENDED: Cost = Cost { memory_kib: 19 * 1024, passes: 2, lanes: 1 };
/// Maximum number of hashes computed at the same time.
const AT_ONCE: usize = 2;
/// Maximum number of hashes computed or waiting. At 20 ms each, the last one waits for a second; more are refused.
const SEATS: usize = 64;
/// Bytes of a hash.
const HASH: usize = 32;

/// Why a password was neither hashed nor verified.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    #[error("too many sign-ins right now")]
    Busy,
    #[error("not enough memory to hash passwords")]
    NoMemory,
    #[error("a password could not be hashed: {0}")]
    Failed(argon2::Error),
    #[error("a password hash could not be encoded: {0}")]
    Encoding(argon2::password_hash::Error),
    #[error("a stored password is not an argon2 hash")]
    NotAHash,
    #[error("the process ends")]
    Ending,
}

/// Hashes and verifies passwords. A process makes one of these and shares it.
#[derive(Debug)]
pub struct Passwords {
    /// Of new hashes; a stored one is verified with its own.
    params: Params,
    /// What is verified for unknown names, so that they take as long as known ones.
    stand_in: Arc<str>,
    buffers: Arc<Buffers>,
    turns: Arc<Semaphore>,
    seats: Arc<Semaphore>,
}

/// Which password was verified: a digest of its hash. A session that begins after the password was replaced is refused by it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct VerifiedPassword(Vec<u8>);

impl VerifiedPassword {
    /// For the stored hash of a password.
    #[must_use]
    pub fn of(hash: &str) -> Self {
        Self(random::token_hash(hash))
    }
}

impl Passwords {
    /// Computes nothing and allocates no buffer yet. Stored hashes are verified that need no more memory than `cost`.
    ///
    /// # Errors
    /// When the cost is one that argon2 refuses.
    pub fn new(cost: Cost) -> Result<Self, PasswordError> {
        let Cost { memory_kib, passes, lanes } = cost;
        let params = Params::new(memory_kib, passes, lanes, None).map_err(PasswordError::Failed)?;
        // Random bytes instead of a hash: verifying against them takes as long, and no password matches.
        let stand_in = encoded(&params, &random::bytes::<16>(), &random::bytes::<HASH>())?;
        Ok(Self {
            params,
            stand_in: stand_in.into(),
            buffers: Arc::new(Buffers::of(memory_kib)),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            seats: Arc::new(Semaphore::new(SEATS)),
        })
    }

    /// The hash to store for a password, as a PHC string with its salt and cost.
    ///
    /// # Errors
    /// [`PasswordError::Busy`], or when hashing fails.
    pub async fn hash(&self, password: SecretString) -> Result<String, PasswordError> {
        let params = self.params.clone();
        self.in_turn(move |blocks| {
            let salt = random::bytes::<16>();
            encoded(&params, &salt, &*computed(&password, &salt, &params, blocks)?)
        })
        .await
    }

    /// Whether the password is the stored one. Without a stored one it takes the same time and is not.
    ///
    /// # Errors
    /// [`PasswordError::Busy`], or when the stored hash cannot be read.
    pub async fn verify(&self, stored: Option<String>, password: SecretString) -> Result<bool, PasswordError> {
        let stand_in = Arc::clone(&self.stand_in);
        self.in_turn(move |blocks| {
            let matches = verified(stored.as_deref().unwrap_or(&stand_in), &password, blocks)?;
            Ok(stored.is_some() && matches)
        })
        .await
    }

    /// The work keeps its turn and its seat until it is done, also when its caller has given up.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut [Block]) -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let seat = Arc::clone(&self.seats).try_acquire_owned().ok().ok_or(PasswordError::Busy)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.ok().ok_or(PasswordError::Ending)?;
        let buffers = Arc::clone(&self.buffers);
        let worked = tokio::task::spawn_blocking(move || {
            let _held = (seat, turn);
            buffers.with(work)
        });
        worked.await.unwrap_or(Err(PasswordError::Ending))
    }
}

/// The hash itself, in the memory of `blocks`.
fn computed(
    password: &SecretString,
    salt: &[u8],
    params: &Params,
    blocks: &mut [Block],
) -> Result<Zeroizing<[u8; HASH]>, PasswordError> {
    let mut hash = Zeroizing::new([0; HASH]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into_with_memory(password.expose_secret().as_bytes(), salt, &mut *hash, blocks)
        .map_err(PasswordError::Failed)?;
    Ok(hash)
}

/// As a PHC string.
fn encoded(params: &Params, salt: &[u8], hash: &[u8]) -> Result<String, PasswordError> {
    let encoding = |error: argon2::password_hash::phc::Error| PasswordError::Encoding(error.into());
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(PasswordError::Encoding)?,
        salt: Some(Salt::new(salt).map_err(encoding)?),
        hash: Some(Output::new(hash).map_err(encoding)?),
    };
    Ok(hash.to_string())
}

/// Whether this is the password of a stored hash, which has the algorithm and the cost that every hash has here.
fn verified(stored: &str, password: &SecretString, blocks: &mut [Block]) -> Result<bool, PasswordError> {
    let stored = PasswordHash::new(stored).ok().ok_or(PasswordError::NotAHash)?;
    let is_ours = stored.algorithm == Algorithm::Argon2id.ident() && stored.version == Some(Version::V0x13.into());
    let params = Params::try_from(&stored).ok().filter(|_| is_ours).ok_or(PasswordError::NotAHash)?;
    let (Some(salt), Some(hash)) = (&stored.salt, &stored.hash) else { return Err(PasswordError::NotAHash) };
    let computed = computed(password, salt, &params, blocks)?;
    Ok(computed.as_slice().ct_eq(hash.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[tokio::test]
    async fn a_password_is_known_again() {
        let passwords = Passwords::new(RECOMMENDED).unwrap();
        let hash = passwords.hash(secret("correct horse")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify(Some(hash.clone()), secret("correct horse")).await.unwrap());
        assert!(!passwords.verify(Some(hash.clone()), secret("Correct horse")).await.unwrap());
        assert!(!passwords.verify(Some(hash.clone()), secret("")).await.unwrap());
        assert_ne!(passwords.hash(secret("correct horse")).await.unwrap(), hash, "each has its own salt");
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        let passwords = Passwords::new(RECOMMENDED).unwrap();
        assert!(!passwords.verify(None, secret("correct horse")).await.unwrap());
        let broken = passwords.verify(Some("plain".into()), secret("plain")).await;
        assert!(matches!(broken, Err(PasswordError::NotAHash)));
    }

    /// Made by another implementation, argon2-cffi 25.1:
    /// `PasswordHasher(2, 19456, 1, 32, 16).hash("correct horse", salt=b"0123456789abcdef")`.
    #[tokio::test]
    async fn a_hash_of_another_program_is_verified() {
        let passwords = Passwords::new(RECOMMENDED).unwrap();
        let hash = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$rk2Mi3E4dgRMg0fHaYaptWVZRKqs//6b6k3/nntqGJk";
        assert!(passwords.verify(Some(hash.into()), secret("correct horse")).await.unwrap());
        assert!(!passwords.verify(Some(hash.into()), secret("correct horsf")).await.unwrap());
    }

    #[test]
    fn the_stand_in_costs_the_same() {
        let passwords = Passwords::new(RECOMMENDED).unwrap();
        assert!(passwords.stand_in.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }

    #[tokio::test]
    async fn no_more_than_two_at_once_and_a_bounded_queue() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let passwords = Passwords::new(RECOMMENDED).unwrap();
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let works = (0..=SEATS).map(|_| {
            let (running, most) = (Arc::clone(&running), Arc::clone(&most));
            passwords.in_turn(move |_blocks| {
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
}
