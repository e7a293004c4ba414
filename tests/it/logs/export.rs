//! Exports: the log line by line, guarded against formulas.

use syncdesk::clock::Stamp;
use syncdesk::domain::message::{Category, Direction, Message, Operation};

use super::book::{Book, about, category_of, numbers};
use super::reading::Reading;
use crate::database::both_databases;

/// 2026-11-22T10:20:30.123Z, and 456 microseconds.
const AT: Stamp = Stamp(1_795_342_830_123_456);

async fn export(book: &Book, kind: &str) -> String {
    let path = format!("{}/messages.{kind}", book.tree.run(1));
    let mut reading = Reading::start(&book.desk.base, &book.ada, &path, false).await;
    reading.read_to_end().await.expect("the export is whole").to_owned()
}

/// What a spreadsheet, a parser or a reader could stumble over.
fn awkward() -> Vec<Message> {
    let foreign = "line one\nline \"two\", with a comma\r\n\u{FFFD}end";
    vec![
        about(Category::Success, "=HYPERLINK(\"http://x\")").arg("5").going(Direction::Out),
        about(Category::Warning, "+1-2").arg("source").quoting("@SUM(A1)"),
        about(Category::Warning, "-123").quoting(foreign),
        Message::of_item(Category::Success, "FILE-UPDATED", Operation::Update, "file", b"not \xff utf-8".to_vec()),
        Message::of_run(Category::Information, "NO-SUCH-CODE").arg("a").arg("b"),
        about(Category::Error, "\t=tab").quoting("x".repeat(9_000)),
    ]
}

both_databases! {
    /// No part of a cell of any CSV export is treated as a formula; control characters are dropped.
    async fn csv_says_what_was_logged(book: Book) {
        book.write_at(awkward().into_iter().map(|message| (AT, message)).collect()).await;
        book.end().await;
        let csv = export(&book, "csv").await;
        let cut = "x".repeat(8_192);
        let expected = [
            "\u{feff}number,time,category,code,direction,operation,item_type,item_key,text,foreign_text,cut",
            "1,2026-11-22T10:20:30.123Z,success,FILE-COPIED,out,insert,file,\"'=HYPERLINK(\"\"http://x\"\")\",\"New file copied, 5 B.\",,no",
            "2,2026-11-22T10:20:30.123Z,warning,FILE-DENIED,none,skip,file,'+1-2,\"No permission to read it at the source, so the item was skipped.\",'@SUM(A1),no",
            "3,2026-11-22T10:20:30.123Z,warning,FILE-DENIED,none,skip,file,-123,\"No permission, so the item was skipped.\",\"line one\nline \"\"two\"\", with a comma\r\n\u{FFFD}end\",no",
            "4,2026-11-22T10:20:30.123Z,success,FILE-UPDATED,none,update,file,not \\xFF utf-8,The file at the source replaced the one at the destination.,,no",
            "5,2026-11-22T10:20:30.123Z,information,NO-SUCH-CODE,none,none,,,\"NO-SUCH-CODE: a, b\",,no",
            &format!("6,2026-11-22T10:20:30.123Z,error,FILE-FULL,none,none,file,'\t'=tab,No space or no quota is left.,{cut},yes"),
            "",
        ];
        assert_eq!(csv, expected.join("\r\n"));
    }

    async fn ndjson_says_what_was_logged(book: Book) {
        book.write_at(awkward().into_iter().map(|message| (AT, message)).collect()).await;
        book.end().await;
        let lines: Vec<serde_json::Value> =
            export(&book, "ndjson").await.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let keys: Vec<serde_json::Value> = lines.iter().map(|line| line["item_key"].clone()).collect();
        let bytes: Vec<u8> = b"not \xff utf-8".to_vec();
        let expected = serde_json::json!(["=HYPERLINK(\"http://x\")", "+1-2", "-123", bytes, "", "\t=tab"]);
        assert_eq!(serde_json::Value::from(keys), expected, "as they are: no spreadsheet opens this");
        let second = serde_json::json!({
            "number": 2, "time": "2026-11-22T10:20:30.123Z", "category": "warning", "code": "FILE-DENIED",
            "direction": "none", "operation": "skip", "item_type": "file", "item_key": "+1-2",
            "text": "No permission to read it at the source, so the item was skipped.", "args": ["source"],
            "foreign_text": "@SUM(A1)", "cut": false,
        });
        assert_eq!(lines[1], second);
        assert_eq!((&lines[4]["foreign_text"], &lines[5]["cut"]), (&serde_json::Value::Null, &serde_json::json!(true)));
    }

    /// More than two parts of a thousand; each line once, in order.
    async fn every_line_of_a_long_log(book: Book) {
        book.fill(1, 2_503, "CASE WHEN i % 10 = 0 THEN 1 ELSE 2 END", "NULL");
        book.end().await;
        let csv = export(&book, "csv").await;
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        for (record, number) in reader.records().zip(1..) {
            let record = record.expect("a record");
            let category = if number % 10 == 0 { "warning" } else { "success" };
            let expected = (number.to_string(), category, format!("item {number}"));
            assert_eq!((record[0].to_owned(), &record[2], record[7].to_owned()), expected);
        }
        assert_eq!(csv.lines().count(), 2_504);
        let numbers: Vec<i64> = export(&book, "ndjson").await.lines().map(number).collect();
        assert_eq!(numbers, (1..=2_503).collect::<Vec<_>>());
    }

    async fn what_is_filtered_is_exported(book: Book) {
        book.write((1..=300).map(|n| about(category_of(n), &format!("file {n}"))).collect()).await;
        book.end().await;
        let warnings: Vec<i64> = (1..=300).filter(|n| category_of(*n) == Category::Warning).collect();
        for (query, expected) in [
            ("category=warning", warnings.clone()),
            ("code=FILE-DENIED", warnings),
            ("category=error&code=FILE-DENIED", vec![]),
            ("q=file+29", [29].into_iter().chain(290..=299).collect()),
            ("q=nowhere", vec![]),
        ] {
            let numbers: Vec<i64> = export(&book, &format!("ndjson?{query}")).await.lines().map(number).collect();
            assert_eq!(numbers, expected, "{query}");
            let csv = export(&book, &format!("csv?{query}")).await;
            assert_eq!(csv.lines().count(), expected.len() + 1, "{query}");
        }
    }

    /// The links of the page lead to what the page shows.
    async fn the_page_links_to_its_export(book: Book) {
        book.write((1..=20).map(|n| about(category_of(n), &format!("file {n}"))).collect()).await;
        book.end().await;
        let page = book.open("?category=success&q=file+1").await;
        let links = page.attributes(".tabs .end a", "href");
        for kind in ["csv", "ndjson"] {
            let link = links.iter().find(|href| href.contains(&format!("messages.{kind}"))).expect("a link");
            assert!(link.contains("category=success") && link.contains("q=file%201"), "{link}");
            let answer = book.ada.get(link).await.expect(200);
            let content = if kind == "csv" { "text/csv; charset=utf-8" } else { "application/x-ndjson" };
            assert_eq!((answer.header("content-type"), answer.header("cache-control")), (content, "no-store"));
            assert_eq!(answer.header("content-disposition"), format!("attachment; filename=\"Reports-run-1.{kind}\""));
            let shown = numbers(&page).len();
            assert_eq!(answer.body.lines().count(), shown + usize::from(kind == "csv"));
        }
    }
}

fn number(line: &str) -> i64 {
    serde_json::from_str::<serde_json::Value>(line).expect("JSON")["number"].as_i64().expect("a number")
}
