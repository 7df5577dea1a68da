"""The Rust side of shirokuro: rules, evaluation, search and training.

Conventions:

- Squares are named `a1` … `h8` and numbered a1 = 0, b1 = 1 … h8 = 63.
- A board is 64 integers in that order, or an 8×8 array whose first row is a1 … h1: 0 empty, 1 black, 2 white. `int8`
  arrays are read in place; other integer arrays, bytes and lists are converted.
- `side_to_move` is `1` or `"black"` (the default), or `2` or `"white"`. A `Position` is a board with its own side to
  move: passing a different `side_to_move` raises a `ValueError`.
- Scores are in discs for the side to move, with empty squares counted for the winner.
"""

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Any, Final, Literal, Protocol, TypeAlias, TypedDict, TypeVar, final, type_check_only

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "BLACK",
    "EMPTY",
    "NEUTRAL_WEIGHT",
    "PATTERN_ENTRIES",
    "STAGES",
    "STAGE_ENTRIES",
    "UNITS_PER_DISC",
    "WHITE",
    "Cancellation",
    "Evaluator",
    "Game",
    "GameBatch",
    "GameFailure",
    "GamePlayer",
    "GamePositions",
    "GenerationReport",
    "ModelFileError",
    "ModelVersionError",
    "PatternSet",
    "Position",
    "SearchResult",
    "Searcher",
    "SuddenChange",
    "TrainerCore",
    "__version__",
    "black_view",
    "engine_signature",
    "feature_indices",
    "file_digest",
    "inject_faults",
    "is_transcript",
    "kernel",
    "mirror_entries",
    "outcome_errors",
    "perft",
    "random_games",
    "reachable_entries",
    "read_header",
    "replay",
    "search",
    "solve",
    "time_evaluation",
    "time_games",
    "time_reads",
    "time_searches",
    "time_steps",
    "traces",
    "verify_file",
]

_Board: TypeAlias = Position | NDArray[np.integer[Any]] | bytes | Sequence[int] | Sequence[Sequence[int]]
_Boards: TypeAlias = NDArray[np.integer[Any]] | Sequence[_Board]
_Side: TypeAlias = Literal[1, 2, "black", "white"]
_Sides: TypeAlias = _Side | NDArray[np.integer[Any]] | Sequence[_Side]
_Path: TypeAlias = str | PathLike[str]
_Number = TypeVar("_Number", int, float)

__version__: Final[str]
"""The package's version."""

EMPTY: Final = 0
"""An empty square on a board."""

BLACK: Final = 1
"""A black disc on a board; the side that moves first."""

WHITE: Final = 2
"""A white disc on a board."""

STAGES: Final = 60
"""The number of stages of a game. A position's stage is its number of discs − 4, from 0 to 59."""

STAGE_ENTRIES: Final = 481_140
"""The number of weight entries of a stage, all fourteen default patterns together."""

PATTERN_ENTRIES: Final[Mapping[str, int]]
"""The number of entries of each default pattern's table in one stage, by name: 3**n for a pattern of n squares."""

NEUTRAL_WEIGHT: Final = 32_768
"""The weight that stands for 0 discs. A weight w stands for (w − `NEUTRAL_WEIGHT`) / `UNITS_PER_DISC` discs."""

UNITS_PER_DISC: Final = 256
"""The number of units in one disc, for weights and for integer search values."""

def black_view(score: _Number, side_to_move: _Side) -> _Number:
    """Converts a score for the side to move to Black's view, or a score in Black's view to that side's.

    Args:
        score: a score, in any unit.
        side_to_move: the side whose view it is, or is to be.

    Returns:
        The score if Black is to move, otherwise its negative.

    Raises:
        ValueError: the side is unknown.
        TypeError: the side is not a number or a name, or the score cannot be negated.
    """

@final
class Cancellation:
    """Ends the searches of other threads within its `with` blocks, also in blocks that they enter later.

    These threads get a `KeyboardInterrupt`, as the main thread does at Ctrl-C.
    """

    def __new__(cls) -> Cancellation: ...
    def cancel(self) -> None:
        """Ends them; long searches end within about 50 ms."""

    def __enter__(self) -> None: ...
    def __exit__(self, *_exception: object) -> None: ...

class ModelFileError(ValueError):
    """A file is not a model, is damaged, or lacks the requested part; the message names the file and the reason."""

class ModelVersionError(ModelFileError):
    """A model file has a format version that this program does not read; the message names those it reads."""

