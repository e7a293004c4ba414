//! Whole runs against the three services.

use serde_json::json;

use crate::database::both_databases;
use crate::desk::Desk;
use crate::peers::ODataServer;

both_databases! {
    /// Server-driven paging by @odata.nextLink and $skiptoken.
    async fn a_set_is_read_page_by_page(desk: Desk) {
        let service = ODataServer::odatapy();
        let fields = [("settings.page_size", "100")];
        let system = desk.odata_system(&service.root(), &fields).await;
        let run = desk.sync(&system).await;
        assert_eq!(run.told(), [
            "success AFC-S06 Inserted 4 records of Countries.",
            "success AFC-S06 Inserted 250 records of Partners.",
        ]);
        assert_eq!(run.result, "completed");
        assert_eq!(desk.replica_counts(), ["Countries 4 0", "Partners 250 0"]);
        let partners = desk.replica("Partners");
        assert_eq!(partners.len(), 250);
        let first = json!({"Id": 1, "Name": "Partner 1", "Country": "FR", "Credit": "12345678901234567.25",
            "Since": "2000-01-02"});
        assert_eq!(partners[0], first, "no digit is lost");
    }

    /// pyodata, which SAP wrote, reads the same rows.
    async fn version_2_as_pyodata_reads_it(desk: Desk) {
        let service = ODataServer::mock_sap_with_password();
        let fields = [
            ("settings.auth", "basic"),
            ("settings.account", ODataServer::USER),
            ("settings.secret", ODataServer::PASSWORD),
            ("settings.config_sets", "*Role"),
        ];
        let system = desk.odata_system(&service.root(), &fields).await;
        let run = desk.sync(&system).await;
        assert_eq!(run.told(), [
            "success AFC-S06 Inserted 24 records of A_BusinessPartner.",
            "success AFC-S06 Inserted 20 records of A_BusinessPartnerAddress.",
            "success AFC-S06 Inserted 9 records of A_BusinessPartnerBank.",
            "success AFC-S01 Inserted 16 records of A_BusinessPartnerRole.",
        ]);
        for set in ["A_BusinessPartner", "A_BusinessPartnerAddress", "A_BusinessPartnerBank", "A_BusinessPartnerRole"] {
            let (mut ours, mut theirs) = (desk.replica(set), service.read_by_pyodata(set));
            ours.sort_by_key(ToString::to_string);
            theirs.sort_by_key(ToString::to_string);
            assert_eq!(ours, theirs, "{set}");
        }
        let again = desk.sync(&system).await;
        assert_eq!(again.told(), [
            "information AFC-I02 Nothing has changed in A_BusinessPartner, so it was skipped.",
            "information AFC-I02 Nothing has changed in A_BusinessPartnerAddress, so it was skipped.",
            "information AFC-I02 Nothing has changed in A_BusinessPartnerBank, so it was skipped.",
            "information AFC-I01 Nothing has changed in A_BusinessPartnerRole, so it was skipped.",
        ]);
    }

    /// The token lives for two seconds: it is renewed while nobody looks.
    async fn version_4_with_tokens(desk: Desk) {
        let service = ODataServer::mock_sap_with_tokens();
        let (token, root) = (format!("{}/sap/bc/sec/oauth2/token", service.host()), service.root());
        let fields = [
            ("settings.auth", "oauth2"),
            ("settings.account", ODataServer::USER),
            ("settings.secret", ODataServer::PASSWORD),
            ("settings.token_url", token.as_str()),
        ];
        let system = desk.odata_system(&root, &fields).await;
        let run = desk.sync(&system).await;
        assert_eq!(run.result, "completed", "{:?}", run.told());
        assert_eq!(desk.replica("A_BusinessPartner").len(), 24);
    }

    async fn sales_orders_of_version_4(desk: Desk) {
        let service = ODataServer::mock_sap_v4();
        let system = desk.odata_system(&service.root(), &[("settings.master_sets", "SalesOrder*\n-*PrElement")]).await;
        let run = desk.sync(&system).await;
        assert_eq!(run.result, "completed", "{:?}", run.told());
        assert_eq!(desk.replica_counts(), [
            "SalesOrder 25 0", "SalesOrderHeaderPartner 50 0", "SalesOrderItem 62 0", "SalesOrderPartnerAddress 0 0",
            "SalesOrderText 25 0",
        ]);
    }

    /// SAP's own mock server, in windows of seven, in both versions.
    async fn windows(desk: Desk) {
        for service in [ODataServer::fe_v2(), ODataServer::fe_v4()] {
            let fields = [("name", service.root().split_off(service.host().len() + 1)), ("settings.paging", "client".to_owned()),
                ("settings.page_size", "7".to_owned())];
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let system = desk.odata_system(&service.root(), &fields).await;
            let run = desk.sync(&system).await;
            assert_eq!(run.told(), ["success AFC-S06 Inserted 30 records of Units."]);
        }
        let units = desk.replica("Units");
        assert_eq!(units.len(), 60);
        let (v2, v4) = (units.iter().filter(|unit| unit["Since"] == "2021-11-28T00:00:00").count(),
            units.iter().filter(|unit| unit["Since"] == "2021-11-28").count());
        assert_eq!((v2, v4), (30, 30));
    }
}
