"""The server of the web page, run as a separate process and accessed without a browser."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

import shirokuro as sk
from shirokuro.cli import main
from shirokuro.runs.checkpoints import checkpoint_name
from tests.support.visits import ask, enter, get, visit, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="module")
def page(serve: Callable[..., Any], model: Path) -> str:
    """The URL of a page with a model."""
    url = serve(model).url
    assert isinstance(url, str)
    return url


def longer_than(before: Any) -> Callable[[Any], bool]:
    """Returns a condition that holds for games with more moves than `before`."""
    return lambda game: len(game["plies"]) > len(before["plies"])


def test_only_the_files_of_the_page_are_served(page: str) -> None:
    for path, media_type in (("/", "text/html"), ("/main.js", "text/javascript"), ("/style.css", "text/css")):
        response, text = get(page, path)
        assert response.status == 200
        assert str(response.getheader("Content-Type")).startswith(media_type)
        assert text
    for path in (
        "/../guard.py",
        "/%2e%2e/guard.py",
        "/static/main.js",
        "/guard.py",
        "//etc/passwd",
        "/main.js/",
        "/x",
        "//[",
        "*",
    ):
        assert get(page, path)[0].status == 404, path


@pytest.mark.parametrize("path", ["/", "/main.js", "/nothing"])
def test_every_response_forbids_external_content(page: str, path: str) -> None:
    policy = str(get(page, path)[0].getheader("Content-Security-Policy"))
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert get(page, path)[0].getheader("X-Content-Type-Options") == "nosniff"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE"])
def test_only_get_is_answered(page: str, method: str) -> None:
    assert get(page, "/", method)[0].status in {405, 501}


def test_requests_under_a_name_rebound_to_loopback_are_refused(page: str) -> None:
    assert get(page, "/", Host="evil.example")[0].status == 403
    with pytest.raises(InvalidStatus) as refused:
        enter(page, name="evil.example")
    assert refused.value.response.status_code == 403
    with pytest.raises(InvalidStatus) as refused:
        enter(page, Origin="http://evil.example")
    assert refused.value.response.status_code == 403
    with pytest.raises(InvalidStatus) as refused:
        enter(page, Host="localhost")  # in addition to the existing header
    assert refused.value.response.status_code == 400


def test_a_game_is_played(page: str) -> None:
    with visit(page) as tab:
        wait_for(tab, "game", lambda game: game["persons"])
        ask(tab, "choose", player="black", depth=1)
        for _ in range(3):
            game = wait_for(tab, "game", lambda game: game["persons"] and not game["thinking"])
            ask(tab, "play", move=game["view"]["legal"][0], ply=len(game["plies"]) - 1)
            wait_for(tab, "game", longer_than(game))


def test_concurrent_games_are_independent(page: str) -> None:
    wrong: list[object] = []
    openings = ["d3", "c4", "f5", "e6"] * 2

    def play(number: int, first: str) -> None:
        with visit(page) as tab:
            ask(tab, "setup", moves=first, player="both", depth=2)
            for _ in range(5 + number):
                game = wait_for(tab, "game", lambda game: game["transcript"].startswith(first) and not game["thinking"])
                ask(tab, "play", move=game["view"]["legal"][-1], ply=len(game["plies"]) - 1)
                before, game = game, wait_for(tab, "game", longer_than(game))
                if len(game["plies"]) != len(before["plies"]) + 1 or not game["transcript"].startswith(first):
                    wrong.append(game["transcript"])

    threads = [threading.Thread(target=play, args=each) for each in enumerate(openings)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=60)
    assert not any(each.is_alive() for each in threads)
    assert wrong == []


def test_undo_does_not_wait_for_the_search_of_the_model(page: str) -> None:
    with visit(page) as tab:
        ask(tab, "setup", moves="", player="black", seconds=10)
        ask(tab, "play", move="d3", ply=0)
        wait_for(tab, "game", lambda game: game["thinking"] == "move")
        start = time.monotonic()
        ask(tab, "undo")
        wait_for(tab, "game", lambda game: len(game["plies"]) == 1 and game["thinking"] is None)
        ask(tab, "choose", player="black", depth=1)
        ask(tab, "play", move="d3", ply=0)
        wait_for(tab, "game", lambda game: len(game["plies"]) == 3)
        assert time.monotonic() - start < 10, "the search would have taken this long"


def test_a_search_ends_when_its_visitor_leaves_and_others_are_answered_meanwhile(page: str) -> None:
    with ExitStack() as tabs:
        for _ in range(8):
            ask(tabs.enter_context(visit(page)), "setup", moves="", player="white", seconds=10)
        start = time.monotonic()
        assert get(page)[0].status == 200
    with visit(page) as tab:
        ask(tab, "setup", moves="", player="white", depth=1)
        wait_for(tab, "game", lambda game: len(game["plies"]) == 2)
    assert time.monotonic() - start < 10, "the threads would have been busy this long"


def test_invalid_messages_are_rejected_with_an_explanation_and_the_game_continues(page: str) -> None:
    with visit(page) as tab:
        for nonsense in ("", "{}", '{"do": "delete", "path": "/"}', '{"do": "play", "move": "a1", "ply": 0}', b"\0\1"):
            tab.send(nonsense)
            assert wait_for(tab, "notice")["text"]
        ask(tab, "play", move="d3", ply=0)
        wait_for(tab, "game", lambda game: game["transcript"].startswith("d3"))


def test_a_slow_reader_gets_whole_files(page: str) -> None:
    address = urlsplit(page)
    with socket.create_connection((str(address.hostname), address.port or 0)) as reader:
        reader.sendall(f"GET /play.js HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
        time.sleep(2)  # longer than the server waits for a connection to close
        answer = b"".join(iter(lambda: reader.recv(1000), b""))
    assert answer.partition(b"\r\n\r\n")[2].decode() == get(page, "/play.js")[1]


def test_a_message_that_is_too_long_ends_only_its_connection(page: str) -> None:
    with visit(page) as tab:
        tab.send("x" * 1_000_000)
        with pytest.raises(ConnectionClosed):
            wait_for(tab, "never")
    assert get(page)[0].status == 200


def test_beyond_loopback_a_token_is_generated_printed_and_required(serve: Callable[..., Any], model: Path) -> None:
    printed = urlsplit(serve(model, "--host", "0.0.0.0").url)  # noqa: S104 (the point of the test)
    url = f"http://127.0.0.1:{printed.port}"
    assert get(url)[0].status == 401
    assert get(url, "/?token=wrong-but-long-enough")[0].status == 403
    with pytest.raises(InvalidStatus) as refused:
        enter(url)
    assert refused.value.response.status_code == 401
    entered, _ = get(url, f"/?{printed.query}")
    assert (entered.status, entered.getheader("Location")) == (303, "/")
    cookie = str(entered.getheader("Set-Cookie")).partition(";")[0]
    assert get(url, "/", Cookie=cookie)[0].status == 200
    with visit(url, Cookie=cookie) as tab:
        wait_for(tab, "game")
    with pytest.raises(InvalidStatus) as refused:
        enter(url, Cookie=cookie, Origin="http://evil.example")
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_the_server_at_once_even_during_searches(
    serve: Callable[..., Any], model: Path, number: int, code: int
) -> None:
    served = serve(model)
    address = urlsplit(served.url)
    with (
        ExitStack() as tabs,
        socket.create_connection((str(address.hostname), address.port)),
    ):  # browsers open idle connections in advance
        for _ in range(6):
            tab = tabs.enter_context(visit(served.url))
            ask(tab, "setup", moves="", player="white", seconds=10)
            wait_for(tab, "game", lambda game: game["thinking"] == "move")
        start = time.monotonic()
        assert served.end(number) == code
        assert time.monotonic() - start < 5, "less than the searches and the idle connection would have taken"
    assert "Traceback" not in served.rest


def test_a_port_in_use_is_reported(page: str, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    port = urlsplit(page).port
    assert main(["serve", str(model), "--port", str(port)]) == 2
    assert f"port {port} of 127.0.0.1 is in use: choose another with --port" in capsys.readouterr().err


@pytest.fixture
def named_files(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes to a directory with the files `model` and `text`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model").symlink_to(model)
    (tmp_path / "text").write_text("not a model", encoding="utf-8")


@pytest.mark.usefixtures("named_files")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.shiro"], "no model or run of this name"),
        (["."], "no run in"),
        (["model", "--port", "70000"], "port = 70000: must be within 0…65,535"),
        (["model", "--port", "0", "--host", "no such host"], "no such host"),
        (["model", "--port", "0", "--token", "short"], "12…200 characters"),
        (["text"], "not a shirokuro model"),
    ],
)
def test_invalid_arguments_are_reported_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["serve", *arguments]) == 2
    errors = capsys.readouterr().err
    assert message in errors
    assert errors.count("\n") == 1


def test_a_missing_extra_is_named(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "websockets", None)
    assert main(["serve", str(model)]) == 2
    assert "pip install 'shirokuro[web]'" in capsys.readouterr().err


def test_a_run_without_a_model_is_shown_and_its_first_model_plays(
    serve: Callable[..., Any], run_of: Callable[..., Path], model: Path
) -> None:
    run = run_of(3000)
    with visit(serve(run).url) as tab:
        assert wait_for(tab, "model")["name"] is None
        ask(tab, "watch", on=True)
        assert wait_for(tab, "run")["games"] == 3000
        ask(tab, "play", move="d3", ply=0)
        assert wait_for(tab, "game", lambda game: game["transcript"] == "d3")["thinking"] is None
        shutil.copy(model, run / "checkpoints" / "part")
        (run / "checkpoints" / "part").rename(run / "checkpoints" / checkpoint_name(4000))
        assert wait_for(tab, "model", lambda message: message["name"])["games"] == 1000
        wait_for(tab, "game", lambda game: len(game["plies"]) == 3)


def test_the_newest_checkpoint_plays_on_request_and_a_damaged_one_does_not(
    serve: Callable[..., Any], run_of: Callable[..., Path], model: Path
) -> None:
    run = run_of(5000)
    shutil.copy(model, run / "checkpoints" / checkpoint_name(4000))
    with visit(serve(run).url) as tab:
        assert wait_for(tab, "model")["name"] == checkpoint_name(4000)
        (run / "checkpoints" / checkpoint_name(4500)).write_bytes(b"damaged")
        wait_for(tab, "model", lambda message: message["newer"] == 4500)
        ask(tab, "renew")
        assert wait_for(tab, "model", lambda message: message["newer"] is None)["name"] == checkpoint_name(4000)
        shutil.copy(model, run / "checkpoints" / checkpoint_name(5000))
        wait_for(tab, "model", lambda message: message["newer"] == 5000)
        ask(tab, "renew")
        assert wait_for(tab, "model", lambda message: message["newer"] is None)["name"] == checkpoint_name(5000)


def test_no_directory_of_the_server_is_shown(
    serve: Callable[..., Any], run_of: Callable[..., Path], tmp_path: Path
) -> None:
    elsewhere = "/home/some one/runs/first/checkpoints/games-000005000.shiro"
    messages = {
        "{run}/checkpoints/games-000004000.shiro: damaged": "checkpoints/games-000004000.shiro: damaged",
        f"saving failed: '{elsewhere}': No space left on device": (
            "saving failed: 'games-000005000.shiro': No space left on device"
        ),
        "/var/lib/shirokuro/run/model.shiro can't be read": "model.shiro can't be read",
        "3 games/s, 5/6 of 1/2/3 and/or https://a.example/b": "3 games/s, 5/6 of 1/2/3 and/or https://a.example/b",
    }
    warnings = [{"kind": "failures", "message": each.format(run=tmp_path / "run")} for each in messages]
    run = run_of(5000, warnings=warnings)
    with visit(serve(run).url) as tab:
        (run / "checkpoints" / checkpoint_name(4000)).write_bytes(b"damaged")
        wait_for(tab, "model", lambda message: message["newer"] == 4000)
        ask(tab, "watch", on=True)
        shown = wait_for(tab, "run")
        assert [each["message"] for each in shown["warnings"][: len(messages)]] == [*reversed(messages.values())]
        ask(tab, "renew")
        assert wait_for(tab, "notice")["text"] == "the newest checkpoint is damaged or can't be read"


def test_a_damaged_ladder_is_a_warning_next_to_the_curves(
    serve: Callable[..., Any], run_of: Callable[..., Path]
) -> None:
    run = run_of(5000)
    (run / "ladder.json").write_text('{"players": [NaN]}', encoding="utf-8")
    with visit(serve(run).url) as watching:
        ask(watching, "watch", on=True)
        shown = wait_for(watching, "run")
    assert shown["strength"] == []
    assert shown["warnings"] == [
        {"games": 5000, "kind": "ladder", "message": "ladder.json is damaged or can't be read"}
    ]
    assert shown["charts"]


def test_curves_grow_with_the_run_and_are_sent_only_to_those_who_watch(
    serve: Callable[..., Any], run_of: Callable[..., Path], line_of: Callable[..., dict[str, Any]]
) -> None:
    run = run_of(5000, warnings=[{"kind": "divergence", "message": "<b>too large</b>"}])
    url = serve(run).url
    with visit(url) as watching, visit(url) as playing:
        ask(watching, "watch", on=True)
        shown = wait_for(watching, "run")
        assert (shown["games"], shown["state"], shown["target"]) == (5000, "running", 200_000)
        assert {each["title"] for each in shown["charts"]} >= {"TD error", "Results", "Throughput"}
        assert shown["warnings"][0] == {"games": 5000, "kind": "divergence", "message": "<b>too large</b>"}
        with (run / "metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line_of(6000, time=time.time())) + "\n")
        grown = wait_for(watching, "run", lambda message: message["games"] == 6000)
        for before, after in zip(shown["charts"], grown["charts"], strict=True):
            assert len(after["series"][0]["points"]) == len(before["series"][0]["points"]) + 1
        ask(playing, "undo")
        assert wait_for(playing, "game")
        with pytest.raises(TimeoutError):
            wait_for(playing, "run", seconds=1)


def test_serving_changes_no_file(serve: Callable[..., Any], run_of: Callable[..., Path]) -> None:
    run = run_of(3000)
    before = {path: path.stat().st_mtime_ns for path in sorted(run.rglob("*"))}
    served = serve(run)
    with visit(served.url) as tab:
        ask(tab, "watch", on=True)
        wait_for(tab, "run")
        ask(tab, "renew")
        wait_for(tab, "game")
    served.end()
    assert {path: path.stat().st_mtime_ns for path in sorted(run.rglob("*"))} == before


def test_a_wheel_has_the_files_of_the_page() -> None:
    listed = subprocess.run(
        [sys.executable, "-c", "from shirokuro.web.pages import load_pages; print(*sorted(load_pages()))"],
        capture_output=True,
        text=True,
        check=True,
    )
    static = Path(sk.__file__).parent / "web" / "static"
    assert listed.stdout.split() == sorted("/" + file.name.replace("index.html", "") for file in static.iterdir())
