//! What later runs find: changes by delta link, or by the digest of each record.

use reqwest::Method;
use serde_json::{Value, json};

use crate::database::both_databases;
use crate::desk::Desk;
use crate::peers::ODataServer;

impl ODataServer {
    /// Changes something by OData itself.
    pub async fn change(&self, method: Method, at: &str, body: Option<Value>) {
        let request = reqwest::Client::new().request(method, format!("{}/{at}", self.root()));
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        let answer = request.send().await.expect("it answers");
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap_or_default());
    }
}

both_databases! {
    /// Delta links when offered, what is removed included.
    async fn changes_come_by_delta_links(desk: Desk) {
        let service = ODataServer::odatapy();
        let system = desk.odata_system(&service.root(), &[]).await;
        assert_eq!(desk.sync(&system).await.result, "completed");

        let quiet = desk.sync(&system).await;
        assert_eq!(quiet.told(), [
            "information AFC-I02 Nothing has changed in Countries, so it was skipped.",
            "information AFC-I02 Nothing has changed in Partners, so it was skipped.",
        ]);

        service.change(Method::PATCH, "Partners(3)", Some(json!({"Name": "Renamed"}))).await;
        service.change(Method::DELETE, "Partners(4)", None).await;
        let new = json!({"Id": 1000, "Name": "New", "Country": "DE"});
        service.change(Method::POST, "Partners", Some(new)).await;
        let run = desk.sync(&system).await;
        assert_eq!(run.told(), [
            "information AFC-I02 Nothing has changed in Countries, so it was skipped.",
            "information ODATA-ABSENT Credit is missing in 1 record of Partners and is treated as empty.",
            "information ODATA-ABSENT Since is missing in 1 record of Partners and is treated as empty.",
            "success AFC-S06 Inserted 1 record of Partners.",
            "success AFC-S07 Updated 1 record of Partners.",
            "success AFC-S10 1 record of Partners no longer exists at the source and became orphaned.",
        ]);
        assert_eq!(desk.replica_counts(), ["Countries 4 0", "Partners 250 1"]);
        let partners = desk.replica("Partners");
        let named = |id: i64| partners.iter().find(|partner| partner["Id"] == id).map(|partner| partner["Name"].clone());
        assert_eq!([named(3), named(4), named(1000)], [Some(json!("Renamed")), None, Some(json!("New"))]);
        assert_eq!(desk.orphans("Partners")[0]["Id"], 4);

        service.change(Method::POST, "Partners", Some(json!({"Id": 4, "Name": "Back", "Country": "DE"}))).await;
        let back = desk.sync(&system).await;
        assert!(back.told().contains(
            &"success AFC-S06 Inserted 1 record of Partners, of which 1 was orphaned before.".to_owned()
        ), "{:?}", back.told());
        assert_eq!(desk.replica_counts(), ["Countries 4 0", "Partners 251 0"]);
    }

    /// mock-sap's V2 has no delta links: everything is read, and compared by digest.
    async fn changes_are_found_by_digest(desk: Desk) {
        let service = ODataServer::mock_sap();
        let system = desk.odata_system(&service.root(), &[("settings.master_sets", "A_BusinessPartnerBank")]).await;
        assert_eq!(desk.sync(&system).await.result, "completed");
        let rows = service.read_by_pyodata("A_BusinessPartnerBank");
        let key = |row: &Value| format!(
            "A_BusinessPartnerBank(BusinessPartner='{}',BankIdentification='{}')",
            row["BusinessPartner"].as_str().expect("text"), row["BankIdentification"].as_str().expect("text")
        );
        service.change_in_sap(Method::DELETE, &key(&rows[0]), None).await;
        service.change_in_sap(Method::PATCH, &key(&rows[1]), Some(json!({"BankName": "Another"}))).await;
        let run = desk.sync(&system).await;
        assert_eq!(run.told(), [
            "success AFC-S07 Updated 1 record of A_BusinessPartnerBank.",
            "success AFC-S10 1 record of A_BusinessPartnerBank no longer exists at the source and became orphaned.",
        ]);
        let (mut ours, mut theirs) = (desk.replica("A_BusinessPartnerBank"), service.read_by_pyodata("A_BusinessPartnerBank"));
        ours.sort_by_key(ToString::to_string);
        theirs.sort_by_key(ToString::to_string);
        assert_eq!(ours, theirs);
        assert_eq!(desk.orphans("A_BusinessPartnerBank"), [rows[0].clone()]);
    }
}

impl ODataServer {
    /// As a browser of SAP's would: with the token against forged requests, and whatever the record's etag is.
    async fn change_in_sap(&self, method: Method, at: &str, body: Option<Value>) {
        let client = reqwest::Client::new();
        let fetched = client.get(self.root()).header("x-csrf-token", "fetch").send().await.expect("it answers");
        let token = fetched.headers()["x-csrf-token"].clone();
        let cookies: Vec<String> = fetched
            .headers()
            .get_all("set-cookie")
            .iter()
            .map(|cookie| cookie.to_str().expect("text").split(';').next().unwrap_or_default().to_owned())
            .collect();
        let request = client
            .request(method, format!("{}/{at}", self.root()))
            .header("x-csrf-token", token)
            .header("cookie", cookies.join("; "))
            .header("if-match", "*")
            .header("content-type", "application/json")
            .body(body.map(|body| body.to_string()).unwrap_or_default());
        let answer = request.send().await.expect("it answers");
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap_or_default());
    }
}
