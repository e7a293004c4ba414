//! Characters that cannot be seen, or that change how the text around them looks: controls, marks that turn the
//! direction of writing (Unicode UAX 9), and characters without width. Names must not have them; elsewhere pages show
//! their code instead.

/// Whether a character is invisible or changes its surroundings. Line ends and tabs count too.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// The code of such a character as people may know it: `\n`, `\x1B`, `\u{202E}`.
#[must_use]
pub fn code_of(c: char) -> String {
    match c {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        c if u32::from(c) < 0x80 => format!("\\x{:02X}", u32::from(c)),
        c => format!("\\u{{{:X}}}", u32::from(c)),
    }
}

/// The text with each such character replaced by its code, for where no markup is possible, such as titles.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_invisible(c) { shown.push_str(&code_of(c)) } else { shown.push(c) }
    }
    shown
}

/// Whether a name has no such character.
///
/// # Errors
/// The first one.
pub fn check_name(name: &str) -> Result<(), char> {
    name.chars().find(|c| is_invisible(*c)).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_every_script_are_visible() {
        for text in ["Übergröße №1", "目录", "תיקייה", "مجلد", "e\u{301}", "❤\u{fe0f}", "क\u{94d}षि", "👍", "a b"]
        {
            assert_eq!(visible(text), text);
            assert_eq!(check_name(text), Ok(()));
        }
    }

    #[test]
    fn what_turns_or_hides_text_is_named() {
        for (text, expected) in [
            ("evil\u{202e}gpj.exe", "evil\\u{202E}gpj.exe"),
            ("a\u{2066}b", "a\\u{2066}b"),
            ("a\u{200f}b", "a\\u{200F}b"),
            ("a\u{61c}b", "a\\u{61C}b"),
            ("a\u{200b}b", "a\\u{200B}b"),
            ("a\u{feff}b", "a\\u{FEFF}b"),
            ("\u{3164}", "\\u{3164}"),
            ("a\u{1b}[2Jb", "a\\x1B[2Jb"),
            ("a\u{9b}b", "a\\u{9B}b"),
            ("a\nb\tc\0", "a\\nb\\tc\\x00"),
        ] {
            assert_eq!(visible(text), expected);
            assert!(check_name(text).is_err(), "{expected}");
        }
        assert_eq!(check_name("a\u{202e}"), Err('\u{202e}'));
    }
}
