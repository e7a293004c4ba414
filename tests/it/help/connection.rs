//! The check-list for connection trouble: steps in order, each with a link to what it checks, for people who may open it.

use crate::database::both_databases;
use crate::desk::Desk;
use crate::visitor::Answer;

const STEPS: [&str; 8] = [
    "Check again",
    "Find the failed stage",
    "Compare the settings",
    "Renew the credential",
    "Check the network",
    "Check the service",
    "Check the last run",
    "Ask for help",
];

fn links(page: &Answer) -> Vec<String> {
    page.attributes("ol.steps a", "href")
}

both_databases! {
    async fn from_a_system_it_leads_to_the_places_of_that_system(desk: Desk) {
        desk.add_reader().await;
        let tree = desk.files_system("Finance", "Reports").await;
        desk.synchronize(&tree).await;
        std::fs::remove_dir_all(&tree.source).expect("the source goes");
        let ada = desk.as_("ada").await;
        let list = format!("{}/connection", tree.page());
        let tile = ada.get(&tree.page()).await.expect(200);
        assert!(!tile.attributes("a", "href").contains(&list), "nothing is wrong yet");
        ada.open(&tree.page()).await.expect(200);
        let asked = ada.submit(&format!("{}/check", tree.page()), &[]).await.expect(303);
        let check = desk.ended(&ada, asked.location()).await.path;

        for name in ["ada", "mona", "wim", "sven"] {
            let page = desk.as_(name).await.get(&tree.page()).await.expect(200);
            assert!(page.attributes(".band a", "href").contains(&list), "{name}");
        }
        let page = ada.get(&list).await.expect(200);
        assert_eq!(page.texts("ol.steps > li > h2"), STEPS);
        let code = page.texts("ol.steps > li:nth-child(2) > p a.mono").remove(0);
        assert!(check_says(&ada.get(&check).await.expect(200), &code));
        let edit = format!("{}/edit", tree.page());
        for wanted in [&edit, &check, &tree.run(1), &"/logs?system=Reports".to_owned(), &"/help/guide/operator".to_owned()] {
            assert!(links(&page).contains(wanted), "{wanted}: {:?}", links(&page));
        }
        assert_eq!(page.attributes("ol.steps form", "action"), [format!("{}/check", tree.page())]);

        assert_eq!(page.attributes("ol.steps > li:nth-child(6) a", "href"), [format!("{}/checks", tree.page())]);

        // Wim sees, and neither edits nor reads logs; Sven specifies, and opens no runs.
        let wim = links(&desk.as_("wim").await.get(&list).await.expect(200));
        assert!(wim.contains(&tree.run(1)) && !wim.contains(&edit) && !wim.iter().any(|link| link.starts_with("/logs")), "{wim:?}");
        let sven = links(&desk.as_("sven").await.get(&list).await.expect(200));
        assert!(sven.contains(&edit) && !sven.contains(&tree.run(1)) && !sven.iter().any(|link| link.starts_with("/logs")), "{sven:?}");
        for (name, links) in [("wim", wim), ("sven", sven)] {
            for link in links {
                desk.as_(name).await.get(&link).await.expect(200);
            }
        }
    }

    /// The URLs that have to be reachable, for people who may see settings.
    async fn the_way_is_named(desk: Desk) {
        let root = "http://127.0.0.1:9/odata";
        let system = desk.odata_system(root, &[("settings.proxy", "http://127.0.0.1:10")]).await;
        let list = format!("{}/connection", system.page());
        let way = async |name: &str| desk.as_(name).await.get(&list).await.expect(200).texts("ol.steps > li:nth-child(5) li");
        let both = ["Service · Service root: http://127.0.0.1:9/odata", "Network · Proxy: http://127.0.0.1:10"];
        assert_eq!(way("ada").await, both);
        assert!(way("wim").await.is_empty());
    }

    async fn without_a_system_it_is_a_page_of_help(desk: Desk) {
        let nils = desk.as_("nils").await.get("/help/connection").await.expect(200);
        assert_eq!(nils.texts("ol.steps > li > h2"), STEPS);
        assert!(links(&nils).iter().all(|link| link.starts_with("/help/")), "{:?}", links(&nils));
        assert!(nils.texts("ol.steps form").is_empty());
        let ada = desk.as_("ada").await;
        assert!(links(&ada.get("/help/connection").await.expect(200)).contains(&"/systems".to_owned()));
        assert!(ada.get("/help").await.expect(200).attributes("a", "href").contains(&"/help/connection".to_owned()));
    }
}

fn check_says(page: &Answer, code: &str) -> bool {
    page.texts(".note.err a.mono").iter().any(|told| told == code)
}
