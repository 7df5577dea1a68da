"""Text of the log: progress, details and summaries of a training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shirokuro.display.format import counted, duration
from shirokuro.runs.measures import MEASURES
from shirokuro.training.memory import COMPONENTS, MB

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shirokuro.training.convergence import ConvergenceReport
    from shirokuro.training.failures import FailureReport
    from shirokuro.training.report import BatchReport


_TD_ERROR = f"{MEASURES['td_error'].title} {{:.3f}}{MEASURES['td_error'].unit.suffix}"
_SPEED = f"{{:.0f}}{MEASURES['games_per_second'].unit.suffix}"


def _join(parts: Iterable[tuple[str, float | None]]) -> str:
    """Joins the texts whose value is known, each with its value inserted."""
    return ", ".join(text.format(value) for text, value in parts if value is not None)


def _games(report: BatchReport) -> str:
    return _join(
        (
            ("discs {:+.2f}", report.mean_stone_difference),
            ("black {:.1%}", report.black_win_rate),
            ("white {:.1%}", report.white_win_rate),
            ("draws {:.1%}", report.draw_rate),
            ("moves {:.2f}", report.mean_moves),
        )
    )


def _values(report: BatchReport) -> str:
    return _join(
        (
            ("mean {:+.3f}", report.mean_value),
            ("sd {:.3f}", report.value_sd),
            ("min {:+.2f}", report.value_min),
            ("max {:+.2f}", report.value_max),
        )
    )


def _searches(report: BatchReport) -> str:
    return _join(
        (
            ("mean depth {:.2f}", report.mean_depth),
            ("min {}", report.depth_min),
            ("max {}", report.depth_max),
            ("{:,} nodes", report.nodes),
            ("table hits {:.1%}", report.table_hit_rate),
        )
    )


def _convergence(report: ConvergenceReport) -> str:
    return _join(
        (
            ("discs {:+.2f}", report.last_games.stone_difference_mean),
            ("± {:.2f}", report.stone_difference_sd),
            ("value variance {:.2f}", report.last_games.value_variance),
            ("coverage {:.2%}", report.coverage),
            ("updates per entry {:.2f}", report.mean_updates),
            ("expected {:.2f}", report.expected_updates),
        )
    )


def memory_line(bytes_by_part: Mapping[str, int]) -> str:
    """Returns one line with the components in MB."""
    return ", ".join(f"{name} {bytes_by_part[name] / MB:.1f}" for name in COMPONENTS if name in bytes_by_part) + " MB"


def progress_line(report: BatchReport, games_played: int, target: int, seconds: float, left: float | None) -> str:
    """Returns one line on the latest games."""
    count = f"{games_played:,}/{target:,} games"
    return f"{count}: {_games(report)}, elapsed {duration(seconds)}, ETA {duration(left, unknown='unknown')}"


def detail_line(report: BatchReport, convergence: ConvergenceReport, bytes_by_part: Mapping[str, int]) -> str:
    """Returns several lines with more details of the latest games."""
    error = _join(((_TD_ERROR, report.td_error), (_SPEED, report.games_per_second)))
    return "\n  ".join(
        (
            f"the last {counted(report.games, 'game')}: {_games(report)}, {error}",
            f"values: {_values(report)}",
            f"searches: {_searches(report)}",
            f"convergence, last {counted(convergence.last_games.games, 'game')}: {_convergence(convergence)}",
            f"memory: {memory_line(bytes_by_part)}",
        )
    )


def summary(
    report: BatchReport,
    convergence: ConvergenceReport,
    bytes_by_part: Mapping[str, int],
    errors: FailureReport,
    *,
    games_played: int,
    target: int,
) -> str:
    """Returns several lines on all games of a run."""
    results = f"{report.black_wins:,} black, {report.white_wins:,} white, {report.draws:,} draws"
    failed = ", ".join(f"{kind} {count}" for kind, count in errors.kinds.items()) or "none"
    played = f"{duration(report.play_seconds)} playing, {duration(report.learn_seconds)} learning"
    return "\n  ".join(
        (
            f"summary after {games_played:,} of {counted(target, 'game')}",
            f"games: {results}; {_games(report)}",
            f"learning: {counted(report.positions, 'position')}" + _join(((f", {_TD_ERROR}", report.td_error),)),
            f"time: {played}" + _join(((f", {_SPEED}", report.games_per_second),)),
            f"values: {_values(report)}",
            f"searches: {report.searches:,}, {_searches(report)}",
            f"failed games: {report.failures:,}; of the last {errors.window_games:,}: {failed}",
            f"convergence, last {counted(convergence.last_games.games, 'game')}: {_convergence(convergence)}",
            f"memory: {memory_line(bytes_by_part)}",
        )
    )
