//! Credentials in the forms in which services quote them.

use std::fmt::Write;

use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD, Engine};
use rstest::rstest;

use super::*;
use crate::domain::run::Stage;

/// Passwords and keys of several kinds; each has something that escapes change.
const SECRETS: &[&str] = &[
    "hunter2",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "p\"a\\s/s w&o<r>d'%41+ä€",
    r"C:\new\table %2B",
    "a+b c+d e+f",
    "!§$%&/()=?",
    "Grüße aus Köln",
    "dGhpcyBpcyBhbiBhenVyZSBrZXkgb2Ygc2l4dHktZm91ciBieXRlcyBpbiBiYXNlNjQh==",
];

fn knowing(secret: &str) -> Secrets {
    let secrets = Secrets::default();
    secrets.learn(secret);
    secrets
}

fn percent(text: &str, all: bool, upper: bool) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        let plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let _ = match (plain && !all, upper) {
            (true, _) => write!(out, "{}", char::from(byte)),
            (false, true) => write!(out, "%{byte:02X}"),
            (false, false) => write!(out, "%{byte:02x}"),
        };
        out
    })
}

fn each(text: &str, form: impl Fn(char) -> String) -> String {
    text.chars().map(form).collect()
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn unicode(text: &str) -> String {
    text.encode_utf16().fold(String::new(), |out, unit| format!("{out}\\u{unit:04x}"))
}

fn hex(text: &str, separator: &str) -> String {
    text.bytes().map(|byte| hex::encode([byte])).collect::<Vec<_>>().join(separator)
}

fn wrapped(text: &str, length: usize, with: &str) -> String {
    text.chars()
        .collect::<Vec<_>>()
        .chunks(length)
        .map(|line| line.iter().collect())
        .collect::<Vec<String>>()
        .join(with)
}

/// All forms in which a service may quote a secret.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![
        secret.to_owned(),
        secret.to_ascii_uppercase(),
        secret.to_ascii_lowercase(),
        percent(secret, false, true),
        percent(secret, false, false),
        percent(secret, true, true),
        percent(secret, true, false),
        percent(secret, false, true).replace("%20", "+"),
        percent(&percent(secret, false, true), false, true),
        secret.replace('/', "%2F"),
        html(secret),
        html(&html(secret)),
        html(&percent(secret, false, true)),
        each(secret, |character| format!("&#{};", u32::from(character))),
        each(secret, |character| format!("&#x{:x};", u32::from(character))),
        each(secret, |character| format!("&#x{:X}", u32::from(character))),
        each(secret, |character| match character {
            'ä' => "&auml;".into(),
            'ü' => "&uuml;".into(),
            'ß' => "&szlig;".into(),
            'ö' => "&ouml;".into(),
            '€' => "&euro;".into(),
            other => html(&other.to_string()),
        }),
        json(secret),
        json(&json(secret)),
        html(&json(secret)),
        json(secret).replace('/', "\\/"),
        unicode(secret),
        unicode(secret).to_uppercase().replace("\\U", "\\u"),
        secret.bytes().fold(String::new(), |out, byte| format!("{out}\\x{byte:02x}")),
        hex(secret, ""),
        hex(secret, "").to_uppercase(),
        hex(secret, " "),
        hex(secret, ":"),
        format!("0x{}", hex(secret, ", 0x")),
        format!("{:?}", secret.as_bytes()),
        wrapped(secret, 3, "\r\n "),
        wrapped(secret, 1, " "),
        wrapped(&percent(secret, true, true), 6, "\n"),
        wrapped(secret, 4, "<wbr>"),
        format!("<![CDATA[{}]]>", wrapped(secret, 5, "]]><![CDATA[")),
        format!("pass=3D{}", secret.bytes().fold(String::new(), |out, byte| format!("{out}={byte:02X}"))),
        secret.chars().rev().collect(),
    ];
    for before in ["", "u:", "us:", "account:"] {
        let text = format!("{before}{secret}");
        let mut encoded = vec![
            BASE64_STANDARD.encode(&text),
            BASE64_STANDARD_NO_PAD.encode(&text),
            BASE64_URL_SAFE.encode(&text),
            BASE64_URL_SAFE_NO_PAD.encode(&text),
            BASE64_STANDARD.encode(percent(&text, false, true)),
            BASE64_STANDARD.encode(json(&text)),
            BASE64_STANDARD.encode(text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()),
        ];
        encoded.extend(encoded.clone().iter().flat_map(|encoded| {
            [
                percent(encoded, false, true),
                wrapped(encoded, 10, "\r\n\t"),
                json(&wrapped(encoded, 8, "\n")),
                each(encoded, |character| format!("&#{};", u32::from(character))),
                hex(encoded, ""),
                encoded.chars().rev().collect(),
            ]
        }));
        forms.push(BASE64_STANDARD.encode(BASE64_STANDARD.encode(&text)));
        forms.extend(encoded);
    }
    forms
}

