"""Othello engines that are accessible from Python, behind a common interface that uses each as a user would."""

from __future__ import annotations

import importlib.metadata
import random as stdlib_random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import shirokuro as sk
from shirokuro.matches.gtp_client import GtpEngine
from shirokuro.matches.gtp_player import GtpPlayer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from shirokuro.matches.players import Player, SessionPlayer

PLIES = 3
"""The search depth of every engine in self-play."""


class Engine(Protocol):
    """An engine to compare; `None` stands for a feature that the engine lacks."""

    name: str
    """The name in tables."""
    version: str
    """The version of the engine."""
    evaluation: str | None
    """A description of its evaluation."""
    strong: str
    """A description of its strength in the match."""

    def perft(self, depth: int) -> int | None:
        """Counts move sequences from the start, playing every move, including the last, through its interface."""

    def evaluator(self) -> Callable[[], object] | None:
        """Returns a function that evaluates one position."""

    def random_game(self, random: Random) -> int | None:
        """Plays random moves from the start to the end; returns the number of moves."""

    def shallow(self) -> Player | SessionPlayer | None:
        """Returns a player that searches three plies."""

    def player(self) -> Player | SessionPlayer:
        """Returns the player for the match."""

    most_empties: int
    """The number of empty squares up to which solving takes seconds at most."""

    def solver(self) -> Player | SessionPlayer:
        """Returns a player that searches to the end of the game."""


def _index(square: str) -> int:
    return ord(square[0]) - ord("a") + 8 * (int(square[1]) - 1)


