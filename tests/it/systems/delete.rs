//! Deleting a system: not while a run is open; what its runs did stays readable for a while.

use super::counts_hold;
use crate::database::both_databases;
use crate::desk::Desk;

both_databases! {
    /// Deleting a system asks for confirmation.
    async fn it_asks_first(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        desk.synchronize(&tree).await;
        let (ada, delete) = (desk.as_("ada").await, format!("{}/delete", tree.page()));
        let asked = ada.get(&delete).await.expect(200);
        assert!(asked.says("Delete Reports") && asked.says("People with log access can still read its 1 run until"), "{}", asked.told());
        assert!(asked.attributes("main a.btn", "href").contains(&tree.page()), "a way back");
        ada.get(&tree.page()).await.expect(200);

        ada.get(&delete).await.expect(200);
        let deleted = ada.submit(&delete, &[]).await.expect(303);
        assert_eq!(deleted.location(), "/systems");
        let list = ada.follow(deleted).await.expect(200);
        assert!(list.says(" deleted.") && list.says("No systems yet."), "{}", list.told());
        for path in ["", "/edit", "/hold", "/delete", "/queue"] {
            ada.get(&format!("{}{path}", tree.page())).await.expect(404);
        }
        for path in ["/edit", "/hold", "/release", "/delete", "/synchronize", "/check"] {
            ada.post_form(&format!("{}{path}", tree.page()), &[("reason", "x")]).await.expect(404);
        }
        counts_hold(&desk);
        assert!(tree.source.join("first.txt").is_file() && tree.destination.join("first.txt").is_file());
    }

    /// The logs of a deleted system stay readable for their retention.
    async fn its_runs_stay_readable(desk: Desk) {
        desk.add_reader().await;
        let tree = desk.files_system("Finance", "Reports").await;
        desk.synchronize(&tree).await;
        let (ada, delete, run) = (desk.as_("ada").await, format!("{}/delete", tree.page()), tree.run(1));
        ada.get(&delete).await.expect(200);
        ada.submit(&delete, &[]).await.expect(303);
        for name in ["ada", "mona", "lena"] {
            let reader = desk.as_(name).await;
            let page = reader.get(&run).await.expect(200);
            assert!(page.says("Run 1") && page.says("first.txt"), "{name}: {}", page.told());
            for link in page.attributes("main a", "href").iter().filter(|link| link.starts_with('/')) {
                reader.get(link).await.expect(200);
            }
            let csv = reader.get(&format!("{run}/messages.csv")).await.expect(200);
            assert!(csv.body.contains("first.txt"), "{name}: {}", csv.body);
            reader.get(&format!("{run}/live")).await.expect(200);
            for path in ["cancel", "plan"] {
                reader.get(&format!("{run}/{path}")).await.expect(404);
            }
        }
        // Wim saw the system; Sven specified it; Dora is of another group.
        for name in ["wim", "sven", "dora", "nils"] {
            desk.as_(name).await.get(&run).await.expect(404);
        }
        desk.nobody().get(&run).await.expect(303);
        desk.sql("UPDATE runs SET queued_at = 1, started_at = 1, ended_at = 2");
        let expired = ada.get(&format!("{run}/messages.csv")).await;
        assert_eq!(expired.status, 404, "its time is up: {}", expired.told());
    }

    async fn not_while_a_run_is_open(desk: Desk) {
        let tree = desk.saved_system("Finance", "Reports").await;
        let (ada, delete) = (desk.as_("ada").await, format!("{}/delete", tree.page()));
        desk.queue_run(&ada, &tree).await;
        let asked = ada.get(&delete).await.expect(200);
        assert!(asked.says("The system cannot be deleted now. Run 1 is queued or in process."), "{}", asked.told());
        assert!(asked.form(&delete).is_none());
        let refused = ada.post_form(&delete, &[]).await.expect(409);
        assert!(refused.says("A run is queued or running. Cancel it, or wait"), "{}", refused.told());
        ada.get(&tree.page()).await.expect(200);
        counts_hold(&desk);

        let cancel = format!("{}/cancel", tree.run(1));
        ada.get(&cancel).await.expect(200);
        ada.submit(&cancel, &[]).await.expect(303);
        ada.get(&delete).await.expect(200);
        ada.submit(&delete, &[]).await.expect(303);
        counts_hold(&desk);
    }
}
