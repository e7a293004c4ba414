//! Signs of life of a run while it reads.

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::stub::{Service, V4, is_for, json as reply, xml};
use crate::database::both_databases;
use crate::desk::{Desk, request_run};
use crate::wait::until;

both_databases! {
    /// In the middle of the second page: which set, and how many records of how many.
    async fn progress_is_stored_while_a_set_is_read(desk: Desk) {
        let (go_on, held) = channel::<()>();
        let held = Arc::new(Mutex::new(held));
        let service = Service::start();
        service.answers(move |request| is_for(request, "Things").then(|| {
            if request.path.contains("skiptoken") {
                let _ = held.lock().expect("no panic").recv();
                return reply(r#"{"value": [{"Id": 3, "Name": "c"}]}"#);
            }
            reply(&json!({"@odata.count": 3, "value": [{"Id": 1, "Name": "a"}, {"Id": 2, "Name": "b"}], "@odata.nextLink": "Things?$skiptoken=2"}).to_string())
        }));
        let system = desk.odata_system(&service.root(), &[("settings.parallel", "1")]).await;
        let ada = desk.as_("ada").await;
        let number = request_run(&ada, &system).await;
        let stored = || desk.texts("SELECT phase || ': ' || items_done || ' of ' || items_total AS value FROM run_progress").concat();
        // Which of the two sets comes first is open.
        let shown = ["reading Things, 0 of 2 sets done: 2 of 3", "reading Things, 1 of 2 sets done: 2 of 3"];
        desk.work_while(async {
            until("progress", async || shown.contains(&stored().as_str()).then_some(())).await;
            go_on.send(()).expect("the service waits");
        })
        .await;
        desk.ended(&ada, &system.run(number)).await;
        assert_eq!(stored(), "publishing: 3 of 3");
        let run = desk.run_told(&system, number).await;
        let of_set = |set: &str| -> Vec<String> {
            run.lines().into_iter().filter(|line| line.contains("ODATA-READ") && line.contains(set)).collect()
        };
        assert_eq!(of_set("Others"), [
            "information ODATA-READING Reading Others.",
            "information ODATA-READ Read Others: the service sent 0 records.",
        ]);
        assert_eq!(of_set("Things"), [
            "information ODATA-READING Reading Things.",
            "information ODATA-READ Read Things: the service sent 3 records.",
        ]);
    }

    /// Many sets do not flood the log.
    async fn many_sets_report_together(desk: Desk) {
        let sets = (0..300).map(|n| format!("<EntitySet Name=\"Set{n:03}\" EntityType=\"S.Thing\"/>"));
        let sets = sets.collect::<Vec<_>>().concat();
        let model = V4.replace("<EntitySet Name=\"Things\"", &format!("{sets}<EntitySet Name=\"Things\""));
        let service = Service::start();
        service.answers(move |request| is_for(request, "$metadata").then(|| xml(&model)));
        let system = desk.odata_system(&service.root(), &[]).await;
        let run = desk.sync(&system).await;
        assert_eq!(run.result, "completed", "{:?}", run.told().first());
        let signs = run.lines().into_iter().filter(|line| line.contains(" ODATA-READ") || line.contains(" ODATA-PROGRESS ")).collect::<Vec<_>>();
        assert!((30..=50).contains(&signs.len()), "{}", signs.len());
        assert!(signs[0].contains("of 302 sets were read, 0 records so far."), "{}", signs[0]);
    }
}
