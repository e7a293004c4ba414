//! A secret that was typed into a refused form survives for the next attempt: of the same person, for the same target,
//! for an hour, and never in the browser.

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use syncdesk::clock::{Clock, FixedClock, SystemClock};
use syncdesk::ids::SystemKey;
use syncdesk::ops::maintenance;
use syncdesk::ops::rotate_keys::rotate_keys;
use syncdesk::store::{credentials, systems};

use crate::certificates::OURS;
use crate::database::{Database, Fixture, both_databases};
use crate::desk::{Desk, key_of};
use crate::proofs::{console, worker};
use crate::queue::depot::ada as grant;
use crate::visitor::{Answer, Visitor};

const SECRET: &str = " s3cr3t<of>Ada's&\u{df}%41 ";
const SLOT: &str = "settings.destination_secret";

/// The clock stands still until it is moved, and nobody works.
struct Still {
    desk: Desk,
    clock: Arc<FixedClock>,
}

impl Fixture for Still {
    async fn on(database: Database) -> Self {
        let clock = Arc::new(FixedClock::at(SystemClock.now()));
        let settings = ["--session-idle-hours=48", "--session-hours=48"];
        Self { desk: Desk::with(database, &settings, clock.clone()).await, clock }
    }
}

/// A bucket that nobody serves, without its secret.
fn bucket(desk: &Desk, group: &str) -> Vec<(&'static str, String)> {
    let source = desk.root(group).join("in").display().to_string();
    let fields = [
        ("name", "Reports"),
        ("group", group),
        ("settings.source_path", &source),
        ("settings.destination_kind", "s3"),
        ("settings.destination_bucket", "reports"),
        ("settings.destination_endpoint", "http://127.0.0.1:9"),
        ("settings.destination_account", "AKIAEXAMPLE"),
        ("settings.destination_path", "below"),
    ];
    fields.map(|(name, value)| (name, value.to_owned())).into()
}

/// Sends the form of the page that was opened last, with changes.
async fn send(visitor: &Visitor, changes: &[(&str, &str)]) -> Answer {
    visitor.submit("/systems/new", changes).await
}

/// The form of a new bucket with the secret, refused for the number of attempts.
async fn refused(desk: &Desk, visitor: &Visitor, group: &str) -> Answer {
    visitor.get("/systems/new?kind=files").await.expect(200);
    let fields = bucket(desk, group);
    let mut fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.extend([(SLOT, SECRET), ("max_attempts", "0")]);
    let page = send(visitor, &fields).await.expect(422);
    assert!(page.says("Kept from your last attempt"), "{}", page.told());
    page
}

fn drafts(desk: &Desk) -> usize {
    desk.texts("SELECT slot AS value FROM secret_drafts").len()
}

/// What is stored in the slot of the system that a form has made.
async fn stored(desk: &Desk, made: &Answer, slot: &str) -> Option<String> {
    let (key, slot) = (SystemKey::parse(&key_of(made.location())).expect("a key"), slot.to_owned());
    let read = move |db: &mut syncdesk::store::Db| {
        let system = systems::find(db, &grant::<syncdesk::access::verbs::SeeSystem>(), &key)?;
        Ok(credentials::of_system(db, &system)?.into_iter().find(|sealed| sealed.slot() == slot))
    };
    let sealed = desk.context.store.read(read).await.expect("it is read")?;
    Some(desk.context.vault.open(&sealed, None).expect("it opens").expose_secret().to_owned())
}

/// Whether any text or bytes of the database have it.
fn is_in_the_database(desk: &Desk, part: &str) -> bool {
    let hex = part.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let rows = if desk.is_on_postgres() {
        desk.texts("SELECT t::text AS value FROM secret_drafts t")
    } else {
        desk.texts("SELECT slot || key_id || lower(hex(sealed)) || lower(hex(reference)) AS value FROM secret_drafts")
    };
    assert!(!rows.is_empty());
    rows.iter().any(|row| row.contains(part) || row.contains(&hex))
}

