"""A node: the process on one machine of a cluster that plays games with all of its cores."""

from __future__ import annotations

import os
import platform
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shirokuro._core import GamePlayer, __version__, engine_signature, kernel

if TYPE_CHECKING:
    from collections.abc import Callable

    from shirokuro._core import PatternSet
    from shirokuro.config import GenerationSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What has to be equal for two machines to play the same games, and how to name the machine."""

    version: str
    """The package's version."""
    signature: str
    """The engine's signature: a fingerprint of games."""
    kernel: str
    """The instruction set of the engine's inner loops; machines may differ in it."""
    host: str
    """The machine's name."""
    process: int
    """The number of the process."""

    @classmethod
    def here(cls) -> Identity:
        """Returns the identity of this process."""
        return cls(
            version=__version__,
            signature=engine_signature(),
            kernel=kernel(),
            host=platform.node(),
            process=os.getpid(),
        )

    def difference(self, other: Identity) -> str | None:
        """Returns why the other process would not play the same games; `None` if it would."""
        if other.version != self.version:
            return f"it has shirokuro {other.version}, and this is {self.version}"
        if other.signature != self.signature:
            return f"its engine has the signature {other.signature}, and this one {self.signature}"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A piece of a generation and all that is needed to play it."""

    piece: int
    """The number of the piece."""
    games: tuple[int, ...]
    """The numbers of the games."""
    seed: int
    """The run's seed."""
    play: GenerationSettings
    """The settings of the generation."""
    table_mb: float
    """The size of each thread's transposition table."""
    hang_seconds: float
    """The time without a sign of life after which a thread is given up."""
    patterns: PatternSet
    """The patterns of the weights."""
    fingerprint: int
    """The fingerprint of the weights."""
    changes: tuple[tuple[int, int, Any], ...]
    """Changes of the weights: the fingerprints before and after, and a reference to the bytes. The first one that
    starts from what the node has is fetched, and so on; one that starts from 0 fits every node."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a node returns for an order."""

    games: bytes | None
    """The games; `None` if the changes did not lead to the weights from those that the node had."""
    seconds: float
    """The time of playing."""
    received: int
    """The bytes of weights that it fetched."""


class Node:
    """A process that plays games for a training or a match; it runs as a Ray actor.

    Args:
        threads: the number of threads that play.
        fetch: returns what a reference refers to.
    """

    def __init__(self, threads: int, fetch: Callable[[Any], Any] | None = None) -> None:
        self._threads = threads
        self._fetch = fetch or _from_object_store
        self._player: GamePlayer | None = None
        self._patterns: PatternSet | None = None
        self._lock = threading.Lock()
        self._stopped: set[int] = set()
        self._piece: int | None = None
        self._matches: dict[int, Any] = {}

    def identity(self) -> Identity:
        """Returns what the driver compares before it sends orders."""
        return Identity.here()

    def ping(self) -> None:
        """Shows that the process is alive."""

    def stop(self, piece: int) -> None:
        """Ends a piece that is no longer needed, or will not start it."""
        with self._lock:
            self._stopped.add(piece)
            if self._piece == piece and self._player:
                self._player.stop()

    def play(self, order: Order) -> Answer:
        """Plays a piece."""
        if self._player is None or self._patterns != order.patterns:
            self._player = GamePlayer(threads=self._threads, table_mb=order.table_mb, patterns=order.patterns)
            self._patterns = order.patterns
        received = self._update(order)
        with self._lock:
            stopped = order.piece in self._stopped
            self._piece = order.piece
        try:
            if self._player.fingerprint != order.fingerprint:
                return Answer(games=None, seconds=0.0, received=received)
            start = time.perf_counter()
            games = self._player.play(
                order.seed,
                [] if stopped else list(order.games),
                play=order.play,
                table_mb=order.table_mb,
                hang_seconds=order.hang_seconds,
            )
            return Answer(games=games, seconds=time.perf_counter() - start, received=received)
        finally:
            with self._lock:
                self._piece = None
                self._stopped = {piece for piece in self._stopped if piece > order.piece}

    def play_game(self, number: int, match: list[Any], index: int) -> Any:  # noqa: ANN401 (an `Outcome`)
        """Plays a game of a match.

        Args:
            number: a number that no other match of the driver has.
            match: the reference of the match, in a list so that Ray does not fetch it for every game.
            index: the index of the game.
        """
        with self._lock:
            if number not in self._matches:
                self._matches[number] = self._fetch(match[0])
            games = self._matches[number]
        return games.play(index)

    def end_match(self, number: int) -> None:
        """Ends the games of a match."""
        with self._lock:
            games = self._matches.pop(number, None)
        if games:
            games.end()

    def _update(self, order: Order) -> int:
        """Brings the weights to the order's state, if it has the changes; returns the bytes that were fetched."""
        player, received = self._player, 0
        assert player is not None  # noqa: S101 (for the type checker)
        steps = {before: (after, reference) for before, after, reference in order.changes}
        while player.fingerprint != order.fingerprint:
            if player.fingerprint not in steps:
                if 0 not in steps:
                    break
                player.forget()
            _, reference = steps.pop(player.fingerprint)
            changes = self._fetch(reference)
            received += len(changes)
            player.apply(changes)
        return received


def _from_object_store(reference: Any) -> Any:  # noqa: ANN401 (Ray's type)
    import ray  # noqa: PLC0415 (an optional package)

    return ray.get(reference)
