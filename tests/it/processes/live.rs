//! The live log of a run that another process carries out.

use super::fleet::Fleet;
use crate::database::both_databases;
use crate::desk::request_run;
use crate::logs::reading::Reading;
use crate::stub::Share;

/// Rows arrive while a file is copied that no copy comes to the end of; then the run is canceled.
async fn rows_come_from_another_process(fleet: &Fleet, gzip: bool) {
    let (process, ada) = fleet.settle(&["--workers=0"]).await;
    let _worker = fleet.work(&[]);
    let share = Share::new(10);
    let fields = share.fields();
    let tree = fleet.tree(&ada, "Tree", &fields.each_ref().map(|(name, value)| (*name, value.as_str()))).await;
    let number = request_run(&ada, &tree).await;
    let mut live = Reading::start(&process.base, &ada, &format!("{}/live", tree.run(number)), gzip).await;
    live.until("0000.txt").await;
    live.until("0009.txt").await;
    let page = ada.get(&tree.run(number)).await.expect(200);
    assert!(page.says("In process") && !live.text.contains("</html>"), "the rows are there, and the run is not over");
    let cancel = format!("{}/cancel", tree.run(number));
    ada.get(&cancel).await.expect(200);
    ada.submit(&cancel, &[]).await.expect(303);
    let page = live.read_to_end().await.expect("the page is whole");
    let end = page.split("id=\"end\"").nth(1).expect("its end");
    assert!(end.contains("Canceled"), "{end}");
}

both_databases! {
    /// The live log works between two processes.
    async fn plain(fleet: Fleet) {
        rows_come_from_another_process(&fleet, false).await;
    }

    /// The live log works between two processes when it is compressed.
    async fn compressed(fleet: Fleet) {
        rows_come_from_another_process(&fleet, true).await;
    }
}
