"""Matches between players."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypedDict

from shirokuro._core import BLACK, WHITE, Cancellation, Position, black_view
from shirokuro.config import TrainConfig, cores
from shirokuro.display.boards import board_line
from shirokuro.game.clock import GameClock
from shirokuro.matches.forfeits import MAX_FORFEITS, ForfeitLimit
from shirokuro.matches.openings import choose_openings, draw_openings
from shirokuro.matches.players import Player, PlayerFaultError, SessionPlayer
from shirokuro.matches.result import BOARD, MatchGame, MatchResult, PairCounts, pair_points
from shirokuro.matches.session_pool import SessionPool
from shirokuro.signals import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future
    from contextlib import AbstractContextManager

    from shirokuro.matches.openings import Opening
    from shirokuro.matches.players import TimedProcess

MOST_GAMES = 100_000
"""The longest match allowed; there are enough different openings for it."""


LAG_SECONDS = 0.1
"""The time by which a move may exceed the clock, for communication and the machine."""


class MatchOptions(TypedDict, total=False):
    """Options of each match in a series of matches. `play_match` documents them and has their defaults."""

    threads: int | None
    opening_plies: int | None
    openings: Sequence[Opening] | None
    clock: GameClock | None
    max_forfeits: float
    record: Callable[[MatchGame], object] | None
    arena: Arena | None


def check_games(name: str, games: int) -> None:
    """Checks the length of a match.

    Raises:
        ValueError: `games` is not an even number within 2…100,000; the message calls it `name`.
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
    openings: Sequence[Opening] | None = None,
    clock: GameClock | None = None,
    max_forfeits: float = MAX_FORFEITS,
    record: Callable[[MatchGame], object] | None = None,
    progress: Callable[[int], None] | None = None,
    stop: Callable[[PairCounts], bool] | None = None,
    arena: Arena | None = None,
) -> MatchResult:
    """Plays a match of game pairs: each pair has its own opening, and the players swap colours within a pair.

    Ctrl-C, or an exception from a player or a function that is called, ends all games and their searches immediately.

    Args:
        first: the player whose result is returned.
        second: the opponent.
        games: an even number within 2…100,000.
        seed: the seed of the openings and of the players' random numbers.
        threads: games played at a time (default: one per core). The number does not change the result, unless a player
            is a program that remembers earlier games.
        opening_plies: random moves per opening (default: 8, or 10 for more than 10,000 games). No two openings are
            equal or symmetric to each other. 0 starts every game from the initial position.
        openings: the openings to play in place of random ones, such as those of `read_openings`: one for each pair, in
            an order that the seed decides.
        clock: the time of each side for a game (default: no clock). Models share it out among their moves; programs are
            told what is left, in whole seconds. A side that runs out of time forfeits the game. Results then depend on
            the machine's speed, and on the number of threads.
        max_forfeits: games that may be forfeited, that is, lost because a program plays an illegal move or no move at
            all: a share of the games (below 1) or a whole number. A share also limits a match that `stop` ends early.
        record: called with each finished game, with the games in order, as soon as they are known. What it has recorded
            is there even if the match is interrupted.
        progress: called after each game with the number of finished games.
        stop: called after each pair with the numbers of pairs that scored 0, ½, 1, 1½ and 2 points. The order of the
            calls does not depend on the number of threads. `True` ends the match with the games up to that pair.
        arena: where the games are played, such as `RayArena`; `None` for threads of this process. It does not change
            the result.

    Raises:
        ValueError: a value is out of range, there are fewer openings than pairs, or an opening begins with a set-up
            position, which a program can't be given.
        TypeError: `first` or `second` is no player, or `clock` is no clock.
        GtpError: a program does not start, or more games are forfeited than `max_forfeits` allows. The match ends as
            soon as that is certain.
    """
    check_games("games", games)
    _check_types(first, second, clock)
    if threads is not None:
        TrainConfig.SETTINGS["threads"].convert("threads", threads)
    limit = ForfeitLimit(max_forfeits, games)
    chosen = _openings(games // 2, seed, opening_plies, openings)
    if any(isinstance(each, SessionPlayer) for each in (first, second)):
        _check_starts(chosen)
    match = MatchGames(first, second, chosen, seed, clock)
    differences: list[int] = []
    counts = [0] * 5
    with started(match, games, arena or Threads(threads or cores())) as played:
        for index, outcome in enumerate(_in_order(played)):
            differences.append(outcome.difference)
            game = MatchGame(
                index=index,
                first=first.name,
                second=second.name,
                start=chosen[index // 2].start,
                moves=outcome.moves,
                difference=outcome.difference,
                fault=outcome.fault,
            )
            if record:
                record(game)
            if forfeit := game.forfeit:
                limit.add(forfeit, index + 1)
            if progress:
                progress(index + 1)
            if index % 2:
                counts[pair_points(*differences[-2:])] += 1
                if stop and stop((counts[0], counts[1], counts[2], counts[3], counts[4])):
                    break
        limit.end(len(differences))
    return MatchResult(tuple(differences), tuple(limit.forfeits))


def _check_types(first: object, second: object, clock: object) -> None:
    for name, player in (("first", first), ("second", second)):
        if not isinstance(player, (Player, SessionPlayer)):
            raise TypeError(f"{name} = {player!r}: must be a player, with a name and a method to choose moves")
    if not (clock is None or isinstance(clock, GameClock)):
        raise TypeError(f"clock = {clock!r}: must be a GameClock, such as GameClock(main=60)")


@contextmanager
def started(match: MatchGames, games: int, arena: Arena) -> Iterator[list[Future[Outcome]]]:
    """Starts the games of a match. At the end, those in progress are ended, and those that have not started dropped."""
    with arena.playing(match) as submit:
        played: list[Future[Outcome]] = []
        try:
            played += (submit(index) for index in range(games))
            yield played
        finally:
            for game in played:
                game.cancel()
            match.end()


def _openings(count: int, seed: int, plies: int | None, given: Sequence[Opening] | None) -> list[Opening]:
    if given is None:
        return draw_openings(count, seed, plies)
    if plies is not None:
        raise ValueError(f"opening_plies = {plies}: can't be combined with openings")
    return choose_openings(given, count, seed)


def _check_starts(openings: Sequence[Opening]) -> None:
    """Checks that a program, which gets moves from the start of a game, can play these openings."""
    if other := next((each for each in openings if each.start != Position()), None):
        raise ValueError(f"openings: {board_line(other.start)} is a set-up position, which a program can't be given")


def _in_order(games: Iterable[Future[Outcome]]) -> Iterator[Outcome]:
    for game in games:
        wait_for(lambda seconds, game=game: not wait([game], timeout=seconds).not_done)  # type: ignore[misc]
        yield game.result()


class MatchGames:
    """The games of a match, each of which depends on its index alone; copies of them may be played elsewhere."""

    def __init__(
        self,
        first: Player | SessionPlayer,
        second: Player | SessionPlayer,
        openings: Sequence[Opening],
        seed: int,
        clock: GameClock | None = None,
    ) -> None:
        self._players = (first, second)
        self._openings = openings
        self._seed = seed
        self._clock = clock
        self._cancellation = Cancellation()
        self._pools = (SessionPool(first), SessionPool(second))

    def __reduce__(self) -> tuple[Any, ...]:
        return MatchGames, (*self._players, self._openings, self._seed, self._clock)

    def play(self, index: int) -> Outcome:
        """Plays a game; returns its outcome from the first player's view."""
        swapped = index % 2
        with self._pools[swapped].taken() as black, self._pools[1 - swapped].taken() as white:
            random = Random(f"{self._seed} game {index}")
            opening = self._openings[index // 2]
            outcome = _play_game(opening, black, white, random, self._cancellation, clock=self._clock)
        return Outcome(-outcome.difference if swapped else outcome.difference, outcome.fault, outcome.moves)

    def end(self) -> None:
        """Ends the games in progress, their searches and their sessions."""
        self._cancellation.cancel()
        for pool in self._pools:
            pool.close()


class Arena(Protocol):
    """A place where the games of matches are played."""

    def playing(self, match: MatchGames) -> AbstractContextManager[Callable[[int], Future[Outcome]]]:
        """Returns a function that starts a game by its index; at the end, games that were cancelled may be dropped."""


class Threads:
    """An arena of threads of this process."""

    def __init__(self, threads: int) -> None:
        self._threads = threads

    @contextmanager
    def playing(self, match: MatchGames) -> Iterator[Callable[[int], Future[Outcome]]]:
        """See `Arena`; waits for the games in progress at the end."""
        with ThreadPoolExecutor(self._threads) as executor:
            played: list[Future[Outcome]] = []

            def submit(index: int) -> Future[Outcome]:
                played.append(executor.submit(match.play, index))
                return played[-1]

            try:
                yield submit
            finally:
                wait_for(lambda seconds: not wait(played, timeout=seconds).not_done)


class Outcome(NamedTuple):
    """The outcome of a game."""

    difference: int
    """The final disc difference, from the view of Black or of the first player."""
    fault: str
    """The fault that decided the game; empty if there was none."""
    moves: tuple[str, ...]
    """The moves from the start; passes are left out."""


def _play_game(
    opening: Opening,
    black: TimedProcess,
    white: TimedProcess,
    random: Random,
    cancellation: Cancellation,
    *,
    clock: GameClock | None,
) -> Outcome:
    """Plays a game and returns its outcome from Black's view."""
    clocks = {side: clock.new() for side in (BLACK, WHITE)} if clock else {}
    position, moves = opening.position, list(opening.moves)
    while not position.is_over:
        is_black = position.side_to_move == BLACK
        try:
            with cancellation:
                player = black if is_black else white
                move = _timed(player, moves, position, random, clocks.get(position.side_to_move))
        except PlayerFaultError as fault:
            return Outcome(-BOARD if is_black else BOARD, str(fault), tuple(moves))
        moves.append(move)
        position = position.play(move)
    return Outcome(black_view(position.score, position.side_to_move), "", tuple(moves))


def _timed(
    player: TimedProcess, moves: Sequence[str], position: Position, random: Random, clock: GameClock | None
) -> str:
    """Lets a player choose a move, and subtracts the time from its clock.

    Raises:
        PlayerFaultError: the player failed, or ran out of time.
    """
    if not clock:
        return player.choose(moves, position, random)
    player.set_clock(clock)
    start = time.monotonic()
    move = player.choose(moves, position, random)
    seconds = time.monotonic() - start
    if seconds > clock.left + LAG_SECONDS:
        raise PlayerFaultError(f"ran out of time: a move took {seconds:.2f} s, and {clock.left:.2f} s were left")
    clock.spend(seconds)
    return move
