//! The list: filters, orders, totals, and what stands there while there is nothing.

use super::shelf::{self, Box_, names, new, put};
use crate::database::both_databases;
use crate::desk::Desk;

/// Six systems, by hand.
fn fill(desk: &Desk) {
    let system = |name, group, overall, success| Box_ { name, group, overall, success };
    put(
        desk,
        1,
        &[
            system("Delta", "Sales", "error", Some(4_000_000)),
            system("alpha 100%", "Finance", "ok", Some(2_000_000)),
            system("Beta_1", "Finance", "warning", Some(1_000_000)),
            system("Gamma", "Sales", "open", None),
            system("Ärger", "Finance", "error", None),
            system("Beta 1", "Sales", "ok", Some(3_000_000)),
        ],
    );
}

/// What the list shows for a query, for somebody.
pub(super) async fn shown(desk: &Desk, who: &str, query: &str) -> Vec<String> {
    names(&desk.as_(who).await.get(&format!("/systems{query}")).await.expect(200))
}

both_databases! {
    /// The list of systems can be filtered by name, status, kind and group.
    async fn filters(desk: Desk) {
        fill(&desk);
        for (query, expected) in [
            ("?status=error", vec!["Delta", "Ärger"]),
            ("?status=warning", vec!["Beta_1"]),
            ("?status=ok", vec!["Beta 1", "alpha 100%"]),
            ("?status=open", vec!["Gamma"]),
            ("?kind=files&status=open", vec!["Gamma"]),
            ("?kind=odata", vec![]),
            ("?group=Sales", vec!["Delta", "Beta 1", "Gamma"]),
            ("?group=General", vec![]),
            ("?group=Nowhere", vec![]),
            ("?group=Finance&status=error", vec!["Ärger"]),
            ("?q=GAMMA", vec!["Gamma"]),
            ("?q=amm", vec!["Gamma"]),
            ("?q=%25", vec!["alpha 100%"]),
            ("?q=_", vec!["Beta_1"]),
            ("?q=%5C", vec![]),
            ("?q=%C3%84rger", vec!["Ärger"]),
            ("?q=%C3%A4RG", vec!["Ärger"]),
            ("?q=%20GAMMA%20", vec!["Gamma"]),
            ("?q=.*", vec![]),
            ("?q=%5BB%5D", vec![]),
            ("?q=%3F", vec![]),
            ("?q=beta&group=Sales&status=ok", vec!["Beta 1"]),
            ("?q=%27%20OR%201%3D1", vec![]),
            ("?status=&kind=&group=&q=&sort=name", vec!["Beta 1", "Beta_1", "Delta", "Gamma", "alpha 100%", "Ärger"]),
        ] {
            assert_eq!(shown(&desk, "ada", query).await, expected, "{query}");
        }
        let page = desk.as_("ada").await.get("/systems?q=nothing").await.expect(200);
        assert!(page.says("No systems match this filter."), "{}", page.told());
        let kept = desk.as_("ada").await.get("/systems?q=b%22%3E&status=ok&sort=name").await.expect(200);
        assert_eq!(kept.attributes("input[name=q]", "value"), ["b\">"]);
        let chosen = kept.attributes("option[selected]", "value");
        assert_eq!(chosen, ["", "", "name"], "group, kind and order stay chosen");
        assert_eq!(kept.attributes("form.flt [name=status]", "value"), ["ok"]);
    }

    /// Letters of every script are found in either form, each on its own, and signs of patterns as themselves.
    async fn names_are_found_in_any_case(desk: Desk) {
        for (place, name) in ["Übergabe Händler", "ΑΘΗΝΑ μέλι", "Straße (1)", "a|b^c$d{2}", "x*y?z[w]"].iter().enumerate() {
            let first = place + 1;
            put(&desk, first, &[new(name, "Finance")]);
            for typed in [(*name).to_owned(), name.to_uppercase().replace("SS", "ß"), name.to_lowercase(), name.chars().skip(1).collect()] {
                let query = format!("?{}", serde_urlencoded::to_string([("q", &typed)]).expect("text"));
                assert_eq!(shown(&desk, "ada", &query).await, [*name], "{typed}");
            }
        }
    }

    /// By hand, from the mock-up: every column, and what it says of a system before and after a run.
    async fn the_columns_of_the_mock_up(desk: Desk) {
        let tree = desk.files_system_with("Finance", "Reports", &[("schedule", "daily"), ("daily_at", "23:00")]).await;
        let mona = desk.as_("mona").await;
        let row = async || mona.get("/systems").await.expect(200).texts("tbody tr > :not(.pick)");
        let heads = mona.get("/systems").await.expect(200).texts("thead th");
        assert_eq!(heads, ["Select", "System", "Status ↓", "Last success", "Last run", "Next run", "Last 24 runs", "Action"]);
        let before = row().await;
        assert_eq!(before[..4], ["Reports Files · Finance", "Open No runs yet", "Never", "Never"]);
        assert!(before[4].starts_with("in ") && before[4].contains(" 23:0"), "{before:?}");
        assert_eq!([before[5].as_str(), before[6].as_str()], ["No runs yet", "Synchronize now : Reports"]);
        desk.synchronize(&tree).await;
        let after = row().await;
        assert_eq!([after[1].as_str(), after[5].as_str()], ["OK", "Last run: 1 completed"]);
        assert!(after[2..4].iter().all(|shown| shown.contains(':')), "the last run was a success: {after:?}");
    }

    /// The list of systems is sorted by status, or by the time since the last success.
    async fn orders(desk: Desk) {
        fill(&desk);
        let worst = ["Delta", "Ärger", "Beta_1", "Beta 1", "alpha 100%", "Gamma"];
        assert_eq!(shown(&desk, "ada", "").await, worst);
        assert_eq!(shown(&desk, "ada", "?sort=nonsense").await, worst);
        let longest = ["Gamma", "Ärger", "Beta_1", "alpha 100%", "Beta 1", "Delta"];
        assert_eq!(shown(&desk, "ada", "?sort=success").await, longest, "never before all");
    }

    async fn everybody_sees_their_reach(desk: Desk) {
        fill(&desk);
        let (finance, sales) = (["Ärger", "Beta_1", "alpha 100%"], ["Delta", "Beta 1", "Gamma"]);
        assert_eq!(shown(&desk, "mona", "").await, finance);
        assert_eq!(shown(&desk, "dora", "").await, sales);
        assert!(shown(&desk, "mona", "?group=Sales").await.is_empty());
        assert!(shown(&desk, "mona", "?q=Delta").await.is_empty());
        assert_eq!(shown(&desk, "wim", "").await.len(), 6);
        let page = desk.as_("mona").await.get("/systems").await.expect(200);
        assert_eq!(page.texts(".tabs a"), ["All 3", "Error 1", "Warning 1", "OK 1", "On hold 0", "Open 0"]);
        assert!(page.says("3 systems in group Finance") && !page.says("Sales"), "{}", page.told());
    }

    /// An empty list of systems says what to do first.
    async fn nothing_yet(desk: Desk) {
        let page = desk.as_("ada").await.get("/systems").await.expect(200);
        assert!(page.says("No systems yet."), "{}", page.told());
        assert_eq!(page.attributes("main a", "href"), ["/systems/new"]);
        assert!(page.texts("table").is_empty());
        let form = desk.as_("ada").await.get("/systems/new?kind=odata").await.expect(200);
        assert_eq!(form.attributes("main nav a", "href")[1..], ["/systems/new?kind=files", "/systems/new?kind=odata"]);
        assert_eq!(form.texts("main nav [aria-current]"), ["OData"], "the kind that the form is for");
        let page = desk.as_("wim").await.get("/systems").await.expect(200);
        assert_eq!(page.attributes("main a", "href"), ["/help/roles/SpecifySystemsApp"]);
    }

    /// Neither green nor red: nothing is known yet.
    async fn never_synchronized_is_neutral(desk: Desk) {
        put(&desk, 1, &[new("Gamma", "Sales")]);
        let page = desk.as_("wim").await.get("/systems").await.expect(200);
        assert_eq!(page.attributes("tbody .st", "class"), ["st idle"]);
        assert!(page.says("No runs yet"), "{}", page.told());
        assert_eq!(page.texts(".tabs a").last().map(String::as_str), Some("Open 1"));
        let key = shelf::key(1);
        let page = desk.as_("wim").await.get(&format!("/systems/{key}")).await.expect(200);
        assert!(page.texts(".st.ok").is_empty() && page.says("No runs yet."), "{}", page.told());
    }

    /// Names of before, when such characters were allowed: the code of each shows, wherever the name does.
    async fn an_old_name_hides_nothing(desk: Desk) {
        const OLD: &str = "Reports\u{202e}gpj\u{1b}[2J";
        let tree = desk.files_system("Finance", "Reports").await;
        let (run, _page) = desk.synchronize(&tree).await;
        desk.sql(&format!("UPDATE systems SET name = '{OLD}'"));
        let ada = desk.as_("ada").await;
        let pages = ["", "/edit", "/hold", "/delete", "/checks", "/queue", "/connection"].map(|page| format!("{}{page}", tree.page()));
        let others = ["/systems".to_owned(), "/logs".to_owned(), tree.run(run)];
        for page in pages.iter().chain(&others) {
            let page = ada.get(page).await.expect(200);
            // The form has the name as it is stored, in its input.
            let shown = page.body.replace(&format!("value=\"{OLD}\""), "");
            assert!(!shown.contains('\u{202e}') && !shown.contains('\u{1b}'), "{}: {}", page.path, page.told());
        }
        assert!(ada.get(&tree.page()).await.text("title").contains("Reports\\u{202E}gpj\\x1B[2J"));
        let list = ada.get("/systems").await.expect(200);
        assert!(list.texts("tbody").concat().contains("\\u{202E}"), "{}", list.told());
    }
}
