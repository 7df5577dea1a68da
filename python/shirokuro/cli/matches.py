"""Matches on the command line: progress, the table of results, and JSON."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from shirokuro._core import __version__
from shirokuro.cli.levels import has_limit
from shirokuro.cli.terminal import console, say
from shirokuro.config import LIMITS
from shirokuro.display.format import counted
from shirokuro.files import check_writable, write_text
from shirokuro.game.clock import GameClock
from shirokuro.matches.arena import MOST_GAMES, check_games, play_match
from shirokuro.matches.balance import balanced_openings
from shirokuro.matches.elo import PAIR_SCORES, elo_difference
from shirokuro.matches.forfeits import MAX_FORFEITS
from shirokuro.matches.gtp_client import GtpError
from shirokuro.matches.openings import read_openings
from shirokuro.matches.players import ModelPlayer
from shirokuro.matches.result import MatchRecord

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence

    from rich.console import Console

    from shirokuro.matches.arena import Arena
    from shirokuro.matches.openings import Opening
    from shirokuro.matches.players import Player, SessionPlayer
    from shirokuro.matches.result import MatchGame, MatchResult, PairCounts
    from shirokuro.matches.sprt import Sprt

_PIPE_WIDTH = 110
"""The width in columns without a terminal to ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """A player's matches against several opponents, all under the same conditions."""

    player: Player | SessionPlayer
    games: int
    seed: int
    how: str = ""
    """A description of how the models play, for the title of the table."""
    threads: int | None = None
    opening_plies: int | None = None
    openings: Sequence[Opening] | None = None
    balanced: float | None = None
    """The discs by which openings may differ from even, if they were chosen so."""
    clock: GameClock | None = None
    max_forfeits: float = MAX_FORFEITS
    sprt: Sprt | None = None
    arena: Arena | None = None

    def to_dict(self, results: Results, *, complete: bool) -> dict[str, Any]:
        """Returns the content of the JSON file; one that is not complete was interrupted."""
        return {
            "version": __version__,
            "complete": complete,
            "how": self.how,
            "games": self.games,
            "seed": self.seed,
            "opening_plies": self.opening_plies,
            "openings": None if self.openings is None else len(self.openings),
            "balanced": self.balanced,
            "matches": [
                {"opponent": opponent.name, **result_to_dict(result), **_sprt_to_dict(self.sprt, result)}
                for opponent, result in results
            ],
        }


Results = list[tuple["Player | SessionPlayer", "MatchResult"]]


def output() -> Console:
    """Returns a console for tables, which is as wide as the terminal, or wide enough for them."""
    return console(pipe_width=_PIPE_WIDTH)


def play_all(
    contest: Contest,
    opponents: Sequence[Player | SessionPlayer],
    interrupted: Callable[[Results, Results], None] | None = None,
    record: Callable[[MatchGame], object] | None = None,
) -> Results:
    """Plays all matches, shows their progress on a terminal, and calls `record` with each finished game.

    Ctrl-C or a faulty program calls `interrupted` with the results so far: those of the matches that have ended, and
    then, in a list of its own, that of the match in progress, if a pair of its games has ended.
    """
    results: Results = []
    number, unfinished_match = 0, MatchRecord(record)
    # Standard output may be a pipe to another program, which expects only results.
    messages = console(stderr=True)
    try:
        for index, opponent in enumerate(opponents):
            unfinished_match.clear()
            number = index  # after that: what is recorded always belongs to this match
            with messages.status(Text(f"against {opponent.name}")) as status:

                def watch(now: PairCounts) -> bool:
                    status.update(Text(f"against {opponent.name}: {_standing(now, contest)}"))  # noqa: B023 (called here)
                    return bool(contest.sprt and contest.sprt.decision(now))

                result = play_match(
                    contest.player,
                    opponent,
                    games=contest.games,
                    seed=contest.seed,
                    threads=contest.threads,
                    opening_plies=contest.opening_plies,
                    openings=contest.openings,
                    clock=contest.clock,
                    max_forfeits=contest.max_forfeits,
                    record=unfinished_match.add,
                    stop=watch,
                    arena=contest.arena,
                )
            results.append((opponent, result))
    except (GtpError, KeyboardInterrupt) as error:
        in_progress = unfinished_match.result if number == len(results) else None
        unfinished = [(opponents[number], in_progress)] if in_progress else []
        if interrupted and (results or unfinished):
            interrupted(results, unfinished)
        if isinstance(error, KeyboardInterrupt):
            for opponent, result in unfinished:
                standing = _standing(result.pair_counts, contest)
                say(f"stopped while playing against {opponent.name}: {standing}", error=True)
        raise
    return results


