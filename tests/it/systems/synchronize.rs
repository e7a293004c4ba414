//! *Synchronize now*, as the browser presses it.

use futures_util::future::join_all;

use crate::database::both_databases;
use crate::desk::Desk;

fn runs(desk: &Desk) -> Vec<String> {
    desk.texts("SELECT no || ' ' || state AS value FROM runs ORDER BY id")
}

both_databases! {
    /// The double click, the back button: the same form sent again, also long after.
    async fn the_same_form_twice_makes_one_run(desk: Desk) {
        let tree = desk.files_system("Finance", "Reports").await;
        let mona = desk.as_("mona").await;
        let page = mona.get(&tree.page()).await.expect(200);
        let button = format!("{}/synchronize", tree.page());
        let form = page.form(&button).expect("the button");
        let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let clicks = desk.while_working(join_all([(); 4].map(|()| mona.post_bare(&button, &fields)))).await;
        let statuses: Vec<u16> = clicks.iter().map(|click| click.status).collect();
        assert_eq!(statuses, [303; 4]);
        let told = mona.open(&tree.page()).await.expect(200);
        assert!(told.says("tarted run 1.") || told.says("Run 1 is already queued."), "{}", told.told());
        desk.ended(&mona, &tree.run(1)).await;
        assert_eq!(runs(&desk), ["1 ended"]);
        let later = mona.post_bare(&button, &fields).await.expect(303);
        let later = mona.follow(later).await.expect(200);
        assert!(later.attributes(".note a", "href").contains(&tree.run(1)), "{}", later.told());
        assert_eq!(runs(&desk), ["1 ended"]);
        // Another page, another request.
        assert_eq!(desk.request_run(&mona, &tree).await, 2);
        // The button in the list works the same way.
        desk.ended(&mona, &tree.run(2)).await;
        mona.get("/systems").await.expect(200);
        desk.while_working(mona.submit(&button, &[])).await.expect(303);
        desk.ended(&mona, &tree.run(3)).await;
    }

    async fn two_people_at_once_make_one_run(desk: Desk) {
        desk.leaves_work();
        let tree = desk.saved_system("Finance", "Reports").await;
        let button = format!("{}/synchronize", tree.page());
        let (ada, mona) = (desk.as_("ada").await, desk.as_("mona").await);
        ada.get(&tree.page()).await.expect(200);
        mona.get(&tree.page()).await.expect(200);
        let (one, other) = tokio::join!(ada.submit(&button, &[]), mona.submit(&button, &[]));
        assert_eq!((one.status, other.status), (303, 303), "{} {}", one.told(), other.told());
        assert_eq!(runs(&desk), ["1 queued"]);
        let told = [ada.get(&tree.page()).await, mona.get(&tree.page()).await].map(|page| page.texts(".note").join(" "));
        assert!(told.iter().any(|told| told.contains("Run 1 is waiting for a free worker.")), "{told:?}");
        assert!(told.iter().any(|told| told.contains("Run 1 is already queued.")), "{told:?}");
    }

    /// A press while one runs, and one while another waits behind it.
    async fn the_answer_leads_to_its_runs(desk: Desk) {
        let (tree, mona) = (desk.saved_system("Finance", "Reports").await, desk.as_("mona").await);
        assert_eq!(desk.queue_run(&mona, &tree).await, 1);
        desk.sql("UPDATE runs SET state = 'running', started_at = queued_at, lease_until = 9000000000000000");
        for (told, leads) in [
            ("Queued as run 2 after run 1.", vec![tree.run(2), tree.run(1)]),
            ("Run 2 is already queued.", vec![tree.run(2)]),
        ] {
            mona.get("/account").await.expect(200);
            let pressed = mona.post_form(&format!("{}/synchronize", tree.page()), &[]).await.expect(303);
            let page = mona.follow(pressed).await.expect(200);
            assert!(page.says(told), "{}", page.told());
            assert_eq!(page.attributes(".note a", "href"), leads);
        }
    }

    /// All that a group may have of the workers is in use: the page of the next run says so, where there are other groups.
    async fn a_group_that_uses_its_share_is_told(desk: Desk) {
        let (busy, waits) = (desk.saved_system("Finance", "Busy").await, desk.saved_system("Finance", "Waits").await);
        let mona = desk.as_("mona").await;
        for tree in [&busy, &waits] {
            desk.queue_run(&mona, tree).await;
        }
        let told = || async { mona.get(&waits.run(1)).await.expect(200).texts(".note").join(" ") };
        assert!(!told().await.contains("group"), "{}", told().await);
        desk.sql(&format!(
            "UPDATE runs SET state = 'running', started_at = queued_at, lease_until = 9000000000000000
             WHERE system_id = (SELECT id FROM systems WHERE key = '{}')", busy.key
        ));
        assert!(!told().await.contains("group"), "there is no other group with a system: {}", told().await);
        desk.saved_system("Sales", "Elsewhere").await;
        let page = told().await;
        assert!(page.contains("Its group has 1 run in process, and each process keeps one worker free for the other groups."), "{page}");
    }

    /// Whatever is sent as the request, at most one run comes of it.
    async fn odd_requests(desk: Desk) {
        desk.leaves_work();
        let (one, other) = (desk.saved_system("Finance", "One").await, desk.saved_system("Finance", "Other").await);
        let mona = desk.as_("mona").await;
        mona.get("/account").await.expect(200);
        for request in ["", "x", &"x".repeat(5_000), "ä'\"<>"] {
            mona.post_form(&format!("{}/synchronize", one.page()), &[("request", request)]).await.expect(303);
            mona.get("/account").await.expect(200);
        }
        assert_eq!(runs(&desk), ["1 queued"]);
        // The request of one system says nothing about another.
        let elsewhere = mona.post_form(&format!("{}/synchronize", other.page()), &[("request", "x")]).await.expect(303);
        assert_eq!(elsewhere.location(), other.page());
        assert_eq!(runs(&desk), ["1 queued", "1 queued"]);
    }
}
