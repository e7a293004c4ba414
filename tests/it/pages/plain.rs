//! Pages in w3m: what matters is there as words, in order, without colours, styles and scripts.

use std::process::Command;

use super::gallery::{Gallery, cookie};
use crate::database::both_databases;
use crate::visitor::Visitor;

/// A page as w3m writes it on 200 columns, with the blanks that it makes of narrow ones.
async fn dump(base: &str, visitor: &Visitor, path: &str) -> String {
    let (url, cookie) = (format!("{base}{path}"), format!("Cookie: {}", cookie(visitor)));
    let home = tempfile::tempdir().expect("a temporary folder");
    let dumped = tokio::task::spawn_blocking(move || {
        Command::new("w3m")
            .args(["-dump", "-cols", "200", "-I", "UTF-8", "-O", "UTF-8", "-no-cookie", "-header", &cookie, &url])
            .env("HOME", home.path())
            .output()
            .expect("w3m runs")
    });
    let dumped = dumped.await.expect("no panic");
    assert!(dumped.status.success(), "{}", String::from_utf8_lossy(&dumped.stderr));
    let text = String::from_utf8(dumped.stdout).expect("UTF-8");
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

/// The line of a table that has all of these cells, in this order.
#[track_caller]
fn row(page: &str, cells: &[&str]) {
    let found = page.lines().any(|line| {
        let mut rest = line;
        cells.iter().all(|cell| rest.split_once(cell).map(|(_before, after)| rest = after).is_some())
    });
    assert!(found, "no line has {cells:?} in this order:\n{page}");
}

/// These words follow each other.
#[track_caller]
fn says(page: &str, words: &[&str]) {
    let words_of = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let whole = words_of(page);
    let mut rest = whole.as_str();
    for word in words {
        let Some((_before, after)) = rest.split_once(&words_of(word)) else {
            panic!("“{word}” is missing:\n{page}")
        };
        rest = after;
    }
}

both_databases! {
    /// Live log: its refreshing variant for text browsers.
    async fn everything_reads(gallery: Gallery) {
        let (desk, mona) = (&gallery.desk, gallery.desk.as_("mona").await);
        let list = dump(&desk.base, &mona, "/systems").await;
        says(&list, &["Systems", "All 10", "Error 2", "Warning 2", "Refresh every 10 seconds", "10 systems in group Finance"]);
        row(&list, &["System", "Status", "Last", "Last run", "Next run", "Last 24 runs", "Action"]);
        row(&list, &["Branch share Lyon", "Error"]);
        says(&list, &["Branch share Lyon", "Error", "Source does not exist", "Manual only"]);
        row(&list, &["Closing documents", "Warning"]);
        row(&list, &["Moving offices", "On hold"]);
        row(&list, &["Photographs", "In process"]);
        says(&list, &["172,473 of 401,002 items"]);

        let system = dump(&desk.base, &mona, &gallery.good.page()).await;
        says(&system, &["Closing documents DE", "Warning", "Files · Production · Finance",
            "Last attempt", "Completed with warnings", "Last success", "Last check", "Next due", "No schedule",
            "Connection", "OK", "Queue", "Empty", "Runs"]);
        row(&system, &["Run", "Requested", "Result", "Trigger", "Duration", "Error", "Warning", "Success", "Information"]);
        row(&system, &["2", "Completed with warnings", "Manual, ada", "0", "1", "1", "2"]);
        row(&system, &["1", "Completed", "Manual, ada", "0", "0"]);

        let run = dump(&desk.base, &mona, &gallery.good.run(2)).await;
        says(&run, &["Closing documents DE run 2", "Completed with warnings", "Manual, ada", "all stored",
            "All 4", "Error 0", "Warning 1", "Success 1", "Information 2"]);
        row(&run, &["No.", "Time", "Category", "Code", "Item", "Message"]);
        row(&run, &["Warning", "FILE-DRIFT", "first.txt"]);

        let long = dump(&desk.base, &mona, &gallery.good.run(1)).await;
        says(&long, &["50 of ", "Rows 25 · 50 · 100", "First", "Previous", "Next", "Last"]);

        let live = dump(&desk.base, &mona, &format!("{}/live", gallery.good.run(2))).await;
        says(&live, &["Live log of run 2", "FILE-DRIFT", "Completed with warnings after", "0 errors, 1 warning, 1 success, 2 information"]);
        row(&live, &["No.", "Time", "Category", "Code", "Item", "Message"]);

        // Its run goes on: the streamed page would show nothing before the end.
        let latest = dump(&desk.base, &mona, &format!("{}/live?refresh=on", gallery.running.run(1))).await;
        says(&latest, &["Latest messages of run 1", "In process", "Refreshes every 5 seconds", "Stop refreshing",
            "172,473 of 401,002 items · 50 %", "No messages yet.", "In process"]);
    }
}
