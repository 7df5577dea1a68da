"""Othello as an environment of PettingZoo and Gymnasium. The extra `environments` installs both.

Observations, in both libraries, are a dictionary:

- `observation`: int8 of shape (8, 8, 2). Row 0 is rank 1, column 0 is file a. Plane 0 has the discs of the side that
  observes, plane 1 those of its opponent.
- `action_mask`: int8 of shape (64,), 1 for each legal action; all 0 if it is not this side's turn.

An action is a square's number, a1 = 0, b1 = 1 … h8 = 63. Passes happen by themselves, so a side may act twice in a row.
A win is worth 1, a loss −1, a draw 0, at the end of the game.
"""

# ruff: noqa: E402
from shirokuro import extras

for _library in ("gymnasium", "pettingzoo"):
    extras.load(_library, extra="environments", purpose="an environment")

# isort: split

import gymnasium

from shirokuro.environments.aec import OthelloAEC, aec_env
from shirokuro.environments.gym import OthelloEnv, OthelloVectorEnv

__all__ = ["OthelloAEC", "OthelloEnv", "OthelloVectorEnv", "aec_env"]

ENVIRONMENT_ID = "shirokuro/Othello-v0"
"""The name by which `gymnasium.make` and `gymnasium.make_vec` know the environment, once this module is imported."""

if ENVIRONMENT_ID not in gymnasium.registry:
    gymnasium.register(
        ENVIRONMENT_ID,
        entry_point="shirokuro.environments:OthelloEnv",
        vector_entry_point="shirokuro.environments:OthelloVectorEnv",
    )
