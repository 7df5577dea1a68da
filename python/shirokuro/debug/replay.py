"""Games of a training once more, move by move, with what the searches saw."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from shirokuro import _core
from shirokuro._core import Game, ModelFileError, ModelVersionError, Position, Searcher, read_header
from shirokuro.config import TrainConfig
from shirokuro.display import notebook
from shirokuro.display.boards import SIDES
from shirokuro.display.tables import text_table
from shirokuro.runs.checkpoints import candidates
from shirokuro.runs.directory import RunDirectory
from shirokuro.runs.games import find_game
from shirokuro.training.trainer import Trainer

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from shirokuro._core import Evaluator, SearchResult

_log = logging.getLogger(__name__)

Kind: TypeAlias = Literal["opening", "best", "random", "shallow", "other"]
"""How a move came about: at random in the opening, as the search's best one, at random instead of it (ε), as the best
one of a search of one ply, or in another way (in a review, where only the move is known)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayPly:
    """A move, and what the search before it saw. Values are in discs, for the side to move."""

    ply: int
    """Moves played before."""

    position: Position
    """The position before the move."""

    move: str
    """The move."""

    kind: Kind
    """How it came about."""

    greedy: bool | None
    """It is the best move for the search; `None` in the opening."""

    evaluation: float
    """The static evaluation."""

    value: float | None
    """The search's value; `None` in the opening."""

    exact: bool | None
    """It is the game's result under best play."""

    target: float | None
    """What the position is taught to be worth; `None` where nothing is learned, and in a review."""

    search: SearchResult | None
    """The search, with depth, nodes, best move and principal variation; `None` in the opening, and where a solved line
    is followed: the value is then that of the solution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A game once more. As text: a line a move."""

    game: Game
    """The game."""

    recorded: Game | None
    """The game as it was recorded when it was trained; `None` if it was not, or is not any more."""

    plies: tuple[ReplayPly, ...]
    """The moves."""

    reviewed: bool = False
    """The values are not those that the game was played with, but what some model sees in it."""

    @property
    def as_recorded(self) -> bool | None:
        """All moves and values are those that were recorded; `None` if there is no record."""
        return None if self.recorded is None else self.recorded.to_json() == self.game.to_json()

    def __str__(self) -> str:
        game = self.game
        head = f"game {game.index}: {game.winner}, disc difference {game.stone_difference:+d}, {game.move_count} moves"
        compared = {None: "not recorded", True: "as recorded", False: "NOT as recorded"}[self.as_recorded]
        if self.reviewed:
            compared = "reviewed"
        rows = []
        for ply in self.plies:
            search = ply.search
            rows.append(
                (
                    ply.ply,
                    SIDES[ply.position.side_to_move],
                    ply.move,
                    ply.kind,
                    f"{ply.evaluation:+.2f}",
                    None if ply.value is None else f"{ply.value:+.2f}" + ("=" if ply.exact else " "),
                    None if ply.target is None else f"{ply.target:+.2f}",
                    search and search.depth,
                    search and search.nodes,
                    " ".join(search.principal_variation) if search else "",
                )
            )
        header = ("ply", "side", "move", "kind", "static", "value", "target", "depth", "nodes", "line")
        return f"{head} ({compared})\n{text_table(header, rows, left=('side', 'move', 'kind', 'line'))}"

    def _repr_html_(self) -> str:
        """The text, for notebooks."""
        return notebook.text(self)


