//! What the page of a system says of its settings, its connection and its failures.

use crate::database::both_databases;
use crate::desk::{Desk, Tree};
use crate::visitor::Answer;

/// *Check connection*, by Ada; the page of the result.
async fn check(desk: &Desk, tree: &Tree) -> Answer {
    let ada = desk.as_("ada").await;
    desk.work().await;
    ada.open(&tree.page()).await.expect(200);
    let asked = ada.submit(&format!("{}/check", tree.page()), &[]).await.expect(303);
    desk.ended(&ada, asked.location()).await
}

both_databases! {
    /// Settings are shown in groups, the schedule first; a stored secret is named and never shown.
    async fn settings_are_in_groups(desk: Desk) {
        let fields = [("schedule", "daily"), ("daily_at", "23:00"), ("settings.destination_kind", "webdav"),
            ("settings.destination_endpoint", "http://127.0.0.1:9"), ("settings.destination_path", ""),
            ("settings.destination_account", "ada"), ("settings.destination_secret", "hunter2")];
        let tree = desk.files_system_with("Finance", "Reports", &fields).await;
        let page = desk.as_("ada").await.get(&tree.page()).await.expect(200);
        let titles = ["Schedule and time limits", "Location and sign-in", "What is synchronized", "Limits"];
        assert_eq!(page.texts("[aria-labelledby=settings-title] h3"), titles);
        let first = page.text("[aria-labelledby=settings-title] .c3 > div:first-child");
        assert!(first.starts_with("Schedule and time limits Schedule daily at 23:00"), "{first}");
        assert!(page.says("Destination · Secret stored, encrypted") && !page.body.contains("hunter2"), "{}", page.told());
        let wim = desk.as_("wim").await.get(&tree.page()).await.expect(200);
        assert!(wim.texts("[aria-labelledby=settings-title]").is_empty());
    }

    /// The last check is shown by stages: open where it failed, folded where all is well.
    async fn the_last_check_is_shown_by_stages(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        check(&desk, &tree).await;
        let wim = desk.as_("wim").await;
        let page = wim.get(&tree.page()).await.expect(200);
        assert_eq!(page.texts("[aria-labelledby=connection] details .stages li").len(), 7);
        std::fs::remove_dir_all(&tree.source).expect("the source goes");
        check(&desk, &tree).await;
        let page = wim.get(&tree.page()).await.expect(200);
        let stages = page.texts("[aria-labelledby=connection] > .stages li");
        assert_eq!((stages[0].as_str(), stages[1].as_str(), stages[6].as_str()), ("settings passed", "name lookup not needed", "content failed"));
    }

    /// A failure has a command that shows it again, for people who may see the settings.
    async fn a_failure_has_a_command_to_try(desk: Desk) {
        let tree = desk.files_system("Finance", "It's here").await;
        std::fs::remove_dir_all(&tree.source).expect("the source goes");
        let (_run, run) = desk.synchronize(&tree).await;
        let check = check(&desk, &tree).await;
        let quoted = tree.source.display().to_string().replace('\'', r"'\''");
        let command = format!("ls -ld '{quoted}'");
        let page = desk.as_("ada").await.get(&tree.page()).await.expect(200);
        for page in [&page, &run, &check] {
            assert_eq!(page.texts(".why pre code"), std::slice::from_ref(&command), "{}", page.told());
        }
        // A watcher sees no settings, and so no command.
        let wim = desk.as_("wim").await.get(&tree.page()).await.expect(200);
        assert!(wim.texts(".why").len() == 1 && wim.texts(".why pre").is_empty(), "{}", wim.told());
    }

    /// A missing source has one code, whether a run or a check meets it.
    async fn one_cause_has_one_code(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        std::fs::remove_dir_all(&tree.source).expect("the source goes");
        let (_run, run) = desk.synchronize(&tree).await;
        let check = check(&desk, &tree).await;
        for page in [&run, &check] {
            assert!(page.attributes(".why a", "href").contains(&"/help/codes/FILE-SOURCE-MISSING".to_owned()), "{}", page.told());
            assert!(!page.says("FILE-ROOT"), "{}", page.told());
        }
    }
}
