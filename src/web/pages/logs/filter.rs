//! The filter of Logs: its fields, what is wrong with them, and its presets.

use maud::{Markup, html};

use crate::clock::Stamp;
use crate::domain::catalogue::{self, canonical};
use crate::domain::message::Category;
use crate::domain::run::{RunResult, RunState, Trigger};
use crate::domain::typed_time::{end_of, start_of};
use crate::ids::{GroupId, SystemKey};
use crate::queries::logs::RunListFilter;
use crate::sync::registry;
use crate::web::state::App;
use crate::web::ui::pager::kept;
use crate::web::ui::tabs::{SectionLink, presets};
use crate::web::ui::{Badge, Choice, Tone, choices, runs};
use crate::web::urls::{LogsQuery, Since};

/// The word of runs that have not ended, among the results.
const OPEN: &str = "open";

/// What is wrong with a field of the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// No day, minute or second.
    Time,
    /// A time before the one in From.
    BeforeFrom,
    /// A word that is not offered.
    Word,
}

impl Wrong {
    /// What to do about it.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Time => "Enter a date such as 2026-11-22, or a minute such as 2026-11-22 08:00.",
            Self::BeforeFrom => "Enter a time that is not before From.",
            Self::Word => "This value does not exist. Choose one from the list.",
        }
    }
}

/// The label of a field that can be wrong.
pub(super) fn label(name: &str) -> &'static str {
    match name {
        "from" => "From",
        "to" => "To",
        "result" => "Result",
        "category" => "Category",
        "kind" => "Kind",
        "since" => "Time",
        _ => "Trigger",
    }
}