def replay(
    run: str | PathLike[str],
    game: int,
    *,
    max_games: int = 20_000,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Replay:
    """Plays a game of a run once more, exactly: with the weights that it was played with, and what its searches saw.

    The run is trained again, in memory, from its last checkpoint before the game, or from its start: the same seed and
    settings give the same weights. The run itself may be going on, and is not touched.

    Where the game was recorded, `Replay.as_recorded` tells whether it is the same; it need not be if settings were
    changed between the checkpoint and the game, if searches are limited by time, or if a program played it that rounded
    weights by other numbers (one that wrote model files of version 2).

    Args:
        run: the run's directory.
        game: the game's number, from 0.
        max_games: refuse to train more games than that to get there.
        threads: worker threads, in place of the run's setting.
        progress: called many times a second with the number of games that were trained.

    Raises:
        FileNotFoundError: the directory holds no run.
        ValueError: the run has no such game yet, or it is too far from the states that were kept.
        RuntimeError: the game could not be played to its end.
    """
    directory = RunDirectory(Path(run))
    try:
        recorded = find_game(directory.path, game)
    except FileNotFoundError:
        recorded = None
    trainer = _before(directory, game, played=recorded is not None, threads=threads)
    start = game // trainer.config.generation_games * trainer.config.generation_games
    missing = start - trainer.games_played
    if missing > max_games:
        raise ValueError(
            f"game = {game}: its generation begins {missing} games after the last state that was kept before it, and "
            f"max_games = {max_games}"
        )
    if missing > 0:
        trainer.train_batch(missing, progress=progress)
    settings = trainer.play
    played, seen = _core.replay(trainer._core, game, play=settings)  # noqa: SLF001 (its games are what this is about)
    targets = played.targets(settings.lambda_)
    plies = []
    for number, (position, (kind, evaluation, search)) in enumerate(zip(_positions(played), seen, strict=True)):
        letter, value = played.kinds[number], played.values[number]
        plies.append(
            ReplayPly(
                ply=number,
                position=position,
                move=played.moves[number],
                kind=kind,
                greedy=None if letter == "o" else letter in "bB",
                evaluation=evaluation,
                value=value,
                exact=None if letter == "o" else letter.isupper(),
                target=targets[number],
                search=search,
            )
        )
    result = Replay(game=played, recorded=recorded, plies=tuple(plies))
    if result.as_recorded is False:
        _log.warning(
            "game %d is not as it was recorded: settings were changed, searches are "
            "limited by time, or another version of the program played it",
            game,
        )
    return result


def review(
    game: Game,
    *,
    evaluator: Evaluator | None = None,
    depth: int | None = None,
    nodes: int | None = None,
    time_ms: float | None = None,
    exact_empties: int = 0,
) -> Replay:
    """What a model sees in any finished game: its positions are searched anew, the moves stay as they are.

    Args:
        game: the game.
        evaluator: the model; without one, the disc count.
        depth: as for `search`, like all that follow.
        nodes: positions.
        time_ms: milliseconds.
        exact_empties: empty squares.

    Raises:
        ValueError: no limit was given, or a value is out of its range.
    """
    searcher, plies = Searcher(evaluator), []
    for number, (position, move) in enumerate(zip(_positions(game), game.moves, strict=True)):
        search = searcher.search(position, depth=depth, nodes=nodes, time_ms=time_ms, exact_empties=exact_empties)
        plies.append(
            ReplayPly(
                ply=number,
                position=position,
                move=move,
                kind="best" if search.best_move == move else "other",
                greedy=search.best_move == move,
                evaluation=_disc_count(position) if evaluator is None else evaluator.evaluate(position),
                value=search.score,
                exact=search.exact,
                target=None,
                search=search,
            )
        )
    return Replay(game=game, recorded=None, plies=tuple(plies), reviewed=True)


def _positions(game: Game) -> list[Position]:
    """The positions before the moves."""
    positions = [Position()]
    for move in game.moves[:-1]:
        positions.append(positions[-1].play(move))
    return positions


def _disc_count(position: Position) -> float:
    return _core.black_view(position.stone_difference, position.side_to_move)


def _before(directory: RunDirectory, game: int, *, played: bool, threads: int | None) -> Trainer:
    """The latest state that was kept and is not of a later generation than the game."""
    newest = 0
    for path in candidates(directory.path):
        try:
            header = read_header(path)
            games, generation, size = header["games_played"], header["generation"], header["generation_games"]
            if games is None or generation is None or size is None:
                continue
            newest = max(newest, games)
            if game >= newest and not played:
                raise ValueError(f"game = {game}: the run's newest state has {newest} games, from 0 to {newest - 1}")
            if generation <= game // size:
                return Trainer.load(path, threads=threads)
        except ModelVersionError:
            raise
        except (ModelFileError, FileNotFoundError) as error:  # damaged, or deleted meanwhile
            _log.warning("%s", error)
    if not directory.config.exists():
        raise FileNotFoundError(2, "no run in", str(directory.path))
    config = TrainConfig.from_toml(directory.config.read_text(encoding="utf-8"))
    return Trainer(config if threads is None else config.replace(threads=threads))
