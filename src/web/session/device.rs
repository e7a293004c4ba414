//! Known devices: a browser from which somebody has signed in gets a signed cookie, which outlives sessions and
//! sign-out. Attempts of such a browser at that account have their own throttle, so that nobody who only knows a user
//! name can keep its owner out (OWASP ASVS 5.0, 6.1.1).
//!
//! The cookie signs nobody in, and names nobody: the user name is in its signature only. A browser that several people
//! use keeps an entry for each of the last `ENTRIES`.

use std::time::Duration;

use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, SameSite};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Mac;

use super::csrf::CookieKey;
use crate::clock::Stamp;
use crate::ops::random;

/// What the key is derived for.
pub const PURPOSE: &[u8] = b"syncdesk known device 1";

/// How long a device stays known after a sign-in.
pub const LIFE: Duration = Duration::from_hours(90 * 24);

/// How far an entry may come from the future: the clocks of two replicas differ.
const MAX_SKEW: Duration = Duration::from_mins(5);

/// Maximum number of people that one browser is known for.
const ENTRIES: usize = 4;

/// Bytes of an entry: time, number of the device, signature.
const BYTES: usize = 8 + DEVICE + 32;
const DEVICE: usize = 16;

/// A random number for a browser and a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeviceId([u8; DEVICE]);

/// The cookie's name. Over https the prefix makes browsers refuse it from anywhere but this host over https.
#[must_use]
pub const fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-syncdesk_device" } else { "syncdesk_device" }
}

/// The cookie to set after a good sign-in with this user name; `before` is the value that the browser has sent.
#[must_use]
pub fn cookie(key: &CookieKey, name: &str, before: Option<&str>, secure: bool, now: Stamp) -> Cookie<'static> {
    let seconds = i64::try_from(LIFE.as_secs()).unwrap_or(i64::MAX);
    Cookie::build(cookie_name(secure), value(key, name, before, now))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(secure)
        .max_age(CookieDuration::seconds(seconds))
        .finish()
}

fn value(key: &CookieKey, name: &str, before: Option<&str>, now: Stamp) -> String {
    let (time, device) = (now.0.to_be_bytes(), random::bytes::<DEVICE>());
    let signature = key.sign(&[&time, &device, name.as_bytes()]).finalize().into_bytes();
    let fresh = URL_SAFE_NO_PAD.encode([&time[..], &device, &signature].concat());
    // Entries of others stay; whose they are nobody can tell.
    let others = entries(before.unwrap_or_default()).filter(|entry| read(key, name, entry, now).is_none());
    let others = others.filter(|entry| decoded(entry).is_some()).take(ENTRIES - 1);
    std::iter::once(fresh.as_str()).chain(others).collect::<Vec<_>>().join(".")
}

/// The device, if this cookie is from a good sign-in with this user name that is not too old.
#[must_use]
pub fn known(key: &CookieKey, name: &str, cookie: &str, now: Stamp) -> Option<DeviceId> {
    entries(cookie).find_map(|entry| read(key, name, entry, now))
}

fn entries(cookie: &str) -> impl Iterator<Item = &str> {
    cookie.split('.').take(ENTRIES)
}

fn decoded(entry: &str) -> Option<[u8; BYTES]> {
    URL_SAFE_NO_PAD.decode(entry).ok()?.try_into().ok()
}

fn read(key: &CookieKey, name: &str, entry: &str, now: Stamp) -> Option<DeviceId> {
    let bytes = decoded(entry)?;
    let (time, rest) = bytes.split_first_chunk::<8>()?;
    let (device, signature) = rest.split_first_chunk::<DEVICE>()?;
    key.sign(&[time, device, name.as_bytes()]).verify_slice(signature).ok()?;
    let signed_in = Stamp(i64::from_be_bytes(*time));
    let in_time = now.since(signed_in) <= LIFE && signed_in.since(now) <= MAX_SKEW;
    in_time.then_some(DeviceId(*device))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Stamp = Stamp(1_700_000_000_000_000);

    fn key() -> CookieKey {
        CookieKey::derive([7; 32], PURPOSE)
    }

    #[test]
    fn a_device_is_known_for_its_person_for_ninety_days() {
        let value = value(&key(), "ada", None, NOW);
        let known = |name, now| known(&key(), name, &value, now).is_some();
        assert!(known("ada", NOW) && known("ada", NOW.plus(LIFE)) && known("ada", NOW.minus(MAX_SKEW)));
        assert!(!known("mona", NOW) && !known("Ada", NOW) && !known("", NOW));
        assert!(!known("ada", NOW.plus(LIFE + Duration::from_secs(1))), "too old");
        assert!(!known("ada", NOW.minus(MAX_SKEW + Duration::from_secs(1))), "from the future");
        assert!(!value.contains("ada") && value.is_ascii());
    }

    #[test]
    fn a_forged_one_is_not() {
        let value = value(&key(), "ada", None, NOW);
        assert!(known(&CookieKey::derive([8; 32], PURPOSE), "ada", &value, NOW).is_none());
        assert!(known(&CookieKey::derive([7; 32], super::super::csrf::PURPOSE), "ada", &value, NOW).is_none());
        for at in [0, 7, 8, 23, 24, 55] {
            let mut bytes = decoded(&value).unwrap();
            bytes[at] ^= 1;
            assert!(known(&key(), "ada", &URL_SAFE_NO_PAD.encode(bytes), NOW).is_none(), "byte {at}");
        }
        for wrong in ["", ".", "A", "....", &value[..40], &format!("{value}AAAA")] {
            assert!(known(&key(), "ada", wrong, NOW).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_shared_browser_is_known_for_the_last_four() {
        let mut cookie = None;
        for name in ["ada", "mona", "wim", "sven", "ada", "dora"] {
            cookie = Some(value(&key(), name, cookie.as_deref(), NOW));
        }
        let cookie = cookie.unwrap();
        let known: Vec<bool> =
            ["dora", "ada", "sven", "wim", "mona"].map(|name| known(&key(), name, &cookie, NOW).is_some()).to_vec();
        assert_eq!(known, [true, true, true, true, false]);
        let rubbish = value(&key(), "ada", Some(&"x".repeat(3_000)), NOW);
        assert_eq!(rubbish.len(), 75, "what is no entry is dropped");
    }

    #[test]
    fn its_attributes() {
        let told = cookie(&key(), "ada", None, true, NOW).to_string();
        assert!(told.starts_with("__Host-syncdesk_device="), "{told}");
        for attribute in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/", "Max-Age=7776000"] {
            assert!(told.contains(attribute), "{attribute} in {told}");
        }
        let told = cookie(&key(), "ada", None, false, NOW).to_string();
        assert!(told.starts_with("syncdesk_device=") && !told.contains("Secure"), "{told}");
    }
}
