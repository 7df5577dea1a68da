"""`shirokuro nboard`: the protocol of NBoard."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shirokuro as sk
from shirokuro.engine.nboard_server import NBoardServer
from shirokuro.game.moves import NO_MOVE
from shirokuro.game.turns import TurnGame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shirokuro._core import SearchResult

PROGRAM = Path(sys.executable).parent / "shirokuro"
START = "---------------------------O*------*O---------------------------"

# Black has no legal move and must pass. White has some.
STUCK = "O*------" * 2 + "-------*" * 6


def stuck(side: str) -> sk.Position:
    return sk.Position.from_diagram(STUCK.replace("*", "X") + f" {side}")


def ggf(moves: str = "", *, board: str = START, side: str = "*", time: str = "") -> str:
    return f"set game (;GM[Othello]TI[{time}]BO[8 {board} {side}]{moves};)"


@pytest.fixture
def engine(trained: sk.Trainer) -> sk.Engine:
    return sk.Engine(trained.evaluator, limits=sk.SearchLimits(depth=2, exact_empties=8), table_mb=1)


@pytest.fixture
def talk(trained: sk.Trainer) -> Callable[..., list[str]]:
    """Sends lines to a server, and returns its responses."""

    def run(*lines: str) -> list[str]:
        responses = list[str]()
        engine = sk.Engine(trained.evaluator, limits=sk.SearchLimits(depth=2, exact_empties=8), table_mb=1)
        NBoardServer(engine, responses.append).serve(lines)
        return [re.sub(r"(nodestats \d+|=== \S+/\S+)[ /][\d.]+$", r"\1", line) for line in responses]

    return run


def test_the_manuals_session_is_answered(talk: Callable[..., list[str]], engine: sk.Engine) -> None:
    moves = "B[F5]W[F6]B[D3]W[C5]B[E6]W[F7]B[E7]W[F4]"
    answers = talk("nboard 2", ggf(moves, time="15:00"), "set depth 3", "ping 1", "go")
    engine.limits = sk.SearchLimits(
        depth=3, exact_empties=8, time_ms=900_000
    )  # with a clock, it searches depth by depth
    found = engine.search(sk.Position.from_moves("f5f6d3c5e6f7e7f4"))
    line = "".join(found.principal_variation).upper()
    assert answers == [
        "set myname shirokuro",
        "set myname shirokuro-3",
        "pong 1",
        "status thinking",
        f"search {line} {found.score:.2f} 0 3",
        f"nodestats {found.nodes}",
        f"=== {line[:2]}/{found.score:.2f}",
        "status",
    ]


def test_the_default_game_is_the_start_position(talk: Callable[..., list[str]], engine: sk.Engine) -> None:
    assert f"=== {(engine.search(sk.Position()).best_move or '').upper()}" in talk("go")[3]


def test_moves_follow_the_game(talk: Callable[..., list[str]], engine: sk.Engine) -> None:
    found = engine.search(sk.Position.from_moves("f5d6c3d3"))
    expected = f"=== {(found.best_move or '').upper()}/{found.score:.2f}"
    assert expected in talk(ggf("B[F5]"), "move D6", "move C3/1.5/2", "move d3//7", "go")
    assert expected in talk(ggf("B[F5]"), "D6", "c3", "D3", "go")
    # The engine's own answer is not played until a `move` command follows.
    assert talk("go", "go") == talk("go") * 2


@pytest.mark.parametrize("line", ["", "fly", "set", "set fire on", "set contempt 100", "f5 f6", "nboard", "Go"])
def test_unknown_commands_change_nothing(talk: Callable[..., list[str]], line: str) -> None:
    answers = talk(line, "go")
    assert [each for each in answers if not each.startswith("status protocol version")] == talk("go")


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("set depth 0", "status depth '0' is not a whole number"),
        ("set depth deep", "status depth 'deep' is not a whole number"),
        ("set depth", "status depth '' is not a whole number"),
        ("nboard 9", "status protocol version '9' is not supported"),
    ],
)
def test_invalid_settings_are_reported(talk: Callable[..., list[str]], line: str, status: str) -> None:
    answers = talk(line, "go")
    assert answers[0].startswith(status)
    assert answers[1:] == talk("go")


@pytest.mark.parametrize("line", ["set game (;GM[Go];)", ggf("B[A1]"), "move A1", "move PA", "move Z9", "move"])
def test_there_is_no_game_after_an_invalid_game_or_move(talk: Callable[..., list[str]], line: str) -> None:
    answers = talk(line, "go", "hint 1", "analyze", "move F5")
    assert re.match("status invalid (game|move): ", answers[0])
    assert answers[1:] == ["status no game", "=== PA", *["status no game"] * 2]
    assert "=== " in talk(line, ggf(), "go")[4]


def test_hints_are_the_best_moves_at_increasing_depths(talk: Callable[..., list[str]], engine: sk.Engine) -> None:
    answers = talk(ggf("B[F5]W[D6]"), "set depth 3", "hint 2")
    position = sk.Position.from_moves("f5d6")
    expected = ["set myname shirokuro-3", "status thinking"]
    nodes = 0
    for depth in (1, 2, 3):
        engine.limits = sk.SearchLimits(depth=depth)
        scores = engine.score_moves(position)
        nodes += sum(each.nodes for each in scores)
        expected += [f"search {''.join(each.line).upper()} {each.score:.2f} 0 {depth}" for each in scores[:2]]
        expected.append("nodestats")
    answers = [re.sub(r"^nodestats .*", "nodestats", line) for line in answers]
    assert answers == [*expected, "status"]


def test_exact_scores_are_marked(talk: Callable[..., list[str]]) -> None:
    moves = "c4c5f6c3b5g7e3e6c2f3g3a5h8b3f4f2b4f5f7h3a3d2e2e1a6e7d7c1c6g8f1g4d1b6b1d3g6b7f8a7c7h6a8b2g5g2a1d6h1"
    position, text = sk.Position(), ""
    for start in range(0, len(moves), 2):
        text += f"{'BW'[position.side_to_move - 1]}[{moves[start : start + 2]}]"
        position = position.play(moves[start : start + 2])
    while position.empties > 8:
        best = sk.solve(position).best_move or ""
        text += f"{'BW'[position.side_to_move - 1]}[{best}]"
        position = position.play(best)
    solved = sk.solve(position)
    for command in ("hint 1", "go"):
        last = [line for line in talk(ggf(text), command) if line.startswith("search")][-1]
        assert last.split()[2:] == [f"{solved.score:.2f}", "0", "100%"]


def test_a_side_that_is_stuck_passes(talk: Callable[..., list[str]], engine: sk.Engine) -> None:
    game = ggf(board=STUCK)
    assert talk(game, "go") == ["status thinking", "=== PA", "status"]
    white = engine.score_moves(stuck("O"))[0]
    hints = [line for line in talk(game, "hint 3") if line.startswith("search")]
    assert len(hints) == 2
    assert re.fullmatch(rf"search PA{white.move.upper()}\w+ {-white.score:.2f} 0 2", hints[-1])
    assert f"=== {white.move.upper()}/{white.score:.2f}" in talk(game, "move PA", "go")
    # A program that implies passes sends the next move directly.
    assert talk(game, "move C1", "go") == talk(game, "move PA", "move C1", "go")


def test_a_finished_game_has_no_move(talk: Callable[..., list[str]]) -> None:
    over = ggf("B[E6]W[F4]B[E3]W[F6]B[G5]W[D6]B[E7]W[F5]B[C5]")
    assert talk(over, "go") == ["status thinking", "=== PA", "status"]
    assert talk(over, "hint 1") == ["status thinking", "status"]


@pytest.mark.parametrize("game", [f"set game 1 {ggf('B[F5//5.0E-4]')[9:]}", ggf("B[F5//5.0E-4]")])
def test_games_and_moves_are_read_as_nboard_writes_them(talk: Callable[..., list[str]], game: str) -> None:
    assert talk(game, "move D6/1.0/5.0E-4", "go") == talk(ggf("B[F5]W[D6]"), "go")


def test_an_analysis_covers_every_position_last_position_first(
    talk: Callable[..., list[str]], engine: sk.Engine
) -> None:
    # Passes count as moves.
    game = TurnGame(stuck("X"))
    game.play(NO_MOVE)
    game.play("c1")
    answers = talk(ggf("B[PA]W[C1]", board=STUCK), "analyze")
    expected = []
    for number, position in reversed(list(enumerate(game.positions))):
        score = position.score if position.is_over else engine.search(position).score
        expected.append(f"analysis {number} {score if position.side_to_move == sk.BLACK else -score:.2f}")
    assert answers == ["status thinking", *expected, "status"]


def test_learning_is_answered(talk: Callable[..., list[str]]) -> None:
    assert talk("learn") == ["learned"]


class Recorder:
    """An engine that records the limits of its searches."""

    def __init__(self) -> None:
        self.limits = sk.SearchLimits(depth=8)
        self.limits_seen: list[sk.SearchLimits] = []

    def search(self, position: sk.Position, limits: sk.SearchLimits) -> SearchResult:
        self.limits_seen.append(limits)
        return sk.search(position, evaluator=sk.Evaluator(), depth=1)


def test_the_game_clock_limits_a_move_in_addition_to_the_depth() -> None:
    recorder = Recorder()
    server = NBoardServer(recorder, lambda _: None)  # type: ignore[arg-type]
    server.serve([ggf("B[F5//100]", time="10:00"), "go", "move D6/0/300", "move C3", "go", ggf(), "go"])
    first, second, free = recorder.limits_seen
    assert (first.depth, second.depth) == (8, 8)
    assert first.time_ms == pytest.approx(600_000 / 21, rel=0.05)
    assert second.time_ms == pytest.approx(300_000 / 21, rel=0.05)
    assert free == sk.SearchLimits(depth=8)


def test_lines_that_arrive_during_a_search_are_read_later_but_all_answered() -> None:
    read, read_during_search = 0, list[int]()

    def lines() -> Iterator[str]:
        nonlocal read
        yield "go"
        for _ in range(20_000):
            read += 1
            yield "learn"

    class Slow(Recorder):
        def search(self, position: sk.Position, limits: sk.SearchLimits) -> SearchResult:
            seen = -1
            while seen != read:
                seen = read
                time.sleep(0.5)
            read_during_search.append(read)
            return super().search(position, limits)

    responses = list[str]()
    NBoardServer(Slow(), responses.append).serve(lines())  # type: ignore[arg-type]
    assert read_during_search[0] < 1000
    assert responses.count("learned") == 20_000


WORDS = (
    *("set", "depth", "game", "move", "hint", "go", "analyze", "ping", "PA", "F5", "(;", ";)", "GM[Othello]", "TI[1]"),
    *("9" * 5000, f"BO[8 {START} *]", "B[F5]", "W[D6//9]"),
)


@settings(max_examples=40)
@given(st.lists(st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=6).map(" ".join), max_size=6))
def test_no_input_ends_the_server(lines: list[str]) -> None:
    responses: list[str] = []
    engine = sk.Engine(sk.Evaluator(), limits=sk.SearchLimits(depth=1), table_mb=0.1)
    NBoardServer(engine, responses.append).serve([*(line.replace("\n", " ") for line in lines), "go"])
    answered = [line.startswith("===") for line in responses]
    assert any(answered[-2:])
    NBoardServer(engine, responses.append).serve([*(line.replace("\n", " ") for line in lines), "ping last"])
    assert responses[-1] == "pong last"
    assert all("\n" not in line for line in responses)


class Conversation:
    """A dialogue with a running `shirokuro nboard`."""

    def __init__(self, model: Path, *options: str) -> None:
        command: list[str | Path] = [PROGRAM, "nboard", model, "--table-mb", "1", *options]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
        )

    def say(self, *lines: str) -> None:
        assert self.process.stdin
        for line in lines:
            self.process.stdin.write(f"{line}\n")

    def until(self, *beginnings: str) -> list[str]:
        """Returns the lines up to the first that starts with one of `beginnings`."""
        assert self.process.stdout
        lines: list[str] = []
        while not lines or not lines[-1].startswith(beginnings):
            line = self.process.stdout.readline()
            assert line, lines
            lines.append(line.rstrip())
        return lines

    def end(self) -> tuple[int, str, str]:
        with self.process as process:
            output, errors = process.communicate(timeout=60)
        return process.returncode, output, errors


@pytest.mark.parametrize("command", ["go", "hint 60", "analyze"])
def test_a_ping_is_answered_during_a_search(model: Path, command: str) -> None:
    talk = Conversation(model)
    talk.say("nboard 2", "set depth 60", command)
    talk.until("status thinking")
    talk.say("ping 5")
    # To its end, this search would take years.
    assert "status" not in talk.until("pong 5")
    talk.say(ggf("B[F5]"), "set depth 1", "go")
    assert re.match(r"=== (D6|F4|F6)/", talk.until("===")[-1])
    code, _, errors = talk.end()
    assert (code, errors) == (0, "")


def test_a_ping_cancels_queued_searches_but_not_settings_and_moves(model: Path) -> None:
    talk = Conversation(model)
    talk.say("set depth 60", "go", "hint 60", "move F5", "go", "set depth 2", "ping 9", "go")
    lines = talk.until("===")
    assert lines.index("pong 9") < len(lines) - 1
    assert re.match(r"=== (D6|F4|F6)/", lines[-1])
    assert sum(line.startswith("===") for line in lines) == 1
    talk.end()


def test_quit_ends_a_search(model: Path) -> None:
    talk = Conversation(model)
    talk.say("set depth 60", "go")
    talk.until("status thinking")
    talk.say("quit")
    code, _, errors = talk.end()
    assert (code, errors) == (0, "")


def test_the_end_of_the_input_waits_for_the_answer(model: Path) -> None:
    talk = Conversation(model)
    talk.say("set depth 3", "go")
    code, output, errors = talk.end()
    assert (code, errors) == (0, "")
    assert "\n=== " in output


def test_a_signal_ends_a_search(model: Path) -> None:
    talk = Conversation(model)
    talk.say("set depth 60", "go")
    talk.until("status thinking")
    talk.process.send_signal(signal.SIGINT)
    code, _, errors = talk.end()
    assert (code, errors) == (130, "shirokuro nboard: interrupted\n")
