"""HTML for notebooks, and the notebook in the documentation."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import nbformat
import pytest
from nbclient import NotebookClient

import shirokuro as sk
from shirokuro.display import notebook
from shirokuro.display.boards import SQUARES, board_svg
from shirokuro.matches.bradley_terry import Rating
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DOCUMENT = ROOT / "docs" / "notebook.ipynb"
SVG = "{http://www.w3.org/2000/svg}"
EVIL = "<script>alert('&')</script>"


@pytest.fixture(scope="module")
def shown(trained: sk.Trainer) -> dict[str, Any]:
    """One object of every kind that notebooks show as HTML."""
    engine = sk.Engine(trained.evaluator, limits=sk.SearchLimits(depth=3, exact_empties=8), table_mb=1)
    position = sk.Position.from_moves("f5d6c3d3c4")
    game = sk.Trainer(sk.TrainConfig(seed=1, depth=1, exact_empties=0, random_plies=4)).train_game()
    rating = Rating(elo=12.4, error=30.2)
    rungs = [
        sk.Rung(name=name, games_played=games, rating=rating, score=0.5, games=20)
        for name, games in (("checkpoint_000001000", 1000), (EVIL, None))
    ]
    return {
        "search": engine.search(position),
        "scores": engine.score_moves(position),
        "game": game,
        "live game": sk.LiveGame("f5d6c3"),
        "match": sk.play_match(sk.RandomPlayer(), sk.HeuristicPlayer(), games=10),
        "report": trained.get_statistics(),
        "ladder": sk.Ladder(rungs=tuple(rungs), matches=()),
        "patterns": sk.debug.pattern_view(trained.evaluator, position),
        "traces": sk.debug.trace_view(game, 20, lambda_=0.9),
        "analysis": sk.analyse(game, evaluator=trained.evaluator, limits=sk.SearchLimits(depth=1)),
    }


def pictures(text: str) -> list[ET.Element]:
    """Returns the images in a piece of HTML."""
    found = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', text)
    return [ET.fromstring(base64.b64decode(each)) for each in found]  # noqa: S314 (this project's own)


def words(text: str) -> str:
    """Returns the visible text of a piece of HTML, which must be well-formed."""
    return " ".join(" ".join(ET.fromstring(f"<div>{text}</div>").itertext()).split())  # noqa: S314


KINDS = ("search", "scores", "game", "live game", "match", "report", "ladder", "patterns", "traces", "analysis")


@pytest.mark.parametrize("kind", KINDS)
def test_html_is_well_formed_and_leaves_colours_to_the_notebook(shown: dict[str, Any], kind: str) -> None:
    text = shown[kind]._repr_html_()
    assert words(text)
    assert not re.search(r"(?<!-)color:|background", text)
    assert "<script" not in text
    for picture in pictures(text):
        assert picture.tag == f"{SVG}svg"
        assert {each.tag.removeprefix(SVG) for each in picture.iter()} <= {
            *("svg", "title", "rect", "path", "g", "text", "circle", "polyline"),
        }


@pytest.mark.parametrize("kind", ["search", "scores", "game", "live game", "patterns"])
def test_objects_with_a_position_show_a_board(shown: dict[str, Any], kind: str) -> None:
    board = pictures(shown[kind]._repr_html_())[0]
    position = shown[kind].position if kind != "game" else sk.Position.from_moves(shown[kind].transcript)
    discs = [each for each in board.iter(f"{SVG}circle") if each.get("r") == "16"]
    assert len(discs) == 64 - position.empties
    assert re.search(r"X \d+ : O \d+", board.findtext(f"{SVG}title") or "")


def labels(board: ET.Element) -> dict[str, str]:
    """Returns the texts on a board's squares."""
    found = {}
    for each in board.iter(f"{SVG}text"):
        x, y = int(each.get("x", 0)), int(each.get("y", 0)) - 5
        if x >= 40 and y >= 40:
            found[SQUARES[(x - 40) // 40 + 8 * ((y - 40) // 40)]] = each.text or ""
    return found


def test_a_search_shows_its_position_line_and_figures(shown: dict[str, Any]) -> None:
    result = shown["search"]
    assert result.position == sk.Position.from_moves("f5d6c3d3c4")
    text = result._repr_html_()
    line = result.principal_variation
    assert labels(pictures(text)[0]) == {move: str(index) for index, move in enumerate(line, start=1)}
    for part in (f"best move {line[0]}", f"{result.score:+.2f} discs", " ".join(line), f"positions {result.nodes:,}"):
        assert part in words(text)


def test_a_search_without_legal_moves_shows_dashes() -> None:
    over = sk.Position.from_moves("e6f4e3f6g5d6e7f5c5")
    text = sk.search(over, evaluator=sk.Evaluator(), depth=2)._repr_html_()
    assert "best move –" in words(text)
    assert "exact" in words(text)


def test_searches_of_a_replayed_game_have_their_positions(tmp_path: Path) -> None:
    config = sk.TrainConfig(seed=3, games=64, depth=1, exact_empties=4, random_plies=4, threads=1, generation_games=64)
    sk.Trainer(config).start_training(directory=tmp_path / "run")
    replayed = sk.debug.replay(tmp_path / "run", 5)
    position, seen = sk.Position(), 0
    for ply in replayed.plies:
        if ply.search:
            assert ply.search.position == position
            seen += 1
        position = position.play(ply.move)
    assert seen > 30


def test_scores_are_shown_on_the_board_and_in_the_table(shown: dict[str, Any]) -> None:
    scores = shown["scores"]
    assert labels(pictures(scores._repr_html_())[0]) == {each.move: f"{each.score:+.0f}" for each in scores}
    rows = [f"{each.move} {each.score:+.2f} {each.depth} {' '.join(each.line)}" for each in scores]
    assert " ".join(rows) in words(scores._repr_html_())


def test_scores_are_a_sequence(shown: dict[str, Any]) -> None:
    scores = shown["scores"]
    assert scores[0] == next(iter(scores)) == max(scores, key=lambda each: each.score)
    assert scores[:2] == tuple(scores)[:2]
    assert len(scores) == len(scores.position.legal_moves)


def test_a_game_shows_a_curve_of_its_values_in_blacks_view(shown: dict[str, Any]) -> None:
    game = shown["game"]
    text = game._repr_html_()
    assert game.transcript in words(text)
    position, black = sk.Position(), []
    for move, value in zip(game.moves, game.values, strict=True):
        if value is not None:
            black.append(value if position.side_to_move == sk.BLACK else -value)
        position = position.play(move)
    line = pictures(text)[1].find(f"{SVG}polyline")
    assert line is not None
    heights = [float(point.split(",")[1]) for point in (line.get("points") or "").split()]
    assert heights == pytest.approx([120 * (64 - value) / 128 for value in black], abs=0.06)
    assert len(pictures(sk.Game(game.transcript)._repr_html_())) == 1


def test_a_game_in_progress_shows_whose_turn_it_is(shown: dict[str, Any]) -> None:
    assert words(shown["live game"]._repr_html_()) == "now white (O) to move, X 5 : O 2 moves 3 game f5d6c3"
    assert repr(shown["live game"]) == "LiveGame('f5d6c3')"
    over = sk.LiveGame("e6f4e3f6g5d6e7f5c5")
    assert "now Black wins by 64, 64 : 0" in words(over._repr_html_())


def test_results_are_shown_as_tables(shown: dict[str, Any]) -> None:
    match = shown["match"]
    read = words(match._repr_html_())
    assert f"{match.games} {match.wins} {match.draws} {match.losses} {match.score:.3f} {match.elo}" in read
    report = words(shown["report"]._repr_html_())
    assert "games 1,000" in report
    assert f"td_error {shown['report'].td_error:.4g}" in report
    assert "checkpoint_000001000 1,000 +12 30 0.500 20" in words(shown["ladder"]._repr_html_())


def test_names_are_escaped(shown: dict[str, Any]) -> None:
    assert f"{EVIL} – +12" in words(shown["ladder"]._repr_html_())
    for text in (notebook.table((EVIL,), [(EVIL,)]), notebook.figures({EVIL: EVIL}), notebook.text(EVIL)):
        assert words(text).count(EVIL) == text.count("&lt;script&gt;")
        assert "<script" not in text
    assert "<script" not in notebook.picture("<svg/>", f'">{EVIL}')
    assert labels(ET.fromstring(board_svg(sk.Position(), labels={"a1": EVIL})))["a1"] == EVIL  # noqa: S314


def test_pattern_bars_extend_to_the_side_of_their_sign(shown: dict[str, Any]) -> None:
    view = shown["patterns"]
    bars = pictures(view._repr_html_())[1:]
    assert len(bars) == 14
    for bar, value in zip(bars, view.by_pattern.values(), strict=True):
        rectangle = bar.find(f"{SVG}rect")
        assert rectangle is not None
        start, width = (float(rectangle.get(name, 0)) for name in ("x", "width"))
        assert (start == 80) if value >= 0 else (start + width == pytest.approx(80, abs=0.2))
        assert width == pytest.approx(80 * abs(value) / max(map(abs, view.by_pattern.values())), abs=0.1)


def outputs(book: nbformat.NotebookNode, mask: Callable[[str], str]) -> list[dict[str, str]]:
    """Returns the outputs of the cells, partly masked."""
    shown = []
    for cell in book.cells:
        for output in cell.get("outputs", []):
            data = {kind: mask(text) for kind, text in output.get("data", {}).items()}
            shown.append({"type": output.output_type, **data})
    return shown


def without_effort(text: str) -> str:
    """Masks times and node counts, which vary between runs, unlike the results."""
    text = re.sub(r"((?:games_per_)?seconds?|nodes)=[\d.e+-]+", r"\1=…", text)
    return re.sub(r"((?:(?:games_per_)?seconds?|nodes|positions|found in the table)</th><td[^>]*>)[^<]+", r"\1…", text)


def test_the_notebook_in_the_documentation_runs_and_its_outputs_are_current(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    read: Any = nbformat.read  # untyped
    stored = read(DOCUMENT, as_version=4)
    nbformat.validate(stored)
    code = [cell for cell in stored.cells if cell.cell_type == "code"]
    assert all(cell.outputs and cell.execution_count for cell in code)
    assert all("text/html" in cell.outputs[-1].data for cell in code)
    executed = read(DOCUMENT, as_version=4)
    NotebookClient(executed, timeout=120, kernel_name="python3", record_timing=False).execute(cwd=str(tmp_path))
    assert outputs(executed, without_effort) == outputs(stored, without_effort)
