//! A carrier that fetches its letters from a folder: each batch is complete from the moment it appears there.
//!
//! .preparing/BATCH --manifest complete--> .handed/DAY/REFERENCE --rename--> outgoing/BATCH/{REFERENCE.html…, manifest.ndjson}
//!
//! The carrier may take a batch away as soon as it is in `outgoing`: an empty file in `.handed` remembers each of its letters. These
//! files may be deleted, oldest day first, once no message of that day is left in the outbox.
//!
//! - a letter is dropped whole with its manifest
//! - a batch that was complete when its writer died is published once; one without its manifest is begun again

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use chrono::NaiveDate;
use ring::digest;
use serde::{Deserialize, Serialize};

use super::carrier::{CarrierError, HandedOver, OutgoingLetter, PostalCarrier};
use crate::reference::MessageRef;

/// Letters carry codes: their folders are for us and the carrier's group.
const FOLDER_MODE: u32 = 0o750;
/// The same for their files.
const FILE_MODE: u32 = 0o640;
/// The list of a batch.
const MANIFEST: &str = "manifest.ndjson";

/// A folder from which a carrier fetches batches of letters.
#[derive(Debug, Clone)]
pub struct DirectoryCarrier {
    root: PathBuf,
}

/// One line of a manifest.
#[derive(Serialize, Deserialize)]
struct ManifestLine {
    reference: String,
    file: String,
    sha256: String,
    written_on: NaiveDate,
    address: Vec<String>,
}

impl DirectoryCarrier {
    /// Puts batches into this folder, which is made when the first one comes.
    pub const fn new(root: PathBuf) -> Self {
        Self { root }
    }

    fn hand_over_now(&self, letters: &[OutgoingLetter]) -> Result<HandedOver, CarrierError> {
        make_folder(&self.root)?;
        let lock = open_file(&self.root.join(".lock"))?;
        lock.lock()?;
        self.finish_broken_batches()?;
        let new: Vec<&OutgoingLetter> = letters.iter().filter(|letter| !self.mark(letter.reference).exists()).collect();
        if let Some(first) = new.first() {
            let batch = format!("{}-{}", first.written_on, first.reference);
            self.prepare(&batch, &new)?;
            self.publish(&batch)?;
        }
        let taken = new.len();
        Ok(HandedOver { taken: taken as u64, repeated: (letters.len() - taken) as u64 })
    }

    /// Writes the letters, then the manifest that makes the batch complete.
    fn prepare(&self, batch: &str, letters: &[&OutgoingLetter]) -> Result<(), CarrierError> {
        let folder = self.preparing().join(batch);
        make_folder(&folder)?;
        let mut manifest = Vec::new();
        for letter in letters {
            let entry = ManifestLine {
                reference: letter.reference.to_string(),
                file: format!("{}.html", letter.reference),
                sha256: sha256(letter.page.as_bytes()),
                written_on: letter.written_on,
                address: letter.address.clone(),
            };
            write_file(&folder.join(&entry.file), letter.page.as_bytes())?;
            serde_json::to_writer(&mut manifest, &entry)?;
            manifest.push(b'\n');
        }
        let part = folder.join("manifest.part");
        write_file(&part, &manifest)?;
        fs::rename(&part, folder.join(MANIFEST))?;
        sync_folder(&folder)?;
        Ok(())
    }

    /// Remembers the letters of a complete batch as handed over, then moves it to where the carrier looks.
    fn publish(&self, batch: &str) -> Result<(), CarrierError> {
        let prepared = self.preparing().join(batch);
        for line in fs::read_to_string(prepared.join(MANIFEST))?.lines() {
            let entry: ManifestLine = serde_json::from_str(line)?;
            let reference = entry.reference.parse().map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
            let mark = self.mark(reference);
            if let Some(day) = mark.parent() {
                make_folder(day)?;
            }
            open_file(&mark)?.sync_all()?;
        }
        let outgoing = self.root.join("outgoing");
        make_folder(&outgoing)?;
        fs::rename(prepared, outgoing.join(batch))?;
        sync_folder(&outgoing)?;
        Ok(())
    }

    fn finish_broken_batches(&self) -> Result<(), CarrierError> {
        let preparing = self.preparing();
        make_folder(&preparing)?;
        for found in fs::read_dir(&preparing)? {
            let found = found?;
            if found.path().join(MANIFEST).exists() {
                self.publish(&found.file_name().to_string_lossy())?;
            } else {
                fs::remove_dir_all(found.path())?;
            }
        }
        Ok(())
    }

    fn preparing(&self) -> PathBuf {
        self.root.join(".preparing")
    }

    /// The file that says that a letter was handed over, in the folder of the day on which its message was ordered.
    fn mark(&self, reference: MessageRef) -> PathBuf {
        self.root.join(".handed").join(reference.ordered_at().date_naive().to_string()).join(reference.to_string())
    }
}

fn sha256(bytes: &[u8]) -> String {
    digest::digest(&digest::SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder)
}

fn open_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(FILE_MODE).open(path)
}

fn write_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = open_file(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// A rename is durable once its folder is.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[async_trait]
impl PostalCarrier for DirectoryCarrier {
    async fn hand_over(&self, letters: &[OutgoingLetter]) -> Result<HandedOver, CarrierError> {
        let (carrier, letters) = (self.clone(), letters.to_vec());
        tokio::task::spawn_blocking(move || carrier.hand_over_now(&letters)).await.map_err(|_| CarrierError::BrokenOff)?
    }
}
