"""The dashboard's help: the keys, and every word that a page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from rich.console import Console
from rich.text import Text

from shirokuro.cli.tui.blocks import Block, fit
from shirokuro.config import TrainConfig, shown_name
from shirokuro.runs.measures import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Words: TypeAlias = "Sequence[tuple[str, str]]"
"""Words with their explanations."""

Section: TypeAlias = "tuple[str, Words]"
"""A title, and the words below it."""

_WORD_COLUMNS = 22
"""The width of the column of words, at most a third of the screen."""

_KEYS = (
    ("z", "curves show the whole run, its last half, or its last tenth"),
    ("↑ ↓, page up and down", "scroll"),
    ("? h", "this help, and back"),
    ("q, Esc", "quit; Ctrl-Z suspends"),
)

_PAGE_KEYS = (("1 … 4, ← →, Tab", "overview; curves; resources; warnings. In the help: the words of that page"),)

_STATES = (
    ("waiting", "for the run to start: there are no files yet"),
    ("starting, started", "it has settings, but no metrics yet: lines of figures, which it writes at times"),
    ("running", "with the time since it wrote its newest line"),
    ("silent", "it should have written a line long ago. Its files do not say whether it is alive"),
    ("stopped and saved", "before its end; train --resume continues"),
    ("complete", "all games are played"),
)

_PROGRESS = (
    ("games", "played so far, and the length of the run"),
    ("games/s, speed", "games per second, learning included: of the last half minute, and the mean of the run"),
    ("gone, left", "time spent playing and learning, and the estimate of the time still needed"),
    ("–", "not known, or not measured"),
    ("k, M, MB", "thousands, millions, megabytes"),
    ("s, min, h, d ago", "seconds, minutes, hours, days"),
)

_AXES = (
    ("curves", "values over games played, which the axis at the bottom shows, from the first to the newest shown"),
    ("left axis", "the lowest and the highest value shown. The newest one is next to the title"),
)

_TERMS = (
    ("disc", "a piece. Values, errors and differences are in discs: +6 is a win by 35 : 29"),
    ("target", "what a position's evaluation should have been: the mean of later search values and the result"),
    ("evaluation", "what the model says without a search; a value is what a search says"),
    ("side to move", "values are in its view; disc differences are in Black's"),
    ("entry", "one place in a table of pattern weights; reachable if it can occur in a game"),
    ("table, probes", "a memory of searched positions, and look-ups in it"),
    ("Adam, step size", "the method of learning, and how far it moves a weight at a time"),
    ("±", "after a mean: standard deviation; after a strength or gain: the 95 % interval"),
    ("Elo", "points of strength: 100 more score 64 %, 400 more score 91 %"),
    ("heuristic player", "a fixed opponent that knows corners and edges; its strength is 0"),
)

_CHANGING = tuple(key.removeprefix("play.") for key in MEASURES if key.startswith("play."))
"""The settings that each line of metrics has, because they may change during the run."""

_PANELS: Mapping[str, Words] = {
    "results": (
        ("results, last 10,000", "shares of the newest 10,000 games"),
        ("Black, White, draws", "games won by either side, and by neither"),
        ("moves per game", "mean number of moves, without passes"),
        ("failed games", "whose worker crashed or hung; nothing is learned from them"),
        ("strength", "Elo points above the heuristic player, with the 95 % interval"),
        ("gain, … games", "strength gained over these games"),
        ("nodes, waiting", "machines that play, and the share of their time without work"),
    ),
    "evaluation": (
        ("values, discs", "mean ± standard deviation of the search values since the line before"),
        ("value range", "the lowest … the highest of them"),
        ("depth reached", "plies (moves) that searches looked ahead: mean (least…most)"),
        ("entries learned", "share of the reachable entries that were updated at least once"),
        ("mean updates", "of an entry, of those that the games so far allow for"),
        ("table hits", "share of look-ups in the search's memory that found their position"),
        ("λ, ε", "weight of later values in a target; chance of a random move"),
    ),
    "memory": (
        ("memory, in use", "resident memory of the process / its budget"),
        ("weights", "the model"),
        ("Adam's moments", "running means by which the method of learning, Adam, sets its steps"),
        ("search tables", "the searches' memory of positions that they may meet again"),
        ("game records", "games that are not learned yet"),
        ("learning", "sums of the workers that learn"),
        ("Python", "the process before its training"),
        ("other", "the rest"),
        ("free, not returned", "holes that the system can't use again"),
    ),
    "where the time goes": (
        ("% of the cores", "cores in use since the line before. Below: shares of the run's time"),
        ("playing", "searches and the rest of self-play, if they were not timed apart"),
        ("search", "searches, without exact solving"),
        ("solving", "searching to the end of the game, when few squares are empty"),
        ("bookkeeping", "moves, random numbers, records"),
        ("preparing", "targets and evaluations, before learning"),
        ("learning, learn", "errors and updates of weights"),
        ("waiting", "workers without work"),
        ("saving", "checkpoints"),
        ("strength", "matches that measure the strength"),
        ("held_out", "the error on games that are not learned from"),
        ("other", "callbacks, and Python"),
    ),
    "checkpoints": (
        ("checkpoints", "saved states, newest first: games played, size, age. --resume continues from one"),
    ),
    "warnings": (
        ("warnings and errors", "their number; then, the newest first, games played, kind and message, or none"),
        ("error, failed", "the training ended with an error; a game failed"),
        ("checkpoint, log, lock", "something could not be saved or written; the file system has no locks"),
        ("coverage", "many entries that a typical run reaches were never updated"),
        ("divergence", "values that are infinite, or too often beyond ±64 discs"),
        ("errors", "too many failed games: the training has paused"),
        ("memory, fragmentation", "the budget is exceeded, or eaten up by holes"),
        ("stagnation, undertrained", "the run no longer learns; entries are updated too rarely"),
        ("strength, cluster", "it could not be measured; a machine was lost or refused"),
        ("opponents", "other players did not finish games, which were left out"),
        ("sudden", "a generation changed a weight by many discs"),
        ("throughput", "games are played much more slowly than before"),
    ),
}
"""The words of each panel, by its title."""


def of_page(name: str, curves: Sequence[str]) -> list[Section]:
    """Returns the words of a page, where `curves` are the measures that it plots."""
    panels = {
        "overview": ("results", "evaluation", "memory", "checkpoints", "warnings"),
        "resources": ("memory", "where the time goes", "checkpoints"),
        "warnings": ("warnings",),
    }
    sections: list[Section] = [("keys", (*_PAGE_KEYS, *_KEYS))]
    if curves:
        sections.append(("curves", (*_AXES, *_measures(curves))))
    sections += [(panel, _PANELS[panel]) for panel in panels.get(name, ())]
    if name == "resources":
        docs = {shown_name(key): setting.doc for key, setting in TrainConfig.SETTINGS.items()}
        sections.append(("settings in force", [(key, docs[key]) for key in docs if key in {"seed", *_CHANGING}]))
    return [*sections, ("at the top", (*_STATES, *_PROGRESS)), ("terms", _TERMS)]


def of_comparison(curves: Sequence[str], figures: Sequence[str]) -> list[Section]:
    """Returns the words of the page that compares runs, which plots some measures and lists others."""
    table = (
        ("run, state", "the run's directory, and whether it is alive, in the colour of its curves"),
        ("games", "played so far, and their share of the run"),
        ("speed, /s", "games per second of the last half minute"),
        *_measures(figures),
        ("–", "not known, or not measured"),
    )
    return [
        ("keys", _KEYS),
        ("table", table),
        ("curves", (*_AXES, *_measures(key for key in curves if key not in set(figures)))),
        ("states", _STATES),
        ("terms", _TERMS),
    ]


def _measures(keys: Iterable[str]) -> Words:
    return [(MEASURES[key].title, MEASURES[key].help) for key in keys]


def lines_of(sections: Sequence[Section], width: int) -> Block:
    """Returns the help as lines of text, with the words in a column of their own."""
    column = min(_WORD_COLUMNS, max(width // 3, 1))
    room = max(width - column - 1, 1)
    console = Console(width=room)
    lines: Block = []
    for title, words in sections:
        lines += [fit(Text(title, "bold"), width)]
        for word, explanation in words:
            names = Text(word, "cyan").wrap(console, column)
            texts = Text(explanation).wrap(console, room)
            for row in range(max(len(names), len(texts))):
                name = fit(names[row] if row < len(names) else Text(), column)
                text = texts[row] if row < len(texts) else Text()
                lines.append(fit(Text.assemble(name, " ", text), width))
        lines.append(Text(" " * width))
    return lines[:-1]
