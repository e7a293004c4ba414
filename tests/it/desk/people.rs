//! The people of a desk, and what they may do.

use std::sync::LazyLock;

use secrecy::SecretString;
use syncdesk::access::{Principal, Reach};
use syncdesk::app::AppContext;
use syncdesk::ops::passwords::{Cost, Passwords};
use syncdesk::ops::people::{self, Assigned, NewPerson};
use syncdesk::store;

use super::{Desk, PASSWORD};

use crate::proofs::console;

/// The lowest cost that argon2 allows.
const LOWEST_COST: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };

/// Hashes it: one for all tests.
static PASSWORDS: LazyLock<Passwords> =
    LazyLock::new(|| Passwords::new(LOWEST_COST).expect("argon2 allows the lowest cost"));

/// Who there is: name, collection, group (everywhere without one). Specifier is not built in: it holds
/// `SpecifySystemsApp` only.
const PEOPLE: [(&str, &str, Option<&str>); 5] = [
    ("ada", "Administrator", None),
    ("mona", "Operator", Some("Finance")),
    ("wim", "Watcher", None),
    ("sven", "Specifier", None),
    ("dora", "Delegate", Some("Sales")),
];

impl Desk {
    /// Groups and people.
    pub async fn settle(&self) {
        self.add_collection("Specifier", "SpecifySystemsApp");
        for group in ["Finance", "Sales"] {
            self.add_group(group).await;
        }
        for (name, collection, group) in PEOPLE {
            self.add_person(name, collection, group).await;
        }
        self.add_person("nils", "Watcher", None).await;
        self.sql("DELETE FROM assignments WHERE person_id = (SELECT id FROM people WHERE name = 'nils')");
    }

    pub async fn add_group(&self, name: &str) {
        let AppContext { store, clock, .. } = &self.context;
        people::add_group(store, console(), name, clock.now()).await.expect("a new group");
        self.context.make_roots().expect("its folder");
    }

    pub async fn add_person(&self, name: &str, collection: &str, group: Option<&str>) {
        let AppContext { store, clock, .. } = &self.context;
        let new = NewPerson { name: name.to_owned(), password: SecretString::from(PASSWORD), time_zone: None };
        let assigned = Assigned { collection: collection.to_owned(), group: group.map(ToOwned::to_owned) };
        people::add_person(store, console(), &PASSWORDS, new, assigned, clock.now()).await.expect("a new person");
    }

    /// A collection of one role template, which is not built in.
    pub fn add_collection(&self, name: &str, template: &str) {
        self.sql(&format!(
            "INSERT INTO collections (id, name, built_in) SELECT max(id) + 100, '{name}', FALSE FROM collections;
             INSERT INTO collection_templates (collection_id, template)
             SELECT id, '{template}' FROM collections WHERE name = '{name}'"
        ));
    }

    /// Gives somebody a collection in one more group, and ends their sessions.
    pub fn assign(&self, name: &str, collection: &str, group: &str) {
        self.write(|db| {
            let person = store::people::account(db, name)?.expect("a person").id;
            let collection = store::people::collection(db, collection)?.expect("a collection");
            let reach = Reach::Group(store::groups::by_name(db, group)?.expect("a group"));
            let now = store::now(db)?;
            store::people::assign(db, person, collection, reach, &Principal::Console, now)
        });
    }

    /// Lena: `BusinessLogs_AccessGroup` of Finance, and nothing else.
    pub async fn add_reader(&self) {
        self.add_collection("Reader", "BusinessLogs_AccessGroup");
        self.add_person("lena", "Reader", Some("Finance")).await;
    }
}
