//! The list as CSV.

use super::shelf::{self, Box_, put};
use crate::database::both_databases;
use crate::desk::Desk;

/// The cells of all records.
fn records(body: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(body.as_bytes());
    let cells = |record: csv::StringRecord| record.iter().map(ToOwned::to_owned).collect();
    reader.records().map(|record| cells(record.expect("good CSV"))).collect()
}

both_databases! {
    /// Each status is a word of the pages.
    async fn what_the_list_shows(desk: Desk) {
        let system = |name, group, overall, success| Box_ { name, group, overall, success };
        put(&desk, 1, &[
            system("=HYPERLINK(\"x\")", "Finance", "ok", Some(1_700_000_000_000_000)),
            system("-12", "Finance", "open", None),
            system("Ärger, \"quoted\"", "Finance", "error", None),
            system("@cmd", "Sales", "on_hold", None),
        ]);
        desk.sql("UPDATE systems SET hold_reason = '+1 moving', hold_since = 1, hold_by = 'ada', synchronization = 'completed_with_warnings' WHERE name = '@cmd'");
        let csv = desk.as_("wim").await.get("/systems.csv?sort=name").await.expect(200);
        assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(csv.header("content-disposition"), "attachment; filename=\"systems.csv\"");
        let head = "\u{feff}key,name,kind,group,production,status,sources,connection,synchronization,last_attempt,last_success,next_due,on_hold,parent";
        assert_eq!(csv.body.split("\r\n").next(), Some(head));
        let rows = records(&csv.body);
        let row = |cells: [&str; 14]| cells.map(ToOwned::to_owned).to_vec();
        let (at, checked) = ("2023-11-14T22:13:20.000Z", "not checked");
        assert_eq!(rows[1..], [
            row(["aaaaaaaaac", "-12", "files", "Finance", "yes", "open", "", checked, "open", "", "", "", "", ""]),
            row(["aaaaaaaaab", "'=HYPERLINK(\"x\")", "files", "Finance", "yes", "ok", "", checked, "open", at, at, "", "", ""]),
            row(["aaaaaaaaae", "'@cmd", "files", "Sales", "yes", "on hold", "", checked, "completed with warnings", "", "", "", "'+1 moving", ""]),
            row(["aaaaaaaaad", "Ärger, \"quoted\"", "files", "Finance", "yes", "error", "", checked, "open", "", "", "", "", ""]),
        ]);
    }

    async fn as_filtered_and_within_reach(desk: Desk) {
        let names: Vec<String> = (0..620).map(|number| format!("System {number:03}")).collect();
        let groups = ["Finance", "Sales"];
        let systems: Vec<Box_<'_>> =
            names.iter().enumerate().map(|(number, name)| shelf::new(name, groups[usize::from(number >= 600)])).collect();
        put(&desk, 1, &systems);
        for (who, query, expected) in [
            ("wim", "", 620), ("mona", "", 600), ("dora", "", 20), ("mona", "?group=Sales", 0),
            ("wim", "?q=system%2061", 10), ("dora", "?q=System%20600", 1), ("wim", "?status=error", 0),
        ] {
            let visitor = desk.as_(who).await;
            let csv = visitor.get(&format!("/systems.csv{query}")).await.expect(200);
            let rows = records(&csv.body);
            assert_eq!(rows.len(), expected + 1, "{who} {query}");
            let mut sorted: Vec<&String> = rows[1..].iter().map(|row| &row[1]).collect();
            sorted.dedup();
            assert_eq!(sorted.len(), expected, "each once");
        }
        let page = desk.as_("mona").await.get("/systems?q=system%201&sort=name").await.expect(200);
        let link = page.attributes("a.btn", "href").into_iter().find(|href| href.starts_with("/systems.csv"));
        assert_eq!(link.as_deref(), Some("/systems.csv?q=system%201&sort=name"), "the link exports what is shown");
    }
}
