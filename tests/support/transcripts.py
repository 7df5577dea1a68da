"""Games and the notations in which people and programs write them."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from shirokuro.game.live import LiveGame

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def random_game(seed: int, plies: int = 60) -> LiveGame:
    """Plays random moves, at most `plies`."""
    random, game = Random(seed), LiveGame()
    while not game.position.is_over and len(game.moves) < plies:
        game.play(random.choice(game.position.legal_moves))
    return game


def game_with_a_pass() -> LiveGame:
    """Returns a whole game in which a side passes before the last move."""
    for seed in range(1000):
        game = random_game(seed)
        if passed_after(game):
            return game
    raise AssertionError("no game has a pass")


def passed_after(game: LiveGame) -> set[int]:
    """Returns the numbers of the moves after which the other side passes."""
    replayed, passes = LiveGame(), set[int]()
    for number, move in enumerate(game.moves, start=1):
        replayed.play(move)
        if replayed.passed:
            passes.add(number)
    return passes


def words(game: LiveGame, word: str) -> list[str]:
    """Returns the moves of a game, with `word` for each pass; without passes if it is empty."""
    passes = passed_after(game) if word else set[int]()
    written = list[str]()
    for number, move in enumerate(game.moves, start=1):
        written += [move, word] if number in passes else [move]
    return written


def _columns(moves: list[str]) -> str:
    pairs = [(*moves[at : at + 2], "")[:2] for at in range(0, len(moves), 2)]
    return "No  Black  White\n" + "\n".join(
        f"{row}\t{black}\t{white}" for row, (black, white) in enumerate(pairs, start=1)
    )


def _numbered(moves: list[str]) -> str:
    return " ".join(f"{at // 2 + 1}. {' '.join(moves[at : at + 2])}" for at in range(0, len(moves), 2))


NOTATIONS: Mapping[str, Callable[[LiveGame], str]] = {
    "one word": lambda game: game.transcript,
    "capitals": lambda game: game.transcript.upper(),
    "spaces": lambda game: " ".join(words(game, "")),
    "lines": lambda game: "\n".join(words(game, "")) + "\n",
    "CRLF": lambda game: "\r\n".join(words(game, "")) + "\r\n",
    "commas": lambda game: ", ".join(words(game, "")),
    "numbers": lambda game: _numbered(words(game, "")),
    "a number for each move": lambda game: " ".join(f"{n}.{m}" for n, m in enumerate(words(game, ""), start=1)),
    "columns": lambda game: _columns(words(game, "--")),
    "spaced --": lambda game: " ".join(words(game, "--")),
    "pass": lambda game: " ".join(words(game, "pass")),
    "ps": lambda game: " ".join(words(game, "ps")),
    "PA": lambda game: " ".join(words(game, "PA")),
    "@@": lambda game: " ".join(words(game, "@@")),
    "glued --": lambda game: "".join(words(game, "--")),
    "glued PA": lambda game: "".join(words(game, "PA")).upper(),
    "dashes": lambda game: "-".join(words(game, "")),
    "dashes and passes": lambda game: "-".join(words(game, "--")),
    "spaced dashes": lambda game: " - ".join(words(game, "")),
    "signs": lambda game: "".join(f"{'+-'[n % 2]}{m}" for n, m in enumerate(words(game, ""))) + ": +12",
    "a result": lambda game: game.transcript + " 38-26",
    "a result in words": lambda game: game.transcript + "\nBlack wins by 12, 38 : 26",
    "a byte order mark": lambda game: "\ufeff" + game.transcript,
    "text around it": lambda game: f"Final, round 3\nAnna - Bert\n{game.transcript}\nResult: 38-26 (Black won)",
    "names of the sides": lambda game: " ".join(f"{'BW'[n % 2]}: {m}" for n, m in enumerate(words(game, ""))),
    "marks": lambda game: " ".join(f"{move}!?" for move in words(game, "")),
}
"""A writer for each notation."""
