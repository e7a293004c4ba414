use rstest::rstest;

use super::*;

const CHECKED: Connection = Connection::Ok;
const UNCHECKED: Connection = Connection::NotChecked;
const CUT_OFF: Connection = Connection::Error;

#[rstest]
#[case(CHECKED, Verdict::Open, Overall::Open, &[])]
#[case(UNCHECKED, Verdict::Open, Overall::Open, &[])]
#[case(CUT_OFF, Verdict::Open, Overall::Error, &[Source::Connection])]
#[case(CHECKED, Verdict::Completed, Overall::Ok, &[])]
#[case(UNCHECKED, Verdict::Completed, Overall::Ok, &[])]
#[case(CUT_OFF, Verdict::Completed, Overall::Error, &[Source::Connection])]
#[case(CHECKED, Verdict::CompletedWithWarnings, Overall::Warning, &[Source::Warnings])]
#[case(CUT_OFF, Verdict::CompletedWithWarnings, Overall::Error, &[Source::Connection, Source::Warnings])]
#[case(CHECKED, Verdict::Error, Overall::Error, &[Source::Synchronization])]
#[case(CUT_OFF, Verdict::Error, Overall::Error, &[Source::Connection, Source::Synchronization])]
fn overall_follows_from_both(
    #[case] connection: Connection,
    #[case] verdict: Verdict,
    #[case] overall: Overall,
    #[case] sources: &[Source],
    #[values(Activity::Idle, Activity::Queued, Activity::Running)] activity: Activity,
) {
    let facts = Facts { activity, ..Facts::at_rest(connection, verdict) };
    assert_eq!(facts.overall(), overall);
    assert_eq!(facts.sources(), sources);

    let held = Facts { obstacle: Obstacle::OnHold, freshness: Freshness::Silent, ..facts };
    assert_eq!(held.overall(), Overall::OnHold);
    assert_eq!(held.sources(), [], "on hold");
}

#[rstest]
#[case::paused(Verdict::Completed, Obstacle::Paused, Freshness::Fresh, &[Source::Connection, Source::Paused])]
#[case::silent(Verdict::Completed, Obstacle::None, Freshness::Silent, &[Source::Connection, Source::Silent])]
#[case::all_at_once(
    Verdict::CompletedWithWarnings, Obstacle::Paused, Freshness::Silent,
    &[Source::Connection, Source::Paused, Source::Silent, Source::Warnings]
)]
fn pause_and_silence_are_errors(
    #[case] verdict: Verdict,
    #[case] obstacle: Obstacle,
    #[case] freshness: Freshness,
    #[case] sources: &[Source],
) {
    let facts = Facts { obstacle, freshness, ..Facts::at_rest(CUT_OFF, verdict) };
    assert_eq!(facts.overall(), Overall::Error);
    assert_eq!(facts.sources(), sources);
    let connected = Facts { connection: CHECKED, ..facts };
    assert_eq!(connected.overall(), Overall::Error);
}

#[test]
fn a_system_that_never_succeeded_can_be_silent() {
    let facts = Facts { freshness: Freshness::Silent, ..Facts::at_rest(CHECKED, Verdict::Open) };
    assert_eq!((facts.overall(), facts.display_status()), (Overall::Error, DisplayStatus::Silent));
}

#[rstest]
#[case(Verdict::Open, Activity::Idle, "Open")]
#[case(Verdict::Open, Activity::Queued, "Queued")]
#[case(Verdict::Open, Activity::Running, "In process")]
#[case(Verdict::Completed, Activity::Idle, "Completed")]
#[case(Verdict::Completed, Activity::Queued, "Completed")]
#[case(Verdict::Completed, Activity::Running, "In process")]
#[case(Verdict::CompletedWithWarnings, Activity::Idle, "Completed with warnings")]
#[case(Verdict::CompletedWithWarnings, Activity::Queued, "Completed with warnings")]
#[case(Verdict::CompletedWithWarnings, Activity::Running, "In process")]
#[case(Verdict::Error, Activity::Idle, "Error")]
#[case(Verdict::Error, Activity::Queued, "Error")]
#[case(Verdict::Error, Activity::Running, "In process")]
fn the_shown_word(
    #[case] verdict: Verdict,
    #[case] activity: Activity,
    #[case] word: &str,
    #[values(CHECKED, UNCHECKED, CUT_OFF)] connection: Connection,
) {
    let facts = Facts { activity, ..Facts::at_rest(connection, verdict) };
    assert_eq!(facts.display_status().title(), word);
    assert_eq!(Facts { obstacle: Obstacle::OnHold, ..facts }.display_status().title(), "On hold");
    assert_eq!(Facts { obstacle: Obstacle::Paused, ..facts }.display_status().title(), "Paused");

    let silent = Facts { freshness: Freshness::Silent, ..facts }.display_status().title();
    let expected = if matches!(word, "In process" | "Error") { word } else { "Silent" };
    assert_eq!(silent, expected, "silent");
}

/// The words of the CHECKs in the migrations.
#[test]
fn the_words_of_the_database() {
    let words = |all: &[&'static str]| {
        let mut all = all.to_vec();
        all.sort_unstable();
        all.join(" ")
    };
    let connection: Vec<_> = Connection::ALL.iter().map(|word| word.as_str()).collect();
    let verdict: Vec<_> = Verdict::ALL.iter().map(|word| word.as_str()).collect();
    let overall: Vec<_> = Overall::ALL.iter().map(|word| word.as_str()).collect();
    assert_eq!(words(&connection), "error not_checked ok");
    assert_eq!(words(&verdict), "completed completed_with_warnings error open");
    assert_eq!(words(&overall), "error ok on_hold open warning");
}
