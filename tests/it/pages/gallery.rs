//! A portal with something to see on every page.

use std::sync::Arc;

use serde_json::json;
use syncdesk::clock::SystemClock;
use syncdesk::domain::phase::{Phase, PhaseStart};
use syncdesk::domain::progress::RunProgress;
use syncdesk::store::runs::{self, Totals};

use crate::database::{Database, Fixture};
use crate::desk::{Desk, Family, Tree};
use crate::odata::stub::{Service, is_for, json as reply, xml};
use crate::systems::connect::Draft;
use crate::visitor::Visitor;
use crate::wait::until;

/// Systems in all states, all of them in Mona's group Finance. Eve's group has none.
pub struct Gallery {
    pub desk: Desk,
    /// With a run that has a long log, and a check.
    pub good: Tree,
    /// The brake stopped its run.
    pub mirror: Tree,
    /// Its source is gone.
    pub failed: Tree,
    /// Its run 1 goes on.
    pub running: Tree,
    /// No check has succeeded for too long.
    pub paused: Tree,
    /// An OData service, read three times: one record changed, one went, one turned bad.
    pub partners: Tree,
    /// A system with two lanes, and one with three children.
    pub family: Family,
    /// The path of a check of `good`.
    pub check: String,
    /// A system that is being connected: without a location, without its folder, and with a preview.
    pub drafts: [Draft; 3],
    /// The path of a bulk action of Ada: one system refused, one done.
    pub bulk: String,
}

/// A page, who looks at it, and what they press before.
pub struct Exhibit {
    pub name: &'static str,
    pub person: Option<Visitor>,
    pub path: String,
    pub press: Option<&'static str>,
}

impl Fixture for Gallery {
    async fn on(database: Database) -> Self {
        let desk = Desk::with(database, &["--house-time-zone=Europe/Berlin"], Arc::new(SystemClock)).await;
        desk.add_group("Empty").await;
        desk.add_person("eve", "Delegate", Some("Empty")).await;
        let ada = desk.as_("ada").await;

        let good = desk.files_system("Finance", "Closing documents DE").await;
        for number in 0..56 {
            let folder = good.source.join(format!("2026/quarter {}", number % 4));
            std::fs::create_dir_all(&folder).expect("a folder");
            std::fs::write(folder.join(format!("statement of account {number:04}.pdf")), "x").expect("a file");
        }
        std::os::unix::fs::symlink("first.txt", good.source.join("link.txt")).expect("a link");
        desk.synchronize(&good).await;
        std::fs::write(good.destination.join("first.txt"), "somebody else's words").expect("a file");
        desk.synchronize(&good).await;
        ada.open(&good.page()).await.expect(200);
        let asked = ada.submit(&format!("{}/check", good.page()), &[]).await.expect(303);
        let check = desk.ended(&ada, asked.location()).await.path;

        let failed = desk.files_system("Finance", "Branch share Lyon").await;
        std::fs::remove_dir_all(&failed.source).expect("the source goes");
        desk.synchronize(&failed).await;

        let mirror = desk.files_system_with("Finance", "Ledger archive", &[("settings.mode", "mirror")]).await;
        for number in 0..12 {
            std::fs::write(mirror.destination.join(format!("old {number}.txt")), "old").expect("a file");
        }
        desk.synchronize(&mirror).await;

        desk.files_system_with("Finance", "Nightly", &[("schedule", "daily"), ("daily_at", "23:00")]).await;
        let held = desk.files_system("Finance", "Moving offices").await;
        ada.get(&format!("{}/hold", held.page())).await.expect(200);
        ada.submit(&format!("{}/hold", held.page()), &[("reason", "The disk is being replaced.")]).await.expect(303);

        let paused =
            desk.files_system_with("Finance", "Mailboxes", &[("schedule", "every"), ("every_minutes", "30")]).await;
        // Its first check would undo it.
        let checked = "SELECT connection AS value FROM systems WHERE name = 'Mailboxes' AND connection = 'ok'";
        until("its first check", async || (!desk.texts(checked).is_empty()).then_some(())).await;
        desk.sql(&format!(
            "UPDATE systems SET connection = 'error', connection_since = {since}, paused_since = {since} + 10800000000,
               overall = 'error', silent_since = {since} + 3600000000 WHERE key = '{}'",
            paused.key,
            since = desk.context.clock.now().0 - 20_000_000_000
        ));

        let partners = partners(&desk).await;
        let note = [("advice", "Call the storage desk, extension 4711: they own the rights on all shares.")];
        ada.get("/help/codes/FILE-LINK/note").await.expect(200);
        ada.submit("/help/codes/FILE-LINK/note", &note).await.expect(303);

        let drafts = drafts(&desk).await;
        let family = desk.family().await;
        let running = desk.files_system("Finance", "Photographs").await;
        goes_on(&desk, &running);
        ada.get("/systems/views?list=status%3Derror").await.expect(200);
        ada.submit("/systems/views", &[("name", "In error")]).await.expect(303);
        let selected = [held.key.as_str(), "bbbbbbbbbb"].map(|key| format!("s.{key}"));
        ada.get("/systems").await.expect(200);
        let checked = [(selected[0].as_str(), "on"), (selected[1].as_str(), "on"), ("do", "check")];
        let bulk = ada.submit("/systems/bulk", &checked).await.expect(303).location().to_owned();
        desk.step().await;
        ada.get(&bulk).await.expect(200);
        ada.get("/account").await.expect(200); // which shows what the last form did
        Self { desk, good, mirror, failed, running, paused, partners, family, check, drafts, bulk }
    }
}

