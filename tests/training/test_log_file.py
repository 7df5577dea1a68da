"""Log files: content, formats, and writing that never blocks a training."""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro.training import log_file
from shirokuro.training.log_file import RunLog
from tests.support.runs import PATTERNS

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger("shirokuro.test")


class Collector(logging.Handler):
    """A host program's handler."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@pytest.fixture
def host() -> Iterator[Collector]:
    """A host program that collects what its root logger receives: warnings and above."""
    handler, root = Collector(), logging.getLogger()
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)


def text(run_log: RunLog) -> str:
    return run_log.path.read_text(encoding="utf-8")


def test_a_file_is_named_after_the_time_and_has_one_line_per_message(tmp_path: Path) -> None:
    with RunLog(tmp_path / "logs") as run_log:
        log.info("%d games, λ = %s", 5, 0.9)
        log.warning("careful")
        log.debug("not this")
    assert re.fullmatch(r"training_\d{8}_\d{6}\.log", run_log.path.name)
    first, second = text(run_log).splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} INFO    5 games, λ = 0\.9", first)
    assert second.endswith(" WARNING careful")


@pytest.mark.parametrize(("level", "count"), [("debug", 4), ("INFO", 3), (logging.WARNING, 2), ("error", 1)])
def test_only_messages_of_the_level_and_above_are_written(level: int | str, count: int, tmp_path: Path) -> None:
    with RunLog(tmp_path, level=level) as run_log:
        for each in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
            log.log(each, "a message")
    assert text(run_log).count("a message") == count


def test_the_level_can_be_changed_while_a_file_is_open(tmp_path: Path) -> None:
    with RunLog(tmp_path) as run_log:
        log.debug("before")
        log_file.set_level("DEBUG")
        log.debug("meanwhile")
        log_file.set_level("ERROR")
        log.warning("after")
    log_file.set_level(logging.NOTSET)
    assert [line.split()[-1] for line in text(run_log).splitlines()] == ["meanwhile"]


@pytest.mark.parametrize("level", ["loud", None, True, 1.5])
def test_an_unknown_level_is_rejected(level: object, tmp_path: Path) -> None:
    with pytest.raises(ValueError if level == "loud" else TypeError, match="log_level"):
        RunLog(tmp_path, level=level)  # type: ignore[arg-type]


def test_json_lines_have_time_level_message_figures_and_exceptions(tmp_path: Path) -> None:
    with RunLog(tmp_path, as_json=True) as run_log:
        log.info("%d games", 7, extra={"fields": {"games": 7, "rate": 0.5}})
        try:
            (tmp_path / "missing").read_text(encoding="utf-8")
        except OSError:
            log.exception("no checkpoint")
    first, second = (json.loads(line) for line in text(run_log).splitlines())
    assert (first["level"], first["message"], first["games"], first["rate"]) == ("info", "7 games", 7, 0.5)
    assert first["logger"] == "shirokuro.test"
    assert first["time"].endswith("+00:00")
    assert (second["level"], second["message"]) == ("error", "no checkpoint")
    assert "FileNotFoundError: " in second["exception"]


def test_a_log_file_does_not_affect_the_host_program(host: Collector, tmp_path: Path) -> None:
    logger = logging.getLogger("shirokuro")
    before = (logger.level, logger.propagate, list(logger.handlers))
    with RunLog(tmp_path, level="DEBUG") as run_log:
        log.info("for the file")
        log.warning("for both")
    assert (logger.level, logger.propagate, list(logger.handlers)) == before
    assert "for the file" in text(run_log)
    assert host.messages == ["for both"]
    log.warning("afterwards")
    assert host.messages == ["for both", "afterwards"]
    assert "afterwards" not in text(run_log)


def test_a_host_program_that_sets_a_lower_level_receives_more(host: Collector, tmp_path: Path) -> None:
    logger = logging.getLogger("shirokuro")
    logger.setLevel(logging.DEBUG)
    try:
        with RunLog(tmp_path, level="ERROR") as run_log:
            log.debug("details")
    finally:
        logger.setLevel(logging.NOTSET)
    assert host.messages == ["details"]
    assert text(run_log) == ""


def test_two_open_files_can_be_closed_in_any_order(host: Collector, tmp_path: Path) -> None:
    logger = logging.getLogger("shirokuro")
    before = (logger.level, logger.propagate, list(logger.handlers))
    first, second = RunLog(tmp_path / "a"), RunLog(tmp_path / "b")
    with first:
        second.__enter__()
        log.info("to both")
    log.info("to the second")
    log.warning("to the host as well")
    second.__exit__(None, None, None)
    assert (logger.level, logger.propagate, list(logger.handlers)) == before
    assert (len(text(first).splitlines()), len(text(second).splitlines())) == (1, 3)
    assert host.messages == ["to the host as well"]


def test_a_slow_disk_blocks_nobody_and_lost_messages_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resume = threading.Event()
    emit = logging.FileHandler.emit

    def slow(handler: logging.FileHandler, record: logging.LogRecord) -> None:
        resume.wait(30)
        emit(handler, record)

    monkeypatch.setattr(logging.FileHandler, "emit", slow)
    with RunLog(tmp_path, capacity=10) as run_log:
        start = time.monotonic()
        for number in range(1000):
            log.info("message %d", number)
        assert time.monotonic() - start < 20  # the disk has been blocked until now
        resume.set()
    written = text(run_log).splitlines()
    assert 10 <= len(written) - 1 <= 11
    assert run_log.dropped == 1000 - (len(written) - 1)
    assert f"{run_log.dropped} messages were dropped" in written[-1]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full, which acts as a full disk")
def test_a_full_disk_only_loses_messages(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(log_file._File, "_open", lambda _: Path("/dev/full").open("w"))  # noqa: SIM115 (the handler closes it)
    with RunLog(tmp_path) as run_log:
        log.info("lost")
    assert run_log.dropped >= 1
    assert capsys.readouterr().err == ""
    assert f"messages are missing in {run_log.path}" in caplog.text


def test_each_session_has_its_own_file_in_the_run_directory(small: sk.TrainConfig, tmp_path: Path) -> None:
    trainer = sk.Trainer(small, patterns=PATTERNS)
    trainer.start_training(64, directory=tmp_path, log_level="WARNING")
    (first,) = (tmp_path / "logs").iterdir()
    assert "INFO" not in first.read_text(encoding="utf-8")
    trainer.start_training(128, directory=tmp_path, log_level="DEBUG")
    written = "".join(file.read_text(encoding="utf-8") for file in (tmp_path / "logs").iterdir())
    assert "DEBUG   64 games played, TD error" in written
    assert "training from 64 to 128 games" in written
    assert "completed after 128 games" in written
    with pytest.raises(ValueError, match="log_level = 'loud'"):
        trainer.start_training(200, directory=tmp_path / "other", log_level="loud")
    assert not (tmp_path / "other").exists()
    assert not trainer.is_training_active()
