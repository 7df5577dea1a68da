"""`shirokuro play`: games in the terminal, invalid input, and the ends of games."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro.cli import main
from shirokuro.cli.play_levels import HINTS
from shirokuro.display.boards import SIDES as NAMES
from shirokuro.display.boards import result_text
from shirokuro.engine.levels import FIRST
from shirokuro.game.ggf_writer import ggf_text
from shirokuro.game.records import GameRecord
from tests.support import game_files
from tests.support.transcripts import random_game

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.terminal import Terminal

PROGRAM = Path(sys.executable).parent / "shirokuro"
LEVEL = ("--depth", "3", "--exact-empties", "8", "--table-mb", "1")


@pytest.fixture
def play(model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Returns a function that plays a game with the given input lines and returns its output."""

    def run(*lines: str, options: tuple[str, ...] = ()) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        assert main(["play", str(model), *LEVEL, *options]) == 0
        return capsys.readouterr().out

    return run


@pytest.fixture(scope="module")
def engine(trained: sk.Trainer) -> sk.Engine:
    """The engine that `play` uses."""
    return sk.Engine(trained.evaluator, limits=sk.SearchLimits(depth=3, exact_empties=8), table_mb=1)


def last_moves(output: str) -> str:
    """Returns the transcript at the end of the output."""
    found = re.search(r"^\d+ moves?: (\w+)$", output, re.MULTILINE)
    return found[1] if found else ""


def expected_game(engine: sk.Engine, people: int) -> tuple[list[str], sk.LiveGame]:
    """Plays a game in which a person always plays the first legal move; returns the person's moves and the game."""
    game, mine = sk.LiveGame(), list[str]()
    while not (position := game.position).is_over:
        if position.side_to_move == people:
            mine.append(position.legal_moves[0])
            game.play(mine[-1])
        else:
            game.play(engine.search(position).best_move or "")
    return mine, game


@pytest.mark.parametrize(("side", "number"), [("black", sk.BLACK), ("white", sk.WHITE)])
def test_a_whole_game_is_played_and_its_moves_are_shown_at_the_end(
    play: Callable[..., str], engine: sk.Engine, side: str, number: int
) -> None:
    mine, game = expected_game(engine, number)
    output = play(*mine, options=("--side", side))
    assert last_moves(output) == game.transcript
    assert output.rstrip().endswith(f"{result_text(game.position)}.")


def test_a_model_may_play_with_several_threads_and_less_confidence(play: Callable[..., str]) -> None:
    more = ("--side", "none", "--threads", "2", "--confidence", "95")
    assert sk.Position.from_moves(last_moves(play(options=more))).is_over


def test_the_model_plays_itself(play: Callable[..., str], engine: sk.Engine) -> None:
    game = sk.LiveGame()
    while not game.position.is_over:
        game.play(engine.search(game.position).best_move or "")
    assert last_moves(play(options=("--side", "none"))) == game.transcript


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a1", "a1 would flip no discs; Black may play d3, c4, f5, e6."),
        ("d4", "d4 is occupied;"),
        ("z9", "'z9' is neither a square nor a command"),
        ("f5 d6", "'f5 d6' is neither a square nor a command"),
        ("pass", "Passes are automatic"),
        ("undo", "Nothing to take back."),
        ("undo two", "'two' is not a whole number."),
        ("level depth", "level is followed by"),
        ("level deep 3", "'deep' is not a limit"),
        ("level depth 99", "depth = 99: must be within 1…60"),
        ("level time soon", "'soon' is not a number."),
        ("side green", "side is followed by black, white, both, none."),
        ("save", "save is followed by a file name."),
        ("save /nowhere/at/all", "/nowhere/at/all: No such file or directory."),
        ("moves now", "moves is followed by too many words"),
        ("\x07[bold]", "'\\x07[bold]' is neither"),
    ],
)
def test_invalid_input_is_explained_and_changes_nothing(play: Callable[..., str], line: str, message: str) -> None:
    output = play("", line, "f5", options=("--side", "both"))
    assert message in " ".join(output.split())
    assert last_moves(output) == "f5"


