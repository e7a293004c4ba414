//! Data that cannot be read.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;

use super::{accept_rows, health, names_the_fault, press, refuse_rows};
use crate::database::{Database, Fixture, both_databases};
use crate::desk::Desk;
use crate::processes::fleet::Fleet;

const TITLE: &str = "The database is damaged";
const TO_DO: &str = "restore the last backup";

both_databases! {
    async fn a_damaged_database_says_so(desk: Desk) {
        let (tree, mona) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await);
        let page = ("XX001", "invalid page in block 7 of relation base/16384/16402");
        refuse_rows(&desk, &["runs"], page, "database disk image is malformed");
        let refused = press(&mona, &tree).await;
        names_the_fault(&mona, &refused, TITLE, TO_DO).await;
        assert_eq!(health(&mona).await, (503, "damaged".to_owned()));
        accept_rows(&desk, &["runs"]);
        press(&mona, &tree).await.expect(303);
        desk.work().await;
    }
}

/// Somebody has written over pages of the file: what is in the others can still be read.
#[tokio::test]
async fn pages_that_were_overwritten() {
    let fleet = Fleet::on(Database::Sqlite).await;
    let (mut process, ada) = fleet.settle(&["--workers=0"]).await;
    let tree = fleet.tree(&ada, "Reports", &[]).await;
    ada.get(&tree.page()).await.expect(200);
    process.terminate();
    assert_eq!(process.ended(), Some(0));
    let number = |text: &String| text.parse::<u64>().expect("a number");
    let size = number(&fleet.texts("SELECT CAST(page_size AS TEXT) AS value FROM pragma_page_size")[0]);
    let roots = fleet
        .texts("SELECT CAST(rootpage AS TEXT) AS value FROM sqlite_schema WHERE tbl_name = 'checks' AND rootpage > 0");
    let path = fleet.0.database.url().trim_start_matches("sqlite://").to_owned();
    let file = OpenOptions::new().write(true).open(path).expect("the database");
    for root in roots.iter().map(number) {
        file.write_all_at(&vec![0xA5; usize::try_from(size).expect("small")], (root - 1) * size)
            .expect("it is overwritten");
    }
    drop(file);
    let process = fleet.serve(&["--workers=0"]);
    let ada = process.twin_of(&ada);
    ada.get("/systems").await.expect(200);
    let damaged = ada.get(&tree.page()).await;
    names_the_fault(&ada, &damaged, TITLE, TO_DO).await;
    assert_eq!(health(&ada).await, (503, "damaged".to_owned()));
    process.terminate();
}
