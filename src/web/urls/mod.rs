//! Every address of the portal: pages and forms build links here and nowhere else.

mod bulk;
mod connect;
mod cursor;
mod logs;
mod page_size;
mod query;
mod replica;
mod sign_in;
mod systems;
mod views;

use std::fmt::Write as _;
use std::sync::LazyLock;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

use crate::ids::{CheckNo, RunNo, Seq, SystemKey};
use crate::queries::Start;

pub use bulk::{BULK_SYSTEMS, bulk, bulk_still};
pub use connect::{CONNECT, DraftPage, draft, draft_test, draft_test_still, duplicate, new_system};
pub use cursor::{Cursor, Key};
pub use logs::{
    CHECKS as LOGS_CHECKS, ChecksQuery, MESSAGES as LOGS_MESSAGES, MessagesQuery, logs, logs_checks, logs_csv,
    logs_messages, runs_of_hour, runs_of_system_since, runs_since,
};
pub use page_size::{PageSize, ROWS};
pub use query::{HIDE_SUCCESS, LogsQuery, MessageQuery, Since, SystemsQuery, filter_text};
pub use replica::{RecordsQuery, record, records, records_csv, records_ndjson, replica};
pub use sign_in::{Ended, sign_in_because, unsaved};
pub use systems::{systems, systems_csv, systems_refreshing};
pub use views::{ALL_SYSTEMS, VIEWS, opened_view, save_view, view, view_query};

pub const HOME: &str = "/";
pub const SETUP: &str = "/setup";
pub const SIGN_IN: &str = "/sign-in";
pub const SIGN_OUT: &str = "/sign-out";
pub const OVERVIEW: &str = "/overview";
pub const SYSTEMS: &str = "/systems";
pub const NEW_SYSTEM: &str = "/systems/new";
pub const LOGS: &str = "/logs";
pub const ACCOUNT: &str = "/account";
pub const ACCOUNT_PASSWORD: &str = "/account/password";
pub const ACCOUNT_TIME_ZONE: &str = "/account/time-zone";
pub const ACCOUNT_THEME: &str = "/account/theme";
pub const ACCOUNT_SIGN_OUT: &str = "/account/sign-out-everywhere";
pub const HELP: &str = "/help";
pub const HELP_CODES: &str = "/help?show=codes";
pub const HELP_ROLES: &str = "/help?show=roles";
pub const HELP_CONNECTION: &str = "/help/connection";
pub const CSS: &str = "/static/app.css";
pub const ICON: &str = "/static/icon.svg";

/// Characters that need no encoding (RFC 3986, unreserved).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The style sheet with a digest of its bytes, so that it may be cached for ever.
#[must_use]
pub fn css() -> &'static str {
    static URL: LazyLock<String> = LazyLock::new(|| {
        let digest = hex::encode(Sha256::digest(include_bytes!("../../../static/app.css")));
        format!("{CSS}?v={}", digest.get(..16).unwrap_or_default())
    });
    &URL
}

#[must_use]
pub fn system(key: &SystemKey) -> String {
    format!("{SYSTEMS}/{key}")
}

#[must_use]
pub fn system_edit(key: &SystemKey) -> String {
    format!("{SYSTEMS}/{key}/edit")
}

#[must_use]
pub fn system_hold(key: &SystemKey) -> String {
    format!("{SYSTEMS}/{key}/hold")
}

#[must_use]
pub fn system_release(key: &SystemKey) -> String {
    format!("{SYSTEMS}/{key}/release")
}

#[must_use]
pub fn system_delete(key: &SystemKey) -> String {
    format!("{SYSTEMS}/{key}/delete")
}

#[must_use]
pub fn synchronize(key: &SystemKey) -> String {
    format!("{SYSTEMS}/{key}/synchronize")
}

/// Where a connection check is asked for.
#[must_use]
pub fn check_now(key: &SystemKey) -> String {
    format!("{SYSTEMS}/{key}/check")
}

/// What to look at when a system's connection is in trouble.
#[must_use]
pub fn connection_help(key: &SystemKey) -> String {
    format!("{SYSTEMS}/{key}/connection")
}

