//! Decodes a text as if all of it were Base64, hexadecimal or a list of numbers. Where it is not, garbage comes out,
//! in which nothing is found.

use super::view::View;

/// All forms that the text may be an encoding of. What lies between the characters of an encoding, such as the breaks
/// of lines, does not matter.
pub(super) fn decoded(view: &View) -> Vec<View> {
    let sextets = view.filtered(sextet);
    let hex = without_prefixes(view).filtered(|byte| char::from(byte).to_digit(16).and_then(|n| u8::try_from(n).ok()));
    let mut forms: Vec<View> = (0..4).map(|shift| joined(&sextets, shift, 4, 6)).collect();
    forms.extend((0..2).map(|shift| joined(&hex, shift, 2, 4)));
    forms.push(numbers(view));
    forms.retain(|form| !form.bytes.is_empty());
    forms
}

/// The value of a character of Base64, of either alphabet (RFC 4648, 4 and 5).
fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// Joins groups of `group` values of `bits` bits each, from the value `shift` on. A last group may be shorter.
fn joined(values: &View, shift: usize, group: usize, bits: u32) -> View {
    let mut bytes = View::default();
    let mut start = shift;
    while start < values.bytes.len() {
        let end = (start + group).min(values.bytes.len());
        let (mut sum, mut have, mut first) = (0_u32, 0, start);
        for place in start..end {
            sum = (sum << bits) | u32::from(values.at(place).unwrap_or_default());
            have += bits;
            if have >= 8 {
                have -= 8;
                let byte = u8::try_from((sum >> have) & 0xFF).unwrap_or_default();
                bytes.push(&[byte], values, first..place + 1);
                // Its last bits may be in the next byte.
                first = if have == 0 { place + 1 } else { place };
            }
        }
        start = end;
    }
    bytes
}

/// Without the `0x` in front of numbers.
fn without_prefixes(view: &View) -> View {
    let mut plain = View::default();
    let mut place = 0;
    while let Some(byte) = view.at(place) {
        if matches!(view.from(place), [b'0', b'x' | b'X', ..]) {
            place += 2;
            continue;
        }
        plain.push(&[byte], view, place..place + 1);
        place += 1;
    }
    plain
}

/// Decimal numbers up to 255, as a list of bytes.
fn numbers(view: &View) -> View {
    let mut bytes = View::default();
    let mut place = 0;
    while place < view.bytes.len() {
        let digits = view.from(place).iter().take_while(|byte| byte.is_ascii_digit()).count();
        let text = view.bytes.get(place..place + digits).and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = text.filter(|_| digits <= 3).and_then(|text| text.parse().ok()) {
            bytes.push(&[byte], view, place..place + digits);
        }
        place += digits.max(1);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

    use super::*;

    fn says(text: &str, expected: &str) -> bool {
        let forms = decoded(&View::of(text.as_bytes()));
        forms.iter().any(|form| String::from_utf8_lossy(&form.bytes).contains(expected))
    }

    #[test]
    fn base64_at_each_place() {
        for before in ["", "a", "ab", "abc", "user:"] {
            let text = format!("{before}se?>cret~~");
            for encoded in [BASE64_STANDARD.encode(&text), BASE64_URL_SAFE_NO_PAD.encode(&text)] {
                for quoted in [encoded.clone(), format!("Basic {encoded}, x"), encoded.replace('M', "M\r\n ")] {
                    assert!(says(&quoted, "se?>cret~~"), "{quoted}");
                }
            }
        }
    }

    #[test]
    fn numbers_of_bytes() {
        assert!(says("736563726574", "secret"));
        assert!(says("x 73:65:63:72:65:74", "secret"));
        assert!(says("0x73, 0x65, 0x63, 0x72, 0x65, 0x74", "secret"));
        assert!(says("[115,101,99,114,101,116]", "secret"));
    }
}
