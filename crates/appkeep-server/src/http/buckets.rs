//! Handlers of the operations on buckets and clouds. There are no clouds.

use std::iter;

use appkeep_api::bucket::{BucketListType, BucketVersion};
use appkeep_api::cloud::{Cloud, CloudListType, CloudVersion};
use appkeep_api::params::{AccountPath, BucketListQuery, CloudListQuery, QueryParams};
use appkeep_core::authz::Read;

use super::call::{Answered, Call};
use super::short_list::{self, Head};
use super::{list, to_wire_declared};

pub(super) async fn list(
    call: &Call<'_>,
    path: AccountPath,
    query: QueryParams<BucketListQuery>,
) -> Answered {
    let authorized = call.authorize::<Read>(path.account_id).await?;
    let (include, options) = list::wanted(query)?;
    let found = call.http().service.bucket_list(&authorized, options).await?;
    let buckets = found.list.items.iter();
    let buckets = buckets.map(|bucket| {
        let id = bucket.item.id;
        let (problem, features) = (found.problems.get(&id), found.features.get(&id));
        let measurement = found.measurements.get(&id);
        to_wire_declared::bucket(
            bucket,
            found.default_id == Some(id),
            problem,
            features,
            measurement,
        )
    });
    let head = Head(BucketListType::Buckets, BucketVersion::V1_2);
    let continue_after = found.list.continue_after;
    short_list::answer(
        call.http(),
        authorized.ctx(),
        head,
        buckets,
        continue_after,
        &include,
    )
}

pub(super) async fn list_clouds(
    call: &Call<'_>,
    path: AccountPath,
    query: QueryParams<CloudListQuery>,
) -> Answered {
    let authorized = call.authorize::<Read>(path.account_id).await?;
    let (include, _) = list::wanted(query)?;
    let head = Head(CloudListType::Clouds, CloudVersion::V1_0);
    let none = iter::empty::<Result<Cloud, String>>();
    short_list::answer(call.http(), authorized.ctx(), head, none, None, &include)
}