def test_undo_returns_to_the_person_s_own_last_move(play: Callable[..., str]) -> None:
    assert last_moves(play("f5", "undo")) == ""
    one = last_moves(play("f5"))
    assert last_moves(play("f5", "d3" if "d3" in sk.Position.from_moves(one).legal_moves else "c4", "undo")) == one
    assert last_moves(play("f5", "u 9", "e6")).startswith("e6")
    assert last_moves(play("f5", "d6", "c3", "undo 2", options=("--side", "both"))) == "f5"


def test_hints_and_scores_match_the_search(play: Callable[..., str], engine: sk.Engine) -> None:
    moves = "f5d6c3d3c4"
    position = sk.Position.from_moves(moves)
    output = play("hint", "scores", options=("--side", "both", "--moves", moves))
    found = engine.search(position)
    line = " ".join(found.principal_variation)
    assert f"{found.best_move}: {found.score:+.2f} at depth 3 for White. Expected: {line}" in output
    rows = re.findall(r"^([a-h][1-8]) +([+-]\d+\.\d\d) +(\d+)  (.*)$", output, re.MULTILINE)
    scores = engine.score_moves(position)
    assert rows == [(each.move, f"{each.score:+.2f}", str(each.depth), " ".join(each.line)) for each in scores]
    board = output[output.index("scores") :]
    assert len(re.findall(r" [+-]\d+(?!\.)\b", board.partition("move ")[0])) == len(scores)


def test_the_level_can_be_changed(play: Callable[..., str], trained: sk.Trainer) -> None:
    output = play("level", "level depth 1 exact 0", "level", "f5", "level time 20", "level nodes 99")
    levels = re.findall(r"The model plays at (.*?)\.", output)
    first = "depth 3, exact from 8 empty squares"
    assert levels == [
        first,
        first,
        "depth 1",
        "depth 1",
        "20 ms",
        "99 nodes",
    ]
    engine = sk.Engine(trained.evaluator, limits=sk.SearchLimits(depth=1), table_mb=1)
    assert last_moves(output) == "f5" + (engine.search(sk.Position.from_moves("f5")).best_move or "")


