//! The repository that edits start from.
//!
//! The engine created its files and directories; `repository/` has their decrypted content. They are encrypted in the
//! same way in each process, so that an input always has the same effect.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use aes256ctr_poly1305aes::aead::AeadInPlace;
use aes256ctr_poly1305aes::{Aes256CtrPoly1305Aes, Key};
use appkeep_core::catalog::{Bucket, BucketLocation};
use appkeep_core::ids::{AccountId, AppBackupId, AppId, BucketId};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use uuid::Uuid;

use super::edit::{Edit, Part};

#[path = "../../../../crates/appkeep-engine/tests/fixtures/empty_repository.rs"]
#[allow(clippy::unwrap_used, reason = "it is code of tests")]
mod empty_repository;

/// The backup.
pub(super) const BACKUP_ID: AppBackupId = AppBackupId::new(Uuid::from_u128(1));

/// The app.
pub(super) const APP_ID: AppId = AppId::new(Uuid::from_u128(0xa));

const BUCKET_ID: BucketId = BucketId::new(Uuid::from_u128(0xb));

/// The directories of the backup, each before its parent: `/data/below`, `/data` and the root.
const TREES: [&[u8]; 3] = [
    include_bytes!("../../repository/below.json"),
    include_bytes!("../../repository/data.json"),
    include_bytes!("../../repository/root.json"),
];

/// The content of its files.
const DATA: [&[u8]; 2] = [b"first\n", b"third\n"];

/// Its files, relative to the root; another one is empty.
pub(super) const FILES: [(&str, &[u8]); 5] = [
    ("data/a", DATA[0]),
    ("data/b", b""),
    ("data/below/c", DATA[1]),
    ("data/below/d", DATA[0]),
    ("data/below/hard", DATA[0]),
];

const SNAPSHOT: &[u8] = include_bytes!("../../repository/snapshot.json");

const CONFIG: &[u8] = include_bytes!("../../repository/config.json");

/// The name of the bucket's marker file without the bucket's id, and its content.
const MARKER: (&str, &[u8]) = (
    "appkeep-bucket-",
    br#"{"version":1,"bucket_id":"00000000-0000-0000-0000-00000000000b"}"#,
);

/// The size of a nonce, in bytes.
const NONCE_BYTES: usize = 16;

/// The bucket below a directory.
pub(super) fn bucket_in(dir: &Path) -> Bucket {
    Bucket {
        id: BUCKET_ID,
        account_id: AccountId::new(Uuid::from_u128(0xac)),
        name: "main".to_owned(),
        location: BucketLocation::Directory(dir.join("bucket")),
        is_default: true,
        backups_max: 2,
        declared: true,
    }
}

/// Files, relative to a directory.
pub(super) type Files = BTreeMap<PathBuf, Vec<u8>>;

/// A bucket with the repository of an app that has one backup, and the server's key.
pub(super) struct Original {
    files: Files,
    /// The directories, which may be empty.
    pub(super) directories: Vec<PathBuf>,
    cipher: Aes256CtrPoly1305Aes,
    /// The packs and blobs.
    index: Value,
}

impl Original {
    pub(super) fn new() -> Self {
        let dir = TempDir::with_prefix("appkeep-fuzz-").expect("a temporary directory");
        empty_repository::install(
            &dir.path().join("bucket"),
            &dir.path().join("data"),
            BUCKET_ID,
            APP_ID,
        );
        let (mut files, mut directories) = (Files::new(), Vec::new());
        for entry in walkdir::WalkDir::new(dir.path()) {
            let entry = entry.expect("an entry");
            let path = entry
                .path()
                .strip_prefix(dir.path())
                .expect("below the root")
                .to_owned();
            if entry.file_type().is_dir() {
                directories.push(path);
            } else {
                files.insert(path, fs::read(entry.path()).expect("a file"));
            }
        }
        let (name, content) = MARKER;
        files.insert(
            Path::new("bucket").join(format!("{name}{BUCKET_ID}")),
            content.to_vec(),
        );
        let cipher = cipher_of(&files[&server_key()]);
        let mut index = json!({"packs": []});
        for (kind, blobs) in [("data", &DATA[..]), ("tree", &TREES)] {
            let blobs = blobs.iter().map(|plain| (hash(plain), plain.to_vec()));
            store_pack(&cipher, kind, blobs.collect(), &mut index, &mut files);
        }
        Self {
            files,
            directories,
            cipher,
            index,
        }
    }

