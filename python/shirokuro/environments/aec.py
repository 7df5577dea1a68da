"""Othello for two agents: an AEC environment of PettingZoo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pettingzoo import AECEnv
from pettingzoo.utils import wrappers

from shirokuro._core import BLACK, EMPTY, WHITE, Position
from shirokuro.environments.spaces import ACTIONS, action_space, observation_space

if TYPE_CHECKING:
    from gymnasium import spaces
    from numpy.typing import NDArray

AGENTS = {"player_0": BLACK, "player_1": WHITE}
"""The agents and their sides."""

ILLEGAL_REWARD = -1.0
"""The reward of an agent that plays an illegal move, which ends the game."""


def aec_env(render_mode: str | None = None) -> AECEnv:
    """Creates the environment with PettingZoo's usual wrappers.

    An illegal move ends the game: its agent gets −1, the other one 0.

    Args:
        render_mode: `"ansi"` for `render` to return the board as text; none otherwise.
    """
    env = wrappers.TerminateIllegalWrapper(OthelloAEC(render_mode), illegal_reward=ILLEGAL_REWARD)
    env = wrappers.AssertOutOfBoundsWrapper(env)
    return wrappers.OrderEnforcingWrapper(env)


class OthelloAEC(AECEnv):  # type: ignore[misc]  # PettingZoo has no type information
    """The environment without wrappers: an illegal move raises a `ValueError`.

    The agents are `"player_0"`, Black, and `"player_1"`, White. The seed of `reset` changes nothing: the game is
    deterministic.
    """

    metadata = {  # noqa: RUF012 (as the library declares it)
        "render_modes": ["ansi"],
        "name": "shirokuro_othello_v0",
        "is_parallelizable": False,
    }

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__()
        self.render_mode = render_mode
        self.possible_agents = list(AGENTS)
        self.observation_spaces = {agent: observation_space() for agent in AGENTS}
        self.action_spaces = {agent: action_space() for agent in AGENTS}
        self.position = Position()

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """Returns the space of an agent's observations, always the same object."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """Returns the space of an agent's actions, always the same object."""
        return self.action_spaces[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Begins a game."""
        self.position = Position()
        self.agents = list(AGENTS)
        self.rewards = dict.fromkeys(self.agents, 0.0)
        self._cumulative_rewards = dict.fromkeys(self.agents, 0.0)
        self.terminations = dict.fromkeys(self.agents, False)
        self.truncations = dict.fromkeys(self.agents, False)
        self.infos: dict[str, dict[str, Any]] = {agent: {} for agent in self.agents}
        self.agent_selection = "player_0"

    def observe(self, agent: str) -> dict[str, NDArray[np.int8]]:
        """Returns an agent's observation."""
        board, own = self.position.board.reshape(8, 8), AGENTS[agent]
        planes = np.stack([board == own, (board != own) & (board != EMPTY)], axis=2).astype(np.int8)
        mask = np.zeros(ACTIONS, np.int8)
        if own == self.position.side_to_move:
            mask[[_number(move) for move in self.position.legal_moves]] = 1
        return {"observation": planes, "action_mask": mask}

    def step(self, action: int | None) -> None:
        """Plays the selected agent's move, and the pass that it forces, if any."""
        if self.terminations[self.agent_selection] or self.truncations[self.agent_selection]:
            self._was_dead_step(action)
            return
        if action is None:
            raise ValueError("action = None: must be from 0 to 63 while the game lasts")
        agent = self.agent_selection
        self._cumulative_rewards[agent] = 0.0
        self.position = self.position.play("abcdefgh"[int(action) % 8] + str(int(action) // 8 + 1))
        self._clear_rewards()
        if self.position.is_over:
            difference = int(np.sign(self.position.stone_difference))
            self.rewards = {"player_0": float(difference), "player_1": float(-difference)}
            self.terminations = dict.fromkeys(self.agents, True)
            self.agent_selection = next(other for other in self.agents if other != agent)
        else:
            side = self.position.side_to_move
            self.agent_selection = next(agent for agent, own in AGENTS.items() if own == side)
        self._accumulate_rewards()

    def render(self) -> str | None:
        """Returns the board as text in render mode `"ansi"`."""
        return str(self.position) if self.render_mode == "ansi" else None

    def close(self) -> None:
        """Does nothing, because there is nothing to close."""


def _number(move: str) -> int:
    return ord(move[0]) - ord("a") + 8 * (int(move[1]) - 1)
