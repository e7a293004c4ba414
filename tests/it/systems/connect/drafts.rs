//! What was typed is kept between the pages, for the person who typed it.

use std::sync::Arc;
use std::time::Duration;

use syncdesk::clock::{Clock, FixedClock, SystemClock};
use syncdesk::domain::kind::FormPage;
use syncdesk::ops::maintenance;
use syncdesk::sync::registry;

use super::{Draft, systems};
use crate::database::{Database, Fixture, both_databases};
use crate::desk::{Desk, PASSWORD};
use crate::proofs::worker;

const SECRET: &str = "s3cr3t of the bucket";
const BUCKET: [(&str, &str); 5] = [
    ("settings.destination_kind", "s3"),
    ("settings.destination_bucket", "reports"),
    ("settings.destination_endpoint", "http://127.0.0.1:9"),
    ("settings.destination_account", "AKIAEXAMPLE"),
    ("settings.destination_path", "below"),
];

/// The clock stands still until it is moved.
struct Still {
    desk: Desk,
    clock: Arc<FixedClock>,
}

impl Fixture for Still {
    async fn on(database: Database) -> Self {
        let clock = Arc::new(FixedClock::at(SystemClock.now()));
        Self { desk: Desk::with(database, &["--session-idle-hours=2"], clock.clone()).await, clock }
    }
}

fn count(desk: &Desk, table: &str) -> usize {
    desk.texts(&format!("SELECT 'x' AS value FROM {table}")).len()
}

