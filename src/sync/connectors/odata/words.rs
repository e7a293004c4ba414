//! What a service says in an error: its code and its message, in JSON or in XML, of any version.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

/// What the service says in the body of a refusal; the body itself if it is no error of OData.
pub(super) fn refusal(body: &str) -> String {
    let body = body.trim_start_matches('\u{feff}');
    let in_json = || {
        let parsed: Value = serde_json::from_str(body).ok()?;
        let error = ["error", "odata.error"].iter().find_map(|name| parsed.get(*name))?;
        of_json(error)
    };
    in_json().or_else(|| of_xml(body)).unwrap_or_else(|| body.to_owned())
}

/// What an error in JSON says. Version 2 wraps the message once more. What is nested in it is for programmers.
pub(super) fn of_json(error: &Value) -> Option<String> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    let message = error.get("message").and_then(|message| text(message).or_else(|| text(message.get("value")?)));
    joined(error.get("code").and_then(text), message.or_else(|| text(error)))
}

/// The same in XML: `code` and `message` directly below `error`, whatever their namespaces.
fn of_xml(body: &str) -> Option<String> {
    let mut reader = Reader::from_str(body);
    reader.config_mut().expand_empty_elements = true;
    let (mut code, mut message) = (String::new(), String::new());
    let mut path: Vec<String> = Vec::new();
    // A body that was cut ends with an error; what came before it counts.
    while let Ok(event) = reader.read_event() {
        let part = match path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["error", "code"] => Some(&mut code),
            ["error", "message"] => Some(&mut message),
            _ => None,
        };
        match event {
            Event::Start(element) => {
                let name = element.local_name().as_ref().to_owned();
                if path.is_empty() && name != "error" {
                    return None;
                }
                path.push(name);
            }
            Event::End(_) => drop(path.pop()),
            Event::Text(text) => part.into_iter().for_each(|part| part.push_str(&text)),
            Event::CData(text) => part.into_iter().for_each(|part| part.push_str(&text)),
            Event::GeneralRef(name) => {
                let letter = name.resolve_char_ref().ok().flatten().map(String::from);
                let known = letter.or_else(|| quick_xml::escape::resolve_predefined_entity(&name).map(str::to_owned));
                part.zip(known).into_iter().for_each(|(part, text)| part.push_str(&text));
            }
            Event::Eof => break,
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    joined(Some(code), Some(message))
}

/// `code: message`, or what there is of it.
fn joined(code: Option<String>, message: Option<String>) -> Option<String> {
    let given = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    match (given(code), given(message)) {
        (Some(code), Some(message)) => Some(format!("{code}: {message}")),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(r#"{"error": {"code": "X/1", "message": {"lang": "en", "value": "No."}}}"#, "X/1: No.")]
    #[case(r#"{"error": {"code": "", "message": "words"}}"#, "words")]
    #[case(r#"{"error": {"message": "No."}}"#, "No.")]
    #[case(r#"{"error": {"code": 404, "message": "No.", "innererror": {"code": "in", "message": "ner"}}}"#, "404: No.")]
    #[case(r#"{"error": {"code": "only", "message": null}}"#, "only")]
    #[case(r#"{"error": "invalid_client"}"#, "invalid_client")]
    #[case(r#"{"odata.error": {"code": "3", "message": {"value": "of three"}}}"#, "3: of three")]
    #[case("\u{feff}{\"error\": {\"code\": \"a\"}}", "a")]
    fn errors_in_json(#[case] body: &str, #[case] words: &str) {
        assert_eq!(refusal(body), words);
    }

    const V2: &str = r#"<?xml version="1.0" encoding="utf-8"?><error xmlns="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">
        <code>SY/530</code><message xml:lang="en">No authority for Caf&#233; &amp; <![CDATA[<bar>]]></message>
        <innererror><code>in</code><message>ner</message><transactionid>ABC</transactionid></innererror></error>"#;

    #[rstest]
    #[case(V2, "SY/530: No authority for Café & <bar>")]
    #[case(&V2[..330], "SY/530: No authority for Café & <bar>")] // cut
    #[case(r#"<m:error xmlns:m="x"><m:code/><m:message>Only words</m:message></m:error>"#, "Only words")]
    fn errors_in_xml(#[case] body: &str, #[case] words: &str) {
        assert_eq!(refusal(body), words);
    }

    #[rstest]
    #[case("<html><error><code>1</code></error></html>")]
    #[case("<error></error>")]
    #[case(r#"{"fault": "x"}"#)]
    #[case("words only")]
    #[case("")]
    fn what_is_no_error_is_quoted(#[case] body: &str) {
        assert_eq!(refusal(body), body);
    }
}
