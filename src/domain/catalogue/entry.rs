//! What the catalogue knows of a code.

use super::template;
use crate::domain::doc::Doc;
use crate::domain::message::Category;
use crate::domain::words::words;

words! {
    /// Who speaks in these codes.
    Family { Files = "files", Odata = "odata", Peer = "peer", Syncdesk = "syncdesk", }
}

words! {
    /// What a code is about. Some engines use one code with another meaning for each.
    Scope { Run = "run", Item = "item", }
}

words! {
    /// Where to look.
    Area { Connection = "connection", Settings = "settings", Run = "run", Items = "items", }
}

words! {
    /// Who can do something about it.
    Fixer {
        /// The owner of the data.
        User = "user",
        /// The administrator of Syncdesk or of the service.
        Administrator = "administrator",
        /// The vendor of Syncdesk or of the service.
        Vendor = "vendor",
        Nobody = "nobody",
    }
}

words! {
    /// Whether it goes away without anybody's help.
    Healing {
        /// A run that failed so is retried after a while.
        Retried = "retried",
        /// The item is tried again by the next run.
        NextRun = "next_run",
        /// Does not resolve automatically.
        ByHand = "by_hand",
        /// There is nothing wrong, or not any more.
        NothingLeft = "nothing_left",
    }
}

impl Family {
    /// The words on pages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Files => "Files",
            Self::Odata => "OData services",
            Self::Peer => "Connections",
            Self::Syncdesk => "Syncdesk itself",
        }
    }
}

impl Area {
    /// The word on pages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Connection => "Connection",
            Self::Settings => "Settings",
            Self::Run => "Run",
            Self::Items => "Items",
        }
    }
}

impl Fixer {
    /// The word on pages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::User => "Data owner",
            Self::Administrator => "Administrator",
            Self::Vendor => "Vendor",
            Self::Nobody => "No action needed",
        }
    }
}

impl Healing {
    /// A sentence for what is said of a code in general; empty when it does not resolve automatically.
    #[must_use]
    pub const fn in_general(self) -> &'static str {
        match self {
            Self::Retried => {
                "This may be temporary. Syncdesk retries the run, unless the system is on hold or its attempts are used up."
            }
            Self::NextRun => "This may be temporary. The next run tries again.",
            Self::ByHand | Self::NothingLeft => "",
        }
    }

    /// The same of a run that has ended. Whether it is retried is what its page knows.
    #[must_use]
    pub const fn of_ended_run(self) -> &'static str {
        match self {
            Self::NextRun => "This may be temporary. The next run tries again.",
            Self::Retried | Self::ByHand | Self::NothingLeft => "",
        }
    }

    /// The same of a connection check after which others follow.
    #[must_use]
    pub const fn of_check(self) -> &'static str {
        match self {
            Self::Retried => "This may be temporary. Syncdesk checks the connection again automatically.",
            Self::NextRun | Self::ByHand | Self::NothingLeft => "",
        }
    }
}

/// An entry of the catalogue, known by family, code and scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeInfo {
    pub family: Family,
    pub code: &'static str,
    pub scope: Scope,
    /// The category in which Syncdesk logs it.
    pub category: Category,
    pub area: Area,
    pub fixer: Fixer,
    pub healing: Healing,
    /// A few words, without arguments.
    pub title: &'static str,
    /// The text of a message, with places for its arguments.
    pub(super) template: &'static str,
    /// `templates-docs/codes/<CODE>.md`.
    pub(super) page: &'static str,
}

impl CodeInfo {
    /// The text of a message with this code. Safe for any number of arguments.
    #[must_use]
    pub fn text(&self, args: &[String]) -> String {
        template::fill(self.template, args)
    }

    /// The page under Help: title and Markdown.
    #[must_use]
    pub fn doc(&self) -> Doc {
        Doc::read(self.page)
    }

    /// What it means, in Markdown.
    #[must_use]
    pub fn meaning(&self) -> &'static str {
        self.doc().section("What it means")
    }

    /// What to do, in Markdown.
    #[must_use]
    pub fn to_do(&self) -> &'static str {
        self.doc().section("What to do")
    }

    /// What to do, in short: the first paragraph of [`CodeInfo::to_do`], which has no markup, on one line.
    #[must_use]
    pub fn to_do_in_short(&self) -> String {
        let first = self.to_do().split("\n\n").next().unwrap_or_default();
        first.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether the entry, its page, or `more` contain all `words`.
    #[must_use]
    pub fn tells(&self, words: &str, more: &str) -> bool {
        super::hresult::squeezed(self.code) == super::hresult::squeezed(words)
            || has_words(words, &[self.code, self.title, self.template, self.page, more])
    }
}

/// Whether one of the texts contains each word of `words`, in any case.
#[must_use]
pub fn has_words(words: &str, texts: &[&str]) -> bool {
    let texts: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
    words.to_lowercase().split_whitespace().all(|word| texts.iter().any(|text| text.contains(word)))
}