def test_a_level_is_named_by_option_or_command(
    play: Callable[..., str], model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    output = play("level club", "f5", "level", "level master", "level depth 2", "level exact 4")
    levels = re.findall(r"The model plays at (.*?)[.:]", " ".join(output.split()))
    assert levels[1:] == [
        "level club",
        "level club",
        "depth 2, exact from 18 empty squares",
        "depth 2, exact from 4 empty squares",
    ]
    assert "level = 'master': must be one of novice, beginner," in output
    monkeypatch.setattr("sys.stdin", io.StringIO("f5\nhint\n"))
    assert main(["play", str(model), "--table-mb", "1"]) == 0
    output = capsys.readouterr().out
    assert f"at level {FIRST.name}: it {FIRST.about}" in " ".join(output.split())
    assert f"at depth {HINTS.depth} for Black" in output, "hints are not wrong on purpose"
    assert main(["play", str(model), "--level", "club", "--depth", "3"]) == 2
    assert "level = 'club': can't be combined with limits such as --depth" in capsys.readouterr().err


def test_moves_are_played_again_and_lines_that_were_left_are_kept(play: Callable[..., str]) -> None:
    both = ("--side", "both")
    assert last_moves(play("f5", "d6", "c3", "undo 3", "redo 2", options=both)) == "f5d6"
    assert "Nothing was taken back." in play("redo", options=both)
    output = play("f5", "d6", "c3", "undo 2", "f6", "lines", "lines 1", "lines 2", options=both)
    assert "1. f5d6c3" in output
    assert last_moves(output) == "f5d6c3"
    assert "there is no line 2; lines lists them." in output
    one = last_moves(play("f5"))
    assert last_moves(play("f5", "undo", "redo")) == one
    assert last_moves(play("f5", "new", "redo", options=both)) == "f5"


def test_games_are_loaded_from_files_and_from_text(play: Callable[..., str], tmp_path: Path) -> None:
    file = tmp_path / "my games.txt"
    file.write_text("f5d6c3\nf5f6e6\n", encoding="utf-8")
    wthor = tmp_path / "WTH_2024.wtb"
    wthor.write_bytes(game_files.wthor([("f5", "d6"), ("d3", "c5")]))
    both = ("--side", "both")
    assert last_moves(play(f"load {file}", options=both)) == "f5d6c3"
    assert last_moves(play(f"load {file} 2", options=both)) == "f5f6e6"
    assert last_moves(play(f"load {wthor} 2", options=both)) == "d3c5"
    assert last_moves(play("load 1. f5 d6 2. c3", options=both)) == "f5d6c3"
    output = play("d3", f"load {file} 3", "load nothing", "load", f"load {file}", "lines", options=both)
    words = " ".join(output.split())
    assert "the file has no game 3." in words
    assert "and no file has this name." in words
    assert "load is followed by a file name, moves or a board." in words
    assert "1. d3" in output, "the game before stays a line"
    saved = tmp_path / "board.ggf"
    board = f"OX{'-' * 24}OX{'-' * 36} O"
    output = play(f"load {board}", "c1", f"save {saved}", options=both)
    assert last_moves(output) == "c1"
    assert last_moves(play("moves", options=(*both, "--moves", str(saved)))) == "c1"


def test_an_analysis_names_the_opening_the_losses_and_better_moves(play: Callable[..., str]) -> None:
    game = random_game(4, 16)
    output = play("analyse", options=("--side", "both", "--moves", game.transcript))
    line = r"^ *(\d+)  (black|white)  ([a-h][1-8]) +\S+ +\d+\.\d+  ([a-h][1-8])\b"
    rows = re.findall(line, output, re.MULTILINE)
    assert len(rows) > 2
    for number, side, played, better in rows:
        before = game.positions[int(number) - 1]
        assert (side, played) == (NAMES[before.side_to_move], game.moves[int(number) - 1])
        assert better in before.legal_moves
    assert "worst of black: " in output
    assert "opening: Perpendicular" in play("analyse", options=("--side", "both", "--moves", "f5d6"))
    assert "No move has been played." in play("analyse", options=("--side", "both"))


def test_sides_can_be_changed_and_moves_left_to_the_model(play: Callable[..., str], engine: sk.Engine) -> None:
    best = engine.search(sk.Position()).best_move or ""
    assert last_moves(play("go", options=("--side", "both"))) == best
    assert last_moves(play("side white")) == best
    assert last_moves(play("f5", "new", "board", "moves", options=("--side", "both"))) == ""


def test_a_game_is_saved_after_each_move_and_continued(play: Callable[..., str], tmp_path: Path) -> None:
    file = tmp_path / "game.txt"
    play("f5", "d6", options=("--side", "both", "--save", str(file)))
    assert file.read_text(encoding="utf-8") == "f5d6\n"
    save = f"save {tmp_path / 'other.txt'}"
    play(save, "c3", save, options=("--side", "both", "--moves", str(file)))  # its own file may be replaced
    assert (tmp_path / "other.txt").read_text(encoding="utf-8") == "f5d6c3\n"
    assert file.read_text(encoding="utf-8") == "f5d6\n"
    file.write_text("f5d6\n", encoding="utf-8-sig")  # with a byte order mark, as some editors write
    play("c3", options=("--side", "both", "--moves", str(file), "--save", str(file)))
    assert file.read_text(encoding="utf-8") == "f5d6c3\n"


def test_a_game_is_saved_whole_through_links_and_over_nothing_else(play: Callable[..., str], tmp_path: Path) -> None:
    link, pipe, old = tmp_path / "link", tmp_path / "pipe", tmp_path / "old"
    link.symlink_to("game.txt")
    os.mkfifo(pipe)
    old.write_text("precious", encoding="utf-8")
    output = play("f5", *(f"save {each}" for each in (link, pipe, old)), options=("--side", "both"))
    assert (tmp_path / "game.txt").read_text(encoding="utf-8") == "f5\n"
    assert link.is_symlink()
    assert "is not a regular file" in " ".join(output.split())
    assert old.read_text(encoding="utf-8") == "precious"
    assert "File exists" in " ".join(output.split())
    assert {each.name for each in tmp_path.iterdir()} == {"link", "game.txt", "pipe", "old"}


def test_a_file_that_becomes_unwritable_ends_the_game_and_its_moves_are_printed(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()

    def answer(_prompt: str) -> str:
        (folder / "game.txt").unlink()
        folder.rmdir()
        return "f5"

    monkeypatch.setattr("builtins.input", answer)
    assert main(["play", str(model), *LEVEL, "--side", "both", "--save", str(folder / "game.txt")]) == 2
    errors = capsys.readouterr().err
    assert last_moves(errors) == "f5"
    assert "game.txt" in errors


def test_a_file_is_not_overwritten(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "game.txt"
    file.write_text("mine", encoding="utf-8")
    assert main(["play", str(model), "--save", str(file)]) == 2
    assert "continue it with --moves" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(("moves", "message"), [("f5f5", "illegal move f5"), ("nothing", "and no file has this name")])
def test_invalid_initial_moves_are_reported(
    model: Path, capsys: pytest.CaptureFixture[str], moves: str, message: str
) -> None:
    assert main(["play", str(model), "--moves", moves]) == 2
    assert message in capsys.readouterr().err


def game_with_a_pass() -> tuple[str, str, int]:
    """Returns the moves before a pass, the move that causes it, and the side that passes."""
    random = Random(5)
    while True:
        game = sk.LiveGame()
        while not game.position.is_over:
            before = game.transcript
            game.play(random.choice(game.position.legal_moves))
            if game.passed:
                return before, game.last_move or "", game.passed


def test_a_pass_is_announced(play: Callable[..., str]) -> None:
    before, move, passed = game_with_a_pass()
    output = play(move, options=("--side", "both", "--moves", before))
    name = {sk.BLACK: "Black", sk.WHITE: "White"}
    assert f"{name[passed]} can't move and passes." in output
    assert output.count(f"{name[3 - passed]} to move") == 2


def started(model: Path, *options: str) -> subprocess.Popen[str]:
    command: list[str | Path] = [PROGRAM, "play", model, *LEVEL, *options]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
    )


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_a_game_and_its_moves_are_printed(model: Path, number: signal.Signals, code: int) -> None:
    process = started(model, "--side", "both")
    assert process.stdin
    assert process.stdout
    process.stdin.write("f5\n")
    seen = ""
    while "White to move" not in seen:
        seen += process.stdout.readline()
    process.send_signal(number)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (code, "")
    assert last_moves(output) == "f5"


def test_a_signal_ends_a_long_search(model: Path) -> None:
    process = started(model, "--side", "white", "--depth", "60", "--moves", "f5d6")
    assert process.stdout
    while "Black to move" not in process.stdout.readline():
        pass
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, "")
    assert last_moves(output) == "f5d6"


def test_the_moves_go_to_standard_error_when_the_output_is_closed(model: Path) -> None:
    with started(model, "--side", "both", "--moves", "f5") as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        seen = ""
        while not seen.endswith("White: "):
            seen += process.stdout.read(1)
        process.stdout.close()
        process.stdin.write("d6\nc3\n")
        process.stdin.close()
        errors = process.stderr.read()
        assert process.wait(60) == 141
    assert last_moves(errors).startswith("f5")
    assert "Traceback" not in errors


def test_a_terminal_shows_a_board_in_colours(terminal: Callable[..., Terminal], model: Path) -> None:
    game = terminal(PROGRAM, "play", model, *LEVEL)
    game.wait_for(lambda screen: "Black: " in screen.splitlines()[-1] or re.search(r"^Black:", screen, re.MULTILINE))
    screen = game.screen
    assert screen.count("●") == 4 + 2
    assert screen.count("·") == 4 + 1
    game.type("f5")
    game.press("Enter")
    screen = game.wait_for(lambda screen: "White played" in screen)
    assert re.search(r"\[●\]", screen)
    game.press("C-c")
    assert game.wait_for_end() == 130
    assert last_moves(game.screen).startswith("f5")
    assert game.cursor


@pytest.mark.parametrize("setting", ["NO_COLOR=1", "TERM=dumb", "PYTHONIOENCODING=ascii"])
def test_without_colours_discs_are_letters(terminal: Callable[..., Terminal], model: Path, setting: str) -> None:
    game = terminal("env", setting, PROGRAM, "play", model, *LEVEL)
    game.wait_for(lambda screen: re.search(r"^Black:", screen, re.MULTILINE))
    game.type("f5")
    game.press("Enter")
    screen = game.wait_for(lambda screen: "White played" in screen)
    assert "●" not in screen
    assert re.search(r"^ 5 .* X  X \[X\]", screen, re.MULTILINE)
    assert re.search(r"X  Black +\d+  you", screen)
    game.press("C-d")
    assert game.wait_for_end() == 0


def test_a_narrow_terminal_shows_the_text_below_the_board(terminal: Callable[..., Terminal], model: Path) -> None:
    # A loaded readline exports a width to child processes that is not this terminal's.
    game = terminal("env", "-u", "COLUMNS", PROGRAM, "play", model, *LEVEL, columns=40, lines=30)
    screen = game.wait_for(lambda screen: re.search(r"^Black:", screen, re.MULTILINE))
    assert re.search(r"^ 8.*\n\n.*Black  2  you", screen, re.MULTILINE)


def test_a_closed_terminal_leaves_the_moves_in_the_file(
    terminal: Callable[..., Terminal], model: Path, tmp_path: Path
) -> None:
    file = tmp_path / "game.txt"
    game = terminal(PROGRAM, "play", model, *LEVEL, "--side", "both", "--save", file)
    game.wait_for(lambda screen: re.search(r"^Black:", screen, re.MULTILINE))
    game.type("f5")
    game.press("Enter")
    game.wait_for(lambda screen: "White:" in screen)
    game.close()
    assert file.read_text(encoding="utf-8") == "f5\n"


def test_a_game_that_load_replaces_is_printed(play: Callable[..., str]) -> None:
    output = play("f5", "d6", f"load OX{'-' * 24}OX{'-' * 36} O", options=("--side", "both"))
    assert "The game that was left: f5d6" in output


def test_a_file_with_more_than_moves_is_not_overwritten(
    play: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    game, content = tmp_path / "game.ggf", ggf_text(GameRecord(moves=("f5", "d6"), black="Ann"))
    game.write_text(content, encoding="utf-8")
    assert main(["play", "--moves", str(game), "--save", str(game)]) == 2
    assert game.read_text(encoding="utf-8") == content
    monkeypatch.chdir(tmp_path)
    Path("moves.txt").write_text("F5 d6", encoding="utf-8")
    assert last_moves(play(options=("--side", "both", "--moves", "./moves.txt", "--save", "moves.txt"))) == "f5d6"
    assert Path("moves.txt").read_text(encoding="utf-8") == "F5 d6"
    play("c3", options=("--side", "both", "--moves", "./moves.txt", "--save", "./moves.txt"))
    assert Path("moves.txt").read_text(encoding="utf-8") == "f5d6c3\n"


def test_any_number_of_moves_is_taken_back_at_once(play: Callable[..., str]) -> None:
    output = play("f5", "d6", "undo 999999999999999", "redo 999999999999999", options=("--side", "both"))
    assert "2 moves taken back." in output
    assert last_moves(output) == "f5d6"


def test_lines_are_listed_one_below_the_other(play: Callable[..., str]) -> None:
    output = play("f5", "d6", "undo", "f4", "undo", "f6", "lines", options=("--side", "both"))
    assert "\n1. f5f4\n2. f5d6\n" in output


def test_a_game_from_a_board_ends_with_what_moves_can_read(play: Callable[..., str]) -> None:
    board = f"OX{'-' * 24}OX{'-' * 36} O"
    output = play("c1", options=("--side", "both", "--moves", board))
    assert last_moves(output) == "c1"
    (game,) = re.findall(r"^With the board that it began on: (.*)$", output, re.MULTILINE)
    assert last_moves(play("undo", "c1", options=("--side", "both", "--moves", game))) == "c1"
