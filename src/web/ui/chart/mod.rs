//! Charts as inline SVG. A chart is decoration: a table next to it has the same numbers as text, so
//! that text browsers and screen readers miss nothing. Its parts differ by pattern and place as well as by colour.

mod runs;
mod timeline;

use maud::{Markup, html};

use super::Tone;
use crate::domain::message::{Category, Counts};

pub use runs::{RunBar, runs};
pub use timeline::timeline;

/// How high a chart is drawn; it is scaled to the page.
const HEIGHT: i64 = 100;
/// The least height of what is not nothing: two errors beside a million successes can be seen.
const LEAST: i64 = 4;
/// The least number of bars: a chart of fewer says less than the numbers.
const LEAST_POINTS: usize = 3;

/// A part of a column: how it looks, and how high it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment {
    tone: Tone,
    height: i64,
}

/// The parts of a stack from the bottom, worst first, where `most` fills the height.
fn stack(counts: Counts, most: i64) -> Vec<Segment> {
    let mut parts: Vec<Segment> = Category::ALL
        .iter()
        .map(|category| (*category, counts.of(*category)))
        .filter(|(_, n)| *n > 0)
        .map(|(category, n)| Segment { tone: category.into(), height: scaled(n, most) })
        .collect();
    // What small parts were given is taken from the highest.
    let over = parts.iter().map(|part| part.height).sum::<i64>() - HEIGHT;
    if over > 0
        && let Some(highest) = parts.iter_mut().max_by_key(|part| part.height)
    {
        highest.height -= over;
    }
    parts
}

/// The height of `n` where `most` has all of it.
fn scaled(n: i64, most: i64) -> i64 {
    let height = i128::from(n) * i128::from(HEIGHT) / i128::from(most.max(1));
    i64::try_from(height).unwrap_or(HEIGHT).clamp(LEAST, HEIGHT)
}

/// A column, with the page that it leads to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Bar {
    parts: Vec<Segment>,
    href: Option<String>,
}

impl From<Vec<Segment>> for Bar {
    fn from(parts: Vec<Segment>) -> Self {
        Self { parts, href: None }
    }
}

/// Columns from the left, `pitch` apart. Their links are for the mouse: a list on the same page has them for the
/// keyboard and for screen readers. `patterns`: whether this drawing brings the patterns, which one drawing of a
/// page does for all.
fn drawing(columns: &[Bar], pitch: usize, patterns: bool) -> Markup {
    let width = columns.len() * pitch;
    html! {
        svg viewBox={ "0 0 " (width) " " (HEIGHT + 1) } width=(width) height=(HEIGHT + 1) aria-hidden="true" focusable="false" {
            @if patterns { (defs()) }
            @for (place, column) in columns.iter().enumerate() {
                @match &column.href {
                    // The whole height leads there, not only what is drawn.
                    Some(href) => a href=(href) tabindex="-1" {
                        rect fill="none" pointer-events="all" x=(place * pitch) y="0" width=(pitch) height=(HEIGHT) {}
                        (drawn(&column.parts, place * pitch, pitch))
                    },
                    None => (drawn(&column.parts, place * pitch, pitch)),
                }
            }
            rect.base x="0" y=(HEIGHT) width=(width) height="1" {}
        }
    }
}

fn drawn(column: &[Segment], x: usize, pitch: usize) -> Markup {
    let tops = column.iter().scan(HEIGHT, |top, part| {
        *top -= part.height;
        Some((*top, part))
    });
    html! { @for (top, part) in tops { (bar(part.tone, x, top, (pitch - 2, part.height))) } }
}

fn bar(tone: Tone, x: usize, y: i64, (width, height): (usize, i64)) -> Markup {
    html! {
        @match tone {
            Tone::Error => rect fill="url(#fill-error)" x=(x) y=(y) width=(width) height=(height) {},
            Tone::Warning => rect fill="url(#fill-warning)" x=(x) y=(y) width=(width) height=(height) {},
            Tone::Information => rect fill="url(#fill-info)" x=(x) y=(y) width=(width) height=(height) {},
            Tone::Ok => rect.f-ok x=(x) y=(y) width=(width) height=(height) {},
            Tone::Busy | Tone::Neutral => rect.f-hol x=(x) y=(y) width=(width) height=(height) {},
        }
    }
}

