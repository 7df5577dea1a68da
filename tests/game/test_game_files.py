"""Files of games and positions as other programs write them."""

from __future__ import annotations

import tracemalloc
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import shirokuro as sk
from shirokuro.game.game_files import read_content
from shirokuro.game.records import GameRecord
from tests.support import game_files
from tests.support.transcripts import NOTATIONS, game_with_a_pass, random_game

if TYPE_CHECKING:
    from pathlib import Path

GAMES = [game_with_a_pass().moves, random_game(2).moves, random_game(3, 20).moves, ()]
"""A game with a pass, a whole game, an unfinished game, and one that has not begun."""


def write(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def moves(path: Path) -> list[tuple[str, ...]]:
    return [record.moves for record in sk.read_games(path)]


def test_the_games_of_a_wthor_file_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "WTH_2024.wtb", game_files.wthor(GAMES))
    records = list(sk.read_games(path))
    assert [record.moves for record in records] == GAMES
    assert {(record.black, record.white, record.event, record.date) for record in records} == {
        (None, None, None, "2024")
    }
    for record in records:
        discs = int((record.position.board == sk.BLACK).sum())
        assert record.score == 2 * discs - 64


def test_names_of_a_wthor_file_are_found_beside_it_or_given(tmp_path: Path) -> None:
    path = write(tmp_path / "WTH_2024.WTB", game_files.wthor(GAMES[:3]))
    write(tmp_path / "WTHOR.JOU", game_files.names(["Nicolet Stéphane", "", "c" * 20], 20))
    trn = write(tmp_path / "events", game_files.names(["Paris Open", "Cambridge"], 26))
    records = list(sk.read_games(path, tournaments=trn))
    assert [record.black for record in records] == ["Nicolet Stéphane", None, "c" * 20]
    assert [record.white for record in records] == [None, "c" * 20, None]
    assert [record.event for record in records] == ["Paris Open", "Cambridge", None]
    jou = write(tmp_path / "players", game_files.names(["A", "B"], 20))
    assert next(iter(sk.read_games(path, players=jou))).black == "A"
    write(jou, game_files.names(["A"], 20)[:-1])
    with pytest.raises(ValueError, match="players: 35 bytes are not a header of 16 bytes and names of 20"):
        sk.read_games(path, players=jou)


WTHOR = game_files.wthor(GAMES[:3])


@pytest.mark.parametrize(
    ("content", "message", "kept"),
    [
        (b"", "header: 0 bytes: must be 16", 0),
        (game_files.wthor(GAMES, size=10), "header: boards of 10×10 squares: must be 8×8", 0),
        (game_files.wthor(GAMES, kind=1), "header: type 1: must be 0, games", 0),
        (WTHOR[:-1], "game 3 of 3: the file ends after 67 of its 68 bytes", 2),
        (WTHOR + b"\0", "end: more data follows the 3 games", 3),
        (WTHOR[:24] + b"\x5b" + WTHOR[25:], "game 1: move 1: 91 is not a square", 2),
        (WTHOR[:25] + b"\0" + WTHOR[26:], "game 1: move 2: 0 is not a square", 2),
        (WTHOR[: 24 + 68] + b"\x0b" + WTHOR[25 + 68 :], "game 2: move 1: illegal move a1: .* black may play d3", 2),
        (WTHOR[:22] + b"\x41" + WTHOR[23:], "game 1: Black's discs = 65: must be at most 64", 2),
    ],
)
def test_a_damaged_wthor_record_stops_or_is_skipped_and_counted(
    tmp_path: Path, content: bytes, message: str, kept: int
) -> None:
    path = write(tmp_path / "games.wtb", content)
    with pytest.raises(ValueError, match=rf"games\.wtb: {message}"):
        list(sk.read_games(path))
    games = sk.read_games(path, damaged="skip")
    assert (len(list(games)), games.skipped, len(games.errors)) == (kept, 1, 1)


def test_the_games_of_a_ggf_file_are_read_with_counts_and_comments_between_them(tmp_path: Path) -> None:
    written = [game_files.ggf(each, black="a;)b", result="-12.00:r") for each in GAMES]
    path = write(
        tmp_path / "games.ggf", f"1 {written[0]}\r\n# a comment ;)\n2 {written[1]}{written[2]}\n\n{written[3]} bye"
    )
    records = list(sk.read_games(path))
    assert [record.moves for record in records] == GAMES
    assert {(r.black, r.white, r.event, r.date, r.score) for r in records} == {
        ("a;)b", "other", "GGS/os", "2003.12.15", -12)
    }
    write(path, game_files.ggf(GAMES[2], white="Jürgen").encode("latin-1"))
    assert [(record.white, record.score) for record in sk.read_games(path)] == [("Jürgen", None)]


