//! The last runs or checks of a system as a strip of bars, drawn by the server.

use maud::{Markup, PreEscaped, html};

use super::Tone;
use crate::ids::{RunNo, SystemKey};
use crate::web::urls;

/// How many bars a strip has room for.
pub const BARS: usize = 24;

/// What a strip draws, and how it says so: the noun, and what good and bad ones are.
#[derive(Debug, Clone, Copy)]
struct Of {
    noun: &'static str,
    good: &'static str,
    bad: &'static str,
}

const RUNS: Of = Of { noun: "run", good: "completed", bad: "with errors" };
const CHECKS: Of = Of { noun: "check", good: "OK", bad: "failed" };

/// The last runs, oldest at the left; where there were fewer, dots fill the front. Each leads to its page if `system`, to
/// which they belong, is given. Only pointers follow these links: the page of the system has the same ones in words.
#[must_use]
pub fn runs(results: &[(RunNo, Tone)], system: Option<&SystemKey>) -> Markup {
    let bar = |(run, tone): &(RunNo, Tone)| Bar { tone: Some(*tone), url: system.map(|key| urls::run(key, *run)) };
    strip(&results.iter().map(bar).collect::<Vec<_>>(), RUNS)
}

/// The last connection checks, likewise.
#[must_use]
pub fn checks(results: &[Tone]) -> Markup {
    strip(&results.iter().map(|tone| Bar { tone: Some(*tone), url: None }).collect::<Vec<_>>(), CHECKS)
}

/// What one bar shows, and where it leads.
#[derive(Debug, Clone)]
struct Bar {
    /// None: a dot.
    tone: Option<Tone>,
    url: Option<String>,
}

const NONE: Bar = Bar { tone: None, url: None };

/// What follows a bar is drawn beside it. Bars that all have the same place compress better.
const STEP: &str = "<g transform=\"translate(5)\">";

impl Bar {
    fn drawn(&self) -> String {
        let (class, height) = self.tone.map_or(("f-none", 2), style);
        let path = format!("<path class=\"{class}\" d=\"M0 {}h4v{height}H0z\"/>", 22 - height);
        match &self.url {
            Some(url) => html! { a href=(url) tabindex="-1" { (PreEscaped(path)) } }.into_string(),
            None => path,
        }
    }
}

fn strip(results: &[Bar], of: Of) -> Markup {
    let shown = results.get(results.len().saturating_sub(BARS)..).unwrap_or_default();
    let missing = BARS - shown.len();
    let tones: Vec<Tone> = shown.iter().filter_map(|bar| bar.tone).collect();
    let words = words(&tones, of);
    let bars = std::iter::repeat_n(&NONE, missing).chain(shown).map(|bar| bar.drawn() + STEP).collect::<String>();
    let bars = bars + &"</g>".repeat(BARS);
    html! {
        svg.strip width="120" height="22" viewBox="0 0 120 22" aria-hidden="true" focusable="false" {
            (PreEscaped(bars))
        }
        // As text and not as a title of the drawing: text browsers show it too.
        span.vh { (words) }
    }
}

/// The worse, the higher: the strip can be read without its colours.
const fn style(tone: Tone) -> (&'static str, usize) {
    match tone {
        Tone::Ok => ("f-ok", 8),
        Tone::Warning => ("f-warn", 14),
        Tone::Error => ("f-err", 22),
        Tone::Busy => ("f-run", 11),
        Tone::Information | Tone::Neutral => ("f-idle", 5),
    }
}

fn words(shown: &[Tone], of: Of) -> String {
    if shown.is_empty() {
        return format!("No {}s yet", of.noun);
    }
    let count = |tone: Tone| shown.iter().filter(|one| **one == tone).count();
    let (ok, warning, error) = (count(Tone::Ok), count(Tone::Warning), count(Tone::Error));
    let parts: Vec<String> =
        [(ok, of.good), (warning, "with warnings"), (error, of.bad), (shown.len() - ok - warning - error, "canceled")]
            .into_iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| format!("{n} {word}"))
            .collect();
    let last =
        if shown.len() == 1 { format!("Last {}", of.noun) } else { format!("Last {} {}s", shown.len(), of.noun) };
    format!("{last}: {}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strip_says_in_words_what_it_draws() {
        assert_eq!(words(&[], RUNS), "No runs yet");
        assert_eq!(words(&[Tone::Ok], RUNS), "Last run: 1 completed");
        let mut results = vec![Tone::Ok; 30];
        results.extend([Tone::Error, Tone::Neutral]);
        let results: Vec<(RunNo, Tone)> = (1..).map(RunNo).zip(results).collect();
        let drawn = runs(&results, None).into_string();
        assert!(drawn.contains("Last 24 runs: 22 completed, 1 with errors, 1 canceled"), "{drawn}");
        assert_eq!(drawn.matches("<path").count(), BARS);
        assert!(!drawn.contains("<a "), "{drawn}");
        let key = SystemKey::from_random([1; 10]);
        let linked = runs(&results, Some(&key)).into_string();
        assert_eq!(linked.matches("tabindex=\"-1\"").count(), BARS);
        for (run, links) in [(8, 0), (9, 1), (32, 1), (33, 0)] {
            assert_eq!(linked.matches(&format!("/systems/bbbbbbbbbb/runs/{run}\"")).count(), links, "{run}");
        }
        assert_eq!(words(&[Tone::Ok, Tone::Error], CHECKS), "Last 2 checks: 1 OK, 1 failed");
    }
}
