#!/usr/bin/env bash
# Checks a release: check_release.sh PYTHON FOLDER. Installs the wheel for this machine and the source distribution into empty
# environments, then trains and evaluates with both and with the ARM64 wheel. The results must agree to the last bit. Adds the
# SBOM and the hashes to the folder.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
python=$(realpath --no-symlinks "$1")
dist=$(realpath "$2")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" # a folder without a package that could be imported by accident

for file in "$dist"/*_"$(uname -m)".whl "$dist"/*.tar.gz; do
  echo "${file##*/}:"
  rm -rf environment
  "$python" -m venv environment
  CARGO_TARGET_DIR=$root/target/sdist environment/bin/python -m pip install --quiet --disable-pip-version-check \
    --constraint "$root/constraints.txt" "$file"
  environment/bin/python -m pip check
  environment/bin/shirokuro --version
  environment/bin/python -c 'import shirokuro as sk; assert sk.Evaluator.default().digest() == sk.models.facts()["weights"]'
  environment/bin/python "$root/scripts/same_bits.py" >bits
  [ -e expected ] || cp bits expected
  diff expected bits
done
echo "$(basename "$dist"/*_aarch64.whl):"
"$root/.cross/tools/bin/python-arm64" "$root/scripts/same_bits.py" >bits
diff expected bits
cat bits
environment/bin/python "$root/scripts/release_files.py" "$dist"