    /// The files after edits. Parts inside of others are edited before them.
    pub(super) fn edited(&self, edits: &[Edit<'_>]) -> Files {
        let apply = |part: Part, (number, count): (usize, usize), content: &mut Vec<u8>| {
            let edits = edits.iter().filter(|edit| edit.is_for(part, number, count));
            edits.for_each(|edit| edit.apply(content));
        };
        let (mut files, mut index) = (self.files.clone(), self.index.clone());
        // The previous and the new hashes of directories.
        let mut links: Vec<(String, String)> = Vec::new();
        for (number, original) in TREES.iter().enumerate() {
            let place = (number, TREES.len());
            let mut plain = relinked(original, &links);
            apply(Part::LinkedTree, place, &mut plain);
            let id = hash(&plain);
            links.push((hash(original), id.clone()));
            apply(Part::Tree, place, &mut plain);
            if plain != *original {
                store_pack(&self.cipher, "tree", vec![(id, plain)], &mut index, &mut files);
            }
        }
        for (number, original) in DATA.iter().enumerate() {
            let mut plain = original.to_vec();
            apply(Part::Data, (number, DATA.len()), &mut plain);
            if plain != *original {
                store_pack(
                    &self.cipher,
                    "data",
                    vec![(hash(original), plain)],
                    &mut index,
                    &mut files,
                );
            }
        }
        for (part, path, mut plain) in [
            (Part::Config, repository().join("config"), CONFIG.to_vec()),
            (Part::Index, only_file("index"), index.to_string().into_bytes()),
            (Part::Snapshot, only_file("snapshots"), relinked(SNAPSHOT, &links)),
        ] {
            apply(part, (0, 1), &mut plain);
            files.insert(path, seal(&self.cipher, &plain));
        }
        self.edit_files(edits, &mut files);
        files
    }

    /// Edits files as they are stored.
    fn edit_files(&self, edits: &[Edit<'_>], files: &mut Files) {
        let pack = |number: usize| pack_path(self.index["packs"][number]["id"].as_str().expect("an id"));
        let key_directory = repository().join("keys");
        for edit in edits {
            let path = match edit.part {
                Part::ConfigFile => repository().join("config"),
                Part::KeyFile => {
                    let found = self.files.keys().find(|path| path.starts_with(&key_directory));
                    found.expect("a key").clone()
                }
                Part::IndexFile => only_file("index"),
                Part::SnapshotFile => only_file("snapshots"),
                Part::DataPack => pack(0),
                Part::TreePack => pack(1),
                Part::ServerKey => server_key(),
                _ => continue,
            };
            edit.apply(files.get_mut(&path).expect("the file"));
        }
    }
}

/// A directory or snapshot that names directories by their new hashes.
fn relinked(plain: &[u8], links: &[(String, String)]) -> Vec<u8> {
    let mut text = str::from_utf8(plain).expect("JSON").to_owned();
    for (old, new) in links {
        text = text.replace(old, new);
    }
    text.into_bytes()
}

fn hash(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

/// The directory of the repository, relative to the root.
fn repository() -> PathBuf {
    Path::new("bucket").join(APP_ID.to_string())
}

fn pack_path(id: &str) -> PathBuf {
    repository().join("data").join(&id[..2]).join(id)
}

/// The path of the only file in a directory of the repository. Its name doesn't depend on its content.
fn only_file(directory: &str) -> PathBuf {
    repository().join(directory).join(hash(directory.as_bytes()))
}

/// The path of the server's copy of the key, relative to the root.
fn server_key() -> PathBuf {
    Path::new("data/keys")
        .join(BUCKET_ID.to_string())
        .join(format!("{APP_ID}.json"))
}

/// The cipher of a repository, from an unencrypted key file.
fn cipher_of(key_file: &[u8]) -> Aes256CtrPoly1305Aes {
    let file: Value = serde_json::from_slice(key_file).expect("an unencrypted key");
    let key = &file["master_key"];
    let part = |value: &Value| {
        let text = value.as_str().expect("a part of the key");
        BASE64_STANDARD.decode(text).expect("base64")
    };
    let parts = [
        part(&key["encrypt"]),
        part(&key["mac"]["k"]),
        part(&key["mac"]["r"]),
    ]
    .concat();
    Aes256CtrPoly1305Aes::new(&Key::from_exact_iter(parts).expect("64 bytes"))
}

/// Stores blobs, each with an id, in a new pack, where the index finds them instead of earlier ones with the same ids.
fn store_pack(
    cipher: &Aes256CtrPoly1305Aes,
    kind: &str,
    blobs: Vec<(String, Vec<u8>)>,
    index: &mut Value,
    files: &mut Files,
) {
    let packs = index["packs"].as_array_mut().expect("packs");
    let (mut pack, mut entries) = (Vec::new(), Vec::new());
    for (id, plain) in blobs {
        for pack in &mut *packs {
            let earlier = pack["blobs"].as_array_mut().expect("blobs");
            earlier.retain(|blob| blob["id"] != *id);
        }
        let packed = zstd::encode_all(&plain[..], 0).expect("compressed content");
        let sealed = seal(cipher, &packed);
        entries.push(json!({
            "id": id, "type": kind, "offset": pack.len(), "length": sealed.len(),
            "uncompressed_length": plain.len(),
        }));
        pack.extend(sealed);
    }
    let id = hash(&pack);
    files.insert(pack_path(&id), pack);
    packs.push(json!({"id": id, "blobs": entries}));
}

/// Encrypts content, always with the same nonce.
fn seal(cipher: &Aes256CtrPoly1305Aes, plain: &[u8]) -> Vec<u8> {
    let mut sealed = vec![0; NONCE_BYTES];
    sealed.extend_from_slice(plain);
    let (nonce, text) = sealed.split_at_mut(NONCE_BYTES);
    let tag = cipher.encrypt_in_place_detached((&*nonce).into(), &[], text);
    sealed.extend(tag.expect("an encrypted text"));
    sealed
}
