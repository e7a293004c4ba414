//! Where a code was seen lately: in runs and checks within the reader's reach.

use crate::business_logs::{Kept, MIDNIGHT, RUN, keep};
use crate::database::both_databases;
use crate::desk::{CheckRows, Desk};
use crate::systems::shelf::{new, put};

both_databases! {
    /// The system that had it last comes first, with how many runs and checks had it in the last week.
    async fn in_runs_and_checks(desk: Desk) {
        put(&desk, 1, &[new("Ledger", "Finance"), new("Archive", "Finance"), new("Shop", "Sales")]);
        let hours_ago = |hours: i64| (desk.context.clock.now().0 - MIDNIGHT) / 3_600_000_000 - hours;
        let away = Kept { result: "error", logged: &[(0, "PEER-AWAY", 3)], queued: hours_ago(4), ..RUN };
        keep(&desk, &[
            Kept { queued: hours_ago(200), ..away },
            Kept { no: 2, ..away },
            Kept { no: 3, ..away },
            Kept { system: 3, queued: hours_ago(6), ..away },
            Kept { system: 2, logged: &[(0, "PEER-NAME", 1)], ..away },
        ]);
        let lately = (desk.context.clock.now().0 - 3_600_000_000).to_string();
        CheckRows { of: "name <> 'Ledger'", numbers: 7..=7, at: &lately, code: Some("PEER-AWAY") }.put(&mut desk.bare());
        let seen = async |who: &str| {
            let page = desk.as_(who).await.get("/help/codes/peer-away").await.expect(200);
            let systems = page.texts("section[aria-labelledby=seen] li").iter().map(|line| {
                let line = line.replace('\u{a0}', " ");
                let (name, counted) = (line.split(' ').next().unwrap_or_default(), line.split_once(" ago · ").map_or("", |parts| parts.1));
                format!("{name} · {counted}")
            }).collect::<Vec<_>>();
            (systems, page.attributes("section[aria-labelledby=seen] li a", "href"))
        };
        let (ada, links) = seen("ada").await;
        assert_eq!(ada.len(), 3, "{ada:?}");
        assert!(ada.contains(&"Shop · 1 run · 1 check".to_owned()) && ada.contains(&"Archive · 1 check".to_owned()), "{ada:?}");
        assert_eq!(ada[2], "Ledger · 2 runs", "run 1 is older than a week");
        for link in links {
            desk.as_("ada").await.get(&link).await.expect(200);
        }
        assert_eq!(seen("mona").await.0, ["Archive · 1 check", "Ledger · 2 runs"], "of her group");
        assert_eq!(seen("dora").await.0, ["Shop · 1 run · 1 check"]);
        assert_eq!(seen("wim").await.0.len(), 2, "he reads no logs, so he sees checks only");
        assert_eq!(seen("nils").await.0, [""; 0]);
        desk.add_reader().await;
        assert_eq!(seen("lena").await.0, ["Ledger · 2 runs"], "she sees no systems, so she sees runs only");
        let all = desk.as_("mona").await.get("/help/codes/peer-away").await.expect(200).attributes("section[aria-labelledby=seen] header a", "href");
        assert_eq!(all, ["/logs/messages?code=PEER-AWAY"]);
        assert!(desk.as_("wim").await.get("/help/codes/FILE-FULL").await.expect(200).says("In no system that you can see."));
    }
}
