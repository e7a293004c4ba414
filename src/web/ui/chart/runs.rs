//! The runs of a table as two rows of bars: how long each took, and what it logged.

use std::time::Duration;

use maud::{Markup, html};

use super::{Segment, categories, drawing, legend, scaled, stack, sum};
use crate::domain::message::Counts;
use crate::domain::run::{RunResult, RunState};
use crate::ids::RunNo;
use crate::web::ui::text::count;
use crate::web::ui::{Badge, duration};

/// How many runs a chart has room for.
const BARS: usize = 20;
/// How far apart they stand.
const PITCH: usize = 20;

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunBar {
    pub no: RunNo,
    pub state: RunState,
    pub result: Option<RunResult>,
    pub duration: Option<Duration>,
    pub counts: Counts,
}

/// Runs, newest first; nothing when there are too few to compare. The table of the same runs stands below it, so the
/// chart has no separate table.
#[must_use]
pub fn runs(newest_first: &[RunBar]) -> Markup {
    let mut bars: Vec<&RunBar> = newest_first.iter().take(BARS).filter(|run| run.duration.is_some()).collect();
    bars.reverse();
    let (Some(oldest), Some(newest)) = (bars.first(), bars.last()) else { return html! {} };
    if oldest == newest {
        return html! {};
    }
    let longest = bars.iter().max_by_key(|run| run.duration);
    let most = bars.iter().max_by_key(|run| run.counts.total());
    html! {
        div.charts {
            figure.chart {
                figcaption {
                    "How long runs " (oldest.no) " to " (newest.no) " took, oldest at the left"
                    @if let Some((run, span)) = longest.and_then(|run| Some((run, run.duration?))) {
                        "; the longest, run " (run.no) ", " (duration(span))
                    }
                }
                (drawing(&columns(&bars, |run| took(run, longest.and_then(|run| run.duration))), PITCH, true))
                (legend("Runs by result", &results(&bars)))
            }
            figure.chart {
                figcaption {
                    "What they logged, by category"
                    @if let Some(run) = most { "; run " (run.no) " the most, " (count(run.counts.total(), "message", "messages")) }
                }
                (drawing(&columns(&bars, |run| stack(run.counts, most.map_or(1, |run| run.counts.total()))), PITCH, false))
                (categories("Messages of these runs", sum(bars.iter().map(|run| run.counts))))
            }
        }
    }
}

/// Where there are fewer runs than places, the front stays empty: bars are as wide on every page.
fn columns(bars: &[&RunBar], column: impl Fn(&RunBar) -> Vec<Segment>) -> Vec<Vec<Segment>> {
    let front = vec![Vec::new(); BARS - bars.len()];
    front.into_iter().chain(bars.iter().map(|run| column(run))).collect()
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

    fn run(no: i64, seconds: u64, result: RunResult, success: i64) -> RunBar {
        let counts = Counts { success, ..Counts::default() };
        let duration = Some(Duration::from_secs(seconds));
        RunBar { no: RunNo(no), state: RunState::Ended, result: Some(result), duration, counts }
    }

    #[test]
    fn what_is_drawn_is_told() {
        let runs_of = [
            RunBar { state: RunState::Queued, duration: None, ..run(5, 0, RunResult::Error, 0) },
            run(4, 41, RunResult::Error, 2),
            run(3, 128, RunResult::Completed, 42),
            run(2, 20, RunResult::Completed, 7),
        ];
        let drawn = runs(&runs_of).into_string().replace('\u{a0}', " ");
        for words in [
            "How long runs 2 to 4 took",
            "the longest, run 3, 2 min 8 s",
            "run 3 the most, 42 messages",
            "Completed 2",
            "Error 1",
            "Success 51",
        ] {
            assert!(drawn.contains(words), "{words}: {drawn}");
        }
        assert!(drawn.contains("y=\"0\" width=\"18\" height=\"100\""), "the longest fills the height: {drawn}");
    }

    #[test]
    fn a_single_run_is_no_chart() {
        assert_eq!(runs(&[run(1, 41, RunResult::Completed, 2)]).into_string(), "");
        assert_eq!(runs(&[]).into_string(), "");
    }
}
