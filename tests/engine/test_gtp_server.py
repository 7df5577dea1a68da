"""The GTP server: scripted sessions that cover the whole protocol, and laws that hold for any session."""

from __future__ import annotations

import re
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shirokuro as sk
from shirokuro.engine.gtp_server import GtpServer
from shirokuro.game.clock import GameClock

if TYPE_CHECKING:
    from shirokuro._core import SearchResult

# A line that starts with `>` is a command. The lines below it are the response, without the empty line at its end.
SESSIONS = {
    "about itself": f"""
        >1 protocol_version
        =1 2
        >2 name
        =2 shirokuro
        >version
        = {sk.__version__}
        >known_command genmove
        = true
        >known_command Genmove
        = false
        >known_command
        ? syntax error
        >list_games
        = Othello
        >17 quit
        =17
    """,
    "comments, empty lines, numbers, control characters": """
        >
        ># a comment
        >   \t
        >3 name # another comment
        =3 shirokuro
        >\tname\t
        = shirokuro
        >na\x01me\r
        = shirokuro
        >4
        ?4 unknown command
        >fly
        ? unknown command
        >5 fly away
        ?5 unknown command
        >NAME
        ? unknown command
    """,
    "the board": """
        >boardsize 8
        =
        >boardsize 19
        ? unacceptable size
        >boardsize eight
        ? syntax error
        >boardsize
        ? syntax error
        >set_game Othello
        =
        >set_game Go
        ? unsupported game
        >set_game
        ? unsupported game
        >komi 6.5
        =
        >komi much
        ? syntax error
        >play black F5
        =
        >play w d6
        =
        >showboard
        =
          a b c d e f g h
        1 - - - - - - - -
        2 - - - - - - - -
        3 - - * - - - - -
        4 - - * O X - - -
        5 - - * O X X - -
        6 - - *[O]- - - -
        7 - - * - - - - -
        8 - - - - - - - -
        black (X) to move, X 3 : O 3
        >clear_board
        =
        >showboard
        =
          a b c d e f g h
        1 - - - - - - - -
        2 - - - - - - - -
        3 - - - * - - - -
        4 - - * O X - - -
        5 - - - X O * - -
        6 - - - - * - - -
        7 - - - - - - - -
        8 - - - - - - - -
        black (X) to move, X 2 : O 2
    """,
    "moves": """
        >play black a1
        ? illegal move
        >play white d3
        ? illegal move
        >play black pass
        ? illegal move
        >play black z9
        ? invalid color or coordinate
        >play green f5
        ? invalid color or coordinate
        >play black
        ? syntax error
        >play
        ? syntax error
        >genmove
        ? syntax error
        >genmove blue
        ? invalid color or coordinate
        >genmove white
        ? it is the other side's turn
        >undo
        ? cannot undo
        >play B f5
        =
        >undo
        =
        >play BLACK F5
        =
        >final_score
        ? cannot score
    """,
    "a game of nine moves that ends with White wiped out": """
        >play black e6
        =
        >play white f4
        =
        >play black e3
        =
        >play white f6
        =
        >play black g5
        =
        >play white d6
        =
        >play black e7
        =
        >play white f5
        =
        >play black c5
        =
        >final_score
        = B+64
        >genmove white
        = pass
        >reg_genmove black
        = pass
        >play white pass
        =
        >play black pass
        =
        >play black a1
        ? illegal move
        >undo
        =
        >final_score
        ? cannot score
    """,
    "clocks": """
        >time_settings 300 0 0
        =
        >time_settings 0 30 10
        =
        >time_settings 0 1 0
        =
        >time_settings 10
        ? syntax error
        >time_settings -1 0 0
        ? syntax error
        >time_settings nan 0 0
        ? syntax error
        >time_left black 10 0
        =
        >time_left white 10 5
        =
        >time_left black -1 0
        =
        >time_left white -0.5 -1
        =
        >time_left white nan 0
        ? syntax error
        >time_left 10 0
        ? invalid color or coordinate
        >time_left black ten 0
        ? syntax error
    """,
}


def engine_of(trained: sk.Trainer, **limits: int) -> sk.Engine:
    return sk.Engine(trained.evaluator, limits=sk.SearchLimits(**limits or {"depth": 2}), table_mb=1)


@pytest.fixture
def server(trained: sk.Trainer) -> GtpServer:
    return GtpServer(engine_of(trained))


