"""The environments keep the rules of Othello, and pass the libraries' own tests."""

from __future__ import annotations

import copy
import subprocess
import sys
from random import Random
from typing import Any

import numpy as np
import pytest

import shirokuro as sk

gymnasium = pytest.importorskip("gymnasium")
pytest.importorskip("pettingzoo")

from gymnasium.utils.env_checker import check_env  # noqa: E402
from pettingzoo.test import api_test, seed_test  # noqa: E402

from shirokuro.environments import (  # noqa: E402
    ENVIRONMENT_ID,
    OthelloAEC,
    OthelloEnv,
    OthelloVectorEnv,
    aec_env,
)


def square(number: int | np.integer[Any]) -> str:
    number = int(number)
    return "abcdefgh"[number % 8] + str(number // 8 + 1)


@pytest.mark.filterwarnings("ignore:.*Observation.*:UserWarning")
def test_the_aec_environment_passes_the_tests_of_pettingzoo(capsys: pytest.CaptureFixture[str]) -> None:
    api_test(aec_env(), num_cycles=200)
    api_test(OthelloAEC(), num_cycles=200)
    seed_test(aec_env, num_cycles=50)
    assert "Passed" in capsys.readouterr().out


@pytest.mark.parametrize("opponent", ["random", None])
def test_the_single_environment_passes_the_check_of_gymnasium(opponent: Any) -> None:
    check_env(OthelloEnv(opponent=opponent, render_mode="ansi"), skip_render_check=True)


def test_a_game_of_two_agents_is_that_of_positions() -> None:
    """Passes included: random games of sixty plies have some."""
    passes = 0
    for seed in range(20):
        env, random, position = aec_env(), Random(seed), sk.Position()
        env.reset()
        before = None
        for agent in env.agent_iter():
            observation, reward, over, _, _ = env.last()
            if over:
                difference = position.stone_difference if agent == "player_0" else -position.stone_difference
                assert reward == np.sign(difference)
                env.step(None)
                continue
            side = sk.BLACK if agent == "player_0" else sk.WHITE
            assert side == position.side_to_move
            passes += agent == before
            before = agent
            board = position.board.reshape(8, 8)
            assert np.array_equal(observation["observation"][:, :, 0], board == side)
            assert np.array_equal(observation["observation"][:, :, 1], board == 3 - side)
            actions = np.flatnonzero(observation["action_mask"])
            assert [square(action) for action in actions] == position.legal_moves
            waiting = env.observe("player_1" if agent == "player_0" else "player_0")
            assert not waiting["action_mask"].any()
            action = int(random.choice(actions))
            env.step(action)
            position = position.play(square(action))
        assert position.is_over
    assert passes


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_an_illegal_move_ends_the_game_of_its_agent() -> None:
    env = aec_env()
    env.reset()
    env.step(0)
    assert env.rewards == {"player_0": -1.0, "player_1": 0}
    assert env.terminations == {"player_0": True, "player_1": True}
    raw = OthelloAEC()
    raw.reset()
    with pytest.raises(ValueError, match="illegal move a1"):
        raw.step(0)


def play(env: OthelloVectorEnv, steps: int, seed: int) -> list[Any]:
    """Plays random legal actions, and returns all results."""
    random, results = np.random.default_rng(seed), []
    observation, _ = env.reset(seed=seed)
    for _ in range(steps):
        mask = observation["action_mask"]
        actions = np.argmax(mask * random.random(mask.shape), axis=1)
        results.append((actions, *env.step(actions)))
        observation = results[-1][1]
    return results


def test_games_of_both_sides_are_those_of_positions() -> None:
    env = OthelloVectorEnv(8, opponent=None)
    positions, ended = [sk.Position()] * 8, [False] * 8
    for actions, observation, rewards, over, _, infos in play(env, 130, seed=1):
        for game in range(8):
            position = positions[game]
            next_position = sk.Position() if ended[game] else position.play(square(actions[game]))
            if not ended[game]:
                sign = 1 if position.side_to_move == sk.BLACK else -1
                difference = sign * next_position.stone_difference
                result = np.sign(difference) if next_position.is_over else 0
                assert rewards[game] == result
                if next_position.is_over and 0 not in next_position.board:
                    assert infos["disc_difference"][game] == difference
            assert over[game] == next_position.is_over
            board = next_position.board.reshape(8, 8)
            assert np.array_equal(observation["observation"][game, :, :, 0], board == next_position.side_to_move)
            legal = [square(action) for action in np.flatnonzero(observation["action_mask"][game])]
            assert legal == next_position.legal_moves
            positions[game], ended[game] = next_position, bool(over[game])


def test_an_agent_with_an_opponent_always_has_a_move_and_sees_its_own_discs() -> None:
    env = OthelloVectorEnv(32)
    ends, before = 0, np.zeros(32, bool)
    first = {1: 0, 2: 0}
    for _, observation, rewards, over, _, infos in play(env, 150, seed=2):
        planes, mask = observation["observation"], observation["action_mask"]
        assert mask[~over].any(axis=1).all()
        assert not mask[over].any()
        assert not infos["illegal"].any()
        own, others = planes[..., 0].sum((1, 2)), planes[..., 1].sum((1, 2))
        assert np.array_equal(np.sign(own[over].astype(int) - others[over]), rewards[over])
        assert not rewards[~over].any()
        for count in own[before & ~over]:
            first[int(count)] += 1
        ends += over.sum()
        before = over
    assert ends > 64
    assert min(first.values()) > 10  # White has one disc left after Black's first move


def test_the_seed_decides_everything_and_another_changes_it() -> None:
    first, second, third = (play(OthelloVectorEnv(4), 40, seed=seed) for seed in (5, 5, 6))
    same = [
        all(np.array_equal(a[1]["observation"], b[1]["observation"]) for a, b in zip(first, other, strict=True))
        for other in (second, third)
    ]
    assert same == [True, False]


def test_an_illegal_action_ends_its_game_alone() -> None:
    env = OthelloVectorEnv(2, opponent=None)
    env.reset(seed=1)
    _, rewards, over, truncated, infos = env.step(np.array([0, 19]))
    assert rewards.tolist() == [-1.0, 0.0]
    assert over.tolist() == infos["illegal"].tolist() == [True, False]
    assert not truncated.any()
    observation, rewards, over, _, _ = env.step(np.array([63, 18]))
    assert rewards.tolist() == [0.0, 0.0]
    assert not over.any()
    assert observation["observation"][0].sum() == 4
    assert env.position(1) == sk.Position.from_moves("d3c3")


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="opponent = 'strong': must be 'random' or None"):
        OthelloVectorEnv(2, opponent="strong")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="games = 0: must be from 1 to"):
        OthelloVectorEnv(0)
    env = OthelloVectorEnv(2)
    env.reset()
    with pytest.raises(ValueError, match=r"actions: shape \(3,\): must be \(2,\)"):
        env.step(np.zeros(3, int))
    with pytest.raises(ValueError, match="actions: must be from 0 to 63"):
        env.step(np.array([64, 0]))


