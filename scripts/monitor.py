"""Watches a run: `shirokuro monitor` as a script."""

import sys

from shirokuro.cli import main

if __name__ == "__main__":
    sys.exit(main(["monitor", *sys.argv[1:]]))
