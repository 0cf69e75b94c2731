//! Runs a command of a hook, or of a receiver of notifications: without a shell, with its own environment and process group, and with a time limit.
//! A forced end includes processes that left the group.
//!
//! Background processes of a command that ended by itself keep running, but their output is ignored.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use appkeep_core::hook::{HookEnd, HookRun, OUTPUT_BYTES_MAX, RunHook};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::failure::is_transient;
use crate::hook_processes::HookProcesses;

/// The search path for the programs of hooks that are named without a directory.
pub const HOOK_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Distinguishes the processes of one run of a command from all others.
const RUN_VARIABLE: &str = "APPKEEP_HOOK_RUN";

/// The time between the signal that requests a command to end and the signal that kills it.
const GRACE: Duration = Duration::from_secs(1);

/// The interval at which the processes of such a command are checked.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// The number of times that a killed command is checked for processes that it started meanwhile.
const KILL_ROUNDS: usize = 10;

/// The time to wait for the last output of a command that has ended. A background process may keep its output
/// open indefinitely.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// The pause before another attempt to start a command when the system lacks resources.
const START_AGAIN: Duration = Duration::from_millis(100);

/// A command to run.
#[derive(Debug, Clone)]
pub struct RunCommand {
    /// The program and its arguments; they aren't interpreted by a shell.
    pub command: Vec<String>,
    /// Its environment, besides a default search path. Later variables override earlier ones.
    pub environment: Vec<(String, String)>,
    /// Its standard input; without content, it is `/dev/null`.
    pub stdin: Vec<u8>,
    /// The time limit in seconds.
    pub timeout_secs: u32,
}

/// Runs the command of a hook with [`run_command`].
pub(crate) async fn run(request: &RunHook, cancel: &CancellationToken) -> HookRun {
    run_command(&of_hook(request), cancel).await
}

/// Runs the command until it ends, or ends it. While the system is too short of resources to start it,
/// retries until the command's time limit: an app that was quiesced must be released.
///
/// # Cancel safety
/// If the future is dropped, the command and all processes that it started are killed.
pub async fn run_command(request: &RunCommand, cancel: &CancellationToken) -> HookRun {
    let begin = Instant::now();
    let limit = Duration::from_secs(request.timeout_secs.into());
    let without_output = |end| (end, Vec::new(), Vec::new());
    let (end, stdout, stderr) = loop {
        match Running::start(request) {
            Ok(running) => break running.end(&request.stdin, sleep(limit), cancel).await,
            Err(NotStarted::Exhausted(_)) if begin.elapsed() < limit => {
                if cancel.run_until_cancelled(sleep(START_AGAIN)).await.is_none() {
                    break without_output(HookEnd::Cancelled);
                }
            }
            Err(NotStarted::Exhausted(reason)) => break without_output(HookEnd::Exhausted(reason)),
            Err(NotStarted::Refused(reason)) => break without_output(HookEnd::NotStarted(reason)),
        }
    };
    HookRun {
        end,
        duration: begin.elapsed(),
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    }
}

/// The reason why a command was not started.
enum NotStarted {
    /// The system is temporarily short of resources.
    Exhausted(String),
    /// It can't be started.
    Refused(String),
}

impl NotStarted {
    fn because(what: &str, error: &io::Error) -> Self {
        let reason = format!("{what}: {error}");
        if is_transient(error) {
            Self::Exhausted(reason)
        } else {
            Self::Refused(reason)
        }
    }
}

impl From<&str> for NotStarted {
    fn from(reason: &str) -> Self {
        Self::Refused(reason.to_owned())
    }
}

/// A command that was started.
struct Running {
    child: Child,
    /// The process group, until its first process is reaped: until then its id isn't reused.
    group: Option<Pid>,
    /// Processes that left the group.
    processes: Option<HookProcesses>,
    /// Notified when the first process has ended, before it is reaped.
    ended: oneshot::Receiver<()>,
    /// [`GRACE`].
    grace: Duration,
}

impl Running {
    fn start(request: &RunCommand) -> Result<Self, NotStarted> {
        let (program, arguments) = request.command.split_first().ok_or("the command is empty")?;
        let run = run_name();
        let child = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(environment(request, &run))
            .current_dir("/")
            .stdin(if request.stdin.is_empty() {
                Stdio::null()
            } else {
                Stdio::piped()
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| NotStarted::because(program, &error))?;
        let group = child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw)
            .ok_or("it has no process id")?;
        let (tell, ended) = oneshot::channel();
        let running = Self {
            child,
            group: Some(group),
            processes: HookProcesses::of(group, format!("{RUN_VARIABLE}={run}").into_bytes()),
            ended,
            grace: GRACE,
        };
        // The runtime's own way of waiting releases the process group's id at once.
        std::thread::Builder::new()
            .name("hook".to_owned())
            .spawn(move || {
                let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
                while let Err(Errno::INTR) = rustix::process::waitid(WaitId::Pid(group), options) {}
                let _ = tell.send(());
            })
            .map_err(|error| NotStarted::because(&format!("{program} can't be waited for"), &error))?;
        Ok(running)
    }