/// The longest part of `secret` that can still be read from a text that was a form of it.
fn is_masked(text: &str) -> bool {
    text.contains(MASK)
}

#[test]
fn every_form_of_every_secret_is_masked() {
    for secret in SECRETS {
        let secrets = knowing(secret);
        for form in forms(secret) {
            for quoted in [
                form.clone(),
                format!("you sent “{form}”, which is wrong"),
                format!("{{\"authorization\": \"Basic {form}\"}}"),
                format!("<pre>Authorization: {form}</pre>"),
            ] {
                let masked = secrets.quote(&quoted, 100_000);
                assert!(is_masked(&masked), "{secret}: {quoted} became {masked}");
                let again = secrets.quote(&masked, 100_000);
                assert_eq!(again.replace(MASK, ""), masked.replace(MASK, ""), "{secret}: {quoted}: something was left");
            }
        }
    }
}

#[test]
fn the_rest_of_a_text_is_kept() {
    let secrets = knowing("correct-horse-battery");
    for (quoted, expected) in [
        ("no permission for /data/ä.txt", "no permission for /data/ä.txt"),
        ("ä correct-horse-battery ö", "ä ••• ö"),
        ("[correct%2Dhorse%2Dbattery]", "[•••]"),
        ("correct horse battery correct-horse-battery", "••• •••"),
        ("", ""),
    ] {
        assert_eq!(secrets.quote(quoted, 1_000), expected);
    }
    assert_eq!(Secrets::default().quote("anything at all", 8), "anything");
}

#[test]
fn a_secret_that_is_cut_leaves_nothing() {
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let secrets = knowing(secret);
    let encoded = BASE64_STANDARD.encode(format!("user:{secret}"));
    for text in [secret.to_owned(), percent(secret, true, true), encoded, hex(secret, "")] {
        for end in 0..=text.len() {
            let quoted = format!("Authorization: {}", &text[..end]);
            let masked = secrets.quote(&quoted, 1_000);
            let left = masked.strip_prefix("Authorization: ").unwrap();
            assert!(left.len() < 20 && !left.contains("wJalr") && !left.contains("d0phbH"), "{quoted} became {masked}");
        }
    }
    // A part of it in the middle of a text.
    assert_eq!(secrets.quote("key K7MDENG/bPxRf… refused", 1_000), "key •••… refused");
    let long = format!("{}{secret}", "x".repeat(95));
    assert_eq!(secrets.quote(&long, 100), format!("{}•", "x".repeat(95)).trim_end_matches('•').to_owned() + "•");
}

#[test]
fn with_a_short_secret_nothing_is_quoted() {
    let secrets = knowing("five5");
    assert_eq!(secrets.quote("anything", 1_000), NOT_QUOTED);
    assert_eq!(secrets.quote("", 1_000), "");
    let failure = PeerFailure::new(Stage::Content, "FILE-ROOT").arg("files.example").arg("five5 is no folder");
    assert_eq!(secrets.failure(failure).args, ["files.example", MASK]);
    let counted = Message::of_run(Category::Success, "AFC-S01").arg("five5 and six");
    assert_eq!(secrets.message(counted).args, ["five5 and six"]);
    // Six characters are enough, however many bytes they have.
    assert_eq!(knowing("ääää€€").quote("anything", 1_000), "anything");
    assert_eq!(knowing("ääää€").quote("anything", 1_000), NOT_QUOTED);
}

#[test]
fn a_private_key_in_whatever_lines() {
    let key = rcgen::KeyPair::generate().unwrap();
    let pem = key.serialize_pem();
    let secrets = knowing(&pem);
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    for form in [pem.clone(), json(&pem), body.clone(), wrapped(&body, 20, "\n"), body[40..70].to_owned()] {
        let masked = secrets.quote(&form, 10_000);
        assert!(is_masked(&masked) && !masked.contains(&body[60..70]), "{masked}");
    }
    let bytes = key.serialize_der();
    let hex = hex::encode(&bytes);
    assert!(is_masked(&secrets.quote(&hex, 10_000)));
}