async fn drafts(desk: &Desk) -> [Draft; 3] {
    let begun = Draft::begun(desk, "Invoices").await;
    let failed = Draft::begun(desk, "Contracts of the subsidiaries").await;
    failed.locate("next", &[]).await.expect(303);
    let previewed = Draft::with_folders(desk, "Tenders").await;
    previewed.locate("next", &[]).await.expect(303);
    desk.work().await;
    let daily = [("schedule", "daily"), ("daily_at", "23:00"), ("settings.mode", "mirror")];
    previewed.finish("preview", &daily).await.expect(303);
    desk.work().await;
    [begun, failed, previewed]
}

const PARTNERS: &str = r#"<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="S" xmlns="http://docs.oasis-open.org/odata/ns/edm"><EntityType Name="Partner">
<Key><PropertyRef Name="BusinessPartner"/></Key>
<Property Name="BusinessPartner" Type="Edm.String" MaxLength="10" Nullable="false"/>
<Property Name="BusinessPartnerFullName" Type="Edm.String" MaxLength="81"/>
<Property Name="CreationDate" Type="Edm.Date"/><Property Name="IsBlocked" Type="Edm.Boolean" Nullable="false"/>
<Property Name="CreditLimitAmount" Type="Edm.Decimal" Precision="15" Scale="2"/></EntityType>
<EntityContainer Name="C"><EntitySet Name="A_BusinessPartner" EntityType="S.Partner"/>
<EntitySet Name="A_CompanyCode" EntityType="S.Partner"/></EntityContainer></Schema></edmx:DataServices></edmx:Edmx>"#;

/// Reads an OData service of 120 partners three times.
async fn partners(desk: &Desk) -> Tree {
    let service = Service::start();
    let partner = |number: i64| {
        json!({"BusinessPartner": format!("{:07}", 1_000_000 + number), "CreationDate": "2019-04-30",
            "BusinessPartnerFullName": format!("Wholesale and Sons No. {number}"), "IsBlocked": number % 40 == 0,
            "CreditLimitAmount": if number % 9 == 0 { json!(null) } else { json!(number * 2_500) }})
    };
    let mut known: Vec<_> = (1..=120).map(partner).collect();
    let says = |known: &[serde_json::Value]| {
        let body = json!({ "value": known }).to_string();
        service.answers(move |request| match () {
            () if is_for(request, "$metadata") => Some(xml(PARTNERS)),
            () if is_for(request, "A_BusinessPartner") => Some(reply(&body)),
            () => None,
        });
    };
    says(&known);
    let fields = [("name", "Partners of S/4HANA"), ("settings.config_sets", "*Code")];
    let system = desk.odata_system(&service.root(), &fields).await;
    desk.synchronize(&system).await;
    known[0]["CreditLimitAmount"] = json!(90_000);
    known[0]["BusinessPartnerFullName"] =
        json!("Wholesale and Daughters, a name that was made longer and longer over time");
    known.remove(119);
    says(&known);
    desk.synchronize(&system).await;
    known[11]["CreationDate"] = json!("last spring");
    says(&known);
    desk.synchronize(&system).await;
    system
}

