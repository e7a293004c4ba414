//! Every kind of page in Chromium, in the light, in the dark, at 320 px and on paper, and its markup
//! (`tests/browser/pages.mjs`).

use std::io::Write;
use std::process::{Command, Stdio};

use super::gallery::{Gallery, cookie};
use crate::database::{Database, Fixture};
use crate::desk::Desk;
use crate::peers::{installed, node};

/// On one database: what a page looks like does not depend on it. `SYNCDESK_PICTURES` names a folder for
/// pictures to look at. `SYNCDESK_JUDGE` names another script that gets the pages, and prints what it finds (`tests/judge`).
#[tokio::test]
async fn pages_pass_their_judges() {
    let gallery = Box::pin(Gallery::on(Database::Sqlite)).await;
    let new = Desk::empty(Database::Sqlite, &[], gallery.desk.context.clock.clone()).await;
    let base = &gallery.desk.base;
    let mut pages: Vec<_> = gallery
        .exhibits()
        .await
        .iter()
        .map(|exhibit| {
            serde_json::json!({
                "name": exhibit.name,
                "url": format!("{base}{}", exhibit.path),
                "cookie": exhibit.person.as_ref().map(cookie),
                "press": exhibit.press,
            })
        })
        .collect();
    pages.push(serde_json::json!({ "name": "set-up", "url": format!("{}/setup", new.base) }));
    let judged = tokio::task::spawn_blocking(move || judge(&serde_json::json!(pages).to_string()));
    let (passed, said) = judged.await.expect("no panic");
    assert!(passed, "{said}");
}

/// Whether all pages passed, and what was said of those that did not.
fn judge(pages: &str) -> (bool, String) {
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/pages.mjs");
    let other = std::env::var_os("SYNCDESK_JUDGE");
    let output = || if other.is_some() { Stdio::inherit() } else { Stdio::piped() };
    let mut walk = Command::new(node())
        .arg(other.clone().unwrap_or_else(|| own.into()))
        .arg(std::env::var_os("SYNCDESK_PICTURES").unwrap_or_default())
        .env("SYNCDESK_PEERS", installed())
        .stdin(Stdio::piped())
        .stdout(output())
        .stderr(output())
        .spawn()
        .expect("node runs");
    walk.stdin.take().expect("a pipe").write_all(pages.as_bytes()).expect("node reads");
    let ended = walk.wait_with_output().expect("node ends");
    let said = [ended.stdout, ended.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (ended.status.success(), said)
}
