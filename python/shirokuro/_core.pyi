"""The Rust side of shirokuro: rules, evaluation, search and training.

Conventions. Squares are named `a1` … `h8` and numbered a1 = 0, b1 = 1 … h8 = 63. A board is 64 integers in that order,
or an 8×8 array whose first row is a1 … h1: 0 empty, 1 black, 2 white. `int8` arrays are read in place, other integer
arrays, bytes and lists are converted. `side_to_move` is `1` or `"black"`, the default, `2` or `"white"`. A `Position`
is a board too, and brings its own side: another `side_to_move` is a `ValueError`. Scores are discs for the side to
move, empties counted for the winner.
"""

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Any, Final, Literal, Protocol, TypeAlias, TypedDict, TypeVar, final, type_check_only

import numpy as np
from numpy.typing import NDArray

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
    "GameFailure",
    "GenerationReport",
    "ModelFileError",
    "ModelVersionError",
    "Position",
    "SearchResult",
    "Searcher",
    "SuddenChange",
    "TrainerCore",
    "__version__",
    "black_view",
    "feature_indices",
    "file_digest",
    "inject_faults",
    "kernel",
    "mirror_entries",
    "pattern_squares",
    "perft",
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
"""Stages of a game: a position's stage is its number of discs − 4, from 0 to 59."""

STAGE_ENTRIES: Final = 481_140
"""Weight entries of a stage, all patterns together."""

PATTERN_ENTRIES: Final[Mapping[str, int]]
"""Entries of a pattern's table in one stage, by its name, in the order of the patterns: 3**n for a pattern of n squares."""

NEUTRAL_WEIGHT: Final = 32_768
"""The weight that stands for 0 discs. A weight w stands for (w − `NEUTRAL_WEIGHT`) / `UNITS_PER_DISC` discs."""

UNITS_PER_DISC: Final = 256
"""Units in one disc, of weights and of search values that are integers."""

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
    """Ends what other threads do within its `with` blocks: their searches, and blocks that they enter from then on.

    They see a `KeyboardInterrupt`, as the main thread does at Ctrl-C.
    """

    def __new__(cls) -> Cancellation: ...
    def cancel(self) -> None:
        """Ends them, long searches within some 50 ms."""

    def __enter__(self) -> None: ...
    def __exit__(self, *_exception: object) -> None: ...

class ModelFileError(ValueError):
    """A file is not a model, is damaged, or lacks what was asked for; the message names the file and the reason."""

class ModelVersionError(ModelFileError):
    """A model file is of a version of the format that this program does not read; the message names those it does."""

@final
class Evaluator:
    """The pattern evaluation: 60 stages of fourteen patterns' weights, neutral when new.

    Any number of threads may use one evaluator. That of a trainer follows the training.
    """

    def __new__(cls) -> Evaluator: ...
    @staticmethod
    def load(path: _Path) -> Evaluator:
        """Reads the weights of a model file, with or without training state.

        Raises:
            FileNotFoundError: there is no such file (other `OSError`s: it can't be read).
            ModelFileError: the file is not a model, or damaged.
        """

    def save(self, path: _Path, *, compress: bool = True) -> None:
        """Writes a model file that holds the weights alone; an existing file is replaced in one step.

        Args:
            path: the file.
            compress: make it small; 57.7 MB otherwise.

        Raises:
            OSError: the file can't be written.
        """

    def evaluate(self, board: _Board, *, side_to_move: _Side | None = None) -> float:
        """The expected final disc difference of a board, in discs for the side to move, within ±64.

        Exact for a full board and for one on which a side has no disc left. No search: see `search`.

        Raises:
            ValueError: the board is not 64 squares of 0, 1 and 2, or the side is unknown or not the `Position`'s.
            TypeError: the board is not made of integers.
        """

    def evaluate_batch(self, boards: _Boards, *, side_to_move: _Sides | None = None) -> NDArray[np.float32]:
        """Evaluates many boards in parallel, each exactly as `evaluate` does; other Python threads go on meanwhile.

        Args:
            boards: shape (N, 64) or (N, 8, 8).
            side_to_move: one side for all, or one for each board.

        Returns:
            N scores in discs, for each board's side to move.

        Raises:
            ValueError: a wrong shape, a square that is not 0, 1 or 2, or a side that is unknown or not a `Position`'s.
            TypeError: the boards are not made of integers.
        """

    def get_weights(self) -> dict[str, NDArray[np.uint16]]:
        """The weights, by pattern name: read-only views, which copy nothing and follow a training.

        `"P01"` … `"P14"` each have the shape (60, 3**n) for a pattern of n squares: [stage, entry]. The stage is the
        number of discs − 4. The entry's digits to base 3 are the squares in the pattern's order, the first the least
        significant: 0 empty, 1 side to move, 2 opponent. A weight w stands for (w − 32768) / 256 discs.
        """

