use proptest::prelude::*;

use super::*;

fn utc() -> Timing {
    Timing::new("0 0 * * *", "UTC").unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn item(id: u128, at: DateTime<Utc>, state: ResourceState) -> RetentionItem {
    RetentionItem {
        id: Uuid::from_u128(id),
        at,
        state,
    }
}

/// Completed items with these times, numbered from 1.
fn completed(times: &[&str]) -> Vec<RetentionItem> {
    (1..)
        .zip(times)
        .map(|(n, text)| item(n, at(text), ResourceState::Completed))
        .collect()
}

/// A time after all dates in these tests.
fn later() -> DateTime<Utc> {
    at("2030-01-01T00:00:00Z")
}

fn expired(items: &[RetentionItem], retention: &Retention, timing: &Timing) -> Vec<Uuid> {
    plan(items, retention, timing, later()).expired
}

/// The rules with these limits, in the order of the fields.
fn rules_of([keep_last, keep_daily, keep_weekly, keep_monthly, keep_days]: [Option<u32>; 5]) -> Retention {
    Retention {
        keep_last,
        keep_daily,
        keep_weekly,
        keep_monthly,
        keep_days,
    }
}

fn limits_of(rules: &Retention) -> [Option<u32>; 5] {
    let Retention {
        keep_last,
        keep_daily,
        keep_weekly,
        keep_monthly,
        keep_days,
    } = *rules;
    [keep_last, keep_daily, keep_weekly, keep_monthly, keep_days]
}

fn keep_days(days: u32) -> Retention {
    Retention {
        keep_days: Some(days),
        ..Retention::default()
    }
}

/// Nightly items, starting on this day.
fn nightly(first: &str, count: i64, first_number: u128) -> Vec<RetentionItem> {
    (0..count)
        .map(|n| {
            let number = first_number + u128::try_from(n).unwrap();
            item(number, at(first) + TimeDelta::days(n), ResourceState::Completed)
        })
        .collect()
}

fn numbers(expired: &[Uuid]) -> Vec<u128> {
    expired.iter().map(Uuid::as_u128).collect()
}

#[test]
fn no_rules_keep_everything() {
    let list = completed(&["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]);
    assert_eq!(expired(&list, &Retention::default(), &utc()), Vec::<Uuid>::new());
}

#[test]
fn each_rule_keeps_the_newest_of_its_periods() {
    let list = completed(&[
        "2025-11-30T23:00:00Z", // 1: a month and a week of its own
        "2025-12-28T10:00:00Z", // 2: a Sunday
        "2025-12-29T10:00:00Z", // 3: a Monday, in the first ISO week of 2026
        "2026-01-01T08:00:00Z", // 4
        "2026-01-02T08:00:00Z", // 5
        "2026-01-02T20:00:00Z", // 6: the newest
    ]);
    for (limits, gone) in [
        ([2, 0, 0, 0, 0], vec![1, 2, 3, 4]),
        ([0, 3, 0, 0, 0], vec![1, 2, 5]),
        ([0, 0, 2, 0, 0], vec![1, 3, 4, 5]),
        ([0, 0, 0, 3, 0], vec![2, 4, 5]),
        ([0, 0, 0, 0, 5], vec![1, 2]),
        ([1, 2, 0, 2, 0], vec![1, 2, 5]),
    ] {
        let rules = rules_of(limits.map(|limit| Some(limit).filter(|limit| *limit > 0)));
        assert_eq!(numbers(&expired(&list, &rules, &utc())), gone, "{rules:?}");
    }
}

#[test]
fn days_begin_in_the_schedules_time_zone() {
    let list = completed(&["2026-01-01T22:30:00Z", "2026-01-01T23:30:00Z"]);
    let rule = Retention {
        keep_daily: Some(9),
        ..Retention::default()
    };
    assert_eq!(numbers(&expired(&list, &rule, &utc())), [1]);
    let berlin = Timing::new("0 0 * * *", "Europe/Berlin").unwrap();
    assert_eq!(
        numbers(&expired(&list, &rule, &berlin)),
        [0_u128; 0],
        "midnight lies between them"
    );
}

#[test]
fn failed_backups_dont_count_towards_retention() {
    let day = |n: i64| at("2026-01-01T00:00:00Z") + TimeDelta::days(n);
    let mut list = vec![
        item(1, day(1), ResourceState::Completed),
        item(2, day(2), ResourceState::Completed),
    ];
    list.extend((3..=7).map(|n| item(n, day(i64::try_from(n).unwrap()), ResourceState::Failed)));
    list.push(item(8, day(8), ResourceState::Removed));
    list.push(item(9, day(0), ResourceState::Unknown));
    list.push(item(10, day(0), ResourceState::Running));
    let rule = Retention {
        keep_last: Some(1),
        ..Retention::default()
    };
    assert_eq!(numbers(&expired(&list, &rule, &utc())), [1, 3, 4, 5]);
}

#[test]
fn clock_a_year_ahead_for_a_day_deletes_nothing() {
    let mut list = nightly("2026-01-01T02:30:00Z", 20, 1);
    let ahead = at("2027-01-21T02:30:00Z");
    list.push(item(21, ahead, ResourceState::Completed));
    let plan_at = |list: &[RetentionItem], now| plan(list, &keep_days(30), &nightly_timing(), now);
    let plan = plan_at(&list, ahead + TimeDelta::seconds(5));
    assert_eq!(plan.expired.len(), 20);
    assert_eq!(
        plan.held.unwrap().to_string(),
        "20 of 21 would be deleted because of a gap in their dates, from 2026-01-20T02:30:00Z to 2027-01-21T02:30:00Z"
    );
    // The clock is correct again: the item from the future is neither counted nor deleted.
    list.extend(nightly("2026-01-21T02:30:00Z", 15, 22));
    for (count, expired) in [(22, 0), (32, 0), (33, 1), (36, 4)] {
        let list = &list[..count];
        let now = list[count - 1].at + TimeDelta::seconds(5);
        let plan = plan_at(list, now);
        assert_eq!((plan.expired.len(), plan.held), (expired, None), "{count}");
    }
}

#[test]
fn hold_ends_after_the_retention_period() {
    // The server was off for half a year.
    let mut list = nightly("2026-01-01T02:30:00Z", 6, 1);
    let mut counts = Vec::new();
    for one in nightly("2026-07-01T02:30:00Z", 8, 21) {
        list.push(one);
        let plan = plan(&list, &keep_days(5), &nightly_timing(), one.at);
        if plan.held.is_none() {
            list.retain(|one| !plan.expired.contains(&one.id));
        }
        counts.push((plan.held.is_some(), list.len()));
    }
    assert!(counts[0].0, "{counts:?}");
    assert_eq!(counts[7], (false, 6), "{counts:?}");
}

#[test]
fn shortened_rules_delete_without_a_hold() {
    let list = nightly("2026-01-01T02:30:00Z", 30, 1);
    let plan = plan(&list, &keep_days(3), &nightly_timing(), later());
    assert_eq!((plan.expired.len(), plan.held), (26, None));
}

#[test]
fn clock_in_the_past_keeps_the_last_completed_backup() {
    let mut list = nightly("2026-01-01T02:30:00Z", 3, 1);
    list.push(item(4, at("1970-01-01T00:01:00Z"), ResourceState::Completed));
    let one = Retention {
        keep_last: Some(1),
        ..Retention::default()
    };
    assert_eq!(numbers(&expired(&list, &one, &utc())), [1, 2]);
    // While the clock shows 1970, everything else is in the future.
    let plan = plan(&list, &one, &utc(), at("1970-01-01T00:02:00Z"));
    assert_eq!(plan, Plan::default());
}

#[test]
fn future_failed_backups_dont_displace_those_kept_for_inspection() {
    let mut list = completed(&["2026-01-01T00:00:00Z"]);
    let failed = |n: u128, text: &str| item(n, at(text), ResourceState::Failed);
    list.extend((2..=4).map(|n| failed(n, "2027-01-01T00:00:00Z")));
    list.extend((5..=8).map(|n| failed(n, "2026-01-02T00:00:00Z")));
    let plan = plan(&list, &keep_days(30), &utc(), at("2026-01-03T00:00:00Z"));
    assert_eq!(numbers(&plan.expired), [5]);
}

fn nightly_timing() -> Timing {
    Timing::new("30 2 * * *", "UTC").unwrap()
}

fn states() -> impl Strategy<Value = ResourceState> {
    prop_oneof![
        4 => Just(ResourceState::Completed),
        1 => proptest::sample::select(ResourceState::ALL),
    ]
}

fn lists() -> impl Strategy<Value = Vec<RetentionItem>> {
    // Some at the same time, over about four years.
    proptest::collection::vec((0_i64..1500, 0_i64..4, states()), 0..60).prop_map(|drawn| {
        (1..)
            .zip(drawn)
            .map(|(id, (days, quarters, state))| {
                let at = at("2024-01-01T00:00:00Z") + TimeDelta::days(days) + TimeDelta::hours(6 * quarters);
                item(id, at, state)
            })
            .collect()
    })
}

fn rules() -> impl Strategy<Value = Retention> {
    let rule = || proptest::option::of(1_u32..20);
    let days = proptest::option::of(1_u32..400);
    (rule(), rule(), rule(), rule(), days)
        .prop_map(|(last, daily, weekly, monthly, days)| rules_of([last, daily, weekly, monthly, days]))
}

fn single_rules(rules: &Retention) -> [Retention; 5] {
    let limits = limits_of(rules);
    std::array::from_fn(|rule| {
        let mut single = [None; 5];
        single[rule] = limits[rule];
        rules_of(single)
    })
}

proptest! {
    #[test]
    fn newest_completed_backup_is_never_deleted(list in lists(), rules in rules()) {
        let expired = expired(&list, &rules, &utc());
        let whole = list.iter().filter(|one| one.state == ResourceState::Completed);
        if let Some(newest) = whole.max_by_key(|one| (one.at, one.id)) {
            prop_assert!(!expired.contains(&newest.id));
        }
        for one in &list {
            if one.state.is_in_progress() || one.state == ResourceState::Unknown {
                prop_assert!(!expired.contains(&one.id));
            }
        }
    }

    #[test]
    fn keep_last_keeps_the_given_number(list in lists(), count in 1_u32..20) {
        let rule = Retention { keep_last: Some(count), ..Retention::default() };
        let expired = expired(&list, &rule, &utc());
        let whole: Vec<_> = list.iter().filter(|one| one.state == ResourceState::Completed).collect();
        let left = whole.iter().filter(|one| !expired.contains(&one.id)).count();
        let last_is_extra = usize::from(left > count as usize);
        prop_assert_eq!(left, whole.len().min(count as usize) + last_is_extra);
    }

    #[test]
    fn keeps_exactly_the_union_of_all_rules(list in lists(), rules in rules()) {
        let together = expired(&list, &rules, &utc());
        let singles: Vec<_> = single_rules(&rules)
            .into_iter()
            .filter(|rule| *rule != Retention::default())
            .map(|rule| expired(&list, &rule, &utc()))
            .collect();
        for one in &list {
            let by_all = !singles.is_empty() && singles.iter().all(|gone| gone.contains(&one.id));
            prop_assert_eq!(together.contains(&one.id), by_all);
        }
    }

    #[test]
    fn last_completed_is_kept_regardless_of_the_order_of_others(
        list in lists(), rules in rules(), turn in 0_usize..60
    ) {
        let expired = expired(&list, &rules, &utc());
        let mut others = list.clone();
        if let Some(last) = others.iter().rposition(|one| one.state == ResourceState::Completed) {
            let last = others.remove(last);
            prop_assert!(!expired.contains(&last.id));
            let turn = turn.min(others.len());
            others.rotate_left(turn);
            others.push(last);
        }
        prop_assert_eq!(super::plan(&others, &rules, &utc(), later()).expired, expired);
    }

    #[test]
    fn future_dates_dont_affect_other_backups(list in lists(), rules in rules(), days in 0_i64..1500) {
        let now = at("2024-01-01T00:00:00Z") + TimeDelta::days(days);
        let is_past = |one: &&RetentionItem| one.at <= now + TimeDelta::seconds(CLOCK_AHEAD_SECS_MAX);
        let past: Vec<_> = list.iter().filter(is_past).copied().collect();
        let all = plan(&list, &rules, &utc(), now);
        let alone = plan(&past, &rules, &utc(), now);
        // Without the future items, another item may be the last one that was completed.
        let last = past.iter().rfind(|one| one.state == ResourceState::Completed).map(|one| one.id);
        let but_last = |ids: Vec<Uuid>| ids.into_iter().filter(|id| Some(*id) != last).collect::<Vec<_>>();
        prop_assert_eq!(but_last(all.expired), but_last(alone.expired));
    }

    #[test]
    fn retention_is_idempotent(list in lists(), rules in rules()) {
        let gone = expired(&list, &rules, &utc());
        let left: Vec<_> = list.into_iter().filter(|one| !gone.contains(&one.id)).collect();
        prop_assert_eq!(expired(&left, &rules, &utc()), Vec::<Uuid>::new());
    }
}
