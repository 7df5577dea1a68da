#!/usr/bin/env bash
# Installs or updates the training service: install.sh WHEEL [--no-start]. Can be run as often as you like:
# settings and runs stay, and a running training continues with the new version from where it was.
#
# PYTHON=python3.12 picks another Python (3.11 or newer), EXTRAS=prometheus,tensorboard adds what these need.
# SHA256=… refuses a wheel with another hash.
# DESTDIR=folder installs below a folder, without creating a user or starting anything.
set -euo pipefail

start=yes
wheel=
for argument in "$@"; do
  case $argument in
    --no-start) start=no ;;
    -*) echo "usage: $0 WHEEL [--no-start]" >&2; exit 2 ;;
    *) wheel=$argument ;;
  esac
done
[ -f "$wheel" ] || { echo "usage: $0 WHEEL [--no-start]${wheel:+: $wheel is not a file}" >&2; exit 2; }

here=$(cd "$(dirname "$0")" && pwd)
root=${DESTDIR:+$(realpath -m "$DESTDIR")}
python=${PYTHON:-python3}
prefix=$root/opt/shirokuro
[ -n "$root" ] || [ "$(id -u)" = 0 ] || { echo "$0: must be run as root: sudo $0 $*" >&2; exit 1; }
"$python" -I -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
  echo "$0: $python is not Python 3.11 or newer with venv: install python3-venv, or name one: PYTHON=python3.12 $0 $*" >&2
  exit 1
}
if [ -z "$root" ] && "$python" -I -c 'import sys; sys.exit(not sys.base_prefix.startswith(("/home/", "/root/")))'; then
  echo "$0: $python is in a home directory, where the service can't read it: name the system's: PYTHON=/usr/bin/python3 $0 $*" >&2
  exit 1
fi
umask 022

# A new environment next to the old one: if pip fails, nothing has changed. Nothing from the current folder or the user's
# environment is imported (-I), and no package's own program runs to build it (--only-binary). Wherever pip finds the
# dependencies, only files with a hash in requirements.txt are installed. Older versions of pip can't take the hashes of
# dependencies from a constraints file, so the files are downloaded first.
trap 'rm -rf "$prefix.new"' EXIT
rm -rf "$prefix.new"
files=$prefix.new/files
mkdir -p "$files"
cp "$wheel" "$files"
wheel=$files/$(basename "$wheel")
hash_of() { sha256sum <"$1" | cut -c -64; }
[ "${SHA256:-$(hash_of "$wheel")}" = "$(hash_of "$wheel")" ] || {
  echo "$0: $(basename "$wheel") has the SHA-256 hash $(hash_of "$wheel"), not $SHA256" >&2
  exit 1
}
if [ -n "${EXTRAS:-}" ]; then # pip would only warn
  provided=$("$python" -I - "$wheel" <<'end'
import sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
metadata = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
fields = (line.partition(": ") for line in wheel.read(metadata).decode().splitlines())
print(*(value for name, _, value in fields if name == "Provides-Extra"))
end
  )
  for extra in ${EXTRAS//,/ }; do
    [[ " $provided " = *" $extra "* ]] || {
      echo "$0: EXTRAS: $(basename "$wheel") has no extra $extra, only ${provided:-none}" >&2
      exit 2
    }
  done
fi
"$python" -I -m venv "$prefix.new"
pip() { "$prefix.new/bin/python" -I -m pip "$@" --quiet --disable-pip-version-check --only-binary :all:; }
sed -n 's/ *\\$//; /^[a-z]/p' "$here/requirements.txt" >"$prefix.new/versions"
pip download --dest "$files" --constraint "$prefix.new/versions" "$wheel${EXTRAS:+[$EXTRAS]}"
for file in "$files"/*; do
  hash=$(hash_of "$file")
  [ "$file" = "$wheel" ] || grep -qF -- "--hash=sha256:$hash" "$here/requirements.txt" || {
    echo "$0: $(basename "$file") is not a file that deploy/requirements.txt names: its SHA-256 hash is $hash" >&2
    exit 1
  }
  echo "./$(basename "$file") --hash=sha256:$hash" >>"$prefix.new/hashes" # a full path could contain spaces
done
(cd "$files" && pip install --require-hashes --no-deps --no-index --requirement "$prefix.new/hashes")
rm -r "$files" "$prefix.new/versions" "$prefix.new/hashes"
# The programs of an environment name their interpreter by its full path.
grep -lrIZF "$prefix.new" "$prefix.new/bin" "$prefix.new/pyvenv.cfg" | xargs -0r sed -i "s|$prefix\.new|$prefix|g"
install -D -m 644 "$here/../docs/deployment.md" "$prefix.new/share/deployment.md"

if [ -z "$root" ]; then
  install -D -m 644 "$here/shirokuro.sysusers.conf" /etc/sysusers.d/shirokuro.conf
  systemd-sysusers shirokuro.conf
  # Whatever state it is in, also while it is starting: it saves itself.
  [ ! -e /etc/systemd/system/shirokuro-train.service ] || systemctl stop shirokuro-train
else
  install -D -m 644 "$here/shirokuro.sysusers.conf" "$root/etc/sysusers.d/shirokuro.conf"
fi
# The old and the new environment change places in one step, on the disk before anything is deleted: at a power cut, one of
# them is there.
sync -f "$prefix.new"
if [ -e "$prefix" ]; then
  "$python" -I "$here/exchange.py" "$prefix.new" "$prefix"
else
  mv -T "$prefix.new" "$prefix"
fi
sync -f "$prefix"
rm -rf "$prefix.new" "$prefix.old"

! command -v restorecon >/dev/null || restorecon -R "$prefix" # SELinux labels programs by their place

install -D -m 644 "$here/shirokuro-train.service" "$root/etc/systemd/system/shirokuro-train.service"
[ -e "$root/etc/shirokuro/train.toml" ] || install -D -m 644 "$here/train.toml" "$root/etc/shirokuro/train.toml"
"$prefix/bin/python" -I "$prefix/bin/shirokuro" --version
[ -z "$root" ] || exit 0

systemctl daemon-reload
systemctl enable --quiet shirokuro-train
# Failures of the old version do not count against the new one.
systemctl reset-failed shirokuro-train 2>/dev/null || true
[ $start = no ] || systemctl restart shirokuro-train
systemctl --no-pager --lines=0 status shirokuro-train || [ $start = no ]
