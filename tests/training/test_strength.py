"""Strength during training: the games, their time, the files and the gain, by counted work on a fake clock."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest

from shirokuro.runs import snapshots
from shirokuro.runs.directory import RunDirectory
from shirokuro.runs.snapshots import list_snapshots, snapshot_name
from shirokuro.training import memory, strength
from shirokuro.training.loop import Stopped
from shirokuro.training.strength_history import ANCHOR, StrengthHistory
from tests.support.strength import STEP, World

if TYPE_CHECKING:
    from pathlib import Path

    from shirokuro.training.strength_history import Rated


def no_tick() -> None:
    pass


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(RunDirectory(tmp_path))
    monkeypatch.setattr(strength, "play_match", world.play)
    monkeypatch.setattr(strength, "Evaluator", world)
    monkeypatch.setattr(strength, "_player", lambda evaluator: evaluator)
    return world


@pytest.mark.parametrize("speed", [100, 1000, 5000])
def test_measurements_keep_within_their_share_of_the_time(world: World, speed: float) -> None:
    meter, measured = world.meter(), 0
    for step in range(60):
        world.train(speed=speed)
        world.game_seconds = 0.001 * (1 + step % 3)  # never quite what was expected
        world.save_seconds = 0.1 + 0.05 * (step % 2)
        before = world.time
        report = meter.measure(no_tick) if meter.is_due() else None
        measured += report is not None
        assert world.time - before == pytest.approx(report.seconds if report else 0)
        assert world.time <= world.config.strength_share * world.seconds
        assert meter.overhead == pytest.approx(world.time / world.seconds)
    assert measured > 5
    # Most of the time is used, unless the longest measurement does not need it.
    assert speed == 100 or world.time > 0.7 * world.config.strength_share * world.seconds


def test_a_measurement_is_postponed_until_there_is_time_for_enough_games(world: World) -> None:
    meter, reports = world.meter(), []
    for _ in range(40):
        world.train(speed=5000)
        if meter.is_due() and (report := meter.measure(no_tick)):
            reports.append(report)
    assert 3 <= len(reports) < 20
    assert all(report.games >= strength.MIN_PAIRS for report in reports)
    assert list(list_snapshots(world.directory.path)) == [report.games_played for report in reversed(reports)]


def test_a_measurement_falls_due_once_for_each_multiple(world: World) -> None:
    meter, due = world.meter(), []
    for _ in range(1000):
        world.train(64)
        if meter.is_due():
            due.append(world.games_played)
    assert due == [20_032, 40_000, 60_032]
    world.config = world.config.replace(strength_games=0)
    world.train(100_000)
    assert not meter.is_due()


def test_a_measurement_that_a_pause_prevented_is_due_again_when_the_run_is_resumed(world: World) -> None:
    meter = world.meter()
    world.train(speed=1000)
    world.train(speed=1000)
    assert meter.is_due()

    def pause() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        meter.measure(pause)
    resumed = world.meter()
    assert resumed.is_due()
    assert not resumed.is_due()
    assert resumed.measure(no_tick)
    assert not world.meter().is_due()


def test_a_measurement_is_postponed_if_loading_an_opponent_left_too_little_time(world: World) -> None:
    meter = world.meter()
    world.train(speed=1000)
    world.train(speed=1000)
    assert meter.measure(no_tick)
    world.train(speed=1000)
    world.load_seconds = 5.0
    world.train(speed=1000)
    spent, games = world.time, len(world.matches)
    assert meter.measure(no_tick) is None
    assert (world.time, len(world.matches)) == (spent + 5.0, games)
    assert meter._history.seconds == pytest.approx(world.time)
    world.load_seconds = 0.1
    waited = 0
    for _ in range(40):  # it has learned the cost, and waits until it has earned it
        world.train(speed=1000)
        waited += 1
        if meter.measure(no_tick):
            break
    assert waited > 10
    assert world.time <= world.config.strength_share * world.seconds


def test_games_depend_on_the_seed_and_the_number_of_games_and_no_two_matches_share_them(world: World) -> None:
    def seeds(seed: int) -> list[int]:
        world.config = world.config.replace(seed=seed)
        world.games_played, world.seconds = 0, 0.0
        meter = world.meter()
        world.matches.clear()
        for _ in range(3):
            world.train(speed=50)
            assert meter.measure(no_tick)
        for path in list_snapshots(world.directory.path).values():
            path.unlink()
        world.directory.strength.unlink()
        return [match["seed"] for match in world.matches]

    first = seeds(1)
    assert len(set(first)) == len(first) > 6
    assert seeds(1) == first
    assert not set(seeds(2)) & set(first)


def test_opponents_are_the_fixed_players_a_distant_snapshot_and_the_newest(world: World) -> None:
    meter = world.meter()
    for _ in range(12):
        world.train(speed=50)
        meter.measure(no_tick)
    played = [match["opponent"] for match in world.matches[-4:]]
    assert [getattr(player, "name", player) for player in played] == [7 * STEP, ANCHOR, "wpc", 11 * STEP]
    assert [getattr(match["opponent"], "name", match["opponent"]) for match in world.matches[:2]] == [ANCHOR, "wpc"]


def test_the_report_follows_the_strength(world: World) -> None:
    world.elo = lambda games: 300 * (1 - np.exp(-games / 60_000))
    meter = world.meter()
    for _ in range(10):
        world.train(speed=30)
        assert meter.measure(no_tick)
    report = meter.latest
    assert report
    assert report.gain
    assert abs(report.elo - world.elo(world.games_played)) < 2 * report.error
    assert report.gain.games == 100_000
    assert 0 < report.gain.error < 40
    assert abs(report.gain.elo - (world.elo(200_000) - world.elo(100_000))) < 2 * report.gain.error
    assert report.line()["gain"] == report.gain.elo
    assert str(report) == f"{report.elo:+.0f} ± {report.error:.0f} Elo over heuristic; {report.gain}"


def test_best_is_the_strongest_snapshot_by_rating_and_whole_at_any_moment(world: World) -> None:
    world.elo = lambda games: 400 - abs(games - 4 * STEP) / 200
    meter, best = world.meter(), world.directory.best

    def whole() -> None:
        if world.games_played > STEP:
            assert best.read_text(encoding="utf-8").isdigit()

    world.during = whole
    files: dict[int, Path] = {}
    for _ in range(25):
        world.train(speed=50)
        report = meter.measure(no_tick)
        assert report
        ratings = meter._history.ratings()
        files = list_snapshots(world.directory.path)
        assert report.best == ratings.strongest(list(files))
        assert best.samefile(files[report.best])
    assert meter.latest
    assert meter.latest.best in {3 * STEP, 4 * STEP, 5 * STEP}
    assert len(files) == snapshots.KEPT
    assert not list(world.directory.path.glob(".*"))


def test_a_measurement_that_is_stopped_leaves_everything_as_it_was(world: World) -> None:
    meter = world.meter()
    world.train(speed=50)
    assert meter.measure(no_tick)
    files = {path: path.read_bytes() for path in world.directory.path.rglob("*") if path.is_file()}
    results = dict(meter._history.results)
    world.train(speed=50)

    def stop() -> None:
        raise KeyboardInterrupt

    world.during = stop
    with pytest.raises(KeyboardInterrupt):
        meter.measure(no_tick)
    assert {path: path.read_bytes() for path in world.directory.path.rglob("*") if path.is_file()} == files
    assert meter._history.results == results
    assert meter._history.seconds == pytest.approx(world.time)


def test_a_resumed_run_continues_its_ratings(world: World) -> None:
    first = world.meter()
    for _ in range(4):
        world.train(speed=50)
        first.measure(no_tick)
    second = world.meter()
    assert second._history.results == first._history.results
    assert second._history.seconds == pytest.approx(world.time, abs=1e-3)
    assert second.gain == first.gain
    world.train(speed=50)
    report = second.measure(no_tick)
    assert report
    assert second._history.moments == [STEP * step for step in range(1, 6)]


def test_what_was_measured_after_the_state_that_a_run_continues_from_is_set_aside(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    meter = world.meter()
    for _ in range(4):
        world.train(speed=50)
        meter.measure(no_tick)
    world.directory.publish(list_snapshots(world.directory.path)[4 * STEP], world.directory.best)
    world.games_played = 2 * STEP + 100
    meter = world.meter()
    assert meter._history.moments == StrengthHistory.load(world.directory.strength).moments == [STEP, 2 * STEP]
    assert list(list_snapshots(world.directory.path)) == [2 * STEP, STEP]
    best = meter._history.ratings().strongest([STEP, 2 * STEP])
    assert world.directory.best.read_text(encoding="utf-8") == str(best)
    aside = {path.name for path in (world.directory.path / "set-aside").rglob("*.shiro")}
    assert aside == {snapshot_name(3 * STEP), snapshot_name(4 * STEP), "best.shiro"}
    world.games_played = 0
    meter = world.meter()
    assert meter._history.results == {}
    assert not world.directory.best.exists()
    assert not world.directory.strength.exists()
    (old,) = (world.directory.path / "set-aside").rglob("strength.json")
    assert StrengthHistory.load(old).moments == [STEP, 2 * STEP]
    assert "does not belong to this run's history" in caplog.text


def test_a_damaged_history_is_replaced_and_a_damaged_snapshot_is_set_aside(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    meter = world.meter()
    for _ in range(2):
        world.train(speed=50)
        meter.measure(no_tick)
    (world.directory.snapshots / snapshot_name(STEP)).write_text("?", encoding="utf-8")
    world.train(speed=50)
    report = meter.measure(no_tick)
    assert report
    assert list(list_snapshots(world.directory.path)) == [3 * STEP, 2 * STEP]
    assert "damaged" in caplog.text
    world.directory.strength.write_text("?", encoding="utf-8")
    # As where there are no hard links.
    copy = world.directory.best.read_bytes()
    world.directory.best.unlink()
    world.directory.best.write_bytes(copy)
    meter = world.meter()
    assert "strength is measured from scratch" in caplog.text
    aside = {path.name: path.read_bytes() for path in (world.directory.path / "set-aside").rglob("*.*")}
    assert (aside["strength.json"], aside["best.shiro"]) == (b"?", copy)
    assert not world.directory.best.exists()
    world.train(speed=50)
    report = meter.measure(no_tick)
    assert report
    assert report.gain is None
    assert list(list_snapshots(world.directory.path)) == [4 * STEP]


def test_nothing_is_measured_if_the_memory_budget_has_no_room_for_an_opponent(world: World) -> None:
    needed = -memory.plan(world.config.replace(table_mb=0.1)).left / memory.MB + world.config.budget_mb
    world.config = world.config.replace(budget_mb=needed + 40)
    meter = world.meter()
    for _ in range(3):
        world.train(speed=50)
        assert meter.measure(no_tick) is None
    assert [warning.kind for warning in world.warnings.since(0)] == ["strength"]
    assert "strength is not measured: an opponent needs 58.7 MB" in world.warnings.since(0)[0].message
    assert not world.matches
    world.config = world.config.replace(budget_mb=needed + 70)
    assert meter.measure(no_tick)


@pytest.mark.parametrize(("slope", "flat"), [(0.0, True), (-1.0, True), (2.0, False)])
def test_strength_is_flat_if_it_surely_gained_less_than_the_least_gain(
    world: World, slope: float, *, flat: bool
) -> None:
    world.elo = lambda games: 200 + slope * games / 1000
    world.config = world.config.replace(min_gain=40)
    meter, judged = world.meter(), Counter[tuple[bool, bool]]()
    for step in range(1, 11):
        world.train(speed=20)
        meter.measure(no_tick)
        assert meter.is_judging == (step > 5)
        judged[meter.is_judging, meter.is_flat] += 1
    assert judged[False, True] == 0
    assert (judged[True, True] >= 4) == flat
    assert flat or judged[True, True] == 0


def test_a_gain_that_is_not_known_well_enough_is_not_flat(world: World) -> None:
    world.elo = lambda _: 200.0
    meter = world.meter()
    for _ in range(10):
        world.train(speed=1000)
        meter.measure(no_tick)
    assert meter.is_judging
    assert meter.gain
    assert meter.gain.error > world.config.min_gain
    assert not meter.is_flat or meter.gain.elo + meter.gain.error < world.config.min_gain


def test_scores_of_the_players_add_up(world: World) -> None:
    meter = world.meter()
    for _ in range(3):
        world.train(speed=100)
        meter.measure(no_tick)
    history = meter._history
    points: dict[Rated, dict[str, float]] = {player: history._points(player) for player in history.ratings().players}
    games = sum(sum(counts) for counts in history.results.values())
    assert sum(each["games"] for each in points.values()) == 4 * games
    assert sum(each["games"] * each["score"] for each in points.values()) == pytest.approx(2 * games)
