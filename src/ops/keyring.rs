//! Keys in memory: what they seal and open, and their form in the key file.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use serde::{Deserialize, Serialize};

use super::random;
use crate::domain::kind::SecretScope;
use crate::ids::{CredentialKey, GroupId, SystemId};

/// Bytes before the sealed text: chosen at random for each, so that a key may seal as often as it likes.
const NONCE: usize = 24;

type Key = SecretBox<[u8; 32]>;

/// The keys of a portal.
pub struct Keyring {
    current: String,
    credentials: BTreeMap<String, Key>,
    audit: Key,
    web: Key,
}

/// Why something sealed stays closed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    #[error("the key {0} that encrypted it is not in the key file")]
    UnknownKey(String),
    #[error("it was changed, or encrypted for something else")]
    Forged,
    #[error("{0}")]
    NoKeyFile(String),
    /// A shared credential was asked for by a system outside its scope.
    #[error("the shared credential is for another address, path or account")]
    OutOfScope,
}

/// The place of a credential: sealed for it, it does not open in another.
#[must_use]
pub fn slot_context(system: SystemId, slot: &str) -> Vec<u8> {
    [b"syncdesk credential 1\0".as_slice(), &system.0.to_be_bytes(), slot.as_bytes()].concat()
}

/// The place of a shared credential. Its scope is a part of it, so that a row whose address was changed does not open.
#[must_use]
pub fn shared_context(key: &CredentialKey, group: GroupId, scope: &SecretScope) -> Vec<u8> {
    let SecretScope { origin, account, path, signs } = scope;
    let place = serde_json::json!([key.as_str(), group.0, origin, account, path, signs]).to_string();
    [b"syncdesk shared credential 1\0".as_slice(), place.as_bytes()].concat()
}

impl Keyring {
    /// New keys for a new portal.
    #[must_use]
    pub fn generate() -> Self {
        let current = new_id();
        let credentials = BTreeMap::from([(current.clone(), new_key())]);
        Self { current, credentials, audit: new_key(), web: new_key() }
    }

    /// The id of the key that encrypts now.
    #[must_use]
    pub fn current(&self) -> &str {
        &self.current
    }

    /// Seals the audit chain; the same for the life of the portal.
    #[must_use]
    pub fn audit_key(&self) -> &[u8; 32] {
        self.audit.expose_secret()
    }

    /// What the keys of cookies are derived from.
    #[must_use]
    pub fn web_key(&self) -> &[u8; 32] {
        self.web.expose_secret()
    }

    /// Encrypts with the current key: its id, and nonce and sealed text in one.
    ///
    /// # Panics
    /// For a text of 256 GiB, which the cipher refuses.
    #[expect(clippy::expect_used, reason = "no secret has 256 GiB, and a half-sealed one must not be stored")]
    pub(super) fn seal(&self, context: &[u8], plain: &SecretString) -> (String, Vec<u8>) {
        let nonce = random::bytes::<NONCE>();
        let payload = Payload { msg: plain.expose_secret().as_bytes(), aad: context };
        let key = self.credentials.get(&self.current).expect("`parse` and `generate` give the current key");
        let sealed = cipher(key).encrypt(&XNonce::from(nonce), payload).expect("a secret is shorter than 256 GiB");
        (self.current.clone(), [nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts what [`Self::seal`] gave, with the key of that id and for the same place.
    pub(super) fn open(&self, key_id: &str, context: &[u8], sealed: &[u8]) -> Result<SecretString, OpenError> {
        let key = self.credentials.get(key_id).ok_or_else(|| OpenError::UnknownKey(key_id.to_owned()))?;
        let (nonce, text) = sealed.split_first_chunk::<NONCE>().ok_or(OpenError::Forged)?;
        let payload = Payload { msg: text, aad: context };
        let plain = cipher(key).decrypt(&XNonce::from(*nonce), payload).ok().ok_or(OpenError::Forged)?;
        String::from_utf8(plain).map(SecretString::from).ok().ok_or(OpenError::Forged)
    }

    pub(super) fn with_new_key(&self) -> Self {
        let mut next = self.copy();
        next.current = new_id();
        next.credentials.insert(next.current.clone(), new_key());
        next
    }

    pub(super) fn with_current_only(&self) -> (Self, usize) {
        let mut next = self.copy();
        next.credentials.retain(|id, _| *id == self.current);
        let removed = self.credentials.len() - next.credentials.len();
        (next, removed)
    }

    fn copy(&self) -> Self {
        let credentials = self.credentials.iter().map(|(id, key)| (id.clone(), copy(key))).collect();
        Self { current: self.current.clone(), credentials, audit: copy(&self.audit), web: copy(&self.web) }
    }

    /// As written in the key file.
    pub(super) fn to_text(&self) -> Zeroizing<String> {
        let text = |key: &Key| STANDARD.encode(key.expose_secret());
        let lines = Lines {
            current: self.current.clone(),
            audit: text(&self.audit),
            web: text(&self.web),
            credentials: self.credentials.iter().map(|(id, key)| (id.clone(), text(key))).collect(),
        };
        Zeroizing::new(format!("{HEADER}{}", toml::to_string(&lines).unwrap_or_default()))
    }

    /// Reads the key file; what is wrong names no key.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let lines: Lines = toml::from_str(text).ok().ok_or("lines are missing")?;
        let key = |text: &String| {
            let bytes = Zeroizing::new(STANDARD.decode(text).unwrap_or_default());
            let bytes = <[u8; 32]>::try_from(bytes.as_slice()).ok().ok_or("a key is not 32 bytes in base64")?;
            Ok::<Key, &'static str>(SecretBox::new(Box::new(bytes)))
        };
        let credentials: BTreeMap<String, Key> =
            lines.credentials.iter().map(|(id, text)| Ok((id.clone(), key(text)?))).collect::<Result<_, &str>>()?;
        if !credentials.contains_key(&lines.current) {
            return Err("the current key is not among the credential keys");
        }
        Ok(Self { current: lines.current.clone(), credentials, audit: key(&lines.audit)?, web: key(&lines.web)? })
    }
}

/// Shows the ids and no key.
impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&String> = self.credentials.keys().collect();
        f.debug_struct("Keyring").field("current", &self.current).field("ids", &ids).finish_non_exhaustive()
    }
}

