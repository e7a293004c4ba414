//! Undoes escapes: percent signs, entities of HTML and XML, backslashes of JSON and its relatives, quoted-printable.

use super::view::View;

/// How often escapes are undone in a row: some texts are escaped several times.
const ROUNDS: usize = 4;

/// Names of the characters U+00A0 to U+00FF (HTML 4.01, 24.2.1), in order.
const LATIN_1: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 \
    sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml \
    Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml \
    times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave \
    eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute \
    ucirc uuml yacute thorn yuml";

/// Names of others, mostly punctuation (HTML, 13.5).
const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("excl", '!'),
    ("num", '#'),
    ("dollar", '$'),
    ("percnt", '%'),
    ("lpar", '('),
    ("rpar", ')'),
    ("ast", '*'),
    ("midast", '*'),
    ("plus", '+'),
    ("comma", ','),
    ("period", '.'),
    ("sol", '/'),
    ("colon", ':'),
    ("semi", ';'),
    ("equals", '='),
    ("quest", '?'),
    ("commat", '@'),
    ("lsqb", '['),
    ("lbrack", '['),
    ("bsol", '\\'),
    ("rsqb", ']'),
    ("rbrack", ']'),
    ("Hat", '^'),
    ("lowbar", '_'),
    ("UnderBar", '_'),
    ("grave", '`'),
    ("lcub", '{'),
    ("lbrace", '{'),
    ("verbar", '|'),
    ("vert", '|'),
    ("rcub", '}'),
    ("rbrace", '}'),
    ("Tab", '\t'),
    ("NewLine", '\n'),
    ("euro", '€'),
    ("tilde", '˜'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("trade", '™'),
];

/// The text with one layer of escapes less, then with two less, and so on; nothing if there are none.
pub(super) fn undone(view: &View) -> Vec<View> {
    let first = once(view);
    std::iter::successors(first, once).take(ROUNDS).collect()
}

fn once(view: &View) -> Option<View> {
    if !view.bytes.iter().any(|byte| matches!(byte, b'%' | b'&' | b'\\' | b'=')) {
        return None;
    }
    let (mut plain, mut place, mut found) = (View::default(), 0, false);
    while let Some(byte) = view.at(place) {
        let rest = view.from(place);
        let escape = match byte {
            b'%' => percent(rest),
            b'&' => entity(rest),
            b'\\' => backslash(rest),
            b'=' => quoted_printable(rest),
            _ => None,
        };
        let (meaning, length) = escape.unwrap_or((Meaning::Byte(byte), 1));
        found |= length > 1;
        let (mut buffer, source) = ([0; 4], place..place + length);
        match meaning {
            Meaning::Nothing => {}
            Meaning::Byte(byte) => plain.push(&[byte], view, source),
            Meaning::Character(character) => plain.push(character.encode_utf8(&mut buffer).as_bytes(), view, source),
        }
        place += length;
    }
    found.then_some(plain)
}

enum Meaning {
    Nothing,
    Byte(u8),
    Character(char),
}

/// What an escape means, and how long it is.
type Escape = Option<(Meaning, usize)>;

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    if digits.is_empty() || !digits.iter().all(|digit| char::from(*digit).is_digit(radix)) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()
}

fn character(code: u32, length: usize) -> Escape {
    Some((Meaning::Character(char::from_u32(code)?), length))
}

fn byte(code: u32, length: usize) -> Escape {
    Some((Meaning::Byte(u8::try_from(code).ok()?), length))
}

/// `%41`, or `%u0041` as old scripts write it.
fn percent(rest: &[u8]) -> Escape {
    if rest.get(1).is_some_and(|letter| matches!(letter, b'u' | b'U')) {
        return character(number(rest.get(2..6)?, 16)?, 6);
    }
    byte(number(rest.get(1..3)?, 16)?, 3)
}

/// `=41`, or the end of a line that is continued (RFC 2045, 6.7).
fn quoted_printable(rest: &[u8]) -> Escape {
    match rest.get(1..3)? {
        b"\r\n" => Some((Meaning::Nothing, 3)),
        [b'\n', _] => Some((Meaning::Nothing, 2)),
        digits if !digits.iter().any(u8::is_ascii_lowercase) => byte(number(digits, 16)?, 3),
        _ => None,
    }
}

/// `&amp;`, `&#65;` or `&#x41;`; the semicolon may be missing.
fn entity(rest: &[u8]) -> Escape {
    let body = rest.get(1..)?;
    let run = |from: usize, fits: fn(&u8) -> bool| body.iter().skip(from).take_while(|byte| fits(byte)).count();
    let whole = |end: usize| end + 1 + usize::from(body.get(end) == Some(&b';'));
    match body {
        [b'#', b'x' | b'X', ..] => {
            let end = 2 + run(2, u8::is_ascii_hexdigit).min(8);
            character(number(body.get(2..end)?, 16)?, whole(end))
        }
        [b'#', ..] => {
            let end = 1 + run(1, u8::is_ascii_digit).min(10);
            character(number(body.get(1..end)?, 10)?, whole(end))
        }
        _ => {
            let end = run(0, u8::is_ascii_alphanumeric);
            let name = std::str::from_utf8(body.get(..end)?).ok()?;
            Some((Meaning::Character(named(name)?), whole(end)))
        }
    }
}