/// The query as the store's filter, and the fields that make no sense.
pub(super) fn filter(
    app: &App,
    (zone, now): (chrono_tz::Tz, Stamp),
    query: &LogsQuery,
    groups: &[(GroupId, String)],
) -> (RunListFilter, Vec<(&'static str, Wrong)>) {
    let mut wrong = Vec::new();
    let mut time = |name, text: &str, parse: fn(&str, chrono_tz::Tz) -> Option<Stamp>| {
        let text = given(text)?;
        let at = parse(&text, zone);
        if at.is_none() {
            wrong.push((name, Wrong::Time));
        }
        at
    };
    let (from, to) = (time("from", &query.from, start_of), time("to", &query.to, end_of));
    if from.zip(to).is_some_and(|(from, to)| to <= from) {
        wrong.push(("to", Wrong::BeforeFrom));
    }
    let since = Since::parse(&query.since);
    let words = [
        ("result", &query.result, query.result == OPEN || RunResult::parse(&query.result).is_some()),
        ("category", &query.category, Category::parse(&query.category).is_some()),
        ("trigger", &query.trigger, Trigger::parse(&query.trigger).is_some()),
        ("kind", &query.kind, registry::kind(&query.kind).is_some()),
        ("since", &query.since, since.is_some()),
    ];
    let unknown = words.iter().filter(|(_name, word, is_known)| !word.is_empty() && !is_known);
    wrong.extend(unknown.map(|(name, _word, _is_known)| (*name, Wrong::Word)));
    let key = SystemKey::parse(&query.of);
    // What is no key finds nothing, like one that there is not.
    let nowhere = (!query.of.is_empty() && key.is_none()).then_some(GroupId(0));
    let filter = RunListFilter {
        key,
        system: given(&query.system),
        group: nowhere.or(group_of(&query.group, groups)),
        kind: given(&query.kind),
        result: RunResult::parse(&query.result),
        open: query.result == OPEN,
        category: Category::parse(&query.category),
        code: given(canonical(&query.code)),
        trigger: Trigger::parse(&query.trigger),
        person: given(&query.person),
        from: from.into_iter().chain(since.map(|since| now.minus(since.span()))).max(),
        to,
        kept_since: Some(app.kept_since(now)),
    };
    (filter, wrong)
}

pub(super) fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A group out of reach finds nothing, like one that there is not.
pub(super) fn group_of(name: &str, groups: &[(GroupId, String)]) -> Option<GroupId> {
    let id = || groups.iter().find(|(_id, known)| known == name).map_or(GroupId(0), |(id, _name)| *id);
    (!name.is_empty()).then(id)
}

/// The fields with what they offer.
#[derive(Debug, Clone)]
pub struct FilterView {
    pub query: LogsQuery,
    /// The fields that make no sense. With any, nothing is found.
    pub wrong: Vec<(&'static str, Wrong)>,
    pub groups: Vec<Choice>,
    pub kinds: Vec<Choice>,
    pub results: Vec<Choice>,
    pub categories: Vec<Choice>,
    pub triggers: Vec<Choice>,
    /// Every code of the catalogue, with its title.
    pub codes: Vec<Choice>,
}

impl FilterView {
    #[must_use]
    pub fn new(query: LogsQuery, groups: &[(GroupId, String)], wrong: Vec<(&'static str, Wrong)>) -> Self {
        let result =
            |result: &RunResult| Choice::new(result.as_str(), Badge::of_run(RunState::Ended, Some(*result)).word);
        Self {
            query,
            wrong,
            groups: groups.iter().map(|(_id, name)| Choice::new(name, name)).collect(),
            kinds: registry::all().iter().map(|kind| Choice::new(kind.kind(), kind.title())).collect(),
            results: RunResult::ALL.iter().map(result).chain([Choice::new(OPEN, "Not ended")]).collect(),
            categories: Category::ALL.iter().map(|one| Choice::new(one.as_str(), one.title())).collect(),
            triggers: Trigger::ALL.iter().map(|one| Choice::new(one.as_str(), runs::trigger(*one))).collect(),
            codes: catalogue::all().map(|entry| Choice::new(entry.code, entry.title)).collect(),
        }
    }

    fn is_wrong(&self, name: &str) -> bool {
        self.wrong.iter().any(|(field, _wrong)| *field == name)
    }

    /// A choice; a value that does not exist is not offered: its error stands below, and nothing is chosen.
    fn choice(&self, label: &str, name: &'static str, offered: &[Choice], chosen: &str) -> Markup {
        choices::filter(label, name, offered, if self.is_wrong(name) { "" } else { chosen })
    }
}

/// Where the form leads, and what it has besides the filter of runs.
pub struct FormView<'a> {
    pub action: &'a str,
    /// What it finds: `Runs`.
    pub noun: &'a str,
    /// The words that messages must contain; none where no messages are shown.
    pub words: Option<&'a str>,
    /// Where everything is shown; none where it is.
    pub clear: Option<String>,
    pub presets: Vec<SectionLink>,
}

/// The form.
#[must_use]
pub fn form(of: &FormView<'_>, view: &FilterView) -> Markup {
    let query = &view.query;
    let rare = [&query.category, &query.code, &query.trigger, &query.person, &query.from, &query.to];
    let is_more = !view.wrong.is_empty() || rare.iter().any(|word| !word.is_empty());
    html! {
        form.flt method="get" action=(of.action) role="search" aria-label=(of.noun) {
            (kept(query.size))
            @if !query.of.is_empty() { input type="hidden" name="of" value=(query.of); }
            @if !query.since.is_empty() && !view.is_wrong("since") { input type="hidden" name="since" value=(query.since); }
            @if let Some(words) = of.words {
                label { span.vh { "Text or item contains" } input type="search" name="q" value=(words) placeholder="Text or item contains"; } " "
            }
            label { "System contains " input type="search" name="system" value=(query.system); } " "
            @if view.groups.len() > 1 { (choices::filter("Group", "group", &view.groups, &query.group)) }
            @if view.kinds.len() > 1 { (view.choice("Kind", "kind", &view.kinds, &query.kind)) }
            (view.choice("Result", "result", &view.results, &query.result))
            button.btn { "Filter" } " "
            @if let Some(clear) = &of.clear { a.clear href=(clear) { "Clear filter" } }
            details open[is_more] {
                summary { "More filters" }
                div {
                    (view.choice(if of.words.is_some() { "Category" } else { "With messages in category" }, "category", &view.categories, &query.category))
                    label { "Code " input type="text" name="code" value=(query.code) list="codes" placeholder="FILE-DENIED" spellcheck="false" autocomplete="off"; } " "
                    datalist #codes { @for code in &view.codes { option value=(code.value) label=(code.label) {} } }
                    (view.choice("Trigger", "trigger", &view.triggers, &query.trigger))
                    label { "Person " input type="text" name="person" value=(query.person) autocomplete="off"; } " "
                    (time(view, "from", &query.from))
                    (time(view, "to", &query.to))
                }
            }
            (presets(&of.presets))
            @for (name, wrong) in &view.wrong {
                p.wrong #{ (name) "-error" } { (Tone::Error) (label(name)) ": " (wrong.sentence()) }
            }
        }
    }
}

fn time(view: &FilterView, name: &'static str, value: &str) -> Markup {
    let wrong = view.is_wrong(name);
    html! {
        label {
            (label(name)) " "
            input type="text" name=(name) value=(value) placeholder="2026-11-22 08:00" autocomplete="off"
                aria-invalid=[wrong.then_some("true")] aria-describedby=[wrong.then(|| format!("{name}-error"))];
        }
        " "
    }
}

/// Links for the last day and week; `at` is the page with this word.
pub(super) fn times(chosen: &str, at: impl Fn(String) -> String) -> Vec<SectionLink> {
    let link = |since: &Since| {
        let current = chosen == since.as_str();
        let word = if current { String::new() } else { since.as_str().to_owned() };
        SectionLink { label: since.title(), address: at(word), current }
    };
    Since::ALL.iter().map(link).collect()
}
