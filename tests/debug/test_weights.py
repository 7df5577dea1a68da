"""Statistics of a model's weights agree with NumPy on the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import shirokuro as sk
from shirokuro import debug
from shirokuro.cli import main

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


def discs(weights: NDArray[np.uint16]) -> NDArray[np.float64]:
    learned = weights[weights != 32_768]
    found: NDArray[np.float64] = (learned.astype(np.float64) - 32_768) / 256
    return found


@pytest.mark.parametrize("table", [{}, {"pattern": "P10"}, {"stage": 40}, {"pattern": "P14", "stage": 59}], ids=str)
def test_a_summary_is_that_of_the_weights(table: Mapping[str, Any]) -> None:
    evaluator = sk.Evaluator.default()
    weights = np.concatenate(
        [
            (tables if "stage" not in table else tables[table["stage"]]).ravel()
            for name, tables in evaluator.get_weights().items()
            if table.get("pattern", name) == name
        ]
    )
    learned = discs(weights)
    summary = debug.weight_statistics(evaluator).table(**table)
    assert (summary.entries, summary.learned, summary.saturated) == (len(weights), len(learned), 0)
    assert summary.sd == pytest.approx(learned.std())
    assert (summary.least, summary.greatest) == (learned.min(), learned.max())
    assert summary.percentiles == pytest.approx(np.percentile(learned, (1, 50, 99), method="inverted_cdf"))


def test_weights_at_the_limits_are_counted() -> None:
    counts = np.zeros(65_536, dtype=np.int64)
    counts[[0, 100, 32_768, 65_535]] = 2, 5, 1000, 1
    summary = debug.weights._summary(counts)
    assert (summary.entries, summary.learned, summary.saturated) == (1008, 8, 3)
    assert (summary.least, summary.greatest) == (-128.0, 127.99609375)


def test_a_model_that_has_learned_nothing_has_no_statistics_but_counts() -> None:
    summary = debug.weight_statistics(sk.Evaluator()).table()
    assert (summary.entries, summary.learned, summary.saturated) == (28_868_400, 0, 0)
    values: list[object] = [summary.sd, summary.percentiles, summary.least, summary.greatest]
    assert values == [None] * 4


def test_the_command_shows_them_by_pattern_and_stage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["debug", "weights"]) == 0
    lines = capsys.readouterr().out.splitlines()
    learned = debug.weight_statistics(sk.Evaluator.default()).table().learned
    assert lines[0].startswith(f"{learned:,} of 28,868,400 weights were learned (")
    assert lines[0].endswith("; 0 are at the limits of what can be stored")
    assert {line.split()[0] for line in lines if line} >= {"P01", "P14", "all", "0", "59"}


def test_a_table_that_does_not_exist_is_rejected() -> None:
    statistics = debug.weight_statistics(sk.Evaluator())
    with pytest.raises(ValueError, match="pattern = 'P15': must be one of P01"):
        statistics.table(pattern="P15")
    with pytest.raises(ValueError, match="stage = 60: must be from 0 to 59"):
        statistics.table(stage=60)