    /// Waits for the command, and ends it when `time_limit` ends or after a cancellation.
    async fn end(
        mut self,
        input: &[u8],
        time_limit: impl Future<Output = ()>,
        cancel: &CancellationToken,
    ) -> (HookEnd, Vec<u8>, Vec<u8>) {
        let (mut stdout, mut stderr) = (Tail::default(), Tail::default());
        let (out, err) = (self.child.stdout.take(), self.child.stderr.take());
        let stdin = self.child.stdin.take();
        let end = {
            let reading = async { tokio::join!(stdout.read(out), stderr.read(err), write(stdin, input)) };
            let waiting = self.wait(time_limit, cancel);
            tokio::pin!(reading, waiting);
            tokio::select! {
                end = &mut waiting => {
                    let _ = timeout(LAST_WORDS, &mut reading).await;
                    end
                }
                _ = &mut reading => waiting.await,
            }
        };
        (end, stdout.bytes, stderr.bytes)
    }

    async fn wait(&mut self, time_limit: impl Future<Output = ()>, cancel: &CancellationToken) -> HookEnd {
        let forced = tokio::select! {
            _ = &mut self.ended => None,
            () = time_limit => Some(HookEnd::TimedOut),
            () = cancel.cancelled() => Some(HookEnd::Cancelled),
        };
        if let Some(end) = forced {
            self.signal(Signal::TERM);
            let processes = self.processes.as_ref();
            let all_ended = async {
                let _ = (&mut self.ended).await;
                while processes.is_some_and(HookProcesses::any) {
                    sleep(POLL_INTERVAL).await;
                }
            };
            let _ = timeout(self.grace, all_ended).await;
            self.signal(Signal::KILL);
            // A process that hangs in the kernel can't be killed, and must not delay the server.
            let _ = timeout(GRACE, self.reap()).await;
            for _ in 0..KILL_ROUNDS {
                let Some(processes) = self.processes.as_ref().filter(|processes| processes.any()) else {
                    break;
                };
                processes.signal(Signal::KILL);
                sleep(POLL_INTERVAL).await;
            }
            return end;
        }
        match self.reap().await {
            Ok(status) => end_of(status),
            Err(error) => HookEnd::NotStarted(format!("it can't be waited for: {error}")),
        }
    }

