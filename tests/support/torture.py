"""`make torture`: runs the tests marked as proofs at full size, and shows a table of the results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--torture", action="store_true", help="run only the proofs, at full size")


def pytest_configure(config: pytest.Config) -> None:
    text = (
        "proof(fault, only=False): shows the effect of a fault; a row of `make torture`, and of nothing else if `only`"
    )
    config.addinivalue_line("markers", text)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if mark := item.get_closest_marker("proof"):
            item.user_properties.append(("fault", mark.args[0]))
    marks = [item.get_closest_marker("proof") for item in items]
    if config.getoption("--torture"):
        items[:] = [item for item, mark in zip(items, marks, strict=True) if mark]
    else:
        items[:] = [item for item, mark in zip(items, marks, strict=True) if not (mark and mark.kwargs.get("only"))]


@pytest.fixture(scope="session")
def size(pytestconfig: pytest.Config) -> Callable[[int, int], int]:
    """Chooses between a size for the test suite and one for `make torture`."""
    full = bool(pytestconfig.getoption("--torture"))
    return lambda quick, whole: whole if full else quick


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not config.getoption("--torture"):
        return
    reports: list[pytest.TestReport] = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    rows: dict[str, list[tuple[int, pytest.TestReport]]] = {}
    for report in reports:
        properties = dict(report.user_properties)
        rows.setdefault(str(properties["fault"]), []).append((int(str(properties.get("count", 1))), report))
    terminalreporter.section("faults")
    terminalreporter.write_line(f"{'fault':<64} {'cases':>6} {'failed':>7} {'seconds':>8}")
    for fault, tests in rows.items():
        cases = sum(count for count, _ in tests)
        failed = sum(report.failed for _, report in tests)
        seconds = sum(report.duration for _, report in tests)
        terminalreporter.write_line(f"{fault:<64} {cases:>6} {failed:>7} {seconds:>8.1f}")
