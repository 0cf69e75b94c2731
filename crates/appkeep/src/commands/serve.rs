//! `appkeep serve`

mod tls;

use std::future::pending;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use appkeep_server::Config;
use appkeep_server::{Options, Server};
use clap::builder::ArgPredicate;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use self::tls::TlsArgs;
use crate::commands::{disable_core_files, raise_open_files_limit, survive_file_size_limit};
use crate::credentials::environment;
use crate::demo::{Demo, Format};
use crate::logging::{self, LogFormat};
use crate::parent;
use crate::service_manager::{self, Watchdog};
use crate::stdout::print_line;
use crate::test_mode;

/// Run the server.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "appkeep serve --config <FILE> --data <DIR> [OPTIONS]\n       appkeep serve --demo [OPTIONS]\n       appkeep serve --test-mode [OPTIONS]"
)]
pub(crate) struct Args {
    /// The configuration: accounts, apps with their volumes, buckets. SIGHUP reloads it.
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present_any = ["demo", "test_mode"],
        conflicts_with = "demo"
    )]
    config: Option<PathBuf>,
    /// The data directory: database, snapshots, keys. Created if it doesn't exist. Default with --config: `APPKEEP_DATA`.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The address to listen on; port 0 selects a free one, which is the default with --format json.
    #[arg(
        long,
        value_name = "ADDR",
        default_value = "127.0.0.1:8480",
        default_value_if("format", ArgPredicate::Equals("json".into()), "127.0.0.1:0")
    )]
    listen: SocketAddr,
    /// Try appkeep without a configuration: creates an app with files, a bucket and a token, and prints commands
    /// that use them. Without --data, everything is removed at the end.
    #[arg(long)]
    demo: bool,
    /// Serve tests in any language: data is in memory, jobs end before the response is sent, and requests below /test/
    /// control jobs, faults and time. Every response has the header appkeep-test-mode.
    #[arg(long, conflicts_with_all = ["config", "data", "demo", "operations_listen", "tls_cert", "tls"])]
    test_mode: bool,
    /// The seed of ids and faults in test mode: the same seed and requests give the same responses.
    #[arg(long, value_name = "NUMBER", default_value_t = 0, requires = "test_mode")]
    seed: u32,
    /// The format of the output of --demo and --test-mode. With json, one line is printed once the server accepts
    /// requests, and the server ends when the process that started it ends. The line of --demo contains url, token,
    /// accountID, apps (id, name, volumes), buckets (id, name, path), data; with --tls, ca; with --operations-listen,
    /// operationsURL. The line of --test-mode contains url, controlURL, token, accountID, appID, bucketID.
    #[arg(long, value_enum, default_value_t, conflicts_with = "config")]
    format: Format,
    /// The address of /healthz, /readyz, /version and /metrics (Prometheus), in plain HTTP and without a token. By
    /// default, they are not served.
    #[arg(long, value_name = "ADDR")]
    operations_listen: Option<SocketAddr>,
    /// The log filter, for example info, debug, or appkeep=debug. Audit records are logged unless it contains
    /// audit=off.
    #[arg(long, value_name = "FILTER", default_value = "warn", env = "APPKEEP_LOG")]
    log: String,
    /// The format of log lines.
    #[arg(long, value_enum, default_value_t)]
    log_format: LogFormat,
    #[command(flatten)]
    tls: TlsArgs,
}

pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    // By default SIGHUP ends the process, so the handler is installed first.
    let mut hangup = signal(SignalKind::hangup())?;
    logging::start(&args.log, args.log_format)?;
    disable_core_files();
    survive_file_size_limit()?;
    raise_open_files_limit();
    #[cfg(feature = "failpoints")]
    crate::fail_points::start()?;
    // Installed before anything starts, so that no signal is missed.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut parent = match args.format {
        Format::Text => None,
        Format::Json => parent::watch()?,
    };
    if args.test_mode {
        let server = test_mode::start(args.listen, args.seed, args.format).await?;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = ended(parent.as_mut()) => {}
        }
        drop(server);
        return Ok(ExitCode::SUCCESS);
    }
    let tls = args.tls.into_tls();
    let demo = if args.demo {
        Some(Demo::create(args.data.clone())?)
    } else {
        None
    };
    let config_file = args.config.clone();
    // A demo doesn't write its files into the data directory of another server.
    let data = args
        .data
        .or_else(|| environment("APPKEEP_DATA").map(PathBuf::from));
    let (config, data) = match (&demo, args.config, data) {
        (Some(demo), ..) => (demo.config()?, demo.data_dir()),
        (None, Some(config), Some(data)) => (Config::load(&config)?, data),
        _ => anyhow::bail!("expected --config FILE and --data DIR (or APPKEEP_DATA), or --demo"),
    };
    for warning in config.warnings.iter().chain(&config.missing_on_this_machine()) {
        tracing::warn!("{warning}");
    }
    let mut options = Options::new(config, data, args.listen);
    options.operations_listen = args.operations_listen;
    options.tls = tls;
    let server = Server::start(options).await?;
    let printed = match (&demo, args.format) {
        (Some(demo), Format::Json) => demo.print_json(&server).await,
        (demo, _) => print_text(&server, demo.as_ref()).await,
    };
    let mut watchdog = Watchdog::new();
    service_manager::ready(&server.url());
    while printed.is_ok() {
        tokio::select! {
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            () = ended(parent.as_mut()) => break,
            _ = hangup.recv() => reload(&server, config_file.as_deref()).await,
            () = watchdog.notify_next() => {}
        }
    }
    tracing::info!("stopping");
    service_manager::stopping();
    // Before the demo's directory is removed, or the server would write into it.
    server.stop().await;
    printed?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the address of the server, and the instructions of a demo.
async fn print_text(server: &Server, demo: Option<&Demo>) -> anyhow::Result<()> {
    print_line(&format!("appkeep is ready on {}", server.url()))?;
    if let Some(file) = server.ca_file() {
        print_line(&format!(
            "clients must trust its certificate authority: {}",
            file.display()
        ))?;
    }
    if let Some(address) = server.operations_addr() {
        print_line(&format!("operations are on http://{address}"))?;
    }
    if let Some(demo) = demo {
        print_line(&demo.introduction(server).await?)?;
    }
    Ok(())
}

/// Waits until the parent process has ended, if it is watched.
async fn ended(parent: Option<&mut oneshot::Receiver<()>>) {
    match parent {
        // An error, because the sender is dropped.
        Some(parent) => drop(parent.await),
        None => pending().await,
    }
}

/// Applies the current content of the configuration file; an invalid one changes nothing.
async fn reload(server: &Server, file: Option<&Path>) {
    let Some(file) = file else {
        server.reload_certificate();
        return;
    };
    let reloaded = match Config::load(file) {
        Ok(config) => {
            let (warnings, missing) = (config.warnings.clone(), config.missing_on_this_machine());
            server
                .reload(config)
                .await
                .map(|changes| (changes, warnings, missing))
        }
        Err(error) => Err(error.into()),
    };
    match reloaded {
        Ok((changes, warnings, missing)) => {
            for warning in warnings.iter().chain(&missing) {
                tracing::warn!("{warning}");
            }
            let changes = if changes.is_empty() {
                "nothing changed".to_owned()
            } else {
                changes.join(", ")
            };
            tracing::info!(target: "audit", action = "reload", changes, "configuration reloaded");
        }
        Err(error) => tracing::error!(
            %error,
            "the configuration was not reloaded: the previous one stays in use"
        ),
    }
}
