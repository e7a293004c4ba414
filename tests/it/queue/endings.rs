//! Ends of runs: the result, what follows for the system, and the retry.

use std::time::Duration;

use rstest::rstest;
use syncdesk::domain::message::{Category, Message};
use syncdesk::domain::retry::next_attempt;
use syncdesk::domain::run::{EndReason, RunResult, RunState, Trigger};
use syncdesk::domain::status::Verdict;
use syncdesk::ids::RunNo;
use syncdesk::store::messages;
use syncdesk::store::runs::{self, Ending, Queued, Retry};
use syncdesk::store::systems;

use super::depot::{Depot, ada, by, claim, due, failed};
use crate::database::both_databases;

/// Runs once with these messages; the result.
fn run_with(depot: &Depot, key: &str, categories: &[Category]) -> RunResult {
    let claim = depot.started(key);
    let batch = categories.iter().map(|category| (depot.now(), Message::of_run(*category, "FILE-SUMMARY"))).collect();
    depot.write(|db| messages::append(db, &claim, &batch));
    depot.write(|db| runs::finish(db, &claim, &Ending::Whole, None))
}

both_databases! {
    fn the_result_follows_from_what_was_logged(depot: Depot) {
        use Category::{Error, Information, Success, Warning};
        assert_eq!(run_with(&depot, "a", &[]), RunResult::Completed);
        assert_eq!(run_with(&depot, "b", &[Success, Information]), RunResult::Completed);
        assert_eq!(run_with(&depot, "c", &[Success, Warning]), RunResult::CompletedWithWarnings);
        assert_eq!(run_with(&depot, "d", &[Warning, Error, Success]), RunResult::Error);
        assert_eq!(depot.all_runs()[3].end_reason, Some(EndReason::Failed));
        assert_eq!(depot.found().synchronization, Verdict::Error);
    }

    /// A run that fails or is canceled is no success of its system.
    fn only_a_good_end_is_a_success(depot: Depot) {
        let first = depot.started("a");
        assert_eq!((depot.found().synchronization, depot.found().last_success_at), (Verdict::Open, None));
        depot.write(|db| runs::finish(db, &first, &failed(), None));
        assert_eq!((depot.found().synchronization, depot.found().last_success_at), (Verdict::Error, None));
        run_with(&depot, "b", &[Category::Success]);
        let second = depot.all_runs().remove(1);
        assert_eq!(depot.found().synchronization, Verdict::Completed);
        assert_eq!(depot.found().last_success_at, second.ended_at);
        let third = depot.started("c");
        depot.write(|db| runs::finish(db, &third, &Ending::Canceled, None));
        assert_eq!(depot.found().synchronization, Verdict::Completed, "canceled keeps the verdict");
        assert_eq!(depot.found().last_success_at, second.ended_at, "and is no success");
    }

    fn a_retry_is_queued_with_its_time(depot: Depot) {
        let minutes = [1, 5, 15, 30];
        for (place, minutes) in minutes.into_iter().enumerate() {
            let attempt = i64::try_from(place).expect("small") + 1;
            let held = if attempt == 1 { depot.started("a") } else { claim(&depot.store).expect("the retry") };
            assert_eq!(held.attempt, attempt);
            let after = next_attempt(attempt, 5, true).expect("one more attempt");
            depot.write(|db| runs::finish(db, &held, &failed(), Some(Retry { after })));
            let ended = depot.run(held.run).ended_at.expect("it has ended");
            let retry = depot.open_runs().remove(0);
            assert_eq!(retry.not_before, ended.plus(Duration::from_mins(minutes)));
            assert_eq!((retry.trigger, retry.attempt, retry.retries_run), (Trigger::Retry, attempt + 1, Some(held.run)));
            depot.advance(Duration::from_mins(minutes).saturating_sub(Duration::from_secs(20)));
            assert_eq!(claim(&depot.store), None, "attempt {} is early", attempt + 1);
            depot.advance(Duration::from_secs(20));
        }
        let last = claim(&depot.store).expect("the fifth attempt");
        assert_eq!((last.attempt, next_attempt(5, 5, true)), (5, None));
    }

    /// What is queued already does what the retry would have done.
    fn a_retry_merges_with_what_is_queued(depot: Depot) {
        let first = depot.started("a");
        depot.ask("b");
        depot.write(|db| runs::finish(db, &first, &failed(), Some(Retry { after: Duration::from_mins(1) })));
        let open = depot.open_runs();
        assert_eq!(open.len(), 1);
        assert_eq!((open[0].no, open[0].trigger), (RunNo(2), Trigger::Manual));
    }

    fn a_schedule_that_comes_due_merges_with_a_waiting_retry(depot: Depot) {
        let first = depot.started("a");
        depot.write(|db| runs::finish(db, &first, &failed(), Some(Retry { after: Duration::from_mins(15) })));
        let scheduled = runs::NewRun {
            trigger: Trigger::Schedule,
            request_key: None,
            ..due(depot.tree, None, depot.now())
        };
        let merged = depot.write(|db| runs::try_queue(db, &scheduled, depot.now())).expect("an answer");
        assert!(matches!(merged, Queued::Already(run) if run.no == RunNo(2)));
        let open = depot.open_runs();
        assert_eq!((open.len(), open[0].trigger, open[0].retries_run), (1, Trigger::Retry, Some(first.run)));
    }

    /// What is under way when a hold begins comes to its end, and plans nothing further: neither a retry nor a check.
    fn on_hold_a_run_ends_and_nothing_follows(depot: Depot) {
        let claim = depot.started("a");
        depot.write(|db| systems::hold(db, &ada(), &depot.key, "Repairs.", depot.now()));
        depot.write(|db| runs::finish(db, &claim, &failed(), Some(Retry { after: Duration::ZERO })));
        assert_eq!(depot.run(claim.run).result, Some(RunResult::Error));
        assert!(depot.open_runs().is_empty());
        assert_eq!(depot.read(|db| systems::times(db, &depot.found())).next_check, None);
        assert_eq!(depot.found().synchronization, Verdict::Error, "its result counts");
    }

    fn a_queued_run_is_withdrawn_at_once(depot: Depot) {
        depot.ask("a");
        let queued = depot.open_runs().remove(0);
        assert!(depot.write(|db| runs::withdraw(db, &depot.found_run(&queued), &by("mona"), depot.now())));
        let run = depot.run(queued.id);
        assert_eq!((run.state, run.result), (RunState::Ended, Some(RunResult::Canceled)));
        assert_eq!((run.cancel_by.as_deref(), run.started_at), (Some("mona"), None));
        assert_eq!(claim(&depot.store), None);
        assert!(!depot.write(|db| runs::withdraw(db, &depot.found_run(&queued), &by("ada"), depot.now())), "it is withdrawn once");
    }

    fn a_running_run_cannot_be_withdrawn(depot: Depot) {
        let claim = depot.started("a");
        assert!(!depot.write(|db| runs::withdraw(db, &depot.held(&claim), &by("mona"), depot.now())));
        assert_eq!(depot.write(|db| runs::cancel(db, &depot.held(&claim), &by("mona"), depot.now())), Some(RunState::Running));
        assert_eq!(depot.write(|db| runs::cancel(db, &depot.held(&claim), &by("ada"), depot.now())), None, "it was asked already");
        assert_eq!(depot.run(claim.run).cancel_by.as_deref(), Some("mona"));
    }
}

/// Each retry waits longer than the one before.
#[rstest]
#[case(1, Some(1))]
#[case(2, Some(5))]
#[case(3, Some(15))]
#[case(4, Some(30))]
#[case(5, None)]
fn attempts_wait_longer_and_longer(#[case] attempt: i64, #[case] minutes: Option<u64>) {
    assert_eq!(next_attempt(attempt, 5, true), minutes.map(Duration::from_mins));
    assert_eq!(next_attempt(attempt, 5, false), None, "an error that lasts is not tried again");
}
