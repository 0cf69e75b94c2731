//! `cargo xtask fuzz`: runs the fuzz targets in `tests/fuzz` with libFuzzer.
//!
//! New inputs are kept in `target/fuzz/corpus`, where later runs continue; those in `tests/fuzz/corpus` only change by
//! hand. A finding ends its target. Sanitizers aren't used, so that stable Rust suffices: this project's code has no
//! `unsafe`, and the memory limit applies to the memory that a server would need.

use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use cargo_metadata::TargetKind;

use crate::process::{command, require};
use crate::tools::FUZZ;
use crate::{Outcome, crash, files, workspace};

/// The directory of the package with the targets.
const PACKAGE: &str = "tests/fuzz";

/// The directory of builds, inputs and findings.
const OUTPUT: &str = "target/fuzz";

/// The maximum size of an input, in bytes.
const INPUT_BYTES_MAX: u32 = 16 << 10;

/// The maximum memory of a target, in MiB.
const MEMORY_MIB_MAX: u32 = 2048;

/// The maximum time of one execution, in seconds.
const EXECUTION_SECS_MAX: u32 = 30;

/// The profile of builds: linking and optimization would take longer than they save.
const PROFILE: [(&str, &str); 4] = [
    ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_STRIP", "none"),
];

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The targets to run, one after the other [default: all].
    targets: Vec<String>,
    /// The duration of each target, in minutes.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    minutes: u32,
}

/// Builds and runs the targets, and prints a line about each.
///
/// # Errors
/// When a target is unknown, can't be built or can't be run.
pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let known = targets()?;
    if let Some(unknown) = args.targets.iter().find(|name| !known.contains(name)) {
        bail!("unknown target {unknown:?}: expected {}", known.join(", "));
    }
    let names = if args.targets.is_empty() {
        &known
    } else {
        &args.targets
    };
    let mut is_clean = true;
    for name in names {
        let report = Target(name).run(args.minutes)?;
        println!("{name}: {report}");
        is_clean &= report.finding.is_none();
    }
    Ok(Outcome::of(is_clean))
}

/// The names of all targets.
fn targets() -> Result<Vec<String>> {
    let metadata = workspace::metadata()?;
    let manifest = files::root().join(PACKAGE).join("Cargo.toml");
    let packages = metadata.packages.iter();
    let mut found = packages.filter(|package| package.manifest_path == manifest);
    let package = found
        .next()
        .with_context(|| format!("{PACKAGE} is not a package"))?;
    let binaries = package
        .targets
        .iter()
        .filter(|target| target.kind.contains(&TargetKind::Bin));
    Ok(binaries.map(|target| target.name.clone()).collect())
}

struct Target<'a>(&'a str);

impl Target<'_> {
    fn run(&self, minutes: u32) -> Result<Report> {
        let Self(name) = self;
        let binary = self.build()?;
        let output = files::root().join(OUTPUT);
        let (corpus, findings) = (
            output.join("corpus").join(name),
            output.join("findings").join(name),
        );
        for directory in [&corpus, &findings] {
            fs::create_dir_all(directory)
                .with_context(|| format!("failed to create {}", directory.display()))?;
        }
        let log_path = output.join(format!("{name}.log"));
        let log =
            File::create(&log_path).with_context(|| format!("failed to create {}", log_path.display()))?;
        // A target that ends early doesn't remove its files.
        let temporary = tempfile::tempdir_in(crash::default_parent())?;
        let mut fuzzer = command(&binary.to_string_lossy(), &[]);
        fuzzer
            .args([&corpus, &files::root().join(PACKAGE).join("corpus").join(name)])
            .arg(format!("-max_total_time={}", u64::from(minutes) * 60))
            .arg(format!("-max_len={INPUT_BYTES_MAX}"))
            .arg(format!("-rss_limit_mb={MEMORY_MIB_MAX}"))
            .arg(format!("-timeout={EXECUTION_SECS_MAX}"))
            .arg(format!("-report_slow_units={EXECUTION_SECS_MAX}"))
            .arg(format!("-artifact_prefix={}/", findings.display()))
            .arg("-print_final_stats=1")
            .env("TMPDIR", temporary.path())
            // The log of a server.
            .stdout(Stdio::null())
            .stderr(log);
        let dictionary = files::root()
            .join(PACKAGE)
            .join("dictionaries")
            .join(format!("{name}.dict"));
        if dictionary.is_file() {
            fuzzer.arg(format!("-dict={}", dictionary.display()));
        }
        eprintln!("{name}: {minutes} minutes, log in {}", log_path.display());
        let status = fuzzer
            .status()
            .with_context(|| format!("failed to start {}", binary.display()))?;
        let log = fs::read(&log_path).with_context(|| format!("failed to read {}", log_path.display()))?;
        let report = Report::of(&String::from_utf8_lossy(&log));
        if !status.success() && report.finding.is_none() {
            bail!("{name} failed without a finding: see {}", log_path.display());
        }
        Ok(report)
    }

    /// Builds the binary, and returns its path.
    fn build(&self) -> Result<PathBuf> {
        let Self(name) = self;
        let mut build = FUZZ.command(&[
            "build",
            "--fuzz-dir",
            PACKAGE,
            "--target-dir",
            OUTPUT,
            "--sanitizer",
            "none",
            "--codegen-units",
            "16",
            "--features",
            "libfuzzer",
            name,
        ])?;
        require(build.envs(PROFILE))?;
        let host = workspace::host()?;
        Ok(files::root().join(OUTPUT).join(host).join("release").join(name))
    }
}

