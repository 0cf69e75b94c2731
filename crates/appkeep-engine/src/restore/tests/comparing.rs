//! Tests of the comparison after a write: a wrong byte is detected.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;

use appkeep_core::engine::{EngineError, Progress, ProgressSender};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::super::entry::{Content, Part};
use super::super::fill::{TargetFile, Work, with_threads};
use super::super::notes::Notes;

/// The size of each of a file's two pieces, in bytes; the second piece is all zeros.
const PIECE: usize = 128 * 1024;

fn part(bytes: &[u8], at: usize) -> Part {
    let hash = Sha256::digest(bytes);
    let hex = hex::encode(hash);
    Part {
        id: hex.parse().unwrap(),
        at: at as u64,
        bytes: bytes.len() as u64,
    }
}

/// Compares a restored file with its content.
fn compare(restored: &Path, content: Content) -> Result<(), EngineError> {
    let (notes, never) = (Notes::default(), CancellationToken::new());
    let progress = ProgressSender::new(Progress::default());
    let work = Work::new(None, &notes, &progress, &never);
    let filled = TargetFile {
        path: "data/file".into(),
        file: File::open(restored).unwrap(),
        size: 2 * PIECE as u64,
        metadata: None,
    };
    with_threads(&work, |queue| {
        queue.push(filled, content).map_err(|error| error.at(restored))
    })
}

#[test]
fn a_changed_byte_is_detected() {
    let directory = tempfile::tempdir().unwrap();
    let restored = directory.path().join("restored");
    let original = directory.path().join("original");
    let noise: Vec<u8> = (0..PIECE).map(|at| u8::try_from(at % 251).unwrap()).collect();
    let whole = [noise.clone(), vec![0; PIECE]].concat();
    fs::write(&original, &whole).unwrap();
    let parts = || Content::Parts(vec![part(&noise, 0), part(&whole[PIECE..], PIECE)]);
    let file = || Content::File(File::open(&original).unwrap());

    fs::write(&restored, &whole).unwrap();
    compare(&restored, parts()).unwrap();
    compare(&restored, file()).unwrap();

    for at in [0, PIECE - 1, PIECE, 2 * PIECE - 1] {
        fs::write(&restored, &whole).unwrap();
        let changed = File::options().write(true).open(&restored).unwrap();
        changed.write_all_at(&[whole[at] ^ 0x10], at as u64).unwrap();
        for content in [parts(), file()] {
            let refused = compare(&restored, content).unwrap_err().to_string();
            assert!(
                refused.contains("data/file") && refused.contains("differs from"),
                "{at}: {refused}"
            );
        }
    }
}

#[test]
fn a_hole_equals_only_zeros() {
    let directory = tempfile::tempdir().unwrap();
    let restored = directory.path().join("restored");
    let noise = vec![7; PIECE];
    let sparse = File::create(&restored).unwrap();
    sparse.set_len(2 * PIECE as u64).unwrap();
    let zeros = vec![0; PIECE];
    let all_zeros = Content::Parts(vec![part(&zeros, 0), part(&zeros, PIECE)]);
    compare(&restored, all_zeros).unwrap();
    let lost = Content::Parts(vec![part(&noise, 0), part(&zeros, PIECE)]);
    assert!(compare(&restored, lost).is_err());
    sparse.write_all_at(&noise, 0).unwrap();
    let kept = Content::Parts(vec![part(&noise, 0), part(&zeros, PIECE)]);
    compare(&restored, kept).unwrap();
    // The file ends too early.
    sparse.set_len(PIECE as u64 + 1).unwrap();
    let cut = Content::Parts(vec![part(&noise, 0), part(&noise, PIECE)]);
    assert!(compare(&restored, cut).is_err());
}