def test_gymnasium_knows_the_environment_by_its_name() -> None:
    env = gymnasium.make_vec(ENVIRONMENT_ID, num_envs=3, vectorization_mode="vector_entry_point")
    observation, _ = env.reset(seed=1)
    assert observation["action_mask"].shape == (3, 64)
    assert env.observation_space.contains(observation)
    assert isinstance(gymnasium.make(ENVIRONMENT_ID).unwrapped, OthelloEnv)


def test_the_package_does_not_import_the_libraries() -> None:
    code = "import shirokuro, sys; sys.exit(any(name in sys.modules for name in ('gymnasium', 'pettingzoo')))"
    assert subprocess.run([sys.executable, "-c", code], timeout=120, check=False).returncode == 0


def test_a_single_game_that_has_ended_is_not_continued() -> None:
    env = OthelloEnv(opponent=None)
    env.reset(seed=1)
    assert env.step(np.int64(0))[2]  # an illegal move ends it
    with pytest.raises(RuntimeError, match="call reset"):
        env.step(np.int64(19))
    env.reset()
    assert not env.step(np.int64(19))[2]


def test_a_copy_of_a_game_of_two_agents_continues_it() -> None:
    env = OthelloAEC()
    env.reset()
    env.step(19)
    copied = copy.deepcopy(env)
    copied.step(18)
    assert (copied.position.empties, env.position.empties) == (58, 59)
