"""`shirokuro evaluate --round-robin`: several models and programs, all against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from shirokuro.cli.exit_codes import ExitCode
from shirokuro.cli.ladder import GAMES, MATCHES_ONLY, print_ratings
from shirokuro.cli.matches import (
    check_json,
    clock_of,
    games_of,
    how_of,
    openings_of,
    output,
    result_to_dict,
    write_json,
)
from shirokuro.cli.terminal import console
from shirokuro.display.format import counted
from shirokuro.matches.gtp_client import GtpError
from shirokuro.matches.round_robin import LadderMatch, all_pairs, play_pairs, rate

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence

    from shirokuro.matches.arena import Arena
    from shirokuro.matches.players import Player, SessionPlayer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    group = parser.add_argument_group("round robin", "Several models and programs, all against each other.")
    group.add_argument(
        "--round-robin",
        action="store_true",
        help="play the model and the opponents all against each other, and rate them together; for example "
        "--round-robin one.shiro --opponent two.shiro --opponent heuristic",
    )


def run(
    options: argparse.Namespace,
    how: Mapping[str, Any],
    player_named: Callable[[str, argparse.Namespace], Player | SessionPlayer],
    arena: Arena | None,
) -> int:
    """Plays the matches, prints the tables and writes the file."""
    for name in MATCHES_ONLY:
        if getattr(options, name):
            raise ValueError(f"--{name.replace('_', '-')} can't be combined with --round-robin")
    check_json(options.json)
    openings = openings_of(options)
    games = games_of(options, openings, GAMES)
    players = _players(options, player_named)
    names = [player.name for player in players]
    matches: list[LadderMatch] = []
    with console(stderr=True).status("round robin") as status:

        def progress(names: str, played: int, total: int) -> None:
            status.update(Text(f"match {played + 1} of {total}: {names}"))

        try:
            for match in play_pairs(
                players,
                all_pairs(players),
                games=games,
                seed=options.seed,
                threads=options.threads,
                opening_plies=options.opening_plies,
                openings=openings,
                clock=clock_of(options),
                max_forfeits=options.max_forfeits,
                progress=progress,
                arena=arena,
            ):
                matches.append(match)  # noqa: PERF402 (those before an error are printed)
        except (GtpError, KeyboardInterrupt):
            if matches:
                _print_matches(names, matches)
            raise
    standings = rate(players, matches)
    described = how_of(options, how)
    content = {
        **standings.to_dict(),
        "how": described,
        "games": games,
        "seed": options.seed,
        "opening_plies": options.opening_plies,
        "openings": None if openings is None else len(openings),
        "matches": [
            {"first": match.first, "second": match.second, **result_to_dict(match.result)} for match in matches
        ],
    }
    # The file comes first: standard output may be full or closed.
    write_json(options.json, content)
    if options.json != "-":
        each = counted(games, "game", form="")
        print_ratings(standings, f"round robin ({described}): {each} per match, seed {options.seed}")
        output().print(
            "Elo is relative to the mean of the players; the score is against all other players.", style="dim"
        )
        _print_matches(names, matches)
    return ExitCode.SUCCESS


def _players(
    options: argparse.Namespace, player_named: Callable[[str, argparse.Namespace], Player | SessionPlayer]
) -> list[Player | SessionPlayer]:
    if not options.opponent:
        raise ValueError("--round-robin needs opponents: give at least one --opponent")
    players = [player_named(name, options) for name in (options.model, *options.opponent)]
    names = [player.name for player in players]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f"--round-robin: {twice} takes part twice")
    return players


def _print_matches(names: Sequence[str], matches: Sequence[LadderMatch]) -> None:
    """Prints the result of every match, and the forfeits."""
    table = Table(box=SIMPLE_HEAD, show_edge=False)
    table.add_column("match", overflow="fold")
    for column in ("wins", "draws", "losses", "score", "discs", "forfeits"):
        table.add_column(column, justify="right", no_wrap=True)
    for match in matches:
        result = match.result
        table.add_row(
            f"{names[match.first]} – {names[match.second]}",
            str(result.wins),
            str(result.draws),
            str(result.losses),
            f"{result.score:.3f}",
            "" if result.mean_difference is None else f"{result.mean_difference:+.2f}",
            str(len(result.forfeits)),
        )
    shown = output()
    shown.print()
    shown.print(table)
    for match in matches:
        if forfeits := match.result.forfeits:
            first, count = forfeits[0], counted(len(forfeits), "game was", "games were")
            shown.print(
                f"{names[match.first]} – {names[match.second]}: {count} forfeited; "
                f"the first was game {first.game + 1}, by {first.player}: {first.reason}",
                highlight=False,
            )