fn named(name: &str) -> Option<char> {
    if let Some((_, character)) = NAMED.iter().find(|(known, _)| *known == name) {
        return Some(*character);
    }
    let place = LATIN_1.split_whitespace().position(|known| known == name)?;
    char::from_u32(0xA0 + u32::try_from(place).ok()?)
}

/// Escapes of JSON (RFC 8259, 7), and those of other languages that begin with a backslash.
fn backslash(rest: &[u8]) -> Escape {
    match rest.get(1)? {
        b'u' | b'U' if rest.get(2) == Some(&b'{') => {
            let digits = rest.iter().skip(3).take_while(|byte| byte.is_ascii_hexdigit()).count();
            character(number(rest.get(3..3 + digits.min(8))?, 16)?, digits + 4)
        }
        b'u' => utf_16(rest),
        b'U' => character(number(rest.get(2..10)?, 16)?, 10),
        b'x' | b'X' => byte(number(rest.get(2..4)?, 16)?, 4),
        b'0'..=b'3' if rest.get(2..4).is_some_and(|digits| number(digits, 8).is_some()) => {
            byte(number(rest.get(1..4)?, 8)?, 4)
        }
        b'n' | b'r' | b't' | b'b' | b'f' | b'v' | b'0' | b'\n' => Some((Meaning::Nothing, 2)),
        other if other.is_ascii_punctuation() => byte(u32::from(*other), 2),
        _ => None,
    }
}

/// `\u0041`, or two of them for a character beyond U+FFFF.
fn utf_16(rest: &[u8]) -> Escape {
    let high = number(rest.get(2..6)?, 16)?;
    if !(0xD800..0xDC00).contains(&high) {
        return character(high, 6);
    }
    let low = rest.get(6..12)?.strip_prefix(b"\\u").and_then(|digits| number(digits, 16))?;
    character(0x1_0000 + ((high - 0xD800) << 10) + low.checked_sub(0xDC00)?, 12)
}

/// The text without tags and comments, and with the content of CDATA sections; `None` if it has no markup.
pub(super) fn without_markup(view: &View) -> Option<View> {
    const CDATA: &[u8] = b"<![CDATA[";
    if !view.bytes.contains(&b'<') {
        return None;
    }
    let (mut plain, mut place) = (View::default(), 0);
    while let Some(byte) = view.at(place) {
        let rest = view.from(place);
        let skipped = match byte {
            b'<' if rest.starts_with(CDATA) => CDATA.len(),
            b']' if rest.starts_with(b"]]>") => 3,
            b'<' => rest.iter().position(|byte| *byte == b'>').map_or(1, |end| end + 1),
            _ => 0,
        };
        if skipped == 0 {
            plain.push(&[byte], view, place..place + 1);
        }
        place += skipped.max(1);
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        let view = View::of(text.as_bytes());
        String::from_utf8_lossy(&undone(&view).pop().unwrap_or(view).bytes).into_owned()
    }

    #[test]
    fn escapes_are_undone() {
        for (escaped, expected) in [
            ("a%2Fb%c3%a4", "a/bä"),
            ("%u0041", "A"),
            ("100 % of 5%", "100 % of 5%"),
            ("&lt;&#65;&#x42;&#66&quot;&auml;&szlig;", "<AB\u{42}\"äß"),
            ("R&D &unknown; &", "R&D &unknown; &"),
            (r#"a\"b\\c\/d\u00e4\ud83d\ude00\x41\101"#, "a\"b\\c/dä😀AA"),
            (r"C:\data\q", r"C:\data\q"),
            ("a=3Db=\r\nc=\nd=e9", "a=bcd=e9"),
            ("%2526amp%253B%26amp%3B", "&&"),
        ] {
            assert_eq!(plain(escaped), expected, "{escaped}");
        }
    }

    #[test]
    fn origins_are_kept() {
        let view = View::of(b"x%2Fy");
        let undone = undone(&view).pop().unwrap();
        assert_eq!(undone.bytes, b"x/y");
        assert_eq!(undone.origin(1..2), Some(1..4));
        assert_eq!(undone.origin(0..3), Some(0..5));
    }

    #[test]
    fn markup_is_taken_out() {
        let view = View::of(b"a<b x='1'>c</b><![CDATA[d]]>e < f");
        assert_eq!(String::from_utf8(without_markup(&view).unwrap().bytes).unwrap(), "acde  f");
    }
}
