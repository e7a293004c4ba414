//! Pages that refresh have no field that could be typed into, say so, and can be stopped.

use super::gallery::{Gallery, goes_on};
use crate::database::both_databases;
use crate::desk::Desk;
use crate::visitor::{Answer, parsed, text_of};

/// The names of the fields that a person can type into or choose from.
fn fields(page: &Answer) -> Vec<String> {
    page.attributes("input:not([type=hidden]), select, textarea", "name")
}

/// The page behind the link that stops it.
fn stop(page: &Answer) -> String {
    let (html, links) = (page.html(), parsed("p.refresh a"));
    let link = html.select(&links).find(|link| text_of(link) == "Stop refreshing");
    link.and_then(|link| link.attr("href")).unwrap_or_else(|| panic!("{}", page.told())).to_owned()
}

both_databases! {
    /// Every kind of page, with whatever its address says about refreshing.
    async fn none_has_a_field(gallery: Gallery) {
        let (mut refreshing, mut wrong) = (Vec::new(), Vec::new());
        for exhibit in gallery.exhibits().await {
            let Some(person) = exhibit.person else { continue };
            let bare = exhibit.path.replace("?refresh=off", "");
            let more = if bare.contains('?') { '&' } else { '?' };
            for path in [exhibit.path, bare.clone(), format!("{bare}{more}refresh=on")] {
                let page = person.get(&path).await;
                if page.header("refresh").is_empty() {
                    assert!(!page.texts("p.refresh a").contains(&"Stop refreshing".to_owned()), "{path}");
                    continue;
                }
                if !fields(&page).is_empty() {
                    wrong.push(format!("{path}: {:?}", fields(&page)));
                }
                let still = person.get(&stop(&page)).await.expect(200);
                assert_eq!(still.header("refresh"), "", "{path}");
                refreshing.push(path);
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        for kind in ["/systems?refresh=on", &gallery.running.page(), &gallery.running.run(1)] {
            assert!(refreshing.iter().any(|path| path == kind), "{kind}: {refreshing:?}");
        }
    }

    /// The page of a run in process refreshes without its search, which is one click away; what is searched stays.
    async fn the_search_of_a_run_in_process(desk: Desk) {
        let (tree, mona) = (desk.files_system("Finance", "Reports").await, desk.as_("mona").await);
        goes_on(&desk, &tree);
        let page = mona.get(&tree.run(1)).await.expect(200);
        assert_eq!((page.header("refresh"), fields(&page).len()), ("5", 0));
        assert!(page.says("Refreshes every 5 seconds."), "{}", page.told());
        let search = page.attributes(".strip-note a", "href").concat();
        let still = mona.get(&search).await.expect(200);
        assert!(still.header("refresh").is_empty() && fields(&still).contains(&"q".to_owned()), "{}", still.told());
        for query in ["?q=word", "?code=FILE-COPIED", "?type=file", "?at=1", "?after=0"] {
            let page = mona.get(&format!("{}{query}", tree.run(1))).await.expect(200);
            assert!(page.header("refresh").is_empty() && fields(&page).contains(&"q".to_owned()), "{query}");
        }
        // Counts are for everybody, and a page without a log has no search.
        let page = desk.as_("wim").await.get(&tree.run(1)).await.expect(200);
        assert_eq!((page.header("refresh"), fields(&page).len()), ("5", 0));
    }
}
