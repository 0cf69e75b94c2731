use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn times(expression: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
    let timing = Timing::new(expression, zone).unwrap();
    let mut last = at(from);
    (0..count)
        .map(|_| {
            last = timing.next_after(last).unwrap();
            last.format("%m-%dT%H:%M").to_string()
        })
        .collect()
}

fn schedule(expression: &str, jitter_secs: u32) -> Schedule {
    Schedule {
        id: ScheduleId::new(Uuid::from_u128(1)),
        account_id: AccountId::new(Uuid::from_u128(2)),
        app_id: AppId::new(Uuid::from_u128(3)),
        name: "nightly".to_owned(),
        timing: Timing::new(expression, "UTC").unwrap(),
        jitter_secs,
        creates_backup: true,
        creates_snapshot: false,
        bucket_id: None,
        retention: Retention::default(),
        snapshot_retention: None,
        enabled: true,
        origin: ScheduleOrigin::Configuration,
    }
}

#[test]
fn fixed_time_in_a_skipped_hour_runs_right_after_it() {
    // On 2026-03-29 at 02:00 (01:00 UTC) clocks in Berlin go to 03:00.
    assert_eq!(
        times("30 2 * * *", "Europe/Berlin", "2026-03-27T12:00:00Z", 3),
        ["03-28T01:30", "03-29T01:00", "03-30T00:30"]
    );
    assert_eq!(
        times("0 3 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 2),
        ["03-29T01:00", "03-30T01:00"]
    );
}

#[test]
fn fixed_time_in_a_repeated_hour_runs_once() {
    // On 2026-10-25 at 03:00 (01:00 UTC) clocks in Berlin go back to 02:00.
    assert_eq!(
        times("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2),
        ["10-25T00:30", "10-26T01:30"]
    );
    // A query between the two returns the next day, not the second occurrence.
    assert_eq!(
        times("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", 1),
        ["10-26T01:30"]
    );
}

#[test]
fn intervals_skip_missing_hours_and_run_in_both_repeated_ones() {
    assert_eq!(
        times("*/30 * * * *", "Europe/Berlin", "2026-03-29T00:15:00Z", 3),
        ["03-29T00:30", "03-29T01:00", "03-29T01:30"]
    );
    assert_eq!(
        times("*/30 * * * *", "Europe/Berlin", "2026-10-24T23:45:00Z", 5),
        [
            "10-25T00:00",
            "10-25T00:30",
            "10-25T01:00",
            "10-25T01:30",
            "10-25T02:00"
        ]
    );
}

#[test]
fn unusual_time_zone_offsets_are_supported() {
    // Clocks in Lord Howe go forward by half an hour, on 2026-10-04 at 02:00 (2026-10-03T15:30 UTC).
    assert_eq!(
        times("15 2 * * *", "Australia/Lord_Howe", "2026-10-02T16:00:00Z", 2),
        ["10-03T15:30", "10-04T15:15"]
    );
    assert_eq!(
        times("0 0 * * 1", "Asia/Kathmandu", "2026-01-01T00:00:00Z", 1),
        ["01-04T18:15"]
    );
}

#[test]
fn cron_expressions_have_the_meaning_of_cron() {
    assert_eq!(
        times("0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", 1),
        ["02-29T00:00"],
        "in 2028"
    );
    assert_eq!(
        times("0 0 13 * FRI", "UTC", "2026-02-01T00:00:00Z", 3),
        ["02-06T00:00", "02-13T00:00", "02-20T00:00"],
        "a day of the month or of the week"
    );
}

#[test]
fn nicknames_are_replaced_by_the_expression_they_mean() {
    for (nickname, expression) in [
        ("@hourly", "0 * * * *"),
        ("@daily", "0 0 * * *"),
        ("@weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"),
        ("@yearly", "0 0 1 1 *"),
    ] {
        let timing = Timing::new(nickname, "UTC").unwrap();
        assert_eq!(timing.expression(), expression);
        assert_eq!(timing, Timing::new(expression, "UTC").unwrap());
    }
}

#[test]
fn invalid_timings_are_rejected_with_reason() {
    for (expression, zone, complaint) in [
        ("30 2 * * *", "Europe/Bonn", "invalid time zone \"Europe/Bonn\": "),
        (
            "30 2 * * *",
            "europe/berlin",
            "invalid time zone \"europe/berlin\": ",
        ),
        (
            "30 2 * *",
            "UTC",
            "invalid cron expression \"30 2 * *\" (it has 4 fields, not 5): ",
        ),
        (
            "0 30 2 * * *",
            "UTC",
            "invalid cron expression \"0 30 2 * * *\" (it has 6 fields, not 5): ",
        ),
        (
            "@reboot",
            "UTC",
            "invalid cron expression \"@reboot\" (unknown nickname): ",
        ),
        (
            "60 2 * * *",
            "UTC",
            "invalid cron expression \"60 2 * * *\" (minute \"60\" is not 0 to 59, *, a list such as 1,3, a range such as 1-3, or a step such as */2): ",
        ),
        (
            "0 2,24 * * *",
            "UTC",
            "invalid cron expression \"0 2,24 * * *\" (hour \"2,24\" is not 0 to 23, *, a list such as 1,3, a range such as 1-3, or a step such as */2): ",
        ),
        (
            "0 2 0 * *",
            "UTC",
            "invalid cron expression \"0 2 0 * *\" (day \"0\" is not 1 to 31, *, a list such as 1,3, a range such as 1-3, or a step such as */2): ",
        ),
        (
            "0 2 * 1-13 *",
            "UTC",
            "invalid cron expression \"0 2 * 1-13 *\" (month \"1-13\" is not 1 to 12, or JAN to DEC, *, a list such as 1,3, a range such as 1-3, or a step such as */2): ",
        ),
        (
            "0 2 * * MO",
            "UTC",
            "invalid cron expression \"0 2 * * MO\" (weekday \"MO\" is not 0 to 7, or SUN to SAT, *, a list such as 1,3, a range such as 1-3, or a step such as */2): ",
        ),
        (
            "0 2 * * MON-FRY",
            "UTC",
            "invalid cron expression \"0 2 * * MON-FRY\" (weekday \"MON-FRY\" is not 0 to 7, or SUN to SAT, ",
        ),
        ("0 0 30 2 *", "UTC", "\"0 0 30 2 *\" never matches any date"),
        (
            "0 0 31 2,4,6,9,11 *",
            "Asia/Tokyo",
            "\"0 0 31 2,4,6,9,11 *\" never matches any date",
        ),
    ] {
        let refused = Timing::new(expression, zone).unwrap_err().to_string();
        assert!(refused.starts_with(complaint), "{refused:?} is not {complaint:?}");
    }
}

#[test]
fn jitter_is_bounded_deterministic_and_differs_between_runs() {
    let schedule = schedule("0 * * * *", 600);
    let mut late: Vec<i64> = Vec::new();
    for hour in 0..200 {
        let due = at("2026-01-01T00:00:00Z") + TimeDelta::hours(hour);
        let begins = schedule.starts_at(due);
        assert_eq!(begins, schedule.clone().starts_at(due));
        late.push((begins - due).num_seconds());
    }
    assert!(late.iter().all(|secs| (0..=600).contains(secs)), "{late:?}");
    assert!(late.iter().any(|secs| *secs < 120) && late.iter().any(|secs| *secs > 480));
    let due = at("2026-01-01T00:00:00Z");
    let punctual = Schedule {
        jitter_secs: 0,
        ..schedule
    };
    assert_eq!(punctual.starts_at(due), due);
}

#[test]
fn the_shortest_gap_is_found() {
    for (expression, zone, secs) in [
        ("* * * * *", "UTC", 60),
        ("0 0,1 1 * *", "UTC", 3600),
        ("30 2 * * *", "UTC", 86_400),
        ("30 12 * * *", "Europe/Berlin", 82_800),
    ] {
        let gap = Timing::new(expression, zone).unwrap().shortest_gap_secs();
        assert_eq!(gap, Some(secs), "{expression}");
    }
}

fn next(due_at: &str, decided_at: &str) -> NextRun {
    NextRun {
        due_at: at(due_at),
        decided_at: at(decided_at),
    }
}

fn action(next: Option<NextRun>, now: &str) -> ScheduleAction {
    let scheduled = Scheduled {
        schedule: schedule("0 2 * * *", 0),
        next,
    };
    scheduled.action(at(now))
}

#[test]
fn new_schedules_start_at_the_next_time_without_catching_up() {
    assert_eq!(
        action(None, "2026-01-05T02:00:00Z"),
        ScheduleAction::Plan(next("2026-01-06T02:00:00Z", "2026-01-05T02:00:00Z"))
    );
}

#[test]
fn missed_runs_are_caught_up_once() {
    let planned = Some(next("2026-01-06T02:00:00Z", "2026-01-05T02:00:01Z"));
    assert_eq!(action(planned, "2026-01-06T01:59:59.999Z"), ScheduleAction::Wait);
    assert_eq!(
        action(planned, "2026-01-06T02:00:00Z"),
        ScheduleAction::Run(Some(next("2026-01-07T02:00:00Z", "2026-01-06T02:00:00Z")))
    );
    // A server that was down for weeks, or a clock that jumped ahead.
    assert_eq!(
        action(planned, "2026-03-01T12:00:00Z"),
        ScheduleAction::Run(Some(next("2026-03-02T02:00:00Z", "2026-03-01T12:00:00Z")))
    );
}

#[test]
fn clock_set_back_waits_up_to_a_day_and_starts_over_beyond() {
    // The schedule ran on the 6th at 02:00, and then the clock was set back.
    let planned = Some(next("2026-01-07T02:00:00Z", "2026-01-06T02:00:00Z"));
    assert_eq!(action(planned, "2026-01-06T01:59:00Z"), ScheduleAction::Wait);
    assert_eq!(action(planned, "2026-01-05T02:00:00Z"), ScheduleAction::Wait);
    assert_eq!(
        action(planned, "2026-01-05T01:59:59Z"),
        ScheduleAction::Replan(next("2026-01-05T02:00:00Z", "2026-01-05T01:59:59Z"))
    );
    let of_another_year = Some(next("2036-01-07T02:00:00Z", "2036-01-06T02:00:00Z"));
    assert_eq!(
        action(of_another_year, "2026-01-05T12:00:00Z"),
        ScheduleAction::Replan(next("2026-01-06T02:00:00Z", "2026-01-05T12:00:00Z"))
    );
}

#[test]
fn jitter_delays_only_its_own_run() {
    let scheduled = Scheduled {
        schedule: schedule("0 2 * * *", 3600),
        next: Some(next("2026-01-06T02:00:00Z", "2026-01-05T02:00:00Z")),
    };
    let begins = scheduled.schedule.starts_at(at("2026-01-06T02:00:00Z"));
    assert!(begins > at("2026-01-06T02:00:00Z"));
    assert_eq!(
        scheduled.action(begins - TimeDelta::seconds(1)),
        ScheduleAction::Wait
    );
    let ScheduleAction::Run(Some(after)) = scheduled.action(begins) else {
        panic!("it runs");
    };
    assert_eq!(after.due_at, at("2026-01-07T02:00:00Z"));
}

#[test]
fn schedules_are_overdue_after_the_first_run_that_follows_a_success() {
    let success = at("2026-01-05T02:10:00Z");
    let overdue = |jitter, now| {
        schedule("0 2 * * *", jitter)
            .overdue_by(success, at(now))
            .num_seconds()
    };
    assert_eq!(overdue(0, "2026-01-06T01:59:59Z"), 0);
    assert_eq!(overdue(0, "2026-01-06T04:00:00Z"), 7200);
    assert_eq!(overdue(0, "2026-01-09T02:00:00Z"), 3 * 86_400);
    let with_jitter = overdue(3600, "2026-01-06T04:00:00Z");
    assert!((3600..7200).contains(&with_jitter), "{with_jitter}");
}
