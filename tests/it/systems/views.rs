//! Views of the list that people save by name: each has their own.

use super::shelf::{Box_, names, put};
use crate::database::both_databases;
use crate::desk::Desk;
use crate::visitor::{Answer, Visitor};

const VIEWS: &str = "/systems/views";

/// Three systems of Finance, and one of Sales.
fn fill(desk: &Desk) {
    let of = |name, group, overall| Box_ { name, group, overall, success: None };
    put(
        desk,
        1,
        &[
            of("Alpha", "Finance", "ok"),
            of("Beta", "Finance", "error"),
            of("Gamma", "Finance", "error"),
            of("Delta", "Sales", "open"),
        ],
    );
}

/// Opens a list, follows *Save this view* and gives it a name.
async fn save(visitor: &Visitor, list: &str, name: &str) -> Answer {
    let page = visitor.get(list).await.expect(200);
    let links = page.attributes("nav[aria-label='Saved views'] a[href*='/systems/views']", "href");
    visitor.get(&links[0]).await.expect(200);
    visitor.submit(VIEWS, &[("name", name)]).await
}

/// The views above a list, the present one in brackets.
fn line(page: &Answer) -> Vec<String> {
    let all = page.texts("nav[aria-label='Saved views'] a:not([href*='/systems/views'])");
    let current = page.texts("nav[aria-label='Saved views'] a[aria-current]");
    all.into_iter().map(|name| if current.contains(&name) { format!("[{name}]") } else { name }).collect()
}

/// Presses a button of a view on the page of the views.
async fn press(visitor: &Visitor, view: usize, action: &str, name: Option<&str>) -> Answer {
    let page = visitor.get(VIEWS).await.expect(200);
    let form = page.attributes("tbody form", "action").swap_remove(view);
    let mut fields = vec![("do", action)];
    fields.extend(name.map(|name| ("name", name)));
    visitor.submit(&form, &fields).await
}

both_databases! {
    /// A view keeps tab, filter and order, is one click away, and belongs to its person.
    async fn a_view_is_saved_and_opened(desk: Desk) {
        fill(&desk);
        let (ada, mona) = (desk.as_("ada").await, desk.as_("mona").await);
        assert!(line(&ada.get("/systems").await.expect(200)).is_empty());
        let list = "/systems?status=error&group=Finance&sort=name";
        let saved = save(&ada, &format!("{list}&after=x"), " Finance in error ").await.expect(303);
        assert_eq!(saved.location(), list, "without the page");
        let page = ada.get(saved.location()).await.expect(200);
        assert_eq!(line(&page), ["[Finance in error]"]);
        assert_eq!(names(&page), ["Beta", "Gamma"]);
        assert!(page.says("View Finance in error saved."), "{}", page.told());
        let page = ada.get("/systems").await.expect(200);
        assert_eq!((line(&page), names(&page).len()), (vec!["Finance in error".to_owned()], 4));
        assert!(line(&mona.get("/systems").await.expect(200)).is_empty(), "nobody else has it");
        let views = ada.get(VIEWS).await.expect(200);
        assert_eq!(views.texts("tbody td[data-l=Shows]"), ["status error, group Finance, by name"]);
    }

    /// The list opens with the default view; links lead to all systems.
    async fn a_view_is_the_default(desk: Desk) {
        fill(&desk);
        let ada = desk.as_("ada").await;
        save(&ada, "/systems?status=error&sort=name", "In error").await.expect(303);
        save(&ada, "/systems", "Everything").await.expect(303);
        assert_eq!(press(&ada, 1, "default", None).await.expect(303).location(), VIEWS);
        assert_eq!(ada.get(VIEWS).await.expect(200).texts("tbody th .remark"), ["Default"]);
        let page = ada.get("/systems").await.expect(200);
        assert_eq!((names(&page), line(&page)), (vec!["Beta".to_owned(), "Gamma".to_owned()], vec!["Everything".to_owned(), "[In error]".to_owned()]));
        let all = page.attributes(".tabs a", "href").swap_remove(0);
        assert_eq!(all, "/systems?view=all");
        assert_eq!(names(&ada.get(&all).await.expect(200)).len(), 4);
        let clear = page.attributes("form.flt .clear", "href").concat();
        assert_eq!(names(&ada.get(&clear).await.expect(200)).len(), 4);
        let everything = page.attributes("nav[aria-label='Saved views'] a", "href").swap_remove(0);
        assert_eq!(names(&ada.get(&everything).await.expect(200)).len(), 4, "a view of all systems is not the default one");
        // One view is the default; the other stays.
        press(&ada, 0, "default", None).await.expect(303);
        assert_eq!(names(&ada.get("/systems").await.expect(200)).len(), 4);
        press(&ada, 0, "ordinary", None).await.expect(303);
        assert!(ada.get(VIEWS).await.expect(200).texts("tbody th .remark").is_empty());
    }

    /// A view gets another name, or is deleted; what cannot be a name stays typed beside its reason.
    async fn a_view_is_renamed_and_deleted(desk: Desk) {
        fill(&desk);
        let ada = desk.as_("ada").await;
        let long = "x".repeat(121);
        for (name, said) in [("  ", "Enter a name for the view."), (&long, "Use at most 120 characters."), ("a\u{200b}b", r"Remove the invisible character \u{200B}.")] {
            let refused = save(&ada, "/systems?status=ok", name).await.expect(422);
            assert_eq!(refused.text("#name-error"), said);
            assert_eq!(refused.attributes("#name", "value").concat(), if name == "  " { "  " } else { name });
        }
        save(&ada, "/systems?status=ok", "Fine").await.expect(303);
        save(&ada, "/systems?status=error", "Bad").await.expect(303);
        let taken = save(&ada, "/systems?status=open", "fine").await.expect(422);
        assert_eq!(taken.text("#name-error"), "You already have a view with this name.");
        let taken = press(&ada, 0, "rename", Some("Fine")).await.expect(422);
        assert_eq!(taken.text("#name-error"), "You already have a view with this name.");
        assert_eq!(taken.attributes("tbody input[aria-invalid=true]", "value"), ["Fine"]);
        press(&ada, 0, "rename", Some("In error")).await.expect(303);
        assert_eq!(line(&ada.get("/systems").await.expect(200)), ["Fine", "In error"]);
        press(&ada, 0, "delete", None).await.expect(303);
        assert_eq!(line(&ada.get("/systems").await.expect(200)), ["In error"]);
        press(&ada, 0, "explode", None).await.expect(422);
        // Somebody else's view is none.
        let form = ada.get(VIEWS).await.expect(200).attributes("tbody form", "action").concat();
        let mona = desk.as_("mona").await;
        mona.get("/account").await.expect(200);
        mona.post_form(&form, &[("do", "delete")]).await.expect(404);
        assert_eq!(desk.count("saved_views"), "1");
    }

    /// Nobody has more than twenty.
    async fn there_are_at_most_twenty(desk: Desk) {
        fill(&desk);
        let ada = desk.as_("ada").await;
        for number in 1..=20 {
            save(&ada, "/systems?status=ok", &format!("View {number}")).await.expect(303);
        }
        let refused = save(&ada, "/systems?status=ok", "View 21").await.expect(409);
        assert!(refused.says("You have 20 saved views, which is the maximum. Delete one first."), "{}", refused.told());
        assert_eq!(desk.count("saved_views"), "20");
    }
}
