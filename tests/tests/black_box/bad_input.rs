//! Bad input: each fault gets its documented problem, in the documented order, naming the culprit.
//!
//! Most of it is tables. A row spoils a sound request and says which problem that must get; it is made
//! once for every operation that it fits.

mod bodies;
mod conflicts;
mod connections;
mod failures;
mod ids;
mod methods;
mod order;
mod queries;

use appkeep_tests::{Answer, Ask, operations};

use crate::stage::Stage;

/// What a row says where the account, the app or the resource doesn't exist.
const NOT_FOUND: &str = "404/1 from DELETE, else 404/2";

/// Which operations a row is for.
#[derive(Debug, Clone, Copy)]
enum On {
    /// All.
    Every,
    /// Those with a parameter of this name, in path or query.
    With(&'static str),
    /// Those with a backup or a snapshot in the path.
    OneResource,
    /// Those without query parameters.
    NoQuery,
    /// Those that change something.
    Writes,
    /// Those with a body.
    WithBody,
    /// Those that make something.
    Creates,
    /// This one.
    Only(&'static str),
}

impl On {
    fn fits(self, ask: &Ask) -> bool {
        match self {
            Self::Every => true,
            Self::With(name) => ask.has(name),
            Self::OneResource => ask.has("appBackup_id") || ask.has("appSnap_id"),
            Self::NoQuery => !ask.has("limit"),
            Self::Writes => ask.operation.method != "GET",
            Self::WithBody => ask.operation.body.is_some(),
            Self::Creates => ask.operation.method == "POST",
            Self::Only(id) => ask.operation.id == id,
        }
    }
}

type Spoil = fn(&mut Ask, &Stage);

/// One row: what is wrong with a request, and what must be said about it.
struct Row {
    name: &'static str,
    on: On,
    spoil: Spoil,
    /// Status and problem, as `400/33`.
    says: &'static str,
    /// What `invalidParams` and `invalidFields` name.
    culprits: &'static [&'static str],
}

const fn row(
    name: &'static str,
    on: On,
    spoil: Spoil,
    says: &'static str,
    culprits: &'static [&'static str],
) -> Row {
    Row {
        name,
        on,
        spoil,
        says,
        culprits,
    }
}

/// Makes every row on every operation that it fits, and complains about all that are answered wrongly.
async fn judge(stage: &Stage, rows: &[Row]) {
    let before = stage.everything().await;
    let mut complaints = Vec::new();
    for row in rows {
        let asks = operations().iter().map(|operation| stage.ask(&operation.id));
        let asks: Vec<Ask> = asks.filter(|ask| row.on.fits(ask)).collect();
        assert!(!asks.is_empty(), "{} fits no operation", row.name);
        for mut ask in asks {
            (row.spoil)(&mut ask, stage);
            let answer = ask.send(&stage.api).await;
            let complaint = complaint(&ask, &answer, row.says, row.culprits);
            complaints.extend(complaint.map(|complaint| format!("{}: {complaint}", row.name)));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert_eq!(
        stage.everything().await,
        before,
        "a refused request changes nothing"
    );
}

/// What is wrong with an answer that should be that problem with those culprits.
fn complaint(ask: &Ask, answer: &Answer, says: &str, culprits: &[&str]) -> Option<String> {
    let says = match says {
        NOT_FOUND if ask.operation.method == "DELETE" => "404/1",
        NOT_FOUND => "404/2",
        says => says,
    };
    let mut wrong = answer.violations(&ask.operation.id);
    if answer.problem() != says {
        wrong.push(format!("{} instead of {says}", answer.problem()));
    }
    let mut named = answer.culprits();
    // There may be several reasons against the same thing.
    named.dedup();
    if named != culprits {
        wrong.push(format!("names {named:?} instead of {culprits:?}"));
    }
    let body = String::from_utf8_lossy(&answer.bytes);
    (!wrong.is_empty()).then(|| format!("{}: {} in {body}", ask.operation.id, wrong.join(", ")))
}
