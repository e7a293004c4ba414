//! The index of codes, its filter, and codes that this version does not know.

use crate::database::both_databases;
use crate::desk::Desk;
use crate::visitor::Answer;

fn codes(page: &Answer) -> Vec<String> {
    page.texts("section[aria-labelledby=codes] tbody th")
}

both_databases! {
    async fn all_codes_by_family(desk: Desk) {
        let wim = desk.as_("wim").await;
        let start = wim.get("/help").await.expect(200);
        assert_eq!(start.texts(".cards h2"), ["Start", "When something is red", "Reference"]);
        assert!(codes(&start).is_empty(), "three cards and a search, not one long column");
        assert!(start.attributes(".cards a", "href").contains(&"/help/guide/operator".to_owned()));
        for link in start.attributes("main a", "href") {
            wim.get(&link).await.expect(200);
        }
        assert!(!start.says("Connect a system") && desk.as_("ada").await.get("/help").await.expect(200).says("Connect a system"));
        let roles = wim.get("/help?show=roles").await.expect(200).texts("main dd");
        assert!(roles.len() > 5 && roles.iter().all(|words| !words.contains(['`', '*'])), "{roles:?}");
        let page = wim.get("/help?show=codes").await.expect(200);
        let families = page.texts("section[aria-labelledby=codes] h3");
        for family in ["Files", "Connections", "Syncdesk itself"] {
            assert!(families.contains(&family.to_owned()), "{families:?}");
        }
        let mut all: Vec<String> = syncdesk::domain::catalogue::all().map(|entry| entry.code.to_owned()).collect();
        all.extend(syncdesk::domain::catalogue::hresult::all().iter().map(|one| one.name.to_owned()));
        assert_eq!(codes(&page), all);
        let row = page.texts("section[aria-labelledby=codes] tbody tr").into_iter().find(|row| row.starts_with("PEER-TLS"));
        assert_eq!(row.as_deref(), Some("PEER-TLS No secure connection Error Administrator"));
    }

    /// Each word has to be there: in the code, the text, its page, or the team note.
    async fn a_filter_by_words(desk: Desk) {
        let wim = desk.as_("wim").await;
        let found = |page: Answer| codes(&page);
        assert_eq!(found(wim.get("/help?q=peer-tls").await.expect(200)), ["PEER-TLS"]);
        let both = found(wim.get("/help?q=CERTIFICATE%20expired").await.expect(200));
        assert!(both.contains(&"PEER-TLS".to_owned()) && both.len() < 9, "{both:?}");
        assert!(found(wim.get("/help?q=certificate%20zebra").await.expect(200)).is_empty(), "each word has to be there");
        let nothing = wim.get("/help?q=zebra").await.expect(200);
        assert!(codes(&nothing).is_empty() && nothing.says("No codes match."));
        assert!(!nothing.says("Role templates"), "what was not asked for is not shown");
        let ada = desk.as_("ada").await;
        for code in ["FILE-FULL", "ENGINE-77"] {
            let form = format!("/help/codes/{code}/note");
            ada.get(&form).await.expect(200);
            ada.submit(&form, &[("advice", "Feed the zebra.")]).await.expect(303);
        }
        assert_eq!(found(wim.get("/help?q=zebra").await.expect(200)), ["FILE-FULL", "ENGINE-77"]);
        let markup = wim.get("/help?q=%3Cb%3E").await.expect(200);
        assert!(markup.body.contains("&lt;b&gt;") && !markup.body.contains("<b>"), "{}", markup.body);
    }

    /// A code is found in each notation in which logs and people write it, and its page too.
    async fn codes_in_any_notation(desk: Desk) {
        const NAME: &str = "ECS_E_CANNOT_UPDATE_REPLICA_WATERMARK";
        let wim = desk.as_("wim").await;
        for typed in ["0x80C8300E", "0x80c8300e", "%200x%2080c8%20300e%20", "-2134364146", "2160603150", "2%20160%20603%20150", NAME,
            "ecs_e_cannot_update_replica_watermark", "ecs%20e%20cannot%20update%20replica%20watermark"] {
            assert_eq!(codes(&wim.get(&format!("/help?q={typed}")).await.expect(200)), [NAME], "{typed}");
            let page = wim.get(&format!("/help/codes/{typed}")).await.expect(200);
            assert_eq!(page.text("h1"), NAME, "{typed}");
            assert!(page.says("Service could not advance the replica watermark.") && page.says("0x80c8300e, -2134364146, 2160603150"), "{}", page.told());
        }
        for typed in ["file%20brake", "File_Brake", "filebrake"] {
            assert!(codes(&wim.get(&format!("/help?q={typed}")).await.expect(200)).contains(&"FILE-BRAKE".to_owned()), "{typed}");
        }
        assert!(codes(&wim.get("/help?q=0x80c83").await.expect(200)).len() > 5, "part of a number is a word like any other");
    }

    /// In addresses too, and for codes that only a note knows.
    async fn codes_in_any_case(desk: Desk) {
        let (ada, wim) = (desk.as_("ada").await, desk.as_("wim").await);
        for code in ["FILE-DRIFT", "file-drift", "File-Drift"] {
            let page = wim.get(&format!("/help/codes/{code}")).await.expect(200);
            assert_eq!(page.text("h1"), "FILE-DRIFT");
            assert!(page.says("Destination was changed") && !page.says("has no page for"), "{}", page.told());
        }
        ada.get("/help/codes/file-drift/note").await.expect(200);
        ada.submit("/help/codes/FILE-DRIFT/note", &[("advice", "Call the desk.")]).await.expect(303);
        ada.get("/help/codes/ENGINE-77/note").await.expect(200);
        ada.submit("/help/codes/ENGINE-77/note", &[("advice", "Feed the zebra.")]).await.expect(303);
        assert!(wim.get("/help/codes/file-DRIFT").await.expect(200).says("Call the desk."));
        assert!(wim.get("/help/codes/engine-77").await.expect(200).says("Feed the zebra."));
        assert_eq!(codes(&wim.get("/help?q=file-drift").await.expect(200)), ["FILE-DRIFT"]);
        assert_eq!(desk.texts("SELECT code AS value FROM team_notes ORDER BY code"), ["ENGINE-77", "FILE-DRIFT"]);
    }

    /// A message with a code of another version or engine: its page says so, and its text loses nothing.
    async fn an_unknown_code_has_a_page(desk: Desk) {
        let wim = desk.as_("wim").await;
        for code in ["AFC-X99", "0x8badf00d", "ENGINE%20%3Cb%3E", "..%2Fx", "%F0%9F%A6%93"] {
            let page = wim.get(&format!("/help/codes/{code}")).await.expect(200);
            assert!(page.says("has no page for") && page.says("What to do"), "{code}: {}", page.told());
            assert!(!page.body.contains("<b>"), "{code}");
        }
        let args = ["left".to_owned(), String::new(), "right".to_owned()];
        assert_eq!(syncdesk::domain::catalogue::text("ENGINE-77", &args), "ENGINE-77: left, right");
    }
}
