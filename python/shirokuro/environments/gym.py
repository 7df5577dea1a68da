"""Othello for one agent: environments of Gymnasium, vectorised on the core's batch of games."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from shirokuro._core import BLACK, GameBatch
from shirokuro.environments.spaces import ACTIONS, action_space, observation_space

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shirokuro._core import Position

Opponent: TypeAlias = Literal["random"] | None
"""The other side: random moves, or `None`: the caller plays both sides."""

Observation: TypeAlias = "dict[str, NDArray[np.int8]]"

ILLEGAL_REWARD = -1.0
"""The reward of an illegal action, which ends the game."""


class OthelloVectorEnv(VectorEnv["Observation", "NDArray[np.int64]", "NDArray[Any]"]):
    """Games that are played at the same time by one call, in the core.

    Against `"random"`, the agent has Black or White by chance in each game, and observes the board when it is its turn.
    Without an opponent, the caller acts for both sides: observations are those of the side to move, and the reward is
    that of the side that moved last.

    An illegal action ends its game with a reward of −1. `infos` has `"disc_difference"`, the final score of the games
    that ended in this step (0 for others), in the view of the side that is rewarded, and `"illegal"`, whether the
    action was illegal. A game that has ended is reset in the next step, whose action is ignored for it
    (`AutoresetMode.NEXT_STEP`).

    Args:
        num_envs: the number of games, at least 1.
        opponent: `"random"`, or `None` for none.
    """

    metadata = {"render_modes": [], "autoreset_mode": AutoresetMode.NEXT_STEP}  # noqa: RUF012 (as the library declares it)

    def __init__(self, num_envs: int = 1, *, opponent: Opponent = "random") -> None:
        if opponent not in ("random", None):
            raise ValueError(f"opponent = {opponent!r}: must be 'random' or None")
        self._games = GameBatch(num_envs)
        self.num_envs = num_envs
        self.opponent = opponent
        self.single_observation_space = observation_space()
        self.single_action_space = action_space()
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._sides = np.full(num_envs, BLACK, np.uint8)
        self._ended = np.ones(num_envs, bool)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begins all games, or those that `options["reset_mask"]` marks.

        Args:
            seed: the seed of the sides and of the opponent's moves; without one, they continue.
            options: `{"reset_mask": …}`, booleans of shape (num_envs,), or nothing.
        """
        super().reset(seed=seed)
        mask = (options or {}).get("reset_mask")
        self._begin(np.ones(self.num_envs, bool) if mask is None else np.asarray(mask, bool))
        return self._observe(), {}

    def step(
        self, actions: NDArray[np.int64]
    ) -> tuple[Observation, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        """Plays an action in each game, and what the opponent answers.

        Raises:
            ValueError: the shape is not (num_envs,), or an action is not from 0 to 63.
        """
        ended = self._ended
        moves = np.asarray(actions, np.int64)
        if moves.shape != (self.num_envs,):
            raise ValueError(f"actions: shape {moves.shape}: must be ({self.num_envs},)")
        if moves.min() < 0 or moves.max() >= ACTIONS:
            raise ValueError("actions: must be from 0 to 63")
        movers = self._sides if self.opponent else self._games.sides()
        illegal = ~self._games.play(np.where(ended, -1, moves))
        self._answer(~illegal & ~ended)
        over = self._games.over() & ~ended
        differences = np.where(over, self._games.differences(), 0)
        differences = np.where(movers == BLACK, differences, -differences).astype(np.int8)
        rewards = np.where(illegal, ILLEGAL_REWARD, np.sign(differences).astype(np.float64))
        self._begin(ended)
        self._ended = over | illegal
        infos = {"disc_difference": differences, "illegal": illegal}
        return self._observe(), rewards, self._ended.copy(), np.zeros(self.num_envs, bool), infos

    def position(self, game: int) -> Position:
        """Returns the position of a game, by its number from 0."""
        return self._games.position(game)

    def _begin(self, marked: NDArray[np.bool_]) -> None:
        """Begins the marked games, and plays the opponent's first move where it has Black."""
        if not marked.any():
            return
        self._games.reset(marked)
        self._ended = self._ended & ~marked
        if self.opponent:
            chosen = self.np_random.integers(1, 3, self.num_envs, np.uint8)
            self._sides = np.where(marked, chosen, self._sides)
            self._answer(marked)

    def _answer(self, games: NDArray[np.bool_]) -> None:
        """Plays the opponent's moves until it is the agent's turn in all of these games, or they are over."""
        while self.opponent:
            waiting = games & (self._games.sides() != self._sides) & ~self._games.over()
            if not waiting.any():
                return
            moves = self._games.moves_at(self.np_random.random(self.num_envs))
            self._games.play(np.where(waiting, moves, -1))

    def _observe(self) -> Observation:
        planes, masks = self._games.planes(), self._games.legal()
        if self.opponent:
            others = self._games.sides() != self._sides  # only where the game is over
            planes[others] = planes[others, :, :, ::-1]
            masks[others] = 0
        return {"observation": planes, "action_mask": masks}


class OthelloEnv(gymnasium.Env["Observation", np.int64]):
    """A single game: `OthelloVectorEnv` with one game, which is not reset by itself.

    Args:
        opponent: `"random"`, or `None` for none.
        render_mode: `"ansi"` for `render` to return the board as text; none otherwise.
    """

    metadata = {"render_modes": ["ansi"]}  # noqa: RUF012 (as the library declares it)

    def __init__(self, *, opponent: Opponent = "random", render_mode: str | None = None) -> None:
        self._games = OthelloVectorEnv(1, opponent=opponent)
        self.observation_space = self._games.single_observation_space
        self.action_space = self._games.single_action_space
        self.render_mode = render_mode
        self._has_ended = False

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begins a game; see `OthelloVectorEnv.reset`."""
        super().reset(seed=seed)
        self._has_ended = False
        observation, infos = self._games.reset(seed=seed, options=options)
        return _first(observation), infos

    def step(self, action: np.int64) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Plays an action, and what the opponent answers; see `OthelloVectorEnv.step`.

        Raises:
            RuntimeError: the game has ended.
        """
        if self._has_ended:
            raise RuntimeError("the game has ended: call reset before step")
        observation, rewards, terminations, truncations, infos = self._games.step(np.array([action]))
        self._has_ended = bool(terminations[0])
        return _first(observation), float(rewards[0]), self._has_ended, bool(truncations[0]), _first(infos)

    def render(self) -> str | None:
        """Returns the board as text in render mode `"ansi"`."""
        return str(self._games.position(0)) if self.render_mode == "ansi" else None


def _first(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value[0] for name, value in values.items()}