def test_a_ggf_game_may_start_from_any_position(tmp_path: Path) -> None:
    position = random_game(5, 20).position
    board = "".join("-*O"[square] for square in position.board) + "*O"[position.side_to_move - 1]
    move = position.legal_moves[0]
    path = write(tmp_path / "games.txt", f"(;GM[Othello]BO[8 {board}]{'BW'[position.side_to_move - 1]}[{move}];)")
    (record,) = sk.read_games(path)
    assert (record.start, record.moves, record.position) == (position, (move,), position.play(move))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("GM[Othello]PC", "GM[Othello]KM[3]PC", "KM: games with komi are not supported"),
        ("BO[8 ", "BO[10 ", "must be 8, 64 squares"),
        (";)", "", "a game in GGF begins with"),
        ("PW[", "PW", "is not a property"),
        ("W[", "B[", "it is white's turn"),
        ("PB[one]", f"PB[{'x' * (1 << 20)}]", "longer than 1,048,576 bytes"),
    ],
)
def test_a_damaged_ggf_game_stops_or_is_skipped_and_counted(tmp_path: Path, old: str, new: str, message: str) -> None:
    good = game_files.ggf(GAMES[1])
    bad = good.replace(old, new)
    assert bad != good
    path = write(tmp_path / "games.ggf", f"{good}\n{bad}\n{good}\n")
    with pytest.raises(ValueError, match=rf"games\.ggf: game 2: .*{message}"):
        list(sk.read_games(path))
    games = sk.read_games(path, damaged="skip")
    assert [record.moves for record in games] == [GAMES[1]] * 2
    assert games.skipped == 1
    assert [record.moves for record in games] == [GAMES[1]] * 2, "a second iteration starts over"
    assert games.skipped == 1


LINES = [name for name, notation in NOTATIONS.items() if len(notation(random_game(1)).splitlines()) == 1]


@pytest.mark.parametrize("notation", LINES)
def test_transcripts_and_openings_are_read_line_by_line(tmp_path: Path, notation: str) -> None:
    games = [game_with_a_pass(), random_game(7, 8), random_game(8, 8)]
    text = "# openings\n\n" + "\r\n".join(NOTATIONS[notation](game) for game in games) + "\n% end\n// end"
    assert moves(write(tmp_path / "xot.txt", text)) == [game.moves for game in games]


OBF = "O--OOOOX-OOOOOOXOOXXOOOXOOXOOOXXOOOOOOXX---OOOOX----O--X-------- X"


def test_an_obf_file_has_problems_with_values_and_games_without_moves(tmp_path: Path) -> None:
    path = write(tmp_path / "end.obf", f"% made up\n{OBF}; A2:+38; B1:+12; % comment\n\n{OBF.replace(' X', ' O')};\n")
    problems = list(sk.read_problems(path))
    assert [problem.values for problem in problems] == [{"a2": 38, "b1": 12}, {}]
    assert problems[0].position == sk.read_position(OBF)
    assert [(record.start, record.moves) for record in sk.read_games(path)] == [
        (each.position, ()) for each in problems
    ]


def test_problems_may_be_moves_or_boards_without_a_side(tmp_path: Path) -> None:
    path = write(tmp_path / "positions.txt", f"f5 d6\n{OBF[:64]}\nnonsense\n")
    with pytest.raises(ValueError, match=r"positions.txt: line 2: the board does not say whose turn it is"):
        list(sk.read_problems(path))
    problems = sk.read_problems(path, side="white", damaged="skip")
    assert [each.position.side_to_move for each in problems] == [sk.BLACK, sk.WHITE]
    assert (problems.skipped, problems.errors) == (1, [f"{path}: line 3: move 1: 'nonsense' is not a square, a1 to h8"])


def test_a_damaged_line_is_named_with_its_number(tmp_path: Path) -> None:
    path = write(tmp_path / "list.txt", f"f5\n# comment\nf5f5\n{'x' * (1 << 21)}\nf5d6")
    with pytest.raises(ValueError, match=r"list.txt: line 3: move 2: illegal move f5: the square is taken"):
        list(sk.read_games(path))
    games = sk.read_games(path, damaged="skip")
    assert [record.moves for record in games] == [("f5",), ("f5", "d6")]
    assert games.errors[1].endswith("line 4: longer than 1,048,576 bytes")


