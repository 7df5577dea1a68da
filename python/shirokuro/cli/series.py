"""The matches of a ladder or a round robin on the command line, and what is left of them if they are interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from shirokuro.cli.matches import output
from shirokuro.cli.terminal import console, say
from shirokuro.display.format import counted
from shirokuro.matches.gtp_client import GtpError
from shirokuro.matches.result import MatchRecord
from shirokuro.matches.round_robin import LadderMatch, play_pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shirokuro.matches.arena import MatchOptions
    from shirokuro.matches.players import Player, SessionPlayer
    from shirokuro.matches.round_robin import Ladder


def play_series(
    players: Sequence[Player | SessionPlayer],
    paired: Sequence[tuple[int, int]],
    *,
    title: str,
    games: int,
    seed: int,
    interrupted: Callable[[list[LadderMatch]], None],
    **options: Unpack[MatchOptions],
) -> list[LadderMatch]:
    """Plays a match for each pair of players' indices, and shows the progress on a terminal.

    Ctrl-C or a faulty program calls `interrupted` with the matches that have ended and the games so far of the one in
    progress, if a pair of them has ended.
    """
    matches: list[LadderMatch] = []
    number, record = 0, MatchRecord(options.get("record"))
    options["record"] = record.add
    with console(stderr=True).status(title) as status:

        def progress(names: str, played: int, total: int) -> None:
            nonlocal number
            record.clear()
            number = played  # after that: what is recorded always belongs to this match
            status.update(Text(f"match {played + 1} of {total}: {names}"))

        try:
            for match in play_pairs(players, paired, games=games, seed=seed, progress=progress, **options):
                matches.append(match)  # noqa: PERF402 (those before an error are kept)
        except (GtpError, KeyboardInterrupt):
            left = [*matches]
            if number == len(matches) and (unfinished := record.result):
                first, second = paired[number]
                left.append(LadderMatch(first=first, second=second, result=unfinished))
                names = f"{players[first].name} – {players[second].name}"
                say(f"stopped during {names}, after {unfinished.games} of {counted(games, 'game')}", error=True)
            if left:
                interrupted(left)
            raise
    return matches


def print_ratings(ladder: Ladder, title: str) -> None:
    """Prints the players with their ratings, the strongest first."""
    table = Table(box=SIMPLE_HEAD, show_edge=False)
    table.add_column("player", overflow="fold")
    for column in ("Elo", "±, 95 %", "score", "games", "forfeits"):
        table.add_column(column, justify="right", no_wrap=True)
    for rung in sorted(ladder.rungs, key=lambda rung: -rung.rating.elo):
        rating = rung.rating
        table.add_row(
            rung.name,
            f"{rating.elo:+.0f}",
            f"{rating.error:.0f}",
            f"{rung.score:.3f}",
            str(rung.games),
            str(rung.forfeits),
        )
    shown = output()
    shown.print(title, highlight=False)
    shown.print(table)


def print_matches(players: Sequence[Player | SessionPlayer], matches: Sequence[LadderMatch]) -> None:
    """Prints the result of every match, and the forfeits."""
    names = [player.name for player in players]
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
