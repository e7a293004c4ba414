//! Embedded Markdown: a first line `# Title`, then the body. Pages have their own heading, so they
//! show the body only. Codes have theirs in [`super::catalogue`].

/// A page of `templates-docs/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doc {
    pub title: &'static str,
    /// Markdown without the title; its highest heading is `##`.
    pub body: &'static str,
}

macro_rules! pages {
    ($folder:literal: $($name:literal)+) => {
        &[$(($name, include_str!(concat!("../../templates-docs/", $folder, "/", $name, ".md"))),)+]
    };
}

/// The role templates by name, in the order of DESIGN section 3.
pub static ROLES: &[(&str, &str)] = pages! { "roles":
    "MonitorSystemsApp" "MonitorSystemsApp_Display" "SpecifySystemsApp" "SpecifySystemsApp_Display" "SystemAdmin"
    "BusinessLogs_AccessAll" "BusinessLogs_AccessGroup" "UserAdmin" "Auditor"
};

/// The guide, page by page; `index` is the first thing under Help.
pub static GUIDE: &[(&str, &str)] = pages! { "guide": "index" "files" "odata" "operator" };

impl Doc {
    /// A page of [`ROLES`] or [`GUIDE`].
    #[must_use]
    pub fn find(pages: &[(&str, &'static str)], name: &str) -> Option<Self> {
        pages.iter().find(|(other, _)| *other == name).map(|(_, page)| Self::read(page))
    }

    /// Takes the title off. A page without one has an empty title.
    #[must_use]
    pub fn read(markdown: &'static str) -> Self {
        match markdown.strip_prefix("# ").map(|rest| rest.split_once('\n').unwrap_or((rest, ""))) {
            Some((title, body)) => Self { title: title.trim(), body: body.trim() },
            None => Self { title: "", body: markdown.trim() },
        }
    }

    /// The text below the heading `## name`, up to the next of that rank; empty if there is none.
    #[must_use]
    pub fn section(self, name: &str) -> &'static str {
        let mut sections = self.body.split("## ");
        sections
            .find_map(|section| section.split_once('\n').filter(|(heading, _)| heading.trim() == name))
            .map_or("", |(_, text)| text.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# A title\n\nFirst.\n\n## What it means\n\nThis.\n\nAnd that.\n\n## What to do\n\nNothing.\n";

    #[test]
    fn title_body_and_sections() {
        let doc = Doc::read(PAGE);
        assert_eq!(doc.title, "A title");
        assert!(doc.body.starts_with("First.") && doc.body.ends_with("Nothing."));
        assert_eq!(doc.section("What it means"), "This.\n\nAnd that.");
        assert_eq!(doc.section("What to do"), "Nothing.");
        assert_eq!(doc.section("Who"), "");
    }

    #[test]
    fn every_file_is_built_in() {
        for (folder, pages) in [("roles", ROLES), ("guide", GUIDE)] {
            let path = format!("{}/templates-docs/{folder}", env!("CARGO_MANIFEST_DIR"));
            let mut files: Vec<_> =
                std::fs::read_dir(path).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
            let mut built_in: Vec<_> = pages.iter().map(|(name, _)| format!("{name}.md")).collect();
            files.sort_unstable();
            built_in.sort_unstable();
            assert_eq!(files, built_in);
            assert!(pages.iter().all(|(_, page)| !Doc::read(page).title.is_empty()));
        }
        assert_eq!(Doc::find(GUIDE, "operator").unwrap().title, "Guide for operators");
        assert_eq!(Doc::find(ROLES, "Nobody"), None);
    }

    #[test]
    fn a_page_without_a_title() {
        assert_eq!(Doc::read("Only text.\n"), Doc { title: "", body: "Only text." });
        assert_eq!(Doc::read("# Only a title"), Doc { title: "Only a title", body: "" });
    }
}
