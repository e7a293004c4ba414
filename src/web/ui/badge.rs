//! A status: always an icon and a word, never a colour alone.

use std::borrow::Cow;

use maud::Render;

use super::icon::Icon;
use crate::domain::message::Category;
use crate::domain::run::{RunResult, RunState};

/// How a status looks. Each has its own shape besides its color.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Ok,
    Warning,
    Error,
    Information,
    /// Something happens now.
    Busy,
    /// Nothing to judge yet, or somebody's choice.
    Neutral,
}

impl Tone {
    /// The class in the style sheet.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warn",
            Self::Error => "err",
            Self::Information => "info",
            Self::Busy => "run",
            Self::Neutral => "idle",
        }
    }

    /// From the class, which also names the tone in a session.
    #[must_use]
    pub fn from_class(class: &str) -> Option<Self> {
        [Self::Ok, Self::Warning, Self::Error, Self::Information, Self::Busy, Self::Neutral]
            .into_iter()
            .find(|tone| tone.class() == class)
    }

    /// The shape that it has where nothing more is known.
    #[must_use]
    pub const fn icon(self) -> Icon {
        match self {
            Self::Ok => Icon::Ok,
            Self::Warning => Icon::Warning,
            Self::Error => Icon::Error,
            Self::Information => Icon::Information,
            Self::Busy => Icon::Running,
            Self::Neutral => Icon::Open,
        }
    }
}

impl From<Category> for Tone {
    fn from(category: Category) -> Self {
        match category {
            Category::Error => Self::Error,
            Category::Warning => Self::Warning,
            Category::Success => Self::Ok,
            Category::Information => Self::Information,
        }
    }
}

/// A status as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    pub tone: Tone,
    pub icon: Icon,
    pub word: Cow<'static, str>,
}

impl Badge {
    #[must_use]
    pub fn new(tone: Tone, word: impl Into<Cow<'static, str>>) -> Self {
        Self::with_icon(tone, tone.icon(), word)
    }

    #[must_use]
    pub fn with_icon(tone: Tone, icon: Icon, word: impl Into<Cow<'static, str>>) -> Self {
        Self { tone, icon, word: word.into() }
    }

    /// Runs are paused until the connection is back.
    #[must_use]
    pub fn paused() -> Self {
        Self::with_icon(Tone::Error, Icon::Paused, "Paused")
    }

    /// Nothing has succeeded within the limit.
    #[must_use]
    pub fn silent() -> Self {
        Self::with_icon(Tone::Error, Icon::Silent, "Silent")
    }

    /// Where a run is, or how it ended.
    #[must_use]
    pub fn of_run(state: RunState, result: Option<RunResult>) -> Self {
        match (state, result) {
            (RunState::Queued, _) => Self::with_icon(Tone::Neutral, Icon::Queued, "Queued"),
            (RunState::Running, _) => Self::new(Tone::Busy, "In process"),
            (RunState::Ended, Some(RunResult::Error)) => Self::new(Tone::Error, "Error"),
            (RunState::Ended, Some(RunResult::CompletedWithWarnings)) => {
                Self::new(Tone::Warning, "Completed with warnings")
            }
            (RunState::Ended, Some(RunResult::Completed)) => Self::new(Tone::Ok, "Completed"),
            (RunState::Ended, Some(RunResult::Canceled)) => Self::with_icon(Tone::Neutral, Icon::Canceled, "Canceled"),
            (RunState::Ended, None) => Self::new(Tone::Neutral, "Ended"),
        }
    }
}

impl From<Category> for Badge {
    fn from(category: Category) -> Self {
        Self::new(category.into(), category.title())
    }
}

impl Render for Badge {
    fn render_to(&self, out: &mut String) {
        out.push_str("<span class=\"st ");
        out.push_str(self.tone.class());
        out.push_str("\">");
        self.icon.render_to(out);
        self.word.render_to(out);
        out.push_str("</span>");
    }
}

impl Render for Tone {
    /// The icon alone, hidden from screen readers: needs a word next to it.
    fn render_to(&self, out: &mut String) {
        self.icon().render_to(out);
    }
}
