//! The link to the setup page that the console prints. It has a separate code instead of the setup token, and works
//! once: what proxies and browsers remember of an address is worth nothing afterwards (OWASP ASVS 5.0, 14.2.1). The
//! setup token travels in forms only.

use std::sync::{Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::ops::random;

/// The code that still works, and its token.
#[derive(Debug, Default)]
pub struct SetupLink(Mutex<Option<(SecretString, SecretString)>>);

impl SetupLink {
    /// A link for this setup token; the code that belongs into its address.
    #[must_use]
    pub fn issue(&self, token: &str) -> String {
        let code = random::token();
        let pair = (SecretString::from(code.as_str()), SecretString::from(token));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(pair);
        code
    }

    /// The setup token, once.
    #[must_use]
    pub fn redeem(&self, code: &str) -> Option<SecretString> {
        let mut link = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_right = |pair: &mut (SecretString, SecretString)| {
            bool::from(pair.0.expose_secret().as_bytes().ct_eq(code.as_bytes()))
        };
        link.take_if(is_right).map(|(_code, token)| token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_works_once_and_another_code_never() {
        let link = SetupLink::default();
        assert!(link.redeem("").is_none());
        let code = link.issue("the token");
        assert_ne!(code, "the token");
        for wrong in ["", "the token", &code[1..], &format!("{code}x")] {
            assert!(link.redeem(wrong).is_none(), "{wrong}");
        }
        assert_eq!(link.redeem(&code).unwrap().expose_secret(), "the token");
        assert!(link.redeem(&code).is_none(), "it was used");
    }
}
