"""Strength during training: matches of the current weights against fixed opponents and earlier snapshots."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from shirokuro._core import Evaluator, ModelFileError
from shirokuro.display.format import message_of
from shirokuro.matches.arena import play_match
from shirokuro.matches.players import HeuristicPlayer, ModelPlayer, WeightedPieceCounter
from shirokuro.runs import snapshots
from shirokuro.training import memory
from shirokuro.training.strength_history import ANCHOR, StrengthHistory, StrengthReport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shirokuro.matches.players import Player
    from shirokuro.matches.result import PairCounts
    from shirokuro.runs.directory import RunDirectory
    from shirokuro.training.learner import Learner
    from shirokuro.training.strength_history import Gain, Rated, StrengthRatings

DEPTH, EXACT_EMPTIES = 2, 6
"""Search limits of the weights in these matches."""

FIXED: tuple[Player, ...] = (HeuristicPlayer(ANCHOR), WeightedPieceCounter())
"""The fixed opponents."""

MIN_PAIRS, MAX_PAIRS = 50, 1000
"""Pairs of games for which there must be time, or a measurement is postponed; and those of the longest one."""

_FASTEST = 1e-5
"""The least time of a pair, in seconds."""

_FIXED_SHARE, _FIRST_SHARE = 0.125, 0.4
"""Share of a measurement's time for each fixed opponent, and for each without a snapshot to play: time left over helps
later measurements, whose games say more."""

_USED, _RESERVE = 0.9, 1.5
"""Share of the time that is planned, and how much longer than last time loading and saving may take: costs vary."""

_TABLES = memory.MB
"""Bytes of a search's table and of its thread."""

_log = logging.getLogger(__name__)


