//! The holes of sparse files.

use std::fs::File;

use rustix::fs::SeekFrom;
use rustix::io::{Errno, Result};

/// The range of the next data that isn't a hole, from `at` and before `size`. All of the file if its file system
/// doesn't report holes.
pub(crate) fn next_data(file: &File, at: u64, size: u64) -> Result<Option<(u64, u64)>> {
    if at >= size {
        return Ok(None);
    }
    let data = match rustix::fs::seek(file, SeekFrom::Data(at)) {
        Ok(data) => data,
        Err(Errno::NXIO) => return Ok(None),
        Err(Errno::INVAL | Errno::NOTSUP) => return Ok(Some((at, size))),
        Err(error) => return Err(error),
    };
    if data >= size {
        return Ok(None);
    }
    let hole = rustix::fs::seek(file, SeekFrom::Hole(data)).unwrap_or(size);
    Ok(Some((data, hole.min(size))))
}
