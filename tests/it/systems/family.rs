//! Systems with several lanes, and systems with children: lists, counts, status and pages.

use std::sync::Arc;

use syncdesk::access::verbs::SpecifySystems;
use syncdesk::ids::SystemKey;
use syncdesk::store::systems::{self, Draft};
use syncdesk::sync::scheduler;
use tokio_util::sync::CancellationToken;

use super::counts_hold;
use super::shelf::names;
use crate::database::{Database, Fixture, both_databases};
use crate::desk::{Desk, Family, press};
use crate::queue::depot::ada;
use crate::visitor::Visitor;

/// The systems, and somebody who may do everything.
struct House {
    desk: Desk,
    family: Family,
    ada: Visitor,
}

impl Fixture for House {
    async fn on(database: Database) -> Self {
        let desk = Desk::on(database).await;
        let (family, ada) = (desk.family().await, desk.as_("ada").await);
        Self { desk, family, ada }
    }
}

impl House {
    /// Presses *Synchronize now*. Returns what the next page says of it.
    async fn synchronize(&self, key: &SystemKey) -> String {
        let page = format!("/systems/{key}");
        let pressed = press(&self.ada, &page).await.expect(303);
        self.ada.get(pressed.location()).await.expect(200).text("[role=status]")
    }

    /// Saves a system under a name and in a group.
    async fn save(&self, key: &SystemKey, name: &str, group: &str) {
        let (key, name, group, now) =
            (key.clone(), name.to_owned(), self.desk.group(group).await, self.desk.context.clock.now());
        let saved = self.desk.context.store.write(move |db| {
            systems::lock_children(db, &ada(), &key)?;
            let system = systems::find_to_change(db, &ada::<SpecifySystems>(), &key)?;
            let draft = Draft {
                name,
                kind: system.kind.clone(),
                group,
                parent: system.parent_id,
                lanes: &["main"],
                production: system.production,
                settings: system.settings.clone(),
                time_zone: system.time_zone.clone(),
                schedule: system.schedule.clone(),
                next_due: system.next_due,
                timeout_us: system.timeout_us,
                max_attempts: system.max_attempts,
                freshness_us: None,
                admin_url: None,
            };
            systems::save(db, &ada(), &system, &draft, system.settings_version, now)
        });
        assert!(saved.await.expect("it is saved"));
    }

    async fn page(&self, key: &SystemKey) -> crate::visitor::Answer {
        self.ada.get(&format!("/systems/{key}")).await.expect(200)
    }

    /// Overall status, synchronization and failures in a row of a system.
    fn status(&self, name: &str) -> String {
        let query = format!(
            "SELECT overall || ' ' || synchronization || ' ' || failures_in_row AS value FROM systems WHERE name = '{name}'"
        );
        self.desk.texts(&query).concat()
    }
}

