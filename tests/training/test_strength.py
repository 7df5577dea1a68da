"""Strength during training: the games, their time, the files and the gain, by counted work on a fake clock."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import shirokuro as sk
from shirokuro.matches.elo import expected_score
from shirokuro.matches.result import MatchResult
from shirokuro.runs import snapshots
from shirokuro.runs.directory import RunDirectory
from shirokuro.runs.snapshots import list_snapshots, snapshot_name, thinned
from shirokuro.training import memory, strength
from shirokuro.training.strength import StrengthMeter
from shirokuro.training.strength_history import ANCHOR, MOMENTS, StrengthHistory
from shirokuro.training.warnings import WarningLog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shirokuro.matches.result import PairCounts
    from shirokuro.training.strength_history import Rated

STEP = 20_000


def no_tick() -> None:
    pass


@dataclass
class World:
    """A run that is not trained, whose matches cost time on a fake clock and end as the strengths given demand."""

    directory: RunDirectory
    config: sk.TrainConfig = field(default_factory=lambda: sk.TrainConfig(threads=1))
    games_played: int = 0
    seconds: float = 0.0
    """Time of playing and learning."""
    time: float = 0.0
    game_seconds: float = 0.002
    load_seconds: float = 0.1
    save_seconds: float = 0.2
    elo: Callable[[int], float] = lambda games: games / 1000
    """Strength by games of training; the fixed opponents have 0."""
    matches: list[dict[str, Any]] = field(default_factory=list)
    during: Callable[[], object] = lambda: None
    """Called after each game."""

    @property
    def evaluator(self) -> World:
        return self

    @property
    def state(self) -> Any:
        return SimpleNamespace(plan=memory.plan(self.config), statistics=SimpleNamespace(warnings=self.warnings))

    def __post_init__(self) -> None:
        self.warnings = WarningLog()
        self.random = np.random.default_rng(7)

    def get_statistics(self) -> Any:
        return SimpleNamespace(seconds=self.seconds)

    def save(self, path: Path) -> None:
        self.time += self.save_seconds
        path.write_text(str(self.games_played), encoding="utf-8")

    def load(self, path: Path) -> int:
        self.time += self.load_seconds
        try:
            return int(path.read_text(encoding="utf-8"))
        except ValueError:
            raise sk.ModelFileError(f"{path}: damaged") from None

    def play(self, first: Any, second: Any, **options: Any) -> MatchResult:
        self.matches.append({"opponent": second, **options})
        other = second if isinstance(second, int) else None
        chance = expected_score(self.elo(self.games_played) - (0 if other is None else self.elo(other)))
        differences: list[int] = []
        while len(differences) < options["games"]:
            for _ in range(2):
                self.time += self.game_seconds
                self.during()
                options["progress"](len(differences) + 1)
                differences.append(1 if self.random.random() < chance else -1)
            if options["stop"](None):
                break
        assert first is self or first == self
        return MatchResult(tuple(differences))

    def meter(self) -> StrengthMeter:
        return StrengthMeter(self, self.directory, clock=lambda: self.time)  # type: ignore[arg-type]

    def train(self, games: int = STEP, *, speed: float = 1000) -> None:
        """Advances the run."""
        self.games_played += games
        self.seconds += games / speed


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(RunDirectory(tmp_path))
    monkeypatch.setattr(strength, "play_match", world.play)
    monkeypatch.setattr(strength, "Evaluator", world)
    monkeypatch.setattr(strength, "_player", lambda evaluator: evaluator)
    return world


def filled(elos: dict[int, float], pairs: int = 4000) -> StrengthHistory:
    """Returns a history of moments with these ratings over the heuristic player, without luck."""
    history = StrengthHistory()

    def counts(elo: float) -> PairCounts:
        won = round(pairs * expected_score(elo))
        return pairs - won, 0, 0, 0, won

    for games, elo in elos.items():
        history.results[games, ANCHOR] = counts(elo)
        for other in [each for each in elos if each < games][-2:]:
            history.results[games, other] = counts(elo - elos[other])
    return history


def test_ratings_are_those_of_the_results_and_one_scale_holds_all_players() -> None:
    ratings = filled({100: 50.0, 200: 120.0, 300: 160.0}).ratings()
    assert ratings.players == [100, 200, 300, ANCHOR]
    assert [ratings.of(games).elo for games in (100, 200, 300)] == pytest.approx([50, 120, 160], abs=1)
    assert sum(rating.elo for rating in ratings.among_moments()[:3]) == pytest.approx(0, abs=1e-6)
    assert ratings.strongest([100, 300, 200]) == 300
    assert ratings.strongest([100, 200]) == 200


def test_the_gain_is_the_slope_of_the_ratings_over_the_last_games() -> None:
    ratings = filled({100: 0.0, 200: 100.0, 300: 120.0, 400: 140.0, 500: 160.0}).ratings()
    gain = ratings.gain(300)
    assert gain
    assert gain.elo == pytest.approx(60, abs=1)
    assert gain.games == 300
    assert str(gain).endswith("Elo over the last 300 games")
    whole = ratings.gain(10_000)
    assert whole
    assert whole.games == 400
    assert whole.elo == pytest.approx(4 * (320 - 0 + 40) / 10, abs=3)  # the slope by least squares
    assert filled({100: 0.0}).ratings().gain(300) is None


@pytest.mark.parametrize("pairs", [40, 400])
def test_intervals_of_the_gain_contain_the_true_gain_as_often_as_they_claim(pairs: int) -> None:
    random, inside = np.random.default_rng(3), 0
    truth = {1: 150.0, 2: 160.0, 3: 170.0, 4: 180.0}
    for _ in range(300):
        history = StrengthHistory()
        for games, elo in truth.items():
            others: list[Rated] = [ANCHOR, *(each for each in truth if each < games)]
            for other in others:
                chance = expected_score(elo - (0 if isinstance(other, str) else truth[other]))
                chances = np.convolve([1 - chance, 0, chance], [1 - chance, 0, chance])
                history.results[games, other] = tuple(map(int, random.multinomial(pairs, chances)))  # type: ignore[assignment]
        gain = history.ratings().gain(3)
        assert gain
        inside += abs(gain.elo - 30) <= gain.error
    assert 0.91 * 300 <= inside <= 0.99 * 300


def test_a_history_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "strength.json"
    assert StrengthHistory.load(file).results == {}
    history = filled({100: 50.0, 200: 120.0})
    history.seconds = 1.5
    history.save(file, history.ratings())
    read = StrengthHistory.load(file)
    assert (read.results, read.seconds, read.moments) == (history.results, 1.5, [100, 200])
    content = file.read_text(encoding="utf-8")
    for wrong in (
        "",
        "[]",
        "{}",
        content[:-9],
        content.replace('"first": 0', '"first": 9'),
        content.replace("heur", "x"),
    ):
        file.write_text(wrong, encoding="utf-8")
        with pytest.raises(ValueError, match="not a history of strength"):
            StrengthHistory.load(file)


def test_moments_that_are_dropped_leave_the_others_connected() -> None:
    history = filled({games: 10.0 * games for games in range(1, 2 * MOMENTS)}, pairs=50)
    history.drop_after(2 * MOMENTS - 10)
    assert history.moments[-1] == 2 * MOMENTS - 10
    history.thin(always=[3, 4, 5])
    assert len(history.moments) == MOMENTS
    assert {1, 3, 4, 5, 2 * MOMENTS - 10} <= set(history.moments)
    assert len(history.ratings().players) == MOMENTS + 1


def test_snapshots_are_kept_at_distances_that_grow_with_their_age() -> None:
    kept: list[int] = []
    for step in range(1, 1001):
        kept = thinned([*kept, STEP * step], 12)
        assert len(kept) == min(step, 12)
        assert (kept[0], kept[-1]) == (STEP, STEP * step)
    ages = [1000 - games // STEP for games in kept]
    for age in range(1, 999):
        assert min(max(age / each, each / age) for each in ages if each) <= 2, (age, ages)


def test_thinning_never_drops_what_is_always_kept() -> None:
    assert {5, 6, 7} <= set(thinned(range(100), 5, always=[5, 6, 7]))
    assert thinned(range(6), 2, always=range(6)) == list(range(6))


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
