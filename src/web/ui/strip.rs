//! The last runs of a system as a strip of bars, drawn by the server.

use maud::{Markup, html};

use super::Tone;

/// How many runs a strip has room for.
pub const RUNS: usize = 22;

/// A strip, oldest at the left; where there were fewer runs, dots fill the front.
#[must_use]
pub fn strip(results: &[Tone]) -> Markup {
    let shown = results.get(results.len().saturating_sub(RUNS)..).unwrap_or_default();
    let missing = RUNS - shown.len();
    let words = words(shown);
    html! {
        svg.strip width="132" height="22" viewBox="0 0 132 22" aria-hidden="true" focusable="false" {
            @for place in 0..missing { (bar(place, "c-none", 3)) }
            @for (place, tone) in shown.iter().enumerate() {
                @let (class, height) = look(*tone);
                (bar(missing + place, class, height))
            }
        }
        // As text and not as a title of the drawing: text browsers show it too.
        span.hidden { (words) }
    }
}

fn bar(place: usize, class: &str, height: usize) -> Markup {
    html! { rect class=(class) x=(place * 6) y=(22 - height) width="4" height=(height) rx="1" {} }
}

/// The worse, the higher: the strip can be read without its colours.
const fn look(tone: Tone) -> (&'static str, usize) {
    match tone {
        Tone::Ok => ("c-ok", 9),
        Tone::Warning => ("c-warning", 14),
        Tone::Error => ("c-error", 20),
        Tone::Information | Tone::Busy | Tone::Neutral | Tone::Paused => ("c-idle", 6),
    }
}

fn words(shown: &[Tone]) -> String {
    if shown.is_empty() {
        return "No runs yet".to_owned();
    }
    let count = |tone: Tone| shown.iter().filter(|one| **one == tone).count();
    let (ok, warning, error) = (count(Tone::Ok), count(Tone::Warning), count(Tone::Error));
    let parts: Vec<String> = [
        (ok, "completed"),
        (warning, "with warnings"),
        (error, "in error"),
        (shown.len() - ok - warning - error, "canceled"),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, word)| format!("{n} {word}"))
    .collect();
    let runs = if shown.len() == 1 { "Last run".to_owned() } else { format!("Last {} runs", shown.len()) };
    format!("{runs}: {}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strip_says_in_words_what_it_draws() {
        assert_eq!(words(&[]), "No runs yet");
        assert_eq!(words(&[Tone::Ok]), "Last run: 1 completed");
        let mut runs = vec![Tone::Ok; 30];
        runs.extend([Tone::Error, Tone::Neutral]);
        let drawn = strip(&runs).into_string();
        assert!(drawn.contains("Last 22 runs: 20 completed, 1 in error, 1 canceled"), "{drawn}");
        assert_eq!(drawn.matches("<rect").count(), RUNS);
    }
}
