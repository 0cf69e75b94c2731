//! The original's kinds of schedules: hourly, daily, weekly and monthly ones at a fixed time in UTC, and custom ones.

use strum::{EnumString, IntoStaticStr};

use super::Timing;

/// The zone of the four simple kinds.
pub(super) const UTC: &str = "UTC";

/// A kind of schedule, as the original names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Granularity {
    /// Once an hour.
    Hourly,
    /// Once a day.
    Daily,
    /// Once a week.
    Weekly,
    /// Once a month, in the months that have the day.
    Monthly,
    /// Any other cron expression, or another time zone than UTC.
    Custom,
}

/// The time fields of a simple schedule. Those that its granularity doesn't have are `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SimpleTimes {
    /// The minute, from 0 to 59.
    pub minute: Option<u8>,
    /// The hour, from 0 to 23.
    pub hour: Option<u8>,
    /// The day of the week, from 0 (Sunday) to 6.
    pub day_of_week: Option<u8>,
    /// The day of the month, from 1 to 31.
    pub day_of_month: Option<u8>,
}

/// The names of the time fields, in the order of [`SimpleTimes::fields`].
pub(super) const FIELDS: [&str; 4] = ["minute", "hour", "dayOfWeek", "dayOfMonth"];

impl Granularity {
    /// The granularity on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Which of the [`FIELDS`] it has.
    pub(super) fn has(self) -> [bool; 4] {
        match self {
            Self::Hourly => [true, false, false, false],
            Self::Daily => [true, true, false, false],
            Self::Weekly => [true, true, true, false],
            Self::Monthly => [true, true, false, true],
            Self::Custom => [false; 4],
        }
    }
}

impl SimpleTimes {
    pub(super) fn fields(self) -> [Option<u8>; 4] {
        [self.minute, self.hour, self.day_of_week, self.day_of_month]
    }

    /// The cron expression.
    pub(super) fn expression(self) -> String {
        let field = |value: Option<u8>| value.map_or_else(|| "*".to_owned(), |value| value.to_string());
        format!(
            "{} {} {} * {}",
            field(self.minute),
            field(self.hour),
            field(self.day_of_month),
            field(self.day_of_week)
        )
    }
}

impl Timing {
    /// The granularity, and the time fields if it isn't custom.
    #[must_use]
    pub fn granularity(&self) -> (Granularity, SimpleTimes) {
        let fields: Vec<_> = self.expression.split_whitespace().collect();
        let (Some(times), UTC) = (simple_times(&fields), self.zone()) else {
            return (Granularity::Custom, SimpleTimes::default());
        };
        let has = times.fields().map(|field| field.is_some());
        let all = [
            Granularity::Hourly,
            Granularity::Daily,
            Granularity::Weekly,
            Granularity::Monthly,
        ];
        match all.into_iter().find(|granularity| granularity.has() == has) {
            Some(granularity) => (granularity, times),
            None => (Granularity::Custom, SimpleTimes::default()),
        }
    }
}

/// Parses an expression whose fields are single numbers or `*`.
fn simple_times(fields: &[&str]) -> Option<SimpleTimes> {
    let &[minute, hour, day, "*", weekday] = fields else {
        return None;
    };
    let number = |field: &str| match field {
        "*" => Some(None),
        field => field.parse().ok().map(Some),
    };
    Some(SimpleTimes {
        minute: number(minute)?,
        hour: number(hour)?,
        // Cron has two numbers for Sunday.
        day_of_week: number(weekday)?.map(|day: u8| day % 7),
        day_of_month: number(day)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_expressions_in_utc_have_a_granularity() {
        for (expression, expected, fields) in [
            ("30 * * * *", Granularity::Hourly, [Some(30), None, None, None]),
            ("30 2 * * *", Granularity::Daily, [Some(30), Some(2), None, None]),
            (
                "0 2 * * 7",
                Granularity::Weekly,
                [Some(0), Some(2), Some(0), None],
            ),
            (
                "5 23 31 * *",
                Granularity::Monthly,
                [Some(5), Some(23), None, Some(31)],
            ),
            ("@daily", Granularity::Daily, [Some(0), Some(0), None, None]),
            ("*/5 * * * *", Granularity::Custom, [None; 4]),
            ("30 2 * 6 *", Granularity::Custom, [None; 4]),
            ("30 2 1 * 1", Granularity::Custom, [None; 4]),
            ("* 2 * * *", Granularity::Custom, [None; 4]),
            ("30 2 * * MON", Granularity::Custom, [None; 4]),
        ] {
            let (granularity, times) = Timing::new(expression, UTC).unwrap().granularity();
            assert_eq!((granularity, times.fields()), (expected, fields), "{expression}");
        }
        let zoned = Timing::new("30 2 * * *", "Europe/Berlin").unwrap();
        assert_eq!(zoned.granularity().0, Granularity::Custom);
    }

    #[test]
    fn times_become_the_expression_that_has_them() {
        for expression in ["0 * * * *", "59 23 * * *", "0 2 * * 6", "5 0 1 * *"] {
            let (_, times) = Timing::new(expression, UTC).unwrap().granularity();
            assert_eq!(times.expression(), expression);
        }
    }
}
