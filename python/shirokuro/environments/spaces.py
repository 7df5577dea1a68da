"""The spaces that all environments share."""

from __future__ import annotations

import numpy as np
from gymnasium import spaces

ACTIONS = 64
"""The number of actions: the squares."""


def observation_space() -> spaces.Dict:
    """Returns the space of one side's observation."""
    return spaces.Dict(
        {
            "observation": spaces.Box(0, 1, (8, 8, 2), np.int8),
            "action_mask": spaces.Box(0, 1, (ACTIONS,), np.int8),
        }
    )


def action_space() -> spaces.Discrete:
    """Returns the space of actions."""
    return spaces.Discrete(ACTIONS)
