//! What others wrote: item keys (bytes) and a peer's own words. Shown so that nothing in it is hidden and
//! nothing in it can change the text around it.

use std::fmt::Write as _;

use maud::{Markup, Render, html};

use crate::domain::invisible::{code_of, is_invisible};

/// An item key: valid UTF-8 as it is, with control characters, invisible characters and outer blanks made
/// visible; other bytes as `\xFF`.
#[must_use]
pub const fn key(bytes: &[u8]) -> Key<'_> {
    Key(bytes)
}

#[derive(Debug, Clone, Copy)]
pub struct Key<'a>(&'a [u8]);

impl Render for Key<'_> {
    fn render_to(&self, out: &mut String) {
        if self.0.is_empty() {
            out.push_str("<span class=\"soft\">(empty)</span>");
            return;
        }
        out.push_str("<bdi class=\"key\">");
        let blank = |byte: &u8| *byte == b' ';
        let front = self.0.iter().take_while(|byte| blank(byte)).count();
        let back = self.0.iter().skip(front).rev().take_while(|byte| blank(byte)).count();
        push_escape(out, &"␣".repeat(front));
        push_visible(out, self.0.get(front..self.0.len() - back).unwrap_or_default(), Lines::Visible);
        push_escape(out, &"␣".repeat(back));
        out.push_str("</bdi>");
    }
}

/// A name in a line of text: isolated from the direction of the text around it, invisible characters made visible.
#[must_use]
pub const fn name(text: &str) -> Name<'_> {
    Name(text)
}

#[derive(Debug, Clone, Copy)]
pub struct Name<'a>(&'a str);

impl Render for Name<'_> {
    fn render_to(&self, out: &mut String) {
        out.push_str("<bdi>");
        push_visible(out, self.0.as_bytes(), Lines::Visible);
        out.push_str("</bdi>");
    }
}

/// A peer's own words, quoted: in the line when short, as a block otherwise.
#[must_use]
pub fn quote(words: &str) -> Markup {
    html! {
        @if words.len() <= 200 && !words.contains('\n') {
            q.foreign dir="auto" { (ForeignText(words)) }
        } @else {
            blockquote.foreign dir="auto" { (ForeignText(words)) }
        }
    }
}

/// Text that may contain foreign parts, such as a message with its arguments.
#[must_use]
pub const fn text(text: &str) -> ForeignText<'_> {
    ForeignText(text)
}

#[derive(Debug, Clone, Copy)]
pub struct ForeignText<'a>(&'a str);

impl Render for ForeignText<'_> {
    fn render_to(&self, out: &mut String) {
        push_visible(out, self.0.as_bytes(), Lines::AsTheyAre);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    Visible,
    AsTheyAre,
}

fn push_visible(out: &mut String, bytes: &[u8], lines: Lines) {
    for chunk in bytes.utf8_chunks() {
        push_text(out, chunk.valid(), lines);
        let mut escape = String::new();
        for byte in chunk.invalid() {
            let _ = write!(escape, "\\x{byte:02X}");
        }
        push_escape(out, &escape);
    }
}

fn push_text(out: &mut String, text: &str, lines: Lines) {
    let mut rest = text;
    while let Some(at) = rest.find(|c| is_hidden(c, lines)) {
        let (plain, tail) = rest.split_at(at);
        plain.render_to(out);
        let mut tail = tail.chars();
        if let Some(hidden) = tail.next() {
            push_escape(out, &code_of(hidden));
        }
        rest = tail.as_str();
    }
    rest.render_to(out);
}

fn is_hidden(c: char, lines: Lines) -> bool {
    is_invisible(c) && !(lines == Lines::AsTheyAre && matches!(c, '\n' | '\t'))
}

fn push_escape(out: &mut String, escape: &str) {
    if !escape.is_empty() {
        out.push_str("<span class=\"escape\">");
        out.push_str(escape);
        out.push_str("</span>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bytes: &[u8]) -> String {
        key(bytes).render().into_string().replace("<span class=\"escape\">", "[").replace("</span>", "]")
    }

    #[test]
    fn a_key_hides_nothing() {
        for (bytes, expected) in [
            (&b"a/b c.txt"[..], "a/b c.txt"),
            (b"<b>&\"", "&lt;b&gt;&amp;&quot;"),
            (b"new\nline\ttab\x07", "new[\\n]line[\\t]tab[\\x07]"),
            (b"not \xff\xfe utf", "not [\\xFF][\\xFE] utf"),
            (b" both  ", "[␣]both[␣␣]"),
            (b"   ", "[␣␣␣]"),
            ("evil\u{202e}gpj.exe".as_bytes(), "evil[\\u{202E}]gpj.exe"),
            ("Übergröße 目录".as_bytes(), "Übergröße 目录"),
        ] {
            assert_eq!(shown(bytes), format!("<bdi class=\"key\">{expected}</bdi>"));
        }
        assert!(shown(b"").contains("(empty)"));
    }

    #[test]
    fn a_name_hides_nothing_and_turns_nothing() {
        assert_eq!(name("Reports <DE>").render().into_string(), "<bdi>Reports &lt;DE&gt;</bdi>");
        assert_eq!(
            name("Reports\u{202e}1\u{1b}[2J\n").render().into_string(),
            "<bdi>Reports<span class=\"escape\">\\u{202E}</span>1<span class=\"escape\">\\x1B</span>[2J\
             <span class=\"escape\">\\n</span></bdi>"
        );
    }

    #[test]
    fn words_of_a_peer_keep_their_lines_and_stand_apart() {
        assert_eq!(
            quote("no <such> key\u{0}").into_string(),
            "<q class=\"foreign\" dir=\"auto\">no &lt;such&gt; key<span class=\"escape\">\\x00</span></q>"
        );
        assert!(quote("one\ntwo").into_string().starts_with("<blockquote class=\"foreign\" dir=\"auto\">one\ntwo<"));
    }
}
