"""The environments whose steps `make compare` counts: each as a program that learns would use it.

Every row makes the same loop: a random legal action in each game, a step, and the observation for the side that acts
next. A step is a move; passes and resets take time without counting.
"""

from __future__ import annotations

import importlib.metadata
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from engine_speeds import processor_time, spread_text
from rich import box
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

GAMES = (1, 64, 1024)
"""The numbers of games that are played at the same time."""

STEPS = 60
"""The number of steps in each game between two looks at the clock."""


class Stepper(Protocol):
    """An environment in use."""

    def steps(self) -> int:
        """Makes about `STEPS` random steps in each game; returns the number of all steps."""


class ShirokuroAgents:
    """The AEC environment of this package, without wrappers."""

    name = "shirokuro, PettingZoo"
    games = (1,)

    def __init__(self, _: int) -> None:
        from shirokuro.environments import OthelloAEC  # noqa: PLC0415 (its libraries may be missing)

        self._env = OthelloAEC()
        self._env.reset()
        self._random = np.random.default_rng(1)

    def steps(self) -> int:
        """See `Stepper`."""
        env = self._env
        for _ in range(STEPS):
            if env.terminations[env.agent_selection]:
                env.reset()
            observation = env.observe(env.agent_selection)
            env.step(_choose(np.flatnonzero(observation["action_mask"]), self._random))
        return STEPS


class ShirokuroVector:
    """The vectorised environment of this package, for both sides."""

    name = "shirokuro, Gymnasium"
    games = GAMES

    def __init__(self, games: int) -> None:
        from shirokuro.environments import OthelloVectorEnv  # noqa: PLC0415 (its libraries may be missing)

        self._env = OthelloVectorEnv(games, opponent=None)
        self._observation, _ = self._env.reset(seed=1)
        self._ended = np.zeros(games, bool)
        self._random = np.random.default_rng(1)

    def steps(self) -> int:
        """See `Stepper`."""
        made = 0
        for _ in range(STEPS):
            made += len(self._ended) - int(self._ended.sum())
            actions = _choose_each(self._observation["action_mask"], self._random)
            self._observation, _, self._ended, _, _ = self._env.step(actions)
        return made


class OpenSpielVector:
    """OpenSpiel's reinforcement learning environment, in its own vector of environments."""

    name = "OpenSpiel"
    games = GAMES[:2]
    _pass = 64

    def __init__(self, games: int) -> None:
        from open_spiel.python import rl_agent, rl_environment, vector_env  # noqa: PLC0415 (it may be missing)

        self._env = vector_env.SyncVectorEnv([rl_environment.Environment("othello") for _ in range(games)])
        self._steps = self._env.reset()
        self._random = np.random.default_rng(1)
        self._step_output: Any = rl_agent.StepOutput

    def steps(self) -> int:
        """See `Stepper`."""
        made = 0
        for _ in range(STEPS):
            outputs = []
            for step in self._steps:
                player = step.observations["current_player"]
                action = _choose(step.observations["legal_actions"][player], self._random)
                made += action != self._pass
                outputs.append(self._step_output(action=action, probs=None))
            self._steps, _, _, _ = self._env.step(outputs, reset_if_done=True)
        return made


class Pgx:
    """The game othello of pgx: compiled by JAX, for all games at once, with the choice of actions inside."""

    name = "pgx"
    games = GAMES
    _pass = 64

    def __init__(self, games: int) -> None:
        import jax  # noqa: PLC0415 (it may be missing)
        import pgx  # noqa: PLC0415

        env, numpy = pgx.make("othello"), jax.numpy
        init, step = jax.vmap(env.init), jax.vmap(env.step)

        def advance(carried: Any, key: Any) -> Any:  # noqa: ANN401
            state, fresh = carried
            weights = numpy.log(state.legal_action_mask.astype(numpy.float32))
            actions = jax.random.categorical(key, weights, axis=-1)
            after = step(state, actions)

            def choose(new: Any, old: Any) -> Any:  # noqa: ANN401
                shape = after.terminated.shape + (1,) * (new.ndim - 1)
                return numpy.where(after.terminated.reshape(shape), new, old)

            made = (actions != self._pass).sum()
            return (jax.tree_util.tree_map(choose, fresh, after), fresh), (made, after.observation.sum())

        def play(state: Any, fresh: Any, key: Any) -> Any:  # noqa: ANN401
            (state, _), (made, seen) = jax.lax.scan(advance, (state, fresh), jax.random.split(key, STEPS))
            return state, made.sum(), seen.sum()

        self._play = jax.jit(play)
        self._split = jax.random.split
        self._key = jax.random.PRNGKey(1)
        self._fresh = init(jax.random.split(self._key, games))
        self._state = self._fresh
        self.steps()  # compiles

    def steps(self) -> int:
        """See `Stepper`."""
        self._key, key = self._split(self._key)
        self._state, made, _ = self._play(self._state, self._fresh, key)
        return int(made)


KINDS: tuple[Any, ...] = (ShirokuroVector, ShirokuroAgents, OpenSpielVector, Pgx)
"""The environments to compare."""

_PACKAGES = {"OpenSpiel": "open-spiel", "pgx": "pgx"}


class Environments:
    """The steps per second of every environment that can be imported."""

    def __init__(self) -> None:
        self._steppers: dict[tuple[str, int], Stepper] = {}
        self._speeds: dict[tuple[str, int], list[float]] = {}
        self.missing: list[str] = []
        for kind in KINDS:
            try:
                self._steppers |= {(kind.name, games): kind(games) for games in kind.games}
            except ImportError as error:
                self.missing.append(f"{kind.name} as an environment: {error}")

    def measure(self, least: float) -> None:
        """Measures every speed once."""
        for key, stepper in self._steppers.items():
            self._speeds.setdefault(key, []).append(_steps_per_second(stepper.steps, least))

    def print(self, console: Console) -> None:
        """Prints the medians."""
        table = Table(
            title="environment steps/s of processor time; median ± half the span",
            box=box.SIMPLE,
            title_justify="left",
        )
        table.add_column("environment")
        table.add_column("version")
        for games in GAMES:
            table.add_column("1 game" if games == 1 else f"{games} games", justify="right")
        for name in dict.fromkeys(name for name, _ in self._speeds):
            speeds = (self._speeds.get((name, games)) for games in GAMES)
            shown = map(spread_text, speeds)
            table.add_row(name, importlib.metadata.version(_PACKAGES.get(name, "shirokuro")), *shown)
        console.print(table)


def _steps_per_second(steps: Callable[[], int], least: float) -> float:
    made, start = 0, processor_time()
    while (seconds := processor_time() - start) < least:
        made += steps()
    return made / seconds


def _choose(actions: Any, random: np.random.Generator) -> int:  # noqa: ANN401
    return int(actions[int(random.random() * len(actions))])


def _choose_each(masks: Any, random: np.random.Generator) -> Any:  # noqa: ANN401
    """Returns a random legal action for each mask; 0 where there is none."""
    return np.argmax(masks * random.random(masks.shape, np.float32), axis=1)
