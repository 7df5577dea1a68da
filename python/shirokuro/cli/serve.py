"""`shirokuro serve`: a web page for playing against a model and watching its training."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from shirokuro.cli import levels
from shirokuro.cli.terminal import say
from shirokuro.extras import load
from shirokuro.models import DEFAULT, default_model
from shirokuro.signals import StopSignals
from shirokuro.web.guard import is_loopback, new_token
from shirokuro.web.models import ModelSource

if TYPE_CHECKING:
    import argparse

HELP = "Serve a web page to play against a model, see its evaluations and watch its training live."
EXAMPLE = "runs/first --port 8000"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    levels.add_model(parser)
    parser.add_argument(
        "--port",
        type=int,
        metavar="N",
        default=8080,
        help="the port to listen on; 0 for any free one (default: %(default)s)",
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="the address to listen on; any address but loopback needs a token (default: %(default)s)",
    )
    parser.add_argument(
        "--token",
        nargs="?",
        const="",
        help="the token that visitors must present (random if no value is given); always needed beyond loopback",
    )


def run(options: argparse.Namespace) -> int:
    """Serves until a signal arrives; returns the exit code of the signal."""
    if not 0 <= options.port <= 65535:  # noqa: PLR2004 (stated in the message)
        raise ValueError(f"port = {options.port}: must be within 0…65,535")
    load("websockets", extra="web", purpose="the web page")
    models = ModelSource(default_model() if options.model == DEFAULT else options.model)
    if not models.is_run or models.newer_games() is not None:
        models.load()
    token = options.token
    if token == "" or (token is None and not is_loopback(options.host)):
        token = new_token()
    # Imported here because the extra may be missing where no page is served.
    from shirokuro.web.server import Address, run_server  # noqa: PLC0415

    async def serve() -> int:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        address = Address(host=options.host, port=options.port, token=token)
        with StopSignals(lambda: loop.call_soon_threadsafe(stop.set)) as signals:
            await run_server(models, address, stop=stop, started=lambda url: _announce(models, url))
        return 128 + (signals.received or 0)

    return asyncio.run(serve())


def _announce(models: ModelSource, url: str) -> None:
    model = models.model.name if models.model else "no model yet"
    say(f"{models.path} ({model}) is served at {url}\nPress Ctrl-C to stop.")