@final
class Position:
    """A board and the side to move: immutable and hashable, and drawn in notebooks.

    After `play`, a side that has a move is to move: passes happen by themselves. A position built from a board may
    need a pass first: then `legal_moves` is empty, `is_over` is false, and `play("--")` passes.
    """

    def __new__(cls, board: _Board | None = None, *, side_to_move: _Side | None = None) -> Position:
        """The start position, or any board.

        Raises:
            ValueError: the board is not 64 squares of 0, 1 and 2, or the side is unknown or not the `Position`'s.
            TypeError: the board is not made of integers.
        """

    @staticmethod
    def from_moves(moves: str) -> Position:
        """The position after moves from the start, written like `"f5d6c3"`; passes are implied.

        Raises:
            ValueError: not squares, or a move is not legal.
        """

    @staticmethod
    def from_diagram(diagram: str) -> Position:
        """Reads what `str()` writes.

        Raises:
            ValueError: it is not a diagram.
        """

    @property
    def board(self) -> NDArray[np.int8]:
        """The 64 squares: 0 empty, 1 black, 2 white. A copy."""

    @property
    def side_to_move(self) -> Literal[1, 2]:
        """1 black, 2 white."""

    @property
    def legal_moves(self) -> list[str]:
        """The squares that may be played, from a1 to h8; empty when the side must pass or the game is over."""

    @property
    def is_over(self) -> bool:
        """Neither side has a move."""

    @property
    def score(self) -> int:
        """The final score in discs, for the side to move, empties counted for the winner.

        Raises:
            ValueError: the game is not over.
        """

    @property
    def stone_difference(self) -> int:
        """Black's discs − White's discs, as they stand."""

    @property
    def empties(self) -> int:
        """The number of empty squares."""

    def play(self, move: str) -> Position:
        """The position after a move; a side that then has no move passes by itself. `"--"` passes, where that is legal.

        Raises:
            ValueError: the move is not a square, or not legal.
        """

    def _repr_svg_(self) -> str:
        """The board as a picture, for notebooks."""

    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class SearchResult:
    """What a search found. Notebooks show it as a board with the expected moves, and a table."""

    @property
    def position(self) -> Position:
        """What was searched."""

    @property
    def best_move(self) -> str | None:
        """The move to play; `None` when the side must pass or the game is over."""

    @property
    def score(self) -> float:
        """The value in discs, for the side to move."""

    @property
    def depth(self) -> int:
        """Plies searched in full."""

    @property
    def nodes(self) -> int:
        """Positions visited."""

    @property
    def exact(self) -> bool:
        """The score is the game's true result under best play."""

    @property
    def confidence(self) -> int:
        """That of the search, in percent; 100 if nothing was cut off but by proof, or the score is exact."""

    @property
    def principal_variation(self) -> list[str]:
        """The moves that the search expects, the best move first."""

    @property
    def seconds(self) -> float:
        """Wall-clock time."""

    @property
    def table_hit_rate(self) -> float | None:
        """The share of table probes that found their position, 0 … 1; `None` when there was no probe."""

    def _repr_html_(self) -> str:
        """The board with the expected moves, and the figures, for notebooks."""

