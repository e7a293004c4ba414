//! Runs are claimed fairly across groups.

use std::collections::BTreeMap;

use syncdesk::ids::SystemId;
use syncdesk::store::Store;
use syncdesk::store::runs::{self, Claim, Ending};

use super::depot::{Depot, ada, claim, claim_as, due, key};
use crate::database::both_databases;

/// Systems of a group with a queued run each, numbered from here on.
fn queued(depot: &Depot, group: &str, numbers: std::ops::Range<u8>) -> Vec<SystemId> {
    numbers
        .map(|number| {
            let system = depot.system(number, "none");
            depot.move_to(system, group);
            let now = depot.read(syncdesk::store::now);
            depot.write(|db| runs::queue(db, &due(system, None, now), now));
            system
        })
        .collect()
}

/// The groups of what is claimed, in order.
fn order(depot: &Depot, claims: impl Iterator<Item = Claim>) -> String {
    let groups: BTreeMap<i64, String> = depot
        .database
        .connect()
        .texts("SELECT CAST(s.id AS TEXT) || ' ' || g.name AS value FROM systems s JOIN system_groups g ON g.id = s.group_id")
        .iter()
        .filter_map(|pair| pair.split_once(' '))
        .map(|(id, group)| (id.parse().expect("a number"), group.to_owned()))
        .collect();
    claims.map(|claim| groups[&claim.system.0].clone()).collect::<Vec<_>>().join(" ")
}

fn all(store: &Store) -> impl Iterator<Item = Claim> {
    std::iter::from_fn(|| claim(store))
}

both_databases! {
    /// A group that requests many runs does not delay another group.
    fn groups_take_turns(depot: Depot) {
        queued(&depot, "Finance", 1..6);
        queued(&depot, "Sales", 6..8);
        assert_eq!(order(&depot, all(&depot.store)), "Finance Sales Finance Sales Finance Finance Finance");
    }

    /// With one worker only one run is in process: then the group has its turn that was served longest ago.
    fn a_single_worker_serves_them_by_turns(depot: Depot) {
        queued(&depot, "Finance", 1..5);
        queued(&depot, "Sales", 5..7);
        let one_by_one = std::iter::from_fn(|| {
            let claimed = claim(&depot.store)?;
            depot.write(|db| runs::finish(db, &claimed, &Ending::Canceled, None));
            Some(claimed)
        });
        assert_eq!(order(&depot, one_by_one), "Finance Sales Finance Sales Finance Finance");
    }

    /// A worker with three places keeps one for other groups, also while those ask for nothing.
    fn a_group_leaves_a_place_in_each_worker(depot: Depot) {
        queued(&depot, "Finance", 1..9);
        depot.move_to(depot.tree, "Sales");
        let claims = |name: &str| order(&depot, std::iter::from_fn(|| claim_as(&depot.store, name, Some(2))));
        assert_eq!(claims("one"), "Finance Finance");
        assert_eq!(claims("two"), "Finance Finance", "another process has its own slots");
        let now = depot.read(syncdesk::store::now);
        depot.write(|db| runs::queue(db, &due(depot.tree, None, now), now));
        assert_eq!(claims("one"), "Sales");
        assert_eq!(claims("two"), "");
    }

    fn a_group_that_is_alone_has_all_places(depot: Depot) {
        queued(&depot, "Finance", 1..6);
        depot.write(|db| syncdesk::store::systems::delete(db, &ada(), &depot.key, depot.now()));
        let claims = order(&depot, std::iter::from_fn(|| claim_as(&depot.store, "one", Some(2))));
        assert_eq!(claims, "Finance Finance Finance Finance Finance");
        assert_ne!(key(1), depot.key);
    }
}
