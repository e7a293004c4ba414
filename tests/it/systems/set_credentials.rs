//! Entering credentials needs a permission besides the one to change systems.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use secrecy::SecretString;
use syncdesk::access::{Grant, verbs};
use syncdesk::ops::audit::AuditLog;
use syncdesk::ops::error::OpError;
use syncdesk::ops::shared_credentials::{self, NewCredential, Slot};
use syncdesk::ops::specify::{self, Change, Sent, Specified, Wanted};
use syncdesk::store::groups;
use syncdesk::sync::registry;

use crate::database::both_databases;
use crate::desk::Desk;
use crate::proofs::worker;
use crate::queue::depot::{Depot, ada, by};

async fn typed(depot: &Depot, root: &str, secret: &str) -> Arc<Specified> {
    let group = depot.read(|db| groups::in_reach(db, &worker())).remove(0).1;
    let fields = [
        ("name", "Orders"),
        ("group", group.as_str()),
        ("schedule", "none"),
        ("time_zone", "UTC"),
        ("timeout_minutes", "60"),
        ("max_attempts", "5"),
        ("root", root),
        ("auth", "basic"),
        ("account", "wim"),
        ("secret", secret),
    ];
    let kind = registry::kind("odata").expect("a kind");
    let defaults = kind.fields().iter().map(|field| (field.name, field.default));
    let typed: BTreeMap<String, String> =
        defaults.chain(fields).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let sent = Sent {
        kind,
        typed,
        before: &BTreeMap::new(),
        config: &depot.context.config,
        reference: String::new(),
        shown_as_kept: BTreeSet::new(),
    };
    let (context, grant) = (&depot.context, ada());
    let read = specify::read_with_kept(&context.store, &context.vault, &grant, sent, depot.now()).await;
    Arc::new(read.expect("a form"))
}

fn wanted(depot: &Depot, specified: Arc<Specified>, secrets: Option<Grant<verbs::SetCredentials>>) -> Wanted {
    let grant = ada::<verbs::SpecifySystems>();
    Wanted {
        kind: registry::kind("odata").expect("a kind"),
        kinds: registry::kind,
        config: depot.context.config.clone(),
        specified,
        secrets,
        audit: AuditLog::new(grant.principal(), None),
    }
}

/// The fields that were refused.
fn refused<T: std::fmt::Debug, R: std::fmt::Debug>(saved: Result<T, OpError<R>>) -> Vec<String> {
    match saved {
        Err(OpError::Invalid(wrong)) => wrong.into_iter().map(|(field, _said)| field).collect(),
        other => panic!("{other:?}"),
    }
}

both_databases! {
    /// Nobody learns which groups exist out of their reach: such a group is answered as one that does not exist.
    async fn a_group_out_of_reach_is_answered_as_none(desk: Desk) {
        let dora = desk.as_("dora").await;
        let mut answers = Vec::new();
        for group in ["Finance", "Nowhere"] {
            dora.get("/systems/new?kind=odata").await.expect(200);
            let fields = [
                ("name", "Orders"),
                ("group", group),
                ("settings.root", "https://orders.example/odata/"),
                ("settings.auth", "basic"),
                ("settings.account", "wim"),
                ("settings.secret", "hunter2"),
            ];
            let refused = dora.submit("/systems/new", &fields).await.expect(422);
            answers.push(refused.texts(".wrong"));
        }
        assert!(!answers[0].is_empty());
        assert_eq!(answers[0], answers[1]);
    }

    /// Who may change systems and not credentials changes everything else: credentials are neither entered, nor replaced,
    /// nor removed by sending them elsewhere.
    async fn credentials_need_a_permission_of_their_own(depot: Depot) {
        let (store, vault, grant) = (&depot.context.store, &depot.context.vault, ada());
        let root = "https://orders.example/odata/";
        let with_secret = typed(&depot, root, "hunter2").await;
        let made = specify::create_system(store, vault, &grant, wanted(&depot, with_secret.clone(), None)).await;
        assert_eq!(refused(made), ["secret"]);
        let without = typed(&depot, root, "").await;
        let made = specify::create_system(store, vault, &grant, wanted(&depot, without.clone(), None)).await;
        assert_eq!(refused(made), ["secret"], "it cannot do without");
        let made = specify::create_system(store, vault, &grant, wanted(&depot, with_secret.clone(), Some(ada()))).await;
        let (key, _check) = made.expect("a system");

        let change = Change { key: &key, seen_version: 1 };
        let saved = specify::save_system(store, vault, &grant, change, wanted(&depot, with_secret, None)).await;
        assert_eq!(refused(saved), ["secret"]);
        let elsewhere = typed(&depot, "https://elsewhere.example/odata/", "").await;
        let saved = specify::save_system(store, vault, &grant, change, wanted(&depot, elsewhere.clone(), None)).await;
        assert_eq!(refused(saved), ["secret"]);
        let saved = specify::save_system(store, vault, &grant, change, wanted(&depot, without, None)).await;
        saved.expect("the rest can be changed");

        // The same holds for a shared credential: only within its scope nothing else is needed.
        let new = NewCredential {
            group: depot.read(|db| groups::in_reach(db, &grant)).remove(0).1,
            name: "Orders".to_owned(),
            url: "https://orders.example/".to_owned(),
            account: "wim".to_owned(),
            signs: false,
            secret: SecretString::from("hunter2"),
        };
        let (slot, audit) = (Slot { system: key.clone(), slot: "secret".to_owned() }, || AuditLog::new(&by("ada"), None));
        let shared = shared_credentials::create(store, vault, &ada(), new, audit()).await.expect("a credential");
        let used = shared_credentials::use_shared(store, &ada(), slot, &shared, registry::kind, audit()).await;
        used.expect("it is in scope");
        let change = Change { seen_version: 2, ..change };
        let saved = specify::save_system(store, vault, &grant, change, wanted(&depot, elsewhere, None)).await;
        assert_eq!(refused(saved), ["secret"]);
        let beside = typed(&depot, "https://orders.example/other/", "").await;
        let saved = specify::save_system(store, vault, &grant, change, wanted(&depot, beside, None)).await;
        saved.expect("it is in scope");
    }
}
