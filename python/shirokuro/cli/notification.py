"""A user's command that is run when a training ends, pauses or fails."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shirokuro.cli.terminal import say
from shirokuro.display.format import message_of

if TYPE_CHECKING:
    from pathlib import Path

TIMEOUT = 60
"""Seconds after which the command is killed: a program that hangs must not keep a finished training from ending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A command of the shell, which reads one line of text and finds the rest in its environment.

    Whatever the command does, it changes nothing about the training: its failure is one line on standard error.
    """

    command: str | None
    """The command; `None` notifies nobody."""
    run: Path
    """The run's directory."""

    def send(self, event: str, text: str, *, games: int) -> None:
        """Runs the command.

        Args:
            event: `completed`, `paused`, `flat`, `too_many_errors` or `error`.
            text: what happened, in one line.
            games: games played since the start of the run.
        """
        if not self.command:
            return
        environment = {
            **os.environ,
            "SHIROKURO_EVENT": event,
            "SHIROKURO_TEXT": text,
            "SHIROKURO_RUN": str(self.run),
            "SHIROKURO_GAMES": str(games),
        }
        try:
            code = subprocess.run(  # noqa: S602 (the user's own command)
                self.command,
                shell=True,
                env=environment,
                input=f"{text}\n".encode(),
                stdout=subprocess.DEVNULL,
                timeout=TIMEOUT,
                check=False,
                start_new_session=True,  # a second Ctrl-C does not end it
            ).returncode
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            say(f"--notify: {message_of(error)}", error=True)
            return
        if code:
            say(f"--notify: the command ended with exit code {code}", error=True)
