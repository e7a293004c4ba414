//! Somebody with a browser: a jar of cookies, the page that was opened last, and forms that are filled in as they stand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use scraper::{ElementRef, Html, Selector};

use crate::page_rules;

/// Maximum number of redirects that are followed.
const MOST_REDIRECTS: usize = 5;

/// What the server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
    /// The path and query that were asked for.
    pub path: String,
}

impl Answer {
    /// The value of a header; empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Where a redirect leads.
    pub fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    pub fn html(&self) -> Html {
        Html::parse_document(&self.body)
    }

    /// The text of each element that a CSS selector finds, with single spaces.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        self.html().select(&parsed(selector)).map(|found| text_of(&found)).collect()
    }

    /// The text of the only such element.
    pub fn text(&self, selector: &str) -> String {
        let mut texts = self.texts(selector);
        assert_eq!(texts.len(), 1, "{selector} on {}: {texts:?}", self.path);
        texts.remove(0)
    }

    /// The values of an attribute.
    pub fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let html = self.html();
        html.select(&parsed(selector)).filter_map(|found| found.attr(name)).map(ToOwned::to_owned).collect()
    }

    /// The token of the first form that has one.
    pub fn token(&self) -> Option<String> {
        self.attributes("input[name=csrf]", "value").into_iter().next()
    }

    /// The fields of the form that posts to `action`.
    pub fn form(&self, action: &str) -> Option<Vec<(String, String)>> {
        let html = self.html();
        let form = html.select(&parsed("form[method=post]")).find(|form| form.attr("action") == Some(action))?;
        Some(fields_of(&form))
    }

    /// Whether the page contains these words, with spaces as a reader sees them.
    pub fn says(&self, words: &str) -> bool {
        text_of(&self.html().root_element()).contains(words)
    }

    /// What it tells, for the message of a failed test.
    pub fn told(&self) -> String {
        let main = self.texts("main").join(" ");
        let told = if main.is_empty() { &self.body } else { &main };
        format!("{} {} {}", self.status, self.location(), told.chars().take(600).collect::<String>())
    }

    /// Panics with the page unless it has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.path, self.told());
        self
    }
}

pub fn parsed(selector: &str) -> Selector {
    Selector::parse(selector).expect(selector)
}

