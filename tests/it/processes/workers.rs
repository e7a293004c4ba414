//! Several processes on one database: no lane runs twice at once, and all that was asked for is done.

use rustix::process::Signal;

use super::fleet::{Fleet, fill, tree_of};
use crate::database::both_databases;
use crate::desk::{Tree, ended, request_run};

const SYSTEMS: usize = 6;
const ROUNDS: usize = 4;

both_databases! {
    async fn no_lane_runs_twice_at_once(fleet: Fleet) {
        // The default lease: a slow machine is not a lost worker.
        let (_portal, ada) = fleet.settle(&["--workers=0"]).await;
        let workers = [fleet.work(&["--workers=2"]), fleet.work(&["--workers=2"])];
        let mut trees: Vec<Tree> = Vec::new();
        for number in 0..SYSTEMS {
            trees.push(fleet.tree(&ada, &format!("Tree {number}"), &[]).await);
        }
        for round in 0..ROUNDS {
            let mut asked = Vec::new();
            for tree in &trees {
                fill(&tree.source, 0..60, &format!("round {round}"));
                // One runs, one waits behind it.
                asked.push((tree, request_run(&ada, tree).await));
                asked.push((tree, request_run(&ada, tree).await));
            }
            for (tree, number) in asked {
                let page = ended(&ada, &tree.run(number)).await;
                assert!(page.says("Completed"), "{}", page.told());
            }
        }
        for tree in &trees {
            assert_eq!(tree_of(&tree.destination), tree_of(&tree.source));
        }
        let overlapping = "SELECT CAST(a.no AS TEXT) AS value FROM runs a JOIN runs b ON a.system_id = b.system_id
            AND a.lane = b.lane AND a.id < b.id AND a.started_at < b.ended_at AND b.started_at < a.ended_at";
        assert_eq!(fleet.texts(overlapping), [""; 0]);
        assert_eq!(fleet.texts("SELECT DISTINCT CAST(claim_no AS TEXT) AS value FROM runs"), ["1"], "each was claimed once");
        assert_eq!(fleet.texts("SELECT DISTINCT state || ' ' || result AS value FROM runs"), ["ended completed"]);
        let gaps = "SELECT s.name AS value FROM systems s WHERE s.last_run_no <> (SELECT count(*) FROM runs r WHERE r.system_id = s.id)";
        assert_eq!(fleet.texts(gaps), [""; 0], "the numbers of runs have no gaps");
        // The quicker one may have done everything so far: each does it alone.
        for (works, rests) in [(&workers[0], &workers[1]), (&workers[1], &workers[0])] {
            fleet.stop(rests);
            let number = request_run(&ada, &trees[0]).await;
            ended(&ada, &trees[0].run(number)).await;
            rests.signal(Signal::CONT);
            let by = fleet.texts(&format!("SELECT worker AS value FROM runs WHERE no = {number} AND system_id = 1")).concat();
            assert!(by.starts_with(&format!("{}-", works.number())), "{by}");
        }
    }
}
