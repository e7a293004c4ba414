//! Cuts an answer into its members and its records while it comes, without reading them: a record that cannot be read
//! costs nobody else, and only one is held at a time.
//!
//! Only strings and brackets count here. Whether a record is JSON is asked when it is read.

use super::metadata::Version;

/// Longest record, in bytes as it comes: with annotations, and with what is expanded in it.
pub(super) const LONGEST_RECORD: usize = 512 * 1024;

/// Longest member beside the records that is kept: links, and what an error says.
const LONGEST_MEMBER: usize = 64 * 1024;

/// Longest name of a member.
const LONGEST_NAME: usize = 1_024;

/// What was cut out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cut<'a> {
    /// A member beside the records. `None`: its value is longer than anybody needs.
    Member(&'a str, Option<&'a [u8]>),
    /// A record, as it came. `None`: it is longer than [`LONGEST_RECORD`].
    Record(Option<&'a [u8]>),
}

/// What takes the cuts; it may refuse one, in words.
pub(super) type Taker<'a> = &'a mut dyn FnMut(Cut<'_>) -> Result<(), String>;

/// Where in an answer the splitter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Before the answer; this many bytes of a byte order mark came.
    Start(usize),
    /// Before the first name of an object, or its end.
    FirstName,
    /// Before another name.
    Name,
    InName,
    Colon,
    /// Before the value of a member.
    Value,
    InValue,
    /// Behind a member.
    Behind,
    /// Before the first record, or the end of the list.
    FirstRecord,
    /// Before another record.
    Record,
    InRecord,
    /// Behind a record.
    BehindRecord,
    End,
}

/// Cuts one answer.
pub(super) struct Splitter {
    version: Version,
    at: At,
    /// Within the `d` of version 2.
    inside: bool,
    has_list: bool,
    name: String,
    value: Value,
}

impl Splitter {
    pub(super) fn new(version: Version) -> Self {
        let (at, name) = (At::Start(0), String::new());
        Self { version, at, inside: false, has_list: false, name, value: Value::default() }
    }

    /// Takes the next bytes of the answer.
    ///
    /// # Errors
    /// Why it is no answer of OData, in words; or what the taker says.
    pub(super) fn take(&mut self, mut bytes: &[u8], taker: Taker<'_>) -> Result<(), String> {
        while let Some((first, rest)) = bytes.split_first() {
            match self.at {
                At::InName | At::InValue | At::InRecord => {
                    let Some(end) = self.value.take(bytes) else { return Ok(()) };
                    bytes = bytes.get(end..).unwrap_or_default();
                    self.ended(taker)?;
                }
                At::Start(n) if MARK.get(n) == Some(first) => {
                    self.at = At::Start(n + 1);
                    bytes = rest;
                }
                _ if matches!(first, b' ' | b'\t' | b'\r' | b'\n') => bytes = rest,
                _ => {
                    let is_taken = self.step(*first)?;
                    bytes = if is_taken { rest } else { bytes };
                }
            }
        }
        Ok(())
    }

    /// The answer has ended.
    ///
    /// # Errors
    /// When it is not whole, in words.
    pub(super) fn end(&self) -> Result<(), String> {
        match self.at {
            At::End => Ok(()),
            At::Start(_) => Err("it is empty".to_owned()),
            _ => Err("it ends too early".to_owned()),
        }
    }

    /// How many bytes are held of the value that is being cut out.
    pub(super) const fn held(&self) -> usize {
        self.value.bytes.capacity()
    }

    /// Whether there was a list of records.
    pub(super) const fn has_list(&self) -> bool {
        self.has_list
    }