def _standing(counts: PairCounts, contest: Contest) -> str:
    pairs = sum(counts)
    score = sum(share * count for share, count in zip(PAIR_SCORES, counts, strict=True)) / pairs
    text = f"{2 * pairs} of {counted(contest.games, 'game', form='')}, score {score:.3f}"
    if contest.sprt:
        low, high = contest.sprt.bounds
        text += f", LLR {contest.sprt.log_likelihood_ratio(counts):+.2f} ({low:.2f} … {high:.2f})"
    return f"{text}, Elo {elo_difference(counts)}"


def print_table(contest: Contest, results: Results) -> None:
    """Prints the table of results and the remarks on them."""
    how = f" ({contest.how})" if contest.how else ""
    # The table fits into 80 columns.
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=0)
    table.add_column("opponent", overflow="fold", min_width=9)
    for title in (
        "wins",
        "draws",
        "losses",
        "win\nrate",
        "score",
        "Elo,\n95 % interval",
        "discs",
        "wipe-\nouts",
        "for-\nfeits",
    ):
        table.add_column(title, justify="right", no_wrap=True, min_width=5)
    for opponent, result in results:
        table.add_row(opponent.name, *_row(result))
    shown = output()
    games = counted(contest.games, "game", form="")
    shown.print(f"{contest.player.name}{how}: {games} against each opponent, seed {contest.seed}", highlight=False)
    shown.print(table)
    for opponent, result in results:
        for line in _remarks(contest, opponent.name, result):
            shown.print(line, highlight=False)


def _row(result: MatchResult) -> tuple[str, ...]:
    discs = result.mean_difference
    return (
        str(result.wins),
        str(result.draws),
        str(result.losses),
        f"{result.win_rate:.1%}",
        f"{result.score:.3f}",
        str(result.elo),
        "" if discs is None else f"{discs:+.2f}",
        f"{result.wipeouts}:{result.wiped_out}",
        str(len(result.forfeits)),
    )


def _remarks(contest: Contest, opponent: str, result: MatchResult) -> list[str]:
    lines = []
    if sprt := contest.sprt:
        ratio = sprt.log_likelihood_ratio(result.pair_counts)
        decision = {
            "elo1": f"{sprt.elo1:+g} Elo rather than {sprt.elo0:+g}",
            "elo0": f"{sprt.elo0:+g} Elo rather than {sprt.elo1:+g}",
            None: f"no decision between {sprt.elo0:+g} and {sprt.elo1:+g} Elo",
        }[sprt.decision(result.pair_counts)]
        lines.append(f"{opponent}: {decision} after {counted(result.games, 'game', form='')} (LLR {ratio:+.2f})")
    if result.forfeits:
        first, count = result.forfeits[0], len(result.forfeits)
        lines.append(
            f"{opponent}: {counted(count, 'game was', 'games were')} forfeited; "
            f"the first was game {first.game + 1}, "
            f"by {first.player}: {first.reason}"
        )
    return lines


