"""Learning from given games, call by call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shirokuro.display.format import counted
from shirokuro.game.collection import whole_games
from shirokuro.training.given_games import GivenGames, GivenPart, check_targets
from shirokuro.training.learner import Learner, shifted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shirokuro._core import Game
    from shirokuro.game.records import GameRecord
    from shirokuro.training.given_games import GivenTargets, HeldOutError
    from shirokuro.training.report import BatchReport


class GameLearner(Learner):
    """A learner that also learns from given games: each takes the place and the number of a game against itself."""

    def learn_games(
        self,
        games: Iterable[Game | GameRecord | str],
        *,
        targets: GivenTargets = "outcome",
        progress: Callable[[int], None] | None = None,
    ) -> BatchReport:
        """Learns from given games, in their order, as `train_batch` learns from games against itself.

        The settings are those of the run at these games. However the games are split into calls, the result is the
        same. The run doesn't remember the games: to continue an interrupted call, give it those that are left.

        Args:
            games: whole games from the start position: games of a training, records of files (`read_games`), or moves
                in any notation that `read_moves` reads.
            targets: what their positions are taught: the `"outcome"`, or the λ-returns of `"search"` values.
            progress: called as by `train_batch`.

        Raises:
            ValueError: a game is not whole, begins elsewhere or has a move that is not legal; nothing was learned.
            TypeError: `games` has something else than games.
            RuntimeError: games that the run was given earlier are still due, or another thread is using the trainer.
        """
        self._refuse_while_active()
        check_targets(targets)
        whole = whole_games(games)
        if part := self._due:
            raise RuntimeError(
                f"{counted(part.left(self.games_played), 'given game')} of the run must be learned first"
            )
        window, start = self.stats_window(), self.games_played
        self.state.statistics.convergence.compare_from(start)
        while (learned := self.games_played - start) < len(whole):
            rest = whole[learned : learned + self._core.generation_left]
            self._advance(len(rest), self._config, shifted(progress, learned), (rest, targets))
            if progress is not None:
                progress(self.games_played - start)
        self.state.statistics.convergence.compare_from(self.games_played)
        return window.take()

    def schedule_games(self, games: GivenGames) -> None:
        """Makes games from files the next games of the run, in every later call and session.

        Games that the run is learning from, or has learned from last, may be given again: nothing changes, except that
        their files may have moved.

        Raises:
            ValueError: other games that the run was given are still due.
            TypeError: `games` are not `GivenGames`.
            RuntimeError: a training is active.
        """
        self._refuse_while_active()
        if not isinstance(games, GivenGames):
            raise TypeError(f"games: must be GivenGames, not {type(games).__name__}")
        part = self.state.given
        if part and part.has(games):
            part.files, part.games = games.files, games
            return
        if part := self._due:
            raise ValueError(
                f"the run still has {counted(part.left(self.games_played), 'game')} to learn from "
                f"{', '.join(file.path for file in part.files)}, before other games"
            )
        self.state.given, self.state.checkpoint = GivenPart.of(games, self.games_played), None

    @property
    def _due(self) -> GivenPart | None:
        """The part of the run that learns from given games, while some of them are due."""
        part = self.state.given
        return part if part and part.left(self.games_played) else None

    def held_out_error(self) -> HeldOutError | None:
        """Measures the model now by the given games that were held out; `None` if there are none.

        Raises:
            OSError: a file of the games can't be read any more (ValueError: it has changed).
        """
        part = self.state.given
        if part is None:
            return None
        part.error = part.opened().error(self.evaluator, self.games_played)
        return part.error
