//! The page: its filters, its pages, its export, and who sees what.

use super::{Kept, RUN, keep, keep_many, keep_many_of_shop};
use crate::database::both_databases;
use crate::desk::Desk;
use crate::logs::reading::Reading;
use crate::systems::shelf::{key, new, put};
use crate::visitor::Answer;

/// System and number of each run on the page, in order.
pub(super) fn runs(page: &Answer) -> Vec<String> {
    page.texts("tbody th a").iter().map(|link| link.replace(" , run ", " ")).collect()
}

/// Two systems of Finance and one of Sales, with runs of every sort; the newest is the last.
pub(super) fn fill(desk: &Desk) {
    put(desk, 1, &[new("Ledger", "Finance"), new("Archive", "Finance"), new("Shop", "Sales")]);
    keep(
        desk,
        &[
            Kept { logged: &[(2, "FILE-COPIED", 4)], ..RUN },
            Kept { no: 2, queued: 24, result: "error", logged: &[(0, "PEER-AWAY", 1)], ..RUN },
            Kept { no: 3, queued: 25, trigger: "retry", ..RUN },
            Kept {
                system: 2,
                queued: 30,
                result: "completed_with_warnings",
                trigger: "manual",
                principal: "mona",
                logged: &[(1, "FILE-DENIED", 8), (2, "FILE-COPIED", 32)],
                ..RUN
            },
            Kept { system: 3, queued: 31, result: "canceled", trigger: "manual", principal: "Özlem", ..RUN },
        ],
    );
}

