//! Proofs that tests have as Syncdesk itself.

use std::ffi::OsString;
use std::sync::{Arc, LazyLock};
use std::thread;

use syncdesk::access::Internal;
use syncdesk::app::AppContext;
use syncdesk::cli;
use syncdesk::clock::SystemClock;
use syncdesk::config::Environment;
use syncdesk::ids::{RunNo, SystemId};
use syncdesk::store::runs::{self, Run};
use syncdesk::store::systems::{self, InReach, OfSystem};
use syncdesk::store::{Db, Result};

/// Only who can open keys and a database has such proofs.
static CONTEXT: LazyLock<AppContext> = LazyLock::new(|| thread::spawn(open).join().expect("no panic"));

fn open() -> AppContext {
    let data = tempfile::tempdir().expect("a temporary folder");
    let args = [
        "syncdesk".to_owned(),
        "--create".to_owned(),
        format!("--data-dir={}", data.path().display()),
        format!("--key-file={}", data.path().join("keys.toml").display()),
    ];
    let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
    let config = cli::read(&args, &Environment::default()).expect("the settings fit").config;
    AppContext::open(config, Arc::new(SystemClock)).expect("the context opens")
}

pub fn worker() -> Internal {
    CONTEXT.engine(Arc::default(), tokio_util::sync::CancellationToken::new()).worker
}

pub fn console() -> Internal {
    CONTEXT.console()
}

/// A system, to queue and store for it.
pub fn known(system: SystemId) -> InReach<SystemId> {
    InReach::for_syncdesk(worker(), system)
}

/// A run, to read and change what belongs to it.
pub fn run_of(db: &mut Db, system: SystemId, no: RunNo) -> Result<OfSystem<Run>> {
    let system = systems::by_id(db, worker(), system)?;
    runs::find(db, &system, no)
}
