//! The log part of the run page: which messages are asked for, and where their pages lead.

use super::Log;
use super::view::messages::{Digest, LogView, Searched};
use crate::access::{Template, Verb};
use crate::domain::catalogue::canonical;
use crate::domain::message::{Category, Counts};
use crate::domain::run::RunResult;
use crate::ids::Seq;
use crate::queries::runs::{
    ComparedItems, Counted, LogQuestion, MessageFilter, Misplaced, RunDetails, RunDigest, RunLog,
};
use crate::queries::{PageRequest, Start};
use crate::web::error::WebError;
use crate::web::pages::runs::changes::{ChangesView, Compared};
use crate::web::present;
use crate::web::ui::{self, Choice, PageLinks};
use crate::web::urls::{self, Cursor, HIDE_SUCCESS, MessageQuery, PageSize, filter_text};

/// What the address asks for.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct LogQuery {
    category: String,
    /// `success`, or empty.
    hide: String,
    #[serde(deserialize_with = "filter_text")]
    q: String,
    #[serde(deserialize_with = "filter_text")]
    code: String,
    #[serde(rename = "type", deserialize_with = "filter_text")]
    item_type: String,
    /// A number or a time to go to.
    at: String,
    #[serde(flatten)]
    cursor: Cursor,
    around: String,
    refresh: String,
    #[serde(rename = "rows")]
    pub(super) size: PageSize,
}

impl LogQuery {
    /// Which messages are meant.
    #[must_use]
    pub fn filter(&self) -> MessageQuery {
        MessageQuery {
            category: Category::parse(&self.category),
            hides_success: self.hide == HIDE_SUCCESS,
            q: self.q.trim().to_owned(),
            code: canonical(&self.code).to_owned(),
            item_type: self.item_type.clone(),
        }
    }

    /// Refuses a category that does not exist, which must not become all messages.
    ///
    /// # Errors
    /// With what can be asked for.
    pub(in crate::web::pages::runs) fn check(&self) -> Result<(), WebError> {
        if !self.hide.is_empty() && self.hide != HIDE_SUCCESS {
            return Err(WebError::unprocessable(format!("Only {HIDE_SUCCESS} can be hidden.")));
        }
        if self.category.is_empty() || Category::parse(&self.category).is_some() {
            return Ok(());
        }
        let known: Vec<&str> = Category::ALL.iter().map(|category| category.as_str()).collect();
        Err(WebError::unprocessable(format!("Category must be one of: {}.", known.join(", "))))
    }

    /// A page that a person has searched or paged through stays as it is.
    pub(super) fn refreshes(&self) -> bool {
        self.refresh != "off"
            && !self.filter().is_narrow()
            && self.cursor.is_empty()
            && self.at.is_empty()
            && self.around.is_empty()
    }

    /// The whole log from its beginning is asked for.
    fn is_whole(&self) -> bool {
        self.filter() == MessageQuery::default()
            && self.cursor.start::<Seq>() == Start::First
            && self.at.is_empty()
            && self.around.is_empty()
    }

    /// What the database is asked.
    pub(super) fn question<'a>(&'a self, filter: &'a MessageQuery, zone: chrono_tz::Tz) -> LogQuestion<'a> {
        LogQuestion {
            filter: stored_filter(filter),
            words: &filter.q,
            request: PageRequest::new(self.cursor.start(), self.size.rows()),
            at: &self.at,
            zone,
            around: self.around.parse().ok(),
            is_whole: self.is_whole(),
        }
    }
}

