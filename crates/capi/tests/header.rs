//! The committed header is the one that cbindgen writes from the sources.

use std::path::Path;

#[test]
fn the_header_is_that_of_the_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).unwrap();
    let sources = ["error", "position", "model", "search", "exports"];
    let builder = cbindgen::Builder::new().with_config(config);
    let builder =
        sources.iter().fold(builder, |builder, source| builder.with_src(root.join(format!("src/{source}.rs"))));
    let written = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shirokuro.h");
    builder.generate().unwrap().write_to_file(&written);
    let committed = root.join("include/shirokuro.h");
    let same = std::fs::read(&written).unwrap() == std::fs::read(&committed).unwrap_or_default();
    assert!(same, "the header is outdated: cp {} {}", written.display(), committed.display());
}
