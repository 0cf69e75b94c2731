//! Notifications of jobs that any server queues or requests to stop.
//!
//! Statements that change the queue notify when their transaction is committed. One connection of each process listens,
//! from the first call of [`Events::subscribe`]. Notifications are lost while it is not connected, so each attempt to
//! connect counts as one.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use appkeep_core::store::JobEvents;
use sqlx_core::error::Error;
use sqlx_core::query_scalar::query_scalar;
use sqlx_postgres::PgListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::options::Options;

/// The channel of all servers on a database. Payloads name the schema, because one database may have several.
const CHANNEL: &str = "appkeep_jobs";

/// The first and the longest pause between attempts to connect. The longest one is also the interval at which workers
/// look for changes while the database can't be reached.
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// Makes a statement notify if it changes rows of the queue. `$change` ends with `RETURNING seq`. Each change may return
/// more columns.
macro_rules! notifying {
    ($event:literal, $change:expr) => {
        notifying!($event, $change, "")
    };
    ($event:literal, $change:expr, $columns:literal) => {
        concat!(
            "WITH changed AS (",
            $change,
            ") SELECT pg_notify('appkeep_jobs', current_schema || ' ",
            $event,
            "')",
            $columns,
            " FROM changed"
        )
    };
}
pub(super) use notifying;

/// The subscriptions of one process; clones share the connection.
#[derive(Clone)]
pub(super) struct Events {
    options: Arc<Options>,
    started: Arc<OnceLock<JobEvents>>,
    /// The task that listens. It ends with the last clone.
    task: Arc<Mutex<JoinSet<()>>>,
}

impl std::fmt::Debug for Events {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The options contain the password.
        formatter.debug_struct("Events").finish_non_exhaustive()
    }
}

impl Events {
    /// `options` are those of the connection.
    pub(super) fn new(options: Options) -> Self {
        Self {
            options: Arc::new(options),
            started: Arc::default(),
            task: Arc::default(),
        }
    }

    /// The events since the first call.
    pub(super) fn subscribe(&self) -> JobEvents {
        let start = || {
            let (queued, queued_events) = watch::channel(());
            let (cancelled, cancelled_events) = watch::channel(());
            let senders = Senders { queued, cancelled };
            self.task().spawn(listen(self.options.clone(), senders));
            JobEvents {
                queued: queued_events,
                cancelled: cancelled_events,
            }
        };
        self.started.get_or_init(start).clone()
    }

    /// Closes the connection.
    pub(super) async fn close(&self) {
        let mut task = std::mem::take(&mut *self.task());
        task.shutdown().await;
    }

    fn task(&self) -> std::sync::MutexGuard<'_, JoinSet<()>> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Senders {
    queued: watch::Sender<()>,
    cancelled: watch::Sender<()>,
}

impl Senders {
    fn send_all(&self) {
        self.queued.send_replace(());
        self.cancelled.send_replace(());
    }

    fn send(&self, event: &str) {
        match event {
            "queued" => {
                self.queued.send_replace(());
            }
            // A cancelled job that waits in the queue becomes due, too.
            _ => self.send_all(),
        }
    }
}

/// Listens until the task is aborted.
async fn listen(options: Arc<Options>, senders: Senders) {
    let mut pause = PAUSE_MIN;
    loop {
        let error = match connect(&options).await {
            Ok((mut listener, schema)) => {
                pause = PAUSE_MIN;
                senders.send_all();
                receive(&mut listener, &schema, &senders).await
            }
            Err(error) => error,
        };
        tracing::debug!(%error, "notifications of jobs are not received at the moment");
        senders.send_all();
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

/// Opens a connection of its own, so that the pool's are all available to calls.
async fn connect(options: &Options) -> Result<(PgListener, String), Error> {
    let pool = options.pool.clone().max_connections(1);
    let pool = pool.max_lifetime(None).idle_timeout(None);
    let pool = pool.connect_lazy_with(options.connection.clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    let schema = query_scalar("SELECT current_schema::TEXT").fetch_one(&mut listener);
    let schema = schema.await?;
    Ok((listener, schema))
}

/// Receives notifications until the connection breaks.
async fn receive(listener: &mut PgListener, schema: &str, senders: &Senders) -> Error {
    loop {
        match listener.try_recv().await {
            Ok(Some(notification)) => {
                let event = notification.payload().rsplit_once(' ');
                if let Some((_, event)) = event.filter(|(of_schema, _)| *of_schema == schema) {
                    senders.send(event);
                }
            }
            Ok(None) => return Error::Io(std::io::ErrorKind::ConnectionAborted.into()),
            Err(error) => return error,
        }
    }
}
