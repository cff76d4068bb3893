//! The folder of bounces that could not be read as bounces of ours: kept whole, so that somebody looks at them, and counted.
//!
//! - a message is kept as it came for its owner only and counted
//!
//! What was kept is on the disk when the mail server hears of it. Names are random: they tell nothing and never meet.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use ens_store::Entropy;

/// How the name of a kept bounce ends.
const EXTENSION: &str = "eml";

/// The folder of unread bounces.
#[derive(Debug, Clone)]
pub struct UnreadBounces {
    folder: PathBuf,
}

impl UnreadBounces {
    /// In this folder, which is made when the first one comes.
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Keeps a message as it came, durably, and answers where.
    ///
    /// # Errors
    /// The folder does not take it, or the machine gives no randomness: nothing is kept then.
    pub fn keep(&self, raw: &[u8]) -> io::Result<PathBuf> {
        self.make()?;
        let name = name()?;
        let (part, kept) = (self.folder.join(format!(".{name}.part")), self.folder.join(format!("{name}.{EXTENSION}")));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
        file.write_all(raw)?;
        file.sync_all()?;
        std::fs::rename(&part, &kept)?;
        File::open(&self.folder)?.sync_all()?;
        Ok(kept)
    }

    /// How many wait to be looked at. None where the folder was not made yet; one that cannot be read is told in the log.
    pub async fn count(&self) -> u64 {
        match self.count_files().await {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => {
                tracing::warn!(folder = %self.folder.display(), %error, "unread bounces cannot be counted");
                0
            }
        }
    }

    async fn count_files(&self) -> io::Result<u64> {
        let (mut entries, mut count) = (tokio::fs::read_dir(&self.folder).await?, 0);
        while let Some(entry) = entries.next_entry().await? {
            if Path::new(&entry.file_name()).extension().is_some_and(|extension| extension == EXTENSION) {
                count += 1;
            }
        }
        Ok(count)
    }

    /// Makes the folder, and the entry that leads to it durable.
    fn make(&self) -> io::Result<()> {
        if self.folder.is_dir() {
            return Ok(());
        }
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        match self.folder.parent().filter(|above| !above.as_os_str().is_empty()) {
            Some(above) => File::open(above)?.sync_all(),
            None => Ok(()),
        }
    }
}

fn name() -> io::Result<String> {
    let random: [u8; 16] = Entropy::os().bytes().map_err(io::Error::other)?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[tokio::test]
    async fn a_message_is_kept_as_it_came_for_its_owner_only_and_counted() {
        let above = std::env::temp_dir().join(format!("ens-unread-{}", name().unwrap()));
        let unread = UnreadBounces::new(above.join("deep/unread"));
        assert_eq!(unread.count().await, 0);
        let kept = [unread.keep(b"one\r\n\0").unwrap(), unread.keep(b"one\r\n\0").unwrap()];
        assert_ne!(kept[0], kept[1]);
        assert_eq!(std::fs::read(&kept[0]).unwrap(), b"one\r\n\0");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&kept[0]), mode(&above.join("deep/unread"))), (0o600, 0o700));
        assert_eq!((unread.count().await, std::fs::read_dir(above.join("deep/unread")).unwrap().count()), (2, 2));
        std::fs::remove_dir_all(&above).unwrap();
    }
}
