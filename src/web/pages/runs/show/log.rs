//! The log part of the run page: which messages are asked for, and where their pages lead.

use std::collections::BTreeMap;

use super::{Log, missing};
use crate::access::{Grant, Verb, verbs};
use crate::clock::{Stamp, micros};
use crate::domain::catalogue::canonical;
use crate::domain::comparison::{Group, Items};
use crate::domain::message::{Category, Counts, StoredMessage};
use crate::domain::run::{RunResult, RunState};
use crate::domain::typed_time;
use crate::ids::Seq;
use crate::store::messages::{self, Cursor, MessageFilter, SearchPage};
use crate::store::runs::{Counted, Run, comparison, counts_by, examples, find_kept};
use crate::store::systems::System;
use crate::store::{self, Db, StoreError};
use crate::web::extract::Viewer;
use crate::web::failure::Failure;
use crate::web::pages::runs::changes::{ChangesView, Compared};
use crate::web::pages::runs::messages::{Digest, LogView, Searched, Total};
use crate::web::pages::runs::reader::is_expired;
use crate::web::present;
use crate::web::state::App;
use crate::web::ui::{self, Choice, PageLinks};
use crate::web::urls::{self, Filter, PageSize, Place, filter_text};

/// How many neighbours stand on either side of a message.
const AROUND: i64 = 20;

/// What the address asks for.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct LogQuery {
    category: String,
    #[serde(deserialize_with = "filter_text")]
    q: String,
    #[serde(deserialize_with = "filter_text")]
    code: String,
    #[serde(rename = "type", deserialize_with = "filter_text")]
    item_type: String,
    /// A number or a time to go to.
    at: String,
    after: String,
    /// A number, or `end`.
    before: String,
    around: String,
    refresh: String,
    #[serde(rename = "rows")]
    pub(super) size: PageSize,
}

impl LogQuery {
    /// Which messages are meant.
    #[must_use]
    pub fn filter(&self) -> Filter {
        Filter {
            category: Category::parse(&self.category),
            q: self.q.trim().to_owned(),
            code: canonical(&self.code).to_owned(),
            item_type: self.item_type.clone(),
        }
    }

    /// Refuses a category that does not exist, which must not become all messages.
    ///
    /// # Errors
    /// With what can be asked for.
    pub(in crate::web::pages::runs) fn check(&self) -> Result<(), Failure> {
        if self.category.is_empty() || Category::parse(&self.category).is_some() {
            return Ok(());
        }
        let known: Vec<&str> = Category::ALL.iter().map(|category| category.as_str()).collect();
        Err(Failure::unprocessable(format!("Category must be one of: {}.", known.join(", "))))
    }

    /// A page that a person has searched or paged through stays as it is.
    pub(super) fn refreshes(&self) -> bool {
        self.refresh != "off"
            && !self.filter().is_narrow()
            && self.after.is_empty()
            && self.before.is_empty()
            && self.at.is_empty()
            && self.around.is_empty()
    }

    /// The whole log from its beginning is asked for.
    fn is_whole(&self) -> bool {
        self.filter() == Filter::default()
            && self.cursor() == Cursor::First
            && self.at.is_empty()
            && self.around.is_empty()
    }

    fn cursor(&self) -> Cursor {
        match (self.after.parse(), self.before.as_str(), self.before.parse()) {
            (Ok(seq), _, _) => Cursor::After(seq),
            (Err(_), "end", _) => Cursor::Last,
            (Err(_), _, Ok(seq)) => Cursor::Before(seq),
            (Err(_), _, Err(_)) => Cursor::First,
        }
    }
}

