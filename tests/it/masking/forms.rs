//! A secret in the forms in which services show what they were sent.

use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD, Engine};

/// Forms of the secret alone.
pub fn forms(secret: &str) -> Vec<String> {
    let bytes = |form: &dyn Fn(u8) -> String| secret.bytes().map(form).collect::<String>();
    let characters = |form: &dyn Fn(char) -> String| secret.chars().map(form).collect::<String>();
    let escaped = |upper: bool| {
        bytes(&|byte| match byte {
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte if upper => format!("%{byte:02X}"),
            byte => format!("%{byte:02x}"),
        })
    };
    let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let json = serde_json::to_string(secret).expect("JSON").trim_matches('"').to_owned();
    let base64 = BASE64_STANDARD.encode(secret);
    vec![
        secret.to_owned(),
        escaped(true),
        escaped(false),
        escaped(true).replace("%20", "+"),
        secret.replace('/', "%2F"),
        bytes(&|byte| format!("%{byte:02X}")),
        html.clone(),
        characters(&|character| format!("&#{};", u32::from(character))),
        characters(&|character| format!("&#x{:x};", u32::from(character))),
        json.clone(),
        json.replace('/', "\\/"),
        characters(&|character| format!("\\u{:04x}", u32::from(character))),
        bytes(&|byte| format!("\\x{byte:02x}")),
        bytes(&|byte| format!("{byte:02x}")),
        bytes(&|byte| format!("{byte:02X}")),
        bytes(&|byte| format!("{byte:02x} ")),
        base64.clone(),
        base64.trim_end_matches('=').to_owned(),
        BASE64_URL_SAFE_NO_PAD.encode(secret),
        base64.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"),
        base64.as_bytes().chunks(10).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\r\n "),
        characters(&|character| format!("{character} ")),
        secret.as_bytes().chunks(5).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\r\n "),
        secret.chars().rev().collect(),
    ]
}

/// Forms of it together with a user, at each place of Base64.
pub fn with_a_user(secret: &str) -> Vec<String> {
    let both = ["", "a", "ad", "ada"].map(|user| format!("{user}:{secret}"));
    both.iter()
        .flat_map(|both| {
            [
                BASE64_STANDARD.encode(both),
                BASE64_STANDARD_NO_PAD.encode(both),
                BASE64_URL_SAFE.encode(both),
                BASE64_URL_SAFE_NO_PAD.encode(both),
            ]
        })
        .collect()
}
