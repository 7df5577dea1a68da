"""`shirokuro evaluate --ladder`: the growth of a run's strength."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from shirokuro.cli.exit_codes import ExitCode
from shirokuro.cli.matches import check_json, how_of, openings_of, output, write_json
from shirokuro.cli.series import play_series, print_matches, print_ratings
from shirokuro.cli.terminal import console
from shirokuro.matches.ladder import LADDER_FILE, plan_ladder, save_ladder
from shirokuro.matches.round_robin import rate, unrated
from shirokuro.plots.ladder import draw_ladder
from shirokuro.plots.style import PALETTES, check_picture

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from shirokuro.matches.arena import Arena
    from shirokuro.matches.players import Player, SessionPlayer
    from shirokuro.matches.result import MatchGame
    from shirokuro.matches.round_robin import LadderMatch

GAMES = 100
"""The default number of games per match."""

_DEFAULT = ("random", "heuristic", "wpc")
MATCHES_ONLY = ("wpc_protocol", "sprt", "min_score")
"""Options that decide about the matches of one player."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    group = parser.add_argument_group("ladder", "The strength of a run's checkpoints over its games.")
    group.add_argument(
        "--ladder",
        action="store_true",
        help="play the checkpoints of the given run directory against each other and against the opponents "
        f"(default: {', '.join(_DEFAULT)}), and write the table to {LADDER_FILE} in that directory",
    )
    group.add_argument(
        "--checkpoints",
        type=int,
        default=6,
        metavar="N",
        help="play at most N checkpoints, evenly spaced (default: %(default)s)",
    )
    group.add_argument("--plot", type=Path, metavar="FILE", help="also draw strength over games: .svg, .png or .pdf")
    group.add_argument(
        "--theme", choices=sorted(PALETTES), default="light", help="colours of the picture (default: %(default)s)"
    )


def refuse_with(kind: str, options: argparse.Namespace, names: Iterable[str]) -> None:
    """Raises an error if an option is given that this kind of matches does not have."""
    for name in names:
        if (value := getattr(options, name)) is not None and value is not False:
            raise ValueError(f"--{name.replace('_', '-')} can't be combined with {kind}")


def run(
    options: argparse.Namespace,
    how: Mapping[str, Any],
    opponent_named: Callable[[str, argparse.Namespace], Player | SessionPlayer],
    *,
    arena: Arena | None,
    record: Callable[[MatchGame], object] | None,
) -> int:
    """Plays the ladder, prints the table and writes the files."""
    refuse_with("--ladder", options, (*MATCHES_ONLY, "opening_plies", "clock"))
    directory = Path(options.model)
    if not directory.is_dir():
        raise ValueError(f"{directory} is not a directory: --ladder needs a run directory")
    if options.plot:
        check_picture(options.plot)
    check_json(options.json)
    games, openings = openings_of(options, GAMES)
    plan = plan_ladder(
        directory,
        [opponent_named(name, options) for name in options.opponent or _DEFAULT],
        limits=how,
        checkpoints=options.checkpoints,
    )

    def interrupted(matches: Sequence[LadderMatch]) -> None:
        left = {**unrated(plan.players, plan.games_played), "matches": [match.to_dict() for match in matches]}
        write_json(options.json, {"run": directory.name, "complete": False, **left})
        if options.json != "-":
            print_matches(plan.players, matches)

    matches = play_series(
        plan.players,
        plan.paired,
        title="ladder",
        games=games,
        seed=options.seed,
        interrupted=interrupted,
        threads=options.threads,
        openings=openings,
        max_forfeits=options.max_forfeits,
        arena=arena,
        record=record,
    )
    ladder = rate(plan.players, matches, games_played=plan.games_played)
    content = {"run": directory.name, "complete": True, **ladder.to_dict()}
    # Files come first: standard output may be full or closed.
    saved = [save_ladder(directory, content)]
    if options.plot:
        draw_ladder(
            options.plot,
            ladder.rungs,
            title=f"{directory.name}: strength over games, 95 % intervals",
            theme=options.theme,
        )
        saved.append(options.plot)
    write_json(options.json, content)
    if options.json != "-":
        title = f"{directory}: strength of the checkpoints ({how_of(options, how)}), seed {options.seed}"
        print_ratings(ladder, title)
        output().print(
            "Elo is relative to the mean of the checkpoints; the score is against all other players.", style="dim"
        )
    console(stderr=True).print(f"wrote {' and '.join(map(str, saved))}", highlight=False)
    return ExitCode.SUCCESS