/// The log, if the reader may read it.
pub(super) fn load(
    db: &mut Db,
    app: &App,
    viewer: &Viewer,
    (system, run, counts): (&System, &Run, Counts),
    query: &LogQuery,
) -> store::Result<Log> {
    let actor = viewer.actor.as_ref().filter(|actor| actor.may(&[Verb::ReadLogs], system.group_id));
    let Some(grant) = actor.and_then(|actor| actor.authorize::<verbs::ReadLogs>().ok()) else { return Ok(missing()) };
    if is_expired(app, run, viewer.now) {
        return Ok(Log::Expired { days: app.portal.message_days });
    }
    let log = messages::Log { words: &app.words, grant: &grant, run: run.id };
    let filter = query.filter();
    let (jump, at_error) = jump(db, log, viewer, (run, counts), query)?;
    let pages = Pages { system, run, filter: &filter, size: query.size };
    let asked = Asked {
        filter: filter.clone(),
        jumps: jump.is_some(),
        cursor: jump.unwrap_or_else(|| query.cursor()),
        around: query.around.parse().ok(),
        size: query.size,
    };
    let found = asked.read(db, log)?;
    let options = counts_by(db, run.id)?;
    let total = total(&filter, counts, &options);
    let digest = if query.is_whole() {
        Some(digest(db, &grant, (system, run, counts), (app.kept_since(viewer.now), query.size), |run| {
            is_expired(app, run, viewer.now)
        })?)
    } else {
        None
    };
    let around = query.around.parse().ok().map(Seq);
    let mut view = LogView {
        codes: choices(options.iter().map(|option| option.1.as_str())),
        item_types: choices(options.iter().map(|option| option.2.as_str())),
        at: query.at.clone(),
        at_error,
        rows: Vec::new(),
        around,
        size: query.size,
        links: PageLinks::default(),
        total,
        searched: None,
        filter: filter.clone(),
        digest,
    };
    match found {
        Found::Page { rows, before, after } => {
            view.links = pages.links(&rows, before, after);
            view.rows = rows.into_iter().map(present::message_row).collect();
        }
        Found::Around(rows) => view.rows = rows.into_iter().map(present::message_row).collect(),
        Found::Search { from, page } => {
            let next = page.continue_after.map(|seq| pages.at(Place::After(Seq(seq))));
            let to = page.continue_after.unwrap_or(counts.total());
            let from_seq = Seq(from.saturating_add(1));
            view.searched = Some(Searched { from: from_seq, to: Seq(to), last: Seq(counts.total()), next });
            let links = PageLinks { first: (from > 0).then(|| pages.at(Place::First)), ..PageLinks::default() };
            let place = if from > 0 { Place::After(Seq(from)) } else { Place::First };
            view.links = links.sized(page.rows.len(), query.size, |size| Pages { size, ..pages }.at(place));
            view.total = Total::Unknown;
            view.rows = page.rows.into_iter().map(present::message_row).collect();
        }
    }
    Ok(Log::Shown(Box::new(view)))
}

/// When messages were logged, and what changed since the run before.
fn digest(
    db: &mut Db,
    grant: &Grant<verbs::ReadLogs>,
    (system, run, counts): (&System, &Run, Counts),
    (kept_since, size): (Stamp, PageSize),
    expired: impl Fn(&Run) -> bool,
) -> store::Result<Digest> {
    let timeline = messages::timeline(db, run.id)?;
    if run.result == Some(RunResult::Canceled) {
        return Ok(Digest { timeline, changes: Some(ChangesView::Canceled) });
    }
    let Some(kept) = comparison(db, run.id)? else { return Ok(Digest { timeline, changes: None }) };
    let Some(no) = kept.before else { return Ok(Digest { timeline, changes: Some(ChangesView::First) }) };
    // Its header may be gone by now; what was compared stays true.
    let before = match find_kept(db, system.id, no, kept_since) {
        Ok(before) => Some(before),
        Err(StoreError::NotFound) => None,
        Err(error) => return Err(error),
    };
    let places = |group: fn(&Items) -> Vec<&Group>| {
        let items = kept.changes.iter().filter_map(|change| change.items.as_ref());
        items.flat_map(group).flat_map(|group| group.examples.clone()).collect::<Vec<i64>>()
    };
    let here = examples(db, grant, run.id, &places(|items| vec![&items.new, &items.repeated]))?;
    let there = match &before {
        // Names are hidden as soon as the messages are.
        Some((before, _totals)) if expired(before) => BTreeMap::new(),
        Some((before, _totals)) => examples(db, grant, before.id, &places(|items| vec![&items.gone]))?,
        None => BTreeMap::new(),
    };
    let is_whole = |run: &Run| run.end_code.is_none();
    let changes = Compared {
        before: no,
        before_is_there: before.is_some(),
        before_was_whole: before.as_ref().is_none_or(|(before, _totals)| is_whole(before)),
        before_counts: before.map(|(_before, totals)| totals.counts).unwrap_or_default(),
        counts,
        is_whole: is_whole(run),
        changes: kept.changes,
        here,
        there,
        size,
    };
    Ok(Digest { timeline, changes: Some(ChangesView::Compared(Box::new(changes))) })
}