/// Crossed, striped and dotted, on the colour of each.
fn defs() -> Markup {
    html! {
        defs {
            pattern #fill-error width="5" height="5" patternUnits="userSpaceOnUse" {
                rect.f-err width="5" height="5" {}
                path.x.thin d="M0 0L5 5M0 5L5 0" {}
            }
            pattern #fill-warning width="6" height="6" patternUnits="userSpaceOnUse" {
                rect.f-warn width="6" height="6" {}
                path.x d="M-1 1L1 -1M0 6L6 0M5 7L7 5" {}
            }
            pattern #fill-info width="4" height="4" patternUnits="userSpaceOnUse" {
                rect.f-info width="4" height="4" {}
                rect.dot x="1" y="1" width="1.6" height="1.6" {}
            }
        }
    }
}

/// What the parts mean.
fn legend(label: &str, entries: &[(Tone, String)]) -> Markup {
    html! {
        ul.legend aria-label=(label) {
            @for (tone, words) in entries {
                li {
                    svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" focusable="false" { (bar(*tone, 0, 0, (14, 14))) }
                    " " (words)
                }
            }
        }
    }
}

/// The categories with what is counted of each.
fn categories(label: &str, counts: Counts) -> Markup {
    let entry = |category: &Category| {
        ((*category).into(), format!("{} {}", category.title(), super::number(counts.of(*category))))
    };
    legend(label, &Category::ALL.iter().map(entry).collect::<Vec<_>>())
}

/// All of them together.
fn sum(all: impl Iterator<Item = Counts>) -> Counts {
    let mut sum = Counts::default();
    for counts in all {
        for category in Category::ALL.iter().copied() {
            sum.add(category, counts.of(category));
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(error: i64, warning: i64, success: i64, information: i64) -> Counts {
        Counts { error, warning, success, information }
    }

    fn heights(counts: Counts, most: i64) -> Vec<(&'static str, i64)> {
        stack(counts, most).iter().map(|part| (part.tone.class(), part.height)).collect()
    }

    #[test]
    fn parts_are_as_high_as_their_share_and_never_unseen() {
        assert_eq!(heights(counts(0, 25, 50, 25), 100), [("warn", 25), ("ok", 50), ("info", 25)]);
        assert_eq!(heights(counts(0, 25, 50, 25), 200), [("warn", 12), ("ok", 25), ("info", 12)]);
        assert_eq!(heights(counts(2, 1, 1_000_000, 0), 1_000_003), [("err", 4), ("warn", 4), ("ok", 92)]);
        assert_eq!(heights(counts(0, 0, 0, 0), 10), []);
        assert_eq!(heights(counts(0, 0, i64::MAX / 2, 0), i64::MAX / 2), [("ok", 100)]);
    }

    #[test]
    fn a_drawing_needs_no_colour_and_no_style() {
        let columns = [Bar::default(), Bar { href: Some("/runs/2".to_owned()), parts: stack(counts(1, 1, 1, 1), 4) }];
        let drawn = drawing(&columns, 10, true).into_string();
        assert_eq!(drawn.matches("<a href=\"/runs/2\" tabindex=\"-1\">").count(), 1, "{drawn}");
        for part in ["url(#fill-error)", "url(#fill-warning)", "url(#fill-info)", "f-ok"] {
            assert!(drawn.contains(part), "{part}: {drawn}");
        }
        assert!(!drawn.contains("style") && !drawn.contains("<text"), "{drawn}");
        assert!(drawn.contains("aria-hidden=\"true\""), "{drawn}");
        assert!(!drawing(&columns, 10, false).into_string().contains("<defs"), "ids are unique on a page");
    }
}
