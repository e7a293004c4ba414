//! A status: always an icon and a word, never a colour alone.

use std::borrow::Cow;

use maud::Render;

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
    Paused,
}

impl Tone {
    /// The class in the style sheet.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Information => "info",
            Self::Busy => "busy",
            Self::Neutral => "idle",
            Self::Paused => "paused",
        }
    }

    /// From the class, which also names the tone in a session.
    #[must_use]
    pub fn from_class(class: &str) -> Option<Self> {
        [Self::Ok, Self::Warning, Self::Error, Self::Information, Self::Busy, Self::Neutral, Self::Paused]
            .into_iter()
            .find(|tone| tone.class() == class)
    }

    /// The shape, from the blocks that every font has.
    #[must_use]
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Ok => "✓",
            Self::Warning => "!",
            Self::Error => "✕",
            Self::Information => "i",
            Self::Busy => "↻",
            Self::Neutral => "○",
            Self::Paused => "‖",
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
    pub word: Cow<'static, str>,
}

impl Badge {
    #[must_use]
    pub fn new(tone: Tone, word: impl Into<Cow<'static, str>>) -> Self {
        Self { tone, word: word.into() }
    }

    /// Where a run is, or how it ended.
    #[must_use]
    pub fn of_run(state: RunState, result: Option<RunResult>) -> Self {
        match (state, result) {
            (RunState::Queued, _) => Self::new(Tone::Neutral, "Queued"),
            (RunState::Running, _) => Self::new(Tone::Busy, "In process"),
            (RunState::Ended, Some(RunResult::Error)) => Self::new(Tone::Error, "Error"),
            (RunState::Ended, Some(RunResult::CompletedWithWarnings)) => {
                Self::new(Tone::Warning, "Completed with warnings")
            }
            (RunState::Ended, Some(RunResult::Completed)) => Self::new(Tone::Ok, "Completed"),
            (RunState::Ended, Some(RunResult::Canceled)) => Self::new(Tone::Neutral, "Canceled"),
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
        out.push_str("<span class=\"badge ");
        out.push_str(self.tone.class());
        out.push_str("\">");
        push_icon(out, self.tone);
        self.word.render_to(out);
        out.push_str("</span>");
    }
}

impl Render for Tone {
    /// The icon alone, hidden from screen readers: needs a word next to it.
    fn render_to(&self, out: &mut String) {
        push_icon(out, *self);
    }
}

fn push_icon(out: &mut String, tone: Tone) {
    out.push_str("<span class=\"icon\" aria-hidden=\"true\">");
    out.push_str(tone.icon());
    out.push_str("</span> ");
}