def steps(session: str) -> list[tuple[str, str]]:
    """Returns the commands of a session and their responses."""
    lines = [line[8:] for line in session.strip("\n").split("\n")]
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith(">"):
            found.append((line[1:], []))
        elif line.strip() or (found and found[-1][1]):
            found[-1][1].append(line.rstrip())
    return [(command, "\n".join(answer).rstrip("\n")) for command, answer in found]


@pytest.mark.parametrize("name", SESSIONS)
def test_a_session_is_answered_as_the_protocol_specifies(server: GtpServer, name: str) -> None:
    for command, expected in steps(SESSIONS[name]):
        answer = server.answer(command + "\n")
        assert re.sub(r" +\n", "\n", answer) == (f"{expected}\n\n" if expected else ""), command


def test_the_sessions_use_every_command(server: GtpServer) -> None:
    used = {word for session in SESSIONS.values() for command, _ in steps(session) for word in command.split()[:2]}
    listed = set(server.answer("list_commands").removeprefix("= ").split())
    assert listed - used == {"list_commands"}
    assert all(server.answer(f"known_command {name}") == "= true\n\n" for name in listed)


def test_moves_are_those_of_the_search(server: GtpServer, trained: sk.Trainer) -> None:
    engine, game = engine_of(trained), sk.LiveGame()
    while not game.position.is_over:
        side = game.position.side_to_move
        best = engine.search(game.position).best_move or ""
        colour = {sk.BLACK: "black", sk.WHITE: "white"}[side]
        assert server.answer(f"reg_genmove {colour}") == f"= {best.upper()}\n\n"
        assert server.answer(f"genmove {colour}") == f"= {best.upper()}\n\n"
        game.play(best)
    black = game.position.score if game.position.side_to_move == sk.BLACK else -game.position.score
    assert server.answer("final_score") == f"= {'B' if black > 0 else 'W'}+{abs(black)}\n\n"


NAMES = {sk.BLACK: "black", sk.WHITE: "white"}


def boards_of(server: GtpServer, game: sk.LiveGame, passes: str) -> list[str]:
    """Plays a game on a server and returns the board after each move. Passes are "sent", "requested" or "omitted"."""
    boards, before = [], sk.Position()
    for move, after in zip(game.moves, game.positions[1:], strict=True):
        side = before.side_to_move
        assert server.answer(f"play {NAMES[side]} {move}") == "=\n\n"
        if after.side_to_move == side and not after.is_over and passes != "omitted":
            command = {"sent": f"play {NAMES[3 - side]} pass", "requested": f"genmove {NAMES[3 - side]}"}[passes]
            assert server.answer(command) == {"sent": "=\n\n", "requested": "= pass\n\n"}[passes]
            assert server.answer(f"play {NAMES[3 - side]} pass") == "? illegal move\n\n"
        boards.append(server.answer("showboard").rpartition("(")[0])
        before = after
    return boards


def games(count: int) -> list[sk.LiveGame]:
    """Plays random games, some of which include passes."""
    random, played = Random(3), []
    for _ in range(count):
        game = sk.LiveGame()
        while not game.position.is_over:
            game.play(random.choice(game.position.legal_moves))
        played.append(game)
    return played


def test_passes_may_be_sent_or_requested_or_omitted(trained: sk.Trainer) -> None:
    engine, passes = engine_of(trained), 0
    for game in games(20):
        sent, requested, omitted = (boards_of(GtpServer(engine), game, how) for how in ("sent", "requested", "omitted"))
        assert sent == requested
        # If the pass was omitted, the side that must pass is still to move, without legal moves.
        squares = [[board.rpartition("\n")[0].replace("*", "-") for board in each] for each in (sent, omitted)]
        assert squares[0] == squares[1]
        passes += sum(one != other for one, other in zip(sent, omitted, strict=True))
    assert passes > 0


@pytest.mark.parametrize("how", ["sent", "omitted"])
def test_undo_takes_back_one_move_at_a_time_with_or_without_passes(trained: sk.Trainer, how: str) -> None:
    for game in games(10):
        server = GtpServer(engine_of(trained))
        boards_of(server, game, how)
        passes = sum(
            a.side_to_move == b.side_to_move for a, b in zip(game.positions, game.positions[1:-1], strict=False)
        )
        for _ in range(len(game.moves) + (passes if how == "sent" else 0)):
            assert server.answer("undo") == "=\n\n"
        assert server.answer("undo") == "? cannot undo\n\n"


