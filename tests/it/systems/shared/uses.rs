//! Which systems can use a shared credential, and how they begin and stop.

use syncdesk::ids::SystemKey;
use syncdesk::ops::error::OpError;
use syncdesk::ops::shared_credentials::{self, NewCredential, NotUsed, Slot, UseError};
use syncdesk::sync::registry;

use super::{SLOT, audit, create, list, new, share, share_at, slot, specifier, used};
use crate::database::both_databases;
use crate::desk::Desk;
use crate::queue::depot::ada;

both_databases! {
    /// A system uses a credential only where its settings have the same origin and account, and a path below that of the
    /// credential, segment by segment.
    async fn settings_have_to_match_the_scope(desk: Desk) {
        let tree = desk.saved_system_with("Finance", "One", &share_at("http://127.0.0.1:9/dav/team", "wim")).await;
        let scopes = [
            ("http://127.0.0.1:9/dav/tea", "wim", false),
            ("http://127.0.0.1:9/dav/team/deeper", "wim", false),
            ("http://127.0.0.1:9/dav/TEAM", "wim", false),
            ("http://127.0.0.1:10/dav/team", "wim", false),
            ("http://localhost:9/dav/team", "wim", false),
            ("https://127.0.0.1:9/dav/team", "wim", false),
            ("http://127.0.0.1:9/dav/team", "ada", false),
            ("http://127.0.0.1:9/dav/team", "", false),
            ("http://127.0.0.1:9/dav/team", "wim", true),
            ("http://127.0.0.1:9/dav/", "wim", true),
            ("http://127.0.0.1:9", "wim", true),
        ];
        for (number, (url, account, fits)) in scopes.into_iter().enumerate() {
            let name = format!("{number} {url} {account}");
            let key = create(&desk, new("Finance", &name, url, account)).await;
            match share(&desk, &tree, &key).await {
                Ok(_) => assert!(fits && used(&desk) == [format!("{SLOT} {name}")], "{name}"),
                Err(OpError::Refused(UseError::OutOfScope)) => assert!(!fits && used(&desk).is_empty(), "{name}"),
                Err(other) => panic!("{name}: {other:?}"),
            }
        }
        // What only signs is never sent.
        let signs = NewCredential { signs: true, ..new("Finance", "Key", "http://127.0.0.1:9/", "wim") };
        let key = create(&desk, signs).await;
        let refused = share(&desk, &tree, &key).await;
        assert!(matches!(refused, Err(OpError::Refused(UseError::OutOfScope))), "{refused:?}");
        // A local folder gets no secret.
        let key = create(&desk, new("Finance", "All", "http://127.0.0.1:9/", "wim")).await;
        let source = Slot { slot: "source_secret".to_owned(), ..slot(&tree) };
        let refused = shared_credentials::use_shared(&desk.context.store, &ada(), source, &key, registry::kind, audit()).await;
        assert!(matches!(refused, Err(OpError::Refused(UseError::OutOfScope))), "{refused:?}");
    }

    /// Both the system and the credential are in one group, in which the person may set credentials.
    async fn both_are_in_one_group_in_reach(desk: Desk) {
        let url = "http://127.0.0.1:9/dav";
        let tree = desk.saved_system_with("Finance", "One", &share_at(url, "wim")).await;
        let (here, there) = (create(&desk, new("Finance", "A", url, "wim")).await, create(&desk, new("Sales", "A", url, "wim")).await);
        let refused = share(&desk, &tree, &there).await;
        assert!(matches!(refused, Err(OpError::Refused(UseError::OtherGroup))), "{refused:?}");
        let store = &desk.context.store;
        for (group, key) in [("Sales", &there), ("Sales", &here), ("Finance", &there)] {
            let grant = specifier(&desk, group).await;
            let refused = shared_credentials::use_shared(store, &grant, slot(&tree), key, registry::kind, audit()).await;
            assert!(matches!(refused, Err(OpError::NotFound)), "{group}: {refused:?}");
        }
        assert!(used(&desk).is_empty());
        let grant = specifier(&desk, "Finance").await;
        let check = shared_credentials::use_shared(store, &grant, slot(&tree), &here, registry::kind, audit()).await;
        assert!(check.expect("both are in reach").is_some(), "the connection is checked");
        let sales = specifier(&desk, "Sales").await;
        let stopped = shared_credentials::stop_using(store, &sales, slot(&tree), audit()).await;
        assert!(matches!(stopped, Err(OpError::NotFound)), "{stopped:?}");
        assert_eq!(used(&desk), [format!("{SLOT} A")]);
    }

    /// A shared credential replaces the system's own secret. A system that stops using it has none.
    async fn a_slot_has_one_secret(desk: Desk) {
        let tree = desk.saved_system_with("Finance", "One", &share_at("http://127.0.0.1:9/dav", "wim")).await;
        let slots = || desk.texts("SELECT slot || ' ' || (shared_key IS NULL) AS value FROM credentials");
        let (own, shared) = if desk.is_on_postgres() { ("true", "false") } else { ("1", "0") };
        assert_eq!(slots(), [format!("{SLOT} {own}")]);
        let stop = async || shared_credentials::stop_using(&desk.context.store, &ada(), slot(&tree), audit()).await;
        let refused = stop().await;
        assert!(matches!(refused, Err(OpError::Refused(NotUsed))), "{refused:?}");
        let (first, second) = (create(&desk, new("Finance", "A", "http://127.0.0.1:9/", "wim")).await,
            create(&desk, new("Finance", "B", "http://127.0.0.1:9/", "wim")).await);
        for key in [first, second] {
            share(&desk, &tree, &key).await.expect("it is in scope");
            assert_eq!(slots(), [format!("{SLOT} {shared}")]);
        }
        assert_eq!(used(&desk), [format!("{SLOT} B")]);
        stop().await.expect("it uses one");
        assert!(slots().is_empty());
        assert!(matches!(stop().await, Err(OpError::Refused(NotUsed))));
        assert_eq!(list(&desk).await.len(), 2, "the credentials stay");
        let nobody = Slot { system: SystemKey::from_random([1; 10]), slot: SLOT.to_owned() };
        let stopped = shared_credentials::stop_using(&desk.context.store, &ada(), nobody, audit()).await;
        assert!(matches!(stopped, Err(OpError::NotFound)), "{stopped:?}");
    }
}
