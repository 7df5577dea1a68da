"""A run's snapshots: its weights alone, compressed, at some moments of the run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shirokuro.runs.checkpoints import list_files
from shirokuro.runs.directory import RunDirectory

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from os import PathLike

KEPT = 12
"""The maximum number of snapshots kept."""


def snapshot_name(games_played: int) -> str:
    """Returns the file name of a snapshot."""
    return f"snapshot_{games_played:09}.shiro"


def list_snapshots(directory: str | PathLike[str]) -> dict[int, Path]:
    """Returns the snapshots in a run's directory by the number of games played, newest first."""
    folder = RunDirectory(Path(directory)).snapshots
    return {each.games_played: each.path for each in list_files(folder, "snapshot")}


def thinned(moments: Iterable[int], limit: int, *, always: Collection[int] = ()) -> list[int]:
    """Returns at most `limit` of these numbers of games, ascending: the gaps between them grow with their age.

    The oldest and the newest one are always kept, and so are those in `always`, even beyond the limit. Repeated as new
    ones are added, this leaves about as many of the last thousand games as of the last ten thousand.
    """
    kept = sorted(set(moments))
    while len(kept) > limit:
        inner = [index for index in range(1, len(kept) - 1) if kept[index] not in always]
        if not inner:
            break
        newest = kept[-1]
        del kept[min(inner, key=lambda index: (kept[index + 1] - kept[index - 1]) / (newest - kept[index]))]
    return kept
