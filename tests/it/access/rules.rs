//! What holds for every page and every reader.

use std::collections::BTreeSet;

use scraper::{ElementRef, Html};

use crate::visitor::{Answer, parsed, text_of};

/// What is wrong with a page; nothing on a good one.
pub fn broken_rules(page: &Answer) -> Vec<String> {
    let html = page.html();
    let mut wrong = Vec::new();
    wrong.extend(frame(&html));
    wrong.extend(nothing_inline(&html));
    wrong.extend(references(&html));
    wrong.extend(html.select(&parsed("input, select, textarea")).filter_map(|field| unlabelled(&html, &field)));
    wrong.extend(nameless(&html));
    wrong.extend(forms(&html));
    wrong.extend(refreshes_with_fields(page, &html));
    wrong.into_iter().map(|what| format!("{}: {what}", page.path)).collect()
}

/// A refresh would delete what is typed: a page that refreshes has no visible field.
fn refreshes_with_fields(page: &Answer, html: &Html) -> Vec<String> {
    let visible = parsed("input:not([type=hidden]), select, textarea");
    let fields = html.select(&visible).filter_map(|field| field.attr("name")).map(ToOwned::to_owned);
    if page.header("refresh").is_empty() {
        Vec::new()
    } else {
        fields.map(|name| format!("refreshes, and has {name}")).collect()
    }
}

/// The values of an attribute.
fn values<'a>(html: &'a Html, selector: &str, name: &str) -> Vec<&'a str> {
    html.select(&parsed(selector)).filter_map(|found| found.attr(name)).collect()
}

/// One title, one h1, one main, a language.
fn frame(html: &Html) -> Vec<String> {
    let mut wrong = Vec::new();
    for only in ["html[lang]", "head title", "h1", "main", "footer"] {
        let texts: Vec<String> = html.select(&parsed(only)).map(|found| text_of(&found)).collect();
        if texts.len() != 1 || texts[0].is_empty() {
            wrong.push(format!("{only}: {texts:?}"));
        }
    }
    for table in html.select(&parsed("table")) {
        if table.select(&parsed("caption")).all(|caption| text_of(&caption).is_empty()) {
            wrong.push("a table without a caption".to_owned());
        }
    }
    for head in html.select(&parsed("th:not([scope])")) {
        wrong.push(format!("a head without a scope: {}", text_of(&head)));
    }
    wrong
}

/// The policy forbids all of it, so it would not work.
fn nothing_inline(html: &Html) -> Vec<String> {
    let mut wrong: Vec<String> =
        html.select(&parsed("script, style, [style], iframe, object")).map(|found| found.html()).collect();
    for element in html.select(&parsed("*")) {
        wrong.extend(
            element.value().attrs().filter(|(name, _)| name.starts_with("on")).map(|(name, _)| name.to_owned()),
        );
    }
    wrong.extend(values(html, "[src], link[href]", "src").into_iter().map(ToOwned::to_owned));
    wrong
}

/// Ids are there once, and whatever refers to one finds it.
fn references(html: &Html) -> Vec<String> {
    let mut ids = BTreeSet::new();
    let mut wrong: Vec<String> =
        values(html, "[id]", "id").into_iter().filter(|id| !ids.insert(*id)).map(|id| format!("{id} twice")).collect();
    for name in ["for", "list", "aria-describedby", "aria-labelledby"] {
        let selector = format!("[{name}]");
        for id in values(html, &selector, name).into_iter().flat_map(str::split_whitespace) {
            if !ids.contains(id) {
                wrong.push(format!("{name} of {id}, which there is not"));
            }
        }
    }
    for id in values(html, "a[href^='#']", "href") {
        if !ids.contains(id.trim_start_matches('#')) {
            wrong.push(format!("a link to {id}, which there is not"));
        }
    }
    wrong
}

/// A field that no label names.
fn unlabelled(html: &Html, field: &ElementRef<'_>) -> Option<String> {
    if field.attr("type") == Some("hidden") {
        return None;
    }
    let inside = field.ancestors().filter_map(ElementRef::wrap).find(|above| above.value().name() == "label");
    let beside =
        field.attr("id").and_then(|id| html.select(&parsed("label[for]")).find(|label| label.attr("for") == Some(id)));
    let words = inside.or(beside).map(|label| text_of(&label));
    let named =
        words.or_else(|| field.attr("aria-label").map(ToOwned::to_owned)).is_some_and(|words| !words.is_empty());
    (!named).then(|| format!("a field without a label: {}", field.html()))
}

/// Links and buttons without words.
fn nameless(html: &Html) -> Vec<String> {
    let silent = |found: &ElementRef<'_>| text_of(found).is_empty() && found.attr("aria-label").is_none();
    // Links of a drawing that is hidden from screen readers: the words beside it say what it shows.
    let drawn = |found: &ElementRef<'_>| {
        let mut outer = found.ancestors().filter_map(ElementRef::wrap);
        found.attr("tabindex") == Some("-1") && outer.any(|outer| outer.attr("aria-hidden") == Some("true"))
    };
    html.select(&parsed("a, button, legend, label"))
        .filter(|found| silent(found) && !drawn(found))
        .map(|found| found.html())
        .collect()
}

/// Whatever posts carries a token, and comes back to this portal.
fn forms(html: &Html) -> Vec<String> {
    let mut wrong = Vec::new();
    for form in html.select(&parsed("form")) {
        let action = form.attr("action").unwrap_or_default();
        if !action.starts_with('/') {
            wrong.push(format!("a form that goes to “{action}”"));
        }
        let tokens: Vec<&str> =
            form.select(&parsed("input[type=hidden][name=csrf]")).filter_map(|token| token.attr("value")).collect();
        let wanted = usize::from(form.attr("method") == Some("post"));
        if tokens.len() != wanted || tokens.iter().any(|token| token.len() < 60) {
            wrong.push(format!("the tokens of the form to {action}: {tokens:?}"));
        }
    }
    wrong
}

#[test]
fn a_bad_page_is_noticed() {
    let body = "<html><body><h1>One</h1><h1>Two</h1><p id=a style='x'></p><p id=a onclick='x'>
        <script>1</script><label for=nowhere>Words</label><input name=x><a href='#gone'></a>
        <table><tr><th>Head</th></tr></table><form method=post action='https://elsewhere/'></form></body></html>";
    let headers = reqwest::header::HeaderMap::new();
    let page = Answer { status: 200, headers, body: body.to_owned(), path: "/".to_owned() };
    let wrong = broken_rules(&page).join("\n");
    for word in [
        "html[lang]",
        "title",
        "h1",
        "main",
        "caption",
        "scope",
        "style",
        "onclick",
        "<script>",
        "a twice",
        "for of nowhere",
        "link to #gone",
        "a field without a label",
        "<a href",
        "a form that goes to",
        "the tokens of the form",
    ] {
        assert!(wrong.contains(word), "{word} in {wrong}");
    }
}
