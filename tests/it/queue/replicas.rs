//! Several processes at once: whatever they do together, no run is made or taken twice.

use std::collections::BTreeSet;

use syncdesk::domain::run::RunState;
use syncdesk::ids::RunNo;
use syncdesk::store::runs::{self, Ending, Queued};

use super::depot::{Depot, at_once, claim, due};
use crate::database::both_databases;

/// Number of threads of each of two processes.
const THREADS: usize = 4;
const ROUNDS: i64 = 10;

both_databases! {
    /// Each request has its own key, as from different people.
    fn requests_at_once_make_one_run(depot: Depot) {
        let replicas = [depot.store.clone(), depot.replica()];
        for round in 1..=ROUNDS {
            let answers = at_once(&replicas, THREADS, |store, number| {
                let request = due(depot.tree, Some(&format!("{round} {number}")), depot.now());
                store.write_here(|db| runs::queue(db, &request, depot.now())).expect("an answer")
            });
            let new = answers.iter().filter(|answer| matches!(answer, Queued::New { .. })).count();
            assert_eq!(new, usize::from(round < 3), "round {round}: {answers:?}");
            if round == 1 {
                claim(&depot.store).expect("the first run is claimed, the second round makes one behind it");
            }
        }
        let numbers: Vec<RunNo> = depot.all_runs().iter().map(|run| run.no).collect();
        assert_eq!(numbers, [RunNo(1), RunNo(2)]);
    }

    fn a_double_click_on_two_processes_makes_one_run(depot: Depot) {
        let replicas = [depot.store.clone(), depot.replica()];
        let numbers = at_once(&replicas, THREADS, |store, _number| {
            let request = due(depot.tree, Some("the same key"), depot.now());
            match store.write_here(|db| runs::queue(db, &request, depot.now())).expect("an answer") {
                Queued::New { run, .. } | Queued::Same { run, .. } | Queued::Already(run) => run.no,
            }
        });
        assert!(numbers.iter().all(|no| *no == RunNo(1)), "{numbers:?}");
        assert_eq!(depot.all_runs().len(), 1);
    }

    /// Runs begin and end while they are asked for: their numbers have no gaps, and a lane has at most two open runs.
    fn run_numbers_have_no_gaps(depot: Depot) {
        let replicas = [depot.store.clone(), depot.replica()];
        let made: i64 = at_once(&replicas, THREADS, |store, number| {
            let mut made = 0;
            for round in 0..ROUNDS {
                let request = due(depot.tree, Some(&format!("{round} {number}")), depot.now());
                let asked = store.write_here(|db| runs::queue(db, &request, depot.now())).expect("an answer");
                made += i64::from(matches!(asked, Queued::New { .. }));
                assert!(depot.open_runs().len() <= 2);
                if let Some(claimed) = claim(store) {
                    store.write_here(|db| runs::finish(db, &claimed, &Ending::Whole, None)).expect("it ends");
                }
            }
            made
        })
        .into_iter()
        .sum();
        let numbers: Vec<i64> = depot.all_runs().iter().map(|run| run.no.0).collect();
        assert_eq!(numbers, (1..=made).collect::<Vec<_>>());
        assert_eq!(depot.found().last_run_no, made);
    }

    /// Whatever the code does, the database itself refuses a second run of a kind.
    fn the_indexes_have_the_last_word(depot: Depot) {
        depot.started("a");
        depot.ask("b");
        let mut bare = depot.database.connect();
        for (state, lease) in [("queued", "NULL"), ("running", "1")] {
            let second = format!(
                "INSERT INTO runs (system_id, no, lane, state, trigger, principal, attempt, not_before, queued_at, lease_until) \
                 VALUES ({}, 99, 'main', '{state}', 'manual', 'ada', 1, 0, 0, {lease})",
                depot.tree
            );
            let refused = bare.try_execute(&second).expect_err("there is one already");
            assert!(refused.to_lowercase().contains("unique"), "{state}: {refused}");
        }
        let elsewhere = "INSERT INTO runs (system_id, no, lane, state, trigger, principal, attempt, not_before, queued_at) \
                         SELECT system_id, 99, 'upload', 'queued', trigger, principal, 1, 0, 0 FROM runs WHERE no = 1";
        bare.try_execute(elsewhere).expect("another lane is another matter");
    }

    /// Two claimers and many runs: each run is claimed by one of them.
    fn a_run_is_claimed_once(depot: Depot) {
        for number in 1..=40 {
            let system = depot.system(number, "none");
            depot.write(|db| runs::queue(db, &due(system, None, depot.now()), depot.now()));
        }
        let replicas = [depot.store.clone(), depot.replica()];
        let claimed = at_once(&replicas, THREADS, |store, _number| {
            let mut mine = Vec::new();
            while let Some(claim) = claim(store) {
                mine.push(claim.run);
            }
            mine
        });
        let all: Vec<_> = claimed.into_iter().flatten().collect();
        assert_eq!(all.len(), 40);
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 40, "none twice");
    }

    /// One run waits, and all reach for it at the same time.
    fn of_many_claimers_one_wins(depot: Depot) {
        let replicas = [depot.store.clone(), depot.replica()];
        for round in 0..ROUNDS {
            depot.ask(&format!("{round}"));
            let won: Vec<_> = at_once(&replicas, THREADS, |store, _number| claim(store)).into_iter().flatten().collect();
            assert_eq!(won.len(), 1, "round {round}");
            depot.write(|db| runs::finish(db, &won[0], &Ending::Whole, None));
        }
        assert!(depot.all_runs().iter().all(|run| run.state == RunState::Ended));
    }
}
