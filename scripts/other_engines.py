"""The other engines that `make compare` measures, each used as a user would."""

from __future__ import annotations

import importlib.metadata
import random as stdlib_random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from engines import PLIES, MovePlayer, Rules, index_of, square_of

import shirokuro as sk
from shirokuro.matches.gtp_client import GtpEngine
from shirokuro.matches.gtp_player import GtpPlayer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from engines import Engine


_QUARTER = ((120, -20, 20, 5), (-20, -40, -5, -5), (20, -5, 15, 3), (5, -5, 3, 3))
"""A common table of square values, also used by cli-othello, for the evaluator of rust-reversi."""
_MATRIX = [[*row, *reversed(row)] for row in (*_QUARTER, *reversed(_QUARTER))]


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

    def rules(self) -> Rules:
        """See `Engine`."""

        def moves(board: Any) -> Any:  # noqa: ANN401
            found = board.get_legal_moves_vec()
            if not found and not board.is_game_over():
                board.do_pass()
                found = board.get_legal_moves_vec()
            return found

        def play(board: Any, move: int) -> Any:  # noqa: ANN401
            board.do_move(move)
            return board

        return Rules(self._module.Board, moves, play)

    def _player(self, depth: int, evaluator: object = None) -> MovePlayer:
        search = self._module.AlphaBetaSearch(evaluator or self._evaluator, depth, 1 << 20)
        return MovePlayer(self.name, lambda position: search.get_move(self._board(position)))

    def shallow(self) -> MovePlayer:
        """See `Engine`."""
        return self._player(PLIES)

    def player(self) -> MovePlayer:
        """See `Engine`."""
        return self._player(self._depth)

    most_empties = 12

    def solver(self) -> MovePlayer:
        """See `Engine`. It knows who has won, but not by how much."""
        return self._player(60, self._module.LegalNumEvaluator())


_PASS = 64
"""OpenSpiel's action for a pass."""


class _OpenSpielSession:
    """A game whose moves `choose_action` finds from a state, which needs the moves from the start."""

    def __init__(self, game: Any, choose_action: Callable[[Any], int]) -> None:  # noqa: ANN401
        self._game, self._choose_action = game, choose_action

    def choose(self, moves: Sequence[str], position: sk.Position, random: Random) -> str:  # noqa: ARG002
        """See `shirokuro.matches.players.PlayerProcess`."""
        state = self._game.new_initial_state()
        for move in moves:
            if state.legal_actions() == [_PASS]:
                state.apply_action(_PASS)
            state.apply_action(index_of(move))
        if state.legal_actions() == [_PASS]:
            state.apply_action(_PASS)
        return square_of(self._choose_action(state))

    def close(self) -> None:
        """Does nothing, because there is nothing to close."""

    def kill(self) -> None:
        """Does nothing, because it has no process."""


@dataclass(frozen=True)
class _OpenSpielAlphaBeta:
    """A player that searches by the alpha-beta in OpenSpiel's own Python code."""

    game: Any
    name: str
    depth: int | None = None
    """The depth in plies, at which discs are counted; `None` searches to the end of the game."""

    def session(self) -> _OpenSpielSession:
        """See `shirokuro.matches.players.SessionPlayer`."""
        from open_spiel.python.algorithms.minimax import alpha_beta_search  # noqa: PLC0415 (it may be missing)

        def choose(state: Any) -> int:  # noqa: ANN401
            if self.depth is None:
                return int(alpha_beta_search(self.game, state)[1])
            signs = (" x", " o") if state.current_player() == 0 else (" o", " x")

            def difference(state: Any) -> int:  # noqa: ANN401
                own, other = map(state.observation_string(0).count, signs)
                return int(own - other)

            found = alpha_beta_search(self.game, state, value_function=difference, maximum_depth=self.depth)
            return int(found[1])

        return _OpenSpielSession(self.game, choose)


class OpenSpiel:
    """The game othello of OpenSpiel, in C++."""

    name = "OpenSpiel"
    evaluation: str | None = "disc difference (given)"
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

    def rules(self) -> Rules:
        """See `Engine`."""

        def moves(state: Any) -> Any:  # noqa: ANN401
            found = state.legal_actions()
            if found == [_PASS]:
                state.apply_action(_PASS)
                found = state.legal_actions()
            return found

        def play(state: Any, action: int) -> Any:  # noqa: ANN401
            state.apply_action(action)
            return state

        return Rules(self._game.new_initial_state, moves, play)

    def shallow(self) -> _OpenSpielAlphaBeta:
        """See `Engine`. It has no evaluation, so its search is given the disc difference."""
        return _OpenSpielAlphaBeta(self._game, self.name, PLIES)

    def session(self) -> _OpenSpielSession:
        """See `shirokuro.matches.players.SessionPlayer`."""
        evaluator = self._module.RandomRolloutEvaluator(1, 1)
        bot = self._module.MCTSBot(self._game, evaluator, 2.0, self._simulations, 100, True, 1, False)
        return _OpenSpielSession(self._game, bot.step)

    def player(self) -> OpenSpiel:
        """See `Engine`."""
        return self

    most_empties = 8

    def solver(self) -> _OpenSpielAlphaBeta:
        """See `Engine`. It knows who has won, but not by how much."""
        return _OpenSpielAlphaBeta(self._game, self.name)


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

    def rules(self) -> Rules:
        """See `Engine`. A state is a board and the side to move."""

        def moves(state: list[Any]) -> list[tuple[int, int]]:
            board, side = state
            if not (found := board.legal_moves(side)):
                state[1] = 3 - side
                found = board.legal_moves(state[1])
            return list(found)

        def play(state: list[Any], move: tuple[int, int]) -> list[Any]:
            board, side = state
            board.play(*move, side)
            state[1] = 3 - side
            return state

        return Rules(lambda: [self._board_type(), 1], moves, play)

    def _player(self, level: int) -> MovePlayer:
        def choose(position: sk.Position) -> int:
            row, column = self._ai_type(position.side_to_move, level).choose_move(self._board(position))
            return int(8 * row + column)

        stdlib_random.seed(1)  # it breaks ties with the global generator of the module
        return MovePlayer(self.name, choose)

    def shallow(self) -> MovePlayer:
        """See `Engine`."""
        return self._player(self._three_plies)

    def player(self) -> MovePlayer:
        """See `Engine`."""
        return self._player(self._level)

    most_empties = 8

    def solver(self) -> MovePlayer:
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

    def rules(self) -> None:
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
