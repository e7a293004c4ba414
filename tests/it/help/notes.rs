//! Team notes: written by people who manage the portal, shown wherever advice is shown.

use crate::database::both_databases;
use crate::desk::{Desk, Tree};
use crate::visitor::{Answer, Visitor};

const FORM: &str = "/help/codes/FILE-SOURCE-MISSING/note";
const PAGE: &str = "/help/codes/FILE-SOURCE-MISSING";
const OWN: &str = "Look under Mount, or call the owner of the source";

async fn write(ada: &Visitor, advice: &str, placing: &str) -> Answer {
    ada.get(FORM).await.expect(200);
    ada.submit(FORM, &[("advice", advice), ("placing", placing)]).await
}

/// A system whose source is gone, with a run and a check that say so; the pages that show the failure.
async fn failed(desk: &Desk) -> Vec<String> {
    let tree: Tree = desk.files_system("Finance", "Reports").await;
    std::fs::remove_dir_all(&tree.source).expect("the source goes");
    desk.synchronize(&tree).await;
    let ada = desk.as_("ada").await;
    ada.open(&tree.page()).await.expect(200);
    let asked = ada.submit(&format!("{}/check", tree.page()), &[]).await.expect(303);
    let check = desk.ended(&ada, asked.location()).await;
    vec![tree.page(), tree.run(1), check.path]
}

fn boxes(page: &Answer) -> String {
    page.texts(".note.err").join(" ")
}

both_databases! {
    async fn it_stands_wherever_advice_is_shown(desk: Desk) {
        let (ada, wim) = (desk.as_("ada").await, desk.as_("wim").await);
        let pages = failed(&desk).await;
        let code = |page: &Answer| page.texts(".note.err a.mono").remove(0);
        let codes: Vec<String> = {
            let mut codes = Vec::new();
            for path in &pages {
                codes.push(code(&wim.get(path).await.expect(200)));
            }
            codes
        };
        let catalogue: Vec<String> =
            codes.iter().map(|code| syncdesk::domain::catalogue::by_code(code).to_do_in_short()).collect();
        for placing in ["beside", "instead"] {
            for code in &codes {
                let form = format!("/help/codes/{code}/note");
                ada.get(&form).await.expect(200);
                let advice = format!("{OWN}.\r\n\r\nNot <b>this</b>.");
                let written = ada.submit(&form, &[("advice", &advice), ("placing", placing)]).await.expect(303);
                let page = ada.follow(written).await.expect(200);
                let section = page.text("section.team-note");
                assert!(section.contains(OWN) && section.contains("Not <b>this</b>.") && section.contains("ada"), "{section}");
            }
            for (path, advice) in pages.iter().zip(&catalogue) {
                let shown = boxes(&wim.get(path).await.expect(200));
                assert!(shown.contains(&format!("Team note {OWN}.")), "{path}: {shown}");
                assert!(!shown.contains("Not <b>"), "the first paragraph only: {shown}");
                assert_eq!(shown.contains(advice.as_str()), placing == "beside", "{path}: {shown}");
            }
        }
        let once: std::collections::BTreeSet<&String> = codes.iter().collect();
        for code in once {
            ada.get(&format!("/help/codes/{code}/note")).await.expect(200);
            ada.submit(&format!("/help/codes/{code}/note/remove"), &[]).await.expect(303);
        }
        for (path, advice) in pages.iter().zip(&catalogue) {
            let shown = boxes(&wim.get(path).await.expect(200));
            assert!(!shown.contains(OWN) && shown.contains(advice.as_str()), "{path}: {shown}");
        }
    }

    async fn what_cannot_stand_is_refused_beside_its_field(desk: Desk) {
        let ada = desk.as_("ada").await;
        for (advice, placing, field, said) in [
            (String::new(), "beside", "advice", "Enter a note"),
            (" \r\n ".to_owned(), "beside", "advice", "Enter a note"),
            ("ü".repeat(2_001), "beside", "advice", "Use at most 2,000 characters. You have entered 2,001."),
            ("Call.".to_owned(), "nowhere", "placing", "Choose a position."),
        ] {
            let refused = write(&ada, &advice, placing).await.expect(422);
            assert!(refused.text(&format!("#{field}-error")).contains(said), "{}", refused.told());
            assert_eq!(refused.text("textarea").trim(), advice.trim(), "what was typed is still there");
        }
        assert!(desk.texts("SELECT code AS value FROM team_notes").is_empty());
        write(&ada, &"ü".repeat(2_000), "beside").await.expect(303);
        ada.get("/help/codes/no%20code/note").await.expect(404);
        ada.get("/help/codes/no%20code").await.expect(200);
    }

    /// The second person to save sees what the first has written, and keeps what they typed.
    async fn two_who_write_at_once(desk: Desk) {
        let (ada, other) = (desk.as_("ada").await, desk.as_("ada").await);
        ada.get(FORM).await.expect(200);
        other.get(FORM).await.expect(200);
        ada.submit(FORM, &[("advice", "Call the desk.")]).await.expect(303);
        let told = other.submit(FORM, &[("advice", "Call me.")]).await.expect(422);
        assert!(told.text("#advice-error").contains("ada has changed this note since you opened it. It now says: “Call the desk.”"), "{}", told.told());
        assert_eq!(told.text("textarea").trim(), "Call me.");
        assert_eq!(desk.texts("SELECT advice AS value FROM team_notes"), ["Call the desk."]);
        // A mistake of one does not hide that from the other.
        ada.get(FORM).await.expect(200);
        other.submit(FORM, &[("advice", "Call me.")]).await.expect(303);
        ada.submit(FORM, &[("advice", "")]).await.expect(422);
        let told = ada.submit(FORM, &[("advice", "Call the desk again.")]).await.expect(422);
        assert!(told.text("#advice-error").contains("Call me."), "{}", told.told());
        ada.get(FORM).await.expect(200);
        other.get(FORM).await.expect(200);
        other.submit(&format!("{FORM}/remove"), &[]).await.expect(303);
        let told = ada.submit(FORM, &[("advice", "Call us.")]).await.expect(422);
        assert!(told.text("#advice-error").contains("Someone has removed this note"), "{}", told.told());
        ada.submit(FORM, &[("advice", "Call us.")]).await.expect(303);
        assert_eq!(desk.texts("SELECT advice AS value FROM team_notes"), ["Call us."]);
    }

    /// The form and its link are for who manages the portal: with reach all, and nobody else.
    async fn only_who_manages_the_portal(desk: Desk) {
        desk.add_collection("Local administrator", "SystemAdmin");
        desk.add_person("greta", "Local administrator", None).await;
        // No form assigns it so; what the database says is not trusted to be as forms would have it.
        desk.sql(
            "UPDATE assignments SET group_id = (SELECT id FROM system_groups WHERE name = 'Finance')
             WHERE person_id = (SELECT id FROM people WHERE name = 'greta')",
        );
        write(&desk.as_("ada").await, "Call.", "beside").await.expect(303);
        for name in ["greta", "mona", "sven", "dora"] {
            let person = desk.as_(name).await;
            let page = person.get(PAGE).await.expect(200);
            assert!(page.says("Call."), "everybody reads it");
            assert!(!page.attributes("a", "href").contains(&FORM.to_owned()), "{name}");
            let refused = person.get(FORM).await.expect(403);
            assert!(refused.says("SystemAdmin"), "{name}: {}", refused.told());
        }
        assert!(desk.as_("ada").await.get(PAGE).await.expect(200).attributes("a", "href").contains(&FORM.to_owned()));
    }
}
