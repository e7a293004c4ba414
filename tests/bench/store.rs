//! How fast messages are stored, for `tests/bench/run`: `store DATABASE MESSAGES BATCH` prints messages a second.
//!
//! The messages are those of `floor.c`; the database is SQLite, made by `syncdesk migrate`, with nothing in it.

use std::error::Error;
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use syncdesk::app::AppContext;
use syncdesk::cli;
use syncdesk::clock::{Stamp, SystemClock};
use syncdesk::config::Environment;
use syncdesk::domain::message::{Category, Direction, Message, Operation};
use syncdesk::store::messages::{Batch, append};
use syncdesk::store::runs::{Claimant, claim_next};
use tokio_util::sync::CancellationToken;

const ONE_QUEUED_RUN: &str = "
    INSERT INTO systems (key, name, kind, group_id, production, settings, settings_version, time_zone, schedule, timeout_us,
      max_attempts, connection, synchronization, overall, overall_since, created_at)
      VALUES ('bench', 'bench', 'files', 1, 0, '{}', 1, 'UTC', 'none', 1, 1, 'not_checked', 'open', 'neutral', 0, 0);
    INSERT INTO runs (id, system_id, no, lane, state, trigger, principal, attempt, not_before, queued_at)
      VALUES (1, last_insert_rowid(), 1, 'main', 'queued', 'manual', 'bench', 1, 0, 0);
    INSERT INTO run_progress (run_id, phase, items_done, items_total, bytes_done, bytes_total, total_final, unchanged, emitted,
      stored, cut, last_seq, n_error, n_warning, n_success, n_information)
      VALUES (1, 'transfer', 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
";

fn main() -> Result<(), Box<dyn Error>> {
    let given: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let [database, messages, batch] = given.as_slice() else {
        return Err("usage: store DATABASE MESSAGES BATCH".into());
    };
    let (messages, size): (i64, i64) = (messages.parse()?, batch.parse()?);
    SqliteConnection::establish(database)?.batch_execute(ONE_QUEUED_RUN)?;
    let context = open(database)?;
    let (store, worker) = (&context.store, context.engine(Arc::default(), CancellationToken::new()).worker);
    let bench = Claimant { name: "bench".to_owned(), lease: Duration::from_hours(1), most_of_a_group: None };
    let claim = store.write_here(|db| claim_next(db, worker, &bench))?.ok_or("no run waits")?;
    let started = Instant::now();
    let mut first = 1;
    while first <= messages {
        let end = (first + size).min(messages + 1);
        let batch: Batch = (first..end).map(|seq| (Stamp(1_795_000_000_000_000 + seq * 250), message(seq))).collect();
        store.write_here(|db| append(db, &claim, &batch))?;
        first = end;
    }
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rate = messages as f64 / started.elapsed().as_secs_f64();
    writeln!(std::io::stdout(), "{rate:.0}")?;
    Ok(())
}

/// As `syncdesk` opens it, beside its keys.
fn open(database: &str) -> Result<AppContext, Box<dyn Error>> {
    let data = Path::new(database).parent().unwrap_or(Path::new("."));
    let args = [
        "syncdesk".to_owned(),
        format!("--database-url=sqlite://{database}"),
        format!("--data-dir={}", data.display()),
    ];
    let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
    let config = cli::read(&args, &Environment::default()).map_err(|_refused| "the settings do not fit")?.config;
    Ok(AppContext::open(config, Arc::new(SystemClock))?)
}

/// The message with this number in `floor.c`.
fn message(seq: i64) -> Message {
    let key = format!("figures/2026/quarter {}/report {seq:08}.csv", seq % 4 + 1);
    let (category, code, operation) = match seq * 7_919 % 100 {
        0 => (Category::Error, "BENCH-E", Operation::None),
        1..9 => (Category::Warning, "BENCH-W", Operation::None),
        9..89 => (Category::Success, "BENCH-S", Operation::Update),
        _ => (Category::Information, "BENCH-I", Operation::None),
    };
    Message::of_item(category, code, operation, "file", key)
        .going(Direction::Out)
        .arg((1_000 + seq % 9_000).to_string())
        .arg(format!("{} ms", seq % 90))
}
