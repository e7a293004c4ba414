//! What *Synchronize now* answers. It cannot lie.

use std::time::Duration;

use syncdesk::access::Principal;
use syncdesk::domain::run::{RunState, Trigger};
use syncdesk::ids::{PersonId, RunNo};
use syncdesk::ops::audit::AuditLog;
use syncdesk::ops::error::OpError;
use syncdesk::ops::obstruction::Obstruction;
use syncdesk::ops::request_run::{Answer, Request, RequestRunError, WAIT, request_run};
use syncdesk::store::runs::{self, Ending, Retry};
use syncdesk::store::systems;
use tokio::sync::Notify;

use super::depot::{Depot, ada, by, claim, failed};
use crate::database::both_databases;

/// Presses the button of a form that carries this key.
pub async fn press(depot: &Depot, request_key: &str, wake: &Notify) -> Result<Answer, RequestRunError> {
    press_and_wait(depot, request_key, wake, WAIT).await
}

/// The same with an answer that may wait longer for a worker.
async fn press_and_wait(
    depot: &Depot,
    request_key: &str,
    wake: &Notify,
    wait: Duration,
) -> Result<Answer, RequestRunError> {
    let ada_herself = Principal::Person { id: PersonId(1), name: "ada".to_owned() };
    let request = Request {
        key: depot.key.clone(),
        request_key: request_key.to_owned(),
        audit: AuditLog::new(&ada_herself, Some("192.0.2.7".to_owned())),
        wait,
    };
    let answer = request_run(&depot.store, wake, &ada(), request).await;
    answer.map(|mut lanes| lanes.remove(0)).map_err(|error| match error {
        OpError::Refused(refusal) => refusal,
        other => panic!("{other}"),
    })
}

both_databases! {
    async fn nothing_is_running_and_a_worker_is_free(depot: Depot) {
        let worker = depot.store.clone();
        let worker = tokio::task::spawn_blocking(move || crate::wait::wait_until("a run", || claim(&worker)));
        // The worker has all the time that it needs on a busy machine.
        let answer = press_and_wait(&depot, "a", &Notify::new(), crate::wait::PATIENCE).await;
        assert_eq!(answer, Ok(Answer::Started(RunNo(1))));
        assert_eq!(worker.await.expect("no panic").no, RunNo(1));
        assert_eq!(press(&depot, "a", &Notify::new()).await, Ok(Answer::Started(RunNo(1))), "the double click");
    }

    async fn no_worker_is_free(depot: Depot) {
        assert_eq!(press(&depot, "a", &Notify::new()).await, Ok(Answer::WaitsForWorker(RunNo(1))));
        assert_eq!(Answer::WaitsForWorker(RunNo(1)).to_string(), "Run 1 is waiting for a free worker.");
    }

    async fn one_is_running(depot: Depot) {
        depot.started("a");
        let behind = Answer::QueuedBehind { run: RunNo(2), running: RunNo(1) };
        assert_eq!(press(&depot, "b", &Notify::new()).await, Ok(behind.clone()));
        assert_eq!(behind.to_string(), "Queued as run 2 after run 1.");
        assert_eq!(press(&depot, "b", &Notify::new()).await, Ok(behind), "the double click is told the same");
        assert_eq!(press(&depot, "c", &Notify::new()).await, Ok(Answer::AlreadyQueued(RunNo(2))));
        assert_eq!(Answer::AlreadyQueued(RunNo(2)).to_string(), "Run 2 is already queued.");
        assert_eq!(depot.all_runs().len(), 2);
    }

    /// Pressing twice requests one run.
    async fn a_double_click_is_in_the_audit_log_once(depot: Depot) {
        for _ in 0..2 {
            let answer = press_and_wait(&depot, "a", &Notify::new(), Duration::ZERO).await;
            assert_eq!(answer, Ok(Answer::WaitsForWorker(RunNo(1))));
        }
        let written = depot.database.connect().texts("SELECT after AS value FROM audit WHERE action = 'run.request'");
        assert_eq!(written, [r#"{"run":1}"#]);
    }

    /// The back button brings a form back whose request was answered long ago.
    async fn a_request_is_answered_once_and_for_ever(depot: Depot) {
        let first = depot.started("a");
        depot.ask("b");
        assert_eq!(press(&depot, "c", &Notify::new()).await, Ok(Answer::AlreadyQueued(RunNo(2))));
        depot.write(|db| runs::finish(db, &first, &Ending::Whole, None));
        let second = claim(&depot.store).expect("the second run waits");
        assert_eq!(press(&depot, "c", &Notify::new()).await, Ok(Answer::Started(RunNo(2))));
        depot.write(|db| runs::finish(db, &second, &Ending::Whole, None));
        for key in ["a", "b", "c"] {
            let known = press(&depot, key, &Notify::new()).await.expect("an answer");
            assert_eq!(known, Answer::Started(if key == "a" { RunNo(1) } else { RunNo(2) }));
        }
        assert_eq!(depot.all_runs().len(), 2);
    }

    async fn a_run_that_was_withdrawn_is_not_said_to_have_started(depot: Depot) {
        depot.ask("a");
        let queued = depot.all_runs().remove(0);
        assert!(depot.write(|db| runs::withdraw(db, &depot.found_run(&queued), &by("ada"), depot.now())));
        let refused = press(&depot, "a", &Notify::new()).await.expect_err("nothing was started");
        assert_eq!(refused, RequestRunError::Canceled(RunNo(1)));
        assert_eq!(depot.all_runs().len(), 1);
    }

    async fn a_system_on_hold_is_refused(depot: Depot) {
        depot.write(|db| systems::hold(db, &ada(), &depot.key, "The disk is being replaced.", depot.now()));
        let refused = press(&depot, "a", &Notify::new()).await.expect_err("it is on hold");
        let RequestRunError::Obstructed { by: Obstruction::OnHold { by, reason, .. }, .. } = refused else { panic!("{refused:?}") };
        assert_eq!((by.as_str(), reason.as_str()), ("ada", "The disk is being replaced."));
        assert!(depot.all_runs().is_empty());
    }

    async fn a_retry_that_waits_is_pulled_forward(depot: Depot) {
        let first = depot.started("a");
        let retry = Retry { after: Duration::from_mins(15) };
        depot.write(|db| runs::finish(db, &first, &failed(), Some(retry)));
        assert_eq!(claim(&depot.store), None, "it is not yet time");
        assert_eq!(press(&depot, "b", &Notify::new()).await, Ok(Answer::WaitsForWorker(RunNo(2))));
        let pulled = depot.all_runs().remove(1);
        assert_eq!((pulled.trigger, pulled.principal.as_str(), pulled.attempt), (Trigger::Manual, "ada", 2));
        assert_eq!(pulled.retries_run, Some(first.run));
        assert_eq!(claim(&depot.store).expect("it may begin now").no, RunNo(2));
        let written = depot.database.connect().texts("SELECT after AS value FROM audit WHERE action = 'run.request'");
        assert_eq!(written, [r#"{"run":2}"#], "somebody did that, and the audit log says so");
    }

    async fn a_run_that_waits_for_a_worker_stays_whose_it_is(depot: Depot) {
        depot.ask("a");
        let before = depot.all_runs().remove(0);
        assert_eq!(press(&depot, "b", &Notify::new()).await, Ok(Answer::AlreadyQueued(RunNo(1))));
        let after = depot.all_runs().remove(0);
        assert_eq!((after.not_before, after.state), (before.not_before, RunState::Queued));
    }
}
