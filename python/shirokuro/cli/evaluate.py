"""`shirokuro evaluate`: plays a model against fixed opponents or another model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from shirokuro._core import Evaluator
from shirokuro.arena import check_games, play_match
from shirokuro.checkpoints import model_of
from shirokuro.players import HeuristicPlayer, ModelPlayer, Player, RandomPlayer

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from shirokuro.match_result import MatchResult

HELP = "Play a model against fixed opponents or another model."

_FIXED: Mapping[str, Player] = {"random": RandomPlayer(), "heuristic": HeuristicPlayer()}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    parser.add_argument("model", help="a model file, or a run's directory for its latest checkpoint")
    parser.add_argument(
        "--opponent",
        action="append",
        metavar="NAME",
        help=f"{', '.join(_FIXED)} or a model; may be given more than once (default: all fixed opponents)",
    )
    parser.add_argument(
        "--games", type=int, default=400, help="games against each opponent, even (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, help="for openings and random moves (default: %(default)s)")
    parser.add_argument("--depth", type=int, help="plies the models look ahead (default: 3)")
    parser.add_argument("--nodes", type=int, help="positions the models visit for a move, instead of a depth")
    parser.add_argument("--time-ms", type=float, help="milliseconds the models take for a move, instead of a depth")
    parser.add_argument(
        "--exact-empties",
        type=int,
        default=8,
        help="the models solve positions with so many empty squares exactly (default: %(default)s)",
    )


def run(options: argparse.Namespace) -> int:
    """Plays the matches and prints the table."""
    check_games("games", options.games)
    depth = 3 if options.depth is options.nodes is options.time_ms is None else options.depth

    def model(path: str) -> ModelPlayer:
        return ModelPlayer(
            evaluator=Evaluator.load(model_of(path)),
            name=Path(path).name,
            depth=depth,
            nodes=options.nodes,
            time_ms=options.time_ms,
            exact_empties=options.exact_empties,
        )

    player = model(options.model)
    opponents = [_FIXED.get(name) or model(name) for name in options.opponent or _FIXED]
    print_results(player, opponents, games=options.games, seed=options.seed)
    return 0


def print_results(player: Player, opponents: Sequence[Player], *, games: int, seed: int) -> None:
    """Plays a match against each opponent and prints the table of results."""
    console = Console()
    table = Table(title=f"{player.name}: {games} games against each opponent, seed {seed}")
    table.add_column("opponent")
    for title in ("wins", "draws", "losses", "win rate", "score", "mean discs"):
        table.add_column(title, justify="right")
    for opponent in opponents:
        with console.status(f"playing against {opponent.name}"):
            table.add_row(opponent.name, *_row(play_match(player, opponent, games=games, seed=seed)))
    console.print(table)


def _row(result: MatchResult) -> tuple[str, ...]:
    error = "" if result.score_error is None else f" ± {result.score_error:.3f}"
    return (
        str(result.wins),
        str(result.draws),
        str(result.losses),
        f"{result.win_rate:.1%}",
        f"{result.score:.3f}{error}",
        f"{result.mean_difference:+.2f}",
    )
