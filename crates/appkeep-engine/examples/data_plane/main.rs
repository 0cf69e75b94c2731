//! One step of a data-plane measurement, in a process of its own: `cargo xtask bench` runs these.
//!
//! `data_plane PEER STEP PLACE SOURCE`, where PEER is `ours` (the engine as the server drives it),
//! `ours-unverified` (the same, without reading a share of each backup back) or `bare` (`rustic_core` on its own
//! source and directory backend, with its default settings, and no guard of ours).

mod bare;
mod ours;

use std::path::PathBuf;
use std::process::ExitCode;

/// Whatever went wrong; this is a tool for those who build the engine.
type Failure = Box<dyn std::error::Error>;

/// What is measured.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Makes what the backup with this number is read from; the library alone reads the data where it is.
    Snapshot(u8),
    /// Makes the backup with this number.
    Backup(u8),
    /// Restores the backup with this number to the directory `restored` of the place.
    Restore(u8),
    /// Deletes the first two backups and gives their bytes back.
    Delete,
}

/// Where it happens.
#[derive(Debug)]
struct Site {
    /// Holds the repository, its keys and whatever else the peer keeps.
    place: PathBuf,
    /// What is backed up.
    source: PathBuf,
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
    let [peer, step, place, source] = args.as_slice() else {
        return Err("usage: data_plane ours|ours-unverified|bare STEP PLACE SOURCE".into());
    };
    let step = step_of(step).ok_or("STEP is snapshot-N, backup-N, restore-N or delete")?;
    let site = Site {
        place: PathBuf::from(place),
        source: PathBuf::from(source),
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
        "restore" => Some(Step::Restore(number)),
        _ => None,
    }
}
