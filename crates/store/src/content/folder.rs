//! What a folder of contents needs beside object_store: folders that are durable before the first put, and an end for files that were begun.
//!
//! object_store writes a file beside its name, as `ID#1`, and renames it when it is whole. A process that is killed leaves that file, and
//! no listing shows it. The folders of a partition are all made at once: made by each put, a put could return while the folder that
//! another one made for both is not on the disk yet, and would wait for more of the disk than its own file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use tokio::sync::OnceCell;
use tokio::task;

use super::sweep_order::SweepTask;
use crate::ground::{Partition, Partitions, StoreError};

/// The folder of a place, and which partitions have their folders.
#[derive(Clone)]
pub(super) struct Folder {
    path: Arc<Path>,
    prepared: Arc<Vec<OnceCell<()>>>,
}

impl Folder {
    /// Makes the folder.
    pub(super) async fn make(path: PathBuf, partitions: Partitions) -> Result<Self, StoreError> {
        let path: Arc<Path> = path.into();
        let made = Arc::clone(&path);
        on_the_disk(move || {
            fs::create_dir_all(&made)?;
            // As a full path: one that is relative may have no folder above it.
            made.canonicalize()?.parent().map_or(Ok(()), sync)
        })
        .await?;
        let prepared = partitions.each().map(|_| OnceCell::new()).collect();
        Ok(Self { path, prepared: Arc::new(prepared) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the 256 folders of a partition, once a process.
    pub(super) async fn prepare(&self, partition: Partition) -> Result<(), StoreError> {
        let cell = self.prepared.get(usize::from(partition.number())).ok_or(StoreError::Malformed("a partition that does not exist"))?;
        cell.get_or_try_init(|| {
            let (root, own) = (Arc::clone(&self.path), self.of(partition));
            on_the_disk(move || {
                for end in 0..=u8::MAX {
                    fs::create_dir_all(own.join(format!("{end:02x}")))?;
                }
                sync(&own)?;
                sync(&root)
            })
        })
        .await
        .copied()
    }

    /// Removes the files of a partition that were begun, and not written to since `before`, or only counts them; says how many there were.
    pub(super) async fn take_abandoned(&self, partition: Partition, before: DateTime<Utc>, task: SweepTask) -> Result<u64, StoreError> {
        let own = self.of(partition);
        on_the_disk(move || {
            let mut found = 0;
            for folder in entries(&own)? {
                for file in entries(&folder)?.into_iter().filter(|file| is_begun(file)) {
                    found += take_if_older(&file, before.into(), task)?;
                }
            }
            Ok(found)
        })
        .await
    }

    fn of(&self, partition: Partition) -> PathBuf {
        self.path.join(partition.to_string())
    }
}

async fn on_the_disk<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, StoreError> {
    let done = task::spawn_blocking(work).await.map_err(|_| StoreError::Contents("the process is ending".to_owned()))?;
    done.map_err(|error| StoreError::Contents(error.to_string()))
}

/// Waits until what a folder names is on the disk.
fn sync(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

/// What a folder holds; nothing where it is not there.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| entry.map(|entry| entry.path())).collect(),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn is_begun(file: &Path) -> bool {
    file.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.contains('#'))
}

/// Removes a file that was not written to since `before`, or only counts it; one that is gone meanwhile was finished or taken back.
fn take_if_older(file: &Path, before: SystemTime, task: SweepTask) -> io::Result<u64> {
    let take = || match task {
        SweepTask::Count => Ok(1),
        SweepTask::Remove => fs::remove_file(file).map(|()| 1),
    };
    let taken = fs::metadata(file).and_then(|found| found.modified()).and_then(|written| if written > before { Ok(0) } else { take() });
    match taken {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        other => other,
    }
}