class StrengthMeter:
    """Meter of a run's strength, within a share of its time.

    It reads the trainer's weights between two generations, and changes nothing of the training. The games of a
    measurement depend on the seed and the number of games; how many there are depends on the speed.

    Args:
        trainer: the trainer.
        directory: the run's directory, which this session has locked.
        clock: returns the time in seconds.
    """

    def __init__(
        self,
        trainer: Learner,
        directory: RunDirectory,
        *,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._trainer, self._directory = trainer, directory
        self._clock = clock
        self._costs = {"save": 0.2, "load": 0.15, "pair": 0.005}
        """Latest costs in seconds; at first, guesses."""
        self._noted = False
        self.latest: StrengthReport | None = None
        """The latest measurement of this session."""
        self._history = self._restored()
        self._checked = self._last_checked()
        self.gain: Gain | None = (
            self._history.ratings().gain(trainer.config.flat_games) if self._history.results else None
        )
        """The gain at the latest measurement, also of an earlier session."""

    def _restored(self) -> StrengthHistory:
        """Reads the history up to the present, and sets aside the files that do not belong to it."""
        directory, played = self._directory, self._trainer.games_played
        try:
            history = StrengthHistory.load(directory.strength)
        except (OSError, ValueError) as error:
            _log.warning("strength is measured from scratch: %s", message_of(error))
            history = StrengthHistory()
        before = history.moments
        history.drop_after(played)
        moments = set(history.moments)
        if 0 < len(moments) < len(before):
            history.save(directory.strength, history.ratings())
        files = snapshots.list_snapshots(directory.path)
        other = [path for games, path in files.items() if games not in moments]
        if directory.best.exists() and any(path.samefile(directory.best) for path in other):
            other.append(directory.best)
        if not moments:
            # Also what an unreadable history left, and a best model that is a copy where there are no hard links.
            other += [path for path in (directory.strength, directory.best) if path.exists() and path not in other]
        directory.set_aside(other)
        if known := [games for games in files if games in moments]:
            self._publish(files[history.ratings().strongest(known)])
        return history

    def _last_checked(self) -> int:
        """Returns up to how many games nothing is due: less than the present ones if a pause prevented it."""
        config, played = self._trainer.config, self._trainer.games_played
        since = played % config.strength_games if config.strength_games else played
        is_missing = since < config.generation_games and played - since > max(self._history.moments, default=0)
        return played - since - 1 if is_missing else played

    def is_due(self) -> bool:
        """Checks whether a multiple of `strength_games` has been reached or passed since the last call."""
        every, before, self._checked = self._trainer.config.strength_games, self._checked, self._trainer.games_played
        return every > 0 and self._checked // every > before // every

    @property
    def overhead(self) -> float:
        """Time of all measurements as a share of that of playing and learning."""
        played = self._trainer.get_statistics().seconds
        return self._history.seconds / played if played else 0.0

    @property
    def is_judging(self) -> bool:
        """Whether the gain is known over all games over which it is judged."""
        config = self._trainer.config
        return config.strength_games > 0 and self.gain is not None and self.gain.games >= config.flat_games

    @property
    def is_flat(self) -> bool:
        """Whether the strength surely gained less than `min_gain` over these games."""
        return (
            self.is_judging
            and self.gain is not None
            and self.gain.elo + self.gain.error < self._trainer.config.min_gain
        )

    def measure(self, tick: Callable[[], None]) -> StrengthReport | None:
        """Plays the matches; returns `None` if they are postponed, for lack of time or memory.

        Args:
            tick: called after each game; an exception from it drops the measurement.

        Raises:
            OSError: a file can't be written.
            MemoryError: there is not enough memory.
        """
        allowed = self._allowed()
        if not self._has_memory() or allowed is None:
            return None
        games_played, history = self._trainer.games_played, self._history
        start, before = self._clock(), history.seconds
        try:
            played = self._play(start + _USED * allowed - _RESERVE * self._costs["save"], tick)
            if not played:
                return None
            ratings, best = self._keep(played, before, start)
        finally:
            history.seconds = before + self._clock() - start
        rating, self.gain = ratings.of(games_played), ratings.gain(self._trainer.config.flat_games)
        self.latest = StrengthReport(
            games_played=games_played,
            elo=rating.elo,
            error=rating.error,
            gain=self.gain,
            games=2 * sum(map(sum, played.values())),
            seconds=history.seconds - before,
            best=best,
        )
        return self.latest

    def _allowed(self) -> float | None:
        """Returns the seconds that a measurement may take now; `None` if that is too short for one."""
        played = self._trainer.get_statistics().seconds
        seconds = self._trainer.config.strength_share * played - self._history.seconds
        load = self._costs["load"] if self._history.results else 0.0
        needed = _RESERVE * (self._costs["save"] + load) + MIN_PAIRS * self._costs["pair"]
        return seconds if _USED * seconds >= needed else None

    def _has_memory(self) -> bool:
        """Checks whether the budget has room for the weights of an opponent; warns once if it does not."""
        plan, state = self._trainer.state.plan, self._trainer.state
        needed = plan.weights + plan.workers * _TABLES
        if plan.spare >= needed:
            return True
        if not self._noted:
            self._noted = True
            text = f"an opponent needs {needed / memory.MB:.1f} MB, and the budget leaves {plan.spare / memory.MB:.1f}"
            state.statistics.warnings.issue("strength", f"strength is not measured: {text}", self._trainer.games_played)
        return False

    def _play(self, end: float, tick: Callable[[], None]) -> dict[Rated, PairCounts]:
        """Plays all matches until a time; returns the results by opponent, or none if loading left too little time."""
        chosen = self._chosen(end - self._clock())
        distant = self._loaded(chosen[0]) if chosen else None
        start = self._clock()
        seconds = end - start
        if distant and seconds < MIN_PAIRS * self._costs["pair"]:
            return {}
        played: dict[Rated, PairCounts] = {}
        share = (1 - len(FIXED) * _FIXED_SHARE) / max(len(chosen), 1)
        if distant:
            played[chosen[0]] = self._match(distant, len(FIXED), start + share * seconds, share, tick)
        fixed_share = _FIXED_SHARE if distant else _FIRST_SHARE
        del distant  # one opponent's weights at a time
        for number, fixed in enumerate(FIXED):
            end_of_match = self._clock() + fixed_share * seconds
            played[fixed.name] = self._match(fixed, number, end_of_match, fixed_share, tick)
        self._costs["pair"] = max((self._clock() - start) / sum(map(sum, played.values())), _FASTEST)
        for games in chosen[1:]:
            newest = self._loaded(games)
            if newest and self._clock() < end:
                played[games] = self._match(newest, len(FIXED) + 1, end, share, tick)
        return played

    def _chosen(self, seconds: float) -> list[int]:
        """Returns the snapshots to play: one from about `flat_games` ago, and the newest one if there is time."""
        now, moments = self._trainer.games_played, self._history.moments
        known = [games for games in snapshots.list_snapshots(self._directory.path) if games in moments and games < now]
        if not known:
            return []
        # The first games of a run teach so much that older opponents would lose every game.
        distant = max(now - self._trainer.config.flat_games, now // 2)
        nearest = min(known, key=lambda games: (abs(games - distant), games))
        enough = seconds >= 2 * (self._costs["load"] + MIN_PAIRS * self._costs["pair"])
        return list(dict.fromkeys([nearest, max(known)] if enough else [nearest]))

    def _loaded(self, games: int) -> Player | None:
        """Loads a snapshot; sets it aside and returns `None` if it can't be read."""
        start, path = self._clock(), self._directory.snapshots / snapshots.snapshot_name(games)
        try:
            player = _player(Evaluator.load(path))
        except (OSError, ModelFileError) as error:
            _log.warning("%s", message_of(error))
            if path.exists():
                self._directory.set_aside([path])
            return None
        self._costs["load"] = self._clock() - start
        return player

    def _match(self, opponent: Player, number: int, end: float, share: float, tick: Callable[[], None]) -> PairCounts:
        """Plays pairs of games until a time, at least one and at most a share of `MAX_PAIRS`."""
        trainer, clock = self._trainer, self._clock
        likely = round(2 * (end - clock()) / self._costs["pair"])
        return play_match(
            _player(trainer.evaluator),
            opponent,
            games=2 * max(1, min(likely, round(share * MAX_PAIRS))),
            seed=(trainer.config.seed << 64) + (trainer.games_played << 8) + number,
            threads=trainer.config.worker_threads,
            progress=lambda _: tick(),
            stop=lambda _: clock() >= end,
        ).pair_counts

    def _keep(self, played: dict[Rated, PairCounts], before: float, start: float) -> tuple[StrengthRatings, int]:
        """Writes the snapshot, the history and the best weights, and deletes old snapshots.

        Returns:
            The ratings, and the number of games of the strongest snapshot.
        """
        directory, history, games = self._directory, self._history, self._trainer.games_played
        now = self._clock()
        directory.snapshots.mkdir(exist_ok=True)
        self._trainer.evaluator.save(directory.snapshots / snapshots.snapshot_name(games))
        history.results |= {(games, opponent): counts for opponent, counts in played.items()}
        files, moments, ratings = snapshots.list_snapshots(directory.path), set(history.moments), history.ratings()
        known = [each for each in files if each in moments]
        kept = snapshots.thinned(known, snapshots.KEPT, always={ratings.strongest(known)})
        if history.thin(kept):
            ratings = history.ratings()
        best = ratings.strongest(kept)
        history.seconds = before + self._clock() - start
        history.save(directory.strength, ratings)
        self._publish(files[best])
        for old in files.keys() - set(kept):
            files[old].unlink(missing_ok=True)
        self._costs["save"] = self._clock() - now
        return ratings, best

    def _publish(self, path: Path) -> None:
        """Makes `best.shiro` this snapshot."""
        if not (self._directory.best.exists() and path.samefile(self._directory.best)):
            self._directory.publish(path, self._directory.best)


def _player(evaluator: Evaluator) -> ModelPlayer:
    return ModelPlayer(evaluator=evaluator, depth=DEPTH, exact_empties=EXACT_EMPTIES)
