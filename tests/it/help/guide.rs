//! The guide's pages for the kinds of systems.

use crate::database::both_databases;
use crate::desk::Desk;

both_databases! {
    /// It is reached from where it is needed: the form of the kind, and the first page of Help.
    async fn each_kind_has_its_page(desk: Desk) {
        let ada = desk.as_("ada").await;
        let help = ada.get("/help").await.expect(200);
        for (kind, title) in [("files", "Synchronizing files"), ("odata", "OData services")] {
            let form = ada.get(&format!("/systems/new?kind={kind}")).await.expect(200);
            let link = format!("a[href='/help/guide/{kind}']");
            for page in [&help, &form] {
                assert_eq!(page.attributes(&link, "href").len(), 1, "{kind}");
            }
            assert!(ada.get(&format!("/help/guide/{kind}")).await.expect(200).text("h1").starts_with(title), "{kind}");
        }
        let odata = ada.get("/systems/new?kind=odata").await.expect(200);
        assert!(odata.text("[id='settings.page_size-help']").contains("more than 64 MB is refused"));
    }
}