@final
class PatternSet:
    """The patterns of an evaluation: lists of squares, each of which selects an entry of a table of weights.

    Each pattern is read in all orientations of the board: four, if it is its own mirror image, or eight. A position has
    at most 64 of these features. The default set has fourteen patterns in 56 features, and is the fastest.

    Two sets are equal if they have the same names and squares in the same order.
    """

    def __new__(cls, patterns: Mapping[str, str | Sequence[str]]) -> PatternSet:
        """Creates a set from squares by name, such as `{"edge": "a1 b1 c1 d1 e1 f1 g1 h1"}`.

        Args:
            patterns: the squares of each pattern, 2 to 10, in any order and any orientation: one string, or several. A
                name starts with a letter, and has up to 16 letters, digits and characters of `+-_.`.

        Raises:
            ValueError: a name or a square is wrong or given twice, a pattern has too few or too many squares, two
                patterns are the same up to a symmetry of the board, there are none, or there are more than 64 features.
                The message names the pattern and the square.
            TypeError: a name or its squares are not strings.
        """

    @staticmethod
    def from_toml(path: _Path) -> PatternSet:
        """Reads a TOML file with a table `[[pattern]]` for each pattern, which has a `name` and `squares`.

        Raises:
            FileNotFoundError: the file does not exist (other `OSError`s: it cannot be read).
            ValueError: it is not TOML, or does not define a set of patterns.
        """

    @staticmethod
    def default() -> PatternSet:
        """Returns the fourteen patterns of the models that ship with the package."""

    @property
    def is_default(self) -> bool:
        """Whether these are the fourteen patterns of the models that ship with the package."""

    @property
    def squares(self) -> dict[str, list[str]]:
        """The squares of each pattern in the order of an entry's digits, least significant first.

        Those nearest to the centre come first, whatever order they were given in.
        """

    @property
    def features(self) -> dict[str, list[list[str]]]:
        """The squares of each pattern in all its orientations."""

    @property
    def entries(self) -> dict[str, int]:
        """The number of entries of each pattern's table in one stage: 3**n for a pattern of n squares."""

    def to_toml(self) -> str:
        """Returns the text of a file for `from_toml`."""

    def __len__(self) -> int: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Evaluator:
    """The pattern evaluation: weights of patterns in 60 stages, neutral when new.

    Any number of threads may use one evaluator. A trainer's evaluator follows the training. A copy, also a pickled one
    (57.7 MB with the default patterns), has the weights of its moment.
    """

    def __new__(cls, patterns: PatternSet | None = None) -> Evaluator:
        """Creates a neutral evaluation by these patterns, or by the default ones."""

    @property
    def patterns(self) -> PatternSet:
        """The patterns whose weights these are."""

    @staticmethod
    def load(path: _Path) -> Evaluator:
        """Reads the weights of a model file, with or without training state.

        Raises:
            FileNotFoundError: the file does not exist (other `OSError`s: it cannot be read).
            ModelFileError: the file is not a model, or is damaged.
        """

    @staticmethod
    def default() -> Evaluator:
        """Returns the evaluator of the model that ships with the package, which is loaded once.

        Raises:
            FileNotFoundError: the package lacks the file, as a source tree may.
        """

    @staticmethod
    def from_weights(weights: Mapping[str, ArrayLike], *, patterns: PatternSet | None = None) -> Evaluator:
        """Creates an evaluator with a copy of these weights, which have the form that `get_weights` returns.

        Args:
            weights: for each pattern, by name, integers from 0 to 65535 of the shape (60, 3**n). An entry and its
                mirror image (`shirokuro._core.mirror_entries`) must have the same weight.
            patterns: the patterns; without them, the default ones, `"P01"` … `"P14"`.

        Raises:
            ValueError: an array is missing or unknown, or has another shape, a number outside the range, or different
                weights for two mirror images.
            TypeError: an array does not consist of integers.
            MemoryError: there is not enough memory.
        """

    def save(self, path: _Path, *, compress: bool = True) -> None:
        """Writes a model file that holds the weights alone; an existing file is replaced in one step.

        A symbolic link is written through. A replaced file keeps its mode and, where permitted, its owner. Warns if the
        file system cannot sync the folder.

        Args:
            path: the file.
            compress: whether to compress the file without loss; its size is 57.7 MB otherwise.

        Raises:
            OSError: the file cannot be written, or the path is not a regular file.
            MemoryError: there is not enough memory.
        """

    def digest(self) -> str:
        """Returns the SHA-256 of the weights, in hexadecimal: equal digests mean equal weights.

        The digest of a training state (`file_digest`) also covers what the training continues from.
        """

    def evaluate(self, board: _Board, *, side_to_move: _Side | None = None) -> float:
        """Evaluates a board: the expected final disc difference, for the side to move, within ±64.

        Exact for a full board and for a board on which one side has no discs. 64 if the side to move can take the
        last disc of a side that has at most six. Does not search: see `search`.

        Raises:
            ValueError: the board is not 64 squares of 0, 1 and 2, or the side is unknown or not that of the `Position`.
            TypeError: the board does not consist of integers.
        """

    def evaluate_batch(self, boards: _Boards, *, side_to_move: _Sides | None = None) -> NDArray[np.float32]:
        """Evaluates many boards in parallel, each exactly as `evaluate` does; other Python threads keep running.

        Args:
            boards: shape (N, 64) or (N, 8, 8).
            side_to_move: one side for all boards, or one per board.

        Returns:
            N scores in discs, each for its board's side to move.

        Raises:
            ValueError: the shape is wrong, a square is not 0, 1 or 2, or a side is unknown or not the `Position`'s.
            TypeError: the boards do not consist of integers.
        """

    def get_weights(self) -> dict[str, NDArray[np.uint16]]:
        """Returns the weights by pattern name: read-only views, which copy nothing and follow a training.

        Each (`"P01"` … `"P14"` are the default patterns) has the shape (60, 3**n) for a pattern of n squares: [stage,
        entry]. The stage is the number of discs − 4. The base-3 digits of an entry are the squares in the pattern's
        order, the first one least significant: 0 empty, 1 side to move, 2 opponent. A weight w stands for (w − 32768) /
        256 discs.
        """