/// What was asked of the store.
struct Asked {
    filter: Filter,
    cursor: Cursor,
    /// The place was typed, and is not that of a row.
    jumps: bool,
    around: Option<i64>,
    size: PageSize,
}

/// What the store found.
enum Found {
    Page { rows: Vec<StoredMessage>, before: bool, after: bool },
    Around(Vec<StoredMessage>),
    Search { from: i64, page: SearchPage },
}

impl Asked {
    fn read(&self, db: &mut Db, log: messages::Log<'_>) -> store::Result<Found> {
        let filter = stored_filter(&self.filter);
        if let Some(seq) = self.around {
            return Ok(Found::Around(messages::around(db, log, seq, AROUND)?));
        }
        if !self.filter.q.is_empty() {
            let needle = self.filter.q.to_lowercase();
            let from = match self.cursor {
                Cursor::After(seq) => seq,
                Cursor::First | Cursor::Before(_) | Cursor::Last => 0,
            };
            let limit = usize::try_from(self.size.rows()).unwrap_or(usize::MAX);
            let page = messages::search(db, log, &filter, from, limit, |message| present::mentions(message, &needle))?;
            return Ok(Found::Search { from, page });
        }
        let limit = self.size.rows();
        let (mut cursor, mut page) = (self.cursor, messages::page(db, log, &filter, self.cursor, limit)?);
        if page.rows.is_empty() && cursor != Cursor::First {
            // Beyond one end of the log: that end is shown.
            cursor = if matches!(cursor, Cursor::Before(_)) { Cursor::First } else { Cursor::Last };
            page = messages::page(db, log, &filter, cursor, limit)?;
        }
        let (before, after) = match cursor {
            Cursor::First => (false, page.more),
            Cursor::After(_) if self.jumps => (Self::has_before(db, log, &filter, &page.rows)?, page.more),
            Cursor::After(_) => (true, page.more),
            Cursor::Before(_) => (page.more, true),
            Cursor::Last => (page.more, false),
        };
        Ok(Found::Page { rows: page.rows, before, after })
    }

    /// Whether anything stands above a page whose place somebody typed.
    fn has_before(
        db: &mut Db,
        log: messages::Log<'_>,
        filter: &MessageFilter,
        rows: &[StoredMessage],
    ) -> store::Result<bool> {
        let Some(first) = rows.first() else { return Ok(false) };
        Ok(!messages::page(db, log, filter, Cursor::Before(first.seq), 1)?.rows.is_empty())
    }
}

/// The filter as the store knows it.
#[must_use]
pub fn stored_filter(filter: &Filter) -> MessageFilter {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    MessageFilter { category: filter.category, code: given(&filter.code), item_type: given(&filter.item_type) }
}

/// Addresses of the pages of a log.
#[derive(Clone, Copy)]
struct Pages<'a> {
    system: &'a System,
    run: &'a Run,
    filter: &'a Filter,
    size: PageSize,
}