#[test]
fn of_a_shared_access_signature_the_signature() {
    let token = "?sv=2024-11-04&ss=b&sp=rwdl&se=2026-12-01T00:00:00Z&sig=abc%2Bdef%2Fghi012345678%3D";
    let secrets = knowing(token);
    let quoted = "expired 2026-12-01T00:00:00Z: sig=abc+def/ghi012345678= or abc%2Bdef%2Fghi012345678%3D";
    let masked = secrets.quote(quoted, 1_000);
    assert!(masked.starts_with("expired 2026-12-01T00:00:00Z: sig=•••"), "{masked}");
    assert!(!masked.contains("ghi012345678"), "{masked}");
}

#[rstest]
#[case(
    "AWS4-HMAC-SHA256 Credential=AKID/20261127/s3, SignedHeaders=host, Signature=0123456789abcdef0123456789",
    "89abcdef0123"
)]
#[case("SharedKey account:QUJDREVGR0hJSktMTU5PUA==", "QUJDREVGR0hJSktMTU5PUA==")]
fn signatures_of_requests(#[case] header: &str, #[case] signature: &str) {
    let secrets = Secrets::default();
    let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(header).unwrap())]);
    secrets.learn_request(&headers);
    let masked = secrets.quote(&format!("you sent {header}"), 1_000);
    assert!(is_masked(&masked) && !masked.contains(signature), "{masked}");
}

#[test]
fn cookies_and_no_more_than_the_newest() {
    let secrets = Secrets::default();
    for n in 0..1_000 {
        let cookie = format!("session=\"value-of-cookie-{n:04}\"; Path=/; HttpOnly");
        secrets.learn_response(&HeaderMap::from_iter([(SET_COOKIE, HeaderValue::from_str(&cookie).unwrap())]));
    }
    assert_eq!(secrets.quote("cookie: session=value-of-cookie-0999; Path=/", 1_000), "cookie: session=•••; Path=/");
    assert!(!is_masked(&secrets.quote("value-of-cookie-0000", 1_000)));
}

#[test]
fn messages_and_failures_keep_what_is_not_quoted() {
    let secrets = knowing("hunter2hunter2");
    let mut message = Message::of_run(Category::Error, "FILE-TROUBLE").arg("source").arg("at hunter2hunter2");
    message.item_key = b"hunter2hunter2.txt".to_vec();
    let masked = secrets.message(message.quoting("Basic aHVudGVyMmh1bnRlcjI="));
    assert_eq!((masked.args.join(" "), masked.foreign_text.as_deref()), ("source at •••".into(), Some("Basic •••")));
    assert_eq!(masked.item_key, b"hunter2hunter2.txt");
    let long = "x".repeat(1 << 20);
    assert!(
        secrets.failure(PeerFailure::new(Stage::Content, "X").quoting(long)).foreign_text.unwrap().len()
            <= 8 * 1024 + 1
    );
}

/// It only looks like a shared access signature.
#[test]
fn a_password_with_a_signature_in_it_is_a_password() {
    for password in ["Winter&sig=Summer2026", "p4ss&xsig=long-secret", "sig=&one-and-two"] {
        let secrets = Secrets::default();
        secrets.learn(password);
        assert_eq!(secrets.quote(&format!("wrong: {password}"), 100), format!("wrong: {MASK}"), "{password}");
    }
}

#[test]
fn a_credential_that_was_cut_is_masked_wherever_the_cut_is() {
    let secrets = Secrets::default();
    secrets.learn("correct-horse");
    let words = cut(&format!("414 {} correct-horse", "x".repeat(20)), 32);
    assert!(words.ends_with(" correct…"), "{words}");
    let failure = PeerFailure::new(crate::domain::run::Stage::Content, "FILE-ROOT").arg(format!("{words} for /a"));
    assert!(secrets.failure(failure).args[0].ends_with(&format!("x {MASK}… for /a")));
    assert!(secrets.quote(&format!("{words} for /a"), 100).ends_with(&format!("x {MASK}… for /a")));
    assert_eq!(cut("short", 5), "short");
}

#[test]
fn tokens_are_forgotten_when_they_were_replaced_often_enough() {
    let secrets = Secrets::default();
    secrets.learn("a-password-that-stays");
    let token = |number: usize| format!("{number:06}-{}", "token".repeat(10));
    for number in 0..1_000 {
        secrets.learn_token(&token(number));
        secrets.learn_token(&token(number));
    }
    let count = secrets.0.read().unwrap().count();
    assert!(count <= 1 + 3 + 3, "{count}");
    for known in ["a-password-that-stays".to_owned(), token(999), token(998)] {
        assert_eq!(secrets.quote(&known, 100), MASK);
    }
}
