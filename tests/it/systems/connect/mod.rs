//! Connecting a system in three pages: drafts, tests before anything is saved, previews, duplicates.

mod drafts;
mod folder;
mod preview;
mod trials;

use std::path::PathBuf;

use crate::desk::Desk;
use crate::visitor::{Answer, Visitor};

/// A draft of a files system between two folders of Finance.
pub struct Draft {
    pub visitor: Visitor,
    /// The path of its second page.
    pub page: String,
    pub source: PathBuf,
    pub destination: PathBuf,
}

impl Draft {
    /// Ada begins one, up to the second page. The folders do not exist.
    pub async fn begun(desk: &Desk, name: &str) -> Self {
        let ada = desk.as_("ada").await;
        ada.get("/systems/new").await.expect(200);
        let fields = [("kind", "files"), ("name", name), ("group", "Finance")];
        let page = ada.submit("/systems/connect", &fields).await.expect(303).location().to_owned();
        let folder = desk.root("Finance").join(name);
        Self { visitor: ada, page, source: folder.join("in"), destination: folder.join("out") }
    }

    /// The same with both folders; the source has one file.
    pub async fn with_folders(desk: &Desk, name: &str) -> Self {
        let draft = Self::begun(desk, name).await;
        for folder in [&draft.source, &draft.destination] {
            std::fs::create_dir_all(folder).expect("a folder");
        }
        std::fs::write(draft.source.join("first.txt"), "the first").expect("a file");
        draft
    }

    /// Sends the second page with both folders; `button` is `test` or `next`.
    pub async fn locate(&self, button: &str, changes: &[(&str, &str)]) -> Answer {
        self.visitor.get(&self.page).await.expect(200);
        let [source, destination] = [&self.source, &self.destination].map(|folder| folder.display().to_string());
        let folders = [("settings.source_path", source.as_str()), ("settings.destination_path", destination.as_str())];
        let kept = folders.into_iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let fields: Vec<(&str, &str)> = kept.chain([("do", button)]).chain(changes.iter().copied()).collect();
        self.visitor.submit(&self.page, &fields).await
    }

    /// Sends the third page; `button` is `create` or `preview`.
    pub async fn finish(&self, button: &str, changes: &[(&str, &str)]) -> Answer {
        let page = self.schedule();
        self.visitor.get(&page).await.expect(200);
        self.visitor.submit(&page, &[&[("do", button)], changes].concat()).await
    }

    pub fn schedule(&self) -> String {
        format!("{}/schedule", self.page)
    }
}

fn systems(desk: &Desk) -> Vec<String> {
    desk.texts("SELECT name AS value FROM systems WHERE deleted_at IS NULL ORDER BY id")
}
