#!/usr/bin/env bash
# Checks what is to be released: check_release.sh PYTHON FOLDER. Installs the wheel of this machine, and what the source distribution
# builds, into empty environments, and lets each of them and the ARM64 wheel train and evaluate: they must agree to the last bit.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
python=$(realpath --no-symlinks "$1")
dist=$(realpath "$2")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" # where there is no package to be found by chance

for file in "$dist"/*_"$(uname -m)".whl "$dist"/*.tar.gz; do
  echo "${file##*/}:"
  rm -rf environment
  "$python" -m venv environment
  CARGO_TARGET_DIR=$root/target/sdist environment/bin/python -m pip install --quiet --disable-pip-version-check \
    --constraint "$root/constraints.txt" "$file"
  environment/bin/python -m pip check
  environment/bin/shirokuro --version
  environment/bin/python "$root/scripts/same_bits.py" >bits
  [ -e expected ] || cp bits expected
  diff expected bits
done
echo "$(basename "$dist"/*_aarch64.whl):"
"$root/.cross/tools/bin/python-arm64" "$root/scripts/same_bits.py" >bits
diff expected bits
cat bits