/// The last connection checks.
#[must_use]
pub fn checks(key: &SystemKey) -> String {
    format!("{SYSTEMS}/{key}/checks")
}

/// The result of a connection check.
#[must_use]
pub fn check(key: &SystemKey, no: CheckNo) -> String {
    format!("{SYSTEMS}/{key}/checks/{no}")
}

/// The same on a page that does not refresh.
#[must_use]
pub fn check_still(key: &SystemKey, no: CheckNo) -> String {
    with_query(&check(key, no), &[("refresh", "off")])
}

/// The check of a system that was saved just now, as a page of the system.
#[must_use]
pub fn saved(key: &SystemKey, no: CheckNo) -> String {
    with_query(&system(key), &[("check", &no.to_string())])
}

#[must_use]
pub fn queue(key: &SystemKey) -> String {
    format!("{SYSTEMS}/{key}/queue")
}

#[must_use]
pub fn run(key: &SystemKey, no: RunNo) -> String {
    format!("{SYSTEMS}/{key}/runs/{no}")
}

#[must_use]
pub fn run_live(key: &SystemKey, no: RunNo) -> String {
    format!("{SYSTEMS}/{key}/runs/{no}/live")
}

/// The live log from behind a message on.
#[must_use]
pub fn run_live_after(key: &SystemKey, no: RunNo, seq: Seq) -> String {
    format!("{}?after={seq}", run_live(key, no))
}

/// The live log as a page that refreshes, or stays as it is.
#[must_use]
pub fn run_latest(key: &SystemKey, no: RunNo, refreshes: bool) -> String {
    format!("{}?refresh={}", run_live(key, no), if refreshes { "on" } else { "off" })
}

#[must_use]
pub fn run_cancel(key: &SystemKey, no: RunNo) -> String {
    format!("{SYSTEMS}/{key}/runs/{no}/cancel")
}

#[must_use]
pub fn run_plan(key: &SystemKey, no: RunNo) -> String {
    format!("{SYSTEMS}/{key}/runs/{no}/plan")
}

#[must_use]
pub fn run_plan_confirm(key: &SystemKey, no: RunNo) -> String {
    format!("{SYSTEMS}/{key}/runs/{no}/plan/confirm")
}

/// A page of a run's messages, as long as pages usually are.
#[must_use]
pub fn messages(key: &SystemKey, no: RunNo, filter: &MessageQuery, start: Start<Seq>) -> String {
    messages_sized(key, no, filter, start, PageSize::default())
}

/// A page of a run's messages.
#[must_use]
pub fn messages_sized(key: &SystemKey, no: RunNo, filter: &MessageQuery, start: Start<Seq>, size: PageSize) -> String {
    messages_at(key, no, filter, &Cursor::of(&start), size)
}

/// The same, as a pager knows it.
#[must_use]
pub fn messages_at(key: &SystemKey, no: RunNo, filter: &MessageQuery, cursor: &Cursor, size: PageSize) -> String {
    let mut query = filter.query();
    query.push((ROWS, size.as_query()));
    query.extend(cursor.pairs());
    with_query(&run(key, no), &query)
}

/// The messages of a run from the first, on a page that does not load itself again.
#[must_use]
pub fn run_still(key: &SystemKey, no: RunNo, filter: &MessageQuery, size: PageSize) -> String {
    let mut query = filter.query();
    query.extend([(ROWS, size.as_query()), ("refresh", "off")]);
    with_query(&run(key, no), &query)
}

/// A message among its neighbours of any category.
#[must_use]
pub fn message_around(key: &SystemKey, no: RunNo, seq: Seq, size: PageSize) -> String {
    let around = seq.to_string();
    format!("{}#m{seq}", with_query(&run(key, no), &[(ROWS, size.as_query()), ("around", &around)]))
}

#[must_use]
pub fn messages_csv(key: &SystemKey, no: RunNo, filter: &MessageQuery) -> String {
    with_query(&format!("{}/messages.csv", run(key, no)), &filter.query())
}