    /// One byte between values; whether it is done with.
    fn step(&mut self, byte: u8) -> Result<bool, String> {
        let value = |limit| Value { limit, ..Value::default() };
        self.at = match (self.at, byte) {
            (At::Start(0 | 3), b'{') => At::FirstName,
            (At::Start(0), 0xFE | 0xFF) => return Err("it is UTF-16; OData requires UTF-8".to_owned()),
            (At::FirstName | At::Name, b'"') => {
                self.value = value(LONGEST_NAME);
                self.at = At::InName;
                return Ok(false);
            }
            (At::FirstName | At::Behind, b'}') if self.inside => {
                self.inside = false;
                At::Behind
            }
            (At::FirstName | At::Behind, b'}') => At::End,
            (At::Colon, b':') => At::Value,
            (At::Behind, b',') => At::Name,
            (At::Value, _) if self.is_inner() && byte == b'{' => {
                self.inside = true;
                At::FirstName
            }
            (At::Value, _) if self.is_list(byte) => {
                if self.has_list {
                    return Err("it has two lists of records".to_owned());
                }
                if byte != b'[' {
                    return Err(format!("“{}” is not a list of records", self.name));
                }
                self.has_list = true;
                At::FirstRecord
            }
            (At::Value, _) if !matches!(byte, b',' | b'}' | b']' | b':') => {
                self.value = value(LONGEST_MEMBER);
                self.at = At::InValue;
                return Ok(false);
            }
            (At::FirstRecord | At::BehindRecord, b']') => At::Behind,
            (At::BehindRecord, b',') => At::Record,
            (At::FirstRecord | At::Record, _) if !matches!(byte, b',' | b'}' | b']' | b':') => {
                self.value = value(LONGEST_RECORD);
                self.at = At::InRecord;
                return Ok(false);
            }
            (At::End, _) => return Err("there is more after its end".to_owned()),
            (At::Start(_), _) => return Err(format!("it begins with “{}”, not a JSON object", display_byte(byte))),
            _ => return Err(format!("“{}” is in the wrong place", display_byte(byte))),
        };
        Ok(true)
    }

    /// Whether the member that begins is the `d` of version 2.
    fn is_inner(&self) -> bool {
        self.version == Version::V2 && !self.inside && self.name == "d"
    }

    /// Whether it is where the records are.
    fn is_list(&self, byte: u8) -> bool {
        match self.version {
            Version::V4 => self.name == "value",
            Version::V2 if self.inside => self.name == "results",
            // Anything but an object: with `null` for it, a service says that there is nothing to read.
            Version::V2 => self.is_inner() && byte != b'{',
        }
    }

    /// A value has ended.
    fn ended(&mut self, taker: Taker<'_>) -> Result<(), String> {
        let Value { bytes, is_cut, .. } = std::mem::take(&mut self.value);
        match self.at {
            At::InName => {
                let name = serde_json::from_slice(&bytes).ok().filter(|_| !is_cut);
                self.name = name.ok_or("the name of a member cannot be read")?;
                self.at = At::Colon;
                Ok(())
            }
            At::InValue => {
                self.at = At::Behind;
                taker(Cut::Member(&self.name, (!is_cut).then_some(&bytes)))
            }
            _ => {
                self.at = At::BehindRecord;
                taker(Cut::Record((!is_cut).then_some(&bytes)))
            }
        }
    }
}

/// The byte order mark of UTF-8, which parsers may ignore (RFC 8259, 8.1).
const MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// A value that is being cut out.
#[derive(Debug, Default)]
struct Value {
    bytes: Vec<u8>,
    limit: usize,
    /// There was more of it than `limit` bytes.
    is_cut: bool,
    depth: usize,
    is_quoted: bool,
    is_escaped: bool,
}

impl Value {
    /// Takes the next bytes; how many of them belong to the value if it has ended.
    fn take(&mut self, bytes: &[u8]) -> Option<usize> {
        let end = self.end_in(bytes);
        let part = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        self.is_cut |= self.bytes.len() + part.len() > self.limit;
        if self.is_cut {
            self.bytes = Vec::new();
        } else {
            self.bytes.extend_from_slice(part);
        }
        end
    }

