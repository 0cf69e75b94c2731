//! A program that continuously rewrites its file in place, and the check of a snapshot of it.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// The number of stamps in a file.
const STAMPS: u64 = 64;

/// The distance between two stamps, in bytes.
const STRIDE: u64 = 1 << 18;

/// Writes the same number to all stamps of a file, one after the other, then the next number.
pub(crate) struct Writer {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Fills the file, and keeps writing until dropped.
    pub(crate) fn start(path: PathBuf) -> Self {
        let file = File::create(path).unwrap();
        file.write_all_at(&vec![1; usize::try_from(STAMPS * STRIDE).unwrap()], 0)
            .unwrap();
        let stamp = move |generation: u64| {
            for place in 0..STAMPS {
                file.write_all_at(&generation.to_le_bytes(), place * STRIDE)
                    .unwrap();
            }
        };
        stamp(1);
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut generation = 1;
            while !stopped.load(Ordering::Relaxed) {
                generation += 1;
                stamp(generation);
            }
        });
        Self {
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// Whether the file shows a single moment: at most two generations, the newer one first.
pub(crate) fn is_cut_exactly(path: &Path) -> bool {
    let bytes = fs::read(path).unwrap();
    let stride = usize::try_from(STRIDE).unwrap();
    let stamps: Vec<u64> = bytes
        .chunks(stride)
        .map(|chunk| u64::from_le_bytes(chunk[..8].try_into().unwrap()))
        .collect();
    assert_eq!(stamps.len() as u64, STAMPS);
    stamps.is_sorted_by(|one, next| one >= next) && stamps[0] - stamps[stamps.len() - 1] <= 1
}
