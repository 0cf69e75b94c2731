//! Points in time as arguments.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

/// A point in time, relative to the time of the command or absolute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// This long ago.
    Ago(TimeDelta),
    /// A day, in UTC.
    Day(NaiveDate),
    /// A point in time.
    At(DateTime<Utc>),
}

impl When {
    /// Returns the beginning of the day, or the point in time.
    pub(crate) fn begin(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Ago(age) => now.checked_sub_signed(age).unwrap_or(DateTime::<Utc>::MIN_UTC),
            Self::Day(day) => day.and_time(NaiveTime::MIN).and_utc(),
            Self::At(time) => time,
        }
    }

    /// Returns the beginning of the next day, or the point in time.
    pub(crate) fn end(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Day(day) => day.succ_opt().map_or(DateTime::<Utc>::MAX_UTC, |next| {
                next.and_time(NaiveTime::MIN).and_utc()
            }),
            _ => self.begin(now),
        }
    }
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(day) = text.parse::<NaiveDate>() {
            return Ok(Self::Day(day));
        }
        if let Ok(time) = text.parse::<DateTime<Utc>>() {
            return Ok(Self::At(time));
        }
        let age = humantime::parse_duration(text).map_err(|_| {
            "expected an age such as 7d or 12h, a date such as 2026-12-31, or a time such as 2026-12-31T12:00:00Z"
                .to_owned()
        })?;
        Ok(Self::Ago(TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_ages_days_or_exact() {
        let now = "2026-01-05T09:30:00Z".parse::<DateTime<Utc>>().unwrap();
        for (text, begin, end) in [
            ("2d", "2026-01-03T09:30:00Z", "2026-01-03T09:30:00Z"),
            ("90m", "2026-01-05T08:00:00Z", "2026-01-05T08:00:00Z"),
            ("2026-01-04", "2026-01-04T00:00:00Z", "2026-01-05T00:00:00Z"),
            (
                "2026-01-04T12:00:00+02:00",
                "2026-01-04T10:00:00Z",
                "2026-01-04T10:00:00Z",
            ),
        ] {
            let when: When = text.parse().unwrap();
            assert_eq!(when.begin(now), begin.parse::<DateTime<Utc>>().unwrap(), "{text}");
            assert_eq!(when.end(now), end.parse::<DateTime<Utc>>().unwrap(), "{text}");
        }
        for text in ["", "yesterday", "2026-02-30", "7"] {
            assert!(text.parse::<When>().is_err(), "{text}");
        }
        // Longer than the calendar.
        assert!("9999999y".parse::<When>().unwrap().begin(now) < now);
    }
}