both_databases! {
    /// Children stand below their parent, worst first, and are counted with it.
    async fn children_stand_below_their_parent(house: House) {
        let list = house.ada.get("/systems?sort=name").await.expect(200);
        let below = ["Endpoint", "Organization", "Mailbox of Ada", "Mailbox of Mona", "Mailbox of Wim"];
        assert_eq!(names(&list), below);
        assert_eq!(list.texts(".tabs a"), ["All 2", "Error 0", "Warning 0", "OK 0", "On hold 0", "Open 2"]);
        house.synchronize(&house.family.children[2]).await;
        house.desk.carry_out(false).await;
        let list = house.ada.get("/systems").await.expect(200);
        assert_eq!(names(&list), ["Organization", "Mailbox of Wim", "Mailbox of Ada", "Mailbox of Mona", "Endpoint"]);
        assert_eq!(list.texts(".tabs a"), ["All 2", "Error 1", "Warning 0", "OK 0", "On hold 0", "Open 1"]);
        assert!(list.texts("tbody tr:first-child td")[1].contains("Child system"), "{}", list.told());
        assert_eq!(names(&house.ada.get("/systems?status=error").await)[..2], ["Organization", "Mailbox of Wim"]);
        counts_hold(&house.desk);
    }

    /// Five of many, and a link to all of them; a search for a name and an export find children too.
    async fn many_children(house: House) {
        let id = house.desk.texts("SELECT CAST(id AS TEXT) AS value FROM systems WHERE name = 'Organization'").concat();
        for number in 0..5 {
            let id = syncdesk::ids::SystemId(id.parse().expect("a number"));
            house.desk.member(&format!("Room {number}"), Some(id), &["main"]).await;
        }
        let list = house.ada.get("/systems?sort=name").await.expect(200);
        assert_eq!(names(&list).len(), 2 + 5, "{}", list.told());
        let all = list.attributes("tr.kid th[colspan] a", "href");
        assert_eq!(all, [format!("/systems?within={}", house.family.parent)]);
        let children = house.ada.get(&all[0]).await.expect(200);
        assert_eq!(names(&children).len(), 8, "{}", children.told());
        assert_eq!(names(&house.ada.get("/systems?q=room%203").await), ["Room 3"]);
        assert!(house.ada.get("/systems?within=nonsense").await.says("No systems match this filter."));
        let csv = house.ada.get("/systems.csv?sort=name").await.expect(200);
        assert_eq!(csv.body.lines().count(), 1 + 10);
        assert_eq!(csv.body.lines().filter(|line| line.ends_with(",Organization")).count(), 8, "{}", csv.body);
        let page = house.page(&house.family.parent).await;
        assert_eq!(page.texts("section[aria-labelledby=children-title] tbody th").len(), 8);
        let child = house.page(&house.family.children[0]).await;
        assert_eq!(child.texts("nav.crumbs a"), ["Systems", "Organization"]);
    }

    /// The status of a parent is the worst one in the family.
    async fn a_parent_follows_its_children(house: House) {
        let [ada, mona, _wim] = &house.family.children;
        house.synchronize(ada).await;
        house.desk.carry_out(true).await;
        assert_eq!(house.status("Organization"), "ok open 0");
        house.synchronize(mona).await;
        house.desk.carry_out(false).await;
        assert_eq!(house.status("Organization"), "error open 0");
        let page = house.page(&house.family.parent).await;
        assert!(page.says("Child system since") && page.says("Files · Production") && page.says("Mailbox of Mona"), "{}", page.told());
        house.synchronize(&house.family.parent).await;
        house.desk.carry_out(true).await;
        assert_eq!(house.status("Organization"), "error completed 0", "the success of a parent says nothing of its children");
        counts_hold(&house.desk);
        let page = format!("/systems/{mona}/delete");
        house.ada.get(&page).await.expect(200);
        house.ada.submit(&page, &[]).await.expect(303);
        assert_eq!(house.status("Organization"), "ok completed 0", "what is deleted does not count");
        counts_hold(&house.desk);
    }

    /// Each lane has its own status and streak. The system shows the worst, and the oldest success.
    async fn the_worst_lane_is_shown(house: House) {
        let lanes = &house.family.lanes;
        let said = house.synchronize(lanes).await;
        assert!(said.contains("Run 1 is waiting for a free worker. Run 2 is waiting for a free worker."), "{said}");
        assert_eq!(house.desk.carry_out(false).await.1, "download");
        assert_eq!(house.status("Endpoint"), "error error 1");
        assert_eq!(house.desk.carry_out(true).await.1, "upload");
        assert_eq!(house.status("Endpoint"), "error error 1", "the success of the other lane changes nothing");
        let never = "SELECT name AS value FROM systems WHERE name = 'Endpoint' AND last_success_at IS NULL";
        assert_eq!(house.desk.texts(never), ["Endpoint"], "download has never succeeded");
        let page = house.page(lanes).await;
        let rows = page.texts("section[aria-labelledby=lanes-title] tbody tr");
        assert!(rows[0].starts_with("download Error") && rows[0].ends_with('1'), "{rows:?}");
        assert!(rows[1].starts_with("upload Completed") && rows[1].ends_with('0'), "{rows:?}");
        assert!(page.says("Synchronization failed") && page.says("Show run 1"), "the run of the worst lane: {}", page.told());
        house.synchronize(lanes).await;
        for _lane in 0..2 {
            house.desk.carry_out(true).await;
        }
        assert_eq!(house.status("Endpoint"), "ok completed 0");
        let oldest = "SELECT name AS value FROM systems WHERE id IN (SELECT system_id FROM lanes WHERE lanes.lane = 'download'
                        AND lanes.last_success_at = systems.last_success_at)";
        assert_eq!(house.desk.texts(oldest), ["Endpoint"]);
        counts_hold(&house.desk);
    }

    /// A due time queues a run in each lane, and a retry stays in its lane.
    async fn the_schedule_queues_each_lane(house: House) {
        let now = house.desk.context.clock.now().0;
        house.desk.sql(&format!(
            "UPDATE systems SET schedule = 'every 60', next_due = {now}, max_attempts = 2 WHERE name = 'Endpoint'"
        ));
        let engine = house.desk.context.engine(Arc::default(), CancellationToken::new());
        house.desk.leaves_work();
        scheduler::tick(&engine).await.expect("due times are read");
        let queued = "SELECT lane || ' ' || trigger AS value FROM runs WHERE state = 'queued' ORDER BY lane";
        assert_eq!(house.desk.texts(queued), ["download schedule", "upload schedule"]);
    }

    /// Deleting a parent deletes its children, but not while one of them has an open run.
    async fn children_go_with_their_parent(house: House) {
        let page = format!("/systems/{}/delete", house.family.parent);
        house.synchronize(&house.family.children[1]).await;
        house.ada.get(&page).await.expect(200);
        house.ada.submit(&page, &[]).await.expect(409);
        house.desk.carry_out(true).await;
        house.ada.get(&page).await.expect(200);
        house.ada.submit(&page, &[]).await.expect(303);
        assert_eq!(names(&house.ada.get("/systems?q=organi").await), [""; 0]);
        counts_hold(&house.desk);
        let entries = "SELECT action AS value FROM audit WHERE action = 'system.delete'";
        assert_eq!(house.desk.texts(entries).len(), 4, "each has its entry");
    }

    /// A move of the parent takes its children along; a child cannot leave. Names are unique among the children of one parent.
    async fn they_stay_in_one_group(house: House) {
        let edit = |key: &SystemKey| format!("/systems/{key}/edit");
        let child = edit(&house.family.children[0]);
        house.ada.get(&child).await.expect(200);
        let refused = house.ada.submit(&child, &[("group", "Sales")]).await.expect(422);
        assert!(refused.says("A child system is always in the group of its parent."), "{}", refused.told());
        let refused = house.ada.submit(&child, &[("group", "Finance"), ("name", "Mailbox of Wim")]).await.expect(422);
        assert!(refused.says("This name is already used in the group"), "{}", refused.told());
        house.save(&house.family.children[0], "Endpoint", "Finance").await;
        house.save(&house.family.parent, "Organization", "Sales").await;
        let dora = house.desk.as_("dora").await;
        assert_eq!(names(&dora.get("/systems?sort=name").await), ["Organization", "Endpoint", "Mailbox of Mona", "Mailbox of Wim"]);
        dora.get(&format!("/systems/{}", house.family.children[0])).await.expect(200);
        house.desk.as_("mona").await.get(&format!("/systems/{}", house.family.children[0])).await.expect(404);
        counts_hold(&house.desk);
    }
}
