//! The last runs or checks of a system as a strip of bars, drawn by the server.

use maud::{Markup, html};

use super::Tone;

/// How many bars a strip has room for.
pub const BARS: usize = 24;

/// What a strip draws, and how it says so: the noun, and what good and bad ones are.
#[derive(Debug, Clone, Copy)]
struct Of {
    noun: &'static str,
    good: &'static str,
    bad: &'static str,
}

const RUNS: Of = Of { noun: "run", good: "completed", bad: "in error" };
const CHECKS: Of = Of { noun: "check", good: "good", bad: "failed" };

/// The last runs, oldest at the left; where there were fewer, dots fill the front.
#[must_use]
pub fn runs(results: &[Tone]) -> Markup {
    strip(results, RUNS)
}

/// The last connection checks, likewise.
#[must_use]
pub fn checks(results: &[Tone]) -> Markup {
    strip(results, CHECKS)
}

fn strip(results: &[Tone], of: Of) -> Markup {
    let shown = results.get(results.len().saturating_sub(BARS)..).unwrap_or_default();
    let missing = BARS - shown.len();
    let words = words(shown, of);
    html! {
        svg.strip width="120" height="22" viewBox="0 0 120 22" aria-hidden="true" focusable="false" {
            @for place in 0..missing { (bar(place, "f-none", 2)) }
            @for (place, tone) in shown.iter().enumerate() {
                @let (class, height) = style(*tone);
                (bar(missing + place, class, height))
            }
        }
        // As text and not as a title of the drawing: text browsers show it too.
        span.vh { (words) }
    }
}

fn bar(place: usize, class: &str, height: usize) -> Markup {
    html! { rect class=(class) x=(place * 5) y=(22 - height) width="4" height=(height) {} }
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
        let drawn = runs(&results).into_string();
        assert!(drawn.contains("Last 24 runs: 22 completed, 1 in error, 1 canceled"), "{drawn}");
        assert_eq!(drawn.matches("<rect").count(), BARS);
        assert_eq!(words(&[Tone::Ok, Tone::Error], CHECKS), "Last 2 checks: 1 good, 1 failed");
    }
}