def _square(index: int) -> str:
    return "abcdefgh"[index % 8] + str(index // 8 + 1)


class Shirokuro:
    """This package, through its Python interface."""

    name = "shirokuro"
    evaluation: str | None = "14 patterns, 60 stages"
    strong = f"depth {PLIES} + exact 8"

    def __init__(self, evaluator: sk.Evaluator, *, time_ms: float | None = None) -> None:
        self.version = sk.__version__
        self._evaluator = evaluator
        self._time_ms = time_ms
        if time_ms is not None:
            self.strong = f"{time_ms:g} ms a move"

    def perft(self, depth: int) -> int:
        """See `Engine`."""

        def count(position: sk.Position, depth: int) -> int:
            if depth == 0:
                return 1
            leaves = 0
            for child in position.children:
                leaves += count(child, depth - 1)
            return leaves

        return count(sk.Position(), depth)

    def evaluator(self) -> Callable[[], object]:
        """See `Engine`."""
        position, evaluate = sk.Position.from_moves("f5d6c3d3c4"), self._evaluator.evaluate
        return lambda: evaluate(position)

    def random_game(self, random: Random) -> int:
        """See `Engine`."""
        position, plies, fraction = sk.Position(), 0, random.random
        while moves := position.legal_moves:
            position = position.play(moves[int(fraction() * len(moves))])
            plies += 1
        return plies

    def shallow(self) -> sk.ModelPlayer:
        """See `Engine`."""
        return sk.ModelPlayer(evaluator=self._evaluator, depth=PLIES)

    def player(self) -> sk.ModelPlayer:
        """See `Engine`."""
        depth = PLIES if self._time_ms is None else None
        return sk.ModelPlayer(evaluator=self._evaluator, depth=depth, time_ms=self._time_ms, exact_empties=8)

    most_empties = 12

    def solver(self) -> sk.ModelPlayer:
        """See `Engine`."""
        return sk.ModelPlayer(evaluator=self._evaluator, depth=1, exact_empties=24)


_QUARTER = ((120, -20, 20, 5), (-20, -40, -5, -5), (20, -5, 15, 3), (5, -5, 3, 3))
"""A common table of square values, also used by cli-othello, for the evaluator of rust-reversi."""
_MATRIX = [[*row, *reversed(row)] for row in (*_QUARTER, *reversed(_QUARTER))]


class _MovePlayer:
    """A player made from a function that maps a position to the index of the square to play."""

    def __init__(self, name: str, choose: Callable[[sk.Position], int]) -> None:
        self.name = name
        self._choose = choose

    def choose(self, position: sk.Position, random: Random) -> str:  # noqa: ARG002 (the engines use their own)
        """See `shirokuro.Player`."""
        return _square(self._choose(position))


class RustReversi:
    """The engine rust-reversi: bitboards in Rust."""

    name = "rust-reversi"
    evaluation: str | None = "table of squares"
    _depth = 5
    strong = f"alpha-beta, depth {_depth}"
    _signs: ClassVar = {sk.EMPTY: "-", sk.BLACK: "X", sk.WHITE: "O"}

    def __init__(self) -> None:
        import rust_reversi  # noqa: PLC0415 (it may be missing)

        self.version = importlib.metadata.version("rust-reversi")
        self._module: Any = rust_reversi
        self._evaluator = rust_reversi.MatrixEvaluator(_MATRIX)

    def _board(self, position: sk.Position) -> Any:  # noqa: ANN401
        board, turn = self._module.Board(), self._module.Turn
        side = turn.BLACK if position.side_to_move == sk.BLACK else turn.WHITE
        board.set_board_str("".join(self._signs[int(square)] for square in position.board), side)
        return board

    def perft(self, depth: int) -> int:
        """See `Engine`."""

        def count(board: Any, depth: int) -> int:  # noqa: ANN401
            if depth == 0:
                return 1
            leaves = 0
            for child in board.get_child_boards():
                leaves += count(child, depth - 1)
            return leaves

        return count(self._module.Board(), depth)

    def evaluator(self) -> Callable[[], object]:
        """See `Engine`."""
        board, evaluate = self._board(sk.Position.from_moves("f5d6c3d3c4")), self._evaluator.evaluate
        return lambda: evaluate(board)

    def random_game(self, random: Random) -> int:  # noqa: ARG002 (it uses its own)
        """See `Engine`."""
        board, plies = self._module.Board(), 0
        while not board.is_game_over():
            if board.is_pass():
                board.do_pass()
                continue
            board.do_move(board.get_random_move())
            plies += 1
        return plies

    def _player(self, depth: int, evaluator: object = None) -> _MovePlayer:
        search = self._module.AlphaBetaSearch(evaluator or self._evaluator, depth, 1 << 20)
        return _MovePlayer(self.name, lambda position: search.get_move(self._board(position)))

    def shallow(self) -> _MovePlayer:
        """See `Engine`."""
        return self._player(PLIES)

    def player(self) -> _MovePlayer:
        """See `Engine`."""
        return self._player(self._depth)

    most_empties = 12

    def solver(self) -> _MovePlayer:
        """See `Engine`. It knows who has won, but not by how much."""
        return self._player(60, self._module.LegalNumEvaluator())


class _OpenSpielSession:
    """A game whose moves `choose_action` finds from a state, which needs the moves from the start."""

    _pass = 64

    def __init__(self, game: Any, choose_action: Callable[[Any], int]) -> None:  # noqa: ANN401
        self._game, self._choose_action = game, choose_action

    def choose(self, moves: Sequence[str], position: sk.Position, random: Random) -> str:  # noqa: ARG002
        """See `shirokuro.matches.players.PlayerProcess`."""
        state = self._game.new_initial_state()
        for move in moves:
            if state.legal_actions() == [self._pass]:
                state.apply_action(self._pass)
            state.apply_action(_index(move))
        if state.legal_actions() == [self._pass]:
            state.apply_action(self._pass)
        return _square(self._choose_action(state))

    def close(self) -> None:
        """Does nothing, because there is nothing to close."""

    def kill(self) -> None:
        """Does nothing, because it has no process."""


@dataclass(frozen=True)
class _OpenSpielSolver:
    """A player that solves positions by the search in OpenSpiel's own Python code."""

    game: Any
    name: str

    def session(self) -> _OpenSpielSession:
        """See `shirokuro.matches.players.SessionPlayer`."""
        from open_spiel.python.algorithms.minimax import alpha_beta_search  # noqa: PLC0415 (it may be missing)

        return _OpenSpielSession(self.game, lambda state: int(alpha_beta_search(self.game, state)[1]))


class OpenSpiel:
    """The game othello of OpenSpiel, in C++."""

    name = "OpenSpiel"
    evaluation: str | None = None
    _simulations = 200
    strong = f"MCTS, {_simulations} playouts"

    def __init__(self) -> None:
        import pyspiel  # noqa: PLC0415 (it may be missing)

        self.version = importlib.metadata.version("open-spiel")
        self._module: Any = pyspiel
        self._game = pyspiel.load_game("othello")

    def perft(self, depth: int) -> int:
        """See `Engine`."""

        def count(state: Any, depth: int) -> int:  # noqa: ANN401
            if depth == 0:
                return 1
            leaves = 0
            for action in state.legal_actions():
                leaves += count(state.child(action), depth - 1)
            return leaves

        return count(self._game.new_initial_state(), depth)

    def evaluator(self) -> None:
        """Returns `None`: it has no evaluation, and its searches play random games to the end."""

    def random_game(self, random: Random) -> int:
        """See `Engine`."""
        state, plies = self._game.new_initial_state(), 0
        while not state.is_terminal():
            actions = state.legal_actions()
            plies += actions != [64]
            state.apply_action(actions[int(random.random() * len(actions))])
        return plies

    def shallow(self) -> None:
        """Returns `None`: it has no depth-limited search for a game of this size."""

    def session(self) -> _OpenSpielSession:
        """See `shirokuro.matches.players.SessionPlayer`."""
        evaluator = self._module.RandomRolloutEvaluator(1, 1)
        bot = self._module.MCTSBot(self._game, evaluator, 2.0, self._simulations, 100, True, 1, False)
        return _OpenSpielSession(self._game, bot.step)

    def player(self) -> OpenSpiel:
        """See `Engine`."""
        return self

    most_empties = 8

    def solver(self) -> _OpenSpielSolver:
        """See `Engine`. It knows who has won, but not by how much."""
        return _OpenSpielSolver(self._game, self.name)


class CliOthello:
    """The engine cli-othello, in pure Python."""

    name = "cli-othello"
    evaluation: str | None = "table of squares, mobility"
    _level = 3
    strong = f"level {_level} of 5"
    _three_plies = 4
    """The level at which it searches three plies."""

    def __init__(self) -> None:
        from cli_othello import ai, board  # noqa: PLC0415 (it may be missing)

        self.version = importlib.metadata.version("cli-othello")
        self._board_type, self._ai_type = board.Board, ai.OthelloAI

    def _board(self, position: sk.Position) -> Any:  # noqa: ANN401
        board = self._board_type()
        board.cells = [int(square) for square in position.board]
        return board

    def perft(self, depth: int) -> int:
        """See `Engine`. Passes are not handled, because they do not occur in the first eight plies."""

        def count(board: Any, side: int, depth: int) -> int:  # noqa: ANN401
            if depth == 0:
                return 1
            total = 0
            for move in board.legal_moves(side):
                child = board.clone()
                child.play(*move, side)
                total += count(child, 3 - side, depth - 1)
            return total

        return count(self._board_type(), 1, depth)

    def evaluator(self) -> Callable[[], object]:
        """See `Engine`."""
        position = sk.Position.from_moves("f5d6c3d3c4")
        board, ai = self._board(position), self._ai_type(position.side_to_move, self._level)
        return lambda: ai._evaluate(board)  # noqa: SLF001 (it has no public name)

    def random_game(self, random: Random) -> int:
        """See `Engine`."""
        board, side, plies = self._board_type(), 1, 0
        while not board.is_game_over():
            if moves := board.legal_moves(side):
                board.play(*moves[int(random.random() * len(moves))], side)
                plies += 1
            side = 3 - side
        return plies

    def _player(self, level: int) -> _MovePlayer:
        def choose(position: sk.Position) -> int:
            row, column = self._ai_type(position.side_to_move, level).choose_move(self._board(position))
            return int(8 * row + column)

        stdlib_random.seed(1)  # it breaks ties with the global generator of the module
        return _MovePlayer(self.name, choose)

    def shallow(self) -> _MovePlayer:
        """See `Engine`."""
        return self._player(self._three_plies)

    def player(self) -> _MovePlayer:
        """See `Engine`."""
        return self._player(self._level)

    most_empties = 8

    def solver(self) -> _MovePlayer:
        """See `Engine`. It counts a pass as a move, and stops that much earlier."""
        return self._player(5)


class GtpRhino:
    """The engine gtp-rhino, in C++: a separate process with a text protocol."""

    name = "gtp-rhino"
    evaluation: str | None = "patterns, in its own process"
    strong = "its default level"

    def __init__(self) -> None:
        with GtpEngine("gtp-rhino") as engine:
            self.version = engine.ask("version")

    def perft(self, depth: int) -> None:
        """Returns `None`: it has no command that lists legal moves."""

    def evaluator(self) -> None:
        """Returns `None`: it has no command for evaluation."""

    def random_game(self, random: Random) -> None:
        """Returns `None`: it has no command that lists legal moves."""

    def shallow(self) -> GtpPlayer:
        """See `Engine`."""
        return GtpPlayer(f"gtp-rhino --mid={PLIES} --end=1 --win=1 --book=0")

    def player(self) -> GtpPlayer:
        """See `Engine`."""
        return GtpPlayer("gtp-rhino")

    most_empties = 12

    def solver(self) -> GtpPlayer:
        """See `Engine`."""
        return GtpPlayer("gtp-rhino --mid=1 --end=20 --win=20 --book=0")


OTHERS: tuple[tuple[str, Callable[[], Engine]], ...] = (
    ("rust-reversi", RustReversi),
    ("OpenSpiel", OpenSpiel),
    ("cli-othello", CliOthello),
    ("gtp-rhino", GtpRhino),
)
"""The engines to compare this one with, by name."""