@final
class Position:
    """A board and the side to move: immutable, hashable, and drawn in notebooks.

    After `play`, the side to move has a move unless the game is over: passes are automatic. A position built from a
    board may need a pass first: then `legal_moves` is empty, `is_over` is false, and `play("--")` passes.
    """

    def __new__(cls, board: _Board | None = None, *, side_to_move: _Side | None = None) -> Position:
        """Creates the start position, or the position of a board.

        Raises:
            ValueError: the board is not 64 squares of 0, 1 and 2, or the side is unknown or not that of the `Position`.
            TypeError: the board does not consist of integers.
        """

    @staticmethod
    def from_moves(moves: str) -> Position:
        """Returns the position after moves from the start, such as `"f5d6c3"`, in any notation that `read_moves` reads.

        Raises:
            ValueError: the text has no moves and is not empty, or a move is not legal.
        """

    @staticmethod
    def from_diagram(diagram: str) -> Position:
        """Parses the output of `str()`.

        Raises:
            ValueError: the text is not a diagram.
        """

    @property
    def board(self) -> NDArray[np.int8]:
        """The 64 squares: 0 empty, 1 black, 2 white. A copy."""

    @property
    def side_to_move(self) -> Literal[1, 2]:
        """The side to move: 1 black, 2 white."""

    @property
    def legal_moves(self) -> list[str]:
        """The legal moves, from a1 to h8; empty when the side must pass or the game is over."""

    @property
    def children(self) -> list[Position]:
        """The positions after each of `legal_moves`, in their order, as `play` returns them.

        One call for all of them takes less time than `play` for each.
        """

    @property
    def is_over(self) -> bool:
        """Whether neither side has a move."""

    @property
    def score(self) -> int:
        """The final score in discs, for the side to move, with empty squares counted for the winner.

        Raises:
            ValueError: the game is not over.
        """

    @property
    def stone_difference(self) -> int:
        """Black's discs − White's discs on the board."""

    @property
    def empties(self) -> int:
        """The number of empty squares."""

    def play(self, move: str) -> Position:
        """Returns the position after a move; a pass that follows is automatic. `"--"` passes where that is legal.

        Raises:
            ValueError: the move is not a square, or not legal.
        """

    def _repr_svg_(self) -> str:
        """Returns the board as a picture, for notebooks."""

    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class SearchResult:
    """The result of a search. Notebooks show it as a board with the principal variation, and a table."""

    @property
    def position(self) -> Position:
        """The position that was searched."""

    @property
    def best_move(self) -> str | None:
        """The best move; `None` when the side must pass or the game is over.

        If a limit of nodes or time cut an iteration off after it had found a better move, it is that move.
        """

    @property
    def score(self) -> float:
        """The value in discs, for the side to move, found by the last complete iteration."""

    @property
    def depth(self) -> int:
        """The depth of the last complete search in plies."""

    @property
    def nodes(self) -> int:
        """The number of positions visited."""

    @property
    def exact(self) -> bool:
        """Whether the score is the game's true result under best play."""

    @property
    def confidence(self) -> int:
        """The search's confidence in percent; 100 if only proofs pruned lines, or the score is exact."""

    @property
    def principal_variation(self) -> list[str]:
        """The principal variation, starting with the best move."""

    @property
    def seconds(self) -> float:
        """Wall-clock time."""

    @property
    def table_hit_rate(self) -> float | None:
        """The share of table probes that found their position, from 0 to 1; `None` without probes."""

    def _repr_html_(self) -> str:
        """Returns the board with the principal variation, and the figures, for notebooks."""

@final
class Searcher:
    """A search that keeps its transposition table between calls, for playing a game move by move.

    Without an evaluator, it uses `Evaluator.default()`. A copy, also a pickled one, starts with an empty table.
    """

    def __new__(cls, evaluator: Evaluator | None = None, *, table_mb: float = 16) -> Searcher: ...
    def __getnewargs_ex__(self) -> tuple[tuple[Evaluator | None], dict[str, float | None]]:
        """Returns the arguments from which a copy is made."""

    def search(
        self,
        board: _Board,
        *,
        side_to_move: _Side | None = None,
        depth: int | None = None,
        nodes: int | None = None,
        time_ms: float | None = None,
        exact_empties: int = 0,
        threads: int = 1,
        confidence: Literal[73, 87, 95, 98, 99, 100] = 100,
    ) -> SearchResult:
        """Searches a position as the function `search` does."""

@type_check_only
class _OwnEvaluator(Protocol):
    """An evaluation of the caller's: any object with this method."""

    def evaluate_batch(self, boards: NDArray[np.int8], /) -> ArrayLike:
        """Returns the value of each board in discs, for its side to move: N finite numbers, limited to ±64.

        Args:
            boards: shape (N, 64): 0 empty, 1 the side to move, 2 its opponent.
        """

def search(
    board: _Board,
    *,
    evaluator: Evaluator | _OwnEvaluator | None = None,
    side_to_move: _Side | None = None,
    depth: int | None = None,
    nodes: int | None = None,
    time_ms: float | None = None,
    exact_empties: int = 0,
    table_mb: float = 16,
    threads: int = 1,
    confidence: Literal[73, 87, 95, 98, 99, 100] = 100,
) -> SearchResult:
    """Searches a position by iterative deepening until the first of the given limits is reached.

    Other Python threads keep running meanwhile; Ctrl-C works.

    Args:
        board: the position to search.
        evaluator: evaluates the leaves; without one, `Evaluator.default()` does. Any object with a method
            `evaluate_batch(boards)` may be given: it gets an int8 array of shape (N, 64) (0 empty, 1 the side to move,
            2 its opponent), and returns N values in discs. It is called on this thread, for all moves of a position at
            once. That is slow: at least 25 times as slow as an `Evaluator`. Its exceptions are raised as they are.
        side_to_move: the side to move on a board that is not a `Position`.
        depth: the depth in plies, 1 … 60.
        nodes: the number of positions to visit, at least 1.
        time_ms: the time in milliseconds, greater than 0. Results then depend on the machine's speed.
        exact_empties: solve positions with at most this many empty squares exactly.
        table_mb: the size of the transposition table in MB.
        threads: the number of threads that search together, 1 … 256. With more than one, a search to a fixed depth
            finds the same score, but the choice among equal moves and the number of nodes vary.
        confidence: in percent. Below 100, Multi-ProbCut prunes a line when a shallower search predicts, with this
            confidence, that its value lies outside the search window. Searches become deeper in the same time, but
            their values are no longer exactly those of their depth. Exact solving remains exact.

    Raises:
        ValueError: no limit was given, a value is outside its range, or `evaluate_batch` returned something else than N
            finite numbers.
        TypeError: a value is of the wrong type.
    """

