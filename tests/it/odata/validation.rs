//! Records that cannot be taken over, in three aspects; and sets that are gone.

use reqwest::Method;
use serde_json::{Value, json};

use super::stub::{Service, V4, is_for, json as reply, xml};
use crate::database::both_databases;
use crate::desk::Desk;
use crate::peers::ODataServer;

/// The warnings of a run: code, item key, and what follows the code in the text.
fn warnings(log: &[Value]) -> Vec<String> {
    let of_category = log.iter().filter(|line| line["category"] == "warning");
    of_category
        .map(|line| {
            let text = |name: &str| line[name].as_str().unwrap_or_default();
            format!("{} {} {}", text("code"), text("item_key"), text("text"))
        })
        .collect()
}

both_databases! {
    /// Validation, structure: unknown and missing properties, wrong type, length, precision.
    async fn structure_and_consistency(desk: Desk) {
        let service = Service::start();
        service.says("Things", || reply(r#"{"value": [
            {"Id": 1, "Name": "good", "Price": "123.45"},
            {"Id": 2, "Name": "much too long", "Price": null},
            {"Id": 3, "Name": 3, "Price": null},
            {"Id": 4, "Name": "x", "Price": "1234.5"},
            {"Id": 5, "Name": "x", "Price": "1.234"},
            {"Id": 6, "Name": "x", "Price": null, "Color": "red"},
            {"Id": null, "Name": "x", "Price": null},
            {"Name": "x", "Price": null},
            {"Id": 1, "Name": "twice", "Price": null},
            {"Id": 7, "Name": "also good", "Price": "-999.99"},
            {"Id": 8}
        ]}"#));
        let system = desk.odata_system(&service.root(), &[]).await;
        let run = desk.sync(&system).await;
        assert_eq!(run.result, "completed_with_warnings");
        let mut told = warnings(&run.log);
        told.sort();
        assert_eq!(told, [
            "ODATA-CONSISTENCY  A part of the key is missing or null (Id). The record was skipped.",
            "ODATA-CONSISTENCY  A part of the key is missing or null (Id). The record was skipped.",
            "ODATA-CONSISTENCY 1 The key is a duplicate in this run (Id). The record was skipped.",
            "ODATA-STRUCTURE 2 The property Name is too long: much too long. The record was skipped.",
            "ODATA-STRUCTURE 3 The property Name is not of its type: 3. The record was skipped.",
            "ODATA-STRUCTURE 4 The property Price has too many digits: 1234.5. The record was skipped.",
            "ODATA-STRUCTURE 5 The property Price has too many digits: 1.234. The record was skipped.",
            "ODATA-STRUCTURE 6 The property Color is not in the model. The record was skipped.",
        ]);
        let names: Vec<Value> = desk.replica("Things").iter().map(|thing| thing["Name"].clone()).collect();
        assert_eq!(names, [json!("good"), json!("also good"), Value::Null], "the rest continues");
    }

    /// What is bad now and was good before stays, and is not gone.
    async fn a_record_that_turns_bad_stays(desk: Desk) {
        let service = Service::start();
        service.says("Things", || reply(r#"{"value": [{"Id": 1, "Name": "good"}, {"Id": 2, "Name": "good"}]}"#));
        let system = desk.odata_system(&service.root(), &[]).await;
        desk.sync(&system).await;
        service.says("Things", || reply(r#"{"value": [{"Id": 1, "Name": "much too long"}, {"Id": 2, "Name": "better"}]}"#));
        let run = desk.sync(&system).await;
        assert_eq!(run.result, "completed_with_warnings");
        let names: Vec<Value> = desk.replica("Things").iter().map(|thing| thing["Name"].clone()).collect();
        assert_eq!(names, [json!("good"), json!("better")]);
        assert_eq!(desk.replica_counts(), ["Others 0 0", "Things 2 0"]);
    }

    /// Across sets, against odatapy: a partner waits for its country, and one whose country went stays.
    async fn references(desk: Desk) {
        let service = ODataServer::odatapy();
        let system = desk.odata_system(&service.root(), &[]).await;
        assert_eq!(desk.sync(&system).await.result, "completed");
        let new = json!({"Id": 1000, "Name": "New", "Country": "XX"});
        service.change(Method::POST, "Partners", Some(new)).await;
        service.change(Method::PATCH, "Partners(1)", Some(json!({"Country": "YY"}))).await;
        let run = desk.sync(&system).await;
        assert_eq!(warnings(&run.log), [
            "ODATA-REFERENCE 1 toCountry refers to YY of Countries, which does not exist after this run. The record was skipped or left unchanged.",
            "ODATA-REFERENCE 1000 toCountry refers to XX of Countries, which does not exist after this run. The record was skipped or left unchanged.",
        ]);
        assert_eq!(desk.replica_counts(), ["Countries 4 0", "Partners 250 0"]);
        assert_eq!(desk.replica("Partners")[0]["Country"], "FR", "as it was");

        service.change(Method::POST, "Countries", Some(json!({"Code": "XX", "Name": "New"}))).await;
        let run = desk.sync(&system).await;
        assert_eq!(warnings(&run.log).len(), 1, "a skipped record is reported again, although it has not changed");
        assert_eq!(desk.replica_counts(), ["Countries 5 0", "Partners 251 0"]);

        service.change(Method::PATCH, "Partners(1)", Some(json!({"Country": "IT"}))).await;
        service.change(Method::DELETE, "Countries('PL')", None).await;
        let run = desk.sync(&system).await;
        let told = warnings(&run.log);
        assert_eq!(told.len(), 62, "every partner of Poland: {told:?}");
        assert!(told.iter().all(|line| line.contains("refers to PL of Countries")), "{told:?}");
        assert_eq!(desk.replica_counts(), ["Countries 4 1", "Partners 251 0"]);
    }

    /// $metadata is read, kept and compared: a changed model is an Information.
    async fn sets_that_are_gone_and_models_that_change(desk: Desk) {
        let service = Service::start();
        service.says("Others", || reply(r#"{"value": [{"Id": 1, "Name": "x"}]}"#));
        let system = desk.odata_system(&service.root(), &[("settings.config_sets", "Vanished")]).await;
        let run = desk.sync(&system).await;
        let vanished = "The service no longer offers the set Vanished. Its records in the replica are kept.";
        assert_eq!(warnings(&run.log), [format!("ODATA-SET-GONE Vanished {vanished}")]);

        let others = r#"<EntitySet Name="Others" EntityType="S.Thing"/>"#;
        let other = V4.replace(others, "").replace("MaxLength=\"9\"", "MaxLength=\"8\"");
        service.says("$metadata", move || xml(&other));
        let run = desk.sync(&system).await;
        assert_eq!(warnings(&run.log).len(), 2, "{:?}", run.told());
        let changed = "information ODATA-MODEL The metadata of Things has changed since the previous run: Name.";
        assert!(run.told().contains(&changed.to_owned()), "{:?}", run.told());
        assert_eq!(desk.replica("Others").len(), 1, "it stays as it was");

        let strict = [("name", "Strict"), ("settings.gone", "error"), ("settings.config_sets", "Vanished")];
        let system = desk.odata_system(&service.root(), &strict).await;
        let ada = desk.as_("ada").await;
        let number = desk.request_run(&ada, &system).await;
        let page = desk.ended(&ada, &system.run(number)).await;
        assert!(page.says("The settings stop the run in this case"), "{}", page.told());
    }

    /// A chain: taking one back leaves the next without what it refers to.
    async fn what_refers_to_what_was_taken_back(desk: Desk) {
        let model = V4
            .replace("<EntityType Name=\"Thing\">", "<EntityType Name=\"Node\"><Key><PropertyRef Name=\"Id\"/></Key>\
                <Property Name=\"Id\" Type=\"Edm.Int32\" Nullable=\"false\"/><Property Name=\"Up\" Type=\"Edm.Int32\"/>\
                <NavigationProperty Name=\"up\" Type=\"S.Node\"><ReferentialConstraint Property=\"Up\" ReferencedProperty=\"Id\"/>\
                </NavigationProperty></EntityType><EntityType Name=\"Thing\">")
            .replace("<EntitySet Name=\"Things\" EntityType=\"S.Thing\"/>", "<EntitySet Name=\"Things\" EntityType=\"S.Node\">\
                <NavigationPropertyBinding Path=\"up\" Target=\"Things\"/></EntitySet>");
        let service = Service::start();
        service.answers(move |request| if is_for(request, "$metadata") { Some(xml(&model)) } else {
            is_for(request, "Things").then(|| reply(r#"{"value": [{"Id": 1, "Up": null}, {"Id": 2, "Up": 1},
                {"Id": 3, "Up": 99}, {"Id": 4, "Up": 3}, {"Id": 5, "Up": 4}, {"Id": 6, "Up": 6}]}"#))
        });
        let system = desk.odata_system(&service.root(), &[]).await;
        let run = desk.sync(&system).await;
        let keys: Vec<&Value> = run.log.iter().filter(|line| line["code"] == "ODATA-REFERENCE").map(|line| &line["item_key"]).collect();
        assert_eq!(keys, ["3", "4", "5"]);
        assert_eq!(desk.replica_counts(), ["Others 0 0", "Things 3 0"]);
        assert!(run.told().contains(&"success AFC-S06 Inserted 3 records of Things.".to_owned()), "{:?}", run.told());
    }
}