#[must_use]
pub fn messages_ndjson(key: &SystemKey, no: RunNo, filter: &MessageQuery) -> String {
    with_query(&format!("{}/messages.ndjson", run(key, no)), &filter.query())
}

/// The page of a system with a page of its runs.
#[must_use]
pub fn runs(key: &SystemKey, size: PageSize<25>, cursor: &Cursor) -> String {
    with_query(&system(key), &[&[(ROWS, size.as_query())][..], &cursor.pairs()].concat())
}

/// The same on a page that does not refresh.
#[must_use]
pub fn system_still(key: &SystemKey, size: PageSize<25>) -> String {
    with_query(&system(key), &[(ROWS, size.as_query()), ("refresh", "off")])
}

/// A page of a plan's deletions.
#[must_use]
pub fn plan_page(key: &SystemKey, no: RunNo, cursor: &Cursor) -> String {
    with_query(&run_plan(key, no), &cursor.pairs())
}

#[must_use]
pub fn help_guide(page: &str) -> String {
    format!("{HELP}/guide/{}", encode(page))
}

/// The codes whose page has all these words.
#[must_use]
pub fn help_search(words: &str) -> String {
    with_query(HELP, &[("q", words)])
}

#[must_use]
pub fn help_code(code: &str) -> String {
    format!("{HELP}/codes/{}", encode(code))
}

#[must_use]
pub fn help_code_note(code: &str) -> String {
    format!("{}/note", help_code(code))
}

#[must_use]
pub fn help_code_note_remove(code: &str) -> String {
    format!("{}/note/remove", help_code(code))
}

#[must_use]
pub fn help_role(template: &str) -> String {
    format!("{HELP}/roles/{}", encode(template))
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

/// A URL with its query; pairs without a value are omitted.
fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    let mut mark = '?';
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = write!(address, "{mark}{name}={}", utf8_percent_encode(value, PLAIN));
        mark = '&';
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::Category;

    #[test]
    fn what_is_typed_cannot_leave_its_place_in_an_address() {
        let key = SystemKey::from_random([1; 10]);
        let filter =
            MessageQuery { category: Some(Category::Warning), q: "a&b=#ü /".into(), ..MessageQuery::default() };
        assert_eq!(
            messages(&key, RunNo(17), &filter, Start::After(Seq(40))),
            "/systems/bbbbbbbbbb/runs/17?category=warning&q=a%26b%3D%23%C3%BC%20%2F&after=40"
        );
        assert_eq!(messages(&key, RunNo(17), &MessageQuery::default(), Start::First), "/systems/bbbbbbbbbb/runs/17");
        assert_eq!(
            messages(&key, RunNo(17), &MessageQuery::default(), Start::Last),
            "/systems/bbbbbbbbbb/runs/17?before=end"
        );
        let (usual, large) = (PageSize::default(), PageSize::from("100".to_owned()));
        assert_eq!(message_around(&key, RunNo(17), Seq(3), usual), "/systems/bbbbbbbbbb/runs/17?around=3#m3");
        assert_eq!(message_around(&key, RunNo(17), Seq(3), large), "/systems/bbbbbbbbbb/runs/17?rows=100&around=3#m3");
        assert_eq!(
            messages_sized(&key, RunNo(17), &MessageQuery::default(), Start::After(Seq(40)), large),
            "/systems/bbbbbbbbbb/runs/17?rows=100&after=40"
        );
        assert_eq!(runs(&key, PageSize::default(), &Cursor::default()), "/systems/bbbbbbbbbb");
        let newer = Cursor::of(&Start::Before(RunNo(7)));
        assert_eq!(runs(&key, PageSize::from("50".to_owned()), &newer), "/systems/bbbbbbbbbb?rows=50&before=7");
        let deletions = Cursor::of(&Start::After(b"a/\xff".to_vec()));
        assert_eq!(plan_page(&key, RunNo(2), &deletions), "/systems/bbbbbbbbbb/runs/2/plan?after=612fff");
        assert_eq!(help_code("../x"), "/help/codes/..%2Fx");
        assert_eq!(sign_in_because("/systems?q=1", None), "/sign-in?next=%2Fsystems%3Fq%3D1");
    }
}