def solve(
    board: _Board,
    *,
    evaluator: Evaluator | None = None,
    side_to_move: _Side | None = None,
    table_mb: float = 16,
    threads: int = 1,
) -> SearchResult:
    """Finds the exact result under best play. Slow beyond about 24 empties.

    The evaluator only orders moves; without one, the number of discs does.

    Raises:
        ValueError: a value is outside its range.
        TypeError: a value is of the wrong type.
    """

def is_transcript(text: str) -> bool:
    """Checks whether a text is a plain transcript of legal moves from the start, such as `"f5d6c3"`."""

def perft(depth: int, board: _Board | None = None, *, side_to_move: _Side | None = None) -> int:
    """Counts the move sequences of `depth` plies, from the start unless a board is given. A pass counts as one ply.

    Raises:
        ValueError: a value is outside its range.
    """

def random_games(games: int, *, seed: int = 0) -> list[Game]:
    """Plays games of random moves: each legal move is equally likely.

    Game number `index` depends on `seed` and `index` alone, so more games of the same seed begin with the same ones.

    Args:
        games: the number of games, at least 0.
        seed: 0 … 2**64 − 1.

    Raises:
        ValueError: a value is outside its range.
        TypeError: a value is not an integer.
        MemoryError: there is not enough memory.
    """

def kernel() -> str:
    """Returns the instruction set of the inner loops here: `"avx512"`, `"avx2"`, `"neon"` or `"portable"`."""

def file_digest(path: _Path) -> str:
    """Returns the digest of the training state in a model file: that of `TrainerCore.digest` when it was saved.

    The file is read piece by piece; a file of an older version is loaded, which takes about 300 MB of memory.

    Raises:
        FileNotFoundError: the file does not exist (other `OSError`s: it cannot be read).
        ModelFileError: the file is not a model, is damaged, or holds weights alone.
    """

@type_check_only
class _FileHeader(TypedDict):
    version: int
    """The format version."""
    training_state: bool
    """Whether the file holds a training state rather than weights alone. If not, the next four are `None`."""
    patterns: PatternSet
    """The patterns whose weights it holds."""
    games_played: int | None
    generation: int | None
    generation_games: int | None
    seed: int | None
    compressed: bool
    """Whether any section is compressed."""
    bytes: int
    """The length of the file."""
    sections: dict[str, int]
    """The sections' lengths in the file, by name."""
    monitor: str | None
    """The text that was passed to `TrainerCore.save`; `None` in a file that holds weights alone."""

@type_check_only
class _VerifiedFile(_FileHeader):
    settings: str | None
    """The other two texts that were passed to `TrainerCore.save`; `None` in a file that holds weights alone."""
    statistics: str | None

def read_header(path: _Path) -> _FileHeader:
    """Returns the header of a model file: reads and checks only its header, its monitor text and its length.

    Raises:
        FileNotFoundError: the file does not exist (other `OSError`s: it cannot be read).
        ModelFileError: the file is not a model, the part that was read is damaged, or its length is wrong.
    """

def verify_file(path: _Path) -> _VerifiedFile:
    """Reads a whole model file in little memory and checks everything in it: a file that passes can be loaded.

    Raises:
        FileNotFoundError: the file does not exist (other `OSError`s: it cannot be read).
        ModelFileError: the file is not a model, or is damaged.
    """

@final
class Game:
    """A finished game with its search results."""

    def __new__(
        cls, moves: str, *, index: int = 0, kinds: str | None = None, scores: Sequence[int | None] | None = None
    ) -> Game:
        """Creates a game from its moves, recorded or from elsewhere; without `kinds` no move was searched.

        Args:
            moves: the moves, in any notation that `read_moves` reads.
            index: the game's number in its training.
            kinds: as in the property `kinds`.
            scores: for each move, the search's value in 1/256 disc, for the side to move; `None` in the opening.

        Raises:
            ValueError: a move is not legal, the game is not over after the last one, or a value is invalid.
        """

    @property
    def index(self) -> int:
        """The game's number in its training, from 0."""

    @property
    def stone_difference(self) -> int:
        """The final score in discs, in Black's view, with empty squares counted for the winner."""

    @property
    def move_count(self) -> int:
        """The number of moves played, not counting passes."""

    @property
    def winner(self) -> Literal["black", "white", "draw"]:
        """The winner."""

    @property
    def moves(self) -> list[str]:
        """The moves from the start; passes are implied."""

    @property
    def transcript(self) -> str:
        """The moves as one word, as `Position.from_moves` reads them."""

    @property
    def random_plies(self) -> int:
        """The length of the random opening in plies."""

    @property
    def values(self) -> list[float | None]:
        """The search's value before each move, in discs for the side to move; `None` in the opening."""

    @property
    def kinds(self) -> str:
        """One letter per move: `o` in the random opening, `b` for the search's best move, `r` for another move.

        The letter is a capital where the value is exact.
        """

    def targets(self, lambda_: float) -> list[float | None]:
        """Returns each position's training target: its λ-return in discs, for the side to move.

        Args:
            lambda_: λ, 0 to 1.

        Returns:
            One target per move; `None` in the opening, which is not learned.

        Raises:
            ValueError: `lambda_` is outside its range.
        """

    def to_json(self) -> str:
        """Returns one line of JSON, as a run records its games."""

    def _repr_html_(self) -> str:
        """Returns the final position, the result and the search values, for notebooks."""

    def _repr_svg_(self) -> str:
        """Returns the final position as a picture, where a notebook does not show HTML."""

