//! The steps that every handler performs around its one call into the service.

use std::borrow::Cow;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use appkeep_api::body::JsonBody;
use appkeep_api::formats::{Identifier, Parsed};
use appkeep_api::problem::InvalidItem;
use appkeep_api::reply::Reply;
use appkeep_core::actor::OpContext;
use appkeep_core::admission::NotAdmitted;
use appkeep_core::authz::{Access, Authorized};
use appkeep_core::error::Error;
use dropshot::Body;
use futures::FutureExt;
use http::header::{CONTENT_RANGE, ETAG, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, Method, Response, StatusCode};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use tracing::Instrument;
use uuid::Uuid;

use super::item::Single;
use super::problem::{self, OwnKinds, Refusal, Rejected};
use super::request::ApiRequest;
use super::{Http, media};
use crate::auth::{self, Unauthenticated};

/// The delay before a create that was refused by a limit may be retried, in seconds. Jobs take from
/// seconds to hours.
const RETRY_AFTER_SECS: &str = "30";

/// The result of a handler.
pub(super) type Answered = Result<Reply<()>, Refusal>;

/// A request that is being handled.
pub(super) struct Call<'a> {
    request: &'a ApiRequest,
    own: OwnKinds,
    correlation: Uuid,
    begun: Instant,
}

impl<'a> Call<'a> {
    /// Begins to handle a request to an operation with these operation-specific kinds of problem.
    pub(super) fn begin(request: &'a ApiRequest, own: OwnKinds) -> Self {
        Self {
            request,
            own,
            correlation: request.http.ids.next_id(),
            begun: Instant::now(),
        }
    }

    /// Returns the state that handlers share.
    pub(super) fn http(&self) -> &'a Http {
        &self.request.http
    }

    /// Returns the id of the request in log lines and problems.
    pub(super) fn correlation(&self) -> Uuid {
        self.correlation
    }

    /// Returns whether only the headers of the response are requested.
    pub(super) fn is_head(&self) -> bool {
        self.request.method() == Method::HEAD
    }

    /// Returns the request's headers.
    pub(super) fn headers(&self) -> &'a HeaderMap {
        self.request.headers()
    }

    /// Authenticates the request.
    pub(super) async fn authenticate(&self) -> Result<OpContext, Refusal> {
        let (tokens, now) = (&self.http().tokens, self.http().clock.now());
        let ctx = auth::authenticate(tokens, self.headers(), now)
            .await
            .map_err(Refusal::Unauthenticated)?;
        Ok(OpContext {
            correlation: Some(self.correlation),
            ..ctx
        })
    }

    /// Authenticates the request, and checks its access to the account in its path. Handlers call this first,
    /// so that only authorised clients learn what is wrong with the rest of the input.
    pub(super) async fn authorize<A: Access>(
        &self,
        account_id: Parsed<Identifier>,
    ) -> Result<Authorized<A>, Refusal> {
        let ctx = self.authenticate().await?;
        let account_id = account_id.0.map_err(|reason| {
            Rejected::Account(InvalidItem {
                name: "account_id".to_owned(),
                reason,
            })
        })?;
        Ok(self.http().service.authorize(ctx, account_id.0.into()).await?)
    }

    /// Responds with a single resource, in the media type that the client prefers. Its tag changes with its generation.
    pub(super) fn one<T: Single>(&self, status: StatusCode, item: &T) -> Answered {
        let wire = item.wire().map_err(Error::Internal)?;
        let media_type = media::negotiate(self.headers(), T::VENDOR_TYPE);
        let (id, generation) = item.tag();
        Ok(Reply::json(status, media_type, &wire).with_header(ETAG, &format!("\"{id}.{generation}\"")))
    }

    /// Reads a body.
    pub(super) async fn read<T>(&self, body: JsonBody<T>, vendor_type: &'static str) -> Result<T, Rejected>
    where
        T: JsonSchema + DeserializeOwned + 'static,
    {
        body.read(vendor_type, &self.http().body_limits)
            .await
            .map_err(Rejected::Body)
    }

    /// Responds with the result of `work`, or with a problem if it is refused. A panic in `work` becomes a
    /// problem, too, and has no other effect.
    pub(super) async fn answer(&self, work: impl Future<Output = Answered>) -> Response<Body> {
        // At error level, which no filter excludes, so that every log line has the span.
        let span = tracing::error_span!(
            "request",
            correlation.id = %self.correlation,
            method = %self.request.method(),
            path = self.request.path()
        );
        let reply = self.reply(work).instrument(span).await;
        if let Some(metrics) = &self.http().metrics {
            metrics.count(
                self.request.operation,
                reply.status().as_u16(),
                self.begun.elapsed(),
            );
        }
        reply.into_response()
    }

    async fn reply(&self, work: impl Future<Output = Answered>) -> Reply<()> {
        let outcome = AssertUnwindSafe(work).catch_unwind().await;
        let refusal = match outcome {
            Ok(Ok(reply)) => {
                tracing::debug!("answered");
                return reply;
            }
            Ok(Err(refusal)) => refusal,
            Err(_) => {
                tracing::error!("a handler panicked");
                return Reply::problem(&self.own.failed.occurrence(self.correlation));
            }
        };
        let header = header(&refusal);
        let problem = problem::of_refusal(refusal, self.own, self.correlation);
        tracing::info!(%problem, "refused");
        let reply = Reply::problem(&problem);
        match header {
            Some((name, value)) => reply.with_header(name, &value),
            None => reply,
        }
    }
}

/// Returns the header that accompanies the problem of a refusal.
fn header(refusal: &Refusal) -> Option<(HeaderName, Cow<'static, str>)> {
    match refusal {
        Refusal::Unauthenticated(Unauthenticated::Missing) => {
            Some((WWW_AUTHENTICATE, r#"Bearer realm="appkeep""#.into()))
        }
        Refusal::Unauthenticated(Unauthenticated::Unknown) => Some((
            WWW_AUTHENTICATE,
            r#"Bearer realm="appkeep", error="invalid_token""#.into(),
        )),
        Refusal::Service(Error::NotAdmitted(NotAdmitted::QueueFull { .. }) | Error::TooManySchedules) => {
            Some((RETRY_AFTER, RETRY_AFTER_SECS.into()))
        }
        Refusal::Range { size } => Some((CONTENT_RANGE, format!("bytes */{size}").into())),
        _ => None,
    }
}

/// Returns the app in a path that has no other id.
pub(super) fn app<T: From<Uuid>>(given: Parsed<Identifier>) -> Result<T, Rejected> {
    let mut ids = PathIds::default();
    let id = ids.read("app_id", given);
    ids.accept(id)
}

/// The other ids in a path; collects every malformed one.
#[derive(Default)]
pub(super) struct PathIds {
    faults: Vec<InvalidItem>,
}

impl PathIds {
    /// Reads one id. A malformed one is recorded and replaced by a placeholder.
    pub(super) fn read<T: From<Uuid>>(&mut self, name: &str, given: Parsed<Identifier>) -> T {
        match given.0 {
            Ok(id) => id.0.into(),
            Err(reason) => {
                self.faults.push(InvalidItem {
                    name: name.to_owned(),
                    reason,
                });
                Uuid::nil().into()
            }
        }
    }

    /// Returns `value`, which was built from the ids, if all of them were well-formed.
    pub(super) fn accept<T>(self, value: T) -> Result<T, Rejected> {
        if self.faults.is_empty() {
            Ok(value)
        } else {
            Err(Rejected::Ids(self.faults))
        }
    }
}
