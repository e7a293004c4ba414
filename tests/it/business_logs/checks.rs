//! The connection checks of all systems, beside the runs.

use crate::database::both_databases;
use crate::desk::{CheckRows, Desk};
use crate::systems::shelf::{new, put};
use crate::visitor::Answer;

fn systems(page: &Answer) -> Vec<String> {
    page.texts("tbody th a").iter().map(|link| link.replace(" , check ", " ")).collect()
}

/// Checks of systems, one an hour: good ones, and those that failed with this code.
fn fill(desk: &Desk) {
    put(desk, 1, &[new("Ledger", "Finance"), new("Shop", "Sales")]);
    let now = desk.context.clock.now().0;
    for (system, no, hours, code) in [
        ("Ledger", 1, 200, None),
        ("Ledger", 2, 30, Some("PEER-AWAY")),
        ("Shop", 1, 3, Some("PEER-NAME")),
        ("Ledger", 3, 2, None),
    ] {
        let at = now - hours * 3_600_000_000;
        let of = format!("name = '{system}'");
        CheckRows { of: &of, numbers: no..=no, at: &at.to_string(), code }.put(&mut desk.bare());
    }
}

both_databases! {
    /// All that the reader may see, newest first, by result, time and system.
    async fn each_filter(desk: Desk) {
        fill(&desk);
        let wim = desk.as_("wim").await;
        for (query, expected) in [
            ("", &["Ledger 3", "Shop 1", "Ledger 2", "Ledger 1"][..]),
            ("?result=error", &["Shop 1", "Ledger 2"]),
            ("?result=ok", &["Ledger 3", "Ledger 1"]),
            ("?since=24h", &["Ledger 3", "Shop 1"]),
            ("?since=7d&result=error", &["Shop 1", "Ledger 2"]),
            ("?system=EDGE", &["Ledger 3", "Ledger 2", "Ledger 1"]),
            ("?group=Sales", &["Shop 1"]),
            ("?group=Nowhere", &[]),
        ] {
            let page = wim.get(&format!("/logs/checks{query}")).await.expect(200);
            assert_eq!(systems(&page), expected, "{query}: {}", page.told());
        }
        let page = wim.get("/logs/checks?result=error").await.expect(200);
        assert_eq!(page.texts("td[data-l=Result] a.mono"), ["PEER-NAME", "PEER-AWAY"]);
        for link in page.attributes("tbody th a", "href") {
            wim.get(&link).await.expect(200);
        }
        let wrong = wim.get("/logs/checks?result=nonsense").await.expect(200);
        assert!(wrong.text("#result-error").contains("does not exist") && systems(&wrong).is_empty(), "{}", wrong.told());
        assert!(!wrong.attributes("option", "value").contains(&"nonsense".to_owned()));
    }

    /// Its reach limits the list, and the sections of Logs are those that the reader may open.
    async fn within_reach(desk: Desk) {
        fill(&desk);
        desk.add_reader().await;
        for (who, expected) in [("ada", 4), ("mona", 3), ("dora", 1)] {
            assert_eq!(systems(&desk.as_(who).await.get("/logs/checks").await.expect(200)).len(), expected, "{who}");
        }
        let lena = desk.as_("lena").await;
        lena.get("/logs/checks").await.expect(403);
        let sections = async |who: &str, path: &str| desk.as_(who).await.get(path).await.expect(200).texts("main nav.tabs a");
        assert_eq!(sections("lena", "/logs").await, ["Runs", "Messages"]);
        assert_eq!(sections("wim", "/logs/checks").await, ["Connection checks"]);
        assert_eq!(sections("ada", "/logs/messages").await, ["Runs", "Messages", "Connection checks"]);
    }

    /// Pages by key, and a search that examines a limited number and continues.
    async fn pages_and_searches(desk: Desk) {
        put(&desk, 1, &[new("Ledger", "Finance"), new("Shop", "Sales")]);
        let at = "1795305600000000 + CAST(i AS BIGINT) * 1000000";
        let rows = CheckRows { of: "(name = 'Ledger') = (i <= 3)", numbers: 1..=20_000, at, code: None };
        rows.put(&mut desk.bare());
        let ada = desk.as_("ada").await;
        let (first, mona) = (ada.get("/logs/checks").await.expect(200), desk.as_("mona").await);
        assert_eq!(systems(&first).len(), 50);
        let second = ada.get(&first.attributes("nav a[rel=next]", "href")[0]).await.expect(200);
        assert_eq!((systems(&first)[49].as_str(), systems(&second)[0].as_str()), ("Shop 19951", "Shop 19950"));
        assert_eq!(systems(&ada.get(&second.attributes("nav a[rel=prev]", "href")[0]).await.expect(200)), systems(&first));
        for (visitor, query) in [(&ada, "?system=ledger"), (&mona, "")] {
            let page = visitor.get(&format!("/logs/checks{query}")).await.expect(200);
            assert!(page.says("No matches so far.") && systems(&page).is_empty(), "{}", page.told());
            let on = page.attributes(".empty a, .strip-note a", "href").into_iter().find(|link| link.contains("after=")).expect("the rest");
            assert_eq!(systems(&visitor.get(&on).await.expect(200)), ["Ledger 3", "Ledger 2", "Ledger 1"], "{on}");
        }
    }
}
