//! What is known of the credentials of a system, and where it is in a text.

use std::collections::{HashSet, VecDeque};
use std::ops::Range;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::encodings::decoded;
use super::escapes::{undone, without_markup};
use super::grams::Grams;
use super::view::View;

/// Shorter credentials cannot be distinguished from other text.
const SHORTEST: usize = 6;

/// Shorter cookies are words such as `deleted`.
const SHORTEST_PASSING: usize = 8;

/// From this length on, only letters and digits have to be the same.
const SHORTEST_SKELETON: usize = 8;

/// Maximum number of bytes at the end of a text that count as the beginning of a cut credential.
const HEAD: usize = 4;

/// Maximum length of an escape in bytes, such as `&#x0001F600`.
const LONGEST_ESCAPE: usize = 12;

/// Maximum number of signatures and cookies known at the same time.
const PASSING: usize = 64;

/// Maximum number of tokens that stay known when there are new ones.
const TOKENS: usize = 2;

/// Base64 with or without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

#[derive(Default)]
pub(super) struct Known {
    learned: HashSet<String>,
    /// By all characters but white space.
    exact: Grams,
    /// By letters and digits.
    skeleton: Grams,
    wholes: Vec<Vec<u8>>,
    short: Vec<Vec<u8>>,
    /// Signatures of single requests and cookies, the newest last.
    passing: VecDeque<Vec<u8>>,
    passing_grams: Grams,
    /// Those of what was learned that a service gave, the newest last.
    tokens: VecDeque<String>,
}

/// What is compared: white space, line breaks and the `+` of forms do not count, and neither does case.
fn exact(byte: u8) -> Option<u8> {
    (byte > b' ' && byte != b'+' && byte != 0x7F).then(|| byte.to_ascii_lowercase())
}

/// What is left of text in any character set.
fn skeleton(byte: u8) -> Option<u8> {
    byte.is_ascii_alphanumeric().then(|| byte.to_ascii_lowercase())
}

/// The signature of a shared access signature: what else is in it is no secret, and tells why it is refused.
fn signature(secret: &str) -> Option<String> {
    let pairs = || url::form_urlencoded::parse(secret.trim_start_matches('?').as_bytes());
    let value = |wanted: &str| pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.replace(' ', "+"));
    value("sv").and_then(|_version| value("sig"))
}

/// Whether this may be the beginning of an escape.
fn is_cut(escape: &str) -> bool {
    let longest = if escape.starts_with(['%', '=']) { 2 } else { LONGEST_ESCAPE };
    escape.len() <= longest
        && escape.chars().skip(1).all(|character| matches!(character, '#' | '{' | '0'..='9' | 'A'..='Z' | 'a'..='z'))
}

impl Known {
    pub(super) fn learn(&mut self, secret: &str) {
        let secret = secret.trim();
        if secret.is_empty() || !self.learned.insert(secret.to_owned()) {
            return;
        }
        if secret.contains("-----BEGIN") {
            return self.learn_pem(secret);
        }
        if let Some(signature) = signature(secret) {
            return self.learn(&signature);
        }
        let view = View::of(secret.as_bytes());
        if secret.chars().count() < SHORTEST || view.filtered(exact).bytes.len() < SHORTEST {
            self.short.push(view.filtered(exact).bytes);
            return;
        }
        self.add(&view);
        // What is left of it where escapes are undone, or markup is taken out.
        for rest in undone(&view).into_iter().chain(without_markup(&view)) {
            self.add(&rest);
        }
        let reversed: String = secret.chars().rev().collect();
        self.exact.add(&View::of(reversed.as_bytes()).filtered(exact).bytes);
        let latin_1: Option<Vec<u8>> = secret.chars().map(|character| u8::try_from(character).ok()).collect();
        if let Some(latin_1) = latin_1.filter(|_| !secret.is_ascii()) {
            self.add(&View::of(&latin_1));
        }
    }

    /// A token that a service gave: the newest are known.
    pub(super) fn learn_token(&mut self, token: &str) {
        if self.learned.contains(token.trim()) {
            return;
        }
        self.tokens.push_back(token.to_owned());
        if self.tokens.len() < 2 * TOKENS {
            return self.learn(token);
        }
        let old: Vec<String> = self.tokens.drain(..TOKENS).collect();
        let permanent = std::mem::take(&mut self.learned);
        let (passing, passing_grams) = (std::mem::take(&mut self.passing), std::mem::take(&mut self.passing_grams));
        let tokens = std::mem::take(&mut self.tokens);
        *self = Self { passing, passing_grams, ..Self::default() };
        let is_old = |secret: &String| old.iter().any(|token| token.trim() == secret);
        permanent.iter().filter(|secret| !is_old(secret)).chain(&tokens).for_each(|secret| self.learn(secret));
        self.tokens = tokens;
    }