pub fn text_of(element: &ElementRef<'_>) -> String {
    element.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// The text with each time of day, with its day, as `TIME`: a test may run over midnight, and then sees another day.
pub fn timeless(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let is_time = |word: &str| {
        let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        (2..=3).contains(&word.split(':').count()) && word.split(':').all(digits)
    };
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let mut shown: Vec<&str> = Vec::new();
    for word in words {
        if !is_time(word) {
            shown.push(word);
            continue;
        }
        match shown.as_slice() {
            [.., "Today" | "today"] => shown.truncate(shown.len() - 1),
            [.., day, _month, year] if is_number(day) && is_number(year) => shown.truncate(shown.len() - 3),
            [.., day, _month] if is_number(day) => shown.truncate(shown.len() - 2),
            _ => {}
        }
        shown.push("TIME");
    }
    shown.join(" ")
}

#[test]
fn times_of_every_day_are_masked() {
    for (text, expected) in [
        ("Last checked: Today 09:14", "Last checked: TIME"),
        ("Ended 26 Nov 23:59 · mona", "Ended TIME · mona"),
        ("Started 26 Nov 23:59:07", "Started TIME"),
        ("Ended 31 Dec 2025 23:59", "Ended TIME"),
        ("daily at 23:00", "daily at TIME"),
        ("Run 1 took 2 min", "Run 1 took 2 min"),
    ] {
        assert_eq!(timeless(text), expected);
    }
}

/// The fields of a form, as a browser would send them.
pub fn fields_of(form: &ElementRef<'_>) -> Vec<(String, String)> {
    form.select(&parsed("input, select, textarea")).filter_map(|field| sent(&field)).collect()
}

/// The name and the value of a field, if a browser sends it.
fn sent(field: &ElementRef<'_>) -> Option<(String, String)> {
    let name = field.attr("name")?.to_owned();
    let value = match (field.value().name(), field.attr("type")) {
        ("input", Some("radio" | "checkbox")) => {
            field.attr("checked")?;
            field.attr("value").unwrap_or("on").to_owned()
        }
        ("input", _) => field.attr("value").unwrap_or_default().to_owned(),
        ("select", _) => {
            let chosen = field.select(&parsed("option[selected]")).next();
            let chosen = chosen.or_else(|| field.select(&parsed("option")).next())?;
            chosen.attr("value").map_or_else(|| text_of(&chosen), ToOwned::to_owned)
        }
        _ => field.text().collect::<String>(),
    };
    Some((name, value))
}

/// A browser. Clones share their cookies and the page that was opened last.
#[derive(Clone)]
pub struct Visitor {
    client: Client,
    base: String,
    address: Option<String>,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    cookies: BTreeMap<String, String>,
    page: Option<Answer>,
}

impl Visitor {
    /// Somebody who has not been here before.
    pub fn new(base: &str) -> Self {
        // Without idle connections: a portal that ends would wait for them.
        let client = Client::builder().redirect(Policy::none()).pool_max_idle_per_host(0).no_proxy();
        Self { client: client.build().expect("a client"), base: base.to_owned(), address: None, kept: Arc::default() }
    }

    /// The same, seen from another address: counts where the portal trusts 127.0.0.1 as its proxy.
    pub fn from(self, address: &str) -> Self {
        Self { address: Some(address.to_owned()), ..self }
    }

    /// A separate browser with the same cookies.
    pub fn twin(&self) -> Self {
        let kept = Kept { cookies: self.kept().cookies.clone(), page: None };
        Self { kept: Arc::new(Mutex::new(kept)), ..self.clone() }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().expect("no test panics while it holds its cookies")
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.kept().cookies.get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.kept().cookies.insert(name.to_owned(), value.to_owned());
    }

    /// One request, with the cookies; redirects are not followed.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<String>) -> Answer {
        let cookies: Vec<String> = self.kept().cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        if let Some(address) = &self.address {
            request = request.header("x-forwarded-for", address);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await.expect("the portal answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        for set in headers.get_all(SET_COOKIE) {
            self.keep(set.to_str().expect("a cookie is text"));
        }
        let body = response.text().await.expect("the answer is whole");
        let answer = Answer { status, headers, body, path: path.to_owned() };
        if answer.header(CONTENT_TYPE.as_str()).starts_with("text/html") && !answer.body.is_empty() {
            page_rules::check(path, &answer.body, !answer.header("refresh").is_empty());
            self.kept().page = Some(answer.clone());
        }
        answer
    }

    fn keep(&self, set: &str) {
        let (pair, attributes) = set.split_once(';').unwrap_or((set, ""));
        let (name, value) = pair.split_once('=').expect("a cookie has a value");
        if value.is_empty() || attributes.to_ascii_lowercase().contains("max-age=0") {
            self.kept().cookies.remove(name);
        } else {
            self.set_cookie(name, value);
        }
    }

    /// A page, without following where it leads.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    /// A page, after all redirects.
    pub async fn open(&self, path: &str) -> Answer {
        let answer = self.get(path).await;
        self.follow(answer).await
    }

    /// Where redirects lead; the answer itself if it is none.
    pub async fn follow(&self, mut answer: Answer) -> Answer {
        for _ in 0..MOST_REDIRECTS {
            if answer.status != 303 {
                return answer;
            }
            let next = answer.location().to_owned();
            answer = self.get(next.strip_prefix(&self.base).unwrap_or(&next)).await;
        }
        panic!("{} leads round in circles", answer.path);
    }

    /// Posts fields with the token of the page that was opened last; nothing is followed.
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.kept().page.as_ref().and_then(Answer::token);
        let token = token.expect("the page that was opened last has a form");
        let mut fields = fields.to_vec();
        fields.push(("csrf", &token));
        self.post_bare(path, &fields).await
    }

    /// Posts exactly these fields.
    pub async fn post_bare(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(fields).expect("fields are text");
        self.post_body(path, "application/x-www-form-urlencoded", &body).await
    }

    /// Posts a body as it is.
    pub async fn post_body(&self, path: &str, kind: &str, body: &str) -> Answer {
        self.send(Method::POST, path, &[("content-type", kind)], Some(body.to_owned())).await
    }

    /// Sends the form of the page that was opened last which posts to `action`: as it stands, but for `changes`.
    pub async fn submit(&self, action: &str, changes: &[(&str, &str)]) -> Answer {
        let page = self.kept().page.clone().expect("a page was opened");
        let form = page.form(action);
        let mut form = form.unwrap_or_else(|| panic!("{} has no form for {action}: {}", page.path, page.told()));
        form.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let mut fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        fields.extend(changes);
        self.post_bare(action, &fields).await
    }
}
