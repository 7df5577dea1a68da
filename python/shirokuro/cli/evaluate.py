"""`shirokuro evaluate`: plays a model against fixed opponents, other models and programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from shirokuro._core import Evaluator
from shirokuro.cli import ladder, levels, round_robin
from shirokuro.cli.exit_codes import ExitCode
from shirokuro.cli.games_file import games_file
from shirokuro.cli.matches import (
    Contest,
    Results,
    check_json,
    clock_of,
    how_of,
    openings_of,
    play_all,
    print_table,
    write_json,
)
from shirokuro.cluster import RayArena
from shirokuro.matches.forfeits import MAX_FORFEITS
from shirokuro.matches.gtp_client import DEFAULT_TIMEOUT
from shirokuro.matches.gtp_player import GtpPlayer
from shirokuro.matches.players import FIXED_PLAYERS, EpsilonPlayer, ModelPlayer, OnePlyPlayer, WeightedPieceCounter
from shirokuro.matches.sprt import Sprt
from shirokuro.models import DEFAULT
from shirokuro.runs.checkpoints import model_of
from shirokuro.signals import StopSignals

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Collection, Sequence

    from shirokuro.engine.limits import SearchLimits
    from shirokuro.matches.arena import Arena
    from shirokuro.matches.players import Player, SessionPlayer
    from shirokuro.matches.result import MatchGame, MatchResult

HELP = "Play a model against fixed opponents, other models and programs, or a run's checkpoints against each other."
EXAMPLE = "runs/first --opponent default --games 100 --depth 4"

_DEFAULT = ("random", "heuristic")
_WPC_EPSILON = 0.1
_GAMES = 400
_DEPTH = 3
_EXACT_EMPTIES = 8
_LONGEST_SEARCH_MS = 3_600_000.0
_TABLE_MB = 1

_UNSEARCHED = {"confidence": 100, "search_threads": 1, "table_mb": _TABLE_MB}
"""The defaults of options that say how to search; those of the others are None."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    levels.add_model(parser)
    parser.add_argument(
        "--opponent",
        action="append",
        metavar="NAME",
        help=f"{', '.join(FIXED_PLAYERS)}, default (the model that ships with the package), a model file, a run "
        "directory, or gtp:COMMAND for a program that speaks the Go Text Protocol, such as 'gtp:gtp-rhino -l 3 -b 0'; "
        "repeatable (default: random and heuristic)",
    )
    parser.add_argument(
        "--games",
        type=int,
        metavar="N",
        help=f"games per match, an even number (default: {_GAMES}; for a ladder or a round robin: 100)",
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", default=1, help="seed of openings and random moves (default: %(default)s)"
    )
    parser.add_argument("--threads", type=int, metavar="N", help="games played in parallel (default: one per core)")
    parser.add_argument(
        "--ray",
        nargs="?",
        const="",
        metavar="ADDRESS",
        help="play on the nodes of the Ray cluster at ADDRESS, such as 10.0.0.1:6379 or auto; without an address, of "
        "one that is started on this machine. The results are the same",
    )
    how = parser.add_argument_group(
        "search limits of the models", "Give at most one of --depth, --nodes and --time-ms."
    )
    levels.add_limits(how, depth=_DEPTH, exact_empties=_EXACT_EMPTIES)
    levels.add_search(how, threads="--search-threads", confidence=100, table_mb=_TABLE_MB)
    match = parser.add_argument_group("matches")
    match.add_argument(
        "--opening-plies",
        type=int,
        metavar="N",
        help="random moves in each opening (default: 8); 0 starts all games from the initial position, which is useful "
        "only for players that move at random",
    )
    match.add_argument(
        "--openings",
        metavar="FILE",
        help="play the openings of a file, in an order that the seed decides, instead of random ones: a list with an "
        "opening per line, such as XOT's, or games or positions in any format; --games is then at most, and by "
        "default, two for each opening",
    )
    match.add_argument(
        "--balanced",
        type=float,
        metavar="DISCS",
        help="play only random openings in which neither side is ahead by more than DISCS, in the view of the model "
        "that ships with the package, ten plies deep, so that fewer games are decided by their opening",
    )
    match.add_argument(
        "--clock",
        metavar="SECONDS[+INCREMENT]",
        help="the time of each side for a game, such as 60 or 60+0.5, with an increment for each move: models share it "
        "out, programs are told what is left, and a side that runs out of time forfeits the game. Without --depth, "
        "--nodes and --time-ms, the clock alone limits the searches of models",
    )
    match.add_argument(
        "--wpc-protocol",
        action="store_true",
        help="the published protocol for wpc: both players search one ply, break ties at random and play one move in "
        "ten at random; all games start from the initial position",
    )
    match.add_argument(
        "--sprt",
        metavar="ELO0,ELO1[,ALPHA[,BETA]]",
        help="sequential test: end each match as soon as it is decided whether the model is ELO0 or ELO1 Elo points "
        "stronger, with error probabilities ALPHA and BETA (default: 0.05), after at most --games games. A negative "
        "ELO0 needs an equals sign: --sprt=-3,3",
    )
    match.add_argument(
        "--min-score",
        type=float,
        metavar="X",
        help="exit with code 1 if the model scores less than this share of the points, 0…1",
    )
    match.add_argument(
        "--gtp-timeout",
        type=float,
        default=DEFAULT_TIMEOUT,
        metavar="SECONDS",
        help="a program that takes longer for a move loses the game (default: %(default)g)",
    )
    match.add_argument(
        "--max-forfeits",
        type=float,
        default=MAX_FORFEITS,
        metavar="X",
        help="end a match with an error if a program forfeits more than this share of the games (below 1), or more "
        "than this number of games (default: %(default)s)",
    )
    match.add_argument(
        "--json",
        metavar="FILE",
        help="write all results to a JSON file, or to standard output with -; what was played if it is interrupted",
    )
    match.add_argument(
        "--save-games",
        metavar="FILE",
        help="write all games to a file in GGF, one per line, for `shirokuro analyse` and other programs; those that "
        "were played if it is interrupted. An existing file is replaced",
    )
    ladder.add_arguments(parser)
    round_robin.add_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Plays the matches and prints the table; returns the exit code."""

    def interrupt() -> NoReturn:
        raise KeyboardInterrupt

    with StopSignals(interrupt) as signals:
        try:
            if options.ray is None:
                return _run(options, None)
            with RayArena(options.ray or None) as arena:
                return _run(options, arena)
        except KeyboardInterrupt:
            return 128 + (signals.received or 2)


def _run(options: argparse.Namespace, arena: Arena | None) -> int:
    if options.ladder and options.round_robin:
        raise ValueError("--ladder can't be combined with --round-robin")
    if options.plot and not options.ladder:
        raise ValueError("--plot draws a ladder: give --ladder as well")
    if options.save_games and options.json and Path(options.save_games).resolve() == Path(options.json).resolve():
        raise ValueError(f"--save-games and --json can't both be {options.json}")
    with games_file(options.save_games) as record:
        if options.ladder:
            return ladder.run(options, _how(options), opponent_named, arena=arena, record=record)
        if options.round_robin:
            return round_robin.run(options, _how(options), opponent_named, arena=arena, record=record)
        return _run_matches(options, arena, record)


def _how(options: argparse.Namespace) -> dict[str, Any]:
    if clock := clock_of(options):  # which alone limits the searches unless a limit is given
        time_ms = min(1000 * clock.main, _LONGEST_SEARCH_MS)
        limits = levels.limits_of(options, depth=None, time_ms=time_ms, exact_empties=_EXACT_EMPTIES)
    else:
        limits = levels.limits_of(options, depth=_DEPTH, exact_empties=_EXACT_EMPTIES)
    return levels.player_arguments(options, limits)


def opponent_named(name: str, options: argparse.Namespace) -> Player | SessionPlayer:
    """Returns a fixed opponent, a program or a model.

    Raises:
        ValueError: there is none of this name.
    """
    if fixed := FIXED_PLAYERS.get(name):
        return fixed
    kind, _, command = name.partition(":")
    if kind == "gtp":
        return GtpPlayer(command, options.gtp_timeout)
    if name != DEFAULT and not Path(name).exists():
        names = f"{', '.join(FIXED_PLAYERS)}, {DEFAULT}"
        raise ValueError(f"opponent = {name!r}: must be {names}, a model file, a run directory or gtp:COMMAND")
    return _model(name, options)


def _model(path: str, options: argparse.Namespace) -> ModelPlayer:
    return ModelPlayer(evaluator=Evaluator.load(model_of(path)), name=_shown(path), **_how(options))


def _shown(path: str) -> str:
    """Returns the last two parts of a path, because runs name their models alike."""
    return "/".join(Path(path).parts[-2:])


def _run_matches(options: argparse.Namespace, arena: Arena | None, record: Callable[[MatchGame], object] | None) -> int:
    sprt = Sprt.parse(options.sprt) if options.sprt else None
    if options.min_score is not None and not 0 <= options.min_score <= 1:
        raise ValueError(f"min_score = {options.min_score:g}: must be within 0…1")
    check_json(options.json)
    if options.wpc_protocol:
        _check_protocol(options)
    games, openings = openings_of(options, _GAMES)
    player, opponents, how = (_by_protocol if options.wpc_protocol else _by_options)(options)
    contest = Contest(
        player=player,
        how=how,
        games=games,
        seed=options.seed,
        threads=options.threads,
        opening_plies=0 if options.wpc_protocol else options.opening_plies,
        openings=openings,
        balanced=options.balanced,
        clock=clock_of(options),
        max_forfeits=options.max_forfeits,
        sprt=sprt,
        arena=arena,
    )

    def show(results: Results, unfinished: Results, *, complete: bool = False) -> None:
        # The file comes first: standard output may be full or closed.
        content = contest.to_dict([*results, *unfinished], complete=complete)
        write_json(options.json, {"model": options.model, **content})
        if options.json != "-" and results:
            print_table(contest, results)

    results = play_all(contest, opponents, interrupted=show, record=record)
    show(results, [], complete=True)
    return _worst({_exit_code(result, sprt, options.min_score) for _, result in results})


def _by_options(options: argparse.Namespace) -> tuple[Player, list[Player | SessionPlayer], str]:
    player = _model(options.model, options)
    opponents = [opponent_named(name, options) for name in options.opponent or _DEFAULT]
    return player, opponents, how_of(options, _how(options))


def _check_protocol(options: argparse.Namespace) -> None:
    names = ("opponent", "depth", "nodes", "time_ms", "exact_empties", "opening_plies", "openings", "balanced", "clock")
    for name in (*names, "confidence", "search_threads", "table_mb"):
        if getattr(options, name) != _UNSEARCHED.get(name):
            raise ValueError(f"--wpc-protocol fixes how to play: --{name.replace('_', '-')} can't be combined with it")


def _by_protocol(options: argparse.Namespace) -> tuple[Player, Sequence[Player | SessionPlayer], str]:
    player = OnePlyPlayer(evaluator=Evaluator.load(model_of(options.model)), name=_shown(options.model))
    opponents = [EpsilonPlayer(player=WeightedPieceCounter(), epsilon=_WPC_EPSILON)]
    how = f"both at 1 ply, random moves with ε = {_WPC_EPSILON}, from the start"
    return EpsilonPlayer(player=player, epsilon=_WPC_EPSILON), opponents, how


def _worst(codes: Collection[ExitCode]) -> ExitCode:
    """Returns the exit code of several matches: a lost one is worse than one without a decision."""
    return next(code for code in (ExitCode.WORSE, ExitCode.UNDECIDED, ExitCode.SUCCESS) if code in codes)


def _exit_code(result: MatchResult, sprt: Sprt | None, min_score: float | None) -> ExitCode:
    if min_score is not None and result.score < min_score:
        return ExitCode.WORSE
    if not sprt:
        return ExitCode.SUCCESS
    codes = {"elo0": ExitCode.WORSE, "elo1": ExitCode.SUCCESS, None: ExitCode.UNDECIDED}
    return codes[sprt.decision(result.pair_counts)]


def print_results(
    evaluator: Evaluator, limits: SearchLimits, opponents: Sequence[Player], *, games: int, seed: int
) -> None:
    """Plays a match against each opponent and prints the table of results."""
    limited = limits.as_dict()
    how = ", ".join(f"{name} {value}" for name, value in limited.items())
    contest = Contest(player=ModelPlayer(evaluator=evaluator, **limited), how=how, games=games, seed=seed)

    def show(results: Results, _unfinished: Results | None = None) -> None:
        if results:
            print_table(contest, results)

    show(play_all(contest, opponents, interrupted=show))
