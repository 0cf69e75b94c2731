//! The archive of a release, and the checksums of a release's files.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::process::command;
use crate::{files, generated_files};

/// The files of the workspace that the archive contains.
const DOCUMENTS: [&str; 4] = ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];

/// The name of the file of checksums.
pub(super) const CHECKSUMS: &str = "SHA256SUMS";

/// Creates the directory `dir` with the files of the archive: the binary, the files that it generates, and documents.
///
/// # Errors
/// When the binary fails or a file can't be written.
pub(super) fn stage(binary: &Path, dir: &Path) -> Result<()> {
    generated_files::write(binary, dir)?;
    fs::copy(binary, dir.join("appkeep")).with_context(|| format!("failed to copy {}", binary.display()))?;
    for document in DOCUMENTS {
        fs::copy(files::root().join(document), dir.join(document))
            .with_context(|| format!("failed to copy {document}"))?;
    }
    Ok(())
}

/// Packs the directory `name` in `dir` into `name.tar.gz`, and returns the archive's name.
///
/// The bytes depend only on names, contents and the given time, in seconds since 1970.
///
/// # Errors
/// When tar fails or the archive can't be written.
pub(super) fn pack(dir: &Path, name: &str, time_secs: &str) -> Result<String> {
    let time = format!("--mtime=@{time_secs}");
    let mut tar = command(
        "tar",
        &[
            "--create",
            "--format=ustar",
            "--sort=name",
            "--owner=0",
            "--group=0",
            "--numeric-owner",
            "--mode=u=rwX,go=rX",
            &time,
            name,
        ],
    );
    let output = tar.current_dir(dir).stderr(Stdio::inherit()).output();
    let output = output.context("failed to start tar")?;
    ensure!(output.status.success(), "tar of {name} failed");
    let archive = format!("{name}.tar.gz");
    let file = fs::File::create(dir.join(&archive)).with_context(|| format!("failed to create {archive}"))?;
    // Without a name and a time, unlike the output of gzip.
    let mut encoder = GzEncoder::new(file, Compression::best());
    std::io::Write::write_all(&mut encoder, &output.stdout)
        .and_then(|()| encoder.finish())
        .with_context(|| format!("failed to write {archive}"))?;
    Ok(archive)
}

/// Writes the file of checksums for files in `dir`, in the format of `sha256sum`.
///
/// # Errors
/// When a file can't be read or written.
pub(super) fn write_checksums(dir: &Path, names: &[String]) -> Result<()> {
    let mut text = String::new();
    for name in names {
        let content = fs::read(dir.join(name)).with_context(|| format!("failed to read {name}"))?;
        let _ = writeln!(text, "{}  {name}", hex::encode(Sha256::digest(content)));
    }
    fs::write(dir.join(CHECKSUMS), text).with_context(|| format!("failed to write {CHECKSUMS}"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::process::quietly;

    /// Packs two files that have the permissions `mode`, created in the given order.
    fn packed(names: [&str; 2], mode: u32) -> Vec<u8> {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("a-0.1.0")).unwrap();
        for name in names {
            let path = dir.path().join("a-0.1.0").join(name);
            fs::write(&path, name).unwrap();
            fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        }
        let archive = pack(dir.path(), "a-0.1.0", "1764000000").unwrap();
        fs::read(dir.path().join(archive)).unwrap()
    }

    #[test]
    fn equal_files_are_packed_into_equal_archives() {
        let archive = packed(["b", "c"], 0o700);
        assert_eq!(archive, packed(["c", "b"], 0o755));
        assert_ne!(archive, packed(["b", "d"], 0o700));
    }

    #[test]
    fn checksums_have_the_format_of_sha256sum() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a"), "a").unwrap();
        write_checksums(dir.path(), &["a".to_owned()]).unwrap();
        let text = fs::read_to_string(dir.path().join(CHECKSUMS)).unwrap();
        assert_eq!(
            text,
            "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a\n"
        );
        let script = format!("cd {} && sha256sum --check {CHECKSUMS}", dir.path().display());
        assert!(quietly("sh", &["-c", &script]));
    }
}
