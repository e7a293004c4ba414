//! Icons: each status has its own shape, so that it is recognized without its color.

use maud::{Markup, PreEscaped, Render};

/// A shape of the sprite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// An octagon with a cross.
    Error,
    /// A triangle with an exclamation mark.
    Warning,
    /// A disc with a tick.
    Ok,
    /// Two arrows that chase each other.
    Running,
    /// A disc with two bars: it resumes automatically.
    Paused,
    /// A disc with a clock.
    Silent,
    /// A square with two bars: somebody's choice.
    Hold,
    /// A dashed ring: nothing to report yet.
    Open,
    /// Lines: it will happen.
    Queued,
    /// A ring with a stroke.
    Canceled,
    /// A disc with an i.
    Information,
}

impl Icon {
    /// The name of the symbol, which is a class too.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "err",
            Self::Warning => "warn",
            Self::Ok => "ok",
            Self::Running => "run",
            Self::Paused => "pause",
            Self::Silent => "silent",
            Self::Hold => "hold",
            Self::Open => "open",
            Self::Queued => "queue",
            Self::Canceled => "cancel",
            Self::Information => "info",
        }
    }
}

impl Render for Icon {
    /// Hidden from screen readers: needs a word next to it.
    fn render_to(&self, out: &mut String) {
        out.push_str("<svg class=\"i ");
        out.push_str(self.name());
        out.push_str("\" aria-hidden=\"true\"><use href=\"#i-");
        out.push_str(self.name());
        out.push_str("\"/></svg> ");
    }
}

/// All shapes, once on a page. `k` is cut out of the shape, `o` is an outline.
#[must_use]
pub const fn sprite() -> PreEscaped<&'static str> {
    PreEscaped(concat!(
        r#"<svg class="sprite" aria-hidden="true" focusable="false"><defs>"#,
        r#"<symbol id="i-err" viewBox="0 0 16 16"><path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z"/><path class="k" d="M5.4 5.4l5.2 5.2m0-5.2l-5.2 5.2"/></symbol>"#,
        r#"<symbol id="i-warn" viewBox="0 0 16 16"><path d="M8 1l7.4 13.5H.6z"/><path class="k" d="M8 6v3.6m0 2.5v.1"/></symbol>"#,
        r#"<symbol id="i-ok" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7"/><path class="k" d="M4.8 8.3l2.2 2.2 4.2-4.7"/></symbol>"#,
        r#"<symbol id="i-run" viewBox="0 0 16 16"><path class="o" d="M13.6 6.2A6 6 0 0 0 2.6 5M2.4 9.8A6 6 0 0 0 13.4 11M2.4 1.9V5h3.1m8.1 9.1V11h-3.1"/></symbol>"#,
        r#"<symbol id="i-pause" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7"/><path class="k" d="M6.1 5.4v5.2m3.8-5.2v5.2"/></symbol>"#,
        r#"<symbol id="i-hold" viewBox="0 0 16 16"><rect class="o" x="1.8" y="1.8" width="12.4" height="12.4" rx="2"/><path class="o" d="M6.2 5.6v4.8m3.6-4.8v4.8"/></symbol>"#,
        r#"<symbol id="i-silent" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7"/><path class="k" d="M8 4.2V8l2.6 1.8"/></symbol>"#,
        r#"<symbol id="i-open" viewBox="0 0 16 16"><circle class="o" cx="8" cy="8" r="6" stroke-dasharray="2.6 2.1"/></symbol>"#,
        r#"<symbol id="i-queue" viewBox="0 0 16 16"><path class="o" d="M2.5 4h11M2.5 8h11m-11 4h6"/></symbol>"#,
        r#"<symbol id="i-cancel" viewBox="0 0 16 16"><circle class="o" cx="8" cy="8" r="6"/><path class="o" d="M3.8 12.2l8.4-8.4"/></symbol>"#,
        r#"<symbol id="i-info" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7"/><path class="k" d="M8 7.4v4M8 4.5v.1"/></symbol>"#,
        r#"</defs></svg>"#,
    ))
}

/// Three bars, one of them short: the logo.
#[must_use]
pub fn logo() -> Markup {
    maud::html! {
        svg viewBox="0 0 24 24" aria-hidden="true" focusable="false" {
            rect x="2" y="3" width="5" height="18" rx="1.5" {}
            rect.b2 x="9.5" y="9" width="5" height="12" rx="1.5" {}
            rect x="17" y="3" width="5" height="18" rx="1.5" {}
            rect.b3 x="9.5" y="3" width="5" height="4" rx="1.5" {}
        }
    }
}
