//! The switch of all mutants, as it goes into a woven crate. `SITES` is replaced by how many places there are.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Mutex};

/// The mutant that this process is; 0 is none.
static ACTIVE: LazyLock<u32> =
    LazyLock::new(|| std::env::var("APPKEEP_MUTANT").map_or(0, |id| id.parse().unwrap_or(0)));

/// Where the places that were passed are written down, if that is asked for.
static REACHED: LazyLock<Option<Mutex<File>>> = LazyLock::new(|| {
    let path = std::env::var("APPKEEP_MUTANTS_REACHED").ok()?;
    let file = OpenOptions::new().append(true).create(true).open(path).ok()?;
    Some(Mutex::new(file))
});

static SEEN: [AtomicBool; SITES] = [const { AtomicBool::new(false) }; SITES];

/// Passes a place, and says which mutant this process is.
pub(crate) fn at(site: usize) -> u32 {
    if let Some(file) = &*REACHED
        && !SEEN[site].swap(true, Ordering::Relaxed)
        && let Ok(mut file) = file.lock()
    {
        let _ = file.write_all(format!("{site}\n").as_bytes());
    }
    *ACTIVE
}