/// Run 1 of a system, at 43 % for as long as the test looks.
pub fn goes_on(desk: &Desk, tree: &Tree) {
    let claim = desk.run_of(tree).start();
    let progress = RunProgress {
        phase: "copying".to_owned(),
        moved_at: Some(desk.context.clock.now()),
        items_done: 172_473,
        items_total: 401_002,
        bytes_done: 1_048_576,
        bytes_total: 2_097_152,
        total_final: true,
        unchanged: 12,
    };
    let began = |phase, seconds| PhaseStart {
        phase,
        began: desk.context.clock.now().minus(std::time::Duration::from_secs(seconds)),
    };
    let phases = vec![began(Phase::Connect, 50), began(Phase::Compare, 49), began(Phase::Copy, 20)];
    let moved = Totals { progress, phases, ..Totals::default() };
    desk.write(|db| runs::store_progress(db, &claim, &moved));
}

impl Gallery {
    /// Every kind of page.
    pub async fn exhibits(&self) -> Vec<Exhibit> {
        let mona = self.desk.as_("mona").await;
        let (ada, eve, nils) = (self.desk.as_("ada").await, self.desk.as_("eve").await, self.desk.as_("nils").await);
        let (good, running) = (&self.good, self.running.page());
        let replica = format!("{}/replica", self.partners.page());
        let partners = format!("{replica}/A_BusinessPartner");
        let [record, orphan] = [mona.get(&partners).await, mona.get(&format!("{partners}?state=orphaned")).await]
            .map(|page| page.expect(200).attributes("th a", "href").swap_remove(0));
        let seen =
            |name, person: &Visitor, path: String| Exhibit { name, person: Some(person.clone()), path, press: None };
        let open = |name, path: &str| Exhibit { name, person: None, path: path.to_owned(), press: None };
        let pressed = |exhibit: Exhibit, press| Exhibit { press: Some(press), ..exhibit };
        vec![
            seen("overview", &ada, "/overview".to_owned()),
            seen("overview-empty", &eve, "/overview".to_owned()),
            seen("list", &ada, "/systems?refresh=off".to_owned()),
            seen("list-empty", &eve, "/systems".to_owned()),
            seen("list-nothing-found", &ada, "/systems?q=nothing".to_owned()),
            seen("bulk", &ada, self.bulk.clone()),
            seen("views", &ada, "/systems/views?list=status%3Derror".to_owned()),
            seen("views-empty", &mona, "/systems/views".to_owned()),
            seen("system", &mona, good.page()),
            seen("system-with-lanes", &ada, format!("/systems/{}", self.family.lanes)),
            seen("system-with-children", &mona, format!("/systems/{}", self.family.parent)),
            seen("system-in-another", &mona, format!("/systems/{}", self.family.children[0])),
            seen("list-of-children", &mona, format!("/systems?within={}", self.family.parent)),
            seen("system-failed", &ada, self.failed.page()),
            seen("system-paused", &mona, self.paused.page()),
            seen("system-running", &mona, format!("{running}?refresh=off")),
            pressed(seen("new-with-errors", &ada, "/systems/new?kind=files".to_owned()), "Connect"),
            seen("connect", &ada, "/systems/new".to_owned()),
            seen("connect-name", &ada, format!("{}/name", self.drafts[0].page)),
            pressed(seen("connect-location-with-errors", &ada, self.drafts[0].page.clone()), "Test and continue"),
            seen("connect-test", &ada, format!("{}/test", self.drafts[1].page)),
            seen("connect-location", &ada, self.drafts[2].page.clone()),
            seen("connect-schedule", &ada, self.drafts[2].schedule()),
            seen("edit", &ada, format!("{}/edit", good.page())),
            pressed(seen("hold-with-errors", &mona, format!("{}/hold", good.page())), "Put on hold"),
            seen("delete", &ada, format!("{}/delete", good.page())),
            seen("queue", &mona, format!("{running}/queue")),
            seen("check", &mona, self.check.clone()),
            seen("checks", &mona, format!("{}/checks", self.failed.page())),
            seen("run", &mona, good.run(1)),
            seen("run-second", &mona, good.run(2)),
            seen("run-around", &mona, format!("{}?around=2", good.run(2))),
            seen("run-failed", &mona, self.failed.run(1)),
            seen("run-running", &mona, format!("{running}/runs/1?refresh=off")),
            seen("run-without-log", &self.desk.as_("wim").await, good.run(1)),
            seen("live", &mona, format!("{}/live", good.run(2))),
            seen("latest", &mona, format!("{}/live?refresh=off", good.run(2))),
            seen("cancel", &mona, format!("{running}/runs/1/cancel")),
            seen("plan", &mona, format!("{}/plan", self.mirror.run(1))),
            seen("odata-system", &mona, self.partners.page()),
            seen("odata-edit", &ada, format!("{}/edit", self.partners.page())),
            pressed(seen("odata-new-with-errors", &ada, "/systems/new?kind=odata".to_owned()), "Connect"),
            seen("odata-run", &mona, self.partners.run(3)),
            seen("replica", &mona, replica.clone()),
            seen("replica-of-a-run", &mona, format!("{replica}?run=2")),
            seen("replica-records", &mona, partners.clone()),
            seen("replica-orphans", &mona, format!("{partners}?state=orphaned")),
            seen("replica-nothing-found", &mona, format!("{partners}?q=nothing")),
            seen("replica-record", &mona, record),
            seen("replica-orphan", &mona, orphan),
            seen("logs", &mona, "/logs".to_owned()),
            seen("logs-wrong-time", &ada, "/logs?from=yesterday&result=nonsense".to_owned()),
            seen("logs-messages", &mona, "/logs/messages".to_owned()),
            seen("logs-messages-nothing-found", &mona, "/logs/messages?q=nothing".to_owned()),
            seen("logs-checks", &mona, "/logs/checks".to_owned()),
            seen("help", &mona, "/help".to_owned()),
            seen("help-codes", &mona, "/help?q=0x80c8300e".to_owned()),
            seen("help-number", &mona, "/help/codes/ECS_E_CANNOT_UPDATE_REPLICA_WATERMARK".to_owned()),
            seen("help-roles", &mona, "/help?show=roles".to_owned()),
            seen("help-guide", &ada, "/help/guide/operator".to_owned()),
            seen("help-code", &mona, "/help/codes/FILE-DENIED".to_owned()),
            seen("help-nothing-found", &mona, "/help?q=nothing".to_owned()),
            seen("help-note", &ada, "/help/codes/FILE-LINK".to_owned()),
            pressed(seen("help-note-with-errors", &ada, "/help/codes/FILE-DENIED/note".to_owned()), "Save"),
            seen("help-connection", &ada, "/help/connection".to_owned()),
            seen("system-connection", &mona, format!("{}/connection", self.failed.page())),
            seen("help-role", &mona, "/help/roles/Auditor".to_owned()),
            seen("account", &mona, "/account".to_owned()),
            open("sign-in", "/sign-in"),
            seen("not-found", &ada, "/nowhere".to_owned()),
            open("not-found-stranger", "/nowhere"),
            seen("forbidden", &mona, "/systems/new".to_owned()),
            seen("forbidden-without-roles", &nils, "/systems".to_owned()),
        ]
    }
}

/// The session cookie.
pub fn cookie(visitor: &Visitor) -> String {
    format!("syncdesk={}", visitor.cookie("syncdesk").expect("somebody is signed in"))
}