both_databases! {
    /// A secret that was typed is kept when the form is refused.
    async fn it_survives_a_refusal(desk: Desk) {
        let ada = desk.as_("ada").await;
        let page = refused(&desk, &ada, "Finance").await;
        assert!(!page.body.contains("s3cr3t"), "it never returns to the browser");
        assert!(page.attributes(&format!("[name='{SLOT}']"), "value").is_empty());
        assert_eq!(page.attributes(&format!("[name='{SLOT}']"), "placeholder"), ["Leave empty to use it, or enter a new one"]);
        assert_eq!(page.attributes("[name=kept]", "value")[0].len(), 43, "a random reference and nothing else");
        assert_eq!(drafts(&desk), 1);
        for part in ["s3cr3t", "127.0.0.1", "AKIAEXAMPLE"] {
            assert!(!is_in_the_database(&desk, part), "{part} is sealed");
        }
        // Refused once more for something else, and then saved.
        let again = send(&ada, &[("max_attempts", "5"), ("time_zone", "Mars")]).await.expect(422);
        assert!(again.says("Kept from your last attempt") && !again.says("Enter the secret"), "{}", again.told());
        let made = send(&ada, &[("time_zone", "UTC")]).await.expect(303);
        assert_eq!(stored(&desk, &made, "destination_secret").await.as_deref(), Some(SECRET), "with its blanks");
        assert_eq!(drafts(&desk), 0, "it is deleted when it is used");
    }

    /// A typed secret is kept for every sort of error, in new and existing systems.
    async fn for_every_sort_of_error(desk: Desk) {
        let ada = desk.as_("ada").await;
        desk.files_system("Finance", "Taken").await;
        refused(&desk, &ada, "Finance").await;
        for changes in [("name", "Taken"), ("group", "Nowhere"), ("settings.source_path", "/etc"), ("schedule", "every"), ("settings.transfers", "x")] {
            let page = send(&ada, &[("max_attempts", "5"), changes]).await.expect(422);
            assert!(page.says("Kept from your last attempt") && !page.says("Enter it again"), "{changes:?}: {}", page.told());
        }
        let source = desk.root("Finance").join("in").display().to_string();
        let good = [("name", "Reports"), ("group", "Finance"), ("settings.source_path", source.as_str()), ("schedule", "none"), ("settings.transfers", "4")];
        let made = send(&ada, &good).await.expect(303);
        let edit = format!("/systems/{}/edit", key_of(made.location()));
        ada.get(&edit).await.expect(200);
        let other = ada.submit(&edit, &[(SLOT, "another"), ("max_attempts", "0")]).await.expect(422);
        assert!(other.says("Kept from your last attempt") && !other.body.contains("another\""), "{}", other.told());
        ada.submit(&edit, &[("max_attempts", "5")]).await.expect(303);
        assert_eq!(stored(&desk, &made, "destination_secret").await.as_deref(), Some("another"));
    }

    /// A secret that is typed again replaces the kept one.
    async fn what_is_typed_last_counts(desk: Desk) {
        let ada = desk.as_("ada").await;
        refused(&desk, &ada, "Finance").await;
        send(&ada, &[(SLOT, "newer")]).await.expect(422);
        assert_eq!(drafts(&desk), 1);
        // One that cannot be kept does not bring the older one back.
        let page = send(&ada, &[(SLOT, "newest"), ("settings.destination_endpoint", "nonsense")]).await.expect(422);
        assert!(page.text(&format!("[id='{SLOT}-error']")).contains("Enter it again"), "{}", page.told());
        assert_eq!(drafts(&desk), 0);
        let page = send(&ada, &[("max_attempts", "5"), ("settings.destination_endpoint", "http://127.0.0.1:9")]).await.expect(422);
        assert!(page.text(&format!("[id='{SLOT}-error']")).contains("Enter the secret"), "{}", page.told());
    }

    /// A secret must not follow a form to another host, account or method.
    async fn it_is_dropped_with_its_target(desk: Desk) {
        let ada = desk.as_("ada").await;
        for change in [
            ("settings.destination_endpoint", "http://127.0.0.1:10"),
            ("settings.destination_endpoint", "https://127.0.0.1:9"),
            ("settings.destination_endpoint", "http://127.0.0.2:9"),
            ("settings.destination_endpoint", ""),
            ("settings.destination_account", "AKIAOTHER"),
            ("settings.destination_kind", "azblob"),
        ] {
            refused(&desk, &ada, "Finance").await;
            let page = send(&ada, &[("max_attempts", "5"), change]).await.expect(422);
            let said = page.text(&format!("[id='{SLOT}-error']"));
            assert!(said.contains("was deleted. Enter it again."), "{change:?}: {said}");
            assert!(!page.says("Kept from your last attempt"), "{change:?}");
            assert_eq!(drafts(&desk), 0, "{change:?}");
            let back = [("settings.destination_endpoint", "http://127.0.0.1:9"), ("settings.destination_account", "AKIAEXAMPLE"), ("settings.destination_kind", "s3")];
            let page = send(&ada, &back).await.expect(422);
            assert!(page.text(&format!("[id='{SLOT}-error']")).contains("Enter the secret"), "there and back: {change:?}");
        }
    }

    /// The reference of somebody else, in a form of one's own, opens nothing.
    async fn it_is_its_persons(desk: Desk) {
        let (ada, dora) = (desk.as_("ada").await, desk.as_("dora").await);
        let reference = refused(&desk, &ada, "Finance").await.attributes("[name=kept]", "value").concat();
        dora.get("/systems/new?kind=files").await.expect(200);
        let fields = bucket(&desk, "Sales");
        let mut fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fields.push(("kept", &reference));
        let page = send(&dora, &fields).await.expect(422);
        assert!(page.text(&format!("[id='{SLOT}-error']")).contains("Enter the secret"), "{}", page.told());
        assert_eq!(drafts(&desk), 1, "and it is still Ada's");
        let made = send(&ada, &[("max_attempts", "5")]).await.expect(303);
        assert_eq!(stored(&desk, &made, "destination_secret").await.as_deref(), Some(SECRET));
    }

    /// A secret that was to replace another does not give way to it without a word.
    async fn one_that_has_expired_is_asked_for_again(still: Still) {
        let Still { desk, clock } = still;
        let ada = desk.as_("ada").await;
        refused(&desk, &ada, "Finance").await;
        let made = send(&ada, &[("max_attempts", "5")]).await.expect(303);
        let edit = format!("/systems/{}/edit", key_of(made.location()));
        ada.get(&edit).await.expect(200);
        ada.submit(&edit, &[(SLOT, "another-secret"), ("max_attempts", "0")]).await.expect(422);
        clock.advance(Duration::from_mins(61));
        let page = ada.submit(&edit, &[("max_attempts", "4")]).await.expect(422);
        assert!(page.text(&format!("[id='{SLOT}-error']")).contains("no longer kept"), "{}", page.told());
        assert_eq!(stored(&desk, &made, "destination_secret").await.as_deref(), Some(SECRET));
        ada.submit(&edit, &[(SLOT, "another-secret"), ("max_attempts", "4")]).await.expect(303);
        assert_eq!(stored(&desk, &made, "destination_secret").await.as_deref(), Some("another-secret"));
    }

    /// Not used after an hour, and deleted by maintenance.
    async fn it_lasts_an_hour(still: Still) {
        let Still { desk, clock } = still;
        let ada = desk.as_("ada").await;
        refused(&desk, &ada, "Finance").await;
        clock.advance(Duration::from_mins(59));
        let page = send(&ada, &[]).await.expect(422);
        assert!(page.says("Kept from your last attempt"), "{}", page.told());
        let upkeep = async || {
            let context = &desk.context;
            maintenance::round(&context.store, &context.vault, &context.config, worker(), clock.now()).await.expect("a round of maintenance");
        };
        upkeep().await;
        assert_eq!(drafts(&desk), 1);
        // From when it was typed, not from the last attempt.
        clock.advance(Duration::from_mins(1));
        let page = send(&ada, &[("max_attempts", "5")]).await.expect(422);
        assert!(page.text(&format!("[id='{SLOT}-error']")).contains("The secret that you entered is no longer kept"), "{}", page.told());
        assert!(!page.says("Kept from your last attempt"), "{}", page.told());
        upkeep().await;
        assert_eq!(drafts(&desk), 0);
    }

    /// A private key has several lines, and is checked with its certificate when it is used.
    async fn a_private_key_too(desk: Desk) {
        let ((certificate, key), ada) = (OURS.client().typed(), desk.as_("ada").await);
        ada.get("/systems/new?kind=odata").await.expect(200);
        let fields = [("name", "Service"), ("group", "Finance"), ("settings.root", "https://127.0.0.1:9/odata"), ("settings.auth", "certificate"),
            ("settings.certificate", certificate.as_str()), ("settings.key", key.as_str()), ("max_attempts", "0")];
        let page = send(&ada, &fields).await.expect(422);
        let line = key.lines().nth(1).expect("it has several lines");
        assert!(page.says("Kept from your last attempt") && !page.body.contains(line), "{}", page.told());
        assert!(!is_in_the_database(&desk, line));
        let made = send(&ada, &[("max_attempts", "5")]).await.expect(303);
        let kept = stored(&desk, &made, "key").await.expect("a key");
        assert_eq!(kept.lines().collect::<Vec<_>>(), key.lines().collect::<Vec<_>>());
    }

    /// The old key may be known to somebody: what it has sealed goes with it.
    async fn a_rotation_deletes_it(desk: Desk) {
        let ada = desk.as_("ada").await;
        refused(&desk, &ada, "Finance").await;
        let context = &desk.context;
        rotate_keys(&context.store, &context.vault, console(), context.clock.now()).await.expect("it rotates");
        assert_eq!(drafts(&desk), 0);
        let page = send(&ada, &[("max_attempts", "5")]).await.expect(422);
        assert!(page.text(&format!("[id='{SLOT}-error']")).contains("The secret that you entered is no longer kept"), "{}", page.told());
    }

    /// One person cannot fill the database with them.
    async fn there_are_few_of_a_person(still: Still) {
        let Still { desk, clock } = still;
        let ada = desk.as_("ada").await;
        for _ in 0..25 {
            refused(&desk, &ada, "Finance").await;
            clock.advance(Duration::from_secs(1));
        }
        assert_eq!(drafts(&desk), 20);
        let made = send(&ada, &[("max_attempts", "5")]).await.expect(303);
        assert_eq!(stored(&desk, &made, "destination_secret").await.as_deref(), Some(SECRET), "the newest are kept");
    }
}