impl Pages<'_> {
    fn at(&self, place: Place) -> String {
        urls::messages_sized(&self.system.key, self.run.no, self.filter, place, self.size)
    }

    fn links(&self, rows: &[StoredMessage], before: bool, after: bool) -> PageLinks {
        let seq = |row: Option<&StoredMessage>| row.map(|row| Seq(row.seq));
        let links = PageLinks {
            first: before.then(|| self.at(Place::First)),
            previous: seq(rows.first()).filter(|_| before).map(|seq| self.at(Place::Before(seq))),
            next: seq(rows.last()).filter(|_| after).map(|seq| self.at(Place::After(seq))),
            last: after.then(|| self.at(Place::Last)),
            sizes: Vec::new(),
        };
        // The first message stays, whatever the size.
        let place = rows.first().filter(|_| before).map_or(Place::First, |row| Place::After(Seq(row.seq - 1)));
        links.sized(rows.len(), self.size, |size| Pages { size, ..*self }.at(place))
    }
}

fn choices<'a>(words: impl Iterator<Item = &'a str>) -> Vec<Choice> {
    let words: std::collections::BTreeSet<&str> = words.filter(|word| !word.is_empty()).collect();
    words.into_iter().map(|word| Choice::new(word, word)).collect()
}

/// How many messages the filter has, from the maintained counts.
fn total(filter: &Filter, counts: Counts, options: &[Counted]) -> Total {
    if !filter.q.is_empty() {
        return Total::Unknown;
    }
    if filter.code.is_empty() && filter.item_type.is_empty() {
        return Total::Exact(filter.category.map_or(counts.total(), |category| counts.of(category)));
    }
    let fits = |option: &&Counted| {
        filter.category.is_none_or(|category| category == option.0)
            && (filter.code.is_empty() || filter.code.eq_ignore_ascii_case(&option.1))
            && (filter.item_type.is_empty() || filter.item_type == option.2)
    };
    Total::Exact(options.iter().filter(fits).map(|option| option.4).sum())
}

/// Where "Go to number or time" leads, or what is wrong with it.
fn jump(
    db: &mut Db,
    log: messages::Log<'_>,
    viewer: &Viewer,
    (run, counts): (&Run, Counts),
    query: &LogQuery,
) -> store::Result<(Option<Cursor>, Option<String>)> {
    let at = query.at.trim();
    if at.is_empty() {
        return Ok((None, None));
    }
    if let Ok(number) = at.parse::<i64>() {
        let last = counts.total();
        let said = (number > last).then(|| format!("The last message is number {}.", ui::number(last)));
        return Ok((Some(Cursor::After(number.max(1) - 1)), said));
    }
    let Some(time) = moment(at, viewer.zone, run) else {
        let said = "Type a message number such as 17, or a time such as 23:01 or 23:01:30.";
        return Ok((None, Some(said.to_owned())));
    };
    match messages::at_time(db, log, time)? {
        Some(seq) => Ok((Some(Cursor::After(seq - 1)), None)),
        None => Ok((Some(Cursor::Last), Some("Nothing was logged at or after this time. This is the end.".to_owned()))),
    }
}

/// A time of day in the reader's zone: the first one at or after the start of the run.
fn moment(text: &str, zone: chrono_tz::Tz, run: &Run) -> Option<Stamp> {
    let time = typed_time::time_of_day(text)?;
    let start = run.started_at.filter(|_| run.state != RunState::Queued)?;
    let day = start.to_utc().with_timezone(&zone).date_naive();
    let on = |day: chrono::NaiveDate| typed_time::at(day.and_time(time), zone);
    // The minute of the start itself counts as after it.
    let slack = std::time::Duration::from_mins(1);
    on(day).filter(|at| at.0 + micros(slack) > start.0).or_else(|| on(day.succ_opt()?))
}
