//! What is wrong with the text of a schedule.

/// Why a text is not a schedule, for the person who entered it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    #[error(
        "Enter “none”, “every 30 minutes”, “daily 02:30”, or “cron” with a five-field expression such as “cron 0 2 * * 1-5”."
    )]
    Form,
    #[error("Enter an interval in whole minutes from 1 to 10,080 (7 days), for example 30.")]
    Interval,
    #[error("Enter a time from 00:00 to 23:59.")]
    TimeOfDay,
    /// With what the parser found.
    #[error("A cron expression has five fields: minute, hour, day of month, month, day of week. {0}")]
    Cron(String),
    #[error("This cron expression never runs: the date does not exist.")]
    Never,
}
