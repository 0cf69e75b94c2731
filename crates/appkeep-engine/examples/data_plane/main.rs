//! One step of a data-plane measurement, in a separate process: `cargo xtask bench` runs these.
//!
//! `data_plane PEER STEP PLACE SOURCE [BUCKET]`, where PEER is `ours` (the engine as the server uses it),
//! `ours-unverified` (the same, without reading a share of each backup back) or `bare` (`rustic_core` with
//! its own source, directory backend and default settings, without the engine's checks). The engine's bucket is a
//! directory in PLACE, or BUCKET, `s3://NAME/PREFIX` on the server at `AWS_ENDPOINT_URL`.

mod bare;
mod ours;

use std::path::PathBuf;
use std::process::ExitCode;

/// Any error; this is a tool for developers.
type Failure = Box<dyn std::error::Error>;

/// The measured step.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Creates the snapshot for the backup with this number; the library alone reads the source directly.
    Snapshot(u8),
    /// Creates the backup with this number.
    Backup(u8),
    /// Creates the backup with this number directly from the source; only the engine has this step.
    Live(u8),
    /// Restores the backup with this number to the directory `restored` of the site.
    Restore(u8),
    /// Deletes the first two backups and frees their space.
    Delete,
}

/// The directories of a measurement.
#[derive(Debug)]
struct Site {
    /// Contains the repository, its keys and all other data of the peer.
    place: PathBuf,
    /// The data to back up.
    source: PathBuf,
    /// The URL of the engine's bucket, if it isn't a directory.
    bucket: Option<String>,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("data_plane: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [peer, step, place, source, bucket @ ..] = args.as_slice() else {
        return Err("usage: data_plane ours|ours-unverified|bare STEP PLACE SOURCE [BUCKET]".into());
    };
    let step = step_of(step).ok_or("STEP is snapshot-N, backup-N, live-N, restore-N or delete")?;
    let site = Site {
        place: PathBuf::from(place),
        source: PathBuf::from(source),
        bucket: bucket.first().cloned(),
    };
    match peer.as_str() {
        "ours" => ours::run(step, &site, true),
        "ours-unverified" => ours::run(step, &site, false),
        "bare" => bare::run(step, &site),
        _ => Err("PEER is ours, ours-unverified or bare".into()),
    }
}

fn step_of(text: &str) -> Option<Step> {
    if text == "delete" {
        return Some(Step::Delete);
    }
    let (step, number) = text.split_once('-')?;
    let number = number.parse().ok()?;
    match step {
        "snapshot" => Some(Step::Snapshot(number)),
        "backup" => Some(Step::Backup(number)),
        "live" => Some(Step::Live(number)),
        "restore" => Some(Step::Restore(number)),
        _ => None,
    }
}
