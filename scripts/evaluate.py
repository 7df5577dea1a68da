"""Plays a model against other players: `shirokuro evaluate` as a script."""

import sys

__ends_on_interrupt__ = True  # before the import, which takes a moment
from shirokuro.cli import main

if __name__ == "__main__":
    sys.exit(main(["evaluate", *sys.argv[1:]]))