    /// A private key: what is between the lines that begin and end it, as text and as bytes.
    fn learn_pem(&mut self, pem: &str) {
        let body: String = pem.lines().map(str::trim).filter(|line| !line.starts_with("-----")).collect();
        self.add(&View::of(body.as_bytes()));
        if let Ok(bytes) = LENIENT.decode(&body) {
            self.add(&View::of(&bytes));
        }
    }

    fn add(&mut self, secret: &View) {
        let bytes = secret.filtered(exact).bytes;
        if bytes.len() < SHORTEST {
            return;
        }
        self.exact.add(&bytes);
        self.wholes.push(bytes);
        let bytes = secret.filtered(skeleton).bytes;
        if bytes.len() >= SHORTEST_SKELETON {
            self.skeleton.add(&bytes);
        }
    }

    pub(super) fn learn_passing(&mut self, value: &str) {
        let bytes = View::of(value.trim().as_bytes()).filtered(exact).bytes;
        if bytes.len() < SHORTEST_PASSING || self.passing.contains(&bytes) {
            return;
        }
        self.passing_grams.add_whole(&bytes);
        self.passing.push_back(bytes);
        if self.passing.len() >= 2 * PASSING {
            self.passing.drain(..PASSING);
            self.passing_grams = Grams::default();
            for value in &self.passing {
                self.passing_grams.add_whole(value);
            }
        }
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.learned.len() + self.tokens.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.learned.is_empty() && self.passing.is_empty()
    }

    pub(super) fn has_short(&self) -> bool {
        !self.short.is_empty()
    }

    /// Whether a short credential is in a text, plain or escaped.
    pub(super) fn has_short_in(&self, text: &str) -> bool {
        let view = View::of(text.as_bytes());
        let has = |view: &View| {
            let bytes = view.filtered(exact).bytes;
            self.short.iter().any(|short| bytes.windows(short.len().max(1)).any(|part| part == short))
        };
        self.has_short() && (has(&view) || undone(&view).iter().any(has))
    }

    /// The parts of a text from which a credential can be read, after this number of encodings is undone.
    pub(super) fn found(&self, text: &str, depth: usize) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let shortest = self.exact.shortest().min(self.passing_grams.shortest());
        if text.len() >= shortest {
            let view = View::of(text.as_bytes());
            self.search(&view, depth, &mut found);
            if depth > 1 {
                self.search(&view.reversed(), depth - 1, &mut found);
            }
        }
        found
    }

    fn search(&self, view: &View, depth: usize, found: &mut Vec<Range<usize>>) {
        self.scan(view, found);
        let layers = undone(view);
        for plain in &layers {
            self.scan(plain, found);
        }
        let plain = layers.last().unwrap_or(view);
        let bare = without_markup(plain).inspect(|bare| self.scan(bare, found));
        if depth > 0 {
            let forms = decoded(plain).into_iter().chain(bare.as_ref().map(decoded).unwrap_or_default());
            for form in forms {
                self.search(&form, depth - 1, found);
            }
        }
    }

    fn scan(&self, view: &View, found: &mut Vec<Range<usize>>) {
        let characters = view.filtered(exact);
        self.exact.find(&characters, |range| found.extend(characters.origin(range)));
        self.passing_grams.find(&characters, |range| found.extend(characters.origin(range)));
        let letters = view.filtered(skeleton);
        self.skeleton.find(&letters, |range| found.extend(letters.origin(range)));
    }

    /// The end of a text that a credential begins with: it may have been cut off there.
    pub(super) fn head_at_end(&self, text: &str) -> Option<Range<usize>> {
        let tail = text.floor_char_boundary(text.len().saturating_sub(LONGEST_ESCAPE));
        // The last escape may have been cut off, too.
        let escape = text.get(tail..)?.rfind(['%', '&', '\\', '=']).map(|place| tail + place);
        let escape = escape.filter(|place| text.get(*place..).is_some_and(is_cut));
        let ends = [Some(text.len()), escape];
        let heads = ends.into_iter().flatten().filter_map(|end| self.head_before(text.get(..end)?));
        heads.min().map(|start| start..text.len())
    }

    fn head_before(&self, text: &str) -> Option<usize> {
        let view = View::of(text.as_bytes());
        let plain = undone(&view).pop().unwrap_or_else(|| view.clone());
        let forms = [view, plain.clone()].into_iter().chain(decoded(&plain));
        forms.filter_map(|form| Some(self.head_in(&form)?.start)).min()
    }

    fn head_in(&self, view: &View) -> Option<Range<usize>> {
        let characters = view.filtered(exact);
        let length = characters.bytes.len();
        let longest = |whole: &Vec<u8>| {
            let most = whole.len().min(length);
            (HEAD..=most).rev().find(|head| whole.get(..*head) == characters.bytes.get(length - head..))
        };
        let head = self.wholes.iter().filter_map(longest).max()?;
        characters.origin(length - head..length)
    }
}
