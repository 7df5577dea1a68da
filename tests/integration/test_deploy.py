"""The service and its installer: systemd accepts them, installing twice is harmless, and the service trains."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

import shirokuro as sk
from shirokuro.cli.exit_codes import ExitCode
from tests.support.paths import ROOT

DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "shirokuro-train.service"


def systemd_analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed: `make .venv/.programs` installs it on Debian")
    command = ("systemd-analyze", *arguments)
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def of_unit(name: str, text: str | None = None) -> list[str]:
    """Returns the values of a setting of the service."""
    return re.findall(rf"^{name}=(.*)$", text or UNIT.read_text(encoding="utf-8"), re.MULTILINE)


def write_wheel(folder: Path, name: str, files: dict[str, bytes], metadata: str = "") -> Path:
    """Writes a wheel, whose name is that of a package and its version."""
    path = folder / f"{name}-py3-none-any.whl"
    package, version = name.split("-")
    files[f"{name}.dist-info/METADATA"] = (
        f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n{metadata}".encode()
    )
    files[f"{name}.dist-info/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = f"{name}.dist-info/RECORD"
    with zipfile.ZipFile(path, "w") as archive:
        lines = []
        for file, content in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            lines.append(f"{file},sha256={digest},{len(content)}")
            archive.writestr(file, content)
        archive.writestr(record, "\n".join([*lines, f"{record},,", ""]))
    return path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of the package as imported here, so that the core is not built again."""
    name = f"shirokuro-{sk.__version__}"
    package = Path(sk.__file__).parent
    files = {
        f"shirokuro/{file.relative_to(package)}": file.read_bytes() for file in package.rglob("*") if file.is_file()
    }
    # Its dependencies come from the environment of the tests, so no index is needed.
    files["dependencies.pth"] = str(Path(np.__file__).parents[1]).encode()
    files[f"{name}.dist-info/entry_points.txt"] = b"[console_scripts]\nshirokuro = shirokuro.cli:main\n"
    return write_wheel(tmp_path_factory.mktemp("wheel"), name, files)


