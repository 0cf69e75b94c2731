//! Formats sizes, times and ids for display.

use std::time::Duration;

use appkeep_client::{Number, Timestamp, Uuid};
use chrono::{DateTime, Utc};
use indicatif::{BinaryBytes, HumanDuration};

use super::find::ID_CHARS_SHOWN;

/// The placeholder for an unknown value.
pub(crate) const NOTHING: &str = "-";

/// Formats bytes in binary units: `4.83 MiB`.
pub(crate) fn size(bytes: u64) -> String {
    BinaryBytes(bytes).to_string()
}

/// Formats a server's number of bytes. An invalid one is shown as it was sent.
pub(crate) fn size_of(bytes: Option<Number>) -> String {
    match bytes {
        None => NOTHING.to_owned(),
        Some(bytes) => bytes.as_u64().map_or_else(|| bytes.to_string(), size),
    }
}

/// Formats an age: `3m`, `2d`. A point in time in the future is `in 3m`: one of the clocks is then wrong.
pub(crate) fn age(then: &Timestamp, now: DateTime<Utc>) -> String {
    let Ok(then) = then.to_utc() else {
        return then.to_string();
    };
    let passed = now - then;
    match passed.to_std() {
        Ok(passed) => brief(passed),
        Err(_) => match (-passed).to_std() {
            Ok(ahead) if ahead >= Duration::from_secs(2) => format!("in {}", brief(ahead)),
            _ => brief(Duration::ZERO),
        },
    }
}

/// Formats a duration: `3m`, `2d`.
pub(crate) fn brief(duration: Duration) -> String {
    format!("{:#}", HumanDuration(duration))
}

/// Formats a point in time to the second: `2026-01-05 09:30:00 UTC`.
pub(crate) fn time(then: &Timestamp) -> String {
    then.to_utc().map_or_else(
        |_| then.to_string(),
        |then| then.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}

/// Formats a point in time and its age.
pub(crate) fn moment(then: &Timestamp, now: DateTime<Utc>) -> String {
    match then.to_utc() {
        Ok(at) if at <= now => format!("{} ({} ago)", time(then), age(then, now)),
        Ok(_) => format!("{} ({})", time(then), age(then, now)),
        Err(_) => then.to_string(),
    }
}

/// Formats the reasons why a resource isn't ready, in one line.
pub(crate) fn reasons(reasons: Option<&[String]>) -> String {
    reasons.unwrap_or_default().join("; ")
}

/// The reasons why an operation is stalled, if there are any.
pub(crate) fn stalled(unready: Option<&[String]>) -> Option<String> {
    let reasons = reasons(unready);
    (!reasons.is_empty()).then_some(reasons)
}

/// Returns unique prefixes of ids: eight characters, or more if necessary.
pub(crate) fn short_ids(ids: &[Uuid]) -> Vec<String> {
    let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let mut sorted: Vec<&str> = texts.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    sorted.dedup();
    let mut length = ID_CHARS_SHOWN;
    for pair in sorted.windows(2) {
        if let [one, other] = pair {
            let shared = one
                .bytes()
                .zip(other.bytes())
                .take_while(|(one, other)| one == other);
            length = length.max(shared.count() + 1);
        }
    }
    texts
        .iter()
        .map(|text| text.chars().take(length).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn sizes_are_in_binary_units() {
        for (bytes, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.00 KiB"),
            (5_067_776, "4.83 MiB"),
            (u64::MAX, "16.00 EiB"),
        ] {
            assert_eq!(size(bytes), text);
        }
        assert_eq!(size_of(None), "-");
        assert_eq!(size_of(serde_json::from_str("1.5").unwrap()), "1.5");
    }

    #[test]
    fn ages_are_brief() {
        let then = Timestamp::from(at("2026-01-05T09:30:00Z"));
        for (now, text) in [
            ("2026-01-05T09:30:00.4Z", "0s"),
            ("2026-01-05T09:30:42Z", "42s"),
            ("2026-01-05T10:15:00Z", "45m"),
            ("2026-01-05T19:30:00Z", "10h"),
            ("2026-01-09T09:30:00Z", "4d"),
            // The clocks of two machines may differ slightly.
            ("2026-01-05T09:29:59Z", "0s"),
            ("2026-01-05T09:20:00Z", "in 10m"),
        ] {
            assert_eq!(age(&then, at(now)), text, "{now}");
        }
        assert_eq!(
            moment(&then, at("2026-01-05T09:33:00Z")),
            "2026-01-05 09:30:00 UTC (3m ago)"
        );
        let odd: Timestamp = serde_json::from_str("\"yesterday\"").unwrap();
        assert_eq!(age(&odd, at("2026-01-05T09:33:00Z")), "yesterday");
        assert_eq!(moment(&odd, at("2026-01-05T09:33:00Z")), "yesterday");
    }

    #[test]
    fn short_ids_are_unique() {
        let ids = [0x1a2b_3c4d_0000_u128 << 80, 0x1a2b_3c4d_5000 << 80, 0x2 << 124].map(Uuid::from_u128);
        assert_eq!(short_ids(&ids), ["1a2b3c4d-0", "1a2b3c4d-5", "20000000-0"]);
        assert_eq!(short_ids(&ids[1..]), ["1a2b3c4d", "20000000"]);
        assert_eq!(short_ids(&[ids[0], ids[0]]), ["1a2b3c4d", "1a2b3c4d"]);
    }
}
