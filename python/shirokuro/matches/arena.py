"""Matches between players."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from shirokuro._core import BLACK, Cancellation, black_view
from shirokuro.config import TrainConfig, cores
from shirokuro.matches.gtp_client import GtpError
from shirokuro.matches.openings import draw_openings
from shirokuro.matches.players import PlayerFaultError
from shirokuro.matches.result import BOARD, Forfeit, MatchResult, PairCounts, pair_points
from shirokuro.matches.session_pool import SessionPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from shirokuro._core import Position
    from shirokuro.matches.openings import Opening
    from shirokuro.matches.players import Player, PlayerProcess, SessionPlayer

MOST_GAMES = 100_000
"""The longest match, for which there are openings enough."""

MOST_FORFEITS = 10
"""Games of a match that faults may decide."""


def check_games(name: str, games: int) -> None:
    """Checks the length of a match.

    Raises:
        ValueError: it is not an even number within 2…100,000; the message names it `name`.
    """
    if games % 2 or not 0 < games <= MOST_GAMES:
        raise ValueError(f"{name} = {games}: must be an even number within 2…{MOST_GAMES:,}")


def play_match(
    first: Player | SessionPlayer,
    second: Player | SessionPlayer,
    *,
    games: int,
    seed: int = 1,
    threads: int | None = None,
    opening_plies: int | None = None,
    max_forfeits: int = MOST_FORFEITS,
    progress: Callable[[int], None] | None = None,
    stop: Callable[[PairCounts], bool] | None = None,
) -> MatchResult:
    """Plays a match: games in pairs, each pair from a random opening of its own, with colours changed in between.

    Ctrl-C, or an exception from a player, `progress` or `stop`, ends all games and their searches at once.

    Args:
        first: the player whose result it is.
        second: its opponent.
        games: an even number within 2…100,000.
        seed: where openings and the players' random numbers come from.
        threads: games played at a time (default: one a core). Does not change the result, unless a player is a program
            that remembers earlier games.
        opening_plies: random moves of the openings, no two of which are alike but for symmetry (default: 8, or 10 for
            more than 10,000 games); 0 begins all games at the start.
        max_forfeits: games that may be lost by a player's fault: by a program that plays no legal move or none at all.
        progress: called after each game with the number of games finished.
        stop: called after each pair with how many pairs have brought 0, ½, 1, 1½ and 2 points, in the same order
            whatever the number of threads; `True` ends the match with the games until then.

    Raises:
        ValueError: a value is out of its range.
        GtpError: a program does not start, or more games than `max_forfeits` were lost by a fault.
    """
    check_games("games", games)
    if threads is not None:
        TrainConfig.SETTINGS["threads"].convert("threads", threads)
    if max_forfeits < 0:
        raise ValueError(f"max_forfeits = {max_forfeits}: must be 0 or more")
    openings = draw_openings(games // 2, seed, opening_plies)
    cancellation = Cancellation()
    pools = (SessionPool(first), SessionPool(second))

    def play(index: int) -> _Outcome:
        turn = index % 2
        with pools[turn].taken() as black, pools[1 - turn].taken() as white:
            random = Random(f"{seed} game {index}")
            outcome = _play_game(openings[index // 2], black, white, random, cancellation)
        return _Outcome(-outcome.difference if turn else outcome.difference, outcome.fault, outcome.moves)

    differences: list[int] = []
    forfeits: list[Forfeit] = []
    counts = [0] * 5
    with ThreadPoolExecutor(threads or cores()) as executor:
        try:
            for index, outcome in enumerate(_in_order(executor, play, games)):
                differences.append(outcome.difference)
                if outcome.fault:
                    # Who lost the forfeited game is who was at fault.
                    player = second if outcome.difference > 0 else first
                    forfeits.append(Forfeit(index, player.name, outcome.fault, outcome.moves))
                    _check_forfeits(forfeits, max_forfeits, index + 1)
                if progress:
                    progress(index + 1)
                if index % 2:
                    counts[pair_points(*differences[-2:])] += 1
                    if stop and stop((counts[0], counts[1], counts[2], counts[3], counts[4])):
                        break
        except BaseException:
            _end_games(cancellation, pools, executor)
            raise
        _end_games(cancellation, pools, executor)
    return MatchResult(tuple(differences), tuple(forfeits))


def _in_order(executor: ThreadPoolExecutor, play: Callable[[int], _Outcome], games: int) -> Iterator[_Outcome]:
    for future in [executor.submit(play, index) for index in range(games)]:
        # A signal that comes just before an endless wait would not be seen.
        while not wait([future], timeout=0.2).done:
            pass
        yield future.result()


def _check_forfeits(forfeits: Sequence[Forfeit], most: int, games: int) -> None:
    if len(forfeits) > most:
        raise GtpError(f"{len(forfeits)} of {games} games were lost by a fault; the last: {forfeits[-1].reason}")


def _end_games(cancellation: Cancellation, pools: Sequence[SessionPool], executor: ThreadPoolExecutor) -> None:
    """Ends what is still being played."""
    cancellation.cancel()
    for pool in pools:
        pool.close()
    executor.shutdown(cancel_futures=True)


def random_openings(count: int, seed: int) -> list[Position]:
    """So many different positions, each reached from the start by a few random moves."""
    return [opening.position for opening in draw_openings(count, seed)]


class _Outcome(NamedTuple):
    """How a game ended."""

    difference: int
    """Black's view, or the first player's."""
    fault: str
    """What decided the game, if not its moves."""
    moves: tuple[str, ...]
    """The game."""


def _play_game(
    opening: Opening, black: PlayerProcess, white: PlayerProcess, random: Random, cancellation: Cancellation
) -> _Outcome:
    """A game, Black's view."""
    position, moves = opening.position, list(opening.moves)
    while not position.is_over:
        is_black = position.side_to_move == BLACK
        try:
            with cancellation:
                move = (black if is_black else white).choose(moves, position, random)
        except PlayerFaultError as fault:
            return _Outcome(-BOARD if is_black else BOARD, str(fault), tuple(moves))
        moves.append(move)
        position = position.play(move)
    return _Outcome(black_view(position.score, position.side_to_move), "", tuple(moves))