@final
class GameBatch:
    """Games that are played at the same time, all from the start: the core of `shirokuro.environments`.

    Arrays have a row per game. Moves are numbers, a1 = 0, b1 = 1 … h8 = 63.
    """

    def __new__(cls, games: int) -> GameBatch:
        """Begins this number of games.

        Raises:
            ValueError: the number is outside its range.
            TypeError: the number is not an integer.
            MemoryError: there is not enough memory.
        """

    def __len__(self) -> int: ...
    def reset(self, marked: NDArray[np.bool_]) -> None:
        """Begins the marked games again.

        Raises:
            ValueError: the shape is not (N,).
        """

    def play(self, moves: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Plays a move in each game, and the pass that it forces; −1 stands for no move.

        Returns:
            Whether each move was legal. A game whose move was not is unchanged.

        Raises:
            ValueError: the shape is not (N,), or a move is not a number from −1 to 63. Nothing was played.
        """

    def moves_at(self, shares: NDArray[np.float64]) -> NDArray[np.int64]:
        """Returns a legal move in each game; −1 where there is none.

        Args:
            shares: for each game, a place in its list of legal moves, as a share of the list's length, 0 ≤ share < 1.
                Random shares give random moves.

        Raises:
            ValueError: the shape is not (N,).
        """

    def planes(self) -> NDArray[np.int8]:
        """Returns the boards as planes of shape (N, 8, 8, 2): the discs of the side to move, those of its opponent."""

    def legal(self) -> NDArray[np.int8]:
        """Returns the legal moves as masks of shape (N, 64)."""

    def sides(self) -> NDArray[np.uint8]:
        """Returns the sides to move: 1 black, 2 white."""

    def over(self) -> NDArray[np.bool_]:
        """Returns whether each game is over."""

    def differences(self) -> NDArray[np.int8]:
        """Returns the disc differences in Black's view, with empty squares counted for the winner."""

    def position(self, game: int) -> Position:
        """Returns the position of a game, by its number from 0.

        Raises:
            ValueError: there is no such game.
        """

@final
class GamePositions:
    """The searched positions of games, as arrays: a row for each position, in the order of the games and their moves.

    The arrays are made once and are read-only. Whatever depends on a side is seen by the side to move.
    """

    def __new__(cls, games: Sequence[Game]) -> GamePositions: ...
    def __len__(self) -> int: ...
    @property
    def boards(self) -> NDArray[np.int8]:
        """The boards, shape (N, 64): 0 empty, 1 the side to move, 2 the other side.

        Evaluators take them as they are: the side to move counts as Black.
        """

    @property
    def sides(self) -> NDArray[np.uint8]:
        """The sides to move: 1 Black, 2 White."""

    @property
    def values(self) -> NDArray[np.float32]:
        """The values that the searches found, in discs."""

    @property
    def exact(self) -> NDArray[np.bool_]:
        """Whether the value is the result of best play."""

    @property
    def best(self) -> NDArray[np.bool_]:
        """Whether the move played is the search's best one."""

    @property
    def moves(self) -> NDArray[np.uint8]:
        """The moves played, as squares: a1 = 0 … h1 = 7, a2 = 8 … h8 = 63."""

    @property
    def outcomes(self) -> NDArray[np.int8]:
        """The final scores of the games, in discs, with empty squares counted for the winner."""

    @property
    def games(self) -> NDArray[np.int64]:
        """The numbers of the games in their training."""

    @property
    def plies(self) -> NDArray[np.uint8]:
        """The numbers of moves played before; the random opening counts."""

    def lambda_returns(self, lambda_: float) -> NDArray[np.float32]:
        """Returns the positions' λ-returns in discs: what a training teaches them otherwise.

        Args:
            lambda_: λ, 0 to 1.

        Raises:
            ValueError: `lambda_` is outside its range.
        """

@final
class GameFailure:
    """A game of self-play that failed."""

    @property
    def index(self) -> int:
        """The game's number in its training, from 0."""

    @property
    def kind(self) -> Literal["panic", "hang", "search_error"]:
        """The kind of failure: a panic of the worker, no sign of life from it, or a search without a valid move."""

    @property
    def message(self) -> str:
        """Details."""

    @property
    def seed(self) -> int:
        """The run's seed. Together with `index` and the weights it reproduces the game."""

    @property
    def transcript(self) -> str:
        """The moves up to the failure, as `Position.from_moves` reads them."""

@final
class SuddenChange:
    """A suspiciously large change of a weight, and the position that contributed most to it."""

    @property
    def pattern(self) -> str:
        """The name of the pattern."""

    @property
    def stage(self) -> int:
        """The number of discs − 4."""

    @property
    def entry(self) -> int:
        """The index in the pattern's table; of two mirror images, the lower one."""

    @property
    def mirror(self) -> int:
        """The index of the mirror image, which has the same weight."""

    @property
    def visits(self) -> int:
        """The number of times that the generation's positions read either of them."""

    @property
    def before(self) -> int:
        """The weight before the update."""

    @property
    def after(self) -> int:
        """The weight after the update."""

    @property
    def game(self) -> int:
        """The number of the position's game."""

    @property
    def ply(self) -> int:
        """The number of moves played before the position."""

    @property
    def position(self) -> Position:
        """The position: of all that read the entry, the one whose target was farthest from its evaluation."""

    @property
    def error(self) -> float:
        """Target − evaluation of the position, in discs for its side to move."""

@type_check_only
class _Updates(TypedDict):
    stage: NDArray[np.uint8]
    pattern: NDArray[np.uint8]
    """From 0."""
    entry: NDArray[np.uint16]
    mirror: NDArray[np.uint16]
    visits: NDArray[np.uint32]
    error: NDArray[np.float32]
    """Mean target − evaluation of the positions that read the entry, in discs for their sides to move."""
    before: NDArray[np.uint16]
    after: NDArray[np.uint16]

@final
class GenerationReport:
    """The report of a call of `TrainerCore.advance`."""

    @property
    def games(self) -> list[Game]:
        """The games played, by index."""

    @property
    def failures(self) -> list[GameFailure]:
        """The games that failed. They count as played, and nothing is learned from them."""

    @property
    def nan_games(self) -> list[int]:
        """The indices of those `games` in which a position's target is NaN or infinite."""

    @property
    def resets(self) -> list[tuple[str, int, int]]:
        """Weight entries that became NaN or infinite and were reset to neutral, mirror images included.

        Each item is pattern, stage and number of entries, for the whole generation so far.
        """

    @property
    def game_sums(self) -> list[tuple[int, int, int, int, float, int]]:
        """Six numbers for each of `games`.

        For the search values, from the view of the side to move: their number, their sum in 1/256 disc, and the sum of
        their squares. For the learned positions: their number, the sum of (target − evaluation before learning)² in
        discs², and the number whose evaluation was beyond 64 discs before clamping.
        """

    @property
    def positions(self) -> int:
        """The number of positions learned from `games`; `td_error` covers them."""

    @property
    def td_error(self) -> float | None:
        """The root mean square of target − evaluation before learning, in discs; `None` if nothing was learned."""

    @property
    def visits(self) -> int:
        """Visits to weight entries, mirror images included, in the whole generation so far."""

    @property
    def searches(self) -> int:
        """The number of searches in `games`."""

    @property
    def depth_sum(self) -> int:
        """The sum of the search depths."""

    @property
    def depth_min(self) -> int | None:
        """The smallest search depth; `None` without a search."""

    @property
    def depth_max(self) -> int:
        """The largest search depth."""

    @property
    def value_count(self) -> int:
        """The number of search values in `games`."""

    @property
    def value_sum(self) -> int:
        """The sum of the values, in 1/256 disc for the side to move."""

    @property
    def value_sum_of_squares(self) -> int:
        """The sum of their squares."""

    @property
    def value_min(self) -> float | None:
        """The smallest value in discs; `None` without values."""

    @property
    def value_max(self) -> float | None:
        """The largest value in discs; `None` without values."""

    @property
    def nodes(self) -> int:
        """The number of positions that the searches visited."""

    @property
    def play_seconds(self) -> float:
        """The wall-clock time of playing."""

    @property
    def learn_seconds(self) -> float:
        """The wall-clock time of learning."""

    @property
    def probes(self) -> int:
        """The number of probes of the transposition tables."""

    @property
    def hits(self) -> int:
        """The number of probes that found their position."""

    @property
    def phases(self) -> dict[str, float] | None:
        """The time that the workers spent on each phase, in seconds, summed over the workers; `None` if not measured.

        `playing`, `preparing` (converting games to errors by table), `learning` (changing weights) and `waiting` add up
        to the number of workers × (`play_seconds` + `learn_seconds`). In some of the games every search is timed:
        `timed` is the part of `playing` spent on these games, and `timed_search` and `timed_solving` are the parts of
        `timed` spent on searches and on exact solving. The rest of `timed` is moves, random numbers and records.
        """

    @property
    def updates(self) -> _Updates | None:
        """Every update of the requested tables in the whole generation so far, one row per entry.

        `None` if no tables were requested.
        """

    @property
    def sudden_count(self) -> int:
        """The number of weights changed by `sudden_discs` or more in this generation; a mirror pair counts once."""

    @property
    def sudden(self) -> list[SuddenChange]:
        """The largest of these changes, at most eight."""

    @property
    def generation_complete(self) -> bool:
        """Whether the call reached the end of its generation."""

@type_check_only
class TableCoverage(TypedDict):
    """Numbers by table: arrays of shape (60, number of patterns), stages and patterns."""

    reachable: NDArray[np.uint64]
    """An upper bound of the number of entries that a position can read: the others never occur."""
    updated: NDArray[np.uint64]
    """The number of entries that were ever updated."""
    updates: NDArray[np.uint64]
    """The number of updates, one per visit of a position, mirror images included."""

def reachable_entries(stage: int, *, patterns: PatternSet | None = None) -> NDArray[np.bool_]:
    """Returns, for each entry of a stage in the order of the weights, whether a position can read it.

    The shape is (481140,) with the default patterns. An entry that is `False` never occurs. Up to stage 8 the answer is
    exact; in later stages, some entries that are `True` may not occur either.

    Raises:
        ValueError: the stage does not exist.
    """

@type_check_only
class PlaySettings(Protocol):
    """The settings that a generation's games are played and learned with: any object with these attributes."""

    @property
    def depth(self) -> int | None:
        """Search depth in plies, 1 to 60; at least one of `depth`, `nodes` and `time_ms` must be given."""

    @property
    def nodes(self) -> int | None:
        """Positions that a search may visit, at least 1."""

    @property
    def time_ms(self) -> float | None:
        """Milliseconds that a search may take, more than 0."""

    @property
    def exact_empties(self) -> int:
        """Positions with at most this many empty squares are solved exactly, 0 to 60."""

    @property
    def epsilon(self) -> float:
        """Probability of a random move instead of the best one, 0 to 1."""

    @property
    def shallow(self) -> float:
        """Probability of the best move of a search of one ply instead of the best one, 0 to 1."""

    @property
    def random_plies(self) -> int:
        """Longest random opening, in plies, 0 to 60."""

    @property
    def lambda_(self) -> float:
        """λ of TD(λ), 0 to 1."""

    @property
    def rate(self) -> float:
        """Step size of Adam in discs, 0 to 64."""

    @property
    def adam_epsilon(self) -> float:
        """Adam's ε in discs, 10⁻⁸ to 64."""

    @property
    def share_stages(self) -> int:
        """Stages before and after its own whose tables a position also teaches, 0 to 8."""

    @property
    def share_weight(self) -> float:
        """Weight of a position in the tables of the next stage, 0 to 1; at a distance of d, this to the power of d."""

@final
class GamePlayer:
    """Plays games of a run with a copy of its weights, in another process than its trainer.

    The games are those that the trainer would play. One thread calls the methods at a time; `stop` and `finished` are
    for any thread.
    """

    def __new__(cls, *, threads: int, table_mb: float, patterns: PatternSet | None = None) -> GamePlayer:
        """Creates a player with neutral weights of these patterns, or of the default ones."""

    def apply(self, changes: bytes) -> None:
        """Applies changes of the weights.

        Raises:
            ValueError: they are damaged, or start from other weights; nothing was changed.
        """

    def forget(self) -> None:
        """Replaces the weights by neutral ones."""

    def play(
        self, seed: int, numbers: Sequence[int], *, play: PlaySettings, table_mb: float, hang_seconds: float = 60.0
    ) -> bytes:
        """Plays the games with these ascending numbers, and returns them for `TrainerCore.supply`.

        A call that was stopped returns the games that it has finished.
        """

    def stop(self) -> None:
        """Stops the current call of `play` soon."""

    @property
    def finished(self) -> int:
        """The number of games finished in the current or last call of `play`."""

    @property
    def fingerprint(self) -> int:
        """A number that identifies the weights; 0 if they are neutral."""

def engine_signature() -> str:
    """Returns a fingerprint of games that are played for it.

    It is the same on every machine, until the rules, the evaluation or the search change what is played.
    """

@final
class TrainerCore:
    """Weights, moments and the position in the run. Use `shirokuro.Trainer` instead of this class."""

    def __new__(
        cls,
        *,
        seed: int,
        generation_games: int,
        threads: int,
        table_mb: float,
        delay_generations: int = 0,
        init: Evaluator | None = None,
        patterns: PatternSet | None = None,
    ) -> TrainerCore:
        """Starts a run, with a copy of the weights of `init`, or with neutral ones of these patterns.

        With a delay of 1, a generation is played with the weights from before the previous one.

        Raises:
            ValueError: a value is outside its range, or `patterns` are not those of `init`.
        """

    @staticmethod
    def load(path: _Path, *, threads: int, table_mb: float) -> tuple[TrainerCore, str, str, str]:
        """Reads a trainer file: the core, and the settings, statistics and monitor texts passed to `save`.

        Raises:
            FileNotFoundError: the file does not exist (other `OSError`s: it cannot be read).
            ModelFileError: the file is not a model, is damaged, or holds weights alone.
        """

    def advance(
        self,
        games: int,
        *,
        play: PlaySettings,
        given: Sequence[Game] | None = None,
        targets: str = "outcome",
        own_targets: Callable[[GamePositions], ArrayLike] | None = None,
        hang_seconds: float = 60.0,
        sudden_discs: float = 0.0,
        updates: tuple[int, int] | None = None,
        tick: Callable[[int], None] | None = None,
        reports: list[GenerationReport] | None = None,
    ) -> GenerationReport:
        """Plays the next games, at most to the end of the current generation, and learns from them.

        With `given`, the moves of the first of these games take the place of games of self-play. Each position is
        taught the game's `"outcome"`, or is searched and taught λ-returns with the targets `"search"`.

        `own_targets` is called with the positions of the generation's games so far, and returns what they are taught:
        a number for each, in discs for its side to move, or NaN for a position that is not learned. An exception from
        it stops the call as one from `tick` does.

        Other Python threads keep running meanwhile. About every 50 ms, `tick` is called with the number of games
        finished in this call. An exception from it, or from a signal handler, stops the searches at once and is raised.
        The state is then as before the call, and finished games are kept: a later call need not play them again.

        A worker that shows no sign of life for `hang_seconds` is abandoned, and its game fails; 0 waits forever.

        The report lists weight changes of `sudden_discs` or more, unless that is 0, and all changes of the tables in
        `updates`, two bit sets of stages and of patterns. Neither affects what is learned.

        The report is also appended to `reports` before the call returns, so that an exception raised by a signal
        handler right afterwards cannot lose it.
        """

    def save(self, path: _Path, *, settings: str, statistics: str, monitor: str = "{}", compress: bool = False) -> bool:
        """Writes the whole state and three JSON texts; an existing file is replaced in one step.

        A symbolic link is written through. A replaced file keeps its mode and, where permitted, its owner.

        Returns:
            Whether the folder was synced. Some file systems do not support that: the file is in place, but a power
            failure may restore the old one.

        Raises:
            OSError: the file cannot be written, or the path is not a regular file.
            MemoryError: there is not enough memory.
        """

    def reset_bad_numbers(self) -> list[tuple[str, int, int]]:
        """Resets every entry whose moments are NaN or infinite; returns pattern, stage and number of entries."""

    def share_weights(self, *, ahead: bool = False) -> tuple[int, int, bytes]:
        """Returns what changed in the weights that the current generation is played with since the last call.

        The first call returns what changed since they were neutral. Nothing has changed if this generation's weights
        were shared already.

        Args:
            ahead: share the weights of the next generation. With a delay they are known before the current one is
                learned. Those of the current one must have been shared.

        Returns:
            The fingerprints before and after, and the bytes for `GamePlayer.apply`.

        Raises:
            RuntimeError: the weights of the next generation are not known, or those of the current one not shared.
        """

    def whole_weights(self) -> tuple[int, int, bytes]:
        """Returns what leads from neutral weights to those that the current generation is played with.

        It has the form of `share_weights`.
        """

    def missing_games(self, games: int, *, play: PlaySettings) -> list[int]:
        """Returns those of the next `games` games of the current generation that nobody has played yet."""

    def supply(self, games: bytes, *, play: PlaySettings) -> int:
        """Takes games that a `GamePlayer` has played; the next call of `advance` learns them.

        Every game is replayed and compared with the random decisions of this run.

        Returns:
            The number of games that were missing.

        Raises:
            ValueError: a game is not one of this generation's, or was played with other weights or settings; none was
                taken.
        """

    def generation_evaluator(self) -> Evaluator:
        """Returns an evaluator with a copy of the weights that the current generation's games are played with."""

    def set_workers(self, *, threads: int, table_mb: float) -> None:
        """Changes the number of worker threads and the size of each one's transposition table."""

    def digest(self) -> str:
        """Returns the SHA-256, in hexadecimal, of the whole state: weights, moments and the position in the run."""

    def coverage(self) -> TableCoverage:
        """Returns the coverage of each table; the last one returned if another thread is playing.

        Raises:
            RuntimeError: another thread is playing, and there is no last one.
        """

    def updated_entries(self, stage: int) -> NDArray[np.bool_]:
        """Returns, for each entry of a stage in the order of the weights, whether it was ever updated.

        The shape is (481140,).

        Raises:
            ValueError: the stage does not exist.
        """

    def memory(self) -> dict[str, int | None]:
        """Returns bytes by component: `"weights"`, `"moments"`, `"tables"`, `"scratch"`, `"generation"`, `"coverage"`.

        `"resident_moments"` is the part of the moments that was ever written (`None` where the system does not report
        it); `"rows"` is the memory of the last generation's positions while they were learned. If another thread is
        playing, the numbers are those last returned.

        Raises:
            RuntimeError: another thread is playing, and there are no last ones.
        """

    @property
    def evaluator(self) -> Evaluator:
        """The weights, shared with the training."""

    @property
    def games_played(self) -> int:
        """The number of games played since the start of the run."""

    @property
    def generation(self) -> int:
        """The number of the current generation, from 0."""

    @property
    def generation_left(self) -> int:
        """The number of games missing in the current generation."""

    @property
    def generation_games(self) -> int:
        """The number of games in a generation."""

    @property
    def seed(self) -> int:
        """The run's seed."""

    @property
    def threads(self) -> int:
        """The number of worker threads."""

def time_evaluation(evaluator: Evaluator, positions: Sequence[Position], *, rounds: int) -> tuple[float, float]:
    """Measures evaluation: evaluates every position from scratch, one after the other, `rounds` times, on this thread.

    Returns:
        The seconds of all rounds, without the time of Python, and the sum of the positions' values in discs.

    Raises:
        ValueError: a value is outside its range.
        TypeError: a value is of the wrong type.
    """

def time_searches(evaluator: Evaluator | None, positions: Sequence[Position], *, rounds: int) -> tuple[float, int]:
    """Measures searching: searches every position one ply deep, one after the other, `rounds` times, on this thread.

    Without a model, discs are counted.

    Returns:
        The seconds of all rounds, without the time of Python, and the nodes.

    Raises:
        ValueError: a value is outside its range.
        TypeError: a value is of the wrong type.
    """

def time_reads(size: int, *, count: int) -> float:
    """Measures memory: reads `count` places in `size` bytes, each holding the index of the next; returns the seconds.

    Raises:
        ValueError: a value is outside its range, or there is not enough memory.
        TypeError: a value is of the wrong type.
    """

def time_steps(count: int) -> float:
    """Measures the clock rate: makes `count` steps of two processor cycles each; returns the seconds.

    A step is an exclusive or and an addition, each of which waits for the previous result.

    Raises:
        ValueError: the count is outside its range.
        TypeError: the count is of the wrong type.
    """

def time_games(core: TrainerCore, every: int) -> None:
    """Times every search of one game in `every`, by default 8; 0 times nothing at all (see `phases`).

    Raises:
        ValueError: the number is outside its range.
        TypeError: the number is not an integer.
    """

def replay(
    core: TrainerCore,
    game: int,
    *,
    play: PlaySettings,
    given: Game | None = None,
    targets: str = "outcome",
) -> tuple[Game, list[tuple[Literal["opening", "best", "random", "shallow", "given"], float, SearchResult | None]]]:
    """Replays a game of the current generation with the weights from before the generation.

    With `given`, that game takes the place of a game of self-play, as for `TrainerCore.advance`.

    Returns:
        The game, and for each move: how it was chosen, the static evaluation before it in discs for the side to move,
        and its search, or `None` in the opening and where a solved line is followed.

    Raises:
        ValueError: the game is not in this generation, or a value is outside its range.
    """

def outcome_errors(evaluator: Evaluator, games: Sequence[Game]) -> tuple[int, float, float]:
    """Compares the evaluations of the games' positions with the games' outcomes.

    Returns:
        The number of positions, the sum of the distances in discs, and the sum of their squares.
    """

def feature_indices(
    board: _Board, *, side_to_move: _Side | None = None, patterns: PatternSet | None = None
) -> NDArray[np.uint16]:
    """Returns the entry that each feature reads on a board: 56 for the default patterns, four for each pattern."""

def mirror_entries(patterns: PatternSet | None = None) -> dict[str, NDArray[np.uint16]]:
    """Returns, by pattern name, the mirror image of each entry of the table, which has the same weight.

    In a pattern without symmetry, each entry is its own mirror image.
    """

@type_check_only
class _Traces(TypedDict):
    stage: NDArray[np.uint8]
    pattern: NDArray[np.uint8]
    """From 0."""
    entry: NDArray[np.uint16]
    mirror: NDArray[np.uint16]
    eligibility: NDArray[np.float64]

def traces(game: Game, plies: int, lambda_: float, *, patterns: PatternSet | None = None) -> _Traces:
    """Returns the traces after a game's first `plies` moves: one row per entry, the lower of two mirror images.

    Raises:
        ValueError: a value is outside its range.
    """

def inject_faults(core: TrainerCore, rates: dict[str, float] | None, *, hang_seconds: float | None = None) -> None:
    """Injects faults into games of `core.advance`, for tests; a game's fault depends on the seed and its index.

    Args:
        core: the trainer.
        rates: the share of games by kind: `"panic"`, `"hang"`, `"search_error"`, `"nan"` (a position's value is NaN
            when the game is learned). `None` ends the injection.
        hang_seconds: how long a hanging worker stands still; without it, until the faults are changed or removed.

    Raises:
        ValueError: a kind is unknown, or a rate is outside its range.
    """