@final
class Searcher:
    """A search that keeps its table between calls, for playing a game move by move."""

    def __new__(cls, evaluator: Evaluator | None = None, *, table_mb: float = 16) -> Searcher: ...
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
        """As the function `search`."""

def search(
    board: _Board,
    *,
    evaluator: Evaluator | None = None,
    side_to_move: _Side | None = None,
    depth: int | None = None,
    nodes: int | None = None,
    time_ms: float | None = None,
    exact_empties: int = 0,
    table_mb: float = 16,
    threads: int = 1,
    confidence: Literal[73, 87, 95, 98, 99, 100] = 100,
) -> SearchResult:
    """Searches a position, deeper and deeper, until the first of the limits given.

    Other Python threads go on meanwhile; Ctrl-C works.

    Args:
        board: what is searched.
        evaluator: judges the leaves; without one, the disc count does.
        side_to_move: whose turn it is on a board that is no `Position`.
        depth: plies, 1 … 60.
        nodes: positions to visit, at least 1.
        time_ms: milliseconds, greater than 0. Results then depend on the machine's speed.
        exact_empties: solve exactly at so many empties or fewer.
        table_mb: size of the transposition table in MB.
        threads: threads that search together, 1 … 256. With more than one, a search to a fixed depth finds the same
            score, but which of several best moves, and how many nodes, depends on chance.
        confidence: in percent. Below 100, a line is cut off when a shallower search says that its value lies beyond a
            bound, by a margin that its errors keep to with this confidence (Multi-ProbCut): deeper in the same time,
            and not exactly the value of that depth any more. What is solved is solved exactly.

    Raises:
        ValueError: no limit was given, or a value is out of its range.
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
    """Finds the exact result under best play. Takes long beyond some 24 empties; the evaluator only orders moves.

    Raises:
        ValueError: a value is out of its range.
        TypeError: a value is of the wrong type.
    """

def perft(depth: int, board: _Board | None = None, *, side_to_move: _Side | None = None) -> int:
    """Counts the move sequences of `depth` plies, from the start unless a board is given. A pass counts one ply.

    Raises:
        ValueError: a value is out of its range.
    """

def kernel() -> str:
    """The instruction set of the inner loops on this machine: `"avx512"`, `"avx2"`, `"neon"` or `"portable"`."""

def file_digest(path: _Path) -> str:
    """The digest of the training state in a model file, as `TrainerCore.digest` gave when it was saved.

    The file is read piece by piece; one of an older version is loaded, which takes some 300 MB meanwhile.

    Raises:
        FileNotFoundError: there is no such file (other `OSError`s: it can't be read).
        ModelFileError: the file is not a model, is damaged, or holds weights alone.
    """

@type_check_only
class _FileHeader(TypedDict):
    version: int
    """The format's version."""
    training_state: bool
    """The file holds a training state, not weights alone. The next four are `None` if it does not."""
    games_played: int | None
    generation: int | None
    generation_games: int | None
    seed: int | None
    compressed: bool
    """A section is compressed."""
    bytes: int
    """The file's length."""
    sections: dict[str, int]
    """The sections' lengths in the file, by name."""
    monitor: str | None
    """The text that was given to `TrainerCore.save`; `None` in a file of weights alone."""

@type_check_only
class _VerifiedFile(_FileHeader):
    settings: str | None
    """The other two texts that were given to `TrainerCore.save`; `None` in a file of weights alone."""
    statistics: str | None

def read_header(path: _Path) -> _FileHeader:
    """What a model file is: reads and checks no more than its header, its monitor text and its length.

    Raises:
        FileNotFoundError: there is no such file (other `OSError`s: it can't be read).
        ModelFileError: the file is not a model, what was read is damaged, or its length is another.
    """

def verify_file(path: _Path) -> _VerifiedFile:
    """Reads a whole model file and checks everything in it, in little memory: what passes can be loaded.

    Raises:
        FileNotFoundError: there is no such file (other `OSError`s: it can't be read).
        ModelFileError: the file is not a model, or damaged.
    """

@final
class Game:
    """A finished game, and what the searches said in it."""

    def __new__(
        cls, moves: str, *, index: int = 0, kinds: str | None = None, scores: Sequence[int | None] | None = None
    ) -> Game:
        """A game from its moves, as it was recorded or from elsewhere; without `kinds` nothing was searched.

        Args:
            moves: as `transcript` gives them.
            index: the game's number in its training.
            kinds: as `kinds` gives them.
            scores: for each move the search's value in 1/256 disc, for the side to move; `None` in the opening.

        Raises:
            ValueError: a move is not legal, the game is not over after the last, or a value makes no sense.
        """

    @property
    def index(self) -> int:
        """The game's number in its training, from 0."""

    @property
    def stone_difference(self) -> int:
        """The final score in discs, Black's view: empties are counted for the winner."""

    @property
    def move_count(self) -> int:
        """Moves played, passes not counted."""

    @property
    def winner(self) -> Literal["black", "white", "draw"]:
        """Who won."""

    @property
    def moves(self) -> list[str]:
        """The moves from the start; passes are implied."""

    @property
    def transcript(self) -> str:
        """The moves in one word, as `Position.from_moves` reads them."""

    @property
    def random_plies(self) -> int:
        """The length of the random opening."""

    @property
    def values(self) -> list[float | None]:
        """For each move what the search said before it, in discs for the side to move; `None` in the opening."""

    @property
    def kinds(self) -> str:
        """A letter a move: `o` of the random opening, `b` the search's best move, `r` another one.

        It is a capital where the value is exact.
        """

    def targets(self, lambda_: float) -> list[float | None]:
        """What each position is taught to be worth: its λ-return in discs, for the side to move.

        Args:
            lambda_: λ, 0 to 1.

        Returns:
            One a move; `None` in the opening, which is not learned.

        Raises:
            ValueError: `lambda_` is out of its range.
        """

    def to_json(self) -> str:
        """One line of JSON, as the games of a run are recorded."""

    def _repr_html_(self) -> str:
        """The final position, the result and what the searches said, for notebooks."""

    def _repr_svg_(self) -> str:
        """The final position as a picture, where a notebook shows no HTML."""

@final
class GameFailure:
    """One game of self-play that failed."""

    @property
    def index(self) -> int:
        """The game's number in its training, from 0."""

    @property
    def kind(self) -> Literal["panic", "hang", "search_error"]:
        """What went wrong: a crash of the worker, no sign of life from it, or a search without a result."""

    @property
    def message(self) -> str:
        """More about it."""

    @property
    def seed(self) -> int:
        """The run's seed. With `index` and the weights it leads to the same game again."""

    @property
    def transcript(self) -> str:
        """The moves up to the failure, as `Position.from_moves` reads them."""

@final
class SuddenChange:
    """A change of a weight that is suspiciously large, and the position that had most to do with it."""

    @property
    def pattern(self) -> str:
        """`"P01"` … `"P14"`."""

    @property
    def stage(self) -> int:
        """The number of discs − 4."""

    @property
    def entry(self) -> int:
        """The place in the pattern's table; of two mirror images the lower."""

    @property
    def mirror(self) -> int:
        """The place of the mirror image, which has the same weight."""

    @property
    def visits(self) -> int:
        """Times that the generation's positions read either of them."""

    @property
    def before(self) -> int:
        """The weight before the update."""

    @property
    def after(self) -> int:
        """The weight after it."""

    @property
    def game(self) -> int:
        """The game of the position."""

    @property
    def ply(self) -> int:
        """Moves played before it."""

    @property
    def position(self) -> Position:
        """The position: of those that read the entry the one whose target was farthest from its evaluation."""

    @property
    def error(self) -> float:
        """Its target − evaluation, in discs for its side to move."""

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
    """What one call of `TrainerCore.advance` did."""

    @property
    def games(self) -> list[Game]:
        """The games played, by index."""

    @property
    def failures(self) -> list[GameFailure]:
        """Games that could not be played. They count as played, and nothing is learned from them."""

    @property
    def nan_games(self) -> list[int]:
        """The indices of those `games` in which a position's target is not a finite number."""

    @property
    def resets(self) -> list[tuple[str, int, int]]:
        """Weight entries that came to a number that is not finite and were set to neutral, mirror images included.

        Pattern, stage, number of entries; of the whole generation so far.
        """

    @property
    def game_sums(self) -> list[tuple[int, int, int, int, float, int]]:
        """For each of `games` six numbers.

        Search values, for the side to move: how many, their sum in 1/256 disc, the sum of their squares. Learned
        positions: how many, the sum of (target − evaluation before learning)² in discs², and how many of these
        evaluations were beyond 64 discs, where they are cut off.
        """

    @property
    def positions(self) -> int:
        """Positions of `games` that were learned; `td_error` is over them."""

    @property
    def td_error(self) -> float | None:
        """Root mean square of target − evaluation before learning, in discs; `None` when nothing was learned."""

    @property
    def visits(self) -> int:
        """Visits to weight entries, mirror images counted; of the whole generation so far."""

    @property
    def searches(self) -> int:
        """Searches in `games`."""

    @property
    def depth_sum(self) -> int:
        """The depths that they reached, added up."""

    @property
    def depth_min(self) -> int | None:
        """The least depth that one of them reached; `None` without a search."""

    @property
    def depth_max(self) -> int:
        """The greatest depth that one of them reached."""

    @property
    def value_count(self) -> int:
        """Search values in `games`."""

    @property
    def value_sum(self) -> int:
        """The values, in 1/256 disc for the side to move, added up."""

    @property
    def value_sum_of_squares(self) -> int:
        """Their squares, added up."""

    @property
    def value_min(self) -> float | None:
        """The least of them, in discs; `None` when there is none."""

    @property
    def value_max(self) -> float | None:
        """The greatest of them, in discs; `None` when there is none."""

    @property
    def nodes(self) -> int:
        """Positions visited by the searches."""

    @property
    def play_seconds(self) -> float:
        """Wall-clock time of playing."""

    @property
    def learn_seconds(self) -> float:
        """Wall-clock time of learning."""

    @property
    def probes(self) -> int:
        """Probes of the transposition tables."""

    @property
    def hits(self) -> int:
        """Probes that found their position."""

    @property
    def phases(self) -> dict[str, float] | None:
        """What the workers spent their time on, in seconds, added up over the workers; `None` if it was not timed.

        `playing`, `preparing` (from games to errors by table), `learning` (changing weights) and `waiting` (nothing to
        do) make up the workers' number × (`play_seconds` + `learn_seconds`). In some of the games every search is
        timed: `timed` is the part of `playing` that these games took, `timed_search` and `timed_solving` are the parts
        of `timed` that the searches and the exact solver took; what is left of it are moves, random numbers, records.
        """

    @property
    def updates(self) -> _Updates | None:
        """Every update of the tables that were asked for, of the whole generation so far, an entry a row.

        `None` when none were asked for.
        """

    @property
    def sudden_count(self) -> int:
        """Weights that changed by `sudden_discs` or more, of the whole generation so far; mirror images count once."""

    @property
    def sudden(self) -> list[SuddenChange]:
        """The largest of these changes, eight at most."""

    @property
    def generation_complete(self) -> bool:
        """The call reached the end of its generation."""

@type_check_only
class TableCoverage(TypedDict):
    """Numbers by table: arrays of shape (60, 14), stages and patterns."""

    reachable: NDArray[np.uint64]
    """Entries that a position can read, at most: the others never occur."""
    updated: NDArray[np.uint64]
    """Entries that were ever updated."""
    updates: NDArray[np.uint64]
    """Updates, one for each visit of a position, mirror images included."""

def reachable_entries(stage: int) -> NDArray[np.bool_]:
    """Whether a position can read each entry of a stage, in the order of the weights: shape (481140,).

    What is `False` never occurs. Up to stage 8 the answer is exact; after that, some entries that are `True` may not
    occur either.

    Raises:
        ValueError: there is no such stage.
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

@final
class TrainerCore:
    """Weights, moments and the place in the run; `shirokuro.Trainer` is the class to use."""

    def __new__(cls, *, seed: int, generation_games: int, threads: int, table_mb: float) -> TrainerCore: ...
    @staticmethod
    def load(path: _Path, *, threads: int, table_mb: float) -> tuple[TrainerCore, str, str, str]:
        """Reads a trainer file: the core, and the settings, statistics and monitor that were given to `save`.

        Raises:
            FileNotFoundError: there is no such file (other `OSError`s: it can't be read).
            ModelFileError: the file is not a model, is damaged, or holds weights alone.
        """

    def advance(
        self,
        games: int,
        *,
        play: PlaySettings,
        hang_seconds: float = 60.0,
        sudden_discs: float = 0.0,
        updates: tuple[int, int] | None = None,
        tick: Callable[[int], None] | None = None,
        reports: list[GenerationReport] | None = None,
    ) -> GenerationReport:
        """Plays the next games, at most to the end of the current generation, and learns from them.

        Other Python threads go on meanwhile. About every 50 ms `tick` is called with the number of games finished in
        this call. An exception from it, or from a signal handler, stops the search at once, and is raised: the
        state is as it was before the call, and finished games are kept, so that a later call need not play them again.

        A worker that shows no sign of life for `hang_seconds` is abandoned, and its game fails; 0 waits for ever.

        What is reported of the updates: changes of `sudden_discs` or more, unless that is 0; and all those of the
        tables in `updates`, bit sets of stages and of patterns. Neither changes what is learned.

        The report is appended to `reports` too, before the call ends: an exception that a signal handler raises right
        after it can't lose it.
        """

    def save(self, path: _Path, *, settings: str, statistics: str, monitor: str = "{}", compress: bool = False) -> None:
        """Writes the whole state and three JSON texts; an existing file is replaced in one step.

        Raises:
            OSError: the file can't be written.
        """

    def reset_bad_numbers(self) -> list[tuple[str, int, int]]:
        """Makes every entry neutral whose moments are no finite numbers: pattern, stage, number of entries."""

    def set_workers(self, *, threads: int, table_mb: float) -> None:
        """Changes the number of worker threads and the size of each one's transposition table."""

    def digest(self) -> str:
        """SHA-256, in hexadecimal, of the whole state: weights, moments and the place in the run."""

    def coverage(self) -> TableCoverage:
        """What was learned of each table."""

    def updated_entries(self, stage: int) -> NDArray[np.bool_]:
        """Whether each entry of a stage was ever updated, in the order of the weights: shape (481140,).

        Raises:
            ValueError: there is no such stage.
        """

    def memory(self) -> dict[str, int | None]:
        """Bytes by component: `"weights"`, `"moments"`, `"tables"`, `"scratch"`, `"generation"`, `"coverage"`.

        `"resident_moments"` are those of the moments that were ever written (`None` where the system does not tell);
        `"rows"` were taken by the positions of the last generation while it was learned.
        """

    @property
    def evaluator(self) -> Evaluator:
        """The weights, shared with the training."""

    @property
    def games_played(self) -> int:
        """Games played since the start of the run."""

    @property
    def generation(self) -> int:
        """The current generation's number, from 0."""

    @property
    def generation_left(self) -> int:
        """Games missing in the current generation."""

    @property
    def generation_games(self) -> int:
        """Games in a generation."""

    @property
    def seed(self) -> int:
        """The run's seed."""

    @property
    def threads(self) -> int:
        """Worker threads."""

def time_evaluation(evaluator: Evaluator, positions: Sequence[Position], *, rounds: int) -> tuple[float, float]:
    """For measuring: evaluates every position from nothing, one after the other, on this thread, `rounds` times.

    Returns:
        The seconds of all rounds, Python not included; the sum of the positions' values, in discs.

    Raises:
        ValueError: a value is out of its range.
        TypeError: a value is of the wrong type.
    """

def time_searches(evaluator: Evaluator | None, positions: Sequence[Position], *, rounds: int) -> tuple[float, int]:
    """For measuring: searches every position one ply deep, one after the other, on this thread, `rounds` times.

    Without a model a position is worth the difference of its discs.

    Returns:
        The seconds of all rounds, Python not included; the nodes.

    Raises:
        ValueError: a value is out of its range.
        TypeError: a value is of the wrong type.
    """

def time_reads(size: int, *, count: int) -> float:
    """For measuring: reads `count` places of `size` bytes, each of which says where the next one is; the seconds.

    Raises:
        ValueError: a value is out of its range, or there is no memory.
        TypeError: a value is of the wrong type.
    """

def time_steps(count: int) -> float:
    """For measuring: makes `count` steps, each of which takes two cycles of the processor; the seconds.

    A step is an exclusive or and an addition, each waiting for the number before.

    Raises:
        ValueError: the count is out of its range.
        TypeError: it is of the wrong type.
    """

def time_games(core: TrainerCore, every: int) -> None:
    """Times every search of one game in `every`, 8 without this; with 0, nothing at all is timed (see `phases`).

    Raises:
        ValueError: it is out of its range.
        TypeError: it is no integer.
    """

def replay(
    core: TrainerCore,
    game: int,
    *,
    play: PlaySettings,
) -> tuple[Game, list[tuple[Literal["opening", "best", "random", "shallow"], float, SearchResult | None]]]:
    """Plays a game of the generation under way once more, with the weights from before the generation.

    Returns:
        The game; and for each move how it came about, the static evaluation before it in discs for the side to move,
        and the search, if one was made: not in the opening, nor where a solved line is followed.

    Raises:
        ValueError: the game is not of this generation, or a value is out of its range.
    """

def feature_indices(board: _Board, *, side_to_move: _Side | None = None) -> NDArray[np.uint16]:
    """The entry that each of the 56 features reads on a board: the patterns in their order, four rotations each."""

def pattern_squares() -> dict[str, list[list[str]]]:
    """For each pattern's name its squares in the four rotations, in the order of an entry's digits, least first."""

def mirror_entries() -> dict[str, NDArray[np.uint16]]:
    """For each pattern's name and each entry of its table, the entry of the mirror image, which has the same weight."""

@type_check_only
class _Traces(TypedDict):
    stage: NDArray[np.uint8]
    pattern: NDArray[np.uint8]
    """From 0."""
    entry: NDArray[np.uint16]
    mirror: NDArray[np.uint16]
    eligibility: NDArray[np.float64]

def traces(game: Game, plies: int, lambda_: float) -> _Traces:
    """The eligibility traces after a game's first `plies` moves: an entry a row, of mirror images the lower.

    Raises:
        ValueError: a value is out of its range.
    """

def inject_faults(core: TrainerCore, rates: dict[str, float] | None, *, hang_seconds: float | None = None) -> None:
    """For tests: makes games of `core.advance` go wrong, each one by its seed and index; `None` makes an end of it.

    Args:
        core: the trainer that it happens to.
        rates: shares of the games, by kind: `"panic"`, `"hang"`, `"search_error"`, `"nan"` (a position's value is not a
            number when the game is learned).
        hang_seconds: how long a hanging worker stands still; without it, until the faults are changed or removed.

    Raises:
        ValueError: an unknown kind, or a rate that is out of range.
    """