def test_errors_are_counted_and_the_first_ten_kept(tmp_path: Path) -> None:
    games = sk.read_games(write(tmp_path / "list.txt", "oops\n" * 25), damaged="skip")
    assert (list(games), games.skipped, len(games.errors)) == ([], 25, 10)


def test_an_unknown_treatment_of_damage_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="damaged = 'ask': must be 'stop' or 'skip'"):
        sk.read_games(tmp_path / "games.ggf", damaged="ask")  # type: ignore[arg-type]


def test_a_missing_file_is_reported_when_it_is_read(tmp_path: Path) -> None:
    for name in ("games.ggf", "games.wtb"):
        with pytest.raises(FileNotFoundError, match=name):
            list(sk.read_games(tmp_path / name))


def test_a_record_whose_start_must_pass_passes(tmp_path: Path) -> None:
    path = write(tmp_path / "games.ggf", f"(;GM[Othello]BO[8 O*{'-' * 62} *]W[C1];)")
    (record,) = sk.read_games(path)
    assert record.moves == ("c1",)
    assert record.position.is_over
    assert GameRecord(moves=(), start=record.start).position.side_to_move == sk.WHITE


@pytest.mark.parametrize("suffix", ["wtb", "ggf", "txt"])
def test_a_large_file_is_read_with_little_memory(tmp_path: Path, suffix: str) -> None:
    game = random_game(3, 10)
    content = {
        "wtb": game_files.wthor([game.moves] * 5_000),
        "ggf": (game_files.ggf(game.moves) + "\n").encode() * 1_000,
        "txt": (game.transcript + "\n").encode() * 15_000,
    }[suffix]
    games = iter(sk.read_games(write(tmp_path / f"games.{suffix}", content)))
    next(games)
    tracemalloc.start()
    try:
        for _ in range(200):
            next(games)
        assert tracemalloc.get_traced_memory()[1] < len(content) / 1.5
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("suffix", ["wtb", "ggf", "txt"])
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_bytes_give_legal_games_or_errors(tmp_path: Path, suffix: str, data: st.DataObject) -> None:
    content = {
        "wtb": game_files.wthor(GAMES),
        "ggf": "\n".join(map(game_files.ggf, GAMES)).encode(),
        "txt": "\n".join(["".join(each) for each in GAMES] + [OBF]).encode(),
    }[suffix]
    at = data.draw(st.integers(0, len(content)))
    cut = data.draw(st.integers(0, 80))
    damaged = content[:at] + data.draw(st.binary(max_size=8)) + content[at + cut :]
    games = sk.read_games(write(tmp_path / f"games.{suffix}", damaged), damaged="skip")
    for record in games:
        assert record.moves == sk.read_moves(record.transcript, record.start)
    assert len(games.errors) == min(games.skipped, 10)
    if games.skipped:
        with pytest.raises(ValueError, match=f"games.{suffix}: "):
            list(sk.read_games(games.path))
    with suppress(ValueError):
        list(sk.read_problems(games.path))


def test_a_content_is_one_game_if_it_can_be_and_otherwise_each_record_is_a_game() -> None:
    columns = "1. f5 d6\n2. c3 d3"
    board = sk.debug.board_text(sk.Position.from_moves("f5d6"))
    ggf = "(;GM[Othello]BO[8 ---------------------------O*------*O--------------------------- *]B[F5];)"
    for text, expected in {
        "": [()],
        columns: [("f5", "d6", "c3", "d3")],
        board: [()],
        ggf: [("f5",)],
        f"2 {ggf}{ggf}": [("f5",), ("f5",)],
        "f5d6\nf5f6\nnonsense": [("f5", "d6"), ("f5", "f6")],
    }.items():
        assert [game.moves for game in read_content(text.encode())] == expected, text
    assert next(iter(read_content(board.encode()))).start == sk.Position.from_moves("f5d6")
    assert [game.moves for game in read_content(game_files.wthor(GAMES), "X.WTB")] == GAMES
    for wrong in ("f5d6f5", "(;GM[Othello];)", "nonsense"):
        with pytest.raises(ValueError, match=r"move 3|BO: the board is missing|'nonsense'"):
            read_content(wrong.encode())