both_databases! {
    /// The list of all logs and its export can be filtered, and a filter that finds nothing says so.
    async fn each_filter(desk: Desk) {
        fill(&desk);
        let ada = desk.as_("ada").await;
        let everything = ["Shop 1", "Archive 1", "Ledger 3", "Ledger 2", "Ledger 1"];
        for (query, expected) in [
            ("", &everything[..]),
            ("?system=EDGE", &everything[2..]),
            ("?group=Sales", &everything[..1]),
            ("?group=Nowhere", &[]),
            ("?kind=files", &everything),
            ("?kind=odata", &[]),
            ("?result=error", &["Ledger 2"]),
            ("?result=canceled", &["Shop 1"]),
            ("?result=open", &[]),
            ("?category=warning", &["Archive 1"]),
            ("?category=success", &["Archive 1", "Ledger 1"]),
            ("?category=information", &[]),
            ("?code=FILE-COPIED", &["Archive 1", "Ledger 1"]),
            ("?code=FILE-COPIED&category=error", &[]),
            ("?code=NO-SUCH", &[]),
            ("?code=file-copied", &["Archive 1", "Ledger 1"]),
            ("?code=%20Peer-Away%20", &["Ledger 2"]),
            ("?trigger=retry", &["Ledger 3"]),
            ("?trigger=manual&person=mona", &["Archive 1"]),
            ("?person=Schedule", &everything[2..]),
            ("?person=MONA", &["Archive 1"]),
            ("?person=mon", &[]),
            ("?person=%C3%B6ZLEM", &["Shop 1"]),
            ("?from=2026-11-23", &everything[..4]),
            ("?to=2026-11-22", &["Ledger 1"]),
            ("?from=2026-11-23T01:00&to=2026-11-23%2005:59", &["Ledger 3"]),
            ("?from=2026-11-23T01:00&to=2026-11-23%2006:00", &["Archive 1", "Ledger 3"]),
            ("?system=led&result=completed&trigger=schedule", &["Ledger 1"]),
        ] {
            let page = ada.get(&format!("/logs{query}")).await.expect(200);
            assert_eq!(runs(&page), expected, "{query}");
            let cells = ada.get(&format!("/logs.csv{query}")).await.expect(200);
            let rows = csv::Reader::from_reader(cells.body.as_bytes()).records().count();
            assert_eq!(rows, expected.len(), "{query} as CSV");
        }
        let page = ada.get("/logs?system=Shop&code=NONE").await.expect(200);
        assert!(page.says("No message has the code NONE.") && page.attributes("main a", "href").contains(&"/help?q=NONE".to_owned()), "{}", page.told());
        assert_eq!(page.attributes("[name=system]", "value"), ["Shop"], "what was typed is kept");
        let wrong = ada.get("/logs?from=yesterday").await.expect(200);
        assert_eq!(wrong.attributes("[aria-invalid=true]", "name"), ["from"]);
        assert!(wrong.text("#from-error").contains("From: Enter a date such as 2026-11-22"), "{}", wrong.told());
    }

    /// Each column of the export, in the words of the pages, with a name and a person that a spreadsheet would treat as formulas.
    async fn the_cells_of_the_export(desk: Desk) {
        desk.leaves_work();
        put(&desk, 1, &[new("=HYPERLINK(\"x\")", "Finance"), new("Ärger; @cmd", "Sales")]);
        keep(&desk, &[
            Kept { logged: &[(0, "PEER-AWAY", 1), (1, "FILE-DENIED", 20), (2, "FILE-COPIED", 300), (3, "FILE-LINK", 4000)],
                   result: "error", trigger: "manual", principal: "-mona", ..RUN },
            Kept { no: 2, queued: 1, result: "completed_with_warnings", trigger: "manual", principal: "mona", ..RUN },
            Kept { system: 2, queued: 2, ..RUN },
        ]);
        desk.sql(&format!("UPDATE runs SET end_reason = 'failed', started_at = NULL WHERE principal = '-mona';
            UPDATE runs SET state = 'running', result = NULL, ended_at = NULL, lease_until = {} WHERE principal = 'Schedule'", i64::MAX / 2));
        let csv = desk.as_("ada").await.get("/logs.csv").await.expect(200);
        assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(csv.header("content-disposition"), "attachment; filename=\"runs.csv\"");
        let lines = [
            "\u{feff}system,name,group,kind,run,state,result,end_reason,error_source,error_category,error_code,trigger,principal,queued,started,ended,errors,warnings,successes,information",
            "aaaaaaaaac,Ärger;' @cmd,Sales,files,1,in process,,,,,,schedule,Schedule,2026-11-22T02:00:00.000Z,2026-11-22T02:00:00.000Z,,0,0,0,0",
            "aaaaaaaaab,\"'=HYPERLINK(\"\"x\"\")\",Finance,files,2,ended,completed with warnings,,,,,manual,mona,2026-11-22T01:00:00.000Z,2026-11-22T01:00:00.000Z,2026-11-22T02:00:00.000Z,0,0,0,0",
            "aaaaaaaaab,\"'=HYPERLINK(\"\"x\"\")\",Finance,files,1,ended,error,failed,service,connection,PEER-AWAY,manual,'-mona,2026-11-22T00:00:00.000Z,,2026-11-22T01:00:00.000Z,1,20,300,4000",
            "",
        ];
        assert_eq!(csv.body, lines.join("\r\n"));
    }

    /// Excel reads a file without the mark as if each byte of é were a letter.
    async fn every_export_begins_with_a_byte_order_mark(desk: Desk) {
        let tree = desk.files_system("Finance", "Réports").await;
        desk.synchronize(&tree).await;
        let ada = desk.as_("ada").await;
        for path in ["/systems.csv", "/logs.csv", &format!("{}/messages.csv", tree.run(1))] {
            let mut reading = Reading::start(&desk.base, &ada, path, false).await;
            let body = reading.read_to_end().await.expect("the export is whole");
            assert!(body.starts_with('\u{feff}') && body.matches('\u{feff}').count() == 1, "{path}: {body}");
            assert!(body.lines().count() > 1, "{path}: {body}");
        }
        let mut reading = Reading::start(&desk.base, &ada, &format!("{}/messages.ndjson", tree.run(1)), false).await;
        assert!(reading.read_to_end().await.expect("it is whole").starts_with('{'), "JSON has none (RFC 8259, 8.1)");
    }

    /// SQLite refuses a pattern of more than 50,000 bytes.
    async fn a_long_search_is_cut(desk: Desk) {
        fill(&desk);
        let ada = desk.as_("ada").await;
        for (letter, times) in [("x", 60_000), ("_", 30_000), ("%C3%A9", 10_000)] {
            let long = letter.repeat(times);
            for path in ["/systems?q=", "/systems.csv?q=", "/logs?system=", "/logs.csv?system=", "/logs?person=", "/logs?code=", "/help?q="] {
                ada.get(&format!("{path}{long}")).await.expect(200);
            }
        }
        let page = ada.get(&format!("/logs?system={}", "x".repeat(30_000))).await.expect(200);
        assert_eq!(page.attributes("[name=system]", "value"), ["x".repeat(500)], "the field shows what was looked for");
        assert!(page.says("No runs match this filter."), "{}", page.told());
    }

    /// The names of groups are offered as far as the reader reaches; one group alone is no choice.
    async fn groups_are_offered_within_reach(desk: Desk) {
        desk.add_reader().await;
        desk.add_group("Purchasing").await;
        desk.add_person("nora", "Operator", Some("Finance")).await;
        desk.assign("nora", "Operator", "Sales");
        let all = ["Finance", "General", "Purchasing", "Sales"];
        for (who, expected) in
            [("mona", &[][..]), ("lena", &[]), ("dora", &[]), ("nora", &["Finance", "Sales"]), ("ada", &all)]
        {
            let page = desk.as_(who).await.get("/logs").await.expect(200);
            let offered = page.attributes("select[name=group] option", "value");
            let offered: Vec<&String> = offered.iter().filter(|name| !name.is_empty()).collect();
            assert_eq!(offered, expected, "{who}");
            let hidden = all.iter().filter(|name| !expected.contains(name));
            for hidden in hidden.filter(|_| who != "ada") {
                assert!(!page.texts("main").concat().contains(hidden), "{who}: {}", page.told());
            }
        }
    }

    /// A row leads to all messages, a count to that category only.
    async fn the_same_drill_down(desk: Desk) {
        fill(&desk);
        let page = desk.as_("ada").await.get("/logs?system=Archive").await.expect(200);
        let run = format!("/systems/{}/runs/1", key(2));
        assert_eq!(page.attributes("tbody th a", "href"), std::slice::from_ref(&run));
        assert_eq!(page.attributes("tbody td.count a", "href"), [format!("{run}?category=warning"), format!("{run}?category=success")]);
        let counts = page.texts("tbody td.count");
        assert!(counts[1].starts_with('8') && counts[2].starts_with("32"), "{counts:?}");
    }

    /// Log access alone opens this page and no other; its reach limits it, also behind the cursor of somebody else.
    async fn within_reach(desk: Desk) {
        fill(&desk);
        desk.add_reader().await;
        for (who, expected) in [("mona", 4), ("lena", 4), ("dora", 1), ("ada", 5)] {
            let visitor = desk.as_(who).await;
            assert_eq!(runs(&visitor.get("/logs").await.expect(200)).len(), expected, "{who}");
            let csv = visitor.get("/logs.csv").await.expect(200);
            assert_eq!(csv.body.lines().count(), expected + 1, "{who}");
        }
        let lena = desk.as_("lena").await;
        assert_eq!(lena.get("/").await.expect(303).location(), "/logs");
        let out_of_reach = format!("/logs?after={}.1", key(3));
        assert_eq!(runs(&lena.get(&out_of_reach).await.expect(200)), [""; 0], "it tells nothing of that run");
        let page = lena.get("/logs").await.expect(200);
        assert!(page.attributes("header nav a", "href").iter().all(|address| address != "/systems"), "{}", page.told());
        desk.as_("wim").await.get("/logs").await.expect(403);
    }

    /// The list of all logs can be paged without missing or repeating a run.
    async fn pages_by_key(desk: Desk) {
        put(&desk, 1, &[new("Ledger", "Finance"), new("Shop", "Sales")]);
        let kept: Vec<Kept<'_>> =
            (1..=120).map(|number| Kept { system: 1 + number % 2, no: i64::try_from(number).expect("small"), ..RUN }).collect();
        keep(&desk, &kept);
        let ada = desk.as_("ada").await;
        let (mut seen, mut address) = (Vec::new(), "/logs".to_owned());
        loop {
            let page = ada.get(&address).await.expect(200);
            seen.extend(runs(&page));
            let next = page.attributes("nav a[rel=next]", "href");
            let Some(next) = next.first() else { break };
            address.clone_from(next);
        }
        let expected: Vec<String> =
            (1..=120).rev().map(|number| format!("{} {number}", ["Ledger", "Shop"][number % 2])).collect();
        assert_eq!(seen, expected);
        let oldest = ada.get("/logs?before=end").await.expect(200);
        assert_eq!(runs(&oldest), expected[70..]);
        let back = &oldest.attributes("nav a[rel=prev]", "href")[0];
        assert_eq!(runs(&ada.get(back).await.expect(200)), expected[20..70]);
    }

    /// A search examines a limited number of runs, reports how far back it got, and continues from there.
    async fn a_search_is_bounded_and_continues(desk: Desk) {
        put(&desk, 1, &[new("Ledger", "Finance"), new("Shop", "Sales")]);
        keep(&desk, &[RUN]);
        keep_many_of_shop(&desk);
        let lena = { desk.add_reader().await; desk.as_("lena").await };
        let ada = desk.as_("ada").await;
        for (visitor, query) in [(&ada, "?system=ledger"), (&lena, "")] {
            let page = visitor.get(&format!("/logs{query}")).await.expect(200);
            assert_eq!(runs(&page), [""; 0], "the only one lies further back");
            assert!(page.says("No matches so far. Searched the runs requested since"), "{}", page.told());
            let on = &page.attributes(".empty a", "href")[0];
            // The run that the search came to may be out of reach: its time is not given away.
            let back: i64 = on.split("after=time.").nth(1).expect("a time").parse().expect("a number");
            assert_eq!(back % 60_000_000, 0, "{on}");
            let rest = visitor.get(on).await.expect(200);
            assert_eq!(runs(&rest), ["Ledger 1"], "{on}");
            assert!(!rest.says("Search the rest"), "that is the end");
            let csv = visitor.get(&format!("/logs.csv{query}")).await.expect(200);
            assert_eq!(csv.body.lines().count(), 2, "an export continues to the end");
        }
        assert_eq!(runs(&ada.get("/logs").await.expect(200)).len(), 50);
    }

    /// A schedule queues many runs at one moment, and clocks of processes differ: where one look ends, the next goes on.
    async fn a_search_that_continues_misses_none(desk: Desk) {
        put(&desk, 1, &[new("Ledger", "Finance"), new("Shop", "Sales")]);
        keep(&desk, &[RUN]);
        // Numbers 2 to 25000, all of one system but three: around where the first look ends, 500 are of one moment, and
        // one was queued by a process whose clock is ahead.
        let seconds = "CASE WHEN i = 9800 THEN 20000 WHEN i BETWEEN 9750 AND 10250 THEN 10000 ELSE i END";
        keep_many(&desk, "(name = 'Ledger') = (i IN (9800, 9900, 10100))", seconds);
        let ada = desk.as_("ada").await;
        let (mut found, mut address) = (Vec::new(), "/logs?system=ledger".to_owned());
        loop {
            let page = ada.get(&address).await.expect(200);
            found.extend(runs(&page));
            let Some(on) = page.attributes(".strip-note a, .empty a[href*=back]", "href").first().cloned() else { break };
            address = on;
        }
        assert_eq!(found, ["Ledger 9800", "Ledger 10100", "Ledger 9900", "Ledger 1"], "in the order in which they were queued");
        let csv = ada.get("/logs.csv?system=ledger").await.expect(200);
        assert_eq!(csv.body.lines().count(), 5);
    }

    /// A list of runs names where an error comes from and of which sort it is: here, on the page of a system, and as CSV.
    async fn source_and_category_of_an_error(desk: Desk) {
        put(&desk, 1, &[new("Ledger", "Finance")]);
        let error = Kept { result: "error", ..RUN };
        keep(&desk, &[
            Kept { logged: &[(0, "PEER-SIGN-IN", 1), (1, "FILE-DENIED", 9)], ..error },
            Kept { no: 2, queued: 1, logged: &[(0, "PEER-LIMIT", 2), (0, "PEER-AWAY", 3)], ..error },
            Kept { no: 3, queued: 2, ..error },
            Kept { no: 4, queued: 3, logged: &[(0, "ENGINE-77", 1)], ..error },
            Kept { no: 5, queued: 4, result: "completed_with_warnings", logged: &[(1, "FILE-DENIED", 9)], ..RUN },
        ]);
        desk.sql("UPDATE runs SET end_code = 'RUN-LOST-WORKER' WHERE no = 3");
        let expected = ["", "Unknown · Other · ENGINE-77", "Syncdesk · Other · RUN-LOST-WORKER", "Service · Throttling · PEER-LIMIT", "Service · Authorization · PEER-SIGN-IN"];
        let ada = desk.as_("ada").await;
        for path in ["/logs".to_owned(), format!("/systems/{}", key(1))] {
            let page = ada.get(&path).await.expect(200);
            let results = page.texts("td[data-l=Result]");
            for (result, expected) in results.iter().zip(expected) {
                let seen = result.replace("Error source: ", "").replace("Error category: ", "");
                assert!(seen.ends_with(expected) && seen.contains('\u{b7}') != expected.is_empty(), "{path}: {seen}");
            }
            assert_eq!(page.attributes("td[data-l=Result] a", "href").last().map(String::as_str), Some("/help/codes/PEER-SIGN-IN"));
        }
        let csv = ada.get("/logs.csv").await.expect(200);
        let mut reader = csv::Reader::from_reader(csv.body.trim_start_matches('\u{feff}').as_bytes());
        let names = ["error_source", "error_category", "error_code"];
        let columns = names.map(|name| reader.headers().expect("a head").iter().position(|column| column == name).expect(name));
        let rows: Vec<String> = reader.records().map(|row| columns.map(|column| row.as_ref().expect("a row")[column].to_owned()).join(" ")).collect();
        assert_eq!(rows, ["  ", "unknown other ENGINE-77", "syncdesk other RUN-LOST-WORKER", "service throttling PEER-LIMIT", "service authorization PEER-SIGN-IN"]);
    }

    /// A value that does not exist is an error, not one more choice: the filter stays at *Any*.
    async fn unknown_values(desk: Desk) {
        fill(&desk);
        let ada = desk.as_("ada").await;
        for field in ["result", "category", "trigger", "kind", "since"] {
            for list in ["/logs", "/logs/messages"] {
                let page = ada.get(&format!("{list}?{field}=nonsense")).await.expect(200);
                assert!(page.text(&format!("#{field}-error")).contains("does not exist"), "{list} {field}: {}", page.told());
                assert!(!page.attributes("option", "value").contains(&"nonsense".to_owned()), "{list} {field}");
                assert_eq!(page.attributes("select option[selected]", "value").concat(), "", "{list} {field}");
                assert_eq!(page.texts("tbody tr").len(), 0, "{list} {field}: nothing is shown as if it were all");
            }
            ada.get(&format!("/logs.csv?{field}=nonsense")).await.expect(422);
        }
    }

    /// Links for the last day, the last week and failures; each keeps the rest of the filter, and leads back when it is used.
    async fn presets(desk: Desk) {
        put(&desk, 1, &[new("Ledger", "Finance"), new("Shop", "Sales")]);
        let hours_ago = |hours: i64| (desk.context.clock.now().0 - crate::business_logs::MIDNIGHT) / 3_600_000_000 - hours;
        keep(&desk, &[
            Kept { result: "error", queued: hours_ago(24 * 20), ..RUN },
            Kept { no: 2, result: "error", queued: hours_ago(30), ..RUN },
            Kept { no: 3, queued: hours_ago(2), ..RUN },
            Kept { system: 2, queued: hours_ago(2), result: "error", ..RUN },
        ]);
        let ada = desk.as_("ada").await;
        let preset = async |page: &Answer, label: &str| {
            let links: Vec<_> = page.texts(".flt .end a").into_iter().zip(page.attributes(".flt .end a", "href")).collect();
            let link = links.iter().find(|link| link.0 == label).unwrap_or_else(|| panic!("{label}: {links:?}"));
            ada.get(&link.1).await.expect(200)
        };
        let all = ada.get("/logs?system=Ledger").await.expect(200);
        let day = preset(&all, "24 hours").await;
        assert_eq!(runs(&day), ["Ledger 3"]);
        assert_eq!(day.texts(".flt .end a[aria-current]"), ["24 hours"]);
        let week = preset(&day, "7 days").await;
        assert_eq!(runs(&week), ["Ledger 3", "Ledger 2"]);
        let failures = preset(&week, "Failures").await;
        assert_eq!(runs(&failures), ["Ledger 2"], "of this system, in this week");
        assert_eq!(runs(&preset(&failures, "7 days").await), ["Ledger 2", "Ledger 1"], "the preset in use leads back: failures of all times");
        let csv = ada.get("/logs.csv?system=Ledger&since=24h").await.expect(200);
        assert_eq!(csv.body.lines().count(), 2, "{}", csv.body);
    }

    async fn nothing_yet(desk: Desk) {
        let page = desk.as_("ada").await.get("/logs").await.expect(200);
        assert!(page.says("No runs yet."), "{}", page.told());
    }

    /// The log of a system that was deleted stays, and is said to be one.
    async fn of_a_deleted_system(desk: Desk) {
        fill(&desk);
        desk.sql("UPDATE systems SET deleted_at = 1 WHERE name = 'Archive'");
        let ada = desk.as_("ada").await;
        let page = ada.get("/logs?system=Archive").await.expect(200);
        assert!(page.says("deleted"), "{}", page.told());
        ada.get(&page.attributes("tbody th a", "href")[0]).await.expect(200);
    }
}