class Recorder:
    """An engine that records the limits of its searches."""

    def __init__(self, limits: sk.SearchLimits) -> None:
        self.limits = limits
        self.limits_seen: list[sk.SearchLimits] = []

    def search(self, position: sk.Position, limits: sk.SearchLimits) -> SearchResult:
        self.limits_seen.append(limits)
        return sk.search(position, evaluator=sk.Evaluator(), depth=1)


def limits_in(session: list[str], *, keep: bool, **limits: int) -> list[sk.SearchLimits]:
    recorder = Recorder(sk.SearchLimits(**limits))
    server = GtpServer(recorder, keep_limits=keep)  # type: ignore[arg-type]
    for command in session:
        assert server.answer(command).startswith("=")
    return recorder.limits_seen


def test_a_clock_limits_the_search() -> None:
    session = ["genmove b", "time_settings 60 0 0", "genmove w", "genmove b", "time_left white 6 0", "genmove w"]
    free, first, second, late = limits_in(session, keep=False, depth=8, exact_empties=14)
    assert free == sk.SearchLimits(depth=8, exact_empties=14)
    assert first.depth is None
    assert first.time_ms == pytest.approx(60_000 / 21, rel=0.05)
    assert second.time_ms == pytest.approx(60_000 / 21, rel=0.05)
    assert late.time_ms == pytest.approx((first.time_ms or 0) / 10, rel=0.1)
    kept = limits_in(session, keep=True, depth=8, exact_empties=14)
    assert [limits.depth for limits in kept] == [8] * 4
    assert [limits.time_ms for limits in kept][1:3] == [first.time_ms, second.time_ms]
    assert limits_in(session, keep=True, time_ms=20)[1:] == [sk.SearchLimits(time_ms=20)] * 3


def test_settings_without_a_time_limit_leave_the_engines_limits() -> None:
    session = ["time_settings 10 0 0", "time_settings 0 1 0", "genmove b"]
    assert limits_in(session, keep=False, depth=3) == [sk.SearchLimits(depth=3)]


def test_a_new_game_resets_the_clocks() -> None:
    session = ["time_settings 60 0 0", "time_left black 1 0", "genmove b", "clear_board", "genmove b"]
    late, fresh = limits_in(session, keep=False, depth=3)
    assert (fresh.time_ms or 0) > 20 * (late.time_ms or 0)


WORDS = (
    "play",
    "genmove",
    "black",
    "w",
    "f5",
    "pass",
    "time_left",
    "time_settings",
    "boardsize",
    "0",
    "1e9",
    "9" * 5000,
)


@settings(max_examples=40)
@given(st.lists(st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=5).map(" ".join), max_size=8))
def test_every_response_to_any_input_has_the_protocols_form(lines: list[str]) -> None:
    server = GtpServer(Recorder(sk.SearchLimits(depth=1)))  # type: ignore[arg-type]
    for line in lines:
        answer = server.answer(line)
        assert not answer or re.fullmatch(r"[=?][0-9]* ?([^\n]|\n(?!\n))*\n\n", answer), (line, answer)


def test_a_budget_is_at_most_an_hour_and_at_least_a_millisecond() -> None:
    session = [
        "time_settings 999999999 0 0",
        "genmove b",
        "time_left w 0 0",
        "genmove w",
        "time_left b -1 0",
        "genmove b",
    ]
    long, short, exceeded = limits_in(session, keep=False, depth=1)
    assert (long.time_ms, short.time_ms, exceeded.time_ms) == (3_600_000, 1, 1)


@given(
    main=st.floats(0, 3600),
    increment=st.floats(0, 10),
    period=st.floats(0.5, 60),
    moves=st.integers(0, 30),
    first_empties=st.integers(2, 60),
)
def test_spending_the_budget_of_each_move_never_exceeds_the_time(
    main: float, increment: float, period: float, moves: int, first_empties: int
) -> None:
    clock = GameClock(main=main, increment=increment, period=period if moves else 0, period_moves=moves)
    for empties in range(first_empties, 0, -2):
        budget = clock.budget(empties)
        least = 0.001
        assert least <= budget <= max(clock.left + (period / moves if moves else 0), least)
        if clock.moves_left:
            assert budget <= max(clock.left, least)
        clock.spend(budget)
        if main > 1 and not moves:
            assert clock.left > 0