both_databases! {
    /// A system is connected in three pages, tested before it is saved.
    async fn three_pages(desk: Desk) {
        let draft = Draft::with_folders(&desk, "Reports").await;
        let ada = &draft.visitor;
        let page = ada.get(&draft.page).await.expect(200);
        assert_eq!(page.texts("legend"), ["Source", "Destination"], "the selection comes later");
        assert_eq!(page.texts("ol.tabs [aria-current=step]"), ["2. Location and sign-in"]);
        let led = draft.locate("next", &[]).await.expect(303);
        let waits = ada.get(led.location()).await.expect(200);
        assert_eq!(waits.header("refresh"), "2", "{}", waits.told());
        assert!(systems(&desk).is_empty(), "nothing is saved by the test");
        desk.work().await;
        let next = ada.get(led.location()).await.expect(303);
        assert_eq!(next.location(), draft.schedule());
        let page = ada.get(&draft.schedule()).await.expect(200);
        assert!(!page.says("not tested"), "{}", page.told());
        assert_eq!(page.texts("legend")[..2], ["What is synchronized", "Schedule"]);
        let made = draft.finish("create", &[("settings.include", "*.txt"), ("schedule", "daily"), ("daily_at", "23:00")]).await;
        let shown = ada.follow(made.expect(303)).await.expect(200);
        assert!(shown.says("System saved."), "{}", shown.told());
        let kept = "SELECT name || ' ' || schedule || ' ' || settings AS value FROM systems";
        let kept = desk.texts(kept).concat();
        assert!(kept.starts_with("Reports daily 23:00") && kept.contains("*.txt"), "{kept}");
        assert!(kept.contains(&draft.source.display().to_string()), "{kept}");
        assert_eq!((count(&desk, "connect_drafts"), count(&desk, "connect_trials")), (0, 0), "the draft has ended");
        ada.get(&draft.page).await.expect(404);
    }

    /// What was typed into a draft is there when its pages are opened again, and secrets are never sent to the browser.
    async fn what_was_typed_is_kept(desk: Desk) {
        let draft = Draft::begun(&desk, "Reports").await;
        let ada = &draft.visitor;
        let secret = ("settings.destination_secret", SECRET);
        draft.locate("test", &[&BUCKET[..], &[secret]].concat()).await.expect(303);
        let again = ada.get(&draft.page).await.expect(200);
        assert_eq!(again.attributes("[name='settings.destination_bucket']", "value"), ["reports"]);
        assert!(again.says("Kept from your last attempt") && !again.body.contains(SECRET), "{}", again.told());
        let typed = desk.texts("SELECT typed AS value FROM connect_drafts").concat();
        assert!(typed.contains("reports") && !typed.contains(SECRET), "{typed}");
        // A refused page is kept as well.
        let refused = draft.finish("create", &[("max_attempts", "0"), ("settings.include", "*.csv")]).await.expect(422);
        assert_eq!(refused.attributes("p.wrong", "id"), ["max_attempts-error"], "{}", refused.told());
        let again = ada.get(&draft.schedule()).await.expect(200);
        assert_eq!(again.attributes("[name=max_attempts]", "value"), ["0"]);
        draft.finish("create", &[("max_attempts", "2")]).await.expect(303);
        assert_eq!(desk.texts("SELECT slot AS value FROM credentials"), ["destination_secret"]);
        assert_eq!(count(&desk, "secret_drafts"), 0);
        desk.work().await;
    }

    /// The first page offers to continue a draft of the person, or to discard it.
    async fn a_draft_is_continued_or_discarded(desk: Desk) {
        let draft = Draft::begun(&desk, "Reports").await;
        let ada = &draft.visitor;
        draft.locate("test", &[&BUCKET[..], &[("settings.destination_secret", SECRET)]].concat()).await.expect(303);
        let first = ada.get("/systems/new").await.expect(200);
        assert!(first.attributes("main a", "href").contains(&draft.page), "{}", first.told());
        assert!(!desk.as_("sven").await.get("/systems/new").await.expect(200).says("Reports"), "only hers");
        let name = format!("{}/name", draft.page);
        ada.get(&name).await.expect(200);
        let refused = ada.submit(&name, &[("name", "")]).await.expect(422);
        assert_eq!(refused.attributes("p.wrong", "id"), ["name-error"], "{}", refused.told());
        ada.submit(&name, &[("name", "Ledger")]).await.expect(303);
        assert!(ada.get("/systems/new").await.expect(200).says("Continue: Ledger"));
        ada.submit(&format!("{}/discard", draft.page), &[]).await.expect(303);
        assert_eq!(["connect_drafts", "connect_trials", "secret_drafts"].map(|table| count(&desk, table)), [0; 3]);
        assert!(!ada.get("/systems/new").await.expect(200).says("Ledger"));
    }

    /// Another person's draft is answered as one that does not exist.
    async fn of_another_person(desk: Desk) {
        let draft = Draft::with_folders(&desk, "Reports").await;
        let sven = desk.as_("sven").await;
        let missing = sven.get("/systems/connect/cccccccccc").await.expect(404);
        for below in ["", "/name", "/test", "/schedule", "/preview"] {
            let answer = sven.get(&format!("{}{below}", draft.page)).await.expect(404);
            assert_eq!(answer.text("main"), missing.text("main"), "{below}");
        }
        for below in ["", "/name", "/test", "/folder", "/schedule", "/discard"] {
            sven.get("/account").await.expect(200);
            sven.post_form(&format!("{}{below}", draft.page), &[("name", "Taken")]).await.expect(404);
        }
        assert_eq!(count(&desk, "connect_drafts"), 1);
    }

    /// Maintenance deletes a draft one day after its last change.
    async fn a_draft_lasts_a_day(desk: Desk) {
        let draft = Draft::begun(&desk, "Reports").await;
        let (context, hour) = (&desk.context, Duration::from_hours(1));
        let clock = FixedClock::at(SystemClock.now());
        let sweep = async |clock: &FixedClock| {
            maintenance::round(&context.store, &context.vault, &context.config, worker(), clock.now()).await.expect("a round");
            count(&desk, "connect_drafts")
        };
        clock.advance(hour * 23);
        assert_eq!(sweep(&clock).await, 1);
        clock.advance(hour * 2);
        assert_eq!(sweep(&clock).await, 0);
        draft.visitor.get(&draft.page).await.expect(404);
    }

    /// A person has at most ten drafts; the oldest is deleted.
    async fn at_most_ten(desk: Desk) {
        for number in 0..12 {
            Draft::begun(&desk, &format!("Draft {number:02}")).await;
        }
        let page = desk.as_("ada").await.get("/systems/new").await.expect(200);
        let names = page.texts("section.box li a");
        assert_eq!((names.len(), names[0].as_str(), names[9].as_str()), (10, "Continue: Draft 11", "Continue: Draft 02"));
    }

    /// An error of another page is shown with the way to it.
    async fn errors_of_another_page(desk: Desk) {
        let draft = Draft::begun(&desk, "Reports").await;
        let refused = draft.finish("create", &[]).await.expect(422);
        let links = refused.attributes(".note.err a", "href");
        assert!(links.contains(&format!("{}#settings.source_path", draft.page)), "{links:?}");
        assert!(systems(&desk).is_empty());
    }

    /// A system is duplicated as a draft, with a new name and without its secrets.
    async fn a_duplicate(desk: Desk) {
        let fields = [&BUCKET[..], &[("settings.destination_secret", SECRET), ("max_attempts", "3")]].concat();
        let tree = desk.saved_system_with("Finance", "Reports", &fields).await;
        let ada = desk.as_("ada").await;
        ada.get(&tree.page()).await.expect(200);
        let begun = ada.submit(&format!("{}/duplicate", tree.page()), &[]).await.expect(303);
        let page = ada.get(begun.location()).await.expect(200);
        assert_eq!(page.attributes("[name=name]", "value"), ["Reports (copy)"]);
        let page = ada.submit(begun.location(), &[]).await.expect(303).location().to_owned();
        let location = ada.get(&page).await.expect(200);
        assert_eq!(location.attributes("[name='settings.destination_bucket']", "value"), ["reports"]);
        assert!(!location.says("Kept from"), "without its secret: {}", location.told());
        let refused = ada.submit(&page, &[]).await.expect(422);
        assert_eq!(refused.attributes("p.wrong", "id"), ["settings.destination_secret-error"], "{}", refused.told());
        let schedule = ada.get(&format!("{page}/schedule")).await.expect(200);
        assert_eq!(schedule.attributes("[name=max_attempts]", "value"), ["3"]);
        assert_eq!(systems(&desk), ["Reports"]);
        let mona = desk.as_("mona").await;
        assert!(!mona.get(&tree.page()).await.expect(200).says("Duplicate"), "nobody else is offered it");
        desk.work().await;
    }

    /// A page that was sent after its session had ended is shown again.
    async fn a_page_of_an_ended_session(still: Still) {
        let Still { desk, clock } = &still;
        let draft = Draft::begun(desk, "Reports").await;
        draft.visitor.get(&draft.page).await.expect(200);
        clock.advance(Duration::from_mins(121));
        let led = draft.visitor.submit(&draft.page, &[("settings.source_path", "/typed/too/late")]).await.expect(303);
        draft.visitor.get(led.location()).await.expect(200);
        let fields = [("name", "ada"), ("password", PASSWORD)];
        let answer = draft.visitor.submit("/sign-in", &fields).await;
        let shown = draft.visitor.follow(answer).await.expect(200);
        assert!(shown.path.starts_with(&draft.page) && shown.body.contains("/typed/too/late"), "{}", shown.told());
    }
}

/// The style sheet hides a field for each option that does not use it.
#[test]
fn each_option_has_its_rule() {
    let css = include_str!("../../../../static/app.css");
    for kind in registry::all() {
        for field in kind.fields() {
            for option in field.only {
                let rule = format!(
                    "fieldset:has([value=\"{option}\"]:checked) [data-for]:not(.bad, [data-for~=\"{option}\"])"
                );
                assert!(css.contains(&rule), "{}: {rule}", field.name);
            }
        }
        assert!(kind.fields().iter().any(|field| field.page == FormPage::Selection), "{}", kind.kind());
        assert!(!kind.about().is_empty(), "{}", kind.kind());
    }
}
