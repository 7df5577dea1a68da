"""`shirokuro evaluate`: matches on the command line."""

from __future__ import annotations

import json
import math
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import shirokuro as sk
from shirokuro.cli import main
from shirokuro.matches.openings import draw_openings
from shirokuro.matches.players import WPC_WEIGHTS
from shirokuro.matches.result import Forfeit
from tests.support.paths import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PROGRAM = Path(sys.executable).parent / "shirokuro"
GTP = f"gtp:{sys.executable} {PROGRAMS / 'gtp_program.py'}"

WPC = np.array(
    [
        [1.00, -0.25, 0.10, 0.05, 0.05, 0.10, -0.25, 1.00],
        [-0.25, -0.25, 0.01, 0.01, 0.01, 0.01, -0.25, -0.25],
        [0.10, 0.01, 0.05, 0.02, 0.02, 0.05, 0.01, 0.10],
        [0.05, 0.01, 0.02, 0.01, 0.01, 0.02, 0.01, 0.05],
        [0.05, 0.01, 0.02, 0.01, 0.01, 0.02, 0.01, 0.05],
        [0.10, 0.01, 0.05, 0.02, 0.02, 0.05, 0.01, 0.10],
        [-0.25, -0.25, 0.01, 0.01, 0.01, 0.01, -0.25, -0.25],
        [1.00, -0.25, 0.10, 0.05, 0.05, 0.10, -0.25, 1.00],
    ]
)
"""The published weights in full."""


def evaluated(model: Path, *arguments: str | Path) -> int:
    return main(["evaluate", str(model), *map(str, arguments)])


