"""Ladders: ratings of checkpoints, and their file, table and picture."""

from __future__ import annotations

import json
import re
import shutil
import sys
from typing import TYPE_CHECKING, Any

import pytest
from matplotlib.axes import Axes

import shirokuro as sk
from shirokuro.cli import main
from shirokuro.matches.bradley_terry import Pairing, Rating, fit_ratings
from shirokuro.matches.ladder import LADDER_FILE, choose_checkpoints, play_ladder, read_ladder
from shirokuro.matches.round_robin import Rung
from shirokuro.plots.ladder import draw_ladder
from tests.support.paths import PROGRAMS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, fast: sk.TrainConfig) -> Path:
    """The directory of a run with checkpoints after 500, 1,000, 1,500 and 2,000 games."""
    directory = tmp_path_factory.mktemp("ladder") / "run"
    config = fast.replace(games=2000, generation_games=100, compress=True, checkpoint_games=500)
    sk.Trainer(config).start_training(directory=directory)
    return directory


def content(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_checkpoints_are_chosen_evenly_spaced_with_the_first_and_the_last(run: Path) -> None:
    def games(limit: int) -> list[int]:
        return [checkpoint.games_played for checkpoint in choose_checkpoints(run, limit)]

    assert games(6) == games(4) == [500, 1000, 1500, 2000]
    assert games(3) in ([500, 1000, 2000], [500, 1500, 2000])
    assert games(2) == [500, 2000]
    with pytest.raises(ValueError, match="checkpoints = 1: must be 2 or more"):
        games(1)
    with pytest.raises(ValueError, match="a ladder needs at least two checkpoints, and there are 0"):
        choose_checkpoints(run.parent, 6)


def test_a_checkpoint_that_the_run_deletes_in_the_meantime_is_left_out(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    oldest = min((copy / "checkpoints").iterdir())
    listed = choose_checkpoints(copy, 6)

    def stale(directory: Path, limit: int) -> Any:
        if oldest.exists():
            oldest.unlink()
            return listed
        return choose_checkpoints(directory, limit)

    monkeypatch.setattr("shirokuro.matches.ladder.choose_checkpoints", stale)
    ladder = play_ladder(copy, [], limits={"depth": 1}, games=2)
    assert [rung.games_played for rung in ladder.rungs] == [1000, 1500, 2000]


def test_a_ladder_rates_all_matches_at_once_and_is_reproducible(run: Path) -> None:
    def played(threads: int) -> Any:
        opponents: list[sk.Player] = [sk.RandomPlayer(), sk.HeuristicPlayer()]
        limits = {"depth": 1, "exact_empties": 0}
        return play_ladder(run, opponents, limits=limits, games=40, checkpoints=3, threads=threads)

    ladder = played(2)
    assert played(1) == ladder
    assert [rung.games_played for rung in ladder.rungs if rung.games_played][::2] == [500, 2000]
    assert [rung.name for rung in ladder.rungs[3:]] == ["random", "heuristic"]
    # Three matches between checkpoints, and two against fixed opponents for each of them.
    assert len(ladder.matches) == 3 + 3 * 2
    pairings = [Pairing(match.first, match.second, match.result.pair_counts) for match in ladder.matches]
    assert [rung.rating for rung in ladder.rungs] == fit_ratings(5, pairings, zero=[0, 1, 2])
    assert sum(rung.rating.elo for rung in ladder.rungs[:3]) == pytest.approx(0, abs=1e-6)
    assert [rung.games for rung in ladder.rungs] == [160, 160, 160, 120, 120]
    assert sum(rung.score * rung.games for rung in ladder.rungs) == pytest.approx(9 * 40)
    # No two matches share their openings.
    assert len({match.result.differences for match in ladder.matches}) == 9
    random = ladder.rungs[3].rating
    assert all(rung.rating.elo > random.elo for rung in ladder.rungs[:3])


def test_a_ladder_is_played_from_given_openings(run: Path, tmp_path: Path) -> None:
    path = tmp_path / "openings.txt"
    path.write_text("f5d6c3\nf5f6e6\n")
    openings = sk.read_openings(path)
    ladder = play_ladder(run, [], limits={"depth": 1}, games=4, checkpoints=2, openings=openings)
    assert [rung.games for rung in ladder.rungs] == [4, 4]
    with pytest.raises(ValueError, match="2 openings are enough for 4 games"):
        play_ladder(run, [], limits={"depth": 1}, games=6, checkpoints=2, openings=openings)


def test_the_command_prints_writes_and_draws_a_ladder(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture, results = tmp_path / "ladder.svg", tmp_path / "ladder.json"
    words = ("--games", "20", "--depth", "1", "--exact-empties", "0", "--opponent", "random", "--checkpoints", "3")
    assert main(["evaluate", "--ladder", str(run), *words, "--plot", str(picture), "--json", str(results)]) == 0
    shown = capsys.readouterr()
    written = content(results)
    assert written == content(run / LADDER_FILE)
    assert str(run / LADDER_FILE) in "".join(shown.err.split("\n"))
    for player in written["players"]:
        row = next(line for line in shown.out.splitlines() if re.match(rf"\s*{player['name']} ", line))
        assert f"{player['elo']:+.0f}" in row
        assert f"{player['score']:.3f}" in row
    assert len(written["matches"]) == 6
    assert sum(written["matches"][0]["pair_counts"]) == 10
    read = read_ladder(run)
    assert [(rung.name, rung.rating.elo, rung.rating.error) for rung in read] == [
        (player["name"], player["elo"], player["error"]) for player in written["players"]
    ]
    assert "<svg" in picture.read_text(encoding="utf-8")


def test_forfeits_of_a_ladder_are_counted_for_the_player_at_fault(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = f"{sys.executable} {PROGRAMS / 'gtp_program.py'}"
    words = ("--depth", "1", "--exact-empties", "0", "--checkpoints", "2", "--threads", "1", "--games", "4")
    flaky = (*words, "--opponent", f"gtp:{program} crash 2 3", "--max-forfeits", "2")
    picture = tmp_path / "ladder.svg"
    assert main(["evaluate", "--ladder", str(run), *flaky, "--plot", str(picture)]) == 0
    assert re.search(r"games +forfeits", capsys.readouterr().out)
    written = content(run / LADDER_FILE)
    # In each of two matches, the program fails in the second game of a process.
    assert [player["forfeits"] for player in written["players"]] == [0, 0, 4]
    assert [match["forfeits"] for match in written["matches"]] == [0, 2, 2]
    assert [rung.forfeits for rung in read_ladder(run)] == [0, 0, 4]
    before = (run / LADDER_FILE).read_bytes()
    assert main(["evaluate", "--ladder", str(run), *words, "--opponent", f"gtp:{program} resign 1 1"]) == 2
    assert "1 of 1 games were forfeited" in capsys.readouterr().err
    assert (run / LADDER_FILE).read_bytes() == before


def test_a_picture_shows_the_forfeits_of_an_opponent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    labels: list[str] = []
    annotate = Axes.annotate

    def kept(axes: Axes, text: str, *where: Any, **how: Any) -> Any:
        labels.append(text)
        return annotate(axes, text, *where, **how)

    monkeypatch.setattr(Axes, "annotate", kept)
    rungs = tuple(
        Rung(name="x", games_played=None, rating=Rating(-50, 20), score=0.5, games=10, forfeits=forfeits)
        for forfeits in (None, 0, 1, 3)
    )
    draw_ladder(tmp_path / "ladder.svg", rungs)
    assert labels == ["x\n−50 ± 20", "x\n−50 ± 20", "x\n−50 ± 20, 1 forfeit", "x\n−50 ± 20, 3 forfeits"]


def test_a_picture_shows_every_rung_with_its_error(tmp_path: Path) -> None:
    rungs = tuple(
        Rung(name=name, games_played=games, rating=Rating(elo, error), score=0.5, games=10)
        for name, games, elo, error in (("old", 100, -50, 20), ("new", 20_000, 50, 20), ("random", None, -400, 80))
    )
    draw_ladder(tmp_path / "light.png", rungs, theme="light")
    draw_ladder(tmp_path / "dark.png", rungs, theme="dark")
    assert (tmp_path / "light.png").read_bytes() != (tmp_path / "dark.png").read_bytes()
    # Special characters in a name are drawn literally, and a long name is shortened.
    odd = Rung(name="gtp:$x_{ -l 3 " + "x" * 500, games_played=None, rating=Rating(-390, 9), score=0.5, games=10)
    draw_ladder(tmp_path / "odd.svg", (*rungs, odd), title="a $ run_")
    wider = (*rungs[:2], Rung(name="random", games_played=None, rating=Rating(-400, 300), score=0.5, games=10))
    draw_ladder(tmp_path / "wider.svg", wider)
    draw_ladder(tmp_path / "one.svg", rungs)
    assert (tmp_path / "wider.svg").read_bytes() != (tmp_path / "one.svg").read_bytes()


def test_a_ladder_is_not_started_if_its_files_can_not_be_written(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--ladder", str(run), "--plot", str(tmp_path / "ladder.gif")]) == 2
    assert "a picture's file must end in .svg, .png or .pdf" in capsys.readouterr().err
    assert main(["evaluate", "--ladder", str(run), "--json", str(tmp_path / "no" / "file")]) == 2
    assert main(["evaluate", "--ladder", str(tmp_path)]) == 2


def test_without_matplotlib_everything_except_the_picture_works(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    words = ("--games", "2", "--depth", "1", "--checkpoints", "2", "--opponent", "random")
    assert main(["evaluate", "--ladder", str(run), *words]) == 0
    capsys.readouterr()
    assert main(["evaluate", "--ladder", str(run), *words, "--plot", "ladder.svg"]) == 2
    error = capsys.readouterr().err
    assert "pip install 'shirokuro[plot]'" in error
    assert error.count("\n") == 1


def test_reading_returns_nothing_without_a_file_and_rejects_a_damaged_one(tmp_path: Path) -> None:
    assert read_ladder(tmp_path) == ()
    rung = {"name": "x", "games_played": 1, "elo": float("nan"), "error": 1.0, "score": 0.5, "games": 2}
    (tmp_path / LADDER_FILE).write_text(json.dumps({"players": [{**rung, "elo": 1.0}]}), encoding="utf-8")
    assert [each.forfeits for each in read_ladder(tmp_path)] == [None]
    odd = ("", "[]", "{}", '{"players": 5}', '{"players": [5]}', '{"players": [{"name": "x"}]}', "[" * 100_000)
    for text in (*odd, json.dumps({"players": [rung]})):
        (tmp_path / LADDER_FILE).write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match="this is not a ladder"):
            read_ladder(tmp_path)


def test_a_ladder_without_players_is_not_drawn(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="rungs: there are none"):
        draw_ladder(tmp_path / "ladder.svg", ())
    assert not list(tmp_path.iterdir())