const HEADER: &str = "# The keys of this Syncdesk installation. Anyone with this file and the database can decrypt \
    all credentials;\n\
    # without it, nobody can. Keep its backups separate from those of the database. `syncdesk key rotate` changes it.\n\n";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    current: String,
    audit: String,
    web: String,
    credentials: BTreeMap<String, String>,
}

impl Drop for Lines {
    fn drop(&mut self) {
        use secrecy::zeroize::Zeroize;
        self.audit.zeroize();
        self.web.zeroize();
        self.credentials.values_mut().for_each(Zeroize::zeroize);
    }
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.expose_secret().into())
}

fn new_key() -> Key {
    SecretBox::new(Box::new(random::bytes()))
}

fn copy(key: &Key) -> Key {
    SecretBox::new(Box::new(*key.expose_secret()))
}

/// Eight random hexadecimal digits: enough to tell the few keys of a portal apart.
fn new_id() -> String {
    format!("{:08x}", u32::from_be_bytes(random::bytes()))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn sealed(keys: &Keyring, context: &[u8]) -> (String, Vec<u8>) {
        keys.seal(context, &SecretString::from("opensesame"))
    }

    #[test]
    fn what_is_sealed_opens_in_its_own_place_only() {
        let keys = Keyring::generate();
        let context = slot_context(SystemId(1), "password");
        let (id, bytes) = sealed(&keys, &context);
        assert_eq!(bytes.len(), 24 + "opensesame".len() + 16);
        assert_eq!(keys.open(&id, &context, &bytes).unwrap().expose_secret(), "opensesame");

        let elsewhere = [slot_context(SystemId(2), "password"), slot_context(SystemId(1), "token")];
        for context in elsewhere {
            assert_eq!(keys.open(&id, &context, &bytes).unwrap_err(), OpenError::Forged, "a row copied elsewhere");
        }
        for at in [0, 24, bytes.len() - 1] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(keys.open(&id, &context, &changed).unwrap_err(), OpenError::Forged, "byte {at}");
        }
        assert_eq!(keys.open(&id, &context, &bytes[..20]).unwrap_err(), OpenError::Forged);
        assert_eq!(keys.open("feedbeef", &context, &bytes).unwrap_err(), OpenError::UnknownKey("feedbeef".into()));
    }

    #[test]
    fn the_same_text_never_seals_the_same() {
        let keys = Keyring::generate();
        assert_ne!(sealed(&keys, b""), sealed(&keys, b""));
    }

    #[test]
    fn the_file_gives_the_same_keys_back() {
        let keys = Keyring::generate().with_new_key();
        let (id, bytes) = sealed(&keys, b"here");
        let read = Keyring::parse(&keys.to_text()).unwrap();
        assert_eq!(read.open(&id, b"here", &bytes).unwrap().expose_secret(), "opensesame");
        assert_eq!((read.audit_key(), read.web_key()), (keys.audit_key(), keys.web_key()));
        assert_eq!((read.current(), read.credentials.len()), (keys.current(), 2));
    }

    /// 32 zero bytes, and 31.
    const GOOD: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    const SHORT: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";

    #[rstest]
    #[case("a", GOOD, None)]
    #[case("b", GOOD, Some("the current key is not among the credential keys"))]
    #[case("a", SHORT, Some("a key is not 32 bytes in base64"))]
    #[case("a", "!", Some("a key is not 32 bytes in base64"))]
    fn a_broken_file_is_refused(#[case] current: &str, #[case] key: &str, #[case] expected: Option<&str>) {
        let text = format!("current = '{current}'\naudit = '{GOOD}'\nweb = '{GOOD}'\n[credentials]\na = '{key}'");
        assert_eq!(Keyring::parse(&text).err(), expected);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "current = 'a'", "listen = '127.0.0.1:80'"] {
            assert_eq!(Keyring::parse(text).err(), Some("lines are missing"), "{text}");
        }
    }

    #[test]
    fn no_key_is_shown() {
        let keys = Keyring::parse(&format!("current='a'\naudit='{GOOD}'\nweb='{GOOD}'\n[credentials]\na='{GOOD}'"));
        assert_eq!(format!("{:?}", keys.unwrap()), r#"Keyring { current: "a", ids: ["a"], .. }"#);
    }
}
