//! Problems that the library has found.

use std::collections::HashSet;
use std::error::Error;
use std::io;

use rustic_core::repofile::PackId;
use rustic_core::{BlobId, FileType, Id, RusticError};

use super::Incomplete;
use crate::failure::{io_kind, message_of, storage_error};

/// A problem of a repository.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) subject: Subject,
    pub(super) reason: String,
    /// Whether it was found by reading a pack.
    is_of_content: bool,
}

/// The object of a problem.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    Pack(PackId),
    /// A piece of data that no pack contains.
    Blob(BlobId),
    /// A snapshot file or an index file.
    File(&'static str, Id),
    /// The directories of backups.
    Directories,
}

impl Finding {
    /// Converts an error of the library, whose type can't be named; `None` if it isn't a problem.
    ///
    /// # Errors
    /// When the storage failed, so that nothing is known about the repository.
    pub(super) fn of(error: &impl Error, is_remote: bool) -> Result<Option<Self>, Incomplete> {
        let source = error
            .source()
            .and_then(|source| source.downcast_ref::<Box<RusticError>>());
        if let Some(source) = source {
            check_storage(source, is_remote)?;
        }
        let (debug, text) = (format!("{error:?}"), error.to_string());
        let variant: String = debug.chars().take_while(char::is_ascii_alphanumeric).collect();
        let cause = || source.map_or_else(|| text.clone(), |source| message_of(source));
        // The message has abbreviated ids.
        let ids = ids_in(&debug);
        let of_pack = |reason: String, is_of_content| {
            let id = ids.first().copied().map(PackId::from);
            Self {
                subject: id.map_or(Subject::Directories, Subject::Pack),
                reason,
                is_of_content,
            }
        };
        let damaged = |reason: String| of_pack(format!("its content is damaged: {reason}"), true);
        Ok(Some(match variant.as_str() {
            // The first is of an interrupted or running backup. Nothing needs the other packs, which another program
            // has marked.
            "PackNotReferenced" | "PackTimeNotSet" => return Ok(None),
            "NoPack" if text.contains("to-delete: true") => return Ok(None),
            "NoPack" => of_pack("it is missing".to_owned(), false),
            "PackSizeMismatchIndex" => of_pack(size_mismatch(&text), false),
            "ErrorReadingPack" | "ErrorCheckingPack" => damaged(cause()),
            "PackHashMismatch" => damaged("its hash differs from its name".to_owned()),
            "PackBlobHashMismatch" | "PackBlobLengthMismatch" => {
                damaged("the hash or the length of a piece differs".to_owned())
            }
            "PackHeaderLengthMismatch" | "PackHeaderMismatchIndex" | "PackSizeMismatch" => {
                damaged("its header differs from the index".to_owned())
            }
            "PackBlobTypesMismatch" | "PackBlobOffsetMismatch" => {
                of_pack("its entry in the index is invalid".to_owned(), false)
            }
            "FileBlobNotInIndex" | "SubTreeMissingInIndex" => Self {
                // A path may contain an id, too.
                subject: ids
                    .last()
                    .copied()
                    .map_or(Subject::Directories, |id| Subject::Blob(id.into())),
                reason: format!(
                    "it is missing: {}",
                    text.trim_matches(['"', ',']).replace(" blob", "")
                ),
                is_of_content: false,
            },
            _ => Self {
                subject: Subject::Directories,
                reason: format!("they can't be read: {}", cause()),
                is_of_content: false,
            },
        }))
    }

    /// The problem of a pack with a directory that can't be read.
    pub(super) fn of_tree_pack(id: PackId, error: &str) -> Self {
        Self {
            subject: Subject::Pack(id),
            reason: format!("its content is damaged: {error}"),
            is_of_content: true,
        }
    }

    /// The problem of a file that can't be read.
    pub(super) fn unreadable(kind: FileType, id: &Id, error: &RusticError) -> Self {
        let kind = match kind {
            FileType::Snapshot => "snapshot file",
            _ => "index file",
        };
        Self {
            subject: Subject::File(kind, *id),
            reason: format!("it can't be read: {}", message_of(error)),
            is_of_content: false,
        }
    }

    /// Whether the problem was found by reading a pack.
    pub(super) fn is_of_content(&self) -> bool {
        self.is_of_content
    }

    /// Whether it is a problem of the directories of backups.
    pub(super) fn is_of_directories(&self) -> bool {
        self.subject == Subject::Directories
    }

    /// Whether it is a problem of this pack.
    pub(super) fn is_of_pack(&self, id: &PackId) -> bool {
        self.subject == Subject::Pack(*id)
    }

    /// The name of the object.
    pub(super) fn object(&self) -> String {
        match &self.subject {
            Subject::Pack(id) => format!("pack {}", id.to_hex().as_str()),
            Subject::Blob(id) => format!("piece {}", id.to_hex().as_str()),
            Subject::File(kind, id) => format!("{kind} {}", id.to_hex().as_str()),
            Subject::Directories => "directories".to_owned(),
        }
    }
}

/// Keeps the first problem of each object: the others follow from it.
pub(super) fn deduplicate(findings: &mut Vec<Finding>) {
    let mut seen = HashSet::new();
    findings.retain(|finding| seen.insert(finding.subject.clone()));
}

/// The ids in a text: words of 64 hexadecimal digits.
fn ids_in(text: &str) -> Vec<Id> {
    let words = text.split(|character: char| !character.is_ascii_hexdigit());
    words
        .filter(|word| word.len() == 64)
        .filter_map(|word| word.parse().ok())
        .collect()
}

fn size_mismatch(text: &str) -> String {
    let sizes = text.split_once("computed by index: ").map(|(_, sizes)| sizes);
    let sizes = sizes.and_then(|sizes| sizes.split_once(", actual size: "));
    let Some((expected, found)) = sizes else {
        return "its size differs from the index".to_owned();
    };
    let found: String = found.chars().take_while(char::is_ascii_digit).collect();
    format!("it has {found} bytes, expected {expected}")
}

/// Checks that a read didn't fail because the storage can't be reached.
fn check_storage(error: &RusticError, is_remote: bool) -> Result<(), Incomplete> {
    let is_of_object = |kind| {
        matches!(
            kind,
            io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData
        )
    };
    match storage_error(error) {
        // A disk fails for single files; a server for all.
        Some(failed) if is_remote && io_kind(error).is_some_and(|kind| !is_of_object(kind)) => {
            Err(Incomplete::Failed(failed))
        }
        _ => Ok(()),
    }
}
