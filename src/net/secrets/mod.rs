//! The credentials of one system, and the one place that takes them out of texts.
//!
//! A service may quote what it was sent, in any form: raw, escaped (percent signs, entities, JSON), encoded (Base64 at
//! each alignment, hexadecimal, lists of numbers), in several layers, in other case, back to front, wrapped, or with
//! something between its characters. So the text is decoded in all these ways (`escapes`, `encodings`), with a way
//! back to the original (`view`), and searched for parts of credentials (`grams`).
//!
//! A credential is what is stored in a slot of a system, what follows from it (the value of an
//! `Authorization` header, the signature of a shared access signature), and what a service gives for it (tokens and
//! cookies). User names, and the bytes and records that are transferred, are not changed.

mod encodings;
mod escapes;
mod grams;
mod known;
mod view;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, SET_COOKIE};

use crate::domain::message::{Category, MAX_TEXT_BYTES, Message};
use crate::domain::run::PeerFailure;
use known::Known;

/// What a credential is replaced with.
pub const MASK: &str = "•••";

/// Stands where a text was cut.
const CUT: char = '…';

/// Replaces a whole quotation when a credential is too short to be found in other text.
pub const NOT_QUOTED: &str = "Not shown: a credential of this system has fewer than 6 characters and cannot be masked.";

/// At most this many bytes of a text are looked at, and kept: more is not stored anyway.
const LONGEST: usize = 2 * MAX_TEXT_BYTES;

/// How many cuts of a text are looked at.
const MOST_CUTS: usize = 16;

/// How many encodings within each other are undone.
const DEEP: usize = 2;

/// The same in texts of our own, of which a run may have millions.
const SHALLOW: usize = 1;

/// The credentials of one system. Clones share what they know.
#[derive(Clone, Default)]
pub struct Secrets(Arc<RwLock<Known>>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("Secrets")
    }
}

impl Secrets {
    /// Learns a credential: a password, a key, a token, a shared access signature, or a private key in PEM.
    pub fn learn(&self, secret: &str) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).learn(secret);
    }

    /// Learns a token that a service gave. It is known until it was replaced several times.
    pub fn learn_token(&self, token: &str) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).learn_token(token);
    }

    /// Learns what a request is signed with.
    pub(super) fn learn_request(&self, headers: &HeaderMap) {
        let Some(value) = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()) else { return };
        let signature = value.rsplit_once("Signature=").map(|(_, signature)| signature).or_else(|| {
            let (scheme, signature) = value.split_once(' ')?;
            let ours = scheme.eq_ignore_ascii_case("basic") || scheme.eq_ignore_ascii_case("bearer");
            // These are found by what is in them.
            (!ours).then(|| signature.rsplit_once(':').map_or(signature, |(_, signature)| signature))
        });
        if let Some(signature) = signature {
            self.learn_passing(signature);
        }
    }

    /// Learns the cookies and tokens that a service has set.
    pub(super) fn learn_response(&self, headers: &HeaderMap) {
        let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
        for cookie in headers.get_all(SET_COOKIE).iter().filter_map(text) {
            let pair = cookie.split(';').next().unwrap_or_default();
            self.learn_passing(pair.split_once('=').map_or(pair, |(_name, value)| value).trim_matches('"'));
        }
        if let Some(token) = headers.get("x-csrf-token").and_then(text) {
            self.learn_passing(&token);
        }
    }

    fn learn_passing(&self, value: &str) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).learn_passing(value);
    }

    /// Words of a service for people, at most `limit` bytes, without credentials. The text should be longer than that,
    /// so that no part of a credential is left at its end.
    #[must_use]
    pub fn quote(&self, words: &str, limit: usize) -> String {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if words.trim().is_empty() || known.is_empty() {
            return beginning(words, limit).to_owned();
        }
        if known.has_short() {
            return NOT_QUOTED.to_owned();
        }
        let words = beginning(words, LONGEST);
        let mut found = known.found(words, DEEP);
        found.extend(known.head_at_end(words));
        found.extend(heads_at_cuts(&known, words));
        beginning(&without(words, found), limit).to_owned()
    }

    /// A text of our own, which may have words of a service in it.
    fn masked(&self, text: &str, depth: usize) -> String {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if known.is_empty() {
            return text.to_owned();
        }
        let text = beginning(text, LONGEST);
        // In a name that a service gave, such as that of a set, a few characters mean nothing.
        if depth > SHALLOW && known.has_short_in(text) {
            return MASK.to_owned();
        }
        let mut found = known.found(text, depth);
        found.extend(heads_at_cuts(&known, text));
        without(text, found).into_owned()
    }

    /// Whether a credential can be read out of a text.
    #[must_use]
    pub fn are_in(&self, text: &str) -> bool {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        !known.found(text, SHALLOW).is_empty()
    }

    /// The same failure without credentials.
    #[must_use]
    pub fn failure(&self, mut failure: PeerFailure) -> PeerFailure {
        for arg in &mut failure.args {
            *arg = self.masked(arg, DEEP);
        }
        failure.foreign_text = failure.foreign_text.map(|words| self.quote(&words, MAX_TEXT_BYTES + 1));
        failure
    }

    /// The same message without credentials. The key of its item stays as it is.
    #[must_use]
    pub fn message(&self, mut message: Message) -> Message {
        let depth = match message.category {
            Category::Error | Category::Warning => DEEP,
            Category::Success | Category::Information => SHALLOW,
        };
        for arg in &mut message.args {
            *arg = self.masked(arg, depth);
        }
        // One byte more than is stored, so that it is marked as cut.
        message.foreign_text = message.foreign_text.map(|words| self.quote(&words, MAX_TEXT_BYTES + 1));
        message
    }
}

/// Beginnings of credentials where a text was cut.
fn heads_at_cuts(known: &Known, text: &str) -> Vec<Range<usize>> {
    let before = |(cut, _): (usize, &str)| known.head_at_end(text.get(..cut)?);
    text.match_indices(CUT).take(MOST_CUTS).filter_map(before).collect()
}

/// The first `characters` of a text, with a mark if it was cut: masking also recognizes the beginning of a credential
/// before that mark.
#[must_use]
pub fn cut(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}{CUT}", text.get(..end).unwrap_or_default()),
    }
}

/// At most `limit` bytes of a text.
fn beginning(text: &str, limit: usize) -> &str {
    text.get(..text.floor_char_boundary(limit)).unwrap_or_default()
}

/// The text with each of these parts replaced by a mask.
fn without(text: &str, mut parts: Vec<Range<usize>>) -> Cow<'_, str> {
    if parts.is_empty() {
        return Cow::Borrowed(text);
    }
    parts.sort_unstable_by_key(|part| part.start);
    let (mut masked, mut end) = (String::new(), 0);
    for part in parts {
        let (from, to) = (text.floor_char_boundary(part.start), text.ceil_char_boundary(part.end));
        if from > end || masked.is_empty() {
            masked.push_str(text.get(end..from).unwrap_or_default());
            masked.push_str(MASK);
        }
        end = end.max(to);
    }
    masked.push_str(text.get(end..).unwrap_or_default());
    Cow::Owned(masked)
}

#[cfg(test)]
mod tests;
