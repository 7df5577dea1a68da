"""The caller's own parts of a training: targets, and opponents. A checkpoint has their names alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from shirokuro.display.format import counted
from shirokuro.runs.texts import typed
from shirokuro.training import memory
from shirokuro.training.opponents import Opponents, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike

    from shirokuro._core import Game, GamePositions
    from shirokuro.config import GenerationSettings, TrainConfig
    from shirokuro.training.state import TrainingState

    TargetFunction: TypeAlias = Callable[[GamePositions], ArrayLike]
    """Returns a target for each position, in discs for its side to move; NaN for one that is not to be learned."""

KEY = "own"
"""The key of the parts' names in the monitor's text of a checkpoint."""

KINDS = ("targets", "opponents")


class OwnParts:
    """The caller's parts of a training, each `None` if there is none.

    Raises:
        TypeError: `targets` is no function, or `opponents` are no `Opponents`.
    """

    def __init__(self, targets: TargetFunction | None, opponents: Opponents | None) -> None:
        if targets is not None and not callable(targets):
            raise TypeError(f"targets = {targets!r}: must be a function of GamePositions, or None")
        if opponents is not None and not isinstance(opponents, Opponents):
            raise TypeError(f"opponents = {opponents!r}: must be Opponents or None")
        self.targets, self.opponents = targets, opponents
        self._met: tuple[TrainingState, int, list[Game]] | None = None
        """The latest generation with opponents, and the games against them."""

    def note(self, state: TrainingState) -> None:
        """Notes the names of the parts in the state.

        Raises:
            ValueError: the run has had a part that is missing now.
        """
        names = {}
        if self.targets is not None:
            names["targets"] = name_of(self.targets)
        if self.opponents is not None:
            names["opponents"] = str(self.opponents)
        for kind, name in state.own_parts.items():
            if kind not in names:
                raise ValueError(
                    f"{kind}: the run has its own, which no checkpoint holds ({name}): set trainer.{kind} to continue "
                    "it"
                )
        state.own_parts = names

    def met(
        self,
        state: TrainingState,
        config: TrainConfig,
        play: GenerationSettings,
        tick: Callable[[int], None] | None,
    ) -> list[Game]:
        """Returns the next games against other players in the current generation; plays them at its start."""
        if self.opponents is None:
            return []
        core = state.core
        place = core.games_played - core.generation * core.generation_games
        if self._met is None or self._met[:2] != (state, core.generation):
            met = self.opponents.play(
                core.generation_evaluator() if place or config.delay_generations else core.evaluator,
                seed=core.seed,
                generation=core.generation,
                generation_games=core.generation_games,
                play=play,
                threads=config.worker_threads,
                table_mb=state.plan.table / memory.MB,
                tick=lambda: tick(0) if tick else None,
            )
            if met.faults:
                text = f"{counted(len(met.faults), 'game')} left out, which other players did not finish"
                state.statistics.warnings.issue("opponents", f"{text}: {met.faults[0]}", core.games_played)
            self._met = state, core.generation, met.games
        return self._met[2][place:]


def names_in(fields: Mapping[str, Any]) -> dict[str, str]:
    """Returns the names in the monitor's fields of a checkpoint, by kind.

    Raises:
        TypeError: the field has the wrong structure.
    """
    names = typed(fields.get(KEY, {}), dict)
    return {kind: typed(names[kind], str) for kind in KINDS if kind in names}
