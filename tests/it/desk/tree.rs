//! Files systems of a desk: connected through the form, and synchronized with the button.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::Desk;
use crate::visitor::{Answer, Visitor};
use crate::wait::until;

/// A files system that copies from one local folder to another.
pub struct Tree {
    /// Value in URLs.
    pub key: String,
    pub source: PathBuf,
    pub destination: PathBuf,
}

impl Tree {
    /// The path of its page.
    pub fn page(&self) -> String {
        format!("/systems/{}", self.key)
    }

    pub fn run(&self, number: u64) -> String {
        format!("/systems/{}/runs/{number}", self.key)
    }
}

impl Desk {
    /// A folder in which the systems of a group may synchronize.
    pub fn root(&self, group: &str) -> PathBuf {
        self.context.config.file_root(group)
    }

    /// Connects two new folders, through the form, as Ada, and checks the connection. The source has one file.
    pub async fn files_system(&self, group: &str, name: &str) -> Tree {
        self.files_system_with(group, name, &[]).await
    }

    /// The same with more fields, such as `("settings.mode", "mirror")`.
    pub async fn files_system_with(&self, group: &str, name: &str, fields: &[(&str, &str)]) -> Tree {
        let tree = self.saved_system_with(group, name, fields).await;
        self.work().await;
        tree
    }

    /// The same without its first check, which waits in the queue.
    pub async fn saved_system(&self, group: &str, name: &str) -> Tree {
        self.saved_system_with(group, name, &[]).await
    }

    pub async fn saved_system_with(&self, group: &str, name: &str, fields: &[(&str, &str)]) -> Tree {
        let ada = self.as_("ada").await;
        let tree = connect(&ada, &self.root(group), name, &[&[("group", group)], fields].concat()).await;
        std::fs::write(tree.source.join("first.txt"), "the first").expect("a file");
        tree
    }

    /// *Synchronize now*, as Ada, and the run. Its number and its page.
    pub async fn synchronize(&self, tree: &Tree) -> (u64, Answer) {
        let ada = self.as_("ada").await;
        let number = self.request_run(&ada, tree).await;
        (number, self.ended(&ada, &tree.run(number)).await)
    }

    /// *Synchronize now*, answered by a worker; the number of the run.
    pub async fn request_run(&self, visitor: &Visitor, tree: &Tree) -> u64 {
        self.while_working(request_run(visitor, tree)).await
    }

    /// *Synchronize now*, and no worker takes the run, also when the test ends.
    pub async fn queue_run(&self, visitor: &Visitor, tree: &Tree) -> u64 {
        self.leaves_work();
        request_run(visitor, tree).await
    }

    /// The page of a run, or of a check, after all that is due has been done.
    pub async fn ended(&self, visitor: &Visitor, path: &str) -> Answer {
        self.work().await;
        let page = visitor.get(path).await.expect(200);
        assert_eq!(page.header("refresh"), "", "{path} has not ended");
        page
    }
}

/// Connects two new folders in `root`, through the form. They belong to the person who may synchronize in `root`.
pub async fn connect(visitor: &Visitor, root: &Path, name: &str, fields: &[(&str, &str)]) -> Tree {
    let folder = root.join(name);
    let (source, destination) = (folder.join("source"), folder.join("destination"));
    for made in [&source, &destination] {
        std::fs::create_dir_all(made).expect("a folder");
    }
    let whose = std::fs::metadata(root).expect("a folder");
    for made in [&folder, &source, &destination] {
        std::os::unix::fs::chown(made, Some(whose.uid()), None).expect("it is handed over");
    }
    let (from, to) = (source.display().to_string(), destination.display().to_string());
    let mut all = vec![("name", name)];
    all.extend([("settings.source_path", from.as_str()), ("settings.destination_path", to.as_str())]);
    all.extend(fields);
    visitor.get("/systems/new?kind=files").await.expect(200);
    let made = visitor.submit("/systems/new", &all).await.expect(303);
    let key = key_of(made.location());
    Tree { key, source, destination }
}

/// The key of a system that was saved, from where the form leads: its check, as a page of the system.
pub fn key_of(location: &str) -> String {
    let page = location.strip_prefix("/systems/").expect("it leads to the system");
    page.split_once("?check=").map_or(page, |(key, _check)| key).to_owned()
}

/// *Synchronize now* on the page of a system; while a run is in process, as a page does that was opened before.
pub async fn press(visitor: &Visitor, page: &str) -> Answer {
    let button = format!("{page}/synchronize");
    let shown = visitor.open(page).await.expect(200);
    if shown.form(&button).is_some() {
        visitor.submit(&button, &[]).await
    } else {
        visitor.post_form(&button, &[]).await
    }
}

/// *Synchronize now*; the number of the run.
pub async fn request_run(visitor: &Visitor, tree: &Tree) -> u64 {
    let asked = press(visitor, &tree.page()).await.expect(303);
    let told = visitor.follow(asked).await.expect(200);
    let runs = format!("{}/runs/", tree.page());
    let link = told.attributes(".note a", "href").into_iter().find_map(|href| href.strip_prefix(&runs)?.parse().ok());
    link.unwrap_or_else(|| panic!("the notice leads to the run: {}", told.told()))
}

/// The page of a run, or of a check, once it refreshes itself no longer.
pub async fn ended(visitor: &Visitor, path: &str) -> Answer {
    until(&format!("{path} to end"), async || {
        let page = visitor.get(path).await.expect(200);
        page.header("refresh").is_empty().then_some(page)
    })
    .await
}
