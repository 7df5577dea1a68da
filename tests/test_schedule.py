"""Schedules and settings."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shirokuro as sk
from shirokuro.config import TrainConfig, shown_name

PROGRESS = st.floats(0, 1)
VALUES = st.floats(0, 1, width=16)
SCHEDULES = st.lists(st.tuples(st.floats(0, 1, width=16), VALUES), min_size=1, unique_by=lambda point: point[0]).map(
    lambda points: sk.Schedule(tuple(sorted(points)))
)


@given(VALUES, PROGRESS)
def test_a_constant_is_the_same_everywhere(value: float, progress: float) -> None:
    assert sk.Schedule.constant(value).at(progress) == value


@given(VALUES, VALUES, PROGRESS)
def test_a_linear_schedule_is_a_straight_line(start: float, end: float, progress: float) -> None:
    assert math.isclose(sk.Schedule.linear(start, end).at(progress), start + (end - start) * progress, abs_tol=1e-12)


def test_points_are_joined_by_straight_lines() -> None:
    schedule = sk.Schedule.parse("0:0.3,0.5:0.1,1:0.02")
    assert [schedule.at(progress) for progress in (0, 0.5, 1, 1.5)] == [0.3, 0.1, 0.02, 0.02]
    assert schedule.at(0.25) == pytest.approx(0.2)
    assert schedule.at(0.75) == pytest.approx(0.06)


def test_the_first_value_holds_before_the_first_point() -> None:
    assert sk.Schedule.parse("0.4:1,0.6:3").at(0.1) == 1


@given(SCHEDULES, PROGRESS)
def test_a_schedule_stays_between_its_values(schedule: sk.Schedule, progress: float) -> None:
    assert min(schedule.values) - 1e-9 <= schedule.at(progress) <= max(schedule.values) + 1e-9


@given(SCHEDULES)
def test_a_schedule_reads_back_from_its_text(schedule: sk.Schedule) -> None:
    assert sk.Schedule.parse(str(schedule)) == schedule


@given(SCHEDULES)
def test_the_representation_of_a_schedule_typed_back_is_the_schedule(schedule: sk.Schedule) -> None:
    assert eval(repr(schedule), {"Schedule": sk.Schedule}) == schedule  # noqa: S307 (its own text)


def test_the_representation_of_settings_typed_back_is_the_settings() -> None:
    config = TrainConfig(seed=3, epsilon="0:0.3,1:0.1", rate=0.05)
    assert eval(repr(config), {"Schedule": sk.Schedule, "TrainConfig": TrainConfig}) == config  # noqa: S307


def test_points_may_be_lists_and_numpy_numbers() -> None:
    schedule = sk.Schedule([[np.float32(0), np.float64(0.25)], (1, 2)])  # type: ignore[arg-type]
    assert schedule == sk.Schedule.parse("0:0.25,1:2")
    assert str(schedule) == "0:0.25,1:2"
    assert hash(schedule) == hash(sk.Schedule.parse("0:0.25,1:2"))


def test_a_text_as_points_is_refused_with_the_way_to_read_it() -> None:
    with pytest.raises(TypeError, match=r"points = '0:1,1:2': must be pairs .*Schedule\.parse"):
        sk.Schedule("0:1,1:2")  # type: ignore[arg-type]


@given(st.floats(0, 1))
def test_a_number_reads_back_exactly(value: float) -> None:
    assert sk.Schedule.parse(str(sk.Schedule.constant(value))) == sk.Schedule.constant(value)


@pytest.mark.parametrize("text", ["", "x", "0:", "0:1,", "1:0,0:1", "0:1,0:2", "2:1", "0:1:2", "nan:1"])
def test_an_invalid_schedule_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="schedule"):
        sk.Schedule.parse(text)


SWITCHES = [name for name, setting in TrainConfig.SETTINGS.items() if setting.kind == "switch"]
NUMBERS = [name for name in TrainConfig.SETTINGS if name not in SWITCHES]


@pytest.mark.parametrize("name", NUMBERS)
def test_a_setting_out_of_range_is_rejected_with_name_value_and_range(name: str) -> None:
    setting = TrainConfig.SETTINGS[name]
    for wrong in (setting.low - 1, setting.high + 1):
        shown = sk.Schedule.of(wrong) if setting.kind == "schedule" else wrong
        message = f"{shown_name(name)} = {shown}: must be within {setting.range}"
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            TrainConfig(**{name: wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("wrong", [True, [1], b"1", 1j])
def test_a_setting_of_the_wrong_type_is_rejected_by_name(name: str, wrong: object) -> None:
    with pytest.raises(TypeError, match=f"^{shown_name(name)} = "):
        TrainConfig(**{name: wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", SWITCHES)
@pytest.mark.parametrize("wrong", [1, 0, "true", None, math.nan])
def test_a_switch_is_true_or_false(name: str, wrong: object) -> None:
    with pytest.raises(TypeError, match=f"^{name} = {wrong!r}: must be true or false"):
        TrainConfig(**{name: wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [name for name in NUMBERS if TrainConfig.SETTINGS[name].kind != "whole"])
def test_nan_is_out_of_every_range(name: str) -> None:
    with pytest.raises(ValueError, match=f"^{shown_name(name)} = nan: must be within "):
        TrainConfig(**{name: math.nan})  # type: ignore[arg-type]


def test_only_one_search_limit_may_be_given() -> None:
    with pytest.raises(ValueError, match="depth = 3, nodes = 100: only one of depth, nodes and time_ms"):
        TrainConfig(depth=3, nodes=100)
    assert str(TrainConfig().depth) == "3"
    assert TrainConfig(time_ms=15).depth is None


def test_a_new_limit_replaces_the_previous_one() -> None:
    config = TrainConfig(depth=5).replace(nodes=1000)
    assert (config.depth, config.nodes, config.time_ms) == (None, 1000, None)


def test_settings_read_back_from_toml_and_from_plain_values() -> None:
    config = TrainConfig(seed=3, nodes=100, epsilon="0:0.3,1:0.1", lambda_=0.5, table_mb=0.5, threads=3)
    assert TrainConfig.from_toml(config.to_toml()) == config
    assert TrainConfig(**config.as_dict()) == config  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="epsilom: unknown setting"):
        TrainConfig.from_toml("epsilom = 1")


def test_schedules_span_the_run() -> None:
    config = TrainConfig(games=1000, depth="0:1,1:5", rate="0:0.2,1:0.02", epsilon=0.1)
    start, middle, end = (config.at(games) for games in (0, 500, 1000))
    assert (start.depth, middle.depth, end.depth) == (1, 3, 5)
    assert [start.rate, middle.rate, end.rate] == pytest.approx([0.2, 0.11, 0.02])
    assert start.epsilon == end.epsilon == 0.1
