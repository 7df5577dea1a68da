//! Replacing a file so that at every moment either the whole old file or the whole new one exists.

use super::error::Reason;
use super::regular::{follow_links, regular_metadata};
use shirokuro_engine::require_memory;
use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes `path` through a temporary file in the same folder: write, flush, fsync, rename, fsync of the folder.
///
/// A symbolic link is followed: its target is replaced, or created if it does not exist. The new file has the mode of
/// the old one and, where permitted, its owner.
///
/// The temporary file is called `.NAME.PID-N.tmp`. It is removed on failure and remains only if the process is killed.
///
/// Returns whether the folder was synced. If the file system does not support that, the new file is in place, but a
/// power failure may still restore the old one.
///
/// # Errors
///
/// `path` is not a regular file, or whatever `write` or the operating system reports. `path` is then unchanged, unless
/// the error came from the last step, the fsync of the folder: then the new file is in place.
pub fn replace(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<bool, Reason> {
    let old = regular_metadata(path)?;
    let path = &follow_links(path)?;
    require_memory(0, "writing a file")?;
    let (temporary, mut file) = create_temporary(path, old.is_some())?;
    let result = write(&mut file)
        .and_then(|()| old.map_or(Ok(()), |old| keep_owner_and_mode(&file, &old)))
        .and_then(|()| file.sync_all());
    drop(file);
    if let Err(error) = result.and_then(|()| fs::rename(&temporary, path)) {
        // The first error is the one to report.
        let _ = fs::remove_file(&temporary);
        return Err(error.into());
    }
    match sync_folder(path) {
        Err(error) if is_unsupported(&error) => Ok(false),
        synced => Ok(synced.map(|()| true)?),
    }
}

/// Creates a temporary file next to `path`, for the owner alone if it is `private`.
///
/// Only a new file is opened: a file or a symbolic link that already has the name is neither written nor followed.
fn create_temporary(path: &Path, private: bool) -> io::Result<(PathBuf, File)> {
    let mut options = File::options();
    options.write(true).create_new(true);
    if private {
        restrict(&mut options);
    }
    loop {
        let temporary = temporary_path(path)?;
        match options.open(&temporary) {
            // Left behind by a killed process with the same process id, or planted.
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
fn restrict(options: &mut OpenOptions) {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

#[cfg(not(unix))]
fn restrict(_options: &mut OpenOptions) {}

/// Gives the new file the owner of the old one, where permitted, and its mode. If the group cannot be kept, the group
/// gets no more permissions than everybody else.
#[cfg(unix)]
fn keep_owner_and_mode(file: &File, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let new = file.metadata()?;
    let mut mode = old.mode() & 0o7777;
    if (new.uid(), new.gid()) != (old.uid(), old.gid())
        && fchown(file, Some(old.uid()), Some(old.gid())).is_err()
        && new.gid() != old.gid()
        && fchown(file, None, Some(old.gid())).is_err()
    {
        mode = mode & 0o707 | (mode & 0o007) << 3;
    }
    // A change of the owner clears the special bits, so the mode comes last.
    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn keep_owner_and_mode(file: &File, old: &Metadata) -> io::Result<()> {
    file.set_permissions(old.permissions())
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

/// Checks whether the error says that folders cannot be synced here: EINVAL, ENOSYS and ENOTSUP come from network and
/// container file systems, EBADF from FUSE ones, and EACCES and EPERM from a folder that may be written but not read.
fn is_unsupported(error: &io::Error) -> bool {
    const EBADF: i32 = 9;
    use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    matches!(error.kind(), InvalidInput | PermissionDenied | Unsupported) || error.raw_os_error() == Some(EBADF)
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
        assert!(matches!(failure, Err(Reason::Io(error)) if error.kind() == io::ErrorKind::StorageFull));
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

    #[cfg(unix)]
    #[test]
    fn symbolic_links_are_written_through_and_stay() {
        use std::os::unix::fs::symlink;
        let folder = Folder::new();
        fs::create_dir(folder.path("other")).unwrap();
        for (link, target) in [("a", "other/model"), ("b", "a"), ("dangling", "other/new")] {
            symlink(target, folder.path(link)).unwrap();
        }
        fs::write(folder.path("other/model"), b"old").unwrap();
        for (link, target) in [("b", "other/model"), ("dangling", "other/new")] {
            assert!(replace(&folder.path(link), |file| file.write_all(b"new")).unwrap());
            assert_eq!(fs::read(folder.path(target)).unwrap(), b"new");
            assert!(!fs::symlink_metadata(folder.path(target)).unwrap().is_symlink());
        }
        assert_eq!(folder.names(), ["a", "b", "dangling", "other"]);
        assert!(["a", "b", "dangling"].iter().all(|link| folder.path(link).is_symlink()));

        symlink("circle", folder.path("circle")).unwrap();
        assert!(matches!(replace(&folder.path("circle"), |_| Ok(())), Err(Reason::Io(_))));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_with_the_name_of_the_temporary_file_is_not_followed() {
        let folder = Folder::new();
        let (path, victim) = (folder.path("file"), folder.path("victim"));
        fs::write(&victim, b"kept").unwrap();
        for count in 0..1000 {
            let planted = folder.path(&format!(".file.{}-{count}.tmp", std::process::id()));
            std::os::unix::fs::symlink(&victim, planted).unwrap();
        }
        replace(&path, |file| file.write_all(b"new")).unwrap();
        assert_eq!((fs::read(&path).unwrap(), fs::read(&victim).unwrap()), (b"new".to_vec(), b"kept".to_vec()));
    }

    #[cfg(unix)]
    #[test]
    fn a_replaced_file_keeps_its_mode_and_is_never_wider() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new();
        let path = folder.path("model");
        let mode = |file: &Metadata| file.permissions().mode() & 0o777;
        for kept in [0o600, 0o640, 0o444, 0o777] {
            fs::write(folder.path("old"), b"old").unwrap();
            fs::set_permissions(folder.path("old"), fs::Permissions::from_mode(kept)).unwrap();
            fs::rename(folder.path("old"), &path).unwrap();
            replace(&path, |file| {
                assert_eq!(mode(&file.metadata()?), 0o600);
                file.write_all(b"new")
            })
            .unwrap();
            assert_eq!(mode(&fs::metadata(&path).unwrap()), kept, "{kept:o}");
        }
    }

    #[test]
    fn only_errors_that_say_so_mean_that_folders_cannot_be_synced() {
        let unsupported = |number| is_unsupported(&io::Error::from_raw_os_error(number));
        assert!([22, 9, 13, 1].into_iter().all(unsupported), "EINVAL, EBADF, EACCES, EPERM");
        assert!(![5, 28].into_iter().any(unsupported), "EIO, ENOSPC");
    }
}
