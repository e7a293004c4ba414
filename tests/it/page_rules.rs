//! What all pages have in common. Every page that a test opens is checked.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use scraper::{ElementRef, Html, Selector};
use syncdesk::domain::catalogue;

use crate::phrases;

/// What no page has, and why.
const NEVER: &[(&str, &str)] = &[
    ("[style], script, style, img, iframe", "the content policy refuses it"),
    ("nav:not([aria-label])", "a navigation without a name"),
    ("th:not([scope])", "a heading of a table without a scope"),
    ("svg[role=img]:not([aria-label])", "a drawing without a name"),
];

/// What our codes begin with; engines have others.
const OUR_FAMILIES: &[&str] = &["FILE-", "ODATA-", "PEER-", "RUN-", "NEVER-"];

/// Attributes whose values are ids of elements on the same page.
const REFERENCES: &[&str] = &["aria-describedby", "aria-labelledby", "for", "list"];

/// Panics if a page breaks a rule; `refreshes`: whether it has the header that reloads it.
#[track_caller]
pub fn check(path: &str, body: &str, refreshes: bool) {
    let broken = broken(body, refreshes);
    assert!(broken.is_empty(), "{path}: {}", broken.join("; "));
}

fn broken(body: &str, refreshes: bool) -> Vec<String> {
    static NEVER_PARSED: LazyLock<Vec<(Selector, &str)>> =
        LazyLock::new(|| NEVER.iter().map(|(selector, why)| (parsed(selector), *why)).collect());
    static ONCE: LazyLock<Vec<(Selector, &str)>> = LazyLock::new(|| {
        ["h1", "main#main", "a.skip[href='#main']"].map(|selector| (parsed(selector), selector)).to_vec()
    });
    let page = Html::parse_document(body);
    let mut broken = Vec::new();
    for (selector, name) in ONCE.iter() {
        let found = page.select(selector).count();
        if found != 1 {
            broken.push(format!("{found} times {name}"));
        }
    }
    for (selector, why) in NEVER_PARSED.iter() {
        broken.extend(page.select(selector).map(|element| format!("{why}: {}", cut(&element))));
    }
    elements(&page, &mut broken);
    forms(&page, refreshes, &mut broken);
    let words: String = page.root_element().text().collect::<Vec<_>>().join(" ");
    broken.extend(phrases::found(&words).into_iter().map(|phrase| format!("stilted English: “{phrase}”")));
    broken
}

/// Ids, references to them, event handlers, tables and links to codes.
fn elements(page: &Html, broken: &mut Vec<String>) {
    let all: Vec<ElementRef<'_>> = page.tree.nodes().filter_map(ElementRef::wrap).collect();
    let mut ids = BTreeSet::new();
    for element in &all {
        if let Some(id) = element.value().id()
            && !ids.insert(id)
        {
            broken.push(format!("two elements have the id {id}"));
        }
    }
    for element in &all {
        for (name, value) in element.value().attrs() {
            if name.starts_with("on") {
                broken.push(format!("the content policy refuses {name}"));
            }
            if REFERENCES.contains(&name) {
                let missing = value.split_whitespace().filter(|id| !ids.contains(id));
                broken.extend(missing.map(|id| format!("{name} names {id}, which is missing")));
            }
            if let Some(code) = code_of(name, value)
                && OUR_FAMILIES.iter().any(|family| code.starts_with(family))
                && catalogue::by_code(code) == &catalogue::UNKNOWN
            {
                broken.push(format!("the catalogue has no code {code}"));
            }
        }
        let has_caption = || element.child_elements().any(|child| child.value().name() == "caption");
        if element.value().name() == "table" && !has_caption() {
            broken.push(format!("a table without a caption: {}", cut(element)));
        }
    }
}

/// The code that a link leads to, as written in the link.
fn code_of<'a>(attribute: &str, value: &'a str) -> Option<&'a str> {
    let code = (attribute == "href").then_some(value)?.strip_prefix("/help/codes/")?;
    code.split(['/', '?', '#']).next()
}

/// Tokens, labels, and no field on a page that refreshes: a refresh would delete what is typed.
fn forms(page: &Html, refreshes: bool, broken: &mut Vec<String>) {
    static POSTS: LazyLock<Selector> = LazyLock::new(|| parsed("form[method=post]"));
    static TOKENS: LazyLock<Selector> = LazyLock::new(|| parsed("form[method=post] > input[type=hidden][name=csrf]"));
    static FIELDS: LazyLock<Selector> = LazyLock::new(|| parsed("input:not([type=hidden]), select, textarea"));
    static LABELS: LazyLock<Selector> = LazyLock::new(|| parsed("label[for]"));
    if page.select(&POSTS).count() != page.select(&TOKENS).count() {
        broken.push("a form without a token".to_owned());
    }
    let labels: BTreeSet<&str> = page.select(&LABELS).filter_map(|label| label.attr("for")).collect();
    for field in page.select(&FIELDS) {
        let named = field.attr("aria-label").is_some() || field.value().id().is_some_and(|id| labels.contains(id));
        let inside = || field.ancestors().filter_map(ElementRef::wrap).any(|outer| outer.value().name() == "label");
        if !named && !inside() {
            broken.push(format!("a field without a label: {}", cut(&field)));
        }
    }
    if refreshes && page.select(&FIELDS).next().is_some() {
        broken.push("a page that refreshes has a field".to_owned());
    }
}

fn parsed(selector: &str) -> Selector {
    Selector::parse(selector).expect(selector)
}

fn cut(element: &ElementRef<'_>) -> String {
    element.html().chars().take(120).collect()
}

#[test]
fn each_rule_is_seen_to_be_broken() {
    let page = |main: &str| {
        format!("<!DOCTYPE html><body><a class=skip href='#main'>Skip</a><main id=main><h1>Page</h1>{main}</main>")
    };
    assert_eq!(broken(&page("<p>Good.</p>"), true), Vec::<String>::new());
    for (main, expected) in [
        ("<h1>Again</h1>", "2 times h1"),
        ("<p style='x'>", "the content policy"),
        ("<p onclick='x'>", "the content policy refuses onclick"),
        ("<nav></nav>", "a navigation without a name"),
        ("<table><tr><td>1</table>", "a table without a caption"),
        ("<table><caption>T</caption><tr><th>1</table>", "without a scope"),
        ("<i id=a></i><i id=a></i>", "two elements have the id a"),
        ("<label for=b>B</label>", "for names b, which is missing"),
        ("<a href='/help/codes/NEVER-HEARD/note'>x</a>", "the catalogue has no code NEVER-HEARD"),
        ("<form method=post></form>", "a form without a token"),
        ("<input name=x>", "a field without a label"),
        ("<input aria-label=x>", "a page that refreshes has a field"),
    ] {
        let found = broken(&page(main), true);
        assert!(found.iter().any(|why| why.contains(expected)), "{main}: {found:?}");
    }
}