/// The log as the page shows it.
pub(super) fn to_view(log: RunLog, of: &RunDetails, query: &LogQuery, message_days: u32) -> Log {
    let page = match log {
        RunLog::NoAccess => return Log::Missing(Template::to_ask_for(Verb::ReadLogs).as_str()),
        RunLog::Expired => return Log::Expired { days: message_days },
        RunLog::Page(page) => *page,
    };
    let filter = query.filter();
    let counts = of.totals.counts;
    let around = query.around.parse().ok().map(Seq).filter(|_seq| page.misplaced.is_none());
    let pages = |size, cursor: &Cursor| urls::messages_at(&of.system.key, of.run.no, &filter, cursor, size);
    let links = match around {
        Some(_) => PageLinks::default(),
        None => PageLinks::sized(&page.messages, query.size, pages),
    };
    let mut view = LogView {
        codes: choices(page.counted.iter().map(|counted| counted.1.as_str())),
        item_types: choices(page.counted.iter().map(|counted| counted.2.as_str())),
        at: query.at.clone(),
        at_error: page.misplaced.map(misplaced),
        rows: page.messages.rows.into_iter().map(present::message_row).collect(),
        around,
        size: query.size,
        links,
        total: total(&filter, counts, &page.counted),
        searched: None,
        filter: filter.clone(),
        digest: page.digest.map(|(digest, items)| to_digest(digest, items, of, query.size)),
    };
    if let Some((from, continue_after)) = page.searched {
        let next = continue_after.map(|seq| pages(query.size, &Cursor::of(&Start::After(seq))));
        let last = Seq(counts.total());
        let from = Seq(from.0.saturating_add(1));
        view.searched = Some(Searched { from, to: continue_after.unwrap_or(last), last, next });
        view.links = view.links.onwards();
    }
    Log::Shown(Box::new(view))
}

/// What to do about a place where there is no message.
fn misplaced(why: Misplaced) -> String {
    match why {
        Misplaced::BeyondLast(last) => format!("The last message is {}.", ui::number(last)),
        Misplaced::Unreadable => "Enter a message number (17) or a time (23:01 or 23:01:30).".to_owned(),
        Misplaced::NothingSince => {
            "There are no messages at or after this time. This is the end of the log.".to_owned()
        }
    }
}

/// When messages were logged, and what changed since the run before.
fn to_digest(digest: RunDigest, items: ComparedItems, of: &RunDetails, size: PageSize) -> Digest {
    let RunDigest { timeline, comparison, before } = digest;
    let changes = if of.run.result == Some(RunResult::Canceled) {
        Some(ChangesView::Canceled)
    } else {
        comparison.map(|comparison| match comparison.before {
            None => ChangesView::First,
            Some(no) => ChangesView::Compared(Box::new(Compared {
                before: no,
                // Its header can be past retention by now; what was compared stays true.
                before_is_there: before.is_some(),
                before_was_whole: before.as_ref().is_none_or(|before| before.end_code.is_none()),
                before_counts: before.map(|before| before.counts).unwrap_or_default(),
                counts: of.totals.counts,
                is_whole: of.run.end_code.is_none(),
                changes: comparison.changes,
                here: items.here,
                there: items.there,
                size,
            })),
        })
    };
    Digest { timeline, changes }
}

/// The filter as the store knows it.
#[must_use]
pub fn stored_filter(filter: &MessageQuery) -> MessageFilter {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    MessageFilter {
        category: filter.category,
        hides_success: filter.hides_success,
        code: given(&filter.code),
        item_type: given(&filter.item_type),
    }
}

fn choices<'a>(words: impl Iterator<Item = &'a str>) -> Vec<Choice> {
    let words: std::collections::BTreeSet<&str> = words.filter(|word| !word.is_empty()).collect();
    words.into_iter().map(|word| Choice::new(word, word)).collect()
}

/// Number of messages that match the filter, from the maintained counts; `None` for a search, which they do not cover.
fn total(filter: &MessageQuery, counts: Counts, options: &[Counted]) -> Option<i64> {
    if !filter.q.is_empty() {
        return None;
    }
    let hidden = |category| filter.hides_success && filter.category.is_none() && category == Category::Success;
    if filter.code.is_empty() && filter.item_type.is_empty() {
        let all = counts.total() - if hidden(Category::Success) { counts.success } else { 0 };
        return Some(filter.category.map_or(all, |category| counts.of(category)));
    }
    let fits = |option: &&Counted| {
        filter.category.is_none_or(|category| category == option.0)
            && !hidden(option.0)
            && (filter.code.is_empty() || filter.code.eq_ignore_ascii_case(&option.1))
            && (filter.item_type.is_empty() || filter.item_type == option.2)
    };
    Some(options.iter().filter(fits).map(|option| option.4).sum())
}
