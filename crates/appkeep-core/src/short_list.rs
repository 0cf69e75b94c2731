//! Lists that are short enough to be read completely: items that an operator declares, users, and the restores of an app.

use uuid::Uuid;

use crate::app_restore::AppRestore;
use crate::catalog::{Account, Bucket, Recorded};
use crate::listing::ListOptions;
use crate::schedule::Scheduled;
use crate::store::Position;
use crate::user::User;

/// An item with an id.
pub trait Identified {
    /// Its id.
    fn id(&self) -> Uuid;
}

impl Identified for Account {
    fn id(&self) -> Uuid {
        self.id.as_uuid()
    }
}

impl Identified for Bucket {
    fn id(&self) -> Uuid {
        self.id.as_uuid()
    }
}

impl Identified for AppRestore {
    fn id(&self) -> Uuid {
        self.id.as_uuid()
    }
}

impl Identified for Scheduled {
    fn id(&self) -> Uuid {
        self.schedule.id.as_uuid()
    }
}

impl Identified for User {
    fn id(&self) -> Uuid {
        self.id.as_uuid()
    }
}

/// Part of a list, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortList<T> {
    /// The requested items.
    pub items: Vec<Recorded<T>>,
    /// The position after which the list continues, if the limit cut it.
    pub continue_after: Option<Position>,
}

impl<T: Identified> ShortList<T> {
    /// The requested part of `all`.
    #[must_use]
    pub fn of(mut all: Vec<Recorded<T>>, options: &ListOptions) -> Self {
        all.sort_by_key(|one| std::cmp::Reverse(order(&position(one))));
        if let Some(after) = &options.after {
            all.retain(|one| order(&position(one)) < order(after));
        }
        let limit = options
            .limit
            .map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        let is_cut = all.len() > limit;
        all.truncate(limit);
        let continue_after = all.last().filter(|_| is_cut).map(position);
        Self {
            items: all,
            continue_after,
        }
    }
}

fn position<T: Identified>(one: &Recorded<T>) -> Position {
    Position::new(one.created_at, one.item.id())
}

fn order(position: &Position) -> (i64, Uuid) {
    (position.created_micros, position.id)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    fn account(id: u128, secs: i64) -> Recorded<Account> {
        let at = DateTime::UNIX_EPOCH + TimeDelta::seconds(secs);
        Recorded {
            item: Account {
                id: Uuid::from_u128(id).into(),
                name: format!("a{id}"),
                declared: true,
            },
            created_at: at,
            modified_at: at,
        }
    }

    fn list(options: ListOptions) -> (Vec<u128>, Option<Position>) {
        let all = vec![account(1, 10), account(3, 20), account(2, 20), account(4, 5)];
        let list = ShortList::of(all, &options);
        let ids = list.items.iter().map(|one| one.item.id().as_u128());
        (ids.collect(), list.continue_after)
    }

    #[test]
    fn newest_first_then_by_id() {
        assert_eq!(list(ListOptions::default()), (vec![3, 2, 1, 4], None));
    }

    #[test]
    fn pages_contain_each_item_once() {
        let mut options = ListOptions {
            limit: Some(1),
            after: None,
        };
        let mut walked = Vec::new();
        loop {
            let (ids, continue_after) = list(options);
            assert_eq!(ids.len(), 1);
            walked.extend(ids);
            match continue_after {
                Some(after) => options.after = Some(after),
                None => break,
            }
        }
        assert_eq!(walked, [3, 2, 1, 4]);
    }

    #[test]
    fn limits_of_the_length_or_more_keep_the_whole_list() {
        for limit in [4, 5, u64::MAX] {
            let options = ListOptions {
                limit: Some(limit),
                after: None,
            };
            assert_eq!(list(options), (vec![3, 2, 1, 4], None));
        }
    }
}
