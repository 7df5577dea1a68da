#!/usr/bin/env bash
# Downloads the tools for building for and emulating aarch64, and for finding data races, into a folder: tools.sh FOLDER.
#
# Everything comes from Debian packages, which are unpacked rather than installed, so the system stays unchanged and no special
# rights are needed. The Rust compiler is Debian's, because rustup's can't use Debian's standard library for aarch64.
set -euo pipefail

folder=$(realpath -m "$1")
[ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ] || { echo "$0: needs Debian on x86-64" >&2; exit 1; }
rm -rf "$folder"
mkdir -p "$folder"/{apt/lists/partial,apt/cache/archives/partial,debs,host,arm64,bin}
: >"$folder/apt/status"

# A separate APT configuration, in which arm64 is an architecture of this system.
export APT_CONFIG=$folder/apt/apt.conf
cat >"$APT_CONFIG" <<END
#clear APT::Update::Post-Invoke;
APT::Architectures { "amd64"; "arm64"; };
APT::Sandbox::User "";
Acquire::Languages "none";
Dir::State "$folder/apt";
Dir::State::status "$folder/apt/status";
Dir::Cache "$folder/apt/cache";
END
apt-get update -qq

dependency() { apt-cache depends "$1" | sed -n "s/^ *Depends: \($2[^:]*\)\$/\1/p" | head -n 1; }
library=$(dependency libstd-rust-web-dev libstd-rust-web-) # the version is part of its name
llvm=$(dependency "$library" libllvm)
: "${library:?Debian has no rustc-web here}" "${llvm:?}"

# Data races are found by a standard library that is compiled with ThreadSanitizer, from rust-web-src.
host=(rustc-web "$library" "$llvm" libstd-rust-web-dev rust-web-src libclang-rt-19-dev qemu-user-static)
arm64=(
  python3.11-minimal libpython3.11-minimal libpython3.11-stdlib libc6 libgcc-s1 libstdc++6 zlib1g libexpat1 libssl3 libffi8 libbz2-1.0
  liblzma5 libsqlite3-0 libuuid1 libcrypt1
)
(cd "$folder/debs" && apt-get download -qq "${host[@]/%/:amd64}" libstd-rust-web-dev:arm64 "${arm64[@]/%/:arm64}")

unpack() { # PACKAGE FOLDER [PATTERN]…
  dpkg-deb --fsys-tarfile "$1" | tar --extract --directory "$2" --wildcards "${@:3}"
}
for package in "$folder"/debs/*.deb; do
  case ${package##*/} in
    qemu-user-static_*) unpack "$package" "$folder/host" './usr/bin/qemu-aarch64-static' './usr/bin/qemu-x86_64-static' ;;
    rust-web-src_*) unpack "$package" "$folder/host" './usr/lib/rustlib/src/*' './usr/src/*/library/*' ;;
    libclang-rt-*) unpack "$package" "$folder/host" --transform='s,.*/,,' '*/libclang_rt.tsan-x86_64.a' ;;
    libstd-rust-web-dev_*) unpack "$package" "$folder/host" './usr/lib/rustlib/*' ;;
    *_amd64.deb) unpack "$package" "$folder/host" ;;
    *) unpack "$package" "$folder/arm64" ;;
  esac
done
rm -rf "$folder/debs" "$folder/apt"

wrapper() { # NAME, the script on standard input
  { echo '#!/bin/sh'; cat; } >"$folder/bin/$1"
  chmod +x "$folder/bin/$1"
}
for tool in rustc rustdoc; do
  wrapper "$tool" <<END
LD_LIBRARY_PATH='$folder/host/usr/lib/x86_64-linux-gnu' exec '$folder/host/usr/bin/$tool' "\$@"
END
done
# The processor of the target machines: one with more instructions would hide the use of those that they lack.
wrapper run-arm64 <<END
exec '$folder/host/usr/bin/qemu-aarch64-static' -cpu "\${QEMU_CPU:-neoverse-n1}" -L '$folder/arm64' "\$@"
END
wrapper python-arm64 <<END
PYTHONPATH='$folder/site'\${PYTHONPATH:+:\$PYTHONPATH} exec '$folder/bin/run-arm64' '$folder/arm64/usr/bin/python3.11' "\$@"
END
# The runtime of ThreadSanitizer has to come before the C library.
wrapper link-tsan <<END
exec cc '-Wl,--whole-archive,$folder/host/libclang_rt.tsan-x86_64.a,--no-whole-archive' "\$@" -lpthread -ldl -lm -lrt -lc -lgcc_s -Wl,--export-dynamic
END
