"""`shirokuro evaluate --round-robin`: several models and programs, all against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shirokuro.cli.exit_codes import ExitCode
from shirokuro.cli.ladder import GAMES, MATCHES_ONLY, refuse_with
from shirokuro.cli.matches import (
    check_json,
    clock_of,
    how_of,
    openings_of,
    output,
    result_to_dict,
    write_json,
)
from shirokuro.cli.series import play_series, print_matches, print_ratings
from shirokuro.display.format import counted
from shirokuro.matches.round_robin import all_pairs, rate, unrated

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence

    from shirokuro.matches.arena import Arena
    from shirokuro.matches.players import Player, SessionPlayer
    from shirokuro.matches.result import MatchGame
    from shirokuro.matches.round_robin import LadderMatch


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
    *,
    arena: Arena | None,
    record: Callable[[MatchGame], object] | None,
) -> int:
    """Plays the matches, prints the tables and writes the file."""
    refuse_with("--round-robin", options, MATCHES_ONLY)
    check_json(options.json)
    games, openings = openings_of(options, GAMES)
    players = _players(options, player_named)
    described = how_of(options, how)
    conditions = {
        "how": described,
        "games": games,
        "seed": options.seed,
        "opening_plies": options.opening_plies,
        "openings": None if openings is None else len(openings),
        "balanced": options.balanced,
    }

    def interrupted(matches: Sequence[LadderMatch]) -> None:
        write_json(options.json, {**unrated(players), **conditions, "complete": False, "matches": _rows(matches)})
        if options.json != "-":
            print_matches(players, matches)

    matches = play_series(
        players,
        all_pairs(players),
        title="round robin",
        games=games,
        seed=options.seed,
        interrupted=interrupted,
        threads=options.threads,
        opening_plies=options.opening_plies,
        openings=openings,
        clock=clock_of(options),
        max_forfeits=options.max_forfeits,
        arena=arena,
        record=record,
    )
    standings = rate(players, matches)
    content = {**standings.to_dict(), **conditions, "complete": True, "matches": _rows(matches)}
    # The file comes first: standard output may be full or closed.
    write_json(options.json, content)
    if options.json != "-":
        each = counted(games, "game", form="")
        print_ratings(standings, f"round robin ({described}): {each} per match, seed {options.seed}")
        output().print(
            "Elo is relative to the mean of the players; the score is against all other players.", style="dim"
        )
        print_matches(players, matches)
    return ExitCode.SUCCESS


def _rows(matches: Sequence[LadderMatch]) -> list[dict[str, Any]]:
    return [{"first": match.first, "second": match.second, **result_to_dict(match.result)} for match in matches]


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
