"""Limits on forfeited games."""

from __future__ import annotations

import pytest

import shirokuro as sk
from shirokuro.matches.forfeits import ForfeitLimit
from shirokuro.matches.result import Forfeit


def counted(limit: ForfeitLimit, games: int, every: int) -> int:
    """Forfeits every `every`-th game; returns the number of games when the limit ends the match, or `games`."""
    played = 0
    try:
        for played in range(1, games + 1):
            if played % every == 0:
                limit.add(Forfeit(played - 1, "program", "it broke", ()), played)
        limit.end(games)
    except sk.GtpError:
        return played
    return games


@pytest.mark.parametrize(
    ("setting", "games", "every", "ended"),
    [
        (0.05, 400, 20, 400),  # exactly the share
        (0.05, 400, 15, 315),  # certain with the 21st forfeit
        (0.05, 20, 20, 20),
        (0.05, 4000, 1, 6),  # far more often than the share
        (0.05, 4000, 2, 14),
        (0.05, 4, 1, 1),
        (0.29, 100, 1, 12),
        (0, 400, 400, 400),
        (10, 400, 1, 11),
        (10, 400, 40, 400),
        (400, 400, 1, 400),
    ],
)
def test_a_match_ends_once_it_has_too_many_forfeits(setting: float, games: int, every: int, ended: int) -> None:
    assert counted(ForfeitLimit(setting, games), games, every) == ended


@pytest.mark.parametrize(("setting", "most"), [(0.05, 20), (0.29, 116), (1, 1), (0, 0)])
def test_a_whole_match_may_have_as_many_forfeits_as_the_limit_says(setting: float, most: int) -> None:
    def late(count: int) -> None:
        limit = ForfeitLimit(setting, 400)
        for played in range(401 - count, 401):
            limit.add(Forfeit(played - 1, "program", "it broke", ()), played)
        limit.end(400)

    late(most)
    with pytest.raises(sk.GtpError, match=f"{most + 1} of 400 games were forfeited"):
        late(most + 1)


def test_a_match_that_ended_early_may_have_the_same_share() -> None:
    for setting, forfeits, played, fits in (
        (0.05, 1, 20, True),
        (0.05, 1, 19, False),
        (10, 6, 100, False),
        (10, 5, 100, True),
    ):
        limit = ForfeitLimit(setting, 400)
        for game in range(forfeits):
            limit.add(Forfeit(game, "program", "it broke", ()), game + 1)
        if fits:
            limit.end(played)
        else:
            with pytest.raises(sk.GtpError):
                limit.end(played)


@pytest.mark.parametrize("setting", [-1, -0.1, 1.5, float("nan"), float("inf")])
def test_a_limit_is_a_share_or_a_whole_number(setting: float) -> None:
    with pytest.raises(ValueError, match=r"max_forfeits = .*: must be 0 or more"):
        ForfeitLimit(setting, 400)
