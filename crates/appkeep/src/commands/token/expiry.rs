//! Parses the expiry of a token.

use std::str::FromStr;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

/// The longest validity of a token, in days: a hundred years.
const DAYS_MAX: i64 = 36_500;

/// The expiry of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expiry {
    /// A period after the token's creation.
    In(TimeDelta),
    /// A point in time.
    At(DateTime<Utc>),
}

impl Expiry {
    /// Returns the expiry of a token that is created at `now`.
    pub(crate) fn after(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::In(duration) => now + duration,
            Self::At(moment) => moment,
        }
    }
}

impl FromStr for Expiry {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(day) = text.parse::<NaiveDate>() {
            let next = day
                .checked_add_days(Days::new(1))
                .ok_or("expected an earlier date")?;
            return Ok(Self::At(next.and_time(NaiveTime::MIN).and_utc()));
        }
        if let Ok(moment) = text.parse::<DateTime<Utc>>() {
            return Ok(Self::At(moment));
        }
        let duration = humantime::parse_duration(text).map_err(|_| {
            "expected a duration such as 90d or 12h, a date such as 2027-12-31, or a time such as 2027-12-31T12:00:00Z"
                .to_owned()
        })?;
        let duration = TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX);
        if duration > TimeDelta::days(DAYS_MAX) {
            return Err(format!(
                "expected at most {DAYS_MAX} days; omit it for a token that never expires"
            ));
        }
        Ok(Self::In(duration))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiry_is_a_duration_a_date_or_a_time() {
        let now: DateTime<Utc> = "2026-01-05T09:30:00Z".parse().unwrap();
        for (text, end) in [
            ("90d", "2026-04-05T09:30:00Z"),
            ("12h", "2026-01-05T21:30:00Z"),
            ("1h 30m", "2026-01-05T11:00:00Z"),
            ("2026-01-31", "2026-02-01T00:00:00Z"),
            ("2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00Z"),
        ] {
            let parsed: Expiry = text.parse().unwrap();
            assert_eq!(parsed.after(now), end.parse::<DateTime<Utc>>().unwrap(), "{text}");
        }
        for text in [
            "",
            "soon",
            "90",
            "-1d",
            "2026-13-01",
            "40000d",
            "99999999999999999999d",
        ] {
            text.parse::<Expiry>().unwrap_err();
        }
    }
}