def script(root: Path, name: str, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a script of the `deploy` folder for another root."""
    return script_from(None, root, name, *arguments, **environment)


def script_from(
    folder: Path | None, root: Path, name: str, *arguments: str | Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The same, called from a folder."""
    offline = {"PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1", "PIP_NO_COMPILE": "1"}
    variables = {**os.environ, **offline, "DESTDIR": str(root), "PYTHON": sys.executable, **environment}
    command = (DEPLOY / name, *arguments)
    return subprocess.run(command, env=variables, cwd=folder, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with modules that the installer must not import although it is called from there."""
    folder = tmp_path_factory.mktemp("foreign")
    for name in ("ensurepip", "venv", "pip", "ctypes"):
        (folder / f"{name}.py").write_text("raise SystemExit('imported from the current folder')", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def installed(wheel: Path, foreign: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with the service installed; tests do not modify it."""
    root = tmp_path_factory.mktemp("installed") / "a root"
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    done = script_from(foreign, root, "install.sh", wheel, SHA256=digest, PYTHONPATH=str(foreign))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"shirokuro {sk.__version__}")
    return root


def content(root: Path) -> dict[str, bytes]:
    """Returns every file below a folder, except those that Python creates."""
    files = (file for file in sorted(root.rglob("*")) if file.is_file() and "__pycache__" not in file.parts)
    return {str(file.relative_to(root)): file.read_bytes() for file in files}


def test_systemd_rates_the_exposure_of_the_service_as_minimal() -> None:
    done = systemd_analyze("security", "--offline=true", UNIT)
    found = re.search(r"Overall exposure level for shirokuro-train.service: ([\d.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    assert float(found[1]) <= 0.5


def test_the_memory_limit_of_the_service_is_the_budget_in_its_settings() -> None:
    settings = tomllib.loads((DEPLOY / "train.toml").read_text(encoding="utf-8"))
    del settings["train"]
    config = sk.TrainConfig().replace(**settings)
    assert of_unit("MemoryMax") == [f"{config.budget_mb * 1_000_000:.0f}"]


def test_the_service_handles_the_exit_codes_of_the_program() -> None:
    assert of_unit("SuccessExitStatus") == [str(128 + signal.SIGTERM)]
    assert of_unit("RestartPreventExitStatus") == [f"{ExitCode.USAGE:d} {ExitCode.TOO_MANY_ERRORS:d}"]


def test_the_service_tries_again_after_what_may_pass() -> None:
    assert of_unit("Restart") == ["on-failure"]
    prevented = {int(code) for code in of_unit("RestartPreventExitStatus")[0].split()}
    assert not prevented & {ExitCode.IO_ERROR, ExitCode.IN_USE, ExitCode.INTERRUPTED, ExitCode.OUTPUT_CLOSED}


def verify(root: Path) -> str:
    """Returns the errors that systemd finds in the service installed below a root."""
    done = systemd_analyze("verify", f"--root={root}", UNIT.name)
    return done.stderr + (f"exit code {done.returncode}" if done.returncode else "")


def test_systemd_finds_no_error_in_the_installed_service(installed: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    shutil.copytree(installed, root, symlinks=True)
    (root / "usr/lib/systemd/system").mkdir(parents=True)
    (root / "usr/lib/systemd/system/sysinit.target").write_text("[Unit]\n", encoding="utf-8")  # every service needs it
    assert verify(root) == ""
    # It does find an unknown setting and a missing program.
    service = root / "etc/systemd/system" / UNIT.name
    service.write_text(service.read_text(encoding="utf-8").replace("ProtectHome", "ProtectHone"), encoding="utf-8")
    (root / "opt/shirokuro/bin/shirokuro").unlink()
    assert "Unknown key 'ProtectHone'" in verify(root)
    assert "/opt/shirokuro/bin/shirokuro is not executable" in verify(root)


def test_the_command_of_the_service_trains(installed: Path, tmp_path: Path) -> None:
    text = (installed / "etc/shirokuro/train.toml").read_text(encoding="utf-8")
    text = text.replace("games = 1_000_000", "games = 128").replace('"/var/lib', f'"{tmp_path}/var/lib')
    settings = tmp_path / "train.toml"
    settings.write_text(text, encoding="utf-8")
    (command,) = of_unit("ExecStart")
    words = [f"{installed}{word}" if word.startswith("/") else word for word in shlex.split(command)]
    words[words.index(f"{installed}/etc/shirokuro/train.toml")] = str(settings)
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        environment = {"NOTIFY_SOCKET": address, "PATH": "/usr/bin:/bin"}
        subprocess.run(words, env=environment, cwd=tmp_path, check=True, capture_output=True, timeout=120)
        assert manager.recv(4096).startswith(b"READY=1\n")
    assert sk.Trainer.load(tmp_path / "var/lib/shirokuro/run/model.shiro").games_played == 128


@dataclass(frozen=True)
class Update:
    """What an update with the same wheel did."""

    expected: dict[str, bytes]
    """The installed files before the update, with other settings than the installer's."""
    files: dict[str, bytes]
    """The installed files after it."""
    errors: str
    """What the installer wrote to standard error."""
    complete: list[str]
    """The programs that the installer started while the installed program was there."""
    gone: list[str]
    """The programs that the installer started while it was not."""


@pytest.fixture(scope="module")
def update(wheel: Path, foreign: Path, installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Update:
    """Updates the installation, where each program that the installer starts first looks for the installed one."""
    folder = tmp_path_factory.mktemp("update")
    (programs := folder / "bin").mkdir()
    (folder / "gone").touch()
    program = installed / "opt/shirokuro/bin/shirokuro"
    for name in ("rm", "mv", "sed", "install", "sync", "xargs"):
        look = f"[ -x '{program}' ] && seen=complete || seen=gone; echo {name} >>{folder}/$seen"
        (programs / name).write_text(f'#!/bin/sh\n{look}\nexec {shutil.which(name)} "$@"\n', encoding="utf-8")
        (programs / name).chmod(0o755)
    settings = installed / "etc/shirokuro/train.toml"
    shipped = settings.read_bytes()
    settings.write_bytes(shipped + b"tensorboard = true\n")
    try:
        expected = content(installed)
        path = f"{programs}:{os.environ['PATH']}"
        done = script_from(foreign, installed, "install.sh", wheel, PATH=path, PYTHONPATH=str(foreign))
        assert done.returncode == 0, done.stderr
        seen = ((folder / name).read_text(encoding="utf-8").split() for name in ("complete", "gone"))
        return Update(expected, content(installed), done.stderr, *seen)
    finally:
        settings.write_bytes(shipped)


def test_an_update_keeps_the_settings_and_changes_nothing(update: Update) -> None:
    assert update.files == update.expected


def test_a_failed_update_leaves_the_old_version(wheel: Path, installed: Path, tmp_path: Path) -> None:
    before = content(installed)
    broken = tmp_path / wheel.name
    broken.write_bytes(b"not a wheel")
    assert script(installed, "install.sh", broken).returncode != 0
    assert content(installed) == before


def test_the_installer_refuses_an_extra_that_the_wheel_does_not_have(tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path, "shirokuro-1", {}, "Provides-Extra: web\nProvides-Extra: ray\n")
    done = script(tmp_path / "root", "install.sh", wheel, EXTRAS="web,nope")
    assert done.returncode == 2
    assert "has no extra nope, only web ray" in done.stderr
    assert not (tmp_path / "root").exists() or not content(tmp_path / "root")


def test_the_installer_refuses_a_wheel_with_another_hash(wheel: Path, tmp_path: Path) -> None:
    done = script(tmp_path / "root", "install.sh", wheel, SHA256="0" * 64)
    assert done.returncode == 1
    hashed = hashlib.sha256(wheel.read_bytes()).hexdigest()
    assert done.stderr == f"{DEPLOY / 'install.sh'}: {wheel.name} has the SHA-256 hash {hashed}, not {'0' * 64}\n"
    assert content(tmp_path / "root") == {}


def test_the_installer_refuses_a_dependency_with_another_hash(tmp_path: Path) -> None:
    (index := tmp_path / "index").mkdir()
    replaced = write_wheel(index, "mdurl-0.1.2", {"mdurl.py": b"raise SystemExit('not what was released')"})
    wheel = write_wheel(tmp_path, f"shirokuro-{sk.__version__}", {}, "Requires-Dist: mdurl\n")
    done = script(tmp_path / "root", "install.sh", wheel, PIP_NO_DEPS="0", PIP_FIND_LINKS=str(index))
    assert done.returncode == 1
    assert f"{replaced.name} is not a file that deploy/requirements.txt names" in done.stderr
    assert content(tmp_path / "root") == {}


def test_the_installer_chooses_the_versions_that_the_tests_use() -> None:
    def pinned(file: Path) -> set[str]:
        lines = file.read_text(encoding="utf-8").splitlines()
        return {line.rstrip(" \\") for line in lines if re.match(r"[a-z]", line)}

    versions = pinned(DEPLOY / "requirements.txt")
    assert versions <= pinned(ROOT / "constraints.txt")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    names = {re.split(r"[^\w-]", each.lower())[0] for each in needed}
    assert names <= {each.partition("==")[0] for each in versions}


def test_two_folders_change_places(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name, encoding="utf-8")
    subprocess.run([sys.executable, "-I", DEPLOY / "exchange.py", tmp_path / "first", tmp_path / "second"], check=True)
    assert {path.name: (path / "file").read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {
        "first": "second",
        "second": "first",
    }


def test_an_update_never_leaves_a_moment_without_a_program(update: Update, installed: Path) -> None:
    """At every program that the script starts, the installed program is complete."""
    assert {"rm", "sync", "install"} <= set(update.complete)
    assert update.gone == []
    assert not (installed / "opt/shirokuro.new").exists()


def test_the_installer_imports_nothing_from_the_folder_where_it_is_called(update: Update) -> None:
    assert update.errors == ""


def test_the_service_writes_no_core_dumps() -> None:
    assert of_unit("LimitCORE") == ["0"]


def test_uninstalling_keeps_runs_and_settings_unless_purging(installed: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    shutil.copytree(installed, root, symlinks=True)
    run = root / "var/lib/shirokuro/run"
    run.mkdir(parents=True)
    (run / "model.shiro").write_bytes(b"a model")
    kept = ["etc/shirokuro/train.toml", "etc/sysusers.d/shirokuro.conf", "var/lib/shirokuro/run/model.shiro"]
    for _ in range(2):
        assert script(root, "uninstall.sh").returncode == 0
        assert list(content(root)) == kept
    for _ in range(2):
        assert script(root, "uninstall.sh", "--purge").returncode == 0
        assert content(root) == {}


@pytest.mark.parametrize(
    ("name", "arguments", "environment", "code", "message"),
    [
        ("install.sh", ["nowhere.whl"], {}, 2, "nowhere.whl is not a file"),
        ("install.sh", [], {}, 2, "install.sh WHEEL [--no-start]\n"),
        ("install.sh", ["--stat"], {}, 2, "usage: "),
        ("install.sh", [__file__], {"PYTHON": "/bin/false"}, 1, "/bin/false is not Python 3.11 or newer with venv"),
        ("uninstall.sh", ["--everything"], {}, 2, "usage: "),
    ],
)
def test_invalid_calls_are_rejected_and_change_nothing(
    *, name: str, arguments: list[str], environment: dict[str, str], code: int, message: str, tmp_path: Path
) -> None:
    done = script(tmp_path / "root", name, *arguments, **environment)
    assert done.returncode == code
    assert message in done.stderr
    assert not (tmp_path / "root").exists()
