"""The whole games of files, and why others are skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro.game.collection import GameCollection, whole_games
from tests.support.game_files import ggf, wthor
from tests.support.transcripts import random_game

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = [random_game(seed) for seed in range(4)]
WIPE_OUT = "e6f4e3f6g5d6e7f5c5"  # the last white disc goes with the ninth move


def test_whole_games_of_all_formats_are_collected_in_the_order_of_the_files(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.wtb", "b.ggf", "c.txt")]
    files[0].write_bytes(wthor([WHOLE[0].moves, WHOLE[1].moves]))
    files[1].write_text(ggf(WHOLE[2].moves), encoding="utf-8")
    files[2].write_text(f"# one game\n{WHOLE[3].transcript}\n", encoding="utf-8")
    collection = GameCollection.read(files)
    assert [collection.game(number).transcript for number in range(4)] == [game.transcript for game in WHOLE]
    found = [(file.path, file.games) for file in collection.files]
    assert found == [(str(files[0]), 2), (str(files[1]), 1), (str(files[2]), 1)]
    assert (len(collection), collection.skipped, collection.first_damaged) == (4, {}, None)


def test_records_that_are_not_whole_games_are_counted_by_reason(tmp_path: Path) -> None:
    file = tmp_path / "games.txt"
    elsewhere = sk.Position.from_moves("f5d6c3").board.tolist()
    board = "".join("-XO"[square] for square in elsewhere)
    file.write_text(f"{WHOLE[0].transcript}\nf5d6c3\nf5f5\nf5 d6 x9\n{board} O\n", encoding="utf-8")
    collection = GameCollection.read([file])
    assert collection.skipped == {"unfinished": 1, "damaged": 2, "not from the start position": 1}
    assert collection.first_damaged is not None
    assert f"{file}: line 3: move 2: illegal move f5" in collection.first_damaged
    assert len(collection) == 1


def test_a_result_that_the_moves_do_not_lead_to_is_a_reason_to_skip_a_game(tmp_path: Path) -> None:
    file = tmp_path / "games.ggf"
    right = sk.Game(WHOLE[0].transcript).stone_difference
    results = [f"{right:+}", f"{right + 2:+}", "?"]
    file.write_text("".join(ggf(WHOLE[0].moves, result=result) for result in results), encoding="utf-8")
    collection = GameCollection.read([file])
    assert (len(collection), collection.skipped) == (2, {"with another result than its moves": 1})


def test_the_empty_squares_of_a_result_may_count_for_the_winner_or_for_nobody(tmp_path: Path) -> None:
    moves = [WIPE_OUT[at : at + 2] for at in range(0, len(WIPE_OUT), 2)]
    file = tmp_path / "games.ggf"
    file.write_text("".join(ggf(moves, result=result) for result in ("+64", "+13", "+20")), encoding="utf-8")
    assert len(GameCollection.read([file])) == 2
    (tmp_path / "games.wtb").write_bytes(wthor([moves]))  # 13 discs of Black
    assert len(GameCollection.read([tmp_path / "games.wtb"])) == 1


def test_a_file_without_a_whole_game_is_an_error_that_says_why(tmp_path: Path) -> None:
    empty, unfinished = tmp_path / "empty.txt", tmp_path / "unfinished.txt"
    empty.write_bytes(b"")
    unfinished.write_text("f5d6\nf5f5\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"empty\.txt: no whole games to learn from$"):
        GameCollection.read([empty])
    text = r"unfinished\.txt: no whole games to learn from: 2 records skipped: 1 damaged, 1 unfinished \(.*line 2"
    with pytest.raises(ValueError, match=text):
        GameCollection.read([unfinished])
    with pytest.raises(FileNotFoundError, match=r"none\.wtb"):
        GameCollection.read([tmp_path / "none.wtb"])
    with pytest.raises(ValueError, match="files: must name at least one"):
        GameCollection.read([])


def test_equal_games_share_a_number_also_if_the_board_is_turned(tmp_path: Path) -> None:
    def turned(move: str) -> str:  # reflected in the diagonal from a1 to h8
        return "abcdefgh"[int(move[1]) - 1] + str("abcdefgh".index(move[0]) + 1)

    file = tmp_path / "games.txt"
    lines = [WHOLE[0].transcript, "".join(map(turned, WHOLE[0].moves)), WHOLE[1].transcript]
    file.write_text("\n".join(lines), encoding="utf-8")
    collection = GameCollection.read([file])
    shares = [collection.share(number) for number in range(3)]
    assert shares[0] == shares[1] != shares[2]
    assert all(0 <= share < 1 for share in shares)


def test_a_digest_of_a_file_changes_with_its_games_alone(tmp_path: Path) -> None:
    def digest(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return GameCollection.read([tmp_path / name]).files[0].digest

    one, two = WHOLE[0].transcript, WHOLE[1].transcript
    first = digest("a.txt", f"{one}\n{two}\n")
    assert digest("b.txt", f"# remark\n{one.upper()}\n\n{two}") == first
    assert digest("c.txt", f"{two}\n{one}\n") != first
    assert digest("d.txt", one) != first


def test_games_in_memory_are_converted_or_refused_by_their_number() -> None:
    game, record = sk.Game(WHOLE[0].transcript), sk.GameRecord(moves=tuple(WHOLE[1].moves))
    converted = whole_games([game, record, WHOLE[2].transcript.upper()])
    assert [each.transcript for each in converted] == [each.transcript for each in WHOLE[:3]]
    with pytest.raises(ValueError, match=r"games\[1\]: 2 moves, unfinished"):
        whole_games([game, "f5d6"])
    with pytest.raises(ValueError, match=r"games\[0\]: move 2: illegal move f5"):
        whole_games(["f5f5"])
    elsewhere = sk.GameRecord(start=sk.Position.from_moves("f5"), moves=tuple(WHOLE[0].moves[1:]))
    with pytest.raises(ValueError, match=r"games\[0\]: 59 moves, not from the start position"):
        whole_games([elsewhere])
    with pytest.raises(TypeError, match=r"games\[0\]: must be a Game, a GameRecord or moves, not int"):
        whole_games([7])  # type: ignore[list-item]
