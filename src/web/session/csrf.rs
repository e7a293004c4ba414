//! Tokens against forged forms. Each session has a secret; each page shows it under a fresh mask, so that
//! compression gives nothing away. Before signing in there is no session: the secret then travels in a signed cookie.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use secrecy::zeroize::Zeroize;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::clock::Stamp;
use crate::ops::{mac, random};

/// The cookie of people who have not signed in, over plain http.
const COOKIE: &str = "syncdesk_visit";

/// The context for [`CookieKey::derive`].
pub const PURPOSE: &[u8] = b"syncdesk visit cookie 1";

/// How long a sign-in page may stay open.
pub const MAX_AGE: Duration = Duration::from_hours(12);

/// How far a cookie may come from the future: the clocks of two replicas differ.
const MAX_SKEW: Duration = Duration::from_mins(5);

const BYTES: usize = 32;

/// The cookie's name. Over https the prefix makes browsers refuse it from anywhere but this host over https.
#[must_use]
pub fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-syncdesk_visit" } else { COOKIE }
}

/// What a form must know to be ours.
#[derive(Clone)]
pub struct Secret([u8; BYTES]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Secret {
    #[must_use]
    pub fn random() -> Self {
        Self(random::bytes())
    }

    /// As it is kept in the session; never in a page.
    #[must_use]
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// The token for a form, another one at each call.
    #[must_use]
    pub fn masked(&self) -> String {
        let mask = random::bytes::<BYTES>();
        URL_SAFE_NO_PAD.encode([mask, xor(mask, self.0)].concat())
    }

    /// Whether a form's token is one of this secret's. Takes as long for a nearly right one.
    #[must_use]
    pub fn matches(&self, token: &str) -> bool {
        let Some(bytes) = URL_SAFE_NO_PAD.decode(token).ok() else { return false };
        let Some((mask, masked)) = bytes.split_first_chunk::<BYTES>() else { return false };
        <[u8; BYTES]>::try_from(masked).is_ok_and(|masked| xor(*mask, masked).ct_eq(&self.0).into())
    }
}

fn xor(mut mask: [u8; BYTES], other: [u8; BYTES]) -> [u8; BYTES] {
    mask.iter_mut().zip(other).for_each(|(byte, with)| *byte ^= with);
    mask
}

/// What the cookie is signed with.
#[derive(Clone)]
pub struct CookieKey([u8; BYTES]);

impl std::fmt::Debug for CookieKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CookieKey")
    }
}

impl Drop for CookieKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl CookieKey {
    /// Derived from the key for cookies of the key file, for one purpose: what is signed for another does not verify.
    #[must_use]
    pub fn derive(web_key: [u8; 32], purpose: &[u8]) -> Self {
        Self(signed(&web_key, &[purpose]).finalize().into_bytes().into())
    }

    /// The signature of these parts, to be finished or verified by the caller.
    pub(super) fn sign(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        signed(&self.0, parts)
    }
}

fn signed(key: &[u8; BYTES], parts: &[&[u8]]) -> Hmac<Sha256> {
    parts.iter().fold(mac::keyed(key), Mac::chain_update)
}

/// A new secret and the cookie that carries it: time, secret, signature, 72 bytes in base64.
#[must_use]
pub fn issue(key: &CookieKey, now: Stamp) -> (Secret, String) {
    let secret = Secret::random();
    let time = now.0.to_be_bytes();
    let signature = key.sign(&[&time, &secret.0]).finalize().into_bytes();
    let cookie = URL_SAFE_NO_PAD.encode([&time[..], &secret.0, &signature].concat());
    (secret, cookie)
}

/// The secret in a cookie that this key signed, unless it is too old.
#[must_use]
pub fn read(key: &CookieKey, cookie: &str, now: Stamp) -> Option<Secret> {
    let bytes = URL_SAFE_NO_PAD.decode(cookie).ok()?;
    let (time, rest) = bytes.split_first_chunk::<8>()?;
    let (secret, signature) = rest.split_first_chunk::<BYTES>()?;
    key.sign(&[time, secret]).verify_slice(signature).ok()?;
    let issued = Stamp(i64::from_be_bytes(*time));
    let in_time = now.since(issued) <= MAX_AGE && issued.since(now) <= MAX_SKEW;
    in_time.then(|| Secret(*secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_again_and_never_twice_the_same() {
        let secret = Secret::random();
        let (one, two) = (secret.masked(), secret.masked());
        assert_ne!(one, two);
        assert!(secret.matches(&one) && secret.matches(&two));
        assert!(!Secret::random().matches(&one));
        let kept = Secret::from_text(&secret.to_text()).unwrap();
        assert!(kept.matches(&one));
    }

    #[test]
    fn a_token_by_hand() {
        // The mask is 32 times 1, the secret 32 times 3: masked, 32 times 2.
        let token = URL_SAFE_NO_PAD.encode([[1; 32], [2; 32]].concat());
        assert!(Secret([3; 32]).matches(&token));
        assert!(!Secret([2; 32]).matches(&token));
    }

    #[test]
    fn other_texts_are_no_tokens() {
        let secret = Secret([0; 32]);
        let zeroes = |count: usize| URL_SAFE_NO_PAD.encode(vec![0; count]);
        assert!(secret.matches(&zeroes(64)));
        for wrong in ["", "A", "!", &zeroes(32), &zeroes(63), &zeroes(65)] {
            assert!(!secret.matches(wrong), "{wrong}");
        }
        assert!(Secret::from_text(&zeroes(31)).is_none() && Secret::from_text("ü").is_none());
    }

    const NOW: Stamp = Stamp(1_700_000_000_000_000);

    #[test]
    fn a_cookie_carries_its_secret_for_half_a_day() {
        let key = CookieKey::derive([7; 32], PURPOSE);
        let (secret, cookie) = issue(&key, NOW);
        let found = |now| read(&key, &cookie, now).is_some_and(|found| found.matches(&secret.masked()));
        assert!(found(NOW) && found(NOW.plus(MAX_AGE)) && found(NOW.minus(MAX_SKEW)));
        assert!(!found(NOW.plus(MAX_AGE + Duration::from_secs(1))), "too old");
        assert!(!found(NOW.minus(MAX_SKEW + Duration::from_secs(1))), "from the future");
    }

    #[test]
    fn a_cookie_of_somebody_elses_is_nothing() {
        let key = CookieKey::derive([7; 32], PURPOSE);
        let (_, cookie) = issue(&key, NOW);
        assert!(read(&CookieKey::derive([8; 32], PURPOSE), &cookie, NOW).is_none());
        assert!(read(&CookieKey::derive([7; 32], b"another purpose"), &cookie, NOW).is_none());
        let bytes = URL_SAFE_NO_PAD.decode(&cookie).unwrap();
        assert_eq!(bytes.len(), 72);
        for at in [0, 7, 8, 39, 40, 71] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(read(&key, &URL_SAFE_NO_PAD.encode(changed), NOW).is_none(), "byte {at}");
        }
        for wrong in ["", "A", &cookie[..40], &format!("{cookie}AAAA")] {
            assert!(read(&key, wrong, NOW).is_none(), "{wrong}");
        }
    }

    #[test]
    fn nothing_secret_is_printed() {
        assert_eq!(format!("{:?} {:?}", Secret([1; 32]), CookieKey([1; 32])), "Secret CookieKey");
    }
}
