//! A preview says what a first run would do, and changes nothing.

use super::{Draft, systems};
use crate::database::both_databases;
use crate::desk::Desk;
use crate::odata::stub::{Service, is_for};
use crate::stub::Reply;
use crate::visitor::Answer;

/// Asks for the preview; the third page with it.
async fn previewed(desk: &Desk, draft: &Draft, changes: &[(&str, &str)]) -> Answer {
    let led = draft.finish("preview", changes).await.expect(303);
    let waits = draft.visitor.get(led.location()).await.expect(200);
    assert_eq!(waits.header("refresh"), "2", "{}", waits.told());
    desk.work().await;
    let shown = draft.visitor.get(led.location()).await.expect(303);
    assert_eq!(shown.location(), format!("{}#preview", draft.schedule()));
    draft.visitor.get(&draft.schedule()).await.expect(200)
}

both_databases! {
    /// A preview of files counts what would be copied, replaced and deleted, and changes nothing.
    async fn of_files(desk: Desk) {
        let draft = Draft::with_folders(&desk, "Reports").await;
        std::fs::create_dir(draft.source.join("below")).expect("a folder");
        std::fs::write(draft.source.join("below/new.bin"), [0; 2_000]).expect("a file");
        std::fs::write(draft.source.join("skipped.tmp"), "not included").expect("a file");
        std::os::unix::fs::symlink("first.txt", draft.source.join("link")).expect("a link");
        std::fs::write(draft.destination.join("first.txt"), "somebody else's").expect("a file");
        std::fs::create_dir(draft.destination.join("old")).expect("a folder");
        std::fs::write(draft.destination.join("old/old.txt"), "old").expect("a file");
        draft.locate("test", &[]).await.expect(303);
        let mirror = [("settings.mode", "mirror"), ("settings.exclude", "*.tmp")];
        let page = previewed(&desk, &draft, &mirror).await;
        let said = page.text("#preview p");
        let expected = "A first run would copy 1 file and replace 1 file , 1.9 KiB in total. It would delete 2 items at the \
                        destination. 0 files are already the same on both sides. It would skip 1 item.";
        assert_eq!(said, expected);
        assert_eq!(page.texts("#preview tbody th"), ["first.txt", "old", "below/new.bin", "old/old.txt"]);
        assert!(!page.says("stopped early"), "{}", page.told());
        assert_eq!(std::fs::read_to_string(draft.destination.join("first.txt")).expect("a file"), "somebody else's");
        assert!(!draft.destination.join("below").exists() && draft.destination.join("old/old.txt").exists());
        assert!(systems(&desk).is_empty());
        // Other settings have another preview.
        let refused = draft.finish("create", &[("settings.mode", "copy"), ("max_attempts", "0")]).await.expect(422);
        assert!(refused.says("Select Preview to see"), "{}", refused.told());
    }

    /// A preview reads at most 10,000 entries, and says so.
    async fn of_many_files(desk: Desk) {
        let draft = Draft::with_folders(&desk, "Reports").await;
        for number in 0..10_001 {
            std::fs::File::create(draft.source.join(format!("{number:05}"))).expect("a file");
        }
        draft.locate("test", &[]).await.expect(303);
        let page = previewed(&desk, &draft, &[]).await;
        assert!(page.says("The preview stopped early, after 10,000 entries. There is more."), "{}", page.told());
        assert!(page.says("A first run would copy 10,000 files"), "{}", page.told());
    }

    /// A preview of an OData service shows the entity sets that are selected, with the counts that the service gives.
    async fn of_entity_sets(desk: Desk) {
        let service = Service::start();
        service.answers(|request| match () {
            () if is_for(request, "Things/$count") => Some(Reply::body(200, "\u{feff}412").with("content-type", "text/plain")),
            () if is_for(request, "Others/$count") => Some(Reply::body(501, "no")),
            () => None,
        });
        let ada = desk.as_("ada").await;
        ada.get("/systems/new").await.expect(200);
        let fields = [("kind", "odata"), ("name", "Service"), ("group", "Finance")];
        let page = ada.submit("/systems/connect", &fields).await.expect(303).location().to_owned();
        let folder = std::path::PathBuf::new();
        let draft = Draft { visitor: ada.clone(), page, source: folder.clone(), destination: folder };
        ada.get(&draft.page).await.expect(200);
        ada.submit(&draft.page, &[("settings.root", &service.root()), ("do", "test")]).await.expect(303);
        let page = previewed(&desk, &draft, &[]).await;
        assert!(page.says("The service offers 2 entity sets. The settings select 2."), "{}", page.told());
        assert_eq!(page.texts("#preview tbody th"), ["Others", "Things"]);
        assert_eq!(page.texts("#preview tbody td.n"), ["not counted", "412"]);
        assert!(service.seen().iter().all(|request| request.method == "GET"), "nothing is changed");
    }

    /// The last page says which other systems are due in the minute of the first start, by name only within reach.
    async fn due_together(desk: Desk) {
        let daily = [("schedule", "daily"), ("daily_at", "23:00")];
        desk.files_system_with("Sales", "Orders", &daily).await;
        desk.files_system_with("Finance", "Ledger", &daily).await;
        let dora = desk.as_("dora").await;
        dora.get("/systems/new").await.expect(200);
        let begun = dora.submit("/systems/connect", &[("kind", "files"), ("name", "New"), ("group", "Sales")]).await;
        let page = format!("{}/schedule", begun.expect(303).location());
        dora.get(&page).await.expect(200);
        dora.submit(&page, &[&daily[..], &[("do", "create")]].concat()).await.expect(422);
        let shown = dora.get(&page).await.expect(200);
        assert!(shown.says("2 other systems are due in that minute: Orders , and others."), "{}", shown.told());
        assert!(!shown.says("Ledger"));
    }
}
