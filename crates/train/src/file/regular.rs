//! Regular files, the only ones that are read and written: a device or a named pipe may never end, and must not be
//! replaced.

use super::error::Reason;
use std::fs::{self, FileType, Metadata};
use std::io;
use std::path::{Path, PathBuf};

/// The number of symbolic links that are followed, as by Linux.
const MAX_LINKS: usize = 40;

/// Returns the metadata of the file, after following symbolic links; `None` if the file does not exist.
///
/// # Errors
///
/// It is not a regular file, or the operating system reported an error.
pub fn regular_metadata(path: &Path) -> Result<Option<Metadata>, Reason> {
    match fs::metadata(path) {
        Ok(file) if file.is_file() => Ok(Some(file)),
        Ok(other) => Err(Reason::NotAFile { kind: kind(other.file_type()) }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Returns the path that the symbolic links at `path` lead to, which may not exist.
pub fn follow_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() => {}
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => return Ok(path),
        }
        let target = fs::read_link(&path)?;
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    Err(io::Error::other("too many levels of symbolic links"))
}

#[cfg(unix)]
fn kind(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_dir() {
        "a directory"
    } else if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn kind(kind: FileType) -> &'static str {
    if kind.is_dir() { "a directory" } else { "a device" }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::file::load_weights;
    use crate::file::section::Encoding;
    use crate::testing::Folder;
    use shirokuro_engine::Weights;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    #[test]
    fn what_is_not_a_regular_file_is_neither_read_nor_replaced() {
        let folder = Folder::new();
        let socket = folder.path("socket");
        let _listener = UnixListener::bind(&socket).unwrap();
        let weights = Weights::neutral().unwrap();
        for (path, kind) in [
            (folder.path("."), "a directory"),
            (socket, "a socket"),
            ("/dev/zero".into(), "a device"),
            ("/dev/null".into(), "a device"),
        ] {
            symlink(&path, folder.path("link")).unwrap();
            for path in [path, folder.path("link")] {
                let before = fs::symlink_metadata(&path).unwrap();
                for error in [
                    load_weights(&path).unwrap_err(),
                    crate::file::save_weights(&path, &weights, Encoding::Zstd).unwrap_err(),
                ] {
                    assert_eq!(error.to_string(), format!("{}: not a regular file but {kind}", path.display()));
                }
                assert_eq!(fs::symlink_metadata(&path).unwrap().file_type(), before.file_type());
            }
            fs::remove_file(folder.path("link")).unwrap();
        }
        assert_eq!(folder.names(), ["socket"]);
    }
}
