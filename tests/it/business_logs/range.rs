//! Filters with a range of times, and filters that make no sense.

use super::list::{fill, runs};
use super::{Kept, RUN, keep, keep_many_of_shop};
use crate::database::both_databases;
use crate::desk::Desk;
use crate::systems::shelf::{key, new, put};

both_databases! {
    /// Runs that nobody asked for are neither shown nor exported.
    async fn a_filter_with_an_error_finds_nothing(desk: Desk) {
        fill(&desk);
        let ada = desk.as_("ada").await;
        for (query, field) in [
            ("?from=yesterday", "from"),
            ("?to=22.11.2026", "to"),
            ("?from=2026-11-24&to=2026-11-23", "to"),
            ("?from=2026-11-23T10:00&to=2026-11-23T09:59", "to"),
            ("?result=good", "result"),
            ("?category=all", "category"),
            ("?trigger=cron", "trigger"),
        ] {
            let page = ada.get(&format!("/logs{query}")).await.expect(200);
            assert_eq!((runs(&page).len(), page.texts(&format!("#{field}-error")).len()), (0, 1), "{query}: {}", page.told());
            assert!(page.says("No runs are shown: correct the filter.") && !page.says("Export CSV"), "{query}: {}", page.told());
            ada.get(&format!("/logs.csv{query}")).await.expect(422);
        }
        let systems = ada.get("/systems?status=bad").await.expect(200);
        assert!(systems.says("No systems match this filter."), "{}", systems.told());
        assert_eq!(ada.get("/systems.csv?status=bad").await.expect(200).body.lines().count(), 1);
        let messages = |form: &str| format!("/systems/{}/runs/1/messages.{form}?category=all", key(1));
        for form in ["csv", "ndjson"] {
            ada.get(&messages(form)).await.expect(422);
        }
    }

    /// A filter that cannot be meant is refused at its field, whatever the zone of the reader.
    async fn times_that_no_calendar_has(desk: Desk) {
        fill(&desk);
        let mona = desk.as_("mona").await;
        for zone in ["America/New_York", "Pacific/Kiritimati", "UTC"] {
            desk.sql(&format!("UPDATE people SET time_zone = '{zone}'"));
            for time in ["%2B262142-12-31T23:59", "%2B262142-12-31", "-262143-01-01T00:00", "-262143-01-01", "%2B10000-01-01"] {
                for field in ["from", "to"] {
                    let page = mona.get(&format!("/logs?{field}={time}")).await.expect(200);
                    assert_eq!(page.attributes("[aria-invalid=true]", "name"), [field], "{zone} {time}");
                    let csv = mona.get(&format!("/logs.csv?{field}={time}")).await.expect(422);
                    assert!(csv.says("Enter a date such as 2026-11-22"), "{}", csv.told());
                }
            }
            mona.get("/logs?from=0000-01-01&to=9999-12-30").await.expect(200);
        }
    }

    /// Order, From and To are about the time that the column shows first, to the minute; when a run started later, that too.
    async fn by_the_time_that_is_shown(desk: Desk) {
        put(&desk, 1, &[new("Ledger", "Finance")]);
        keep(&desk, &[Kept { no: 1, queued: 5, ..RUN }, Kept { no: 2, queued: 6, ..RUN }, Kept { no: 3, queued: 7, ..RUN }]);
        // Run 1 waited for two hours; run 2 was canceled before it started; run 3 started when it was requested.
        desk.sql("UPDATE runs SET started_at = queued_at + 7200000000, ended_at = queued_at + 7300000000 WHERE no = 1;
                  UPDATE runs SET started_at = NULL, result = 'canceled' WHERE no = 2");
        let ada = desk.as_("ada").await;
        for (query, expected) in [
            ("", &["Ledger 3", "Ledger 2", "Ledger 1"][..]),
            ("?from=2026-11-22T07:00", &["Ledger 3"]),
            ("?from=2026-11-22T07:01", &[]),
            ("?from=2026-11-22T05:00&to=2026-11-22T06:00", &["Ledger 2", "Ledger 1"]),
            ("?to=2026-11-22T05:59", &["Ledger 1"]),
            ("?from=2026-11-22T06:00&to=2026-11-22T06:00", &["Ledger 2"]),
        ] {
            assert_eq!(runs(&ada.get(&format!("/logs{query}")).await.expect(200)), expected, "{query}");
            let csv = ada.get(&format!("/logs.csv{query}")).await.expect(200);
            assert_eq!(csv.body.lines().count(), expected.len() + 1, "{query} as CSV");
        }
        let times = ada.get("/logs").await.expect(200).texts("td[data-l=Requested]");
        let ends = ["07:00", "06:00 not started", "05:00 started 22 Nov 07:00"];
        for (time, end) in times.iter().zip(ends) {
            assert!(time.contains(end.split(' ').next().expect("a time")) && time.ends_with(end.rsplit(' ').next().expect("a word")), "{times:?}");
        }
        assert!(times[2].contains("started") && !times[0].contains("started"), "{times:?}");
    }

    /// A search that has an end begins there.
    async fn a_search_of_long_ago_finds_it_at_once(desk: Desk) {
        put(&desk, 1, &[new("Ledger", "Finance"), new("Shop", "Sales")]);
        keep(&desk, &[RUN]);
        keep_many_of_shop(&desk);
        let page = desk.as_("ada").await.get("/logs?system=ledger&to=2026-11-22T00:10").await.expect(200);
        assert_eq!(runs(&page), ["Ledger 1"], "{}", page.told());
        assert!(!page.says("Search the rest"), "{}", page.told());
    }
}
