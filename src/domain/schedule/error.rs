//! What is wrong with the text of a schedule.

/// Why a text is not a schedule, for the person who entered it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    #[error(
        "Write “none”, “every 30 minutes”, “daily 02:30”, or “cron” with a five-field expression such as “cron 0 2 * * 1-5”."
    )]
    Form,
    #[error("Write an interval in whole minutes, such as 30: at least 1, at most 10080, which is 7 days.")]
    Interval,
    #[error("Write the time of day with hours and minutes, between 00:00 and 23:59.")]
    TimeOfDay,
    /// With what the parser found.
    #[error("A cron expression has five fields: minute, hour, day of month, month, day of week. {0}")]
    Cron(String),
    #[error("This cron expression never comes due: no calendar has such a day.")]
    Never,
}
