//! Replacing a file so that at every moment either the whole old file or the whole new one exists.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes `path` through a temporary file in the same folder: write, flush, fsync, rename, fsync of the folder.
///
/// The temporary file is called `.NAME.PID-N.tmp`. It is removed on failure and remains only if the process is killed.
///
/// # Errors
///
/// Whatever `write` or the operating system reports. `path` is then unchanged, unless the error came from the last
/// step, the fsync of the folder: then the new file is in place, but a power failure may still restore the old one.
pub fn replace(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let (temporary, mut file) = create_temporary(path)?;
    let result = write(&mut file).and_then(|()| file.sync_all());
    drop(file);
    if let Err(error) = result.and_then(|()| fs::rename(&temporary, path)) {
        // The first error is the one to report.
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    sync_folder(path)
}

/// Creates a temporary file next to `path`.
fn create_temporary(path: &Path) -> io::Result<(PathBuf, File)> {
    loop {
        let temporary = temporary_path(path)?;
        match File::options().write(true).create_new(true).open(&temporary) {
            // Left behind by a killed process with the same process id.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            file => return file.map(|file| (temporary, file)),
        }
    }
}

fn temporary_path(path: &Path) -> io::Result<PathBuf> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::IsADirectory))?;
    let mut temporary = OsString::from(".");
    temporary.push(name);
    temporary.push(format!(".{}-{}.tmp", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    Ok(path.with_file_name(temporary))
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    // A folder cannot be opened as a file on other systems; the rename is as durable as the file system makes it.
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;
    use std::io::Write;

    #[test]
    fn files_left_by_a_killed_process_with_the_same_id_are_not_in_the_way() {
        let folder = Folder::new();
        let path = folder.path("file");
        for count in 0..1000 {
            std::fs::write(folder.path(&format!(".file.{}-{count}.tmp", std::process::id())), "left").unwrap();
        }
        replace(&path, |file| file.write_all(b"new")).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn a_new_file_is_written_and_an_old_one_replaced_and_nothing_else_is_left() {
        let folder = Folder::new();
        let path = folder.path("model");
        for content in [b"first".as_slice(), b"second"] {
            replace(&path, |file| file.write_all(content)).unwrap();
            assert_eq!(fs::read(&path).unwrap(), content);
            assert_eq!(folder.names(), ["model"]);
        }
    }

    #[test]
    fn a_failed_write_leaves_only_the_old_file() {
        let folder = Folder::new();
        let path = folder.path("model");
        fs::write(&path, b"old").unwrap();
        let failure = replace(&path, |file| {
            file.write_all(b"half of the ne")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        });
        assert_eq!(failure.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(folder.names(), ["model"]);
    }

    #[test]
    fn a_folder_in_the_way_is_an_error_and_leaves_no_temporary_file() {
        let folder = Folder::new();
        let path = folder.path("model");
        fs::create_dir(&path).unwrap();
        replace(&path, |file| file.write_all(b"new")).unwrap_err();
        assert_eq!(folder.names(), ["model"]);
        assert!(replace(Path::new("/"), |_| Ok(())).is_err());
    }
}