/// The result of a run, from the log of libFuzzer.
#[derive(Debug, Default, PartialEq, Eq)]
struct Report {
    executions: u64,
    executions_per_second: u64,
    /// The number of edges that were reached.
    coverage: u64,
    /// The number of inputs that reach different code.
    corpus: u64,
    /// The path of the input that revealed a defect.
    finding: Option<String>,
}

impl Report {
    fn of(log: &str) -> Self {
        let mut report = Self::default();
        for line in log.lines() {
            if let Some((name, value)) = line.strip_prefix("stat::").and_then(|stat| stat.split_once(':')) {
                match name {
                    "number_of_executed_units" => report.executions = number(value),
                    "average_exec_per_sec" => report.executions_per_second = number(value),
                    _ => {}
                }
            } else if line.starts_with('#') {
                for (name, counter) in [("cov:", &mut report.coverage), ("corp:", &mut report.corpus)] {
                    if let Some((_, value)) = line.split_once(name) {
                        *counter = number(value);
                    }
                }
            } else if let Some((_, path)) = line.split_once("Test unit written to ")
                && !is_of_slow_input(path)
            {
                report.finding = Some(path.to_owned());
            }
        }
        report
    }
}

/// Whether libFuzzer wrote this file for an input that took long, within the time limit.
fn is_of_slow_input(path: &str) -> bool {
    let name = Path::new(path).file_name();
    name.is_some_and(|name| name.to_string_lossy().starts_with("slow-unit-"))
}

/// The number at the beginning of a text; 0 if there is none.
fn number(text: &str) -> u64 {
    let digits: String = text
        .trim_start()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().unwrap_or_default()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            executions,
            executions_per_second,
            coverage,
            corpus,
            finding,
        } = self;
        write!(
            f,
            "{executions} executions, {executions_per_second} per second, coverage {coverage}, \
             corpus {corpus} inputs, "
        )?;
        match finding {
            Some(path) => write!(f, "FOUND: {path}"),
            None => f.write_str("no findings"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "INFO: Seed: 1\n#2\tINITED cov: 10 ft: 11 corp: 1/1b exec/s: 0 rss: 40Mb\n\
        #4096\tNEW    cov: 120 ft: 300 corp: 31/2048b lim: 99 exec/s: 2048 rss: 41Mb L: 3/9 MS: 1 EraseBytes-\n";
    const STATS: &str = "stat::number_of_executed_units: 5000\nstat::average_exec_per_sec:     2500\n";

    #[test]
    fn a_report_has_the_last_numbers_of_the_log() {
        let report = Report::of(&format!("{LOG}{STATS}"));
        assert_eq!(
            report.to_string(),
            "5000 executions, 2500 per second, coverage 120, corpus 31 inputs, no findings"
        );
    }

    #[test]
    fn a_report_names_the_input_of_a_finding() {
        let found = "artifact_prefix='/f/'; Test unit written to /f/crash-0a\n";
        let report = Report::of(&format!("{LOG}{STATS}{found}"));
        assert!(report.to_string().ends_with("FOUND: /f/crash-0a"), "{report}");
    }

    #[test]
    fn an_input_that_only_takes_long_is_no_finding() {
        let slow = "artifact_prefix='/f/'; Test unit written to /f/slow-unit-0a\n";
        let report = Report::of(&format!("{LOG}{STATS}{slow}"));
        assert_eq!(report.finding, None);
        let found = "artifact_prefix='/f/'; Test unit written to /f/timeout-0b\n";
        let report = Report::of(&format!("{LOG}{found}{slow}{STATS}"));
        assert_eq!(report.finding.as_deref(), Some("/f/timeout-0b"));
    }

    #[test]
    fn each_target_has_a_corpus_and_a_dictionary_belongs_to_a_target() {
        let names = targets().unwrap();
        let package = files::root().join(PACKAGE);
        for name in &names {
            assert!(package.join("corpus").join(name).is_dir(), "{name}");
        }
        for entry in fs::read_dir(package.join("dictionaries")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            assert!(names.contains(&name), "{}", path.display());
        }
    }
}
