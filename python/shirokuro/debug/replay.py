"""Replays of a run's games, move by move, with the search behind each move."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from shirokuro._core import Game, ModelFileError, ModelVersionError, Position, read_header
from shirokuro._core import replay as replay_in_core
from shirokuro.config import TrainConfig
from shirokuro.display import notebook
from shirokuro.display.boards import SIDES
from shirokuro.display.format import counted
from shirokuro.display.tables import text_table
from shirokuro.runs.checkpoints import candidates
from shirokuro.runs.directory import RunDirectory
from shirokuro.runs.games import find_game
from shirokuro.runs.origin import Origin, origins_of
from shirokuro.training.given_games import part_of
from shirokuro.training.trainer import Trainer

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from shirokuro._core import SearchResult
    from shirokuro.training.given_games import GivenPart

_log = logging.getLogger(__name__)

Kind: TypeAlias = Literal["opening", "best", "random", "shallow", "given"]
"""The origin of a move: random in the opening, the best move of the search, a random move in place of it (ε), the best
move of a one-ply search, or the move of a given game."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayPly:
    """A move and the search before it. Values are in discs, for the side to move."""

    ply: int
    """The number of moves played before."""

    position: Position
    """The position before the move."""

    move: str
    """The move."""

    kind: Kind
    """The origin of the move."""

    greedy: bool | None
    """Whether the move is the best one of the search; `None` in the opening."""

    evaluation: float
    """The static evaluation."""

    value: float | None
    """The value of the search; `None` in the opening."""

    exact: bool | None
    """Whether the value is the game's result under best play; `None` in the opening."""

    target: float | None
    """The training target of the position; `None` where nothing is learned."""

    search: SearchResult | None
    """The search, with depth, nodes, best move and principal variation; `None` in the opening, and while the game
    follows a solved line, whose value is then used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A replayed game. As text: one line per move."""

    game: Game
    """The game."""

    recorded: Game | None
    """The game as the run recorded it; `None` if it was not recorded, or has been dropped since."""

    plies: tuple[ReplayPly, ...]
    """The moves."""

    @property
    def as_recorded(self) -> bool | None:
        """Whether all moves and values equal the recorded ones; `None` without a record."""
        return None if self.recorded is None else self.recorded.to_json() == self.game.to_json()

    def __str__(self) -> str:
        game = self.game
        head = f"game {game.index}: {game.winner}, disc difference {game.stone_difference:+d}, {game.move_count} moves"
        compared = {None: "not recorded", True: "as recorded", False: "NOT as recorded"}[self.as_recorded]
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
        """Returns the text, for notebooks."""
        return notebook.text(self)


def replay(
    run: str | PathLike[str],
    game: int,
    *,
    max_games: int = 20_000,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Replay:
    """Replays a game of a run exactly, with the weights that it was played with, and shows what its searches saw.

    The run is trained again in memory, from the last checkpoint before the game or from the start: the same seed and
    settings produce the same weights. The run itself is not touched, and may be in progress.

    If the game was recorded, `Replay.as_recorded` shows whether the replay is the same. It may differ if settings were
    changed between the checkpoint and the game, if searches are limited by time, or if the game was played by a program
    that rounded weights differently (one that wrote model files of version 2). Games from the files that the run
    learned from are replayed with the moves in them; those of `Trainer.learn_games` can't be replayed.

    Args:
        run: the run's directory.
        game: the game's number, from 0.
        max_games: the maximum number of games to train again to reach the game.
        threads: worker threads, in place of the run's setting.
        progress: called many times a second with the number of games trained.

    Raises:
        FileNotFoundError: the directory contains no run.
        ValueError: the run has not played the game yet, or the game is too far from the saved states.
        RuntimeError: the game could not be played to its end.
        OSError: a file of games that the run learned from can't be read any more (ValueError: it has changed).
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
            f"game = {game}: its generation begins {counted(missing, 'game')} after the last saved state before it, "
            f"and max_games = {max_games}"
        )
    if missing > 0:
        trainer.train_batch(missing, progress=progress)
    settings = trainer.play
    core, part = trainer._core, trainer.state.given  # noqa: SLF001 (its games are what this is about)
    if part and part.covers(game):
        given = part.next_games(game, 1, seed=core.seed)[0]
        played, seen = replay_in_core(core, game, play=settings, given=given, targets=part.targets)
    else:
        played, seen = replay_in_core(core, game, play=settings)
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
            "game %d differs from its record: settings were changed, searches are limited by time, "
            "or another version of the program played it",
            game,
        )
    return result


def _positions(game: Game) -> list[Position]:
    """Returns the positions before the moves."""
    positions = [Position()]
    for move in game.moves[:-1]:
        positions.append(positions[-1].play(move))
    return positions


def _before(directory: RunDirectory, game: int, *, played: bool, threads: int | None) -> Trainer:
    """Returns a trainer with the latest saved state that is not from a later generation than the game."""
    newest = 0
    origins: tuple[Origin, ...] = ()
    given: GivenPart | None = None
    for path in candidates(directory.path):
        try:
            header = read_header(path)
            games, generation, size = header["games_played"], header["generation"], header["generation_games"]
            if games is None or generation is None or size is None:
                continue
            newest, origins, given = max(newest, games), origins or origins_of(path), given or part_of(path)
            if game >= newest and not played:
                numbered = "" if newest <= 1 else f", numbered 0 to {newest - 1}"
                raise ValueError(f"game = {game}: the run's newest state has {counted(newest, 'game')}{numbered}")
            if generation <= game // size:
                return Trainer.load(path, threads=threads)
        except ModelVersionError:
            raise
        except (ModelFileError, FileNotFoundError) as error:  # damaged, or deleted in the meantime
            _log.warning("%s", error)
    if not directory.config.exists():
        raise FileNotFoundError(2, "no run in this directory", str(directory.path))
    if origins:
        raise ValueError(
            f"game = {game}: no state before it is left, and the run started from another model's weights "
            f"({origins[0]})"
        )
    config = TrainConfig.from_toml(directory.config.read_text(encoding="utf-8"))
    config = config if threads is None else config.replace(threads=threads)
    trainer = Trainer(config, patterns=directory.own_patterns())
    trainer.state.given = given
    return trainer
