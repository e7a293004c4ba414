//! The runs of a table as two rows of bars: how long each took, and what it logged.

use std::time::Duration;

use maud::{Markup, html};

use super::{Bar, LEAST_POINTS, Segment, categories, drawing, legend, scaled, stack, sum};
use crate::clock::Stamp;
use crate::domain::message::Counts;
use crate::domain::run::{RunResult, RunState};
use crate::ids::RunNo;
use crate::web::ui::text::count;
use crate::web::ui::{Badge, PageContext, duration, time};

/// How many runs a chart has room for.
const BARS: usize = 30;
/// How far apart they stand.
const PITCH: usize = 16;

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunBar {
    pub no: RunNo,
    /// When it began.
    pub at: Stamp,
    /// Its page; none if the reader may not open it.
    pub href: Option<String>,
    pub state: RunState,
    pub result: Option<RunResult>,
    pub duration: Option<Duration>,
    pub counts: Counts,
}

/// Runs, newest first; nothing when there are too few to compare. The table of the same runs stands below it, so the
/// chart has no separate table.
#[must_use]
pub fn runs(context: &PageContext, newest_first: &[RunBar]) -> Markup {
    let mut bars: Vec<&RunBar> = newest_first.iter().take(BARS).filter(|run| run.duration.is_some()).collect();
    bars.reverse();
    let (Some(oldest), Some(newest)) = (bars.first(), bars.last()) else { return html! {} };
    if bars.len() < LEAST_POINTS {
        return html! {};
    }
    let longest = bars.iter().max_by_key(|run| run.duration);
    let most = bars.iter().max_by_key(|run| run.counts.total());
    html! {
        div.charts {
            figure.chart {
                figcaption {
                    "Duration of runs " (oldest.no) " to " (newest.no) ", oldest first"
                    @if let Some((run, span)) = longest.and_then(|run| Some((run, run.duration?))) {
                        ". Longest: run " (run.no) ", " (duration(span))
                    }
                }
                (drawing(&columns(&bars, |run| took(run, longest.and_then(|run| run.duration))), PITCH, true))
                (axis(context, oldest, newest))
                (legend("Runs by result", &results(&bars)))
            }
            figure.chart {
                figcaption {
                    "Messages per run, by category"
                    @if let Some(run) = most { "; run " (run.no) " the most, " (count(run.counts.total(), "message", "messages")) }
                }
                (drawing(&columns(&bars, |run| stack(run.counts, most.map_or(1, |run| run.counts.total()))), PITCH, false))
                (axis(context, oldest, newest))
                (categories("Messages of these runs", sum(bars.iter().map(|run| run.counts))))
            }
        }
    }
}

/// Where there are fewer runs than places, the front stays empty: bars are as wide on every page.
fn columns(bars: &[&RunBar], column: impl Fn(&RunBar) -> Vec<Segment>) -> Vec<Bar> {
    let front = vec![Bar::default(); BARS - bars.len()];
    let bar = |run: &&RunBar| Bar { parts: column(run), href: run.href.clone() };
    front.into_iter().chain(bars.iter().map(bar)).collect()
}

/// When the runs at both ends began.
fn axis(context: &PageContext, oldest: &RunBar, newest: &RunBar) -> Markup {
    html! {
        p.axis {
            span { "Run " (oldest.no) ": " (time(context, oldest.at)) } " "
            span { "Run " (newest.no) ": " (time(context, newest.at)) }
        }
    }
}

fn took(run: &RunBar, longest: Option<Duration>) -> Vec<Segment> {
    let micros = |span: Option<Duration>| span.map_or(0, crate::clock::micros);
    let tone = Badge::of_run(run.state, run.result).tone;
    vec![Segment { tone, height: scaled(micros(run.duration), micros(longest)) }]
}

/// The results that there are, in the order in which they first come.
fn results(bars: &[&RunBar]) -> Vec<(crate::web::ui::Tone, String)> {
    let mut results: Vec<(Badge, usize)> = Vec::new();
    for run in bars {
        let badge = Badge::of_run(run.state, run.result);
        match results.iter_mut().find(|(known, _)| *known == badge) {
            Some((_, n)) => *n += 1,
            None => results.push((badge, 1)),
        }
    }
    results.into_iter().map(|(badge, n)| (badge.tone, format!("{} {n}", badge.word))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::ui::page_context::fixture::{at, page_context};

    fn run(no: i64, seconds: u64, result: RunResult, success: i64) -> RunBar {
        let counts = Counts { success, ..Counts::default() };
        let duration = Some(Duration::from_secs(seconds));
        let (at, href) = (at("2026-11-22T08:14:00Z"), Some(format!("/runs/{no}")));
        RunBar { no: RunNo(no), at, href, state: RunState::Ended, result: Some(result), duration, counts }
    }

    #[test]
    fn what_is_drawn_is_told() {
        let runs_of = [
            RunBar { state: RunState::Queued, duration: None, ..run(5, 0, RunResult::Error, 0) },
            run(4, 41, RunResult::Error, 2),
            run(3, 128, RunResult::Completed, 42),
            run(2, 20, RunResult::Completed, 7),
        ];
        let drawn = runs(&page_context(), &runs_of).into_string().replace('\u{a0}', " ");
        for words in [
            "Duration of runs 2 to 4, oldest first",
            "Longest: run 3, 2 min 8 s",
            "run 3 the most, 42 messages",
            "Completed 2",
            "Error 1",
            "Success 51",
        ] {
            assert!(drawn.contains(words), "{words}: {drawn}");
        }
        assert_eq!(drawn.matches("<a href=\"/runs/3\" tabindex=\"-1\">").count(), 2, "{drawn}");
        assert_eq!(drawn.matches("<p class=\"axis\">").count(), 2, "{drawn}");
        assert!(drawn.contains("y=\"0\" width=\"14\" height=\"100\""), "the longest fills the height: {drawn}");
    }

    #[test]
    fn two_runs_are_no_chart() {
        let two = [run(2, 41, RunResult::Completed, 2), run(1, 40, RunResult::Completed, 2)];
        assert_eq!(runs(&page_context(), &two).into_string(), "");
        assert_eq!(runs(&page_context(), &[]).into_string(), "");
    }
}
