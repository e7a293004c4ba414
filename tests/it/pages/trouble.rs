//! Pages that refuse: what happened, and what to do.

use crate::access::rules::broken_rules;
use crate::database::both_databases;
use crate::desk::{Desk, sign_in};
use crate::visitor::{Answer, Visitor};

/// The page says both, has its own heading and a way out, and is a page like others.
#[track_caller]
fn tells(page: &Answer, status: u16, title: &str, happened: &str, to_do: &str) {
    assert_eq!((page.status, page.text("h1").as_str()), (status, title), "{}", page.told());
    assert!(page.says(&format!("Error {status}")), "{}", page.told());
    assert!(page.says(happened) && page.says(to_do), "{}", page.told());
    assert!(!page.attributes("main a", "href").is_empty(), "a way out: {}", page.told());
    let wrong = broken_rules(page);
    assert!(wrong.is_empty(), "{wrong:?}");
}

async fn hold_form(visitor: &Visitor, page: &str) -> String {
    let form = format!("{page}/hold");
    visitor.get(&form).await.expect(200);
    form
}

both_databases! {
    async fn refusals_say_what_to_do(desk: Desk) {
        let (tree, ada) = (desk.files_system("Finance", "Reports").await, desk.as_("ada").await);
        let mona = desk.as_("mona").await;
        let nowhere = ada.get("/nowhere").await;
        tells(&nowhere, 404, "Page not found", "This page does not exist", "Check the URL");
        let forbidden = mona.get("/systems/new").await;
        tells(&forbidden, 403, "Permission required", "You are signed in as mona with the role Operator, Finance", "Who can assign it ada");
        assert!(forbidden.says("SpecifySystemsApp"), "which one: {}", forbidden.told());
        let form = hold_form(&mona, &tree.page()).await;
        let stale = mona.post_bare(&form, &[("reason", "x")]).await;
        tells(&stale, 403, "Form expired", "The form has expired", "reload the page");
        mona.get("/account").await.expect(200);
        let conflict = mona.post_form(&format!("{}/release", tree.page()), &[]).await;
        tells(&conflict, 409, "Not possible right now", "The system is not on hold.", "Check the current state");
        let unreadable = ada.get("/systems?after=%00").await;
        tells(&unreadable, 422, "Request not valid", "Nothing was changed.", "correct the input and try again");
        assert!(tree.source.exists());
    }

    /// A page without permission names the role that is missing, the roles that have it, and who can assign it: people who
    /// can do so within the reader's reach. To somebody without any role it names nobody.
    async fn who_can_help(desk: Desk) {
        desk.add_person("fred", "Delegate", Some("Finance")).await;
        let answers = async |who: &str, path: &str| desk.as_(who).await.get(path).await.expect(403).texts("main dl dd");
        let mona = answers("mona", "/systems/new").await;
        assert_eq!(mona, ["Administrator , Delegate , Specifier", "ada , fred (for Finance )"], "not dora: she assigns in Sales");
        assert_eq!(answers("wim", "/logs").await, ["Administrator , Operator , Auditor , Delegate", "ada"]);
        let nils = desk.as_("nils").await.get("/systems").await.expect(403);
        assert!(nils.says("You have no role.") && nils.says("MonitorSystemsApp_Display"), "{}", nils.told());
        assert!(nils.says("An administrator, or the person who manages people in your group."), "{}", nils.told());
        for name in ["ada", "fred", "dora"] {
            assert!(!nils.texts("main").concat().contains(name), "{name}: {}", nils.told());
        }
    }

    /// A change that is made is answered as made, also when the notice about it cannot be kept.
    async fn a_notice_that_is_lost(desk: Desk) {
        let (tree, mona) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await);
        mona.get(&tree.page()).await.expect(200);
        desk.sql(if desk.is_on_postgres() {
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
             CREATE TRIGGER refuse BEFORE UPDATE ON sessions FOR EACH ROW EXECUTE FUNCTION refuse()"
        } else {
            "CREATE TRIGGER refuse BEFORE UPDATE ON sessions BEGIN SELECT RAISE(FAIL, 'no'); END"
        });
        let asked = mona.submit(&format!("{}/synchronize", tree.page()), &[]).await.expect(303);
        mona.follow(asked).await.expect(200);
        desk.ended(&mona, &tree.run(1)).await;
    }

    /// Nobody is signed in whose session cannot be kept, and nobody gets an empty answer.
    async fn a_session_that_cannot_be_kept(desk: Desk) {
        let stranger = desk.nobody();
        desk.sql(if desk.is_on_postgres() {
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'secret words'; END $$;
             CREATE TRIGGER refuse BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION refuse()"
        } else {
            "CREATE TRIGGER refuse BEFORE INSERT ON sessions BEGIN SELECT RAISE(FAIL, 'secret words'); END"
        });
        let broken = sign_in(&stranger, "mona").await;
        tells(&broken, 500, "Internal error", "The request failed and was logged.", "You can try again safely.");
        assert!(!broken.says("secret words"), "{}", broken.told());
        let usual = stranger.get("/sign-in").await.expect(200);
        for header in ["content-security-policy", "x-content-type-options", "referrer-policy", "content-type"] {
            assert_eq!(broken.header(header), usual.header(header), "{header}");
        }
        stranger.get("/systems").await.expect(303);
        desk.sql(if desk.is_on_postgres() { "DROP TRIGGER refuse ON sessions" } else { "DROP TRIGGER refuse" });
        sign_in(&stranger, "mona").await.expect(303);
        stranger.get("/systems").await.expect(200);
    }

    /// A notice belongs to the page after its form: it is neither above a refusal, nor lost by one.
    async fn a_notice_is_not_above_a_refusal(desk: Desk) {
        let (tree, mona) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await);
        mona.get(&tree.page()).await.expect(200);
        let asked = desk.while_working(mona.submit(&format!("{}/synchronize", tree.page()), &[])).await.expect(303);
        assert_eq!(mona.get("/nowhere").await.expect(404).texts(".note"), [""; 0]);
        // From here on no session can be changed, so that the notice stays in it.
        desk.sql(if desk.is_on_postgres() {
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
             CREATE TRIGGER refuse BEFORE UPDATE ON sessions FOR EACH ROW EXECUTE FUNCTION refuse()"
        } else {
            "CREATE TRIGGER refuse BEFORE UPDATE ON sessions BEGIN SELECT RAISE(FAIL, 'no'); END"
        });
        let notice = mona.follow(asked).await.expect(200).text(".note");
        let refused = mona.post_form(&format!("{}/release", tree.page()), &[]).await.expect(409);
        assert!(!refused.says(&notice), "{}", refused.told());
        let form = hold_form(&mona, &tree.page()).await;
        let wrong = mona.submit(&form, &[("reason", "")]).await.expect(422);
        assert!(!wrong.says(&notice), "{}", wrong.told());
    }

    /// Somebody broke the database: what is in it stays inside, and once it is mended everything goes on.
    async fn a_broken_database(desk: Desk) {
        let (tree, mona) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await);
        desk.sql("ALTER TABLE checks RENAME TO elsewhere");
        let broken = mona.get(&tree.page()).await;
        tells(&broken, 500, "Internal error", "The request failed and was logged.", "You can try again safely.");
        let id = broken.text("main code");
        assert!(broken.says("send your administrator this request ID") && id.len() == 10, "{}", broken.told());
        for inside in ["checks", "elsewhere", "SELECT", "relation", "no such table"] {
            assert!(!broken.body.contains(inside), "{inside}: {}", broken.told());
        }
        assert!(broken.says("mona") && !broken.header("content-security-policy").is_empty(), "{}", broken.told());
        desk.sql("ALTER TABLE elsewhere RENAME TO checks");
        mona.get(&tree.page()).await.expect(200);
    }
}