    fn end_in(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, byte) in bytes.iter().enumerate() {
            if self.is_quoted {
                match byte {
                    _ if self.is_escaped => self.is_escaped = false,
                    b'\\' => self.is_escaped = true,
                    b'"' => {
                        self.is_quoted = false;
                        if self.depth == 0 {
                            return Some(at + 1);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.is_quoted = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth > 1 => self.depth -= 1,
                b'}' | b']' if self.depth == 1 => return Some(at + 1),
                // A number or a word ends where something else begins.
                b'}' | b']' | b',' | b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 => return Some(at),
                _ => {}
            }
        }
        None
    }
}

fn display_byte(byte: u8) -> String {
    if byte.is_ascii_graphic() { char::from(byte).to_string() } else { format!("\\x{byte:02x}") }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// What is cut out of an answer that comes in pieces of this size; or why it is none.
    fn cut(version: Version, body: &[u8], size: usize) -> Result<Vec<String>, String> {
        let mut splitter = Splitter::new(version);
        let mut cuts = Vec::new();
        for piece in body.chunks(size) {
            splitter.take(piece, &mut |cut| {
                let text = |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or(b"too long")).into_owned();
                cuts.push(match cut {
                    Cut::Member(name, value) => format!("{name}={}", text(value)),
                    Cut::Record(record) => text(record),
                });
                Ok(())
            })?;
        }
        splitter.end()?;
        if splitter.has_list() { Ok(cuts) } else { Err("no list".to_owned()) }
    }

    #[rstest]
    #[case(Version::V4, r#" { "@odata.context" : "x" , "value" : [ {"a":"]}\"\\"} , {} ] , "n":[1] } "#,
        &["@odata.context=\"x\"", r#"{"a":"]}\"\\"}"#, "{}", "n=[1]"])]
    #[case(Version::V4, r#"{"value":[1,"two",null,[3],1e400,{"a":NaN},{"a":1]],"c":true}"#,
        &["1", "\"two\"", "null", "[3]", "1e400", "{\"a\":NaN}", "{\"a\":1]", "c=true"])]
    #[case(Version::V4, r#"{"value":[],"results":[1],"d":{"x":1}}"#, &["results=[1]", "d={\"x\":1}"])]
    #[case(Version::V4, "\u{feff}{\"value\":[]}", &[])]
    #[case(Version::V2, r#"{"d":{"results":[{"a":1}],"__next":"n"}}"#, &["{\"a\":1}", "__next=\"n\""])]
    #[case(Version::V2, r#"{"d":[{"a":1}]}"#, &["{\"a\":1}"])]
    #[case(Version::V2, r#"{"d":{"results":[]},"value":[2]}"#, &["value=[2]"])]
    fn answers(#[case] version: Version, #[case] body: &str, #[case] cuts: &[&str]) {
        for size in [1, 2, 7, 1_000] {
            assert_eq!(cut(version, body.as_bytes(), size).unwrap(), cuts, "{size}");
        }
    }

    #[rstest]
    #[case(Version::V4, "", "it is empty")]
    #[case(Version::V4, "<html>", "it begins with “<”, not a JSON object")]
    #[case(Version::V4, "[]", "it begins with “[”, not a JSON object")]
    #[case(Version::V4, "{}", "no list")]
    #[case(Version::V4, r#"{"value":{}}"#, "“value” is not a list of records")]
    #[case(Version::V4, r#"{"value":null}"#, "“value” is not a list of records")]
    #[case(Version::V4, r#"{"value":[{"Id":1}"#, "it ends too early")]
    #[case(Version::V4, r#"{"value":[{"Id":[[["#, "it ends too early")]
    #[case(Version::V4, r#"{"value":[]} and more"#, "there is more after its end")]
    #[case(Version::V4, r#"{"value":[],"value":[]}"#, "it has two lists of records")]
    #[case(Version::V4, r#"{"value":[1,]}"#, "“]” is in the wrong place")]
    #[case(Version::V4, r#"{"value" []}"#, "“[” is in the wrong place")]
    #[case(Version::V4, r#"{"d":{"results":[]}}"#, "no list")]
    #[case(Version::V2, r#"{"value":[]}"#, "no list")]
    #[case(Version::V2, r#"{"d":{"value":[]}}"#, "no list")]
    #[case(Version::V2, r#"{"d":"x"}"#, "“d” is not a list of records")]
    fn what_is_no_answer(#[case] version: Version, #[case] body: &str, #[case] why: &str) {
        for size in [1, 1_000] {
            assert_eq!(cut(version, body.as_bytes(), size).unwrap_err(), why);
        }
    }

    #[test]
    fn utf_16_is_named() {
        let bytes: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(cut(Version::V4, &bytes, 5).unwrap_err(), "it is UTF-16; OData requires UTF-8");
    }

    /// Of what is too long nothing is kept, and the rest is cut as if it were short.
    #[test]
    fn what_is_too_long_costs_only_itself() {
        let long = "x".repeat(LONGEST_RECORD);
        let body = format!(r#"{{"m":["{long}"],"value":[{{"a":"{long}"}},{{"a":1}}]}}"#);
        assert_eq!(cut(Version::V4, body.as_bytes(), 1_000).unwrap(), ["m=too long", "too long", "{\"a\":1}"]);
    }
}
