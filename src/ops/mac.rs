//! HMAC-SHA256 with one of our keys of 32 bytes.

use hmac::{Hmac, KeyInit};
use sha2::Sha256;

/// To be fed and finished by the caller.
#[must_use]
pub fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // The standard fills a short key with zeroes up to the block; done here, nothing can fail.
    let mut block = [0; 64];
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    Hmac::new(&block.into())
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use hmac::Mac;

    use super::*;

    #[test]
    fn it_is_the_standard_one() {
        // python3 -c "import base64, hmac; print(base64.b64encode(hmac.digest(b'k' * 32, b'text', 'sha256')))"
        let sum = keyed(&[b'k'; 32]).chain_update(b"text").finalize().into_bytes();
        assert_eq!(STANDARD.encode(sum), "jTqfVNtPPx463e8/xioDWdDZ0qh8B89GUoQGL97SuqI=");
    }
}
