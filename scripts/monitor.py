"""Watches a run: `shirokuro monitor` as a script."""

import sys

__ends_on_interrupt__ = True  # before the import, which takes a moment
from shirokuro.cli import main

if __name__ == "__main__":
    sys.exit(main(["monitor", *sys.argv[1:]]))
