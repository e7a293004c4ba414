//! The phases of a run as its row of counters has them: a short list, written with the progress.

use crate::clock::Stamp;
use crate::domain::phase::{Phase, PhaseStart};

/// Each word with when it began.
pub(super) fn written(phases: &[PhaseStart]) -> String {
    let pairs: Vec<(&str, i64)> = phases.iter().map(|start| (start.phase.as_str(), start.began.0)).collect();
    serde_json::to_string(&pairs).unwrap_or_default()
}

/// The list again, without words of a later version.
pub(super) fn read(text: &str) -> Vec<PhaseStart> {
    let pairs: Vec<(String, i64)> = serde_json::from_str(text).unwrap_or_default();
    let known = |(word, began): (String, i64)| Some(PhaseStart { phase: Phase::parse(&word)?, began: Stamp(began) });
    pairs.into_iter().filter_map(known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let start = |(phase, began)| PhaseStart { phase, began: Stamp(began) };
        let phases = [(Phase::Connect, 1), (Phase::ReadSets, 2_000_000)].map(start);
        assert_eq!(read(&written(&phases)), phases);
        assert_eq!(read(&written(&[])), []);
        assert_eq!(read("[[\"dance\",1],[\"copy\",2]]"), [start((Phase::Copy, 2))], "of a later version");
    }
}
