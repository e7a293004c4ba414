//! The encoding of a document: UTF-8 or UTF-16, as every reader of XML has to know them (XML 1.0, 4.3.3).

use std::borrow::Cow;

/// The document in UTF-8, without a byte order mark.
///
/// # Errors
/// When it is of another encoding, in words.
pub(super) fn utf_8(bytes: &[u8]) -> Result<Cow<'_, [u8]>, String> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let text: Result<String, _> = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect();
        match text {
            Ok(text) if rest.is_empty() => Ok(Cow::Owned(text.into_bytes())),
            Ok(_) | Err(_) => Err("it starts like UTF-16 but is not".to_owned()),
        }
    };
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => Ok(Cow::Borrowed(rest)),
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        [b'<', 0, ..] => wide(bytes, u16::from_le_bytes),
        [0, b'<', ..] => wide(bytes, u16::from_be_bytes),
        _ if std::str::from_utf8(bytes).is_ok() => Ok(Cow::Borrowed(bytes)),
        _ => Err("it is neither UTF-8 nor UTF-16".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_encoding_with_a_mark_or_without() {
        let text = "<a b=\"é€😀\"/>";
        let wide = |text: &str, unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
        let marked = format!("\u{feff}{text}");
        for bytes in [
            text.as_bytes().to_vec(),
            marked.as_bytes().to_vec(),
            wide(text, u16::to_le_bytes),
            wide(text, u16::to_be_bytes),
            wide(&marked, u16::to_le_bytes),
            wide(&marked, u16::to_be_bytes),
        ] {
            assert_eq!(utf_8(&bytes).unwrap(), text.as_bytes());
        }
        assert!(utf_8(&[0xFF, 0xFE, b'<']).is_err());
        assert!(utf_8(b"<a b=\"\xe9\"/>").unwrap_err().contains("neither"));
    }
}
