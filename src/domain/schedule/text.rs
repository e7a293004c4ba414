//! Schedules as one line: for the database, for the form, for people.

use std::str::FromStr;

use super::{CronLine, MAX_INTERVAL_MINUTES, Schedule, ScheduleError};

impl Schedule {
    /// The line in the database, which [`Schedule::from_str`] reads back.
    #[must_use]
    pub fn text(&self) -> String {
        let (word, rest) = self.parts();
        if rest.is_empty() { word.to_owned() } else { format!("{word} {rest}") }
    }

    /// The two parts of that line: which kind of schedule (`none`, `every`, `daily`, `cron`), and what
    /// its value in a form (nothing, `30`, `02:30`, `0 2 * * 1-5`).
    #[must_use]
    pub fn parts(&self) -> (&'static str, String) {
        match self {
            Self::None => ("none", String::new()),
            Self::EveryMinutes(minutes) => ("every", minutes.to_string()),
            Self::DailyAt { hour, minute } => ("daily", format!("{hour:02}:{minute:02}")),
            Self::Cron(line) => ("cron", line.as_str().to_owned()),
        }
    }

    /// The words on pages. They can be typed into the form again.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::None => "manual only".to_owned(),
            Self::EveryMinutes(minutes) => match minutes {
                1 => "every minute".to_owned(),
                60 => "every hour".to_owned(),
                n if n % (24 * 60) == 0 && *n > 24 * 60 => format!("every {} days", n / (24 * 60)),
                n if n % 60 == 0 => format!("every {} hours", n / 60),
                n => format!("every {n} minutes"),
            },
            Self::DailyAt { hour, minute } => format!("daily at {hour:02}:{minute:02}"),
            Self::Cron(line) => format!("cron {}", line.as_str()),
        }
    }
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    /// From the database or from a form field, where nothing at all means no schedule.
    ///
    /// # Errors
    /// What is wrong with the line, in a sentence for the form.
    fn from_str(line: &str) -> Result<Self, ScheduleError> {
        let line = line.trim();
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        match word.to_ascii_lowercase().as_str() {
            "" => Ok(Self::None),
            "none" if rest.is_empty() => Ok(Self::None),
            "manual" if rest.eq_ignore_ascii_case("only") => Ok(Self::None),
            "every" => minutes(rest).map(Self::EveryMinutes),
            "daily" => time_of_day(rest),
            "cron" => rest.parse::<CronLine>().map(Self::Cron),
            _ => Err(ScheduleError::Form),
        }
    }
}

/// The minutes of `30`, `30 minutes`, `2 hours`, `hour`.
fn minutes(text: &str) -> Result<u32, ScheduleError> {
    let end_of_number = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end_of_number);
    let each = match unit.trim().to_ascii_lowercase().as_str() {
        "" if number.is_empty() => return Err(ScheduleError::Interval),
        "" | "min" | "minute" | "minutes" => 1,
        "h" | "hour" | "hours" => 60,
        "day" | "days" => 24 * 60,
        _ => return Err(ScheduleError::Interval),
    };
    let number = if number.is_empty() { Ok(1) } else { number.parse::<u32>() };
    number
        .ok()
        .and_then(|number| number.checked_mul(each))
        .filter(|minutes| (1..=MAX_INTERVAL_MINUTES).contains(minutes))
        .ok_or(ScheduleError::Interval)
}

/// `02:30`, `2:30` or `at 02:30`.
fn time_of_day(text: &str) -> Result<Schedule, ScheduleError> {
    let text = text.strip_prefix("at ").unwrap_or(text).trim();
    let (hour, minute) = text.split_once(':').ok_or(ScheduleError::TimeOfDay)?;
    let hour = number_below(hour, 1..=2, 24)?;
    let minute = number_below(minute, 2..=2, 60)?;
    Ok(Schedule::DailyAt { hour, minute })
}

