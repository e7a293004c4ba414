//! A system with two lanes, and one with three children.

use std::time::Duration;

use syncdesk::domain::run::{EndReason, Stage};
use syncdesk::ids::{RunNo, SystemId, SystemKey};
use syncdesk::store::runs::{self, Claimant, Ending};
use syncdesk::store::systems::{self, Draft};
use syncdesk::store::{StoreError, groups};

use super::Desk;
use crate::proofs::worker;
use crate::queue::depot::ada;

/// The systems, all of them in Finance.
pub struct Family {
    /// `Organization`.
    pub parent: SystemKey,
    /// `Mailbox of Ada`, `Mailbox of Mona` and `Mailbox of Wim`.
    pub children: [SystemKey; 3],
    /// `Endpoint`, with the lanes `download` and `upload`.
    pub lanes: SystemKey,
}

impl Desk {
    pub async fn family(&self) -> Family {
        let (parent, id) = self.member("Organization", None, &["main"]).await;
        let mut children = Vec::new();
        for name in ["Ada", "Mona", "Wim"] {
            children.push(self.member(&format!("Mailbox of {name}"), Some(id), &["main"]).await.0);
        }
        let (lanes, _id) = self.member("Endpoint", None, &["download", "upload"]).await;
        Family { parent, children: children.try_into().expect("three"), lanes }
    }

    /// A system of Finance.
    pub async fn member(
        &self,
        name: &str,
        parent: Option<SystemId>,
        lanes: &'static [&'static str],
    ) -> (SystemKey, SystemId) {
        let key = SystemKey::from_random(rand_key(name));
        let [source, destination] = ["source", "destination"].map(|side| {
            let folder = self.root("Finance").join(name).join(side);
            std::fs::create_dir_all(&folder).expect("a folder");
            folder.display().to_string()
        });
        let settings = crate::upgrade::settings(&source, &destination);
        let draft = Draft {
            name: name.to_owned(),
            kind: "files".to_owned(),
            group: self.group("Finance").await,
            parent,
            lanes,
            production: true,
            settings,
            time_zone: "UTC".to_owned(),
            schedule: "none".to_owned(),
            next_due: None,
            timeout_us: 3_600_000_000,
            max_attempts: 1,
            freshness_us: None,
            admin_url: None,
        };
        let (made, now) = (key.clone(), self.context.clock.now());
        let created = self.context.store.write(move |db| systems::create(db, &ada(), &made, &draft, now)).await;
        (key, *created.expect("a new system"))
    }

    pub async fn group(&self, name: &str) -> syncdesk::ids::GroupId {
        let name = name.to_owned();
        self.context.store.read(move |db| groups::by_name(db, &name)).await.expect("it is read").expect("a group")
    }

    /// Carries out the run that has waited longest, without a connector. Returns its number and its lane.
    pub async fn carry_out(&self, succeeds: bool) -> (RunNo, String) {
        let ended = self.context.store.write(move |db| {
            let claimant =
                Claimant { name: "the test".to_owned(), lease: Duration::from_mins(1), most_of_a_group: None };
            let claim = runs::claim_next(db, worker(), &claimant)?.expect("a run waits");
            let failed =
                Ending::Error { reason: EndReason::Failed, code: "PEER-AWAY".to_owned(), stage: Some(Stage::Tcp) };
            let ending = if succeeds { Ending::Whole } else { failed };
            runs::finish(db, &claim, &ending, None)?;
            Ok::<_, StoreError>((claim.no, claim.lane))
        });
        ended.await.expect("it ends")
    }
}

fn rand_key(name: &str) -> [u8; 10] {
    let mut key = [0; 10];
    for (place, byte) in name.bytes().rev().enumerate() {
        key[place % 10] ^= byte;
    }
    key
}
