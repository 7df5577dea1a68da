"""A program that plays Othello by the Go Text Protocol, correctly or with a given fault.

Usage: gtp_program.py [HOW [GAME PLY]]. From the given move of the given game, it fails as HOW says. Until then, and
without HOW, it plays the first legal move.
"""

from __future__ import annotations

import os
import signal
import sys
import time

import shirokuro as sk

HOW = sys.argv[1] if len(sys.argv) > 1 else "well"
GAME, PLY = (int(word) for word in sys.argv[2:4]) if len(sys.argv) > 2 else (1, 1)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def fail(number: str) -> str | None:  # noqa: C901, PLR0912 (a list of faults)
    """Fails without an answer, or returns a wrong answer."""
    match HOW:
        case "illegal":
            return f"={number} a1\n"
        case "pass":
            return f"={number} PASS\n"
        case "resign":
            return f"={number} resign\n"
        case "refuse":
            return f"?{number} I do not want to\n"
        case "crash":
            complain("something broke")
            os._exit(3)
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            time.sleep(3600)
        case "stubborn":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            while True:
                time.sleep(1)
        case "garbage":
            sys.stdout.buffer.write(b"\xff\x00 no answer\n" * 3)
            sys.stdout.flush()
            time.sleep(3600)
        case "flood":
            while True:
                say("=999 not yours")
        case "mute":
            sys.stdout.close()
            os.close(1)
            time.sleep(3600)
    return None


def main() -> None:  # noqa: C901, PLR0912 (a list of commands)
    position, games, ply = sk.Position(), 0, 0
    if HOW == "start":
        sys.exit("I will not start")
    if HOW == "noisy":
        say("Welcome to a program that talks")
        complain("x" * 200_000)
    for line in sys.stdin:
        if HOW == "numberless" and line[:1].isdigit():
            say(f"? unknown command {line.split()[0]}\n")
            continue
        number, command, *words = line.split() if line[:1].isdigit() else ["", *line.split()]
        answer = f"={number}\n"
        match command:
            case "quit":
                return
            case "name":
                answer = f"={number} tester\nof programs\n"
            case "clear_board":
                position, games, ply = sk.Position(), games + 1, 0
            case "play":
                side = {"black": 1, "white": 2}[words[0]]
                if words[1] == "pass":
                    answer = f"?{number} syntax error\n" if HOW != "passes" else answer
                elif side != position.side_to_move or words[1] not in position.legal_moves:
                    answer = f"?{number} illegal move\n"
                else:
                    position = position.play(words[1])
            case "genmove":
                ply += 1
                if HOW not in {"well", "noisy", "passes"} and (games, ply) >= (GAME, PLY):
                    answer = fail(number) or answer
                else:
                    move = position.legal_moves[0]
                    position = position.play(move)
                    answer = f"={number} {move.upper()}\n"
            case "set_game":
                answer = f"?{number} unknown command\n"
        say(answer)


if __name__ == "__main__":
    main()
