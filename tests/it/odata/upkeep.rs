//! What of a replica goes with time, by the same rounds as the runs.

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use super::stub::{Service, V4, is_for, json, xml};
use crate::database::both_databases;
use crate::desk::{Desk, Tree, request_run};
use crate::stub::Reply;
use crate::wait::until;

/// The names in all versions, in the order of keys and runs.
fn versions(desk: &Desk) -> Vec<String> {
    let data = desk.texts("SELECT data AS value FROM replica_records ORDER BY set_id, record_key, from_run");
    let name = |data: &String| serde_json::from_str::<serde_json::Value>(data).expect("JSON")["Name"].clone();
    data.iter().map(|data| name(data).as_str().expect("a name").to_owned()).collect()
}

/// Things with these names, numbered from 1.
fn things(names: &[&str]) -> Reply {
    let one = |(n, name): (usize, &&str)| format!(r#"{{"Id": {}, "Name": "{name}"}}"#, n + 1);
    json(&format!(r#"{{"value": [{}]}}"#, names.iter().enumerate().map(one).collect::<Vec<_>>().join(", ")))
}

async fn system(desk: &Desk, service: &Service) -> Tree {
    desk.odata_system(&service.root(), &[("max_attempts", "1")]).await
}

async fn synced(desk: &Desk, system: &Tree, service: &Service, names: &'static [&'static str]) {
    service.says("Things", move || things(names));
    let run = desk.sync(system).await;
    assert_eq!(run.result, "completed", "{:?}", run.told());
}

/// Moves the ends of the runs up to this one back by this many days.
fn earlier(desk: &Desk, no: i64, days: i64) {
    desk.sql(&format!("UPDATE runs SET ended_at = ended_at - {} WHERE no <= {no}", days * 86_400_000_000));
}

async fn delete(desk: &Desk, system: &Tree) {
    let (ada, delete) = (desk.as_("ada").await, format!("{}/delete", system.page()));
    ada.get(&delete).await.expect(200);
    ada.submit(&delete, &[]).await.expect(303);
}

both_databases! {
    /// A version stays as long as the run that has replaced it; what holds now stays, orphaned or not.
    async fn replaced_versions_go_with_the_run_that_replaced_them(desk: Desk) {
        let service = Service::start();
        let system = system(&desk, &service).await;
        synced(&desk, &system, &service, &["one", "two"]).await;
        synced(&desk, &system, &service, &["uno", "two"]).await;
        synced(&desk, &system, &service, &["uno"]).await;
        desk.upkeep_after(364).await;
        assert_eq!((versions(&desk).join(" ").as_str(), desk.count("runs").as_str()), ("one uno two two", "3"));
        earlier(&desk, 2, 2);
        desk.upkeep_after(0).await;
        assert_eq!((versions(&desk).join(" ").as_str(), desk.count("runs").as_str()), ("uno two two", "1"));
        desk.upkeep_after(2).await;
        assert_eq!((versions(&desk).join(" ").as_str(), desk.count("runs").as_str()), ("uno two", "0"));
        assert_eq!(desk.orphans("Things").len(), 1);
        let ada = desk.as_("ada").await;
        for page in ["", "/Things", "/Things/records.csv"] {
            ada.get(&format!("{}/replica{page}", system.page())).await.expect(200);
        }
        synced(&desk, &system, &service, &["uno", "dos"]).await;
        assert_eq!(desk.replica_counts(), ["Others 0 0", "Things 2 0"]);
        assert_eq!(versions(&desk), ["uno", "two", "dos"], "what came back has replaced what was orphaned");
    }

    /// A system that never runs again has nobody who sweeps.
    async fn leftovers_of_a_failed_run_go_with_its_messages(desk: Desk) {
        let service = Service::start();
        let system = system(&desk, &service).await;
        synced(&desk, &system, &service, &["one", "two"]).await;
        let mut asked = 0;
        service.answers(move |request| {
            if is_for(request, "Things") {
                return Some(things(&["uno", "two", "three"]));
            }
            asked += usize::from(is_for(request, "$metadata"));
            // The model changes in the middle: nothing is published.
            (is_for(request, "$metadata") && asked % 2 == 0).then(|| xml(&V4.replace("MaxLength=\"9\"", "MaxLength=\"99\"")))
        });
        assert_eq!(desk.sync(&system).await.result, "error");
        assert_eq!(versions(&desk), ["one", "uno", "two", "three"]);
        let left = || [desk.count("replica_records WHERE to_run IS NOT NULL"), desk.count("replica_seen")];
        assert_eq!(left(), ["1", "1"]);
        desk.upkeep_after(29).await;
        assert_eq!(left(), ["1", "1"]);
        desk.upkeep_after(2).await;
        assert_eq!((versions(&desk).join(" "), left()), ("one two".to_owned(), ["0".to_owned(), "0".to_owned()]));
        assert_eq!(desk.count("runs WHERE has_messages"), "0");
        synced(&desk, &system, &service, &["one", "two"]).await;
        assert_eq!(desk.replica_counts(), ["Others 0 0", "Things 2 0"]);
    }

    /// The runs before are long past their days while one stages and then publishes.
    async fn nothing_of_a_running_run_goes(desk: Desk) {
        let service = Service::start();
        let system = system(&desk, &service).await;
        synced(&desk, &system, &service, &["one", "two", "three"]).await;
        service.says("Things", || Reply::status(400));
        assert_eq!(desk.sync(&system).await.result, "error");
        earlier(&desk, 2, 400);
        let (go_on, held) = channel::<()>();
        let held = Arc::new(Mutex::new(held));
        service.answers(move |request| is_for(request, "Things").then(|| {
            if request.path.contains("skiptoken") {
                let _ = held.lock().expect("no panic").recv();
                return things(&[]);
            }
            json(r#"{"value": [{"Id": 1, "Name": "uno"}, {"Id": 2, "Name": "two"}, {"Id": 3, "Name": "three"}, {"Id": 4, "Name": "four"}],
                     "@odata.nextLink": "Things?$skiptoken=2"}"#)
        }));
        let ada = desk.as_("ada").await;
        let number = request_run(&ada, &system).await;
        desk.work_while(async {
            until("a page to be staged", async || (desk.count("replica_seen") == "2").then_some(())).await;
            desk.upkeep_after(0).await;
            assert_eq!([desk.count("runs"), desk.count("replica_seen")], ["1", "2"], "the two before are gone");
            assert_eq!(versions(&desk), ["one", "uno", "two", "three", "four"]);
            go_on.send(()).expect("the service waits");
        })
        .await;
        desk.ended(&ada, &system.run(number)).await;
        assert_eq!(desk.replica_counts(), ["Others 0 0", "Things 4 0"]);
        assert_eq!((desk.replica("Things").len(), desk.orphans("Things").len()), (4, 0));
    }

    /// Nobody may look at it any more; it stays as long as the messages of its runs.
    async fn the_replica_of_a_deleted_system_goes(desk: Desk) {
        let service = Service::start();
        let gone = system(&desk, &service).await;
        synced(&desk, &gone, &service, &["one", "two"]).await;
        let stays = desk.odata_system(&service.root(), &[("name", "Stays")]).await;
        desk.sync(&stays).await;
        delete(&desk, &gone).await;
        let left = || ["replicas", "replica_sets", "replica_records"].map(|table| desk.count(table));
        desk.upkeep_after(29).await;
        assert_eq!(left(), ["2", "4", "4"]);
        desk.upkeep_after(2).await;
        assert_eq!(left(), ["1", "2", "2"]);
        let whose = desk.texts("SELECT s.name AS value FROM replicas p JOIN systems s ON s.id = p.system_id");
        assert_eq!(whose, ["Stays"]);
        assert_eq!(desk.count("runs"), "2", "its headers stay as long as others");
        assert_eq!(desk.replica_counts(), ["Others 0 0", "Things 2 0"]);
    }
}