fn number_below(text: &str, digits: std::ops::RangeInclusive<usize>, limit: u32) -> Result<u32, ScheduleError> {
    Some(text)
        .filter(|text| digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
        .filter(|number| *number < limit)
        .ok_or(ScheduleError::TimeOfDay)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("none", "none", "manual only")]
    #[case("  ", "none", "manual only")]
    #[case("None", "none", "manual only")]
    #[case("every 30", "every 30", "every 30 minutes")]
    #[case("Every  30 minutes", "every 30", "every 30 minutes")]
    #[case("every minute", "every 1", "every minute")]
    #[case("every hour", "every 60", "every hour")]
    #[case("every 2h", "every 120", "every 2 hours")]
    #[case("every 90 min", "every 90", "every 90 minutes")]
    #[case("every day", "every 1440", "every 24 hours")]
    #[case("every 7 days", "every 10080", "every 7 days")]
    #[case("daily 02:30", "daily 02:30", "daily at 02:30")]
    #[case("daily 2:30", "daily 02:30", "daily at 02:30")]
    #[case("daily at 23:59", "daily 23:59", "daily at 23:59")]
    #[case("cron  0 2  * * 1-5", "cron 0 2 * * 1-5", "cron 0 2 * * 1-5")]
    #[case("cron 0 2 * * mon-fri", "cron 0 2 * * mon-fri", "cron 0 2 * * mon-fri")]
    #[case("cron @daily", "cron @daily", "cron @daily")]
    fn lines_are_read_and_written(#[case] typed: &str, #[case] text: &str, #[case] title: &str) {
        let schedule: Schedule = typed.parse().unwrap();
        assert_eq!(schedule.text(), text);
        assert_eq!(schedule.title(), title);
        assert_eq!(text.parse::<Schedule>().unwrap(), schedule, "read back from the database");
        assert_eq!(title.parse::<Schedule>().unwrap(), schedule, "typed as it is shown");
    }

    #[rstest]
    #[case("sometimes", ScheduleError::Form)]
    #[case("none at all", ScheduleError::Form)]
    #[case("every", ScheduleError::Interval)]
    #[case("every now and then", ScheduleError::Interval)]
    #[case("every 30 weeks", ScheduleError::Interval)]
    #[case("every -5", ScheduleError::Interval)]
    #[case("every 0", ScheduleError::Interval)]
    #[case("every 10081", ScheduleError::Interval)]
    #[case("every 99999999999999", ScheduleError::Interval)]
    #[case("every 4294967295 days", ScheduleError::Interval)]
    #[case("daily", ScheduleError::TimeOfDay)]
    #[case("daily noon", ScheduleError::TimeOfDay)]
    #[case("daily 24:00", ScheduleError::TimeOfDay)]
    #[case("daily 12:60", ScheduleError::TimeOfDay)]
    #[case("daily 12:5", ScheduleError::TimeOfDay)]
    #[case("daily +1:30", ScheduleError::TimeOfDay)]
    #[case("cron 0 0 30 2 *", ScheduleError::Never)]
    #[case("cron 0 0 31 4,6,9,11 *", ScheduleError::Never)]
    fn what_cannot_stand_is_told(#[case] typed: &str, #[case] error: ScheduleError) {
        assert_eq!(typed.parse::<Schedule>(), Err(error));
    }

    #[rstest]
    #[case("cron")]
    #[case("cron 0 2 * *")]
    #[case("cron 0 0 2 * * 1-5")]
    #[case("cron 60 2 * * *")]
    #[case("cron 0 2 * * MOO")]
    #[case("cron */0 * * * *")]
    #[case("cron 5/15 * * * *")]
    #[case("cron @fortnightly")]
    #[case("cron ä * * * *")]
    fn a_wrong_cron_expression_says_what_its_fields_are(#[case] typed: &str) {
        let said = typed.parse::<Schedule>().unwrap_err().to_string();
        assert!(said.starts_with("A cron expression has five fields: minute, hour,"), "{said}");
    }

    proptest! {
        #[test]
        fn no_line_makes_it_panic(line in "(cron |every |daily )?[ 0-9*/,LW#?+@:A-Za-zä-]{0,40}") {
            if let Ok(schedule) = line.parse::<Schedule>() {
                prop_assert_eq!(schedule.text().parse::<Schedule>(), Ok(schedule));
            }
        }
    }
}
