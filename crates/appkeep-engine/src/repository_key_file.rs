//! Key files in a repository, in restic's format.
//!
//! They aren't encrypted or authenticated, and they say how much memory and time the derivation of a key from the
//! password takes. The library allocates what they say; a failed allocation would end the process.

use std::io;

use rustic_core::repofile::KeyFile;

/// The maximum memory for the derivation of a key, in bytes. This server's keys need 128 MiB, restic's up to 64 MiB.
const MEMORY_BYTES_MAX: u64 = 512 << 20;

/// The maximum number of bytes that are processed, which takes about 10 s. This server's keys need 128 MiB.
const WORK_BYTES_MAX: u64 = 4 << 30;

/// Checks that a key can be derived within the limits. Content that isn't a key file is left to the library.
///
/// # Errors
/// If more memory or time is needed, or if N is 0, for which the library panics.
pub(crate) fn check_cost(content: &[u8]) -> io::Result<()> {
    // The library's own type: it accepts more than objects with these names.
    let Ok(KeyFile { n, r, p, .. }) = serde_json::from_slice(content) else {
        return Ok(());
    };
    let refused = |expected: String| {
        let message = format!("the key requires scrypt with N={n}, r={r}, p={p}: expected {expected}");
        Err(io::Error::new(io::ErrorKind::InvalidData, message))
    };
    if n == 0 {
        return refused("N to be a power of 2".to_owned());
    }
    let product = |factors: &[u32]| {
        let factors = factors.iter().map(|factor| u64::from(*factor));
        factors.fold(128, u64::saturating_mul)
    };
    // N blocks and p blocks, which exist at the same time.
    let memory = product(&[n, r]).saturating_add(product(&[r, p]));
    if memory > MEMORY_BYTES_MAX || product(&[n, r, p]) > WORK_BYTES_MAX {
        return refused(format!(
            "at most {} MiB of memory and {} GiB of work",
            MEMORY_BYTES_MAX >> 20,
            WORK_BYTES_MAX >> 30
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(n: u32, r: u32, p: u32) -> Result<(), String> {
        let content = format!(r#"{{"kdf":"scrypt","N":{n},"r":{r},"p":{p},"data":"","salt":""}}"#);
        check_cost(content.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn keys_of_this_server_and_of_restic_are_within_the_limits() {
        for (n, r, p) in [(1 << 17, 8, 1), (1 << 15, 8, 7), (16, 8, 1)] {
            assert_eq!(check(n, r, p), Ok(()));
        }
        assert!(check_cost(b"no key file").is_ok());
    }

    #[test]
    fn keys_that_require_more_are_refused() {
        let expected = "the key requires scrypt with N=2147483648, r=8, p=1: expected at most 512 MiB of memory and 4 GiB \
                        of work";
        assert_eq!(check(1 << 31, 8, 1), Err(expected.to_owned()));
        for (n, r, p) in [
            (1 << 20, 8, 1),
            (1 << 17, 8, 64),
            (2, 1 << 24, 1),
            (2, 8, 1 << 24),
            (1 << 18, 8, 1 << 18),
            (u32::MAX, u32::MAX, u32::MAX),
        ] {
            assert!(check(n, r, p).is_err(), "{n} {r} {p}");
        }
        let array = br#"[null,null,null,"scrypt",2147483648,8,1,"AA==","AA=="]"#;
        assert_eq!(
            check_cost(array).map_err(|error| error.to_string()),
            Err(expected.to_owned())
        );
    }

    #[test]
    fn keys_without_blocks_are_refused() {
        let expected = "the key requires scrypt with N=0, r=8, p=1: expected N to be a power of 2";
        assert_eq!(check(0, 8, 1), Err(expected.to_owned()));
    }
}