def content(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_wpc_plays_a_move_with_the_largest_sum_of_published_weights(
    positions: Callable[[int], list[sk.Position]],
) -> None:
    player, random, ties = sk.WeightedPieceCounter(), Random(1), 0
    for position in (p for seed in range(30) for p in positions(seed) if not p.is_over):
        values = {}
        for move in position.legal_moves:
            after = position.play(move).board
            signs = [0 if disc == 0 else 1 if disc == position.side_to_move else -1 for disc in after]
            values[move] = round(sum(weight * sign for weight, sign in zip(WPC.ravel(), signs, strict=True)), 6)
        best = {move for move, value in values.items() if value == max(values.values())}
        seen = {player.choose(position, random) for _ in range(20 * (len(best) > 1) + 1)}
        assert seen <= best
        ties += len(best) > 1 and len(seen) > 1
    assert ties > 0
    assert (WPC[:4, :4] == WPC_WEIGHTS).all()


def test_a_one_ply_player_plays_a_move_with_the_best_evaluation(
    trained: sk.Trainer, positions: Callable[[int], list[sk.Position]]
) -> None:
    evaluator, random = trained.evaluator, Random(1)
    player = sk.OnePlyPlayer(evaluator=evaluator)
    for position in (p for seed in range(20) for p in positions(seed) if not p.is_over):
        values = {}
        for move in position.legal_moves:
            after = position.play(move)
            value = after.score if after.is_over else evaluator.evaluate(after)
            values[move] = value * (1 if after.side_to_move == position.side_to_move else -1)
        assert values[player.choose(position, random)] == max(values.values())
    neutral = sk.OnePlyPlayer(evaluator=sk.Evaluator())
    assert {neutral.choose(sk.Position(), random) for _ in range(100)} == set(sk.Position().legal_moves)


def test_epsilon_replaces_moves_by_random_legal_ones() -> None:
    class Last:
        name = "last"

        def choose(self, position: sk.Position, random: Random) -> str:  # noqa: ARG002
            return position.legal_moves[-1]

    player, random = sk.EpsilonPlayer(player=Last(), epsilon=0.4), Random(1)
    chosen = [player.choose(sk.Position(), random) for _ in range(4000)]
    # A random move is the last one in one of four cases.
    assert sum(move != sk.Position().legal_moves[-1] for move in chosen) / 4000 == pytest.approx(0.3, abs=0.03)
    assert player.name == "last"
    with pytest.raises(ValueError, match=r"epsilon = 1\.5: must be within 0…1"):
        sk.EpsilonPlayer(player=Last(), epsilon=1.5)


def test_openings_differ_under_every_symmetry() -> None:
    def symmetric(board: Sequence[int]) -> set[tuple[int, ...]]:
        rows = [list(board[8 * row : 8 * row + 8]) for row in range(8)]
        found = set()
        for _ in range(4):
            rows = [list(row) for row in zip(*rows[::-1], strict=True)]
            for each in (rows, [row[::-1] for row in rows]):
                found.add(tuple(int(disc) for row in each for disc in row))
        return found

    openings = draw_openings(500, 1)
    seen: set[tuple[int, ...]] = set()
    for opening in openings:
        assert opening.position == sk.Position.from_moves("".join(opening.moves))
        forms = symmetric(list(opening.position.board))
        assert len(opening.moves) == 8
        assert not forms & seen
        seen |= forms
    assert draw_openings(3, 1, 0)[2].position == sk.Position()
    # The four initial moves are equivalent by symmetry, and each has three replies.
    assert len(draw_openings(3, 1, 2)) == 3
    with pytest.raises(ValueError, match="opening_plies = 2: there are hardly more than 3 different openings"):
        draw_openings(4, 1, 2)
    with pytest.raises(ValueError, match="opening_plies = 31: must be within 0…30"):
        draw_openings(4, 1, 31)


def test_a_match_stops_at_the_same_pair_with_any_number_of_threads() -> None:
    whole = sk.play_match(sk.HeuristicPlayer(), sk.RandomPlayer(), games=40)
    for threads in (1, 3):
        seen: list[tuple[int, ...]] = []

        def stop(counts: tuple[int, ...], seen: list[tuple[int, ...]] = seen) -> bool:
            seen.append(counts)
            return sum(counts) == 7

        result = sk.play_match(sk.HeuristicPlayer(), sk.RandomPlayer(), games=40, threads=threads, stop=stop)
        assert result.differences == whole.differences[:14]
        assert [sum(counts) for counts in seen] == list(range(1, 8))
        assert seen[-1] == result.pair_counts


def test_a_result_counts_pairs_wipeouts_and_forfeits() -> None:
    forfeits = (Forfeit(1, "program", "it broke", ("f5",)),)
    result = sk.MatchResult((10, 64, 0, 0, 64, 2, -64, -2), forfeits)
    assert result.pair_counts == (1, 0, 1, 0, 2)
    assert (result.wipeouts, result.wiped_out) == (1, 1)
    assert result.mean_difference == pytest.approx(10 / 7)
    assert (result.wins, result.losses) == (4, 2)
    assert result.elo == sk.elo_difference((1, 0, 1, 0, 2))
    assert sk.MatchResult((64, 64), (forfeits[0], Forfeit(0, "program", "", ()))).mean_difference is None


def test_the_table_and_the_file_agree(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "results.json"
    opponents = ("random", "wpc", str(model), GTP)
    words = [word for name in opponents for word in ("--opponent", name)]
    assert evaluated(model, *words, "--games", "20", "--depth", "1", "--json", path) == 0
    rows = [line for line in capsys.readouterr().out.splitlines() if "%" in line and "opponent" not in line]
    results = content(path)
    assert [match["opponent"] for match in results["matches"]][:2] == ["random", "wpc"]
    assert (results["games"], results["seed"]) == (20, 1)
    for row, match in zip(rows, results["matches"], strict=True):
        numbers = re.search(r"(\d+) +(\d+) +(\d+) +([\d.]+)% +([\d.]+) ", row)
        assert numbers
        assert [int(number) for number in numbers.groups()[:3]] == [match[name] for name in ("wins", "draws", "losses")]
        assert float(numbers[5]) == pytest.approx(match["score"], abs=0.0006)
        result = sk.MatchResult(tuple(match["differences"]))
        assert tuple(match["pair_counts"]) == result.pair_counts
        assert match["mean_difference"] == result.mean_difference
        low, high = match["elo"]["low"], match["elo"]["high"]
        assert (-math.inf if low is None else low) == pytest.approx(result.elo.low)
        assert (math.inf if high is None else high) == pytest.approx(result.elo.high)
    # The model plays itself, so each pair has a win and a loss.
    assert results["matches"][2]["pair_counts"] == [0, 0, 10, 0, 0]


def test_options_for_the_search_are_those_of_the_models(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--games", "2", "--depth", "4", "--confidence", "73", "--search-threads", "2", "--table-mb", "2")
    assert evaluated(model, *options, "--opponent", "default") == 0
    output = " ".join(capsys.readouterr().out.split())
    assert "(depth 4, exact_empties 8, confidence 73, threads 2, table_mb 2): 2 games" in output


def test_results_can_go_only_to_standard_output(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluated(model, "--opponent", "random", "--games", "2", "--depth", "1", "--json", "-") == 0
    assert json.loads(capsys.readouterr().out)["matches"][0]["games"] == 2


def test_the_wpc_protocol_matches_the_published_one(
    model: Path, trained: sk.Trainer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "results.json"
    assert evaluated(model, "--wpc-protocol", "--games", "20", "--json", path) == 0
    assert "ε = 0.1, from the start" in " ".join(capsys.readouterr().out.split())
    player = sk.EpsilonPlayer(player=sk.OnePlyPlayer(evaluator=trained.evaluator), epsilon=0.1)
    opponent = sk.EpsilonPlayer(player=sk.WeightedPieceCounter(), epsilon=0.1)
    expected = sk.play_match(player, opponent, games=20, opening_plies=0)
    [match] = content(path)["matches"]
    assert tuple(match["differences"]) == expected.differences
    assert match["opponent"] == "wpc"


def test_a_sequential_test_ends_a_match_and_decides_the_exit_code(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "results.json"

    def tested(opponent: str, sprt: str, games: str = "400") -> tuple[int, Any]:
        words = ("--opponent", opponent, f"--sprt={sprt}", "--games", games, "--depth", "1", "--json", path)
        return evaluated(model, *words), content(path)["matches"][0]

    code, match = tested("random", "0,50")
    assert (code, match["sprt"]["decision"]) == (0, "elo1")
    assert match["games"] < 400
    test = sk.Sprt(0, 50)
    assert match["sprt"]["log_likelihood_ratio"] == test.log_likelihood_ratio(match["pair_counts"])
    # One pair earlier, it was undecided.
    shorter = sk.MatchResult(tuple(match["differences"][:-2]))
    assert test.decision(shorter.pair_counts) is None
    assert "+50 Elo rather than +0" in capsys.readouterr().out
    code, match = tested(str(model), "20,100")
    assert (code, match["sprt"]["decision"]) == (1, "elo0")
    code, match = tested(str(model), "-1,1", "20")
    assert (code, match["sprt"]["decision"], match["games"]) == (4, None, 20)


def test_a_lost_match_decides_the_exit_code_whatever_another_one_leaves_open(model: Path) -> None:
    opponents = ("--opponent", str(model), "--opponent", "random")
    assert evaluated(model, *opponents, "--sprt=-1,1", "--games", "20", "--depth", "1", "--min-score", "0.6") == 1


def test_a_minimum_score_decides_the_exit_code(model: Path) -> None:
    words = ("--opponent", str(model), "--games", "4", "--depth", "1", "--min-score")
    assert evaluated(model, *words, "0.5") == 0
    assert evaluated(model, *words, "0.51") == 1


def test_forfeits_of_a_program_are_reported(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "results.json"
    words = ("--opponent", f"{GTP} crash 2 3", "--games", "4", "--depth", "1", "--threads", "1", "--json", path)
    assert evaluated(model, *words, "--max-forfeits", "0.5") == 0
    lines = capsys.readouterr().out
    assert re.search(r"\d:\d +2$", lines, re.MULTILINE)
    text = " ".join(lines.split())
    assert "2 games were forfeited; the first was game 2" in text
    assert "it exited with code 3" in text
    forfeits = content(path)["matches"][0]["forfeits"]
    assert [forfeit["game"] for forfeit in forfeits] == [1, 3]
    assert sk.Position.from_moves("".join(forfeits[0]["moves"])).empties < 52
    assert evaluated(model, *words, "--max-forfeits", "1") == 2
    assert "2 of 4 games were forfeited" in capsys.readouterr().err
    assert evaluated(model, *words) == 2
    assert "1 of 2 games were forfeited, too many for max_forfeits = 0.05" in capsys.readouterr().err


def test_a_sequential_test_is_never_decided_by_forfeits(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--opponent", f"{GTP} resign 1 1", "--depth", "1", "--sprt", "0,400", "--games", "400", "--threads", "1")
    for more in ((), ("--max-forfeits", "20")):
        assert evaluated(model, *words, *more) == 2
        shown = capsys.readouterr()
        assert "rather than" not in shown.out
        assert "games were forfeited, too many for max_forfeits" in shown.err


def test_matches_before_one_that_faults_end_are_printed(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--opponent", "random", "--opponent", f"{GTP} resign 1 1", "--games", "4", "--depth", "1")
    assert evaluated(model, *words) == 2
    assert re.search(r"^random +\d", capsys.readouterr().out, re.MULTILINE)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_matches_and_prints_the_results_so_far(
    number: signal.Signals, code: int, model: Path
) -> None:
    words = ("--opponent", "random", "--opponent", f"{GTP} hang 2 2", "--games", "20", "--depth", "1", "--threads", "1")
    process = subprocess.Popen(
        [PROGRAM, "evaluate", model, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )

    def children() -> list[str]:
        tasks = Path(f"/proc/{process.pid}/task").glob("*/children")
        return [child for task in tasks for child in task.read_text(encoding="utf-8").split()]

    # The first match is quick; in the second one, the program hangs in its second game.
    while not children():
        assert process.poll() is None
        time.sleep(0.05)
    [child] = children()
    time.sleep(2)
    process.send_signal(number)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == code
    assert re.search(r"random +\d+ +\d+ +\d+ ", output), output
    assert "Traceback" not in errors
    assert not Path(f"/proc/{child}").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--opponent", "nobody"), "nobody"),
        (("--opponent", "gtp:no-such-program"), "no-such-program: no such program is installed"),
        (("--opponent", "gtp:"), "a program's command is empty"),
        (("--opponent", GTP, "--gtp-timeout", "0"), "timeout = 0"),
        (("--sprt", "5"), "sprt: '5' is not elo0,elo1"),
        (("--sprt", "0,inf"), "elo1 = inf: must be within ±2,000"),
        (("--min-score", "2"), "min_score = 2: must be within 0…1"),
        (("--opening-plies", "99"), "opening_plies = 99: must be within 0…30"),
        (("--wpc-protocol", "--depth", "3"), "--depth can't be combined with it"),
        (("--wpc-protocol", "--confidence", "73"), "--confidence can't be combined with it"),
        (("--search-threads", "0"), "threads = 0: must be from 1 to 256"),
        (("--wpc-protocol", "--opponent", "random"), "--opponent can't be combined with it"),
        (("--json", "/no/such/folder/file"), "/no/such/folder/file"),
        (("--threads", "-1"), "threads = -1: must be within"),
        (("--max-forfeits", "-1"), "max_forfeits = -1: must be 0 or more"),
        (("--plot", "x.svg"), "--plot draws a ladder: give --ladder as well"),
        (("--ladder",), "--ladder needs a run directory"),
        (("--ladder", "--sprt", "0,5"), "--sprt can't be combined with --ladder"),
        (("--ladder", "--opening-plies", "0"), "--opening-plies can't be combined with --ladder"),
        (("--round-robin", "--min-score", "0"), "--min-score can't be combined with --round-robin"),
    ],
    ids=str,
)
def test_an_invalid_command_is_reported_in_one_line_with_exit_code_2(
    arguments: Sequence[str], message: str, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluated(model, *arguments, "--games", "2") == 2
    errors = capsys.readouterr().err
    assert message in errors
    assert errors.count("\n") == 1