    async fn reap(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await;
        self.group = None;
        status
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            // Fails if the whole group has ended.
            let _ = rustix::process::kill_process_group(group, signal);
            if let Some(processes) = &self.processes {
                processes.signal(signal);
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

fn end_of(status: ExitStatus) -> HookEnd {
    match (status.code(), status.signal()) {
        (Some(code), _) => HookEnd::Exited(code),
        (None, Some(signal)) => HookEnd::Signalled(signal),
        (None, None) => HookEnd::NotStarted(format!("it ended with an unexpected status: {status}")),
    }
}

/// Writes the input. A command needn't read it.
async fn write(stdin: Option<impl AsyncWrite + Unpin>, input: &[u8]) {
    if let Some(mut stdin) = stdin {
        let _ = stdin.write_all(input).await;
    }
}

/// The command of a hook. Its declared variables override the default path, and the variables that describe the run
/// override all others.
fn of_hook(request: &RunHook) -> RunCommand {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let declared = request.hook.env.iter();
    let mut environment: Vec<_> = declared.map(|(name, value)| pair(name, value)).collect();
    environment.extend([
        pair("APPKEEP_APP_ID", &request.app_id.to_string()),
        pair("APPKEEP_APP_NAME", &request.app_name),
        pair("APPKEEP_SNAPSHOT_ID", &request.snapshot_id.to_string()),
        pair("APPKEEP_HOOK_STAGE", request.hook.stage.as_str()),
    ]);
    RunCommand {
        command: request.hook.command.clone(),
        environment,
        stdin: Vec::new(),
        timeout_secs: request.hook.timeout_secs,
    }
}

/// The complete environment of the command.
fn environment<'a>(request: &'a RunCommand, run: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let declared = request.environment.iter();
    let declared = declared.map(|(name, value)| (name.as_str(), value.as_str()));
    [("PATH", HOOK_PATH)]
        .into_iter()
        .chain(declared)
        .chain([(RUN_VARIABLE, run)])
}

/// A name for one run of a command, unique while its processes exist.
fn run_name() -> String {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let number = RUNS.fetch_add(1, Ordering::Relaxed);
    format!("{}.{number}", std::process::id())
}

/// The end of an output.
#[derive(Default)]
struct Tail {
    bytes: Vec<u8>,
}

impl Tail {
    async fn read(&mut self, source: Option<impl AsyncRead + Unpin>) {
        let Some(mut source) = source else { return };
        let mut piece = [0; OUTPUT_BYTES_MAX];
        // A read error counts as the end.
        while let Ok(read @ 1..) = source.read(&mut piece).await {
            self.bytes.extend_from_slice(&piece[..read]);
            let surplus = self.bytes.len().saturating_sub(OUTPUT_BYTES_MAX);
            self.bytes.drain(..surplus);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use appkeep_core::hook::{Hook, HookStage};
    use appkeep_core::ids::{AppId, AppSnapshotId};
    use uuid::Uuid;

    use super::*;

    fn request(command: &[&str], timeout_secs: u32) -> RunHook {
        RunHook {
            hook: Hook {
                name: "hook".to_owned(),
                stage: HookStage::PreSnapshot,
                command: command.iter().map(|word| (*word).to_owned()).collect(),
                env: BTreeMap::from([
                    ("COLOUR".to_owned(), "green".to_owned()),
                    ("APPKEEP_APP_NAME".to_owned(), "a lie".to_owned()),
                ]),
                timeout_secs,
            },
            app_id: AppId::new(Uuid::from_u128(1)),
            app_name: "shop".to_owned(),
            snapshot_id: AppSnapshotId::new(Uuid::from_u128(2)),
        }
    }

    async fn run_hook(command: &[&str], timeout_secs: u32) -> HookRun {
        run(&request(command, timeout_secs), &CancellationToken::new()).await
    }

    /// Starts a shell script without a time limit.
    fn start(script: &str) -> Running {
        let Ok(running) = Running::start(&of_hook(&request(&["sh", "-c", script], 600))) else {
            panic!("the shell was not started");
        };
        running
    }

    /// Ends a command as a time limit does, once these files contain process ids. Returns its output.
    async fn time_out(running: Running, pid_files: &[&Path]) -> String {
        let is_written = |file: &&Path| std::fs::read_to_string(file).is_ok_and(|pid| pid.ends_with('\n'));
        let time_limit = async {
            while !pid_files.iter().all(is_written) {
                tokio::task::yield_now().await;
            }
        };
        let never = CancellationToken::new();
        let ended = timeout(Duration::from_mins(1), running.end(&[], time_limit, &never));
        let (end, stdout, _) = ended.await.unwrap();
        assert_eq!(end, HookEnd::TimedOut);
        String::from_utf8(stdout).unwrap()
    }

    fn is_running(pid_file: &Path) -> bool {
        let pid = std::fs::read_to_string(pid_file).unwrap();
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
        // A zombie isn't running.
        stat.is_ok_and(|stat| !stat.contains(") Z "))
    }

    async fn wait_for_end(pid_files: &[&Path]) {
        let ended = async {
            while pid_files.iter().any(|file| is_running(file)) {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_mins(1), ended).await.unwrap();
    }

    #[tokio::test]
    async fn arguments_are_passed_unchanged() {
        let ran = run_hook(&["printf", "%s|", "a b", "$HOME", "*", "'"], 10).await;
        assert!(ran.is_success(), "{ran:?}");
        assert_eq!(ran.stdout, "a b|$HOME|*|'|");
    }

    #[tokio::test]
    async fn the_environment_has_only_declared_and_hook_variables() {
        let ran = run_hook(&["env"], 10).await;
        let (runs, mut lines): (Vec<_>, Vec<_>) = ran
            .stdout
            .lines()
            .partition(|line| line.starts_with("APPKEEP_HOOK_RUN="));
        assert_eq!(runs.len(), 1, "{runs:?}");
        lines.sort_unstable();
        assert_eq!(
            lines,
            [
                "APPKEEP_APP_ID=00000000-0000-0000-0000-000000000001",
                "APPKEEP_APP_NAME=shop",
                "APPKEEP_HOOK_STAGE=pre-snapshot",
                "APPKEEP_SNAPSHOT_ID=00000000-0000-0000-0000-000000000002",
                "COLOUR=green",
                &format!("PATH={HOOK_PATH}"),
            ]
        );
    }

    #[tokio::test]
    async fn exit_status_signal_and_missing_command_are_distinguished() {
        let ran = run_hook(&["sh", "-c", "echo no >&2; exit 7"], 10).await;
        assert_eq!((ran.end, ran.stderr.as_str()), (HookEnd::Exited(7), "no\n"));
        let ran = run_hook(&["sh", "-c", "kill -9 $$"], 10).await;
        assert_eq!(ran.end, HookEnd::Signalled(9));
        let ran = run_hook(&["/nowhere/at/all"], 10).await;
        let reason = "/nowhere/at/all: No such file or directory (os error 2)";
        assert_eq!(ran.end, HookEnd::NotStarted(reason.to_owned()));
    }

    #[tokio::test]
    async fn a_command_receives_its_input_and_needs_not_read_it() {
        let mut request = RunCommand {
            command: vec!["wc".to_owned(), "-c".to_owned()],
            environment: Vec::new(),
            stdin: vec![b'x'; 1 << 20],
            timeout_secs: 60,
        };
        let never = CancellationToken::new();
        assert_eq!(run_command(&request, &never).await.stdout.trim(), "1048576");
        request.command = vec!["true".to_owned()];
        assert!(run_command(&request, &never).await.is_success());
    }

    #[tokio::test]
    async fn only_the_end_of_a_long_output_is_kept() {
        let ran = run_hook(&["sh", "-c", "seq 1 200000; echo the end"], 30).await;
        assert!(ran.is_success(), "{:?}", ran.end);
        assert_eq!(ran.stdout.len(), OUTPUT_BYTES_MAX);
        assert!(ran.stdout.ends_with("200000\nthe end\n"));
    }

    #[tokio::test]
    async fn a_command_ends_at_its_time_limit() {
        let ran = run_hook(&["sleep", "600"], 1).await;
        assert_eq!(ran.end, HookEnd::TimedOut);
        assert!(ran.duration < Duration::from_mins(1), "{:?}", ran.duration);
    }

    /// A command that ignores `SIGTERM`, and its child process, which ignores it, too.
    #[tokio::test]
    async fn a_timeout_kills_a_command_and_its_children() {
        let dir = tempfile::tempdir().unwrap();
        let (one, other) = (dir.path().join("one"), dir.path().join("other"));
        let script = format!(
            "trap '' TERM; echo waiting; sleep 600 & echo $! > {}; echo $$ > {}; while :; do sleep 600; done",
            other.display(),
            one.display()
        );
        assert_eq!(time_out(start(&script), &[&one, &other]).await, "waiting\n");
        wait_for_end(&[&one, &other]).await;
    }

    /// For example, a command that starts a daemon.
    #[tokio::test]
    async fn a_timeout_kills_processes_in_another_session() {
        let dir = tempfile::tempdir().unwrap();
        let (gentle, stubborn) = (dir.path().join("gentle"), dir.path().join("stubborn"));
        let script = format!(
            "setsid sh -c 'echo $$ > {}; sleep 600' & setsid sh -c \"trap '' TERM; echo \\$\\$ > {}; while :; do sleep \
             600; done\" & wait",
            gentle.display(),
            stubborn.display()
        );
        time_out(start(&script), &[&gentle, &stubborn]).await;
        wait_for_end(&[&gentle, &stubborn]).await;
    }

    #[tokio::test]
    async fn a_cancelled_command_can_clean_up() {
        let dir = tempfile::tempdir().unwrap();
        let ready = dir.path().join("ready");
        let script = format!(
            "trap 'trap \"\" TERM; echo cleaned; exit 0' TERM; touch {}; while :; do sleep 0.01; done",
            ready.display()
        );
        let cancel = CancellationToken::new();
        let mut running = start(&script);
        running.grace = Duration::from_mins(1);
        let cancelling = async {
            while !ready.exists() {
                tokio::task::yield_now().await;
            }
            cancel.cancel();
        };
        let ended = running.end(&[], std::future::pending(), &cancel);
        let ((end, stdout, _), ()) = tokio::join!(ended, cancelling);
        assert_eq!(
            (end, stdout.as_slice()),
            (HookEnd::Cancelled, b"cleaned\n".as_slice())
        );
    }

    /// For example, a command that starts a database.
    #[tokio::test]
    async fn background_processes_neither_delay_the_result_nor_are_killed() {
        let dir = tempfile::tempdir().unwrap();
        let left = dir.path().join("left");
        let script = format!("sleep 600 & echo $! > {}; echo started", left.display());
        let ran = run_hook(&["sh", "-c", &script], 600).await;
        assert_eq!((ran.end, ran.stdout.as_str()), (HookEnd::Exited(0), "started\n"));
        assert!(ran.duration < Duration::from_secs(30), "{:?}", ran.duration);
        assert!(is_running(&left));
        let pid = std::fs::read_to_string(&left).unwrap().trim().parse().unwrap();
        rustix::process::kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
    }
}
