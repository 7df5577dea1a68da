"""Completes the folder of a release: `release_files.py FOLDER`.

Every wheel must contain the licences of others and a list of its crates (SBOM, CycloneDX), and the changelog must have
an entry for the version. The SBOM is copied next to the wheels, and the hashes of all files are written.
"""

from __future__ import annotations

__ends_on_interrupt__ = True  # before the imports, which take a moment
from shirokuro import startup

# isort: split

import hashlib
import json
import re
import sys
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[1]
LISTED = re.compile(r"^-{100}\n(\S+) (\S+): ", re.MULTILINE)


def main() -> None:
    """Checks the wheels, copies their SBOM, and writes `SHA256SUMS`."""
    if len(sys.argv) != 2 or not list(Path(sys.argv[1]).glob("*.whl")):  # noqa: PLR2004
        raise SystemExit("usage: release_files.py FOLDER, which has wheels")
    folder = Path(sys.argv[1])
    for wheel in sorted(folder.glob("*.whl")):
        version = wheel.name.split("-")[1]
        if not re.search(
            rf"^## {re.escape(version)} ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
        ):
            raise SystemExit(f"CHANGELOG.md has no entry for {version}")
        (folder / f"shirokuro-{version}.cdx.json").write_bytes(sbom(wheel))
    files = sorted(path for path in folder.iterdir() if path.name != "SHA256SUMS")
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")


def sbom(wheel: Path) -> bytes:
    """Returns the list of a wheel's crates, which has to contain those whose licences the wheel has."""
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        found = [name for name in names if re.search(r"\.dist-info/sboms/.*\.cyclonedx\.json$", name)]
        licences = [name for name in names if name.endswith(".dist-info/licenses/THIRD_PARTY.txt")]
        if not (found and licences):
            raise SystemExit(f"{wheel.name} lacks {'the licences of others' if found else 'an SBOM'}")
        content = archive.read(found[0])
        text = archive.read(licences[0]).decode()
    components = {(each["name"], each["version"]) for each in json.loads(content)["components"]}
    if missing := set(LISTED.findall(text)) - components:
        raise SystemExit(f"{wheel.name}: the SBOM lacks {', '.join(name for name, _ in sorted(missing))}")
    return content


if __name__ == "__main__":
    sys.exit(startup.run(main))