def result_to_dict(result: MatchResult) -> dict[str, Any]:
    """Returns a match result for JSON, where infinite and unknown values are null."""
    return {
        "games": result.games,
        "wins": result.wins,
        "draws": result.draws,
        "losses": result.losses,
        "win_rate": result.win_rate,
        "score": result.score,
        "pair_counts": list(result.pair_counts),
        "elo": {name: value if math.isfinite(value) else None for name, value in asdict(result.elo).items()},
        "mean_difference": result.mean_difference,
        "wipeouts": result.wipeouts,
        "wiped_out": result.wiped_out,
        "differences": list(result.differences),
        "forfeits": [asdict(forfeit) for forfeit in result.forfeits],
    }


def _sprt_to_dict(sprt: Sprt | None, result: MatchResult) -> dict[str, Any]:
    if not sprt:
        return {}
    low, high = sprt.bounds
    measured = {
        "log_likelihood_ratio": sprt.log_likelihood_ratio(result.pair_counts),
        "low": low,
        "high": high,
        "decision": sprt.decision(result.pair_counts),
    }
    return {"sprt": {**asdict(sprt), **measured}}


def clock_of(options: argparse.Namespace) -> GameClock | None:
    """Returns the clock of each side, if there is one.

    Raises:
        ValueError: it can't be read, or is out of its range.
    """
    return None if options.clock is None else GameClock.parse(options.clock)


def how_of(options: argparse.Namespace, how: Mapping[str, Any]) -> str:
    """Describes how the models play, leaving out the defaults of `ModelPlayer`, and from which openings."""
    defaults = {field.name: field.default for field in fields(ModelPlayer)}
    parts = {
        name: str(value) if isinstance(value, int) else f"{value:g}"
        for name, value in how.items()
        if name in LIMITS or value != defaults[name]
    }
    if options.clock is not None:
        if not has_limit(options):
            del parts["time_ms"]
        parts["clock"] = options.clock
    if options.openings is not None:
        parts["openings of"] = Path(options.openings).name
    if options.balanced is not None:
        parts["openings within"] = f"{options.balanced:g} discs"
    return ", ".join(f"{name} {value}" for name, value in parts.items())


def openings_of(options: argparse.Namespace, default: int) -> tuple[int, list[Opening] | None]:
    """Returns the number of games of each match, and the openings, if they are not simply random.

    The games are, by default, two for each opening of a file.

    Raises:
        OSError: the file can't be read.
        ValueError: options can't be combined, a value is out of its range, or there are too few openings.
    """
    games = default if options.games is None else int(options.games)
    if options.openings is not None:
        for name in ("opening_plies", "balanced"):
            if getattr(options, name) is not None:
                raise ValueError(f"--{name.replace('_', '-')} can't be combined with --openings")
        openings = read_openings(options.openings)
        if options.games is None:
            games = min(2 * len(openings), MOST_GAMES)
        check_games("games", games)
        if games > 2 * len(openings):
            raise ValueError(f"games = {games}: {options.openings} has openings for {2 * len(openings):,} games")
        return games, openings
    check_games("games", games)
    return games, None if options.balanced is None else _balanced(options, games // 2)


def _balanced(options: argparse.Namespace, count: int) -> list[Opening]:
    with console(stderr=True).status(Text("looking for balanced openings")) as status:
        return balanced_openings(
            count,
            within=options.balanced,
            seed=options.seed,
            plies=options.opening_plies,
            threads=options.threads,
            progress=lambda found: status.update(Text(f"{found} of {counted(count, 'balanced opening')}")),
        )


def check_json(path: str | None) -> None:
    """Checks before the games that the file can be written.

    Raises:
        OSError: the file can't be written.
    """
    if path and path != "-":
        check_writable(path)


def write_json(path: str | None, content: Mapping[str, Any]) -> None:
    """Writes the JSON file if a path is given; `-` stands for standard output."""
    if path == "-":  # in ASCII, which every encoding has
        print(json.dumps(content, allow_nan=False))
    elif path:
        write_text(path, json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n")
