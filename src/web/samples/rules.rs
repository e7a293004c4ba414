//! What all pages have in common.

use scraper::{Html, Selector};

use super::render::{all, live_page};
use super::{forms, runs, shell, systems};
use crate::web::pages::runs::show as run;
use crate::web::pages::systems::{edit, list};
use crate::web::ui::field::SecretState;
use crate::web::ui::{Control, Errors, FieldView};

fn select<'a>(page: &'a Html, selector: &str) -> Vec<scraper::ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

#[test]
fn every_page_has_one_heading_one_main_and_a_way_to_it() {
    for (name, markup) in all() {
        let page = Html::parse_document(&markup.into_string());
        assert_eq!(select(&page, "h1").len(), 1, "{name}");
        assert_eq!(select(&page, "main#main").len(), 1, "{name}");
        assert_eq!(select(&page, "a.skip[href='#main']").len(), 1, "{name}");
        assert!(select(&page, "nav:not([aria-label])").is_empty(), "{name}");
        assert!(select(&page, "table").len() == select(&page, "table > caption").len(), "{name}");
        assert!(select(&page, "th:not([scope])").is_empty(), "{name}");
        assert!(select(&page, "svg[role=img]:not([aria-label])").is_empty(), "{name}");
    }
}

#[test]
fn no_page_needs_what_the_content_policy_refuses() {
    for (name, markup) in all() {
        let page = Html::parse_document(&markup.into_string());
        assert!(select(&page, "[style], script, style, img, iframe").is_empty(), "{name}");
        for element in select(&page, "*") {
            assert!(element.value().attrs().all(|(attribute, _)| !attribute.starts_with("on")), "{name}");
        }
    }
}

#[test]
fn every_form_that_posts_has_its_token_and_every_input_its_label() {
    for (name, markup) in all() {
        let page = Html::parse_document(&markup.into_string());
        let forms = select(&page, "form[method=post]").len();
        let tokens = select(&page, "form[method=post] > input[type=hidden][name=csrf]").len();
        assert_eq!(forms, tokens, "{name}");
        for input in select(&page, "input:not([type=hidden]), select, textarea") {
            let id = input.value().id();
            let by_for = id.is_some_and(|id| !select(&page, &format!("label[for=\"{id}\"]")).is_empty());
            let around = input
                .ancestors()
                .any(|node| node.value().as_element().is_some_and(|element| element.name() == "label"));
            assert!(by_for || around || input.value().attr("aria-label").is_some(), "{name}: {}", input.html());
        }
    }
}

#[test]
fn ids_are_unique_and_what_refers_to_an_id_finds_it() {
    for (name, markup) in all() {
        let page = Html::parse_document(&markup.into_string());
        let mut ids: Vec<&str> = select(&page, "[id]").iter().filter_map(|element| element.value().id()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "{name}");
        for attribute in ["aria-describedby", "aria-labelledby", "for", "list"] {
            for element in select(&page, &format!("[{attribute}]")) {
                for id in element.value().attr(attribute).unwrap_or_default().split_whitespace() {
                    assert!(ids.contains(&id), "{name}: {attribute}={id}");
                }
            }
        }
    }
}

#[test]
fn codes_on_samples_are_codes_of_the_catalogue() {
    for (name, markup) in all() {
        let page = Html::parse_document(&markup.into_string());
        for link in select(&page, "a[href^='/help/codes/']") {
            let path = link.value().attr("href").unwrap_or_default().trim_start_matches("/help/codes/");
            let code = path.split('/').next().unwrap_or_default();
            assert_ne!(crate::domain::catalogue::by_code(code), &crate::domain::catalogue::UNKNOWN, "{name}: {code}");
        }
    }
}

#[test]
fn what_others_wrote_cannot_become_markup() {
    let run = run::view(&shell(), &runs::failed()).into_string();
    assert!(!run.contains("<Error>"), "a peer's words are escaped");
    let list = list::view(&shell(), &systems::list()).into_string();
    assert!(!list.contains("<Prüfer>") && list.contains("&lt;Prüfer&gt;"));
}

/// A page of one system with a wrong secret typed: nothing that was typed into a secret comes back.
#[test]
fn secrets_are_never_sent_back() {
    let mut view = forms::refused_edit();
    view.typed.insert("settings.source_secret".into(), "hunter2".into());
    let page = edit::view(&shell(), &view).into_string();
    assert!(!page.contains("hunter2"));
    for lines in [false, true] {
        let field = FieldView::new("key", "Key", "hunter2", Control::Secret { state: SecretState::Stored, lines });
        assert!(!field.view(&Errors::new()).into_string().contains("hunter2"), "{lines}");
    }
}

#[test]
fn the_live_page_is_whole_when_its_pieces_are_put_together() {
    let page = Html::parse_document(&live_page().into_string());
    assert_eq!(select(&page, "div.live tbody > tr").len(), 35);
    assert_eq!(select(&page, "#end .badge.error").len(), 1);
}

/// A refresh would delete what is typed.
#[test]
fn no_page_that_refreshes_has_a_visible_field() {
    let mut refreshing = 0;
    for (name, markup) in all() {
        let page = Html::parse_document(&markup.into_string());
        if !select(&page, "p.refresh").is_empty() {
            refreshing += 1;
            assert!(select(&page, "input:not([type=hidden]), select, textarea").is_empty(), "{name}");
        }
    }
    assert!(refreshing > 3, "{refreshing} samples refresh");
}
